"""Finds the list entries that hold all that may be new on a page; parses and reads none of them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from monitor.sources.hunks import Hunk, length_of_same, length_of_same_end
from monitor.sources.outline import FEWEST, Entry, Nesting, Outline, Part, entries_of

_LARGEST = 64 * 1024  # bytes; then the whole page may as well be read


class Markup(NamedTuple):
    """A run of elements that stand beside each other."""

    text: bytes
    entries: Sequence[Entry]
    nesting: Nesting


class News(NamedTuple):
    """A part of a page of which every entry is another one now."""

    part: Part  # as it was
    start: int  # where it stands now
    now: Markup
    like: int  # place of an entry of the list that it must be like
    hunks: Sequence[Hunk]  # that it stands for

    @property
    def hunk(self) -> Hunk:
        """Return the exchange of all its entries."""
        return Hunk(self.part.start, self.part.stop, self.start, self.start + len(self.now.text))


def news_in(old: bytes, new: bytes, lists: Outline, hunks: Sequence[Hunk], wanted: Sequence[Hunk]) -> list[News] | None:
    """Return the parts that hold the wanted differences, in page order.

    None when one of them lies in no list, when a part cannot be told from what is around it, or when it is not marked
    up like an entry that is known: then it may mean something else.
    """
    parts = _parts(old, lists, wanted)
    if not parts or sum(part.stop - part.start for part in parts) > _LARGEST or _is_touched(lists, parts, hunks):
        return None
    news = []
    for part in parts:
        one = _news(old, new, lists, hunks, part)
        if one is None:
            return None
        news.append(one)
    return news


def markup_of(text: bytes) -> Markup | None:
    """Return a run of markup with its outermost elements, or None when it is not plainly written."""
    found = entries_of(text)
    return Markup(text, *found) if found else None


def _news(old: bytes, new: bytes, lists: Outline, hunks: Sequence[Hunk], part: Part) -> News | None:
    inside = [hunk for hunk in hunks if part.start <= hunk.start and hunk.stop <= part.stop]
    if any(hunk.start < part.stop and hunk.stop > part.start for hunk in hunks if hunk not in inside):
        return None
    start = inside[0].new_start - (inside[0].start - part.start)
    stop = inside[-1].new_stop + (part.stop - inside[-1].stop)
    entries = lists.entries_in(part)
    changed, start, stop = _without_same(old, new, lists, part, start, stop)
    now = markup_of(new[start:stop])
    if now is None or lists.count(part.place) - len(lists.entries_in(changed)) + len(now.entries) < FEWEST:
        return None
    like = next((one for one in entries if lists.starts[one] >= changed.start), entries[0])
    known = markup_of(old[lists.starts[like] : lists.stops[like]])
    if known is None or not now.nesting <= known.nesting:
        return None
    return News(changed, start, now, like, inside)


def _without_same(old: bytes, new: bytes, lists: Outline, part: Part, start: int, stop: int) -> tuple[Part, int, int]:
    """Return a part without the entries at its ends that are the same as before."""
    was, now = old[part.start : part.stop], new[start:stop]
    same = length_of_same_end(was, now)
    behind = next((lists.starts[one] for one in lists.entries_in(part) if lists.starts[one] >= part.stop - same), None)
    if behind is not None:
        stop -= part.stop - behind
        part = Part(part.place, part.start, behind)
    same = length_of_same(was, 0, new[start:stop], 0)
    ends = [lists.stops[one] for one in lists.entries_in(part) if lists.stops[one] <= part.start + same]
    if ends:
        start += ends[-1] - part.start
        part = Part(part.place, ends[-1], part.stop)
    return part, start, stop


def _parts(body: bytes, lists: Outline, hunks: Sequence[Hunk]) -> list[Part]:
    """Return the parts around differences, those that touch made one; none when one difference has none."""
    parts: list[Part] = []
    for hunk in hunks:
        part = lists.part_around(body, hunk.start, hunk.stop)
        while part and parts and part.start < parts[-1].stop:
            before = parts.pop()
            part = lists.part_around(body, min(before.start, part.start), max(before.stop, part.stop))
        if part is None:
            return []
        parts.append(part)
    return parts


def _is_touched(lists: Outline, parts: Sequence[Part], hunks: Sequence[Hunk]) -> bool:
    """Tell whether the start tag of something around the parts is not what it was."""
    around = {place for part in parts for place in lists.around(part.place)}
    return any(hunk.start < lists.insides[one] and hunk.stop > lists.starts[one] for hunk in hunks for one in around)
