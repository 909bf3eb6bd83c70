"""What polls let expect of an endpoint, and how a budget of requests is spread by it."""

from __future__ import annotations

import random
import tracemalloc
from bisect import bisect_right
from collections.abc import Callable
from dataclasses import replace
from itertools import pairwise

import pytest

from monitor.cadence import pace
from monitor.cadence.rhythm import HOUR, Forecast, Sighting, begin, forecast, learn
from monitor.model import Rhythm

DAY = 24 * HOUR
MONDAY = 4 * DAY  # the epoch was a Thursday


def taught(times: list[float], *, pace_of_polls: float = 60.0, until: float, zone: float = 0.0) -> Rhythm:
    """Return what polls at a fixed pace learn."""
    rhythm, since, seen = begin(MONDAY), MONDAY, 0
    at = MONDAY
    while at < until:
        at += pace_of_polls
        now = bisect_right(times, at)
        if now > seen:
            rhythm = learn(rhythm, Sighting(since=since, until=at, count=now - seen), forecast(rhythm, zone))
        seen, since = now, at
    return rhythm


def arrivals(rate: Callable[[float], float], most: float, days: int) -> list[float]:
    """Return independent arrivals with a rate that changes."""
    rng, at, times = random.Random(4), MONDAY, []
    while at < MONDAY + days * DAY:
        at += rng.expovariate(most)
        if rng.random() < rate(at) / most:
            times.append(at)
    return times


def by_day(at: float) -> float:
    return 8 / HOUR if 8 <= at % DAY / HOUR < 20 else 0.5 / HOUR


def test_the_rate_of_an_hour_is_learned_from_the_polls_of_a_week() -> None:
    expected = forecast(taught(arrivals(by_day, 8 / HOUR, 14), until=MONDAY + 14 * DAY), 0.0)

    noon, night = expected.week[12] * HOUR, expected.week[3] * HOUR

    assert noon == pytest.approx(8, rel=0.25)
    assert night == pytest.approx(0.5, rel=0.6)


def test_hours_are_those_of_the_newsrooms_clock() -> None:
    here = forecast(taught(arrivals(by_day, 8 / HOUR, 7), until=MONDAY + 7 * DAY, zone=3 * HOUR), 3 * HOUR)

    busy = [hour for hour in range(24) if here.week[hour] * HOUR > 3]

    assert busy == list(range(11, 23))


def test_a_site_without_habits_is_taken_for_one() -> None:
    steady = arrivals(lambda _at: 6 / HOUR, 6 / HOUR, 14)

    expected = forecast(taught(steady, until=MONDAY + 14 * DAY), 0.0)

    assert max(expected.minutes) < 1.1
    assert max(expected.ages) < 1.1
    assert max(expected.crowds) < 1.1
    assert max(expected.week) < 1.5 * min(expected.week)


def test_news_on_the_full_hour_is_expected_there() -> None:
    times = [MONDAY + hour * HOUR + 5 for hour in range(24 * 7)]

    expected = forecast(taught(times, until=MONDAY + 7 * DAY), 0.0)

    assert expected.minutes[0] > 20 * expected.minutes[30]


def test_news_that_comes_in_swarms_is_expected_after_news() -> None:
    rng, times = random.Random(2), []
    for start in arrivals(lambda _at: 0.5 / HOUR, 0.5 / HOUR, 21):
        times += [start + rng.uniform(0, 600) for _ in range(4)]
    rhythm = taught(sorted(times), until=MONDAY + 21 * DAY)

    expected = forecast(rhythm, 0.0)

    assert expected.rate(rhythm.news_at + 100) > 5 * expected.rate(rhythm.news_at + 2 * HOUR)


def test_a_headline_that_says_when_it_came_is_counted_there() -> None:
    rhythm = begin(MONDAY)

    after = learn(
        rhythm, Sighting(since=MONDAY, until=MONDAY + 900, count=1, times=[MONDAY + 300]), forecast(rhythm, 0.0)
    )

    assert (1.0, MONDAY + 300) == (after.minutes.seen[5], after.news_at)


def test_a_time_from_before_the_last_look_is_not_believed() -> None:
    rhythm = begin(MONDAY)

    after = learn(
        rhythm, Sighting(since=MONDAY, until=MONDAY + 300, count=1, times=[MONDAY - 7200]), forecast(rhythm, 0.0)
    )

    assert sum(after.minutes.seen[:6]) == pytest.approx(1)
    assert after.news_at == MONDAY + 300


def test_what_was_published_while_nobody_looked_belongs_to_no_hour() -> None:
    rhythm = begin(MONDAY)

    after = learn(rhythm, Sighting(since=MONDAY, until=MONDAY + 9 * HOUR, count=70), forecast(rhythm, 0.0))

    assert (0, 0) == (sum(after.week.seen), sum(after.week.expected))


def test_the_week_counts_every_second_that_was_watched() -> None:
    rhythm = taught([MONDAY + 5 * HOUR], until=MONDAY + 5 * HOUR + 60)

    assert sum(rhythm.week.expected) == pytest.approx(5 * HOUR, rel=0.01)


# --- the pace -----------------------------------------------------------------------------------------

FLAT = Forecast(
    zone=0.0, news_at=0.0, crowd=0.0, week=(6 / HOUR,) * 168, minutes=(1.0,) * 60, ages=(1.0,) * 10,
    crowds=(1.0,) * 8, effort=(6 / HOUR) ** 0.5,
)  # fmt: skip


def wait(expected: Forecast, now: float = MONDAY, *, allowed: float = 1 / 300, credit: float = 0.0) -> float:
    return pace.wait(expected, now, allowed=allowed, credit=credit, fastest=10.0, random=0.5)


@pytest.mark.parametrize("mean", [30, 60, 300, 900, 3600])
def test_where_nothing_is_known_a_budget_is_spread_evenly(mean: float) -> None:
    assert wait(FLAT, allowed=1 / mean) == pytest.approx(mean, rel=0.08)


def test_four_times_the_news_is_asked_for_twice_as_often() -> None:
    week = tuple(8 / HOUR if hour < 84 else 2 / HOUR for hour in range(168))
    expected = replace(FLAT, week=week, effort=sum(rate**0.5 for rate in week) / 168)

    busy, calm = wait(expected, 10 * HOUR), wait(expected, 100 * HOUR)

    assert calm / busy == pytest.approx(2, rel=0.08)


def test_a_look_comes_right_after_the_moment_when_news_is_due() -> None:
    expected = replace(FLAT, minutes=(50.0, *(0.1,) * 59))

    at = MONDAY + 50 * 60.0
    arrives = (at + wait(expected, at)) % HOUR

    assert arrives < 90 or arrives > 3590


def test_no_wait_is_shorter_than_the_fastest_pace_and_none_endless() -> None:
    storm = replace(FLAT, week=(3600 / HOUR,) * 168)
    desert = replace(FLAT, week=(1e-6 / HOUR,) * 168)

    assert wait(storm) == 10
    assert wait(desert) == 900


def test_savings_quicken_and_debts_slow_down() -> None:
    assert wait(FLAT, credit=100) < wait(FLAT) < wait(FLAT, credit=-100)


def test_savings_and_debts_end_at_a_day() -> None:
    day = DAY / 300

    assert pace.credit_after(0, 30 * DAY, 1 / 300) == day
    assert pace.credit_after(-day, 0, 1 / 300) == -day


def test_requests_stay_within_the_budget_and_news_waits_less_than_at_a_fixed_pace() -> None:
    times = arrivals(by_day, 8 / HOUR, 10)
    at = since = MONDAY
    rhythm, seen, credit, delays, waits = begin(at), 0, 0.0, [], []
    expected = forecast(rhythm, 0.0)
    while at < MONDAY + 10 * DAY:
        waits.append(wait(expected, at, credit=credit))
        at += waits[-1]
        credit = pace.credit_after(credit, waits[-1], 1 / 300)
        now = bisect_right(times, at)
        if now > seen:
            rhythm = learn(rhythm, Sighting(since=since, until=at, count=now - seen), expected)
            expected = forecast(rhythm, 0.0)
            delays += [at - published for published in times[seen:now] if published > MONDAY + 3 * DAY]
        seen, since = now, at

    assert len(waits) == pytest.approx(10 * DAY / 300, rel=0.03)
    assert sum(delays) / len(delays) < 0.9 * 150


# --- shares -------------------------------------------------------------------------------------------

A, B, C = ("a", "feed"), ("b", "feed"), ("b", "html")


def test_a_budget_is_shared_out_by_effort() -> None:
    shared = pace.shares([pace.Limit(rate=0.3, endpoints=frozenset({A, B}))], {A: 2.0, B: 1.0})

    assert {A: pytest.approx(0.2), B: pytest.approx(0.1)} == shared


def test_the_strictest_limit_counts() -> None:
    limits = [
        pace.Limit(rate=0.3, endpoints=frozenset({A, B, C})),
        pace.Limit(rate=0.1, endpoints=frozenset({B, C})),
    ]

    shared = pace.shares(limits, {A: 1.0, B: 1.0, C: 1.0})

    assert {A: pytest.approx(0.1), B: pytest.approx(0.05), C: pytest.approx(0.05)} == shared


def test_who_has_no_limit_gets_no_share() -> None:
    assert pace.shares([], {A: 1.0}) == {}


def test_times_between_looks_vary() -> None:
    found = [pace.wait(FLAT, MONDAY, allowed=1 / 300, credit=0, fastest=10, random=n / 10) for n in range(10)]

    assert all(a < b for a, b in pairwise(found))


def test_what_is_known_of_an_endpoint_takes_less_than_eight_kilobytes() -> None:
    tracemalloc.start()
    try:
        rhythms = [taught([MONDAY + HOUR], until=MONDAY + 2 * HOUR) for _ in range(20)]
        kept = [(rhythm, forecast(rhythm, 0.0)) for rhythm in rhythms]
        taken = tracemalloc.get_traced_memory()[0]
    finally:
        tracemalloc.stop()

    assert taken / len(kept) < 8192
