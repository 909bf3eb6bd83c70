"""Cuts folded text into words with their places in the original; does not know what words mean."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise

from monitor.ports import Token
from monitor.text.lexicon import compounds
from monitor.text.normalize import Folded

ARABIC_LETTERS = (
    r"\u0620-\u063f\u0641-\u064a\u066e-\u06d3\u06d5\u06ee\u06ef\u06fa-\u06fc\u06ff\u0750-\u077f\u0870-\u08c9"
)
# Digits stick to Latin letters (covid19, 24h) but not to Arabic ones (حجز17متهما is three words).
WORD = rf"[{ARABIC_LETTERS}]+|[^\W_{ARABIC_LETTERS}]+"
_DOTTED = r"(?<![^\W_])[a-z](?:\.[a-z])+(?![^\W_])"  # O.N.U., U.S.
_WORD = re.compile(WORD)
_WORD_OR_DOTTED = re.compile(rf"{_DOTTED}|{WORD}")
_SENTENCE_BREAK = re.compile(r"[:.!?؟؛;۔。|¦•]")
# Two words without a space between them, after a letter that does not join the next: الدارالبيضاء, وزيرالداخلية.
# ة ends a word wherever it stands; digits behind letters may be a number of their own (covid19).
_GLUED = re.compile(r"(?<=.[ادذرزي])(?=ال(?:.{3}|له$))|(?<=.و)(?=ال(?!د).{3})|(?<=.ة)(?=.{2})|(?<=[a-z]{3})(?=\d)")


def tokens(folded: Folded) -> tuple[Token, ...]:
    """Return the words in order. Apostrophes and hyphens separate words; commas, quotes and dashes do too.

    Dotted letters are one word (O.N.U.), and so are compounds that do not mean their parts (hors-la-loi).
    """
    text, offsets, original = folded.text, folded.offsets, folded.original
    found: list[Token] = []
    last = 0
    for match in (_WORD_OR_DOTTED if "." in text else _WORD).finditer(text):
        start, end = match.span()
        breaks = start - last > 1 or text[last:start] != " "
        first = offsets[start]
        behind = max(offsets[end], offsets[end - 1] + 1)  # one character can become several words (ﷺ)
        word = match.group()
        written = original[first:behind]
        found.append(
            Token(
                word.replace(".", "") if "." in word else word,
                first,
                behind,
                breaks and bool(found) and _SENTENCE_BREAK.search(text, last, start) is not None,
                end - start > 1 and written.isupper(),
                written,
            )
        )
        last = end
    return tuple(_joined(found))


def unglued(words: Sequence[Token]) -> tuple[Token, ...] | None:
    """Return the words with those taken apart that miss a space before an article, or None: there are none.

    It is a second way to read a headline, since many words only look so (العدالة is none of them, ليبراليون is).
    """
    if not any(_GLUED.search(token.text) for token in words):
        return None
    return tuple(piece for token in words for piece in _pieces(token))


def _pieces(token: Token) -> Iterator[Token]:
    """Yield the parts of a glued word; all of them stand where the word stands."""
    cuts = [0, *(match.start() for match in _GLUED.finditer(token.text)), len(token.text)]
    for start, end in pairwise(cuts):
        yield token._replace(text=token.text[start:end], breaks=token.breaks and not start)


def _joined(found: list[Token]) -> list[Token]:
    """Put the parts of compounds together."""
    known = compounds()
    if known.keys().isdisjoint(token.text for token in found):
        return found
    joined: list[Token] = []
    place = 0
    while place < len(found):
        length, text = _compound(found, place)
        first, last = found[place], found[place + length - 1]
        joined.append(first if length == 1 else first._replace(text=text, end=last.end))
        place += length
    return joined


def _compound(found: Sequence[Token], place: int) -> tuple[int, str]:
    """Return how many words from here are one, and its text."""
    for parts, text in compounds().get(found[place].text, ()):
        here = found[place : place + len(parts)]
        if tuple(token.text for token in here) == parts and not any(token.breaks for token in here[1:]):
            return len(parts), text
    return 1, found[place].text
