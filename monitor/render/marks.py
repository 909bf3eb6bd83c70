"""Text with marks in it: which part is bold, which is the link. Services' markup is made of it elsewhere.

The marks are control characters, which no headline and no template can bring along, since these are cleaned of them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from monitor.render.safe import ELLIPSIS, FSI, LRM, PDI, RLM, Piece, inner_mark, is_rtl

BOLD, PLAIN = "\x01", "\x02"
LINK, END = "\x03", "\x04"
BLANK = "\x05"  # a line that is to be blank; others that turn out so are left out
_MARKS = re.compile("[\x01-\x05]")
_ISOLATED = re.compile(f"{FSI}[^{FSI}{PDI}]*{PDI}")


@dataclass(frozen=True, slots=True)
class Part:
    """A stretch of a line."""

    pieces: tuple[Piece, ...]
    linked: bool = False

    @property
    def text(self) -> str:
        return "".join(piece.text for piece in self.pieces)


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a message: `rtl` is the direction it runs in."""

    parts: tuple[Part, ...]
    rtl: bool

    @property
    def linked(self) -> bool:
        return any(part.linked for part in self.parts)


def bold(text: str) -> str:
    """Mark a text as bold as a whole."""
    plain = text.replace(BOLD, "").replace(PLAIN, "")
    return f"{BOLD}{plain}{PLAIN}" if plain else ""


def linked(text: str) -> str:
    """Mark a text as the link to the headline's page."""
    plain = text.replace(LINK, "").replace(END, "")
    return f"{LINK}{plain}{END}" if plain else ""


def marked(pieces: tuple[Piece, ...]) -> str:
    """Return the text of a headline with its matched words bold."""
    return "".join(bold(piece.text) if piece.hit else piece.text for piece in pieces)


def unmarked(text: str) -> str:
    """Return what is seen of a text."""
    return _MARKS.sub("", text)


def clipped(text: str, width: int) -> str:
    """Return the first so many characters that are seen, with their marks, the last of them «…» when some are gone."""
    if len(unmarked(text)) <= width:
        return text
    room, kept = max(0, width - 1), ""
    for char in text:
        seen = not _MARKS.match(char)
        if seen and not room:
            break
        kept += char
        room -= seen
    return f"{kept.rstrip()}{ELLIPSIS}"


def isolated(text: str) -> str:
    """Wrap a value so that its direction and its surroundings' do not disturb each other; an address is left alone."""
    if text.startswith(f"{LINK}http") or (_ISOLATED.fullmatch(text)):
        return text
    return f"{FSI}{'' if text[0] in LRM + RLM else inner_mark(text)}{text}{PDI}" if text else ""


def lines(text: str) -> Iterator[Line]:
    """Cut marked text into lines; a blank one stands alone, and between others only."""
    blank, begun = False, False
    for line in text.split("\n"):
        blank = blank or line == BLANK
        if unmarked(line).strip():
            if blank and begun:
                yield Line((), rtl=False)
            yield _line(line.strip(" "))
            blank, begun = False, True


def _line(text: str) -> Line:
    parts: list[Part] = []
    hit = False
    for n, stretch in enumerate(re.split(f"[{LINK}{END}]", text)):
        pieces = []
        for piece in re.split(f"([{BOLD}{PLAIN}])", stretch):
            if piece in {BOLD, PLAIN}:
                hit = piece == BOLD
            elif piece:
                pieces.append(Piece(piece, hit))
        if pieces:
            parts.append(Part(tuple(pieces), linked=n % 2 == 1))
    return Line(tuple(parts), rtl=_runs_rtl(unmarked(text)))


def _runs_rtl(text: str) -> bool:
    """Return the direction of the template's own words; of what they say when it has none."""
    own = text
    while own != (fewer := _ISOLATED.sub("", own)):
        own = fewer
    if any(char.isalpha() for char in own):
        return is_rtl(own)
    first = re.search(f"[{LRM}{RLM}]|\\w", text)
    return is_rtl(text) if first is None or first[0] not in LRM + RLM else first[0] == RLM
