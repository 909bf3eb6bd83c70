"""Reads a page as lines of text and finds a heading and the running text below it; knows no metadata."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import chain, islice

from bs4.element import CData, NavigableString, Tag

from monitor.sources.visible import INLINE, UNSEEN, classes, has_title_class, is_time
from monitor.text import title_key

_HEADINGS = ("h1", "h2", "h3", "h4", "h5", "h6")
_APART = frozenset({"nav", "footer", "aside", "form", "figure", "figcaption", "noscript", "label", "table"})
_APART_CLASS = re.compile(
    r"comment|related|sidebar|widget|share|social|breadcrumb|caption|newsletter|cookie|menu|promo|advert|ticker|breaking",
    re.IGNORECASE,
)
_TEXT_CLASS = re.compile(r"(?:entry|post|article|single|story|news|main)[-_]?(?:content|body|text)", re.IGNORECASE)
_PARAGRAPHS = frozenset({"p", "li", "blockquote"})
_TEXTS = (NavigableString, CData)  # comments and scripts are other kinds of strings
_TITLE_AGAIN = 4  # lines within which it may stand once more
_MOST_NODES = 100_000
_MOST_LINES = 4000
_LONGEST_LINE = 5000
_SHORTEST = 30  # characters of a paragraph
_LINKED = 0.4  # share of a line that is links, from which it leads elsewhere
_SAME_TITLE = 0.6  # share of common words
_NAMED_AS_TEXT = 1.5  # how much more a container counts whose name says that it holds the text
_MOST_PARAGRAPHS = 200


@dataclass(frozen=True, slots=True)
class Place:
    """What a text inherits from the elements around it."""

    block: Tag  # the innermost that is no part of a line
    linked: bool = False
    apart: Tag | None = None  # beside the running text: a menu, a caption, comments
    time: Tag | None = None  # made or named for a time
    heading: str | None = None  # h1 … h6, or "title" where an element is named so


@dataclass(slots=True)
class Line:
    """A line as a browser shows it; one without text is an empty time element."""

    place: Place
    text: str = ""
    linked: int = 0  # characters that are links
    times: list[Tag] = field(default_factory=list)  # made or named for a time

    def add(self, text: str, place: Place) -> None:
        """Go on with a text."""
        self.text += text if len(self.text) < _LONGEST_LINE else ""
        self.linked += len(text.strip()) if place.linked else 0
        if place.time is not None and all(known is not place.time for known in self.times):
            self.times.append(place.time)

    @property
    def leads_elsewhere(self) -> bool:
        return self.linked > _LINKED * len(self.text)

    @property
    def is_prose(self) -> bool:
        """Whether it can be a paragraph."""
        return len(self.text) >= _SHORTEST and not self.leads_elsewhere and self.place.heading not in _HEADINGS


def lines_of(page: Tag) -> list[Line]:
    """Return the visible lines of a page, in order."""
    found: list[Line] = []
    line: Line | None = None
    stack: list[tuple[Tag | NavigableString | None, Place]] = [(page, Place(page))]  # None: here a line ends
    for _ in range(_MOST_NODES):
        if not stack or len(found) > _MOST_LINES:
            break
        node, place = stack.pop()
        if isinstance(node, Tag):
            place = _inside(node, place)
            if place.time is node and not node.get_text(strip=True):
                found.append(Line(place, times=[node]))
            stack += _contents(node, place)
        elif node is None:
            line = None
        elif line or node.strip():
            if line is None:
                line = Line(place)
                found.append(line)
            line.add(node, place)
    for line in found:
        line.text = " ".join(line.text.split())
    return found


def _contents(tag: Tag, place: Place) -> list[tuple[Tag | NavigableString | None, Place]]:
    """Return what to read next, the last first."""
    if tag.name in UNSEEN:
        return []
    seen = (child for child in reversed(tag.contents) if isinstance(child, Tag) or type(child) in _TEXTS)
    inner = [(child, place) for child in seen if isinstance(child, Tag | NavigableString)]
    return [(None, place), *inner, (None, place)] if place.block is tag or tag.name == "br" else [*inner]


def _inside(tag: Tag, around: Place) -> Place:
    names = classes(tag)
    flows = tag.name in INLINE or tag.name in {"span", "time", "br"}
    beside = tag.name in _APART or any(map(_APART_CLASS.search, names))
    return Place(
        block=around.block if flows else tag,
        linked=around.linked or tag.name == "a",
        apart=tag if beside else around.apart,
        time=tag if is_time(tag) else around.time,
        heading=tag.name if tag.name in _HEADINGS else around.heading or ("title" if has_title_class(tag) else None),
    )


def find_heading(lines: Sequence[Line], titles: Sequence[str]) -> tuple[int, int] | None:
    """Return the first and the last line that show the title, which may stand twice; None when none does.

    `titles` are what others call the page: its metadata, the list its headline was found in. Without any the first
    h1 is believed.
    """
    ranks = [_rank(line, titles) for line in lines]
    best = max(ranks, default=0)
    if not best:
        return None
    first = ranks.index(best)
    near = range(first, min(first + _TITLE_AGAIN, len(lines)))
    return first, max(index for index in near if likeness(lines[index].text, lines[first].text) == 1)


def _rank(line: Line, titles: Sequence[str]) -> float:
    """Return how sure a line shows the title: 0 not at all, 1 word by word, a bit more in an h1."""
    heading = line.place.heading
    if not heading or not line.text:
        return 0
    if not titles:
        return 1 if heading == "h1" else 0
    like = max(likeness(line.text, title) for title in titles)
    return round(like, 1) + (0.25 if heading == "h1" else 0) if like >= _SAME_TITLE else 0


def likeness(title: str, other: str) -> float:
    """Return the share of common words, relative to the longer title: 0 to 1."""
    words, others = set(title_key(title).split()), set(title_key(other).split())
    return len(words & others) / max(1, len(words), len(others))


def paragraphs(lines: Sequence[Line], heading: Line | None) -> list[str]:
    """Return the running text of lines: what stands in the fullest container, without what is beside it."""
    around = {id(parent) for parent in _around(heading)} if heading else set[int]()
    prose = [line for line in lines if line.is_prose and (not line.place.apart or id(line.place.apart) in around)]
    weight: dict[int, float] = defaultdict(float)
    for line in prose:
        for share, holder in _holders(line):
            weight[id(holder)] += share * len(line.text) * (_NAMED_AS_TEXT if _is_named_as_text(holder) else 1)
    if not weight:
        return []
    fullest = max(weight, key=weight.__getitem__)
    inside = [line.text for line in prose if fullest in map(id, _around(line))]
    return inside[:_MOST_PARAGRAPHS]


def _around(line: Line) -> Iterator[Tag]:
    block = line.place.block
    return chain([block], block.parents)


def _holders(line: Line) -> list[tuple[float, Tag]]:
    """Return what may hold the whole text, and how likely: the element around a paragraph, or that around it."""
    block, *parents = islice(_around(line), 3)
    if block.name in _PARAGRAPHS:
        return list(zip((1.0, 0.5), parents, strict=False))
    return list(zip((1.0, 0.75), (block, *parents), strict=False))


def _is_named_as_text(holder: Tag) -> bool:
    return holder.get("itemprop") == "articleBody" or any(map(_TEXT_CLASS.search, classes(holder)))
