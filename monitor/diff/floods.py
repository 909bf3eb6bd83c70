"""Whether many new headlines at once are news or old ones that a site dug out: a new layout, a back-fill, an archive.

Judges by what can be proven (dates, article numbers, a page without one familiar headline); when nothing speaks
against them, however many they are, they are news.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from monitor import urls
from monitor.model import Change, ChangeKind, Flood, Memory, PollState, make_id

FLOOD_FROM = 12  # new headlines at one look
STALE = timedelta(hours=6)  # published so long before the last look: it was there to be seen, and was not
SHORT_GAP = timedelta(minutes=30)  # between two looks, within which no page changes wholly by itself
_NUMBERS_FROM = 3  # known article numbers that make an order


def judge(changes: Sequence[Change], known: int, memory: Memory, state: PollState, now: datetime) -> Flood | None:
    """Return what is to be held back of one look's changes, or None.

    Args:
        changes: of the page.
        known: how many of the page's headlines were known.
        memory: the headlines that the page was compared with.
        state: of the endpoint, as the last look left it.
        now: when the page was fetched.
    """
    new = [change for change in changes if change.kind is ChangeKind.NEW]
    if len(new) < FLOOD_FROM or state.last_ok_at is None:
        return None
    numbers = _known_numbers(memory)
    old, fresh = set[str](), set[str]()
    for change in new:
        verdict = _is_old(change, numbers, state.last_ok_at)
        if verdict is not None:
            (old if verdict else fresh).add(change.id)
    doubtful = frozenset(change.id for change in new if change.id not in fresh)
    if len(old) * 2 >= len(new):
        return _flood(state, doubtful, now, f"{len(new)} headlines at once, {len(old)} of them old by date or number")
    strange = known == 0 and len(new) >= state.typical_items / 2 and now - state.last_ok_at <= SHORT_GAP
    if strange and len(fresh) * 2 < len(new):
        return _flood(state, doubtful, now, f"{len(new)} headlines at once and not one that was there before")
    return None


def _flood(state: PollState, changes: frozenset[str], now: datetime, reason: str) -> Flood:
    return Flood(id=make_id("flood", state.source, state.endpoint, now.isoformat()), changes=changes, reason=reason)


def _is_old(change: Change, numbers: Sequence[int], looked_at: datetime) -> bool | None:
    """Tell whether a headline was there to be seen before the last look; None: nothing says so or otherwise."""
    published = change.headline.published_at
    if published is not None:
        return published < looked_at - STALE
    number = _number(change.headline.url)
    if number is None or len(numbers) < _NUMBERS_FROM or len(str(number)) != len(str(numbers[-1])):
        return None
    if number > numbers[-1]:
        return False
    return True if number < numbers[0] else None


def _known_numbers(memory: Memory) -> list[int]:
    found = (_number(known.headline.url) for known in memory.headlines)
    return sorted(number for number in found if number is not None)


def _number(url: str | None) -> int | None:
    """Return the article number of an address."""
    found = urls.article_id(url) if url else None
    return int(found.number) if found and found.number.isdecimal() else None
