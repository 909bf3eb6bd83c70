"""Folds text so that spellings of one word become equal, and maps every folded character back; knows no words.

The folding is a function of single characters, so composed and decomposed spellings fold alike and folding twice
changes nothing.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

_SPECIAL = {
    # what compatibility normalisation leaves apart: seats and shapes of Arabic letters across keyboards
    **dict.fromkeys("ٱ", "ا"),
    **dict.fromkeys("ىیےې", "ي"),
    **dict.fromkeys("کڪگڭݣ", "ك"),  # the last three write g in Persian and Moroccan names (أڭادير)
    **dict.fromkeys("ہھە", "ه"),
    "ۃ": "ة",
    "پ": "ب",
    "چ": "ج",
    "ڤ": "ف",
    "ڨ": "ق",  # g in Tunisian names (ڨفصة)
    "٪": "%",
    # Latin letters that have no decomposition
    "œ": "oe",
    "æ": "ae",
    "ı": "i",
    "ø": "o",
    "ł": "l",
    "đ": "d",
    # apostrophes; the half rings of transliteration (Qurʾan, Saʿd) are no letters
    **dict.fromkeys("’‘‛ʼʻ′", "'"),
    **dict.fromkeys("ʾʿ", ""),
}
_TRADEMARKS = "™℠"  # compatibility normalisation would glue "TM" to the name
_ARABIC_MARK_SHAPES = range(0xFE70, 0xFE80)  # would become a space and a mark, and split the word
_TATWEEL = "\u0640"
_CACHED_BELOW = 0x30000  # letters live here; nobody may fill memory with the rest


@dataclass(frozen=True, slots=True)
class Folded:
    """Folded text; `offsets[i]` is the index in the original of what became `text[i]`, with the end as last."""

    text: str
    offsets: Sequence[int]
    original: str


class _Table(dict[int, str]):
    """Folded form of every character by its code point, filled as characters are met."""

    def __missing__(self, code: int) -> str:
        folded = _fold_character(chr(code))
        if code < _CACHED_BELOW:
            self[code] = folded
        return folded


_TABLE = _Table()


def fold_text(text: str) -> str:
    """Return the folded text alone."""
    return text.lower() if text.isascii() else text.translate(_TABLE)


def fold(text: str) -> Folded:
    """Return the folded text with its offsets.

    Compatibility forms, tashkeel, tatweel, bidi and zero-width characters, seats of hamza, ى/ي, Persian letters,
    digits, case and accents disappear; ة stays apart from ه, since only a word's language knows when they are one.
    """
    if text.isascii():
        return Folded(text.lower(), range(len(text) + 1), text)
    pieces = list(map(_TABLE.__getitem__, map(ord, text)))
    folded = "".join(pieces)
    if len(folded) == len(text) and "" not in pieces:
        return Folded(folded, range(len(text) + 1), text)
    offsets = [index for index, piece in enumerate(pieces) for _ in piece]
    return Folded(folded, (*offsets, len(text)), text)


def _fold_character(char: str) -> str:
    if ord(char) in _ARABIC_MARK_SHAPES:
        return ""
    if char in _TRADEMARKS:
        return " "
    folded = char
    while (again := _fold_once(folded)) != folded:
        folded = again
    return folded


def _fold_once(text: str) -> str:
    """Apply every step once; a step can make work for an earlier one (ﬃ, ſ, the Kelvin sign)."""
    return "".join(map(_replace, unicodedata.normalize("NFKD", text.casefold())))


def _replace(char: str) -> str:
    category = unicodedata.category(char)
    if category[0] == "M" or category == "Cf" or char == _TATWEEL:
        return ""
    if category == "Nd":
        return str(unicodedata.decimal(char))
    return _SPECIAL.get(char, char)
