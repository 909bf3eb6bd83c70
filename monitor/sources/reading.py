"""What one reading of a page found, and how parts of it can be read again; reads no page itself.

Parts alone tell the same as on their page only where what is asked of them looks at nothing else. So an entry that is
known is read along with the new ones: unless it gives what it gave on the page, the page is read as a whole.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple, Protocol

from monitor.model import Fetched, Item


class Listed(NamedTuple):
    """Headlines in page order, and the list entry that each stands in."""

    items: Sequence[Item]
    places: Sequence[int]  # -1: in none

    def between(self, first: int, behind: int) -> range:
        """Return which of them stand in a range of entries."""
        return range(bisect_left(self.places, first), bisect_left(self.places, behind))


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What a page showed, and from which lists that was put together."""

    items: Sequence[Item]
    lists: Sequence[Listed] = ()
    base: str = ""  # what its links are relative to
    reader: PartReader | None = None  # None: it can only be read as a whole

    def can_be_cut(self) -> bool:
        """Tell whether parts of the page can be read again."""
        ordered = (all(a <= b for a, b in zip((0, *one.places), one.places, strict=False)) for one in self.lists)
        return self.reader is not None and all(ordered)


class PartReader(Protocol):
    """Reads excerpts in the same way as the whole page was read."""

    def read(self, before: Reading, excerpt: bytes, page: Fetched) -> Sequence[Listed] | None:
        """Return for each list what the entries of an excerpt show; None: the page must be read."""

    def join(self, lists: Sequence[Listed]) -> Sequence[Item] | None:
        """Return what lists show together; None when it is so little that the page must be read."""


class Swap(NamedTuple):
    """A range of the entries of the last page, and the numbers of the ones in an excerpt that stand there now."""

    first: int
    behind: int
    numbers: range


def exchanged(listed: Listed, swaps: Sequence[Swap], found: Listed) -> Listed:
    """Return a list with what stands in ranges of its entries exchanged; its places are still the old ones.

    What is new gets a `new_place`.
    """
    items: list[Item] = []
    places: list[int] = []
    done = 0
    for swap in swaps:
        gone = listed.between(swap.first, swap.behind)
        come = found.between(swap.numbers.start, swap.numbers.stop)
        items += [*listed.items[done : gone.start], *found.items[come.start : come.stop]]
        places += [*listed.places[done : gone.start], *(new_place(found.places[one]) for one in come)]
        done = gone.stop
    return Listed([*items, *listed.items[done:]], [*places, *listed.places[done:]])


def new_place(number: int) -> int:
    """Return what stands for the place of an entry of an excerpt, which has none yet."""
    return -2 - number


def gives_the_same(listed: Listed, first: int, behind: int, found: Listed, number: int) -> bool:
    """Tell whether an entry read alone gives what it gave on its page, «five minutes ago» aside."""
    known, again = listed.between(first, behind), found.between(number, number + 1)
    return len(known) == len(again) and all(
        _is_alike(listed.items[one], found.items[other]) for one, other in zip(known, again, strict=True)
    )


def _is_alike(one: Item, other: Item) -> bool:
    return (one.published_at is None) == (other.published_at is None) and _told(one) == _told(other)


def _told(item: Item) -> tuple[object, ...]:
    return item.title, item.url, item.section, item.breaking, item.evidence, item.category, item.guid, item.summary
