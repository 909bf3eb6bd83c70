"""Where on a page headlines stand among familiar ones, and which stood in one place before; judges no words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise

from monitor.model import Item, Section


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where one item of a page stands."""

    above: bool = False  # half of the familiar headlines of its block, at least, stand below it: where news appears
    leads: bool = False  # all of them do, but one that may be pinned
    trails: bool = False  # none of them does, in a feed, where news is added at the top
    share: float = 0.0  # of familiar headlines in its block
    ticker: bool = False


def places(items: Sequence[Item], seen: Sequence[datetime | None]) -> list[Place]:
    """Return the place of each item; what one selector or rule found is one block.

    `seen` is when each item was seen first; None: it is new. A headline that is pinned above the others does not make
    those below it old. A feed adds news at the top when its first headlines were seen later than its last ones.
    """
    blocks: dict[tuple[Section, str], list[int]] = {}
    for index, item in enumerate(items):
        blocks.setdefault((item.section, item.evidence), []).append(index)
    found = [Place()] * len(items)
    for (section, _), block in blocks.items():
        known = [index for index in block if seen[index]]
        middle = known[len(known) // 2] if known else -1
        times = [at for index in known if (at := seen[index])]
        ends = known[-1] if section is Section.FEED and times and times[0] > times[-1] else len(items)
        for index in block:
            found[index] = Place(
                above=index <= middle,
                leads=bool(known) and index < known[min(1, len(known) - 1)],
                trails=index > ends,
                share=len(known) / len(block),
                ticker=items[index].section is Section.TICKER,
            )
    return found


def neighbours(bar: Sequence[str]) -> dict[str, tuple[str, str]]:
    """Return for each entry of a ticker those before and behind it; empty where there is none."""
    row = ["", *bar, ""]
    return {
        here: (before, behind) for (before, here), (_, behind) in zip(pairwise(row), pairwise(row[1:]), strict=False)
    }


def in_place(old: str, new: str, last: Sequence[str], bar: Sequence[str]) -> bool | None:
    """Tell whether an entry of a ticker stands where another one stood at the last look, beside what was beside it.

    None: nothing can be told, since the old one was not there, or stood alone.
    """
    was, stands = neighbours(last).get(old), neighbours(bar).get(new)
    if was is None or stands is None or not any(was):
        return None
    return any(one and one == other for one, other in zip(was, stands, strict=True))
