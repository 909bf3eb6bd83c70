from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st
from servers.samples import HOSTILE

from monitor.model import Span
from monitor.render.safe import LONGEST_URL, LRM, RLM, Piece, cut, harmless, inner_mark, is_rtl, pieces, safe_url, units


@given(st.text(st.characters()))
def test_harmless_text_is_one_line_without_invisible_commands(text):
    shown = harmless(text)
    bad = {c for c in shown if unicodedata.category(c) in {"Cc", "Cf", "Cs", "Co", "Zl", "Zp"}}
    assert bad <= {"\u200c", "\u200d"}
    assert harmless(shown) == shown
    shown.encode()


def test_harmless_keeps_what_people_write():
    text = "عـــاجل: «الأمنُ» ٢٠٢٦؟ – L’État à 50 % ; می‌شود 👨‍👩‍👧 🇲🇦"
    assert harmless(text) == text.replace("\xa0", " ")


@pytest.mark.parametrize(
    "bad",
    [
        None,
        "",
        "javascript:alert(1)",
        "data:text/html,x",
        "tg://resolve?domain=x",
        "//evil.example/x",
        "/relative",
        "ftp://a.example/",
        "https://",
        "http://[::1",
        "file:///etc/passwd",
        "https://a.example/" + "x" * LONGEST_URL,
        "java\nscript:alert(1)",
        "https://good.example@evil.example/",
    ],
)
def test_only_web_addresses_of_usable_length_become_links(bad):
    assert safe_url(bad) is None


@pytest.mark.parametrize(
    ("raw", "safe"),
    [
        ("https://a.example/x?y=1&z=2#f", "https://a.example/x?y=1&z=2#f"),
        ("https://a.example/%D8%A3", "https://a.example/%D8%A3"),
        ("https://a.example/أ", "https://a.example/%D8%A3"),
        ("https://a.example/\"'<>()[]{}|\\^` x", "https://a.example/%22%27%3C%3E%28%29%5B%5D%7B%7D%7C%5C%5E%60%20x"),
        ("https://a.example/\u202egpj.exe\r\nX: y", "https://a.example/gpj.exe%20%20X:%20y"),
        ("https://a.example/@everyone", "https://a.example/%40everyone"),
        ("https://a.example/\ud83d", "https://a.example/"),
    ],
)
def test_no_character_of_an_address_can_end_its_markup(raw, safe):
    assert safe_url(raw) == safe


@given(st.text(max_size=60), st.lists(st.tuples(st.integers(-5, 70), st.integers(-5, 70))))
def test_pieces_hold_the_whole_title_whatever_the_spans(title, bounds):
    spans = [Span(start=a, end=b, term="t") for a, b in bounds]
    assert "".join(piece.text for piece in pieces(title, spans)) == harmless(title)


@given(st.text(st.characters(categories=["L", "Zs"]), min_size=1, max_size=60), st.integers(2, 70))
def test_a_cut_title_fits_and_says_that_it_is_cut(title, width):
    parts = [Piece(title[:7], hit=True), Piece(title[7:])]
    shown = "".join(part.text for part in cut(parts, width))
    assert shown == title if len(title) <= width else shown == title[: width - 1] + "…"


@pytest.mark.parametrize(
    ("text", "rtl"),
    [
        ("عاجل: الأمن يحبط مخططا", True),
        ("ONCF تعلن عن توقف القطارات", True),
        ("حريق at Casablanca’s harbour is under control", False),
        ("Séisme", False),
        ("2026 – 14:05", False),
        ("", False),
    ],
)
def test_a_title_runs_as_most_of_its_letters_do(text, rtl):
    assert is_rtl(text) is rtl


@pytest.mark.parametrize(
    ("text", "mark"),
    [
        ("الأمن يحبط", ""),
        ("Séisme à Fès", ""),
        ("2026", ""),
        ("ONCF تعلن عن توقف القطارات", RLM),
        ("حريق at Casablanca’s harbour", LRM),
    ],
)
def test_a_title_that_begins_with_a_word_of_the_other_direction_gets_a_mark(text, mark):
    assert inner_mark(text) == mark


def test_length_is_counted_in_utf16_units():
    assert units("aأ😀") == 4
    assert units("\ud83d") == 1


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_titles_become_harmless(name):
    assert "\x1b" not in harmless(HOSTILE[name])
    assert "\n" not in harmless(HOSTILE[name])
