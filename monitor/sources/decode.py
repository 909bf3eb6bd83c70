"""Bytes to text, whatever the site says about its charset; never fails, never runs an exotic codec."""

from __future__ import annotations

import codecs
import re

from charset_normalizer import from_bytes

_BOMS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
_KNOWN = re.compile(
    r"utf-?8|utf-?16(le|be)?|us-ascii|(windows-|cp)(125[0-8]|874)|iso-?8859-\d+|latin-?1|koi8-[ru]|gb(k|2312|18030)"
    r"|big5|shift[_-]jis|euc-(jp|kr)|macroman"
)
_HEADER = re.compile(r"charset\s*=\s*[\"']?([\w.:-]+)", re.IGNORECASE)
_META = re.compile(rb"<meta[^>]{0,200}charset\s*=\s*[\"']?([\w.:-]+)", re.IGNORECASE)
_XML = re.compile(rb"<\?xml[^>]{0,100}encoding\s*=\s*[\"']([\w.:-]+)", re.IGNORECASE)
_HEAD = 4096  # bytes in which a page may declare its charset


def decode(body: bytes, content_type: str | None) -> str:
    """Return the text: byte-order mark, strict UTF-8, header, the page's own declaration, then a guess.

    Strict UTF-8 comes before all declarations, since a page that is not UTF-8 practically never decodes as it,
    while headers and metas are wrong every day.
    """
    for bom, charset in _BOMS:
        if body.startswith(bom):
            return body.decode(charset, "replace")
    try:
        return body.decode("utf-8")
    except UnicodeDecodeError as error:
        cut_short = len(body) - error.start < 4
    if cut_short:
        return body.decode("utf-8", "replace")
    for charset in _declared(body, content_type):
        try:
            return body.decode(charset)
        except UnicodeDecodeError:
            continue
    found = from_bytes(body[:200_000]).best()
    return body.decode(found.encoding if found else "utf-8", "replace")


def _declared(body: bytes, content_type: str | None) -> list[str]:
    head = body[:_HEAD]
    found = [match[1] for match in [_HEADER.search(content_type or "")] if match]
    found += [match[1].decode("ascii", "replace") for match in (_META.search(head), _XML.search(head)) if match]
    names = [name.lower() for name in found if _KNOWN.fullmatch(name.lower())]
    return [name for name in names if not name.startswith("utf-")]
