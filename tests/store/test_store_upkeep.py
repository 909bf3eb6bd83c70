"""Time goes wrong, and time goes by: due times follow the clock, and what is old is forgotten."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from store.building import EVERY, LEASE, START, alert, change, delivery, good, headline, poll, settlement, spec, upsert

from monitor.model import DeliveryState, PollOutcome, RecipientState
from monitor.store import SqliteStore

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
KEEP = timedelta(days=90)
JUMPS = [timedelta(days=365), timedelta(days=-365), timedelta(hours=-1), timedelta(hours=1)]


def _look(store: SqliteStore, at: datetime, **other: object) -> None:
    store.make_due(at)
    (state,) = store.claim_polls("me", at, LEASE, 1)
    store.commit_poll(good(state, at, **other))


def _send(store: SqliteStore, at: datetime, state: DeliveryState = DeliveryState.SENT) -> None:
    claimed = store.claim_delivery("desk", "42", "me", at, LEASE)
    assert claimed
    store.settle(claimed[0], "me", settlement(state, claimed[0]), at, 1)


# --- the clock is set -------------------------------------------------------------------------------------


@pytest.mark.parametrize("jump", JUMPS)
def test_a_clock_that_is_set_moves_the_next_poll_and_its_leases_along(store: SqliteStore, jump: timedelta) -> None:
    store.sync([spec("waits"), spec("leased")], START)
    for state in store.claim_polls("me", START + HOUR, LEASE, 2):
        if state.source == "waits":
            later = replace(state, next_poll_at=START + HOUR + timedelta(minutes=10))
            store.commit_poll(replace(good(state, START), state=later))
    now = START + HOUR
    store.shift_due(jump, now)
    now += jump

    assert store.claim_polls("me", now + timedelta(minutes=4, seconds=59), LEASE, 9) == []
    assert [s.source for s in store.claim_polls("me", now + LEASE, HOUR, 9)] == ["leased"]
    (state,) = store.claim_polls("me", now + timedelta(minutes=10), LEASE, 9)
    assert state.source == "waits"


@pytest.mark.parametrize("jump", JUMPS)
def test_retries_and_resting_recipients_wait_as_long_as_before(store: SqliteStore, jump: timedelta) -> None:
    store.sync([spec()], START)
    alerts = poll(store, START, [headline()], ["desk"])
    store.freeze([delivery(alerts)])
    (claimed, _) = store.claim_delivery("desk", "42", "me", START, LEASE) or pytest.fail("nothing to claim")
    then = START + timedelta(minutes=10)
    rests = RecipientState(channel="desk", recipient="42", not_before=then)
    waits = settlement(DeliveryState.PENDING, claimed, recipient=rests, next_attempt_at=then)
    store.settle(claimed, "me", waits, START, 1)
    store.shift_due(jump, START)

    assert store.due_recipients(then + jump - timedelta(seconds=1)) == []
    assert store.due_recipients(then + jump) == [("desk", "42")]
    (again, _) = store.claim_delivery("desk", "42", "me", then + jump, LEASE) or pytest.fail("nothing to claim")
    assert again.created_at == START + jump, "its age decides when it is given up"


@pytest.mark.parametrize("jump", JUMPS)
def test_what_a_rate_has_counted_counts_as_long_as_before(store: SqliteStore, jump: timedelta) -> None:
    store.sync([spec()], START)
    alerts = poll(store, START, [headline(1), headline(2)], ["desk"])
    store.freeze([delivery(alerts[:1], START - timedelta(minutes=2)), delivery(alerts[1:], START)])
    _send(store, START)
    store.shift_due(jump, START)
    now = START + jump

    assert store.messages_since("desk", now - HOUR) == 2
    assert store.messages_since("desk", now - timedelta(minutes=1)) == 1
    assert store.messages_since("desk", now) == 0


@pytest.mark.parametrize("jump", JUMPS)
def test_an_alert_that_is_due_stays_due_and_one_for_a_time_of_day_waits_for_it(
    store: SqliteStore, jump: timedelta
) -> None:
    store.sync([spec()], START)
    (state,) = store.claim_polls("me", START, LEASE, 1)
    due, later = change(headline(1)), change(headline(2))
    alerts = [alert(due), alert(later, due=START + timedelta(hours=5))]
    upserts = [upsert(headline(1)), upsert(headline(2))]
    store.commit_poll(good(state, START, revision=0, upserts=upserts, changes=[due, later], alerts=alerts))
    store.shift_due(jump, START)
    found = [found.id for found in store.due_alerts(START + jump, 9)]

    assert alerts[0].id in found
    assert (alerts[1].id in found) == (abs(jump) > DAY)  # the time has gone by, or was of another clock
    assert len(store.due_alerts(START + timedelta(hours=5), 9)) == 2


def test_a_clock_that_was_set_back_while_nothing_ran_holds_nothing_up(store: SqliteStore) -> None:
    store.sync([spec()], START)
    alerts = poll(store, START, [headline()], ["desk"])
    store.freeze([delivery(alerts)])
    (claimed, _) = store.claim_delivery("desk", "42", "me", START, LEASE) or pytest.fail("nothing to claim")
    then = START + timedelta(minutes=10)
    rests = RecipientState(channel="desk", recipient="42", not_before=then)
    store.settle(
        claimed, "me", settlement(DeliveryState.PENDING, claimed, recipient=rests, next_attempt_at=then), START, 1
    )
    now = START - 3 * HOUR
    store.sync([spec()], now)

    assert len(store.claim_polls("me", now + EVERY, LEASE, 9)) == 1
    assert store.due_recipients(now + timedelta(minutes=10)) == [("desk", "42")]
    assert store.messages_since("desk", now - timedelta(minutes=1)) == 1
    assert store.messages_since("desk", now) == 0


def test_a_poll_that_was_under_way_while_the_clock_was_set_back_is_no_reason_to_wait_for_the_old_time(
    store: SqliteStore,
) -> None:
    store.sync([spec()], START)
    (state,) = store.claim_polls("me", START, LEASE, 1)
    store.shift_due(-3 * HOUR, START)
    store.commit_poll(good(state, START))

    assert len(store.claim_polls("me", START - 3 * HOUR + LEASE, LEASE, 1)) == 1


def test_a_reload_after_the_clock_was_set_back_moves_nothing_again(store: SqliteStore) -> None:
    store.sync([spec()], START)
    _look(store, START)
    store.shift_due(-HOUR, START)
    store.sync([spec()], START - HOUR)

    assert store.claim_polls("me", START - HOUR + EVERY - timedelta(seconds=1), LEASE, 9) == []
    assert len(store.claim_polls("me", START - HOUR + EVERY, LEASE, 9)) == 1


# --- forgetting -------------------------------------------------------------------------------------------


def test_a_headline_is_forgotten_when_its_source_did_not_show_it_for_so_long(store: SqliteStore) -> None:
    store.sync([spec()], START)
    poll(store, START, [headline(1)])
    poll(store, START + HOUR, [headline(2)])
    _look(store, START + KEEP + timedelta(minutes=30))
    store.prune(START + KEEP + 2 * DAY, KEEP)

    memory = store.recall("marsa", [headline(1).key, headline(2).key])
    assert [known.headline.key for known in memory.headlines] == [headline(2).key]
    assert store._database.read("SELECT count(*) FROM headline_key WHERE headline_id = 1")[0][0] == 0


def test_a_site_that_was_down_for_months_is_remembered_as_it_was(store: SqliteStore) -> None:
    store.sync([spec()], START)
    poll(store, START, [headline()])
    (state,) = store.claim_polls("me", START + 200 * DAY, LEASE, 1)
    failed = replace(state, failures=200, last_poll_at=START + 200 * DAY)
    store.commit_poll(replace(good(state, START), outcome=PollOutcome.FAILED, state=failed))
    store.prune(START + 400 * DAY, KEEP)

    assert len(store.recall("marsa", [headline().key]).headlines) == 1


def test_what_an_endpoint_that_is_down_showed_is_remembered_while_another_of_the_source_is_well(
    store: SqliteStore,
) -> None:
    store.sync([spec(name="page")], START)
    poll(store, START, [headline()])
    store.sync([spec(name="page"), spec(name="feed")], START)
    for state in store.claim_polls("me", START + HOUR, LEASE, 2):
        at = START + HOUR if state.endpoint == "page" else START + 200 * DAY
        store.commit_poll(good(state, at))
    store.prune(START + 200 * DAY, KEEP)

    assert len(store.recall("marsa", [headline().key]).headlines) == 1


def test_a_source_that_left_the_configuration_is_remembered(store: SqliteStore) -> None:
    store.sync([spec()], START)
    poll(store, START, [headline()])
    store.sync([], START)
    store.prune(START + 400 * DAY, KEEP)

    assert len(store.recall("marsa", [headline().key]).headlines) == 1


def test_a_page_that_is_always_the_same_keeps_its_headlines(store: SqliteStore) -> None:
    store.sync([spec()], START)
    poll(store, START, [headline()])
    ids = [known.id for known in store.recall("marsa", [headline().key]).headlines]
    for hour in range(1, 10 * 24, 5):
        now = START + hour * HOUR
        _look(store, now, seen_ids=ids, outcome=PollOutcome.UNCHANGED)
        _look(store, now + HOUR / 2, outcome=PollOutcome.NOT_MODIFIED)
        store.prune(now + HOUR / 2, timedelta(days=7))

    assert len(store.recall("marsa", [headline().key]).headlines) == 1


def test_nothing_is_forgotten_while_somebody_is_still_to_be_told(store: SqliteStore) -> None:
    store.sync([spec()], START)
    poll(store, START, [headline(0)])
    poll(store, START + HOUR, [headline(1)], ["desk"])
    alerts = poll(store, START + 2 * HOUR, [headline(2), headline(3), headline(4)], ["desk"])
    store.freeze([delivery([one]) for one in alerts])
    claimed = store.claim_delivery("desk", "42", "me", START, LEASE)
    assert claimed  # left in the state of sending
    _send(store, START + 399 * DAY, DeliveryState.DEAD)
    _look(store, START + 400 * DAY)
    store.prune(START + 400 * DAY, KEEP)
    counts = store.queries.counts()

    assert (counts.headlines, counts.alerts, counts.alerts_waiting) == (4, 4, 1)
    assert (counts.deliveries_pending, counts.deliveries_dead) == (2, 1)
    assert store.recall("marsa", [headline(0).key]).headlines == ()


def test_what_is_finished_is_forgotten_after_the_retention_even_when_the_headline_is_still_shown(
    store: SqliteStore,
) -> None:
    store.sync([spec()], START)
    alerts = poll(store, START, [headline(n) for n in range(4)], ["desk"])
    store.freeze([delivery([one]) for one in alerts[:3]])
    for state in (DeliveryState.SENT, DeliveryState.DEAD, DeliveryState.UNCONFIRMED):
        _send(store, START, state)
    store.drop_alerts([alerts[3].id], "no longer wanted")

    store.prune(START + KEEP, KEEP)
    assert store.queries.counts().alerts == 4
    store.prune(START + KEEP + HOUR, KEEP)

    for table in ("delivery", "delivery_alert", "attempt", "alert", "change"):
        assert store._database.read(f"SELECT count(*) FROM {table}")[0][0] == 0, table
    assert store.queries.counts().headlines == 4


def test_a_poll_that_was_deciding_while_its_headlines_were_forgotten_decides_again(store: SqliteStore) -> None:
    store.sync([spec()], START)
    poll(store, START, [headline()])
    _look(store, START + 100 * DAY)
    before = store.recall("marsa", [headline().key])
    store.prune(START + 100 * DAY, KEEP)
    after = store.recall("marsa", [headline().key])

    assert (len(before.headlines), len(after.headlines)) == (1, 0)
    assert after.revision > before.revision


def test_forgetting_much_is_done_in_small_transactions(store: SqliteStore) -> None:
    store.sync([spec()], START)
    poll(store, START, [headline(n) for n in range(1200)])
    _look(store, START + 100 * DAY)
    begun: list[str] = []
    connection = store._database._connection
    assert connection
    connection.set_trace_callback(lambda sql: begun.append(sql) if sql.startswith("BEGIN") else None)
    store.prune(START + 100 * DAY, KEEP)
    connection.set_trace_callback(None)

    assert store.queries.counts().headlines == 0
    assert len(begun) >= 6  # three of changes, three of headlines at least


def test_a_database_that_grows_too_large_forgets_sooner_but_nothing_of_the_last_week(store: SqliteStore) -> None:
    store.sync([spec()], START)
    for day in range(60):
        at = START + day * DAY
        store.make_due(at)
        poll(store, at, [headline(day * 100 + n, first_seen_at=at) for n in range(100)])
    now = START + 60 * DAY
    _look(store, now)
    before = store.size()

    store.prune(now, KEEP, before)
    assert (store.queries.counts().headlines, store.size()) == (6000, before)
    store.prune(now, KEEP, before // 2)
    assert store.size() <= before // 2
    store.prune(now, KEEP, 0)
    assert store.queries.counts().headlines == 700
