"""Turns the bytes of a page or feed into text: by the bytes first, then by what is said of them; parses nothing."""

from __future__ import annotations

import codecs
import re

from charset_normalizer import from_bytes

_BOMS = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"))
_WIDE_STARTS = ((b"<\x00", "utf-16-le"), (b"\x00<", "utf-16-be"))

# How charsets are named (WHATWG Encoding Standard, by Python's names) and what is meant. Nothing else is tried: Python
# also knows codecs such as rot13, idna and utf-7, which a page could use to hide or to burn time.
_MEANT = {
    **{name: name for name in ("utf-8", "utf-16", "utf-16-le", "utf-16-be", "koi8-r", "koi8-u", "gb18030", "big5")},
    **{name: name for name in ("euc_jp", "iso2022_jp", "mac-cyrillic")},
    **{f"cp{number}": f"cp{number}" for number in (866, 874, 932, 949, *range(1250, 1259))},
    **{f"iso8859-{part}": f"iso8859-{part}" for part in (*range(2, 9), 10, 13, 14, 15, 16)},
    "ascii": "cp1252",
    "iso8859-1": "cp1252",
    "iso8859-9": "cp1254",
    "iso8859-11": "cp874",
    "tis-620": "cp874",
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "shift_jis": "cp932",
    "euc_kr": "cp949",
    "big5hkscs": "big5hkscs",
}
_LABELS = {"windows-874": "cp874", "windows-31j": "cp932", "x-sjis": "cp932", "iso-8859-8-i": "iso8859-8"}
# Latin letters without a declaration are read as browsers read them; short texts do not tell é from ŕ.
_NOT_GUESSED = {"utf-16", "utf-16-le", "utf-16-be", "cp1250", "cp1254", "cp1257", "cp1258"} | {
    f"iso8859-{part}" for part in (2, 3, 4, 10, 13, 14, 15, 16)
}
_GUESSED = sorted({*_MEANT.values()} - _NOT_GUESSED)

_HEADER = re.compile(r"charset\s*=\s*[\"']?\s*([\w.:-]+)", re.IGNORECASE | re.ASCII)
_DECLARED = re.compile(
    rb"<\?xml[^>]{0,200}?encoding\s*=\s*[\"']\s*([\w.:-]+)|<meta[^>]{0,500}?charset\s*=\s*[\"']?\s*([\w.:-]+)",
    re.IGNORECASE,
)
_DECLARED_WITHIN = 8192  # bytes; browsers look at 1024, sites put it later
_TELLING = re.compile(rb"[\x80-\xff][^<>]{0,500}")  # text in another alphabet, without the markup around it
_TELLING_ENOUGH = 16384  # bytes
_DAMAGE = 20  # one broken character in so many is damage; more is another charset


def decode(body: bytes, content_type: str | None) -> str:
    """Return the text of a body: by its byte order mark, as strict UTF-8, as declared, else as it looks.

    What is declared comes in the order of trust: the Content-Type header, then a meta element or XML declaration.
    Text that is UTF-8 but for a few bytes counts as UTF-8. Never raises; what cannot be read becomes U+FFFD.
    """
    for mark, charset in _BOMS:
        if body.startswith(mark):
            return body[len(mark) :].decode(charset, "replace")
    for start, charset in _WIDE_STARTS:
        if body.startswith(start):
            return body.decode(charset, "replace")
    try:
        return body.decode("utf-8")
    except UnicodeDecodeError:
        return _decode_other(body, content_type)


def _decode_other(body: bytes, content_type: str | None) -> str:
    as_utf8 = body.decode("utf-8", "replace")
    if _little_damage(as_utf8):
        return as_utf8
    for charset in (_from_header(content_type), _from_declaration(body)):
        if charset and charset != "utf-8":
            text = body.decode(charset, "replace")
            if _little_damage(text):
                return text
    guessed = _guess(body)
    return body.decode(guessed, "replace") if guessed else as_utf8


def _little_damage(text: str) -> bool:
    broken = text.count("\ufffd")
    return broken * _DAMAGE <= sum(map(len, re.findall(r"[^\x00-\x7f]+", text))) - broken if broken else True


def _from_header(content_type: str | None) -> str | None:
    found = _HEADER.search(content_type or "")
    return _meant(found[1]) if found else None


def _from_declaration(body: bytes) -> str | None:
    found = _DECLARED.search(body, 0, _DECLARED_WITHIN)
    charset = _meant((found[1] or found[2]).decode("ascii", "replace")) if found else None
    # Whoever can read the declaration is not reading UTF-16.
    return None if charset and charset.startswith("utf-16") else charset


def _meant(label: str) -> str | None:
    try:
        return _MEANT.get(codecs.lookup(_LABELS.get(label.lower(), label)).name)
    except (LookupError, ValueError):
        return None


def _guess(body: bytes) -> str | None:
    telling = bytearray()
    for found in _TELLING.finditer(body):
        telling += found.group() + b"\n"
        if len(telling) > _TELLING_ENOUGH:
            break
    best = from_bytes(bytes(telling), cp_isolation=_GUESSED).best()
    return _meant(best.encoding) if best else None
