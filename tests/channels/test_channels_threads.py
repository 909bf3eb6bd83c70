"""An edit or a follow-up stands under the message that told the headline first, where the service can."""

from __future__ import annotations

import json

import pytest
from servers.samples import ARABIC, FRENCH, NOW, alert, delivery
from servers.telegram import _error

from monitor.model import ChangeKind, Delivered, Followed


def edited(title: str = FRENCH, **given):
    return alert(title, kind=ChangeKind.EDITED, previous_title=ARABIC, id="edited", **given)


def first_of(line) -> Followed:
    """Send the headline and return what later messages are told of it."""
    outcome = line.send(alert())
    assert isinstance(outcome, Delivered)
    return Followed(delivery="d1", remote_id=outcome.remote_id)


def test_on_telegram_it_is_a_reply_that_is_sent_even_when_the_first_message_is_gone(open_line):
    line = open_line("telegram")
    assert line.send(edited(), follows=first_of(line)) == Delivered(remote_id="2")
    first, second = line.server.messages
    assert (first.reply_to, second.reply_to) == (None, 1)
    assert second.payload["reply_parameters"] == {"message_id": 1, "allow_sending_without_reply": True}
    assert int(line.server.calls[1].headers["Content-Length"]) == len(line.server.calls[1].body)


@pytest.mark.parametrize("lenient", [True, False])
def test_a_first_message_that_was_deleted_on_telegram_holds_nothing_up(open_line, lenient):
    line = open_line("telegram")
    follows = first_of(line)
    line.server.deleted, line.server.lenient = {1}, lenient
    assert isinstance(line.send(edited(), follows=follows), Delivered)
    assert line.server.messages[1].reply_to is None
    assert line.pauses == []


@pytest.mark.parametrize(
    "said",
    ["message to be replied not found", "message to reply not found", "Reply message not found", "replied message not found"],
)  # fmt: skip
def test_telegrams_words_for_a_first_message_that_is_gone_are_known(open_line, said):
    line = open_line("telegram")
    follows = first_of(line)
    line.server.fail_next(400, _error(400, f"Bad Request: {said}"))
    assert isinstance(line.send(edited(), follows=follows), Delivered)
    assert "reply_parameters" not in line.server.messages[1].payload


def test_on_slack_a_bot_answers_in_the_thread_and_shows_it_in_the_channel_too(open_line):
    line = open_line("slack bot")
    line.send(edited(), follows=first_of(line))
    payload = line.server.messages[1].payload
    assert (payload["thread_ts"], payload["reply_broadcast"]) == ("1772456700.000001", True)


def test_a_thread_that_is_gone_on_slack_holds_nothing_up(open_line):
    line = open_line("slack bot")
    follows = first_of(line)
    line.server.deleted = {follows.remote_id}
    assert isinstance(line.send(edited(), follows=follows), Delivered)
    assert "thread_ts" not in line.server.messages[1].payload


def test_a_channel_that_is_a_thread_itself_stays_one(open_line):
    line = open_line("slack bot")
    (target,) = line.channel._targets.values()
    target.service.channels = ["#desk:1772000000.000100"]
    line.send(edited(), follows=first_of(line))
    assert [sent.payload["thread_ts"] for sent in line.server.messages] == ["1772000000.000100"] * 2


def test_a_mail_names_the_one_it_follows_and_itself_by_its_delivery(open_line):
    line = open_line("mail")
    line.send(alert())
    first = line.server.messages[0].message["Message-ID"]
    line.send(edited(), follows=Followed(delivery=first[1:].partition("@")[0]))
    second = line.server.messages[1].message
    assert first.endswith("@example.org>")
    assert second["In-Reply-To"] == second["References"] == first
    assert second["Message-ID"] != first
    assert "In-Reply-To" not in line.server.messages[0].message
    assert len(second.get_all("Message-ID")) == 1
    assert not second.defects


def test_a_mail_that_is_sent_again_is_known_as_the_same(open_line):
    line = open_line("mail")
    line.send(alert())
    line.send(alert())
    assert len({sent.message["Message-ID"] for sent in line.server.messages}) == 1


@pytest.mark.parametrize("name", ["slack", "discord", "ntfy", "json"])
def test_elsewhere_the_words_name_what_was_told_first(open_line, name):
    line = open_line(name)
    assert isinstance(line.send(edited(), follows=Followed(delivery="d1", remote_id="7")), Delivered)
    sent = line.server.messages[0]
    text = sent.text if hasattr(sent, "text") else sent["message"]
    assert "edited, was:" in text
    assert ARABIC in text


def test_a_webhook_is_told_the_key_of_the_request_that_told_the_headline_first(open_line):
    line = open_line("webhook")
    line.send(alert())
    line.send(edited(), follows=Followed(delivery=line.server.calls[0].headers["Idempotency-Key"]))
    first, second = line.server.messages
    assert first["follows"] is None
    assert second["follows"] == line.server.calls[0].headers["Idempotency-Key"]


@pytest.mark.parametrize("name", ["telegram", "slack bot"])
def test_of_a_message_in_two_halves_the_first_is_what_later_ones_follow(open_line, name):
    line = open_line(name)
    (message,) = line.channel.render([alert(f"titre {n}", id=str(n)) for n in range(5)], NOW)
    refusals = {"telegram": _error(400, "Bad Request: message is too long"), "slack bot": "msg_too_long"}
    line.server.fail_next(400, refusals[name])
    outcome = line.channel.send(line.channel.recipients[0], delivery(message), NOW)
    assert outcome.remote_id == {"telegram": "1", "slack bot": "1772456700.000001"}[name]
    assert len(line.server.messages) == 2


def test_both_halves_of_a_mail_have_names_of_their_own(open_line):
    line = open_line("mail")
    (message,) = line.channel.render([alert(f"titre {n}", id=str(n)) for n in range(5)], NOW)
    line.server.fail_next(552, "message is too long")
    assert isinstance(line.channel.send(line.channel.recipients[0], delivery(message), NOW), Delivered)
    first, second = (sent.message["Message-ID"] for sent in line.server.messages)
    assert second == first.replace("@", "-2@")


def test_numbers_of_a_telegram_group_that_moved_are_not_taken_for_those_of_the_new_one(open_line):
    line = open_line("telegram")
    follows = first_of(line)
    line.server._chats = ("-100987",)
    moved = _error(400, "Bad Request: group chat was upgraded to a supergroup chat", migrate_to_chat_id=-100987)
    line.server.fail_next(400, moved)
    after = line.send(edited(), follows=follows)
    assert after.remote_id == "-100987/2"
    line.send(edited("titre"), follows=Followed(delivery="d2", remote_id=after.remote_id))
    line.send(edited("autre"), follows=follows)
    assert [sent.reply_to for sent in line.server.messages] == [None, None, 2, None]


@pytest.mark.parametrize("name", ["telegram", "slack bot"])
def test_a_number_that_no_service_gave_is_not_sent_to_it(open_line, name):
    line = open_line(name)
    line.send(edited(), follows=Followed(delivery="d1", remote_id='7"}, "x"'))
    assert not {"reply_parameters", "thread_ts"} & json.loads(line.server.calls[0].body).keys()
