"""Urgent alerts ring where the service knows of that."""

from __future__ import annotations

from dataclasses import replace

import pytest
from servers.samples import NOW, ZONE, alert, delivery
from servers.service import Answer, Call, Service

from monitor.channels.apprise import AppriseChannel, AppriseOptions
from monitor.channels.services import targets_of
from monitor.model import Delivered


class Push(Service):
    """Takes everything that ntfy would take."""

    def take(self, call: Call) -> Answer:
        self.accept(call.headers)
        return Answer(200, {"id": "1"})


@pytest.fixture
def push():
    with Push() as server:
        yield server


def priorities(push, query=""):
    """Return the priorities that the service was told for a usual alert, an urgent one and a usual one."""
    url = f"ntfy://127.0.0.1:{push.port}/desk{query}"
    channel = AppriseChannel(AppriseOptions(name="desk", type="apprise", url=url), ZONE)
    (recipient,) = channel.recipients
    for n, high in enumerate((False, True, False)):
        (message,) = channel.render([alert(id=str(n), high_priority=high)], NOW)
        assert isinstance(channel.send(recipient, delivery(message, recipient), NOW), Delivered)
    return [{name.lower(): value for name, value in headers.items()}.get("x-priority") for headers in push.messages]


def test_an_urgent_alert_rings_and_the_next_one_does_not(push):
    assert priorities(push) == [None, "high", None]


def test_a_priority_of_the_url_stays(push):
    assert priorities(push, "?priority=low") == ["low", "low", "low"]


@pytest.mark.parametrize(
    ("url", "usual", "loud"),
    [
        ("pover://user4567890123456789012345678@token5678901234567890123456789", 0, 1),
        ("gotify://push.example/token567890123456", 5, 8),
    ],
)
def test_other_services_ring_in_their_own_way(url, usual, loud):
    (target,) = targets_of([url]).values()
    assert target.service.priority == usual
    with target.ringing(urgent=True):
        assert target.service.priority == loud
    assert target.service.priority == usual


def test_a_service_without_priorities_is_left_alone():
    (target,) = targets_of(["tgram://123456789:AAF0BbCcDdEeFfGgHhIiJjKkLlMmNnOoPpQ/42"]).values()
    before = dict(vars(target.service))
    with target.ringing(urgent=True):
        assert vars(target.service) == before


def test_a_list_with_one_urgent_alert_is_urgent():
    url = "ntfy://127.0.0.1/desk"
    channel = AppriseChannel(AppriseOptions(name="desk", type="apprise", url=url), ZONE)
    alerts = [alert(id=str(n)) for n in range(7)]
    assert [message.urgent for message in channel.render(alerts, NOW)] == [False]
    assert [
        message.urgent for message in channel.render([*alerts, replace(alerts[0], id="8", high_priority=True)], NOW)
    ][:1] == [True]
