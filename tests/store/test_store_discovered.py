"""What was found of a source's endpoints survives, and is replaced as a whole."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from building import START, spec

from monitor.model import Discovery, FoundEndpoint
from monitor.store import SqliteStore

FEED = FoundEndpoint(
    name="feed",
    kind="feed",
    url="https://site.example/feed",
    found_at=START,
    evidence="named by the page; 10 headlines",
)
FOUND = Discovery(
    source="site",
    url="https://site.example/",
    looked_at=START,
    next_look_at=START + timedelta(days=14),
    endpoints=(FEED, replace(FEED, name="feed-2", url="https://site.example/rss", replaced_at=START)),
    tried=("https://site.example/feed (feed): 10 headlines", "الصفحة: لا شيء"),
    fruitless=2,
    trouble=("html",),
    notice="html failed 5 times",
)


def test_it_comes_back_as_it_was_written(store: SqliteStore) -> None:
    assert store.discoveries() == {}

    store.save_discovery(FOUND)

    assert store.discoveries() == {"site": FOUND}


def test_the_last_look_takes_the_place_of_the_one_before_and_leaves_other_sources_alone(store: SqliteStore) -> None:
    other = replace(FOUND, source="other")
    store.save_discovery(other)
    store.save_discovery(FOUND)

    store.save_discovery(replace(FOUND, endpoints=(), notice=None))

    assert store.discoveries() == {"site": replace(FOUND, endpoints=(), notice=None), "other": other}


def test_its_times_follow_a_clock_that_was_set(store: SqliteStore) -> None:
    store.save_discovery(FOUND)

    store.shift_due(timedelta(hours=-3), START)

    (moved,) = store.discoveries().values()
    assert (moved.looked_at, moved.next_look_at) == (
        START - timedelta(hours=3),
        START + timedelta(days=14) - timedelta(hours=3),
    )


def test_odd_text_of_a_site_is_no_obstacle(store: SqliteStore) -> None:
    store.save_discovery(replace(FOUND, tried=("a\ud800b",), notice="c\0d"))

    (kept,) = store.discoveries().values()
    assert (kept.tried, kept.notice) == (("a?b",), "c?d")


def test_the_states_are_those_of_the_endpoints_that_are_polled(store: SqliteStore) -> None:
    store.sync([spec("site"), spec("site", "gone")], START)
    store.sync([spec("site")], START)

    assert [(state.source, state.endpoint, state.failures) for state in store.poll_states()] == [("site", "page", 0)]
