"""Which unknown headlines are news although the endpoint that shows them only starts to learn; tells nothing."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from monitor.diff.age import STALE, is_old, known_numbers
from monitor.diff.sightings import Sighting
from monitor.model import Memory

FRESH = timedelta(minutes=15)  # what is so young is news even to an endpoint that only starts to learn ...
MOST_FRESH = 5  # ... unless it is many, which shows that the dates say nothing
READ_LATELY = timedelta(days=7)  # so long after its last good look, an endpoint that is read otherwise is the same
LAG = timedelta(hours=1)  # what was published so long before a look may not have been shown to it yet
FAMILIAR = 2 / 3  # share of familiar headlines from which a block was read before, so that the others are new in it


def news(
    sightings: Sequence[Sighting],
    memory: Memory,
    now: datetime,
    read_at: datetime | None,
    backlog: int,
) -> list[Sighting]:
    """Return the unknown headlines that are told all the same.

    Args:
        sightings: all headlines of the page.
        memory: what they were compared with.
        now: when the page was fetched.
        read_at: when the endpoint was last read well, in another way: its options were changed since.
        backlog: how many of the newest are told when the source was never read before.
    """
    if memory.watched_since is None:
        return _newest(sightings, backlog)
    unknown = [sighting for sighting in sightings if not sighting.known]
    fresh = _fresh(unknown, memory.watched_since, now)
    if read_at is None or not was_read(read_at, now):
        return fresh
    numbers = known_numbers(memory)
    return [one for one in unknown if one in fresh or _came_since(one, numbers, read_at, ticker=memory.ticker)]


def was_read(read_at: datetime | None, now: datetime) -> bool:
    """Tell whether an endpoint that learns is one that was read lately, in another way."""
    return read_at is not None and now - read_at <= READ_LATELY


def _fresh(unknown: Sequence[Sighting], watched_since: datetime, now: datetime) -> list[Sighting]:
    """Return what was published a moment ago, and after the source was first learned."""
    begin = max(watched_since, now - FRESH)
    found = [one for one in unknown if any(i.published_at and begin < i.published_at <= now for i in one.items)]
    return found if len(found) <= MOST_FRESH else []


def _came_since(sighting: Sighting, numbers: Sequence[int], read_at: datetime, *, ticker: bool) -> bool:
    """Tell whether a headline appeared since the endpoint was last read: by its date or number, else by its place.

    A ticker turns: it has no top, and after some time nothing in it is familiar. `ticker`: the source had one before.
    """
    published = next((item.published_at for item in sighting.items if item.published_at), None)
    old = is_old(sighting.url, published, numbers, read_at)
    if old is not None and not (published and read_at - STALE <= published <= read_at - LAG):
        return not old
    return any(
        place.above or place.share >= FAMILIAR or (place.ticker and (place.share or ticker))
        for place in sighting.places
    )


def _newest(sightings: Sequence[Sighting], most: int) -> list[Sighting]:
    """Return the newest headlines: by date where there are dates, else the first."""
    return sorted(sightings, key=_published, reverse=True)[: max(0, most)]


def _published(sighting: Sighting) -> float:
    return max((item.published_at.timestamp() for item in sighting.items if item.published_at), default=0.0)
