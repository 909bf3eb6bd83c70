"""Sources and endpoints that get another name keep what is remembered of them."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from store.building import EVERY, LEASE, START, good, headline, poll, spec

from monitor.errors import LeaseLost
from monitor.model import PollOutcome, Silence
from monitor.store import SqliteStore
from monitor.store.renames import ENDPOINT_TABLES, SOURCE_TABLES

LATER = START + timedelta(minutes=1)


@pytest.fixture
def watched(store: SqliteStore) -> SqliteStore:
    store.sync([spec("marsa")], START)
    poll(store, START, [headline(1), headline(2)], ["desk"])
    return store


def known(store: SqliteStore, source: str) -> list[str]:
    return sorted(one.headline.title[-1] for one in store.recall(source, [headline(1).key, headline(2).key]).headlines)


def test_a_source_with_another_name_and_the_same_address_has_its_memory(watched: SqliteStore) -> None:
    before = watched.poll_states()[0]

    assert watched.sync([spec("port", url="https://marsa.example/")], LATER) == [("marsa", "port")]

    (after,) = watched.poll_states()
    assert after == replace(before, source="port")
    assert known(watched, "port") == ["1", "2"]
    assert {alert.change.headline.source for alert in watched.due_alerts(LATER, 9)} == {"port"}
    assert watched.sync([spec("port", url="https://marsa.example/")], LATER) == []


def test_a_source_that_is_also_read_in_another_way_learns_with_its_memory(watched: SqliteStore) -> None:
    watched.sync([spec("port", url="https://marsa.example/", config_hash="2")], LATER)

    (state,) = watched.poll_states()
    assert (state.source, state.baselined_at, known(watched, "port")) == ("port", None, ["1", "2"])


@pytest.mark.parametrize(
    "specs",
    [
        [spec("port", config_hash="2")],  # another address, read in another way
        [spec("marsa"), spec("port", url="https://marsa.example/")],  # the former one is still there
    ],
)
def test_another_source_has_no_memory(watched: SqliteStore, specs: list) -> None:
    assert watched.sync(specs, LATER) == []
    assert known(watched, "port") == []
    assert known(watched, "marsa") == ["1", "2"]


def test_of_several_sources_of_one_address_each_finds_its_own(store: SqliteStore) -> None:
    page = "https://page.example/"
    names = {"sport": "1", "world": "2", "money": "3"}
    store.sync([spec(name, url=page, config_hash=way) for name, way in names.items()], START)

    renamed = store.sync([spec(f"my-{name}", url=page, config_hash=way) for name, way in names.items()], LATER)

    assert renamed == [(name, f"my-{name}") for name in sorted(names)]


def test_in_doubt_a_source_is_learned_anew(store: SqliteStore) -> None:
    page = "https://page.example/"
    store.sync([spec("sport", url=page), spec("world", url=page)], START)

    assert store.sync([spec("all", url=page)], LATER) == []


@pytest.mark.parametrize(
    ("first", "second", "was_removed", "moved"),
    [
        ("rif", "marsa", False, [("marsa", "rif"), ("rif", "marsa")]),  # swapped
        ("rif", "port", False, [("marsa", "rif"), ("rif", "port")]),  # one moves on
        ("port", "marsa", False, [("marsa", "port"), ("rif", "marsa")]),
        ("rif", None, False, [("marsa", "rif"), ("rif", "marsa")]),  # of one that is removed now
        ("rif", None, True, [("marsa", "rif"), ("rif", "marsa")]),  # ... or was before
    ],
)
def test_a_name_that_stood_for_something_else_is_taken_over(
    watched: SqliteStore, first: str, second: str | None, was_removed: bool, moved: list
) -> None:
    other = {"url": "https://rif.example/", "config_hash": "2"}
    watched.sync([spec("marsa"), spec("rif", **other)], START)
    if was_removed:
        watched.sync([spec("marsa")], START + timedelta(seconds=10))

    specs = [spec(first, url="https://marsa.example/"), *([spec(second, **other)] if second else [])]
    assert watched.sync(specs, LATER) == moved

    states = {state.source: state for state in watched.poll_states()}
    assert (states[first].baselined_at, known(watched, first)) == (START, ["1", "2"])
    assert all(known(watched, name) == [] for name in {"marsa", "rif", "port"} - {first})
    assert watched.sync(specs, LATER) == []


@pytest.mark.parametrize("removed", [True, False])
def test_endpoints_that_take_over_the_names_of_others_go_on(watched: SqliteStore, removed: bool) -> None:
    other = {"url": "https://marsa.example/feed", "config_hash": "2"}
    watched.sync([spec("marsa"), spec("marsa", "feed", **other)], START)
    if removed:
        watched.sync([spec("marsa")], START + timedelta(seconds=10))

    watched.sync([spec("marsa", "feed"), *([] if removed else [spec("marsa", **other)])], LATER)

    states = {state.endpoint: state.baselined_at for state in watched.poll_states()}
    assert states == {"feed": START} if removed else {"feed": START, "page": None}


def test_a_chain_of_names_is_followed(watched: SqliteStore) -> None:
    watched.sync([spec("port", url="https://marsa.example/")], LATER)
    watched.sync([spec("marsa", url="https://marsa.example/")], LATER)

    assert known(watched, "marsa") == ["1", "2"]


def test_an_endpoint_with_another_name_that_is_read_as_before_goes_on(watched: SqliteStore) -> None:
    before = watched.poll_states()[0]

    watched.sync([spec("marsa", "front page")], LATER)

    assert watched.poll_states()[0] == replace(before, endpoint="front page")
    (past,) = watched.past([1])
    assert past.versions[0].endpoint == "front page"


def test_a_poll_under_the_former_name_is_refused_and_holds_nothing_up(watched: SqliteStore) -> None:
    watched.make_due(START)
    (polled,) = watched.claim_polls("me", START + EVERY, LEASE, 1)
    watched.sync([spec("port", url="https://marsa.example/")], LATER)

    with pytest.raises(LeaseLost):
        watched.commit_poll(good(polled, LATER, outcome=PollOutcome.UNCHANGED))
    watched.make_due(LATER)
    assert [state.source for state in watched.claim_polls("me", LATER, LEASE, 1)] == ["port"]


def test_a_silence_of_the_source_goes_on(watched: SqliteStore) -> None:
    watched.add_silence(
        Silence(id=0, sources=("marsa",), starts_at=START, ends_at=START + timedelta(days=1), who="me", why="works")
    )
    watched.sync([spec("port", url="https://marsa.example/")], LATER)

    assert [silence.sources for silence in watched.silences(LATER)] == [("port",)]


def test_every_table_that_names_a_source_or_an_endpoint_is_renamed(store: SqliteStore) -> None:
    columns = store._database.read(
        "SELECT t.name AS tab, c.name AS col FROM sqlite_schema t, pragma_table_info(t.name) c WHERE t.type = 'table'"
    )

    assert {row["tab"] for row in columns if row["col"] == "source"} == set(SOURCE_TABLES)
    assert {row["tab"] for row in columns if row["col"] == "endpoint"} == set(ENDPOINT_TABLES)


@pytest.mark.parametrize(("hours", "kept"), [(1, True), (30, False)])
def test_an_endpoint_that_was_left_out_for_long_begins_anew(store: SqliteStore, hours: int, kept: bool) -> None:
    store.sync([spec("marsa"), spec("rif")], START)
    for state in store.claim_polls("me", LATER, LEASE, 2):
        store.commit_poll(good(replace(state, full_at=START), START))
    store.sync([spec("rif")], START)

    store.sync([spec("marsa"), spec("rif", config_hash="2")], START + timedelta(hours=hours))

    marsa, rif = sorted(store.poll_states(), key=lambda state: state.source)
    assert (marsa.baselined_at, marsa.full_at) == (None, START if kept else None)
    assert (rif.baselined_at, rif.full_at) == (None, START)  # read in another way, but never left out
