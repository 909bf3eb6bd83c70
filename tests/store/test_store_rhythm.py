"""What was learned of an endpoint's habits: written with the poll that saw it, or not at all."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from store.building import EVERY, LEASE, START, good, spec

from monitor.cadence.rhythm import Sighting, begin, forecast, learn
from monitor.errors import LeaseLost
from monitor.model import PollState, Rhythm
from monitor.store import SqliteStore, open_store

AT = START.timestamp()


def learned() -> Rhythm:
    first = begin(AT)
    return learn(first, Sighting(since=AT, until=AT + 600, count=3, times=[AT + 60]), forecast(first, 0.0))


def claim(store: SqliteStore) -> PollState:
    return store.claim_polls("me", START + EVERY, LEASE, 1)[0]


def test_a_rhythm_is_read_as_it_was_written(store: SqliteStore, path: Path) -> None:
    store.sync([spec()], START)
    store.commit_poll(good(claim(store), START + EVERY, rhythm=learned()))

    with_another = open_store(path, read_only=True)
    (read,) = with_another.rhythms().values()
    with_another.close()

    assert (learned().counted_to, learned().news_at, learned().crowd) == (read.counted_to, read.news_at, read.crowd)
    for table in ("week", "minutes", "ages", "crowds"):
        one, other = getattr(learned(), table), getattr(read, table)
        assert one.seen == pytest.approx(other.seen)
        assert one.expected == pytest.approx(other.expected)
        assert one.chance == pytest.approx(other.chance)


def test_a_poll_that_is_overtaken_teaches_nothing(store: SqliteStore) -> None:
    store.sync([spec()], START)
    state = claim(store)
    store.commit_poll(good(state, START + EVERY))

    with pytest.raises(LeaseLost):
        store.commit_poll(good(state, START + EVERY, rhythm=learned()))

    assert store.rhythms() == {}


def test_a_poll_without_a_rhythm_leaves_the_one_there_is(store: SqliteStore) -> None:
    store.sync([spec()], START)
    store.commit_poll(good(claim(store), START + EVERY, rhythm=learned()))
    store.make_due(START + 2 * EVERY)
    state = store.claim_polls("me", START + 2 * EVERY, LEASE, 1)[0]
    store.commit_poll(good(state, START + 2 * EVERY))

    assert list(store.rhythms()) == [("marsa", "page")]


def test_the_credit_of_a_budget_is_kept(store: SqliteStore) -> None:
    store.sync([spec()], START)
    result = good(claim(store), START + EVERY)
    store.commit_poll(replace(result, state=replace(result.state, credit=-2.5)))

    assert [state.credit for state in store.poll_states()] == [-2.5]


def test_a_rhythm_of_another_make_is_learned_anew(store: SqliteStore, path: Path) -> None:
    store.sync([spec()], START)
    store.commit_poll(good(claim(store), START + EVERY, rhythm=learned()))
    store._database.run_alone("UPDATE rhythm SET counts = x'00'")

    assert store.rhythms() == {}


# --- after a start ------------------------------------------------------------------------------------


def test_after_a_long_stop_the_polls_that_are_overdue_are_spread_over_their_interval(store: SqliteStore) -> None:
    specs = [spec(f"s{n}", every=timedelta(seconds=10)) for n in range(400)]
    store.sync(specs, START)
    store.sync(specs, START + timedelta(hours=8))

    due = sorted(state.next_poll_at for state in store.poll_states())

    assert due[0] == START + timedelta(hours=8)
    assert timedelta(seconds=8) <= due[-1] - due[0] < timedelta(seconds=10)


def test_a_start_leaves_alone_what_is_not_due(store: SqliteStore) -> None:
    store.sync([spec()], START)
    store.commit_poll(good(claim(store), START + EVERY))

    store.sync([spec()], START + EVERY + timedelta(seconds=1))

    assert [state.next_poll_at for state in store.poll_states()] == [START + 2 * EVERY]
