"""The same promises for every kind of channel and every service that has a style of its own."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta

import pytest
from servers.samples import ARABIC, HOSTILE, NOW, ZONE, alert, delivery

from monitor.channels import CHANNELS
from monitor.channels.capture import MOST
from monitor.model import Ambiguous, Delivered, Rejected, RetryLater

HTTP = ["telegram", "slack", "slack bot", "discord", "json", "ntfy", "webhook"]
ALL = [*HTTP, "mail", "console"]


def test_the_suite_covers_every_registered_kind(open_line):
    covered = {type(open_line(name).channel) for name in ALL}
    assert len(covered) == len(CHANNELS)


def shown(line) -> str:
    """What arrived, as text."""
    if hasattr(line.server, "getvalue"):
        return line.server.getvalue()
    (message,) = line.server.wait_for(1)
    if hasattr(message, "part"):
        return message.part("text/plain")
    return message.text if hasattr(message, "text") else message.get("message") or message["headline"]


@pytest.mark.parametrize("name", ALL)
def test_an_accepted_message_is_delivered_once(open_line, name):
    line = open_line(name)
    assert isinstance(line.send(alert()), Delivered)
    assert ARABIC in shown(line)


@pytest.mark.parametrize("name", ALL)
def test_recipients_have_stable_labels_without_secrets(open_line, name):
    labels = {
        "telegram": ("tgram 42",),
        "slack": ("slack #desk",),
        "slack bot": ("slack #desk",),
        "discord": ("discord",),
        "mail": ("mailto desk@example.org",),
        "json": ("json",),
        "ntfy": ("ntfy",),
        "webhook": ("webhook",),
        "console": ("screen",),
    }
    assert tuple(open_line(name).channel.recipients) == labels[name]


@pytest.mark.parametrize("name", HTTP)
def test_429_waits_as_long_as_the_service_wishes(open_line, name):
    line = open_line(name)
    line.server.fail_next(429, headers={"Retry-After": "37"})
    outcome = line.send(alert())
    assert isinstance(outcome, RetryLater)
    assert outcome.retry_after == timedelta(seconds=37)
    assert len(line.server.calls) == 1


@pytest.mark.parametrize("name", HTTP)
@pytest.mark.parametrize("status", [400, 401, 403, 404, 410, 413])
def test_a_permanent_refusal_is_rejected_at_once(open_line, name, status):
    line = open_line(name)
    line.server.fail_next(status, "no such thing")
    outcome = line.send(alert())
    assert isinstance(outcome, Rejected)
    assert f"answered {status}: no such thing" in outcome.reason
    assert len(line.server.calls) == 1


@pytest.mark.parametrize("name", HTTP)
@pytest.mark.parametrize("status", [408, 425, 500, 503])
def test_a_temporary_refusal_is_tried_again_later(open_line, name, status):
    line = open_line(name)
    line.server.fail_next(status)
    assert isinstance(line.send(alert()), RetryLater)
    assert line.pauses == []


@pytest.mark.parametrize("name", HTTP)
@pytest.mark.parametrize("status", [502, 504])
def test_nobody_knows_what_became_of_a_message_when_a_gateway_fails(open_line, name, status):
    line = open_line(name)
    line.server.fail_next(status)
    assert isinstance(line.send(alert()), Ambiguous)


@pytest.mark.parametrize("name", HTTP)
def test_a_service_that_never_answers_leaves_it_open(open_line, monkeypatch, name):
    monkeypatch.setattr("monitor.channels.webhook._TIMEOUT", (1.0, 0.2))
    line = open_line(name) if name == "webhook" else open_line(name, query="rto=0.2")
    line.server.hang_next()
    outcome = line.send(alert())
    assert isinstance(outcome, Ambiguous)
    assert len(line.server.calls) == 1
    assert line.pauses == []


@pytest.mark.parametrize("name", HTTP)
def test_a_connection_cut_after_the_request_leaves_it_open(open_line, name):
    line = open_line(name)
    line.server.cut_next()
    assert isinstance(line.send(alert()), Ambiguous)
    assert len(line.server.calls) == 1


@pytest.mark.parametrize("name", [*HTTP, "mail"])
def test_when_nobody_listens_nothing_was_sent(open_line, name):
    outcome = open_line(name, dead=True).send(alert())
    assert isinstance(outcome, RetryLater)


@pytest.mark.parametrize("name", ["telegram", "slack", "discord", "json", "ntfy"])
def test_a_refused_connection_is_tried_three_times_within_the_attempt(open_line, name):
    line = open_line(name, dead=True)
    line.send(alert())
    assert line.pauses == [0.5, 1.0]


@pytest.mark.parametrize("name", HTTP)
def test_redirects_of_a_message_are_not_followed(open_line, name):
    line = open_line(name)
    line.server.fail_next(302, headers={"Location": f"{line.server.url}/elsewhere"})
    outcome = line.send(alert())
    assert isinstance(outcome, Rejected)
    assert "redirect" in outcome.reason
    assert len(line.server.calls) == 1


@pytest.mark.parametrize("name", HTTP)
def test_an_endless_answer_is_read_in_part(open_line, name):
    line = open_line(name)
    line.server.fail_next(500, b"x" * (20 * MOST))
    outcome = line.send(alert())
    assert isinstance(outcome, RetryLater)
    assert len(outcome.reason) < 300


@pytest.mark.parametrize("name", ALL)
def test_every_hostile_or_endless_title_is_accepted(open_line, name):
    line = open_line(name)
    refused = {key: out for key, title in HOSTILE.items() if not isinstance(out := line.send(alert(title)), Delivered)}
    assert refused == {}


@pytest.mark.parametrize("name", ALL)
def test_a_burst_is_accepted_whole(open_line, name):
    line = open_line(name)
    alerts = [alert(f"عنوان رقم {n} عن مباراة المنتخب", id=f"{n}") for n in range(60)]
    made = line.channel.render(alerts, NOW)
    assert [i for message in made for i in message.alert_ids] == [a.id for a in alerts]
    for message in made:
        assert isinstance(line.channel.send(line.channel.recipients[0], delivery(message), NOW), Delivered)
    if name != "console":
        assert len(line.server.wait_for(len(made))) == len(made)


@pytest.mark.parametrize("name", ["telegram", "slack", "discord", "mail", "json", "ntfy", "console"])
def test_a_message_that_waited_says_when_it_was_written(open_line, name):
    line = open_line(name)
    line.send(alert(), age=timedelta(hours=30))
    assert re.search(r"delayed message, written at \W*2026-03-01 07:05", shown(line))


@pytest.mark.parametrize("name", ALL)
def test_a_message_that_stands_in_for_another_channels_says_so(open_line, name):
    line = open_line(name)
    (message,) = line.channel.render([alert()], NOW)
    outcome = line.channel.send(line.channel.recipients[0], delivery(replace(message, instead_of="المكتب"), "42"), NOW)
    assert isinstance(outcome, Delivered)
    if name == "webhook":
        assert line.server.messages[0]["instead_of"] == "المكتب"
    else:
        assert "in place of channel \u2068المكتب\u2069, which cannot be told" in shown(line)


@pytest.mark.parametrize("lang", ["fr", "ar"])
def test_it_says_so_in_the_language_of_the_channel(open_line, lang):
    line = open_line("telegram", lang=lang)
    (message,) = line.channel.render([alert()], NOW)
    line.channel.send("tgram 42", delivery(replace(message, instead_of="desk"), "42"), NOW)
    said = {"fr": "\u200eà la place du canal", "ar": "\u200fبدلا من القناة"}[lang]
    assert line.server.messages[0].text.startswith(said)


@pytest.mark.parametrize("name", ["telegram", "slack", "discord", "json", "ntfy", "console"])
def test_an_arabic_headline_arrives_with_its_direction(open_line, name):
    line = open_line(name)
    line.send(alert())
    assert f"\u200f\u2068{ARABIC}\u2069" in shown(line)


@pytest.mark.parametrize("name", [*HTTP, "mail"])
def test_no_reason_repeats_a_secret(open_line, name):
    from servers.discord import PATH as DISCORD_PATH
    from servers.slack import PATH as SLACK_PATH
    from servers.telegram import TOKEN

    secrets = [*TOKEN.split(":"), *SLACK_PATH.split("/"), *DISCORD_PATH.split("/"), "s3cret-key"]
    line = open_line(name)
    line.server.fail_next(500, " ".join(secrets))
    own = {"telegram": secrets[:2], "slack": secrets[2:5], "discord": secrets[5:7], "webhook": secrets[7:]}
    reason = line.send(alert()).reason
    assert not [secret for secret in own.get(name, []) if secret in reason]
    for secret in secrets:
        assert secret not in repr(line.channel)


@pytest.mark.parametrize("kind", CHANNELS)
def test_options_never_show_their_secrets(kind):
    options = CHANNELS[kind].options
    named = {"url": "tgram://1:s3cret", "urls": ("s3cret",), "secret": "s3cret", "headers": {"X": "s3cret"}}
    given = {key: value for key, value in named.items() if key in options.__dataclass_fields__}
    assert "s3cret" not in repr(options(name="desk", type=kind, **given))


@pytest.mark.parametrize("name", ALL)
def test_rendering_needs_nobody_to_listen(open_line, name):
    line = open_line(name)
    assert line.channel.render([alert()], NOW) == line.channel.render([alert()], NOW)
    assert ZONE
