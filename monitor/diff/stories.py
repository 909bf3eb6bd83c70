"""Which remembered headlines of other sites tell the story of a new one; looks nothing up and suppresses nothing."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import timedelta
from zlib import crc32

from monitor.diff.gist import Gist, gist
from monitor.diff.likeness import SAME_STORY, compare, may_be_one
from monitor.model import Carrier

WINDOW = timedelta(hours=24)  # what was told longer ago is told again
MOST_MARKS = 12  # of one headline
_FEW_OWN = 3  # words


def marks(title: str) -> tuple[int, ...]:
    """Return the numbers under which a headline is looked up: two headlines of one story share some of them."""
    return tuple(dict.fromkeys(crc32(text.encode("utf-8", "surrogatepass")) for text in _texts(gist(title))))[
        :MOST_MARKS
    ]


def kin(title: str, candidates: Sequence[Carrier]) -> tuple[Carrier, ...]:
    """Return the candidates that tell the story of this headline, the likest first."""
    near = (carrier for carrier in candidates if may_be_one(title, carrier.title))
    scored = [(compare(title, carrier.title).score, -carrier.id, carrier) for carrier in near]
    return tuple(carrier for score, _, carrier in sorted(scored, reverse=True) if score >= SAME_STORY)


def _texts(told: Gist) -> Iterator[str]:
    """Yield what makes a headline findable: its own words, and its events together with their places and numbers.

    One with few words of its own is found by what its events happen to as well.
    """
    own = [kin for key, kin in told.kin.items() if key in told.own]
    yield from own
    events = [key for key in told.weights if key[0] == "!"]
    beside = "#@~" if len(own) <= _FEW_OWN else "#@"
    others = [key for key in told.weights if key[0] in beside] if events else ()
    for event in events:
        for other in others:
            yield event + other
