"""How close words stand together in a title, whatever their order."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from typing import NamedTuple

from monitor.match.terms import Hit
from monitor.text import Token


class _Place(NamedTuple):
    first: int  # number of its first word in the title
    last: int
    which: int  # of the words looked for


def words_between(hits: Sequence[Sequence[Hit]], title: Sequence[Token]) -> int:
    """Return how many other words stand in the shortest piece of the title that has a hit of each kind.

    Args:
        hits: for each of the words looked for, where it stands; at least one place each.
        title: the words of the title.
    """
    starts = [token.start for token in title]
    places = sorted(
        _Place(bisect_right(starts, hit.start) - 1, bisect_right(starts, hit.end - 1) - 1, which)
        for which, found in enumerate(hits)
        for hit in found
    )
    latest: dict[int, _Place] = {}
    best = len(title)
    for place in places:
        latest[place.which] = place
        if len(latest) == len(hits):
            first, last = min(one.first for one in latest.values()), max(one.last for one in latest.values())
            own = {word for one in latest.values() for word in range(one.first, one.last + 1)}
            best = min(best, last - first + 1 - len(own))
    return best
