"""Notes where the lists of a page and their entries stand in its bytes, without parsing it; knows no headlines.

A list is an element with several entries that hold links. What is not written as plainly as `<li>...</li>` is left out:
the outline only serves to read a part of a page again, and the whole page can always be read instead.
"""

from __future__ import annotations

import re
from array import array
from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from monitor.sources.hunks import Hunk

FEWEST = 3  # entries of a list
_VOID = frozenset(
    b"area base basefont bgsound br col embed frame hr img input keygen link meta param source track wbr".split()
)
_RAW = frozenset(b"script style textarea title xmp noembed noframes iframe plaintext template svg math".split())
_TAG = re.compile(rb"""<(?:(/?)([a-zA-Z][a-zA-Z0-9:-]*+)((?:[^>"'<]++|"[^"]*+"|'[^']*+')*+)>|!--|/?[a-zA-Z])""")


class Tag(NamedTuple):
    """One tag as it is written."""

    name: bytes  # in small letters; empty for what is no tag, such as half of one
    start: int
    stop: int
    closing: bool = False
    alone: bool = False  # it has no end tag


class Entry(NamedTuple):
    """One element of a run of markup that stands in no other."""

    tag: Tag
    stop: int
    linked: bool = False


Nesting = frozenset[tuple[bytes, bytes, bool]]
"""Which elements stand directly in which, and whether they are closed by themselves."""


class Part(NamedTuple):
    """A run of entries of a list, and what stands between them."""

    place: int  # of the list in the outline
    start: int
    stop: int


class Moved(NamedTuple):
    """The outline of the next version of a page."""

    outline: Outline
    places: Mapping[int, int]  # by those in the outline before
    added: Sequence[Sequence[int]]  # the places of the entries of each part; -1 for those without links


def tags_in(body: bytes) -> Iterator[Tag]:
    """Yield the tags of a body up to the first that is not plainly written, which comes without a name.

    Of elements that hold no markup only the start and the end are looked at.
    """
    place = 0
    while found := _TAG.search(body, place):
        start, place = found.span()
        closing, name, rest = found.groups()
        if name is not None:
            name = name.lower()
            alone = name in _VOID or rest.endswith(b"/")
            yield Tag(name, start, place, closing != b"", alone)
            if name in _RAW and not closing and not alone:
                place = body.find(b"</" + found[2], place)
        else:
            place = body.find(b"-->", place) if found[0] == b"<!--" else -1
        if place < 0:
            yield Tag(b"", start, len(body))
            return


@dataclass(slots=True)
class _Element:
    tag: Tag
    place: int
    parent: _Element | None
    stop: int = -1  # where its end tag ends; unknown for what is not closed properly
    linked: bool = False
    entries: int = 0


@dataclass(slots=True)
class Outline:
    """The lists of a page, their entries, what is around them and what else has links beside that, in page order."""

    starts: array[int] = field(default_factory=lambda: array("i"))
    insides: array[int] = field(default_factory=lambda: array("i"))  # where the start tag ends
    stops: array[int] = field(default_factory=lambda: array("i"))  # where the end tag ends
    parents: array[int] = field(default_factory=lambda: array("i"))
    lists: bytearray = field(default_factory=bytearray)  # 1: is one

    def part_around(self, body: bytes, start: int, stop: int) -> Part | None:
        """Return the entries of the innermost list that a stretch of its page touches, or the next to it."""
        place = self._innermost(body, start, stop)
        while place >= 0 and not self.lists[place]:
            place = self.parents[place]
        if place < 0:
            return None
        behind = bisect_left(self.starts, self.stops[place])
        entries = [one for one in range(place + 1, behind) if self.parents[one] == place]
        touched = [one for one in entries if self.stops[one] > start and self.starts[one] < stop]
        if not touched:
            touched = [one for one in entries if self.starts[one] >= stop][:1] or entries[-1:]
        if not touched:
            return None
        return Part(place, min(start, self.starts[touched[0]]), max(stop, self.stops[touched[-1]]))

    def entries_in(self, part: Part) -> list[int]:
        """Return the entries that a part holds."""
        return [one for one in range(*self.range_of(part)) if self.parents[one] == part.place]

    def range_of(self, part: Part) -> tuple[int, int]:
        """Return the first place in a part, and the first behind it."""
        return bisect_left(self.starts, part.start), bisect_left(self.starts, part.stop)

    def count(self, place: int) -> int:
        """Return how many entries a list has."""
        return self.parents.count(place)

    def behind(self, place: int) -> int:
        """Return the next place that is not inside one."""
        return bisect_left(self.starts, self.stops[place])

    def moved(
        self, body: bytes, hunks: Sequence[Hunk], news: Sequence[tuple[Part, int, Sequence[Entry]]]
    ) -> Moved | None:
        """Return the outline of the next version of the page, or None when one must be made anew.

        Args:
            body: the version that this is the outline of.
            hunks: what differs; a part that was read again is one difference.
            news: these parts, where they begin now, and their entries there.
        """
        made = Outline(self.starts[:], self.insides[:], self.stops[:], self.parents, self.lists)
        done, shift = 0, 0
        for hunk in (*sorted(hunks), Hunk(len(body), len(body), 0, 0)):
            behind = bisect_left(self.starts, hunk.start)
            if shift:
                for column in (made.starts, made.insides, made.stops):
                    column[done:behind] = array("i", [place + shift for place in column[done:behind]])
            if hunk.start == len(body):
                break
            if self._breaks(hunk) and not any((part.start, part.stop) == hunk[:2] for part, _, _ in news):
                return None
            grown = hunk.new_stop - hunk.new_start - (hunk.stop - hunk.start)
            for place in self.around(self._innermost(body, hunk.start, hunk.stop)):
                made.stops[place] += grown
            done, shift = behind, shift + grown
        return made._with(self, news)

    def _breaks(self, hunk: Hunk) -> bool:
        """Tell whether a stretch holds an end of what is noted."""
        first = bisect_left(self.starts, hunk.start)
        if first < len(self.starts) and self.starts[first] < hunk.stop:
            return True
        return any(hunk.start < stop <= hunk.stop for stop in self.stops)

    def _with(self, old: Outline, news: Sequence[tuple[Part, int, Sequence[Entry]]]) -> Moved:
        """Return this with the entries of parts in place of those that stood there."""
        made, index = Outline(), {-1: -1}
        added: list[list[int]] = []
        done = 0
        for part, start, entries in news:
            first, behind = old.range_of(part)
            made._copy(self, range(done, first), index)
            added.append([made._add_entry(start, entry, index[part.place]) for entry in entries])
            done = behind
        made._copy(self, range(done, len(self.starts)), index)
        return Moved(made, index, added)

    def _add_entry(self, start: int, entry: Entry, parent: int) -> int:
        if not entry.linked:
            return -1
        self.add(start + entry.tag.start, start + entry.tag.stop, start + entry.stop, parent, 0)
        return len(self.starts) - 1

    def _copy(self, other: Outline, places: range, index: dict[int, int]) -> None:
        for place in places:
            index[place] = len(self.starts)
            parent = index[other.parents[place]]
            self.add(other.starts[place], other.insides[place], other.stops[place], parent, other.lists[place])

    def add(self, start: int, inside: int, stop: int, parent: int, is_list: int) -> None:
        """Note one more element."""
        self.starts.append(start)
        self.insides.append(inside)
        self.stops.append(stop)
        self.parents.append(parent)
        self.lists.append(is_list)

    def around(self, place: int) -> Sequence[int]:
        """Return a place and those around it, the outermost first."""
        chain = []
        while place >= 0:
            chain.append(place)
            place = self.parents[place]
        return chain[::-1]

    def _innermost(self, body: bytes, start: int, stop: int) -> int:
        place = bisect_right(self.starts, start) - 1
        while place >= 0 and not (self.insides[place] <= start and stop <= self._end_tag(body, place)):
            place = self.parents[place]
        return place

    def _end_tag(self, body: bytes, place: int) -> int:
        stop = self.stops[place]
        return body.rfind(b"<", 0, stop) if body[:stop].endswith(b">", stop - 1) else stop


def outline(body: bytes) -> Outline:
    """Return the outline of a page."""
    elements = _elements(body)
    around: dict[int, _Element] = {}
    for element in filter(_is_list, elements):
        one: _Element | None = element
        while one and one.place not in around:
            around[one.place] = one
            one = one.parent
    made = Outline()
    index: dict[int, int] = {}
    for element in elements:
        parent = element.parent.place if element.parent else -1
        if element.place in around or (parent in around and element.linked and element.stop >= 0):
            index[element.place] = len(made.starts)
            stop = element.stop if element.stop >= 0 else len(body)
            made.add(element.tag.start, element.tag.stop, stop, index.get(parent, -1), _is_list(element))
    return made


def _is_list(element: _Element) -> bool:
    return element.entries >= FEWEST and element.stop >= 0


def entries_of(text: bytes) -> tuple[list[Entry], Nesting] | None:
    """Return the outermost elements of a run of markup and how it is nested; None when it is not plainly written."""
    entries: list[Entry] = []
    nesting = set[tuple[bytes, bytes, bool]]()
    around: list[Tag] = []
    linked = False
    for tag in tags_in(text):
        if tag.closing:
            if not around or around[-1].name != tag.name:
                return None
            opened = around.pop()
            if not around:
                entries.append(Entry(opened, tag.stop, linked))
            continue
        if not tag.name:
            return None
        nesting.add((around[-1].name if around else b"", tag.name, tag.alone))
        linked = tag.name == b"a" or (linked and bool(around))
        if not tag.alone:
            around.append(tag)
        elif not around:
            entries.append(Entry(tag, tag.stop))
    return None if around else (entries, frozenset(nesting))


def _elements(body: bytes) -> list[_Element]:
    elements: list[_Element] = []
    around: list[_Element] = []
    opened = Counter[bytes]()
    for tag in tags_in(body):
        if not tag.name:
            break
        if tag.closing:
            if opened[tag.name]:
                _close(around, opened, tag)
        elif not tag.alone:
            element = _Element(tag, len(elements), around[-1] if around else None, linked=tag.name == b"a")
            elements.append(element)
            around.append(element)
            opened[tag.name] += 1
    return elements


def _close(around: list[_Element], opened: Counter[bytes], tag: Tag) -> None:
    """Close the innermost element of the name; what is inside and still open was not closed properly."""
    while True:
        element = around.pop()
        opened[element.tag.name] -= 1
        is_it = element.tag.name == tag.name
        if is_it:
            element.stop = tag.stop
        if element.parent and element.linked:
            element.parent.linked = True
            element.parent.entries += is_it
        if is_it:
            return
