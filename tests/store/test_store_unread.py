"""Headlines whose articles are still to be matched: kept until they are, and written with what came of it."""

from __future__ import annotations

from datetime import timedelta

import pytest
from store.building import LEASE, START, alert, change, good, headline, spec, upsert

from monitor.errors import MemoryChanged
from monitor.model import Change, PollOutcome
from monitor.store import SqliteStore

MINUTE = timedelta(minutes=1)


@pytest.fixture
def unread(store: SqliteStore) -> Change:
    """A committed headline whose article is to be matched."""
    store.sync([spec()], START)
    (state,) = store.claim_polls("me", START, LEASE, 1)
    told = change(headline())
    store.commit_poll(
        good(
            state,
            START,
            outcome=PollOutcome.CHANGED,
            revision=0,
            upserts=[upsert(headline())],
            changes=[told],
            unread=[told],
        )
    )
    return told


def test_a_change_stays_to_be_read_until_its_reading_is_committed(store: SqliteStore, unread: Change) -> None:
    assert store.unread(START, 9) == [unread]
    store.commit_unread(unread, [])
    assert store.unread(START, 9) == []


def test_a_try_puts_it_off_and_three_are_made(store: SqliteStore, unread: Change) -> None:
    for n in range(3):
        now = START + n * MINUTE
        assert len(store.unread(now, 9)) == 1
        store.postpone_unread(unread.id, now + MINUTE)
        assert store.unread(now, 9) == []
    assert store.unread(START + 9 * MINUTE, 9) == []


def test_what_the_article_led_to_is_written_whole(store: SqliteStore, unread: Change) -> None:
    late = alert(unread, due=START + MINUTE)
    store.commit_unread(unread, [late])
    assert [one.id for one in store.due_alerts(START + MINUTE, 9)] == [late.id]
    (known,) = store.recall("marsa", {unread.headline.key}).headlines
    assert known.fired == {"ports"}


def test_a_poll_that_decided_without_knowing_decides_again(store: SqliteStore, unread: Change) -> None:
    store.make_due(START + MINUTE)
    (state,) = store.claim_polls("me", START + MINUTE, LEASE, 1)
    before = store.recall("marsa", {unread.headline.key}).revision
    store.commit_unread(unread, [alert(unread)])
    decided = good(state, START + MINUTE, revision=before, upserts=[upsert(headline(2))], changes=[])
    with pytest.raises(MemoryChanged):
        store.commit_poll(decided)


def test_a_channel_that_was_told_is_not_told_twice(store: SqliteStore, unread: Change) -> None:
    store.commit_unread(unread, [alert(unread)])
    store.commit_unread(unread, [alert(unread)])
    assert len(store.due_alerts(START, 9)) == 1
