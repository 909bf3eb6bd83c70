"""Urgent alerts ring, and those of low priority make no sound, where the service knows of that."""

from __future__ import annotations

from dataclasses import replace

import pytest
from servers.samples import NOW, ZONE, alert, delivery
from servers.service import Answer, Call, Service

from monitor.channels.apprise import AppriseChannel, AppriseOptions
from monitor.channels.services import targets_of
from monitor.model import Delivered, Message


class Push(Service):
    """Takes everything that ntfy would take."""

    def take(self, call: Call) -> Answer:
        self.accept(call.headers)
        return Answer(200, {"id": "1"})


def message_of(**sound: bool) -> Message:
    return Message(title="", body="x", format="text", alert_ids=(), **sound)


@pytest.fixture
def push():
    with Push() as server:
        yield server


def priorities(push, query=""):
    """Return the priorities that the service was told for a usual alert, an urgent one, a low one and a usual one."""
    url = f"ntfy://127.0.0.1:{push.port}/desk{query}"
    channel = AppriseChannel(AppriseOptions(name="desk", type="apprise", url=url), ZONE)
    (recipient,) = channel.recipients
    for n, priority in enumerate(({}, {"high_priority": True}, {"low_priority": True}, {})):
        (message,) = channel.render([alert(id=str(n), **priority)], NOW)
        assert isinstance(channel.send(recipient, delivery(message, recipient), NOW), Delivered)
    return [{name.lower(): value for name, value in headers.items()}.get("x-priority") for headers in push.messages]


def test_an_urgent_alert_rings_a_low_one_is_silent_and_the_next_one_is_as_usual(push):
    assert priorities(push) == [None, "high", "low", None]


def test_a_priority_of_the_url_stays(push):
    assert priorities(push, "?priority=low") == ["low", "low", "low", "low"]


@pytest.mark.parametrize(
    ("url", "usual", "loud", "silent"),
    [
        ("pover://user4567890123456789012345678@token5678901234567890123456789", 0, 1, -1),
        ("gotify://push.example/token567890123456", 5, 8, 3),
    ],
)
def test_other_services_ring_in_their_own_way(url, usual, loud, silent):
    (target,) = targets_of([url]).values()
    for message, expected in ((message_of(urgent=True), loud), (message_of(silent=True), silent)):
        assert target.service.priority == usual
        with target.sounding(message):
            assert target.service.priority == expected
    assert target.service.priority == usual


def test_telegram_is_told_to_make_no_sound_for_what_has_low_priority(open_line):
    line = open_line("telegram")
    for low in (True, False):
        assert isinstance(line.send(alert(low_priority=low)), Delivered)
    assert [bool(message.payload["disable_notification"]) for message in line.server.messages] == [True, False]


def test_telegram_only_knows_silence():
    (target,) = targets_of(["tgram://123456789:AAF0BbCcDdEeFfGgHhIiJjKkLlMmNnOoPpQ/42"]).values()
    before = dict(vars(target.service))
    with target.sounding(message_of(urgent=True)):
        assert vars(target.service) == before
    with target.sounding(message_of(silent=True)):
        assert vars(target.service) == {**before, "silent": True}
    assert vars(target.service) == before


def test_a_service_without_priorities_is_left_alone():
    (target,) = targets_of(["json://push.example/"]).values()
    before = dict(vars(target.service))
    with target.sounding(message_of(silent=True)):
        assert vars(target.service) == before


def test_a_message_is_silent_only_when_all_of_its_alerts_are():
    channel = AppriseChannel(AppriseOptions(name="desk", type="apprise", url="ntfy://127.0.0.1/desk"), ZONE)
    low = [alert(id=str(n), low_priority=True) for n in range(2)]
    assert [message.silent for message in channel.render(low, NOW)] == [True]
    assert [message.silent for message in channel.render([*low, alert(id="8")], NOW)] == [False]


def test_a_list_with_one_urgent_alert_is_urgent():
    url = "ntfy://127.0.0.1/desk"
    channel = AppriseChannel(AppriseOptions(name="desk", type="apprise", url=url), ZONE)
    alerts = [alert(id=str(n)) for n in range(7)]
    assert [message.urgent for message in channel.render(alerts, NOW)] == [False]
    assert [
        message.urgent for message in channel.render([*alerts, replace(alerts[0], id="8", high_priority=True)], NOW)
    ][:1] == [True]
