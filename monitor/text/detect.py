"""Tells by its script which languages a word may belong to; does not guess among languages of one script."""

from __future__ import annotations

import re

from monitor.text.tokens import ARABIC_LETTERS

_ARABIC = re.compile(f"[{ARABIC_LETTERS}]")
_LATIN = re.compile("[a-z]")


def languages_of(word: str) -> tuple[str, ...]:
    """Return the codes of the languages to ask about a folded word; none for numbers and other scripts."""
    if _ARABIC.search(word):
        return ("ar",)
    return ("fr", "en") if _LATIN.search(word) else ()
