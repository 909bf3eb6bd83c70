"""Whether a headline was there to be seen before a given look: by its date or its article number; guesses nothing."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from monitor import urls
from monitor.model import Memory

STALE = timedelta(hours=6)  # published so long before the last look: it was there to be seen, and was not
DAY = timedelta(days=1)
_NUMBERS_FROM = 3  # known article numbers that make an order


def is_old(url: str | None, published: datetime | None, numbers: Sequence[int], looked_at: datetime) -> bool | None:
    """Tell whether a headline was there to be seen before a look; None: nothing says so or otherwise.

    `numbers` are those of `known_numbers`. A date of the last hours before the look may be that of a draft, and a day
    alone, which is read as its midnight, says nothing about the hours of that day.
    """
    by_date = None if published is None else _is_old(published, looked_at - STALE)
    if by_date is not None:
        return by_date
    number = _number(url)
    if number is None or len(numbers) < _NUMBERS_FROM or len(str(number)) != len(str(numbers[-1])):
        return None
    if number > numbers[-1]:
        return False
    return True if number < numbers[0] else None


def known_numbers(memory: Memory) -> list[int]:
    """Return the article numbers of the remembered headlines and of those that the source showed last, in order."""
    found = map(_number, {*memory.recent, *(known.headline.url for known in memory.headlines)})
    return sorted(number for number in found if number is not None)


def _is_old(published: datetime, limit: datetime) -> bool | None:
    if published >= limit:
        return False
    may_be_a_day = published.minute % 30 == 0 and published.second == 0  # zones are whole hours apart, or half ones
    return None if may_be_a_day and published + DAY >= limit else True


def _number(url: str | None) -> int | None:
    """Return the article number of an address."""
    found = urls.article_id(url) if url else None
    return int(found.number) if found and found.number.isdecimal() else None
