"""What is particular to single services behind Apprise."""

from __future__ import annotations

from datetime import timedelta

import pytest
from servers.samples import ARABIC, FRENCH, HOSTILE, NOW, URL, alert, delivery
from servers.telegram import _error

from monitor.model import Ambiguous, Delivered, Message, Rejected, RetryLater


def test_telegram_tells_the_number_of_its_message(open_line):
    assert open_line("telegram").send(alert()) == Delivered(remote_id="1")


def test_telegrams_flood_wait_is_read_from_its_body(open_line):
    line = open_line("telegram")
    line.server.fail_flood(43837)
    outcome = line.send(alert())
    assert isinstance(outcome, RetryLater)
    assert outcome.retry_after == timedelta(seconds=43837)


def test_a_telegram_group_that_moved_is_followed_and_named(open_line):
    line = open_line("telegram")
    line.server._chats = ("-100987",)
    body = _error(400, "Bad Request: group chat was upgraded to a supergroup chat", migrate_to_chat_id=-100987)
    line.server.fail_next(400, body)
    outcome = line.send(alert())
    assert isinstance(outcome, Delivered)
    assert "the group is now -100987, put that into the url" in outcome.note
    assert line.send(alert(FRENCH)) == Delivered(remote_id="-100987/2")
    assert [message.chat for message in line.server.messages] == ["-100987"] * 2


@pytest.mark.parametrize(("name", "refusal"), [
    ("telegram", _error(400, "Bad Request: message is too long")),
    ("slack", "msg_too_long"),
    ("discord", {"content": ["Must be 2000 or fewer in length."], "message": "Must be 2000 or fewer in length."}),
])  # fmt: skip
def test_a_message_that_is_too_long_after_all_is_split_between_two_headlines(open_line, name, refusal):
    line = open_line(name)
    (message,) = line.channel.render([alert(f"titre {n}", id=str(n)) for n in range(5)], NOW)
    line.server.fail_next(400, refusal)
    assert isinstance(line.channel.send(line.channel.recipients[0], delivery(message), NOW), Delivered)
    texts = [sent.text for sent in line.server.messages]
    assert len(texts) == 2
    assert [n for text in texts for n in range(5) if f"titre {n}" in text] == list(range(5))


def test_when_the_second_half_fails_nobody_says_that_all_was_refused(open_line):
    line = open_line("telegram")
    (message,) = line.channel.render([alert(f"titre {n}", id=str(n)) for n in range(5)], NOW)
    line.server.fail_next(400, _error(400, "Bad Request: message is too long"))
    real, answers = line.server.take, iter([None, 500])

    def take(call):
        real_answer = real(call)
        return real_answer if next(answers) is None else type(real_answer)(500, "later")

    line.server.take = take
    outcome = line.channel.send(line.channel.recipients[0], delivery(message), NOW)
    assert isinstance(outcome, Ambiguous)
    assert "the first half was taken" in outcome.reason


def test_markup_that_telegram_refuses_is_sent_again_as_text(open_line):
    line = open_line("telegram")
    message = Message(title="", body="<b>خبر</b> <nonsense>a &lt; b", format="html", alert_ids=("a",))
    line.server.fail_next(400, _error(400, "Bad Request: can't parse entities: Unsupported start tag"))
    assert isinstance(line.channel.send("tgram 42", delivery(message), NOW), Delivered)
    (sent,) = line.server.messages
    assert sent.text == "خبر a < b"
    assert sent.entities == ()


def test_an_unknown_chat_is_rejected(open_line):
    line = open_line("telegram")
    line.channel._targets["tgram 42"].service.targets = [(77, None)]
    reason = line.send(alert()).reason
    assert reason.startswith("answered 400: Bad Request: chat not found; write to the bot")
    assert "notify chats" in reason


def test_telegram_shows_the_link_the_marks_and_no_preview(open_line):
    line = open_line("telegram")
    line.send(alert(hits=("الأمن",)))
    (sent,) = line.server.messages
    assert [(e.tag, e.text, e.url) for e in sent.entities] == [("b", "الأمن", None), ("a", ARABIC, URL)]
    assert sent.payload["disable_web_page_preview"] is True


def test_slack_shows_the_link_and_the_marks_and_nothing_of_apprise(open_line):
    line = open_line("slack")
    line.send(alert(hits=("الأمن",)))
    (sent,) = line.server.messages
    assert (sent.links, sent.styled, sent.mentions) == ((URL,), ("الأمن",), ())
    assert "footer" not in str(sent.payload)
    assert "icon" not in str(sent.payload)


def test_discord_shows_the_link_and_the_marks_under_the_webhooks_own_face(open_line):
    line = open_line("discord")
    line.send(alert(hits=("الأمن",)))
    (sent,) = line.server.messages
    assert (sent.links, sent.styled, sent.mentions) == ((URL,), ("الأمن",), ())
    assert set(sent.payload) == {"tts", "wait", "content"}


def test_discord_is_not_asked_again_at_once_when_it_wants_a_pause(open_line):
    line = open_line("discord")
    line.server.fail_next(429, {"message": "You are being rate limited.", "retry_after": 3.5})
    assert line.send(alert()).retry_after == timedelta(seconds=3.5)
    assert len(line.server.calls) == 1


@pytest.mark.parametrize("name", ["telegram", "slack", "discord"])
def test_no_hostile_title_brings_anything_to_life(open_line, name):
    line = open_line(name)
    for title in HOSTILE.values():
        line.send(alert(title, url=URL))
    for sent in line.server.wait_for(len(HOSTILE)):
        if name == "telegram":
            assert {(e.tag, e.url) for e in sent.entities} == {("a", URL)}
        else:
            assert (sent.links, sent.styled, sent.mentions) == ((URL,), (), ()), sent.payload


@pytest.mark.parametrize("name", ["slack", "discord", "telegram"])
def test_hostile_titles_without_a_link_stay_text_too(open_line, name):
    line = open_line(name)
    for title in HOSTILE.values():
        line.send(alert(title, url=None))
    for sent in line.server.wait_for(len(HOSTILE)):
        living = sent.entities if name == "telegram" else (*sent.links, *sent.styled, *sent.mentions)
        assert not living, sent.payload


def test_a_slack_headline_in_plain_words_arrives_as_it_is(open_line):
    line = open_line("slack")
    title = "L’État (enfin) #2026 : 5 < 6 & 7 > 3 – visa_schengen [màj] !"
    line.send(alert(title))
    assert title in line.server.messages[0].text.replace("\u2068", "").replace("\u2069", "")


@pytest.mark.parametrize("lang", ["en", "fr", "ar"])
def test_the_channel_speaks_its_language(open_line, lang):
    line = open_line("telegram", lang=lang)
    line.send(alert())
    word = {"en": "ticker", "fr": "bandeau", "ar": "شريط الأخبار"}[lang]
    assert word in line.server.messages[0].text


# --- mail -------------------------------------------------------------------------------------------------


def test_a_mail_has_a_subject_a_direction_and_a_readable_text_part(open_line):
    line = open_line("mail")
    assert line.send(alert(hits=("الأمن",))) == Delivered(remote_id="MAIL1")
    (mail,) = line.server.messages
    assert mail.recipients == ("desk@example.org",)
    assert mail.subject == f"أصداء الأطلس: {ARABIC}"
    html, text = mail.part("text/html"), mail.part("text/plain")
    assert '<div dir="rtl" lang="ar"' in html
    assert "<b>الأمن</b>" in html
    lines = text.split("\n")
    assert ARABIC in lines[0]
    assert URL in lines[1]
    assert "first seen" in lines[2]


def test_a_mail_with_many_headlines_keeps_them_apart(open_line):
    line = open_line("mail")
    line.send(alert(), alert(FRENCH))
    (mail,) = line.server.messages
    assert mail.subject == f"2 headlines – أصداء الأطلس: {ARABIC}"
    text = mail.part("text/plain")
    assert text.index(ARABIC) < text.index(FRENCH)
    assert "\n\n" in text


@pytest.mark.parametrize("title", HOSTILE)
def test_no_title_adds_a_header_or_a_recipient_to_a_mail(open_line, title):
    line = open_line("mail")
    line.send(alert(HOSTILE[title], source=HOSTILE[title]))
    (mail,) = line.server.messages
    names = [name.lower() for name in mail.message]
    expected = ["content-type", "mime-version", "x-application", "subject", "from", "to", "message-id", "date"]
    assert sorted(names) == sorted(expected)
    assert mail.recipients == ("desk@example.org",)
    assert max(map(len, mail.raw.split(b"\r\n"))) <= 998
    assert mail.part("text/html").count("<a ") == 2
    assert not mail.message.defects


@pytest.mark.parametrize(
    ("stage", "code", "kind"),
    [("RCPT", 550, Rejected), ("RCPT", 451, RetryLater), ("DATA", 552, Rejected), ("DATA", 452, RetryLater)],
)
def test_a_mail_server_that_says_no_is_understood(open_line, stage, code, kind):
    line = open_line("mail")
    line.server.fail_next(code, "not you", stage=stage)
    outcome = line.send(alert())
    assert isinstance(outcome, kind)
    assert f"{code}: not you" in outcome.reason
    assert isinstance(line.send(alert()), Delivered)


def test_a_mail_server_that_hangs_up_after_the_message_leaves_it_open(open_line):
    line = open_line("mail")
    line.server.cut_next()
    assert isinstance(line.send(alert()), Ambiguous)
    assert line.server.messages == []


# --- other services ------------------------------------------------------------------------------------------


def test_any_other_service_gets_plain_text_with_the_bare_address(open_line):
    line = open_line("ntfy")
    line.send(alert(hits=("الأمن",)))
    (sent,) = line.server.messages
    assert sent["title"] == "أصداء الأطلس"
    assert sent["message"].split("\n")[1] == URL


def test_nobody_is_called_by_a_headline_in_any_other_service(open_line):
    line = open_line("json")
    line.send(alert("@channel @all and desk@example.org"))
    assert "@channel" not in line.server.messages[0]["message"]
    assert "@\u200bchannel @\u200ball and desk@\u200bexample.org" in line.server.messages[0]["message"]


def test_each_recipient_of_a_url_is_sent_to_alone(open_line):
    line = open_line("mail", query="to=press@example.org")
    assert set(line.channel.recipients) == {"mailto desk@example.org", "mailto press@example.org"}
    (message,) = line.channel.render([alert()], NOW)
    line.channel.send("mailto press@example.org", delivery(message), NOW)
    (mail,) = line.server.messages
    assert mail.recipients == ("press@example.org",)
    assert "desk@example.org" not in mail.raw.decode()
