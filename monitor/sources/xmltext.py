"""Makes XML from the wild fit for a parser, without what attacks are made of; parses nothing."""

from __future__ import annotations

import re

from monitor.sources.entries import Unreadable

_ENTITY = re.compile(r"<!entity\s", re.IGNORECASE)
_BLANK = "\ufeff \t\r\n"
_DECLARATION = re.compile(r"<\?xml[^>]{0,500}\?>", re.IGNORECASE)
_FORBIDDEN = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_BREAKS = {0x0B: " ", 0x0C: " "}  # forbidden too, but they part words
_REFERENCE = re.compile(r"&#(?:(\d{1,10})|[xX]([0-9a-fA-F]{1,8}));")
_LAST_CODE_POINT = 0x10FFFF


def prepared(text: str) -> bytes:
    """Return the document as UTF-8 that says so, without characters and references that XML forbids.

    Raises:
        Unreadable: it declares entities, which may unfold without end.
    """
    if _ENTITY.search(text):
        raise Unreadable("declares XML entities, which feeds and sitemaps do not need and attacks do")
    text = _DECLARATION.sub("", text.lstrip(_BLANK), count=1)
    text = _REFERENCE.sub(_allowed, _FORBIDDEN.sub("", text.lstrip().translate(_BREAKS)))
    return b'<?xml version="1.0" encoding="utf-8"?>' + text.encode("utf-8")


def _allowed(reference: re.Match[str]) -> str:
    code = int(reference[1]) if reference[1] else int(reference[2], 16)
    return reference.group() if code <= _LAST_CODE_POINT and not _FORBIDDEN.match(chr(code)) else "\ufffd"
