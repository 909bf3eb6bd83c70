"""Cuts folded text into words with their places in the original; does not know what words mean."""

from __future__ import annotations

import re
from typing import NamedTuple

from monitor.text.normalize import Folded

ARABIC_LETTERS = (
    r"\u0620-\u063f\u0641-\u064a\u066e-\u06d3\u06d5\u06ee\u06ef\u06fa-\u06fc\u06ff\u0750-\u077f\u0870-\u08c9"
)
# Digits stick to Latin letters (covid19, 24h) but not to Arabic ones (حجز17متهما is three words).
WORD = rf"[{ARABIC_LETTERS}]+|[^\W_{ARABIC_LETTERS}]+"
_WORD = re.compile(WORD)
_SENTENCE_BREAK = re.compile(r"[:.!?؟؛;۔。|¦•]")


class Token(NamedTuple):
    """A folded word; `start` and `end` are its place in the original text, ornaments included."""

    text: str
    start: int
    end: int
    breaks: bool  # sentence punctuation stands between it and the word before


def tokens(folded: Folded) -> tuple[Token, ...]:
    """Return the words in order. Apostrophes and hyphens separate words; commas, quotes and dashes do too."""
    text, offsets = folded.text, folded.offsets
    found: list[Token] = []
    last = 0
    for match in _WORD.finditer(text):
        start, end = match.span()
        breaks = start - last > 1 or text[last:start] != " "
        found.append(
            Token(
                match.group(),
                offsets[start],
                max(offsets[end], offsets[end - 1] + 1),  # one character can become several words (ﷺ)
                breaks and bool(found) and _SENTENCE_BREAK.search(text, last, start) is not None,
            )
        )
        last = end
    return tuple(found)
