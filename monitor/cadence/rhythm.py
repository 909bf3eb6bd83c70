"""Learns when an endpoint publishes, from what its polls saw; decides no pace and knows no clock.

The expected number of new headlines per second is a product: the usual rate of that hour of the week, times what the
minute of the hour, the time since the last news and the amount of news lately each change about it. Every factor is
"seen over expected", drawn towards 1 as far as its spread could be chance (empirical Bayes), so a site without habits
is treated as one. Times are seconds since the epoch; the hour of the week is that of the newsroom's clock. What is kept
per endpoint stands in arrays, which take a fifth of a tuple's memory.
"""

from __future__ import annotations

from array import array
from bisect import bisect
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import exp, log2, sqrt

from monitor.model import Rhythm, Table

HOUR = 3600.0
HOURS, MINUTES = 168, 60  # of a week, of an hour
AGES = (30.0, 60.0, 120.0, 240.0, 480.0, 960.0, 1920.0, 3840.0, 7680.0)  # seconds since the last news
CROWDS = 8  # classes of how much came lately
LATELY = 1800.0  # seconds after which news counts 1/e

_MEMORY = 28 * 24 * HOUR  # half-life of what is known of the week
_EVENTS = 600  # headlines after which the other factors have forgotten two thirds
_LEAST = 0.02  # of the usual rate is expected even in the deadest hour: habits change
_PRIOR = HOUR  # a new endpoint is taken for one headline an hour, with this weight
_CELL, _FINE_CELL = 60.0, 20.0  # seconds that are taken for alike
_LONGEST_QUIET = 7 * 24 * HOUR  # that is counted at once
_BLIND = HOUR  # between two good polls, after which nobody knows when the news came
_HALF_MINUTE = 30.0  # minutes are counted around the full one, where schedules and caches act


@dataclass(frozen=True, slots=True, kw_only=True)
class Sighting:
    """What one poll saw for the first time."""

    since: float  # the last good poll before
    until: float  # this poll
    count: int
    times: Sequence[float] = ()  # when they came, as far as they say so themselves


@dataclass(frozen=True, slots=True, kw_only=True)
class Forecast:
    """What a rhythm lets expect."""

    zone: float  # seconds that the newsroom's clock is ahead of UTC
    news_at: float
    crowd: float
    week: Sequence[float]  # headlines per second
    minutes: Sequence[float]
    ages: Sequence[float]
    crowds: Sequence[float]
    effort: float  # mean of the square root of the weekly rate: what polls are shared out by

    def rate(self, at: float) -> float:
        """Return the headlines per second to expect at a time, if nothing new was seen until then."""
        return _product(self.factors(at))

    def factors(self, at: float) -> tuple[_Cell, float, float, float, float]:
        """Return the classes of a time and what each of them contributes to its rate."""
        local, age = at + self.zone, at - self.news_at
        hour = int(local // HOUR) % HOURS
        base = self.week[hour]
        minute = int((local + _HALF_MINUTE) // 60.0) % MINUTES
        lately = bisect(AGES, age)
        crowd = _crowd(self.crowd * exp(-age / LATELY) if age > 0 else self.crowd, base)
        return (hour, minute, lately, crowd), base, self.minutes[minute], self.ages[lately], self.crowds[crowd]


_Cell = tuple[int, int, int, int]


def begin(at: float) -> Rhythm:
    """Return the rhythm of an endpoint of which nothing is known, watched from now on."""
    return Rhythm(
        counted_to=at,
        news_at=0.0,
        crowd=0.0,
        week=_empty(HOURS),
        minutes=_empty(MINUTES),
        ages=_empty(len(AGES) + 1),
        crowds=_empty(CROWDS),
    )


def forecast(rhythm: Rhythm, zone: float) -> Forecast:
    """Return what to expect; `zone` is the newsroom's offset from UTC in seconds."""
    week = _week(rhythm.week)
    return Forecast(
        zone=zone,
        news_at=rhythm.news_at,
        crowd=rhythm.crowd,
        week=week,
        minutes=_weights(rhythm.minutes),
        ages=_weights(rhythm.ages),
        crowds=_weights(rhythm.crowds),
        effort=sum(map(sqrt, week)) / HOURS,
    )


def learn(rhythm: Rhythm, sighting: Sighting, before: Forecast) -> Rhythm:
    """Return the rhythm with what a poll saw, and with the quiet before it; `before` is what was expected."""
    blind = sighting.until - sighting.since > _BLIND
    tally = _Tally(rhythm, sighting.count)
    quiet_from = max(rhythm.counted_to, sighting.since - _LONGEST_QUIET)
    for at, length in _cells(quiet_from, sighting.since, _CELL):
        tally.expect(before, at, length)
    if not blind:
        fine = list(_cells(sighting.since, sighting.until, _FINE_CELL))
        for at, length in fine:
            tally.expect(before, at, length)
        for shares in _shares(before, sighting, fine):
            tally.see(shares)
    known = [at for at in sighting.times if sighting.since < at <= sighting.until]
    news_at = max(known) if len(known) == sighting.count else sighting.until
    crowd = rhythm.crowd * exp(-max(0.0, news_at - rhythm.news_at) / LATELY) + sighting.count
    return tally.rhythm(counted_to=sighting.until, news_at=news_at, crowd=crowd)


def _shares(before: Forecast, sighting: Sighting, cells: Sequence[tuple[float, float]]) -> Iterator[dict[_Cell, float]]:
    """Yield for each headline where it belongs: to its time, or to the cells since the last poll as they expect it."""
    known = [at for at in sighting.times if sighting.since < at <= sighting.until][: sighting.count]
    for at in known:
        yield {before.factors(at)[0]: 1.0}
    weights: dict[_Cell, float] = {}
    for at, length in cells:
        cell, *parts = before.factors(at)
        weights[cell] = weights.get(cell, 0.0) + length * parts[0] * parts[1] * parts[2] * parts[3]
    whole = sum(weights.values())
    if whole > 0:
        shares = {cell: weight / whole for cell, weight in weights.items()}
        for _ in range(sighting.count - len(known)):
            yield shares


class _Tally:
    """The tables of a rhythm while they are counted up."""

    def __init__(self, rhythm: Rhythm, count: int) -> None:
        fading = (1 - 1 / _EVENTS) ** count
        self._tables = [_Counts(rhythm.week, 1.0), *(_Counts(t, fading) for t in _events(rhythm))]
        self._from = rhythm.counted_to

    def expect(self, before: Forecast, at: float, length: float) -> None:
        (hour, minute, age, crowd), base, by_minute, by_age, by_crowd = before.factors(at)
        week, minutes, ages, crowds = self._tables
        week.expected[hour] += length
        minutes.expected[minute] += length * base * by_age * by_crowd
        ages.expected[age] += length * base * by_minute * by_crowd
        crowds.expected[crowd] += length * base * by_minute * by_age

    def see(self, shares: dict[_Cell, float]) -> None:
        for place, counts in enumerate(self._tables):
            counts.add([(cell[place], share) for cell, share in shares.items()])

    def rhythm(self, *, counted_to: float, news_at: float, crowd: float) -> Rhythm:
        week, minutes, ages, crowds = self._tables
        return Rhythm(
            counted_to=counted_to,
            news_at=news_at,
            crowd=crowd,
            week=week.table(0.5 ** (max(0.0, counted_to - self._from) / _MEMORY)),
            minutes=minutes.table(),
            ages=ages.table(),
            crowds=crowds.table(),
        )


class _Counts:
    def __init__(self, table: Table, fading: float) -> None:
        self.seen = [value * fading for value in table.seen]
        self.expected = [value * fading for value in table.expected]
        self.chance = table.chance * fading

    def add(self, shares: Sequence[tuple[int, float]]) -> None:
        """Count one headline, spread over the classes it may belong to."""
        summed: dict[int, float] = {}
        for place, share in shares:
            summed[place] = summed.get(place, 0.0) + share
        for place, share in summed.items():
            self.seen[place] += share
            self.chance += share * share

    def table(self, fading: float = 1.0) -> Table:
        return Table(
            seen=array("d", [value * fading for value in self.seen]),
            expected=array("d", [value * fading for value in self.expected]),
            chance=self.chance * fading,
        )


def _empty(size: int) -> Table:
    return Table(seen=array("d", bytes(8 * size)), expected=array("d", bytes(8 * size)))


def _events(rhythm: Rhythm) -> tuple[Table, Table, Table]:
    return rhythm.minutes, rhythm.ages, rhythm.crowds


def _cells(start: float, end: float, length: float) -> Iterator[tuple[float, float]]:
    """Yield (middle, length) of pieces that lie within one minute around the full one."""
    at = start
    while at < end:
        piece = min(length, end - at, 60.0 - (at + _HALF_MINUTE) % 60.0)
        yield at + piece / 2, piece
        at += piece


def _crowd(lately: float, rate: float) -> int:
    """Return the class of so many headlines lately where the hour's rate is usual."""
    return max(0, min(CROWDS - 1, int(1.5 * log2((lately + 0.5) / (rate * LATELY + 0.5)) + 3)))


def _week(week: Table) -> Sequence[float]:
    """Return the rate of each hour: drawn to that of the hour of day, which is drawn to the mean."""
    mean = (sum(week.seen) + 1) / (sum(week.expected) + _PRIOR)
    of_day = [sum(week.seen[hour::24]) for hour in range(24)]
    watched = [sum(week.expected[hour::24]) for hour in range(24)]
    daily = [mean * weight for weight in _drawn(of_day, [time * mean for time in watched], sum(of_day))]
    expected = [time * daily[hour % 24] for hour, time in enumerate(week.expected)]
    weights = _drawn(week.seen, expected, sum(week.seen))
    return array("d", [max(_LEAST * mean, daily[hour % 24] * weight) for hour, weight in enumerate(weights)])


def _weights(table: Table) -> Sequence[float]:
    return array("d", _drawn(table.seen, table.expected, table.chance))


def _drawn(seen: Sequence[float], expected: Sequence[float], chance: float) -> list[float]:
    """Return seen over expected, drawn to 1 by how much of its spread luck explains (Robbins; Clayton and Kaldor)."""
    weight = sum(value * value for value in expected)
    if not weight:
        return [1.0] * len(seen)
    luck = chance * (1 + sqrt(2 / len(seen)))  # one standard deviation more, so that nothing is read into few
    spread = (sum((s - e) ** 2 for s, e in zip(seen, expected, strict=True)) - luck) / weight
    prior = 1 / max(spread, 1e-3)
    return [(s + prior) / (e + prior) for s, e in zip(seen, expected, strict=True)]


def _product(parts: tuple[_Cell, float, float, float, float]) -> float:
    return parts[1] * parts[2] * parts[3] * parts[4]
