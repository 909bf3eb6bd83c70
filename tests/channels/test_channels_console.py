from __future__ import annotations

import io

import pytest
from servers.samples import ARABIC, HOSTILE, NOW, ZONE, alert, delivery

from monitor.channels.console import ConsoleChannel, ConsoleOptions
from monitor.model import Delivered, RetryLater


class Terminal(io.StringIO):
    def isatty(self):
        return True


def printed(stream, *alerts, **options):
    channel = ConsoleChannel(ConsoleOptions(name="screen", type="console", **options), ZONE, stream)
    for message in channel.render(alerts, NOW):
        assert channel.send("screen", delivery(message), NOW) == Delivered()
    return stream


@pytest.fixture(autouse=True)
def colours_allowed(monkeypatch):
    monkeypatch.delenv("NO_COLOR", raising=False)


def test_a_terminal_shows_matched_words_in_colour():
    assert "\x1b[1;33mالأمن\x1b[22;39m" in printed(Terminal(), alert(hits=("الأمن",))).getvalue()


def test_a_file_gets_no_colours():
    assert "\x1b" not in printed(io.StringIO(), alert(hits=("الأمن",))).getvalue()


def test_the_variable_no_color_switches_colours_off(monkeypatch):
    monkeypatch.setenv("NO_COLOR", "1")
    assert "\x1b" not in printed(Terminal(), alert(hits=("الأمن",))).getvalue()


def test_arabic_is_isolated():
    assert f"\u200f\u2068{ARABIC}\u2069\n" in printed(io.StringIO(), alert()).getvalue()


def test_no_title_commands_the_terminal():
    for title in HOSTILE.values():
        assert "\x1b" not in printed(io.StringIO(), alert(title)).getvalue()


def test_letters_that_the_output_lacks_become_question_marks():
    raw = io.BytesIO()
    stream = printed(io.TextIOWrapper(raw, encoding="ascii"), alert("Séisme à Fès", source="Echo"))
    assert not stream.closed
    assert b"S?isme ? F?s" in raw.getvalue()


def test_an_output_that_is_gone_is_tried_again_later():
    stream = io.StringIO()
    channel = ConsoleChannel(ConsoleOptions(name="screen", type="console"), ZONE, stream)
    (message,) = channel.render([alert()], NOW)
    stream.close()
    assert isinstance(channel.send("screen", delivery(message), NOW), RetryLater)


def test_the_standard_output_is_the_default(capsys):
    channel = ConsoleChannel(ConsoleOptions(name="screen", type="console"), ZONE)
    (message,) = channel.render([alert()], NOW)
    channel.send("screen", delivery(message), NOW)
    assert ARABIC in capsys.readouterr().out
