"""The pace of whole polls: a real site, a real database, a budget in the configuration."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from itertools import pairwise

import pytest
from fakes import START
from servers.newsite import NewsSite, Reply, front

from monitor.model import PollState
from monitor.pipeline.pacing import Pacer
from monitor.store.store import SqliteStore

WATCH = 'endpoints: [{{type: html, name: page, url: "{url}/"}}]'


@pytest.fixture
def desk(site: NewsSite, newsroom: Callable[..., object]) -> Callable[..., object]:
    def make(more: str = "") -> object:
        site.pages["/"] = front(site.url, [3, 2, 1])
        return newsroom(WATCH.format(url=site.url) + more)

    return make


def page(store: SqliteStore) -> PollState:
    (state,) = store.poll_states()
    return state


def waits(room, number: int = 1) -> list[float]:
    """Poll when it is due, so many times, and return the seconds between."""
    found = []
    for _ in range(number):
        room.clock.now = max(room.clock.now, page(room.store).next_poll_at)
        (claimed,) = room.line.poller.claim(room.clock(), 20)
        room.line.poller.poll(claimed)
        found.append(round((page(room.store).next_poll_at - room.clock()).total_seconds(), 2))
    return found


def test_without_a_budget_every_is_the_pace_however_quiet_the_site_is(desk) -> None:
    assert waits(desk(), 4) == [30] * 4


def test_a_budget_sets_the_mean_pace(desk) -> None:
    assert waits(desk(", budget: 12/h"), 3) == [pytest.approx(300, rel=0.15)] * 3


def test_a_budget_never_makes_it_faster_than_every(desk) -> None:
    assert waits(desk(", budget: 3600/h"), 2) == [30, 30]


def test_what_a_poll_learned_outlives_a_restart(desk, site: NewsSite) -> None:
    room = desk(", budget: 12/h")
    waits(room)
    site.pages["/"] = front(site.url, [4, 3, 2, 1])
    waits(room)

    room.build()

    learned = room.store.rhythms()["sada", "page"]
    assert sum(learned.week.seen) == pytest.approx(1, rel=1e-3)
    assert room.line.poller.pacer._of(page(room.store), room.clock()).rhythm == learned


def test_a_quiet_poll_writes_no_rhythm(desk) -> None:
    room = desk(", budget: 12/h")
    waits(room, 3)

    assert room.store.rhythms() == {}


def test_the_habits_of_a_site_are_learned_without_a_budget_too(desk, site: NewsSite) -> None:
    room = desk()
    waits(room)
    site.pages["/"] = front(site.url, [5, 4, 3, 2, 1])
    waits(room)

    assert sum(room.store.rhythms()["sada", "page"].week.seen) == pytest.approx(2, rel=1e-3)


def test_requests_of_a_budget_are_counted_on_the_endpoint(desk) -> None:
    room = desk(", budget: 12/h")
    waits(room)
    first = page(room.store).credit
    room.clock.now = page(room.store).next_poll_at + timedelta(seconds=600)  # the machine was busy
    waits(room)

    assert (-1, pytest.approx(1, abs=0.3)) == (first, page(room.store).credit)


def test_failures_stay_within_the_budget(desk, site: NewsSite) -> None:
    room = desk(", budget: 4/h")
    waits(room)
    site.pages["/"] = Reply(status=500)

    assert waits(room, 6) == [900] * 6


def test_cache_control_puts_off_nothing_unless_the_source_heeds_it(desk, site: NewsSite) -> None:
    heedless, told = desk(), {"Cache-Control": "public, max-age=600", "Age": "100"}
    site.pages["/"] = Reply(front(site.url, [1]).encode(), headers=told)

    assert waits(heedless) == [30]


def test_cache_control_is_heeded_up_to_the_sources_ceiling(desk, site: NewsSite) -> None:
    found = []
    for ceiling, max_age, age in (("2m", 600, 0), ("20m", 600, 100), ("20m", 10, 0), ("20m", 10, 600)):
        room = desk(f", heed_cache: {ceiling}")
        headers = {"Cache-Control": f"public, max-age={max_age}", "Age": str(age)}
        site.pages["/"] = Reply(front(site.url, [1]).encode(), headers=headers)
        room.store.make_due(room.clock())
        found += waits(room)

    assert found == [120, 500, 30, 30]


def test_polls_of_one_host_keep_the_distance_that_it_asks_for() -> None:
    pacer, gap, now = Pacer(), timedelta(seconds=20), START
    polled = {name: [] for name in ("page", "feed", "posts")}
    due = dict.fromkeys(polled, now)
    for _ in range(30):
        name = min(due, key=lambda one: due[one])
        now = max(now, due[name])
        polled[name].append(now)
        state = PollState(
            source="sada", endpoint=name, config_hash="", every=timedelta(seconds=5),
            next_poll_at=now + timedelta(seconds=5),
        )  # fmt: skip
        due[name] = pacer.spaced(state, now, "sada.example", gap).next_poll_at

    times = sorted(moment for moments in polled.values() for moment in moments)[3:]
    assert {later - earlier for earlier, later in pairwise(times)} == {gap}
    assert {len(moments) for moments in polled.values()} == {10}


def test_another_host_and_a_host_that_asks_for_nothing_are_not_spaced() -> None:
    pacer, soon = Pacer(), START + timedelta(seconds=5)
    state = PollState(source="sada", endpoint="page", config_hash="", every=timedelta(seconds=5), next_poll_at=soon)
    pacer.spaced(state, START, "sada.example", timedelta(seconds=60))

    assert pacer.spaced(replace(state, endpoint="b"), START, "sada.example", timedelta()).next_poll_at == soon
    other = pacer.spaced(replace(state, endpoint="c"), START, "other.example", timedelta(seconds=4))
    assert other.next_poll_at == soon
