"""Makes text from the web harmless and bidirectional text read right; knows no service and no markup."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from urllib.parse import quote, urlsplit

from monitor.model import Span

RLM = "\u200f"  # right-to-left mark: invisible, sets the direction of a line that begins with it
LRM = "\u200e"
FSI = "\u2068"  # first-strong isolate: what stands up to PDI is laid out by itself
PDI = "\u2069"
ELLIPSIS = "…"
LONGEST_URL = 1500  # characters; a longer address is not shown, the headline is

_JOINERS = "\u200c\u200d"  # spelling in Persian and Indic scripts, and emoji of several people
_URL_SAFE = ":/?#!$&*+,;=%-._~"  # without quotes, brackets, bars, blanks and @ (mentions, user names)


@dataclass(frozen=True, slots=True)
class Piece:
    """A part of a headline, and whether a rule's word matched it."""

    text: str
    hit: bool = False


def harmless(text: str) -> str:
    """Return the text as one line without control, bidi-override, surrogate and private characters."""
    return "".join(map(_shown, text))


@lru_cache(maxsize=4096)
def _shown(char: str) -> str:
    category = unicodedata.category(char)
    if category[0] == "Z" or char in "\t\n\v\f\r\x85":
        return " "
    return "" if category in {"Cc", "Cf", "Cs", "Co"} and char not in _JOINERS else char


def pieces(title: str, spans: Iterable[Span]) -> tuple[Piece, ...]:
    """Cut a title at its matched words; spans may overlap, and are positions in `title`."""
    hits = bytearray(len(title))
    for span in spans:
        start = min(max(0, span.start), len(title))
        end = max(start, min(span.end, len(title)))
        hits[start:end] = b"\x01" * (end - start)
    cuts = [i for i in range(1, len(title)) if hits[i] != hits[i - 1]]
    bounds = zip([0, *cuts], [*cuts, len(title)], strict=True)
    found = (Piece(harmless(title[a:b]), bool(hits[a])) for a, b in bounds if a < b)
    return tuple(piece for piece in found if piece.text)


def cut(parts: Sequence[Piece], width: int) -> tuple[Piece, ...]:
    """Return the first `width` characters of a headline, the last of them «…» when some are missing."""
    if sum(len(part.text) for part in parts) <= width:
        return tuple(parts)
    kept: list[Piece] = []
    room = width - 1
    for part in parts:
        kept.append(Piece(part.text[:room], part.hit))
        room -= len(kept[-1].text)
        if room == 0:
            break
    return (*kept, Piece(ELLIPSIS))


def is_rtl(text: str) -> bool:
    """Tell whether more letters of the text run from right to left than from left to right."""
    classes = [unicodedata.bidirectional(char) for char in text]
    return sum(c in {"R", "AL"} for c in classes) > classes.count("L")


def isolate(text: str) -> str:
    """Wrap text so that its direction and its surroundings' do not disturb each other."""
    return f"{FSI}{inner_mark(text)}{text}{PDI}"


def inner_mark(text: str) -> str:
    """Return the mark that must stand before a text whose first letter runs against the rest, or nothing."""
    strong = next((c for c in map(unicodedata.bidirectional, text) if c in {"L", "R", "AL"}), "L")
    if (strong != "L") == is_rtl(text):
        return ""
    return RLM if strong == "L" else LRM


def safe_url(url: str | None) -> str | None:
    """Return the address percent-encoded so that no markup can end inside it; None if it is not http(s)."""
    if not url:
        return None
    encoded = quote(harmless(url).strip(), safe=_URL_SAFE, errors="replace")
    parts = urlsplit(encoded)
    host = parts.hostname or ""
    usable = parts.scheme in {"http", "https"} and host and "%" not in host and len(encoded) <= LONGEST_URL
    return encoded if usable else None


def units(text: str) -> int:
    """Return the length in UTF-16 code units, which is how the strictest services count."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2
