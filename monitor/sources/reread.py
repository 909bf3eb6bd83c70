"""Reads the entries of a page's lists that have changed, and takes everything else from the last page."""

from __future__ import annotations

from array import array
from collections.abc import Sequence
from dataclasses import dataclass, replace

from monitor.model import Fetched
from monitor.sources.excerpt import excerpt
from monitor.sources.hunks import Hunk
from monitor.sources.outline import FEWEST, Moved, Outline, Part
from monitor.sources.parts import Markup, News, markup_of, news_in
from monitor.sources.reading import Listed, PartReader, Reading, Swap, exchanged, gives_the_same, new_place


@dataclass(frozen=True, slots=True)
class Change:
    """A page and its next version."""

    old: bytes
    page: Fetched
    lists: Outline  # of the old version
    hunks: Sequence[Hunk]
    wanted: Sequence[Hunk]  # those that may be news

    def entry(self, place: int) -> Markup | None:
        """Return an entry as it was."""
        return markup_of(self.old[self.lists.starts[place] : self.lists.stops[place]])

    def outline_after(self, news: Sequence[News]) -> Moved | None:
        """Return the outline of the next version, or None when it must be made anew."""
        explained = {hunk for one in news for hunk in one.hunks}
        hunks = [hunk for hunk in self.hunks if hunk not in explained] + [one.hunk for one in news]
        return self.lists.moved(self.old, hunks, [(one.part, one.start, one.now.entries) for one in news])

    def context(self, place: int) -> int:
        """Return a number that stands for what is around a list."""
        return hash(
            tuple(self.old[self.lists.starts[one] : self.lists.insides[one]] for one in self.lists.around(place))
        )


def read_again(before: Reading, change: Change, trusted: set[int]) -> tuple[Reading, Outline] | None:
    """Return what the next version of a page shows, with its outline; None: it must be read as a whole.

    Args:
        before: what the page showed.
        change: the page and its next version.
        trusted: contexts of lists of which an entry was read alone and gave the same; more are added.
    """
    if before.reader is None:
        return None
    news = news_in(change.old, change.page.body, change.lists, change.hunks, change.wanted)
    if news is None:
        return None
    exchange = _exchanged(before, before.reader, change, news, trusted)
    moved = change.outline_after(news)
    if exchange is None or moved is None:
        return None
    lists = _settled(*exchange, moved)
    items = before.reader.join(lists) if lists else None
    return None if items is None else (replace(before, items=items, lists=lists), moved.outline)


def _exchanged(
    before: Reading, reader: PartReader, change: Change, news: Sequence[News], trusted: set[int]
) -> tuple[list[Listed], Sequence[Swap]] | None:
    """Return the lists with their new entries, and where these were put in."""
    runs: list[tuple[int, Markup]] = []
    swaps: list[Swap] = []
    examples: dict[int, int] = {}  # places by their numbers in the excerpt
    for one in news:
        example = None if change.context(one.part.place) in trusted else change.entry(one.like)
        if example:
            examples[_entries(runs)] = one.like
            runs.append((one.part.place, example))
        number = _entries(runs)
        runs.append((one.part.place, one.now))
        swaps.append(Swap(*change.lists.range_of(one.part), range(number, _entries(runs))))
    found = reader.read(before, excerpt(change.old, change.lists, runs), change.page)
    if not all(_is_full(before.lists, change.lists, one.part, swap) for one, swap in zip(news, swaps, strict=True)):
        return None
    if found is None or not all(_is_alike(before.lists, found, change, *one) for one in examples.items()):
        return None
    trusted.update(change.context(one.part.place) for one in news)
    return [exchanged(one, swaps, new) for one, new in zip(before.lists, found, strict=True)], swaps


def _is_full(lists: Sequence[Listed], outline: Outline, part: Part, swap: Swap) -> bool:
    """Tell whether a list shows several headlines besides those that are exchanged, and so is the end of an entry."""
    behind = outline.behind(part.place)
    return any(
        len({one.items[n].url for n in (*one.between(part.place, swap.first), *one.between(swap.behind, behind))})
        >= FEWEST
        for one in lists
    )


def _entries(runs: Sequence[tuple[int, Markup]]) -> int:
    return sum(len(run.entries) for _, run in runs)


def _is_alike(lists: Sequence[Listed], found: Sequence[Listed], change: Change, number: int, place: int) -> bool:
    """Tell whether an entry read alone shows something, and what it showed on its page."""
    behind = change.lists.behind(place)
    return any(known.between(place, behind) for known in lists) and all(
        gives_the_same(known, place, behind, again, number) for known, again in zip(lists, found, strict=True)
    )


def _settled(lists: Sequence[Listed], swaps: Sequence[Swap], moved: Moved) -> list[Listed]:
    """Return lists with the places of the next version; none when one of their headlines has no place there."""
    places = dict(moved.places)
    for swap, added in zip(swaps, moved.added, strict=True):
        places.update((new_place(number), place) for number, place in zip(swap.numbers, added, strict=True))
    settled = [Listed(one.items, array("i", [places[place] for place in one.places])) for one in lists]
    return [] if any(-1 in one.places for one in settled) else settled
