"""Whatever a site says of its charset, the text is right."""

from __future__ import annotations

import codecs

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.sources.decode import decode

ARABIC = "عاجل: هزة أرضية تضرب شمال البلاد والسلطات تدعو السكان إلى الهدوء وعدم العودة إلى المنازل المتضررة"
FRENCH = "Séisme au nord : les autorités appellent à la prudence après plusieurs répliques ressenties jusqu’à Fès"


def page(charset: str, head: str = "", text: str = ARABIC) -> bytes:
    return f"<html><head>{head}<title>x</title></head><body><h1>{text}</h1></body></html>".encode(charset)


META = '<meta charset="{}">'
HTTP_EQUIV = '<meta http-equiv="Content-Type" content="text/html; charset={}">'


@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        pytest.param(page("cp1256", META.format("windows-1256")), None, id="windows-1256 by meta"),
        pytest.param(page("cp1256", HTTP_EQUIV.format("windows-1256")), None, id="windows-1256 by http-equiv"),
        pytest.param(page("cp1256"), "text/html; charset=windows-1256", id="windows-1256 by header"),
        pytest.param(page("cp1256"), None, id="windows-1256 by nothing"),
        pytest.param(page("iso8859-6", META.format("iso-8859-6")), None, id="iso-8859-6 by meta"),
        pytest.param(page("iso8859-6"), "text/html", id="iso-8859-6 by nothing"),
        pytest.param(page("utf-8"), "text/html; charset=windows-1256", id="UTF-8 mislabelled by header"),
        pytest.param(page("utf-8", META.format("windows-1252")), None, id="UTF-8 mislabelled by meta"),
        pytest.param(codecs.BOM_UTF16_LE + page("utf-16-le"), "text/html; charset=utf-8", id="UTF-16 with mark"),
        pytest.param(codecs.BOM_UTF16_BE + page("utf-16-be"), None, id="UTF-16 big endian with mark"),
        pytest.param(page("utf-16-le"), None, id="UTF-16 without mark"),
        pytest.param(page("cp1256", META.format("utf-8")), None, id="windows-1256 that says UTF-8 by meta"),
        pytest.param(page("cp1256"), "text/html; charset=utf-8", id="windows-1256 that says UTF-8 by header"),
        pytest.param(page("utf-8") + "ع".encode()[:1], None, id="UTF-8 cut inside a character"),
        pytest.param(b"\x92 " + page("utf-8"), "text/html; charset=windows-1252", id="UTF-8 with one foreign byte"),
        pytest.param(codecs.BOM_UTF8 + page("utf-8"), None, id="UTF-8 with mark"),
    ],
)
def test_arabic_is_read_right_however_it_is_labelled(body, content_type):
    assert f"<h1>{ARABIC}</h1>" in decode(body, content_type)


@pytest.mark.parametrize(
    ("charset", "label", "text"),
    [
        ("cp1252", "iso-8859-1", FRENCH),
        ("cp1252", "latin1", FRENCH),
        ("cp1252", None, FRENCH),
        ("cp1251", "windows-1251", "Землетрясение на севере страны"),
        ("koi8-r", "koi8-r", "Землетрясение на севере страны"),
        ("gb18030", "gb2312", "北部发生地震，当局呼吁民众保持冷静"),
        ("cp932", "x-sjis", "北部で地震、当局は冷静な対応を呼びかけ"),
        ("cp949", "euc-kr", "북부 지역에서 지진 발생"),
        ("big5", "big5", "北部發生地震"),
    ],
)
def test_other_alphabets_are_read_as_they_are_declared(charset, label, text):
    header = f'text/html; charset="{label}"' if label else None
    assert text in decode(page(charset, text=text), header)


def test_an_xml_declaration_counts():
    body = f'<?xml version="1.0" encoding="windows-1256"?><rss><title>{ARABIC}</title></rss>'.encode("cp1256")
    assert ARABIC in decode(body, "application/xml")


def test_the_header_wins_over_the_meta():
    assert FRENCH in decode(page("cp1252", META.format("windows-1251"), FRENCH), "text/html; charset=windows-1252")


@pytest.mark.parametrize("label", ["rot13", "idna", "utf-7", "punycode", "hex", "zlib", "unicode_escape", "undefined"])
def test_codecs_that_are_no_charsets_are_not_chosen(label):
    declared = decode(page("cp1256", META.format(label)), f"text/html; charset={label}")
    assert ARABIC in declared


def test_a_page_of_ten_megabytes_without_a_charset_is_guessed_from_a_piece():
    body = page("cp1256") + b"<p>" + b"x" * 10_000_000
    assert ARABIC in decode(body, None)


@given(st.binary(max_size=300), st.none() | st.text(max_size=40))
def test_decoding_never_raises(body, content_type):
    assert isinstance(decode(body, content_type), str)


@given(st.text(max_size=200).filter(lambda text: not text.startswith(("\ufeff", "<\x00", "\x00<"))))
def test_utf8_comes_back_as_it_was_whatever_the_header_says(text):
    try:
        body = text.encode("utf-8")
    except UnicodeEncodeError:
        return
    assert decode(body, "text/html; charset=windows-1256") == text
