"""Reads JSON as servers send it, with what some wrap around it; knows no format made of JSON."""

from __future__ import annotations

import json
import re
from typing import Any

from monitor.sources import diagnosis
from monitor.sources.entries import Unreadable

_BLANK = "\ufeff \t\r\n"
_SHIELD = re.compile(r"(?:\)\]\}'?,?|while\s?\(1\);|for\s?\(;;\);)\s*")  # keeps other sites' scripts from reading it
_WRAPPING = re.compile(r"(?:/\*\*/\s*)?(?:(?:var|let|const)\s+)?[A-Za-z_$][\w$.]{0,200}\s{0,9}[(=]\s*")  # JSONP
_START = re.compile(r"\[\s*\{\s*\"|\{\s*\"|\[\s*\]\s*\Z")
_DECODER = json.JSONDecoder(strict=False)


def load(text: str) -> Any:
    """Return what the JSON holds; a call around it (`callback(…);`), or a guard or a site's warnings before it, go.

    Raises:
        Unreadable: it is no JSON; says what it is instead.
    """
    text = text.strip(_BLANK)
    shield = _SHIELD.match(text)
    text = text[shield.end() :] if shield else text
    wrapping = _WRAPPING.match(text)
    try:
        if wrapping:
            return _DECODER.raw_decode(text, wrapping.end())[0]
        return _DECODER.decode(_without_warnings(text))
    except (ValueError, RecursionError):
        raise Unreadable(f"is not JSON{_instead(text)}") from None


def _without_warnings(text: str) -> str:
    """Return the text from where JSON may start: PHP prints its warnings before what it was asked for."""
    start = None if text.startswith(("{", "[")) else _START.search(text)
    return text[start.start() :] if start else text


def as_text(value: Any) -> str:
    """Return a text or number as text, and nothing for everything else."""
    return str(value).strip() if isinstance(value, str | int | float) and not isinstance(value, bool) else ""


def _instead(text: str) -> str:
    if text.startswith(("{", "[")):
        return ", although it starts like it"
    other = diagnosis.not_html(text.encode("utf-8", "replace"), text) or "an HTML page or the like"
    stands_in = diagnosis.stands_in(text)
    return f" but {other}{f': {stands_in}' if stands_in else ''}"
