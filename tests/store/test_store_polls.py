"""The schedule and the memory: what is due, who has it, and what a poll writes."""

from __future__ import annotations

import sqlite3
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from store.building import EVERY, LEASE, START, alert, change, good, headline, poll, spec, upsert

from monitor.errors import LeaseLost, MemoryChanged, StoreError
from monitor.model import ChangeKind, Match, PollOutcome, Section, Span
from monitor.store import SqliteStore, open_store

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def _due(store: SqliteStore, at: object, limit: int = 99) -> list[str]:
    return [f"{s.source}/{s.endpoint}" for s in store.claim_polls("me", at, LEASE, limit)]  # type: ignore[arg-type]


# --- the schedule -----------------------------------------------------------------------------------------


def test_a_new_endpoint_is_due_at_once(store: SqliteStore) -> None:
    store.sync([spec()], START)

    assert _due(store, START) == ["marsa/page"]


def test_the_first_polls_of_many_endpoints_are_spread_and_all_within_the_interval(store: SqliteStore) -> None:
    store.sync([spec(f"s{n}", every=timedelta(seconds=10)) for n in range(400)], START)
    starts = sorted(s.next_poll_at for s in store.claim_polls("me", START + DAY, LEASE, 999))

    assert len(set(starts)) == 400
    assert starts[0] == START
    assert starts[-1] - starts[0] >= timedelta(seconds=8)
    assert starts[-1] < START + timedelta(seconds=10)


def test_the_longest_overdue_comes_first_and_no_more_than_asked_for(store: SqliteStore) -> None:
    store.sync([spec("first")], START)
    store.sync([spec("first"), spec("second")], START + EVERY)

    assert _due(store, START + EVERY, limit=1) == ["first/page"]
    assert _due(store, START + EVERY, limit=1) == ["second/page"]
    assert _due(store, START + EVERY, limit=0) == []


def test_a_claimed_endpoint_is_nobody_elses_until_its_lease_runs_out(store: SqliteStore) -> None:
    store.sync([spec()], START)

    assert _due(store, START) == ["marsa/page"]
    assert _due(store, START + LEASE - timedelta(seconds=1)) == []
    assert _due(store, START + LEASE) == ["marsa/page"]


def test_an_idle_tick_writes_nothing(store: SqliteStore, path: Path) -> None:
    store.sync([spec()], START + DAY)
    before = Path(f"{path}-wal").read_bytes()

    assert _due(store, START) == []
    assert Path(f"{path}-wal").read_bytes() == before


def test_a_due_time_of_another_clock_counts_as_due(store: SqliteStore) -> None:
    store.sync([spec()], START + timedelta(days=300))

    assert _due(store, START) == ["marsa/page"]


def test_the_longest_wish_of_a_site_is_waited_for(store: SqliteStore) -> None:
    store.sync([spec()], START + timedelta(hours=24))

    assert _due(store, START) == []


def test_a_lease_of_another_clock_counts_as_run_out(store: SqliteStore) -> None:
    store.sync([spec()], START)

    assert _due(store, START + timedelta(days=300)) == ["marsa/page"]
    assert _due(store, START) == ["marsa/page"]


def test_released_leases_are_free_again(store: SqliteStore) -> None:
    store.sync([spec()], START)
    _due(store, START)
    store.release_leases()

    assert _due(store, START) == ["marsa/page"]


def test_everything_can_be_made_due(store: SqliteStore) -> None:
    store.sync([spec()], START + HOUR)
    store.make_due(START)

    assert _due(store, START) == ["marsa/page"]


def test_an_endpoint_that_left_the_configuration_is_not_polled_and_its_headlines_are_remembered(
    store: SqliteStore,
) -> None:
    store.sync([spec()], START)
    poll(store, START, [headline()])
    store.sync([], START)

    assert _due(store, START + DAY) == []
    assert len(store.recall("marsa", [headline().key]).headlines) == 1
    assert store.queries.endpoints_status() == []


@pytest.mark.parametrize("between", [(), ("changed",), ("gone", "back")])
def test_only_an_endpoint_that_changed_or_came_back_learns_anew(store: SqliteStore, between: tuple[str, ...]) -> None:
    store.sync([spec()], START)
    (state,) = store.claim_polls("me", START, LEASE, 1)
    known = replace(state, etag='"a"', last_modified="Mon", body_hash="b", full_at=START, typical_items=9)
    store.commit_poll(good(known, START))
    for step in between or ("same",):
        store.sync({"same": [spec()], "changed": [spec(config_hash="2")], "gone": [], "back": [spec()]}[step], START)
    (after,) = store.claim_polls("me", START + EVERY, LEASE, 1)
    learned = (after.baselined_at, after.etag, after.last_modified, after.body_hash, after.full_at, after.typical_items)

    assert learned == ((START, '"a"', "Mon", "b", START, 9) if not between else (None, None, None, None, START, 0))


def test_a_restart_does_not_cut_a_wait_short_but_a_faster_pace_does(store: SqliteStore) -> None:
    store.sync([spec()], START)
    (state,) = store.claim_polls("me", START, LEASE, 1)
    store.commit_poll(replace(good(state, START), state=replace(state, next_poll_at=START + HOUR)))

    store.sync([spec()], START)
    assert _due(store, START + timedelta(minutes=59)) == []

    store.sync([spec(every=timedelta(seconds=5))], START)
    assert _due(store, START + timedelta(seconds=5)) == ["marsa/page"]


def test_a_poll_that_began_under_the_old_configuration_is_not_accepted(store: SqliteStore) -> None:
    store.sync([spec()], START)
    (state,) = store.claim_polls("me", START, LEASE, 1)
    store.sync([spec(config_hash="2")], START)

    assert _due(store, START) == ["marsa/page"]
    with pytest.raises(LeaseLost, match="source 'marsa'"):
        store.commit_poll(good(state, START))


# --- one poll, one transaction ----------------------------------------------------------------------------


def test_the_state_of_an_endpoint_comes_back_as_it_was_committed(store: SqliteStore) -> None:
    store.sync([spec()], START)
    (state,) = store.claim_polls("me", START, LEASE, 1)
    after = replace(
        state,
        next_poll_at=START + EVERY,
        baselined_at=START,
        etag='"é"',
        last_modified="Mon, 02 Mar 2026 08:00:00 GMT",
        body_hash="00ff",
        full_at=START,
        last_poll_at=START,
        last_ok_at=START - HOUR,
        last_change_at=START - DAY,
        typical_items=41,
        polls=7,
        failures=3,
        last_error="الموقع لا يجيب",
    )
    store.commit_poll(replace(good(state, START), state=after))

    assert store.claim_polls("me", START + EVERY, LEASE, 1) == [after]


def test_headlines_come_back_under_any_of_their_keys(store: SqliteStore) -> None:
    told = headline(published_at=START - HOUR, breaking=True, section=Section.TICKER)
    store.sync([spec()], START)
    poll(store, START, [told])

    for key in upsert(told).new_keys:
        (known,) = store.recall("marsa", ["u:unknown", key]).headlines
        assert known.headline == told
        assert known.keys == upsert(told).new_keys
        assert known.last_seen_at == START
    assert store.recall("other", [told.key]).headlines == ()
    assert store.recall("marsa", []).headlines == ()


def test_an_update_writes_over_the_headline_adds_keys_and_collects_rules(store: SqliteStore) -> None:
    store.sync([spec()], START)
    poll(store, START, [headline()])
    memory = store.recall("marsa", [headline().key])
    (known,) = memory.headlines
    edited = replace(known.headline, title="إغلاق الميناء", version=2, breaking=True)
    for rules, at in (({"ports"}, START + EVERY), ({"عاجل"}, START + 2 * EVERY)):
        (state,) = store.claim_polls("me", at, LEASE, 1)
        written = upsert(edited, id=known.id, new_keys=frozenset({"t:second"}), fired=frozenset(rules))
        revision = store.recall("marsa", ()).revision
        store.commit_poll(good(state, at, revision=revision, upserts=[written]))
    (after,) = store.recall("marsa", ["t:second"]).headlines

    assert after.headline == edited
    assert after.keys == known.keys | {"t:second"}
    assert after.fired == {"ports", "عاجل"}
    assert after.last_seen_at == START + 2 * EVERY


def test_a_new_headline_under_a_known_key_is_an_update(store: SqliteStore) -> None:
    store.sync([spec()], START)
    poll(store, START, [headline()])
    poll(store, START + EVERY, [headline(title="عنوان آخر")])
    (known,) = store.recall("marsa", [headline().key]).headlines

    assert known.headline.title == "عنوان آخر"
    assert known.headline.first_seen_at == START


def test_a_commit_without_the_lease_writes_nothing(store: SqliteStore) -> None:
    store.sync([spec()], START)
    (state,) = store.claim_polls("me", START, LEASE, 1)
    store.claim_polls("other", START + LEASE, LEASE, 1)

    with pytest.raises(LeaseLost):
        store.commit_poll(good(state, START + LEASE, revision=0, upserts=[upsert(headline())]))
    assert store.recall("marsa", [headline().key]) == store.recall("marsa", [])
    assert store.queries.endpoints_status()[0].polls == 0


def test_a_poll_can_be_committed_once(store: SqliteStore) -> None:
    store.sync([spec()], START)
    (state,) = store.claim_polls("me", START, LEASE, 1)
    store.commit_poll(good(state, START))

    with pytest.raises(LeaseLost):
        store.commit_poll(good(state, START))


def test_a_decision_on_an_old_memory_writes_nothing_and_keeps_the_lease(store: SqliteStore) -> None:
    store.sync([spec(), spec(name="feed")], START)
    later = START + timedelta(seconds=1)
    page, feed = store.claim_polls("me", later, LEASE, 2)
    store.commit_poll(good(page, later, revision=0, upserts=[upsert(headline(1))]))
    decided = good(feed, later, revision=0, upserts=[upsert(headline(2))], changes=[change(headline(2))])

    with pytest.raises(MemoryChanged, match="source 'marsa'"):
        store.commit_poll(decided)
    assert store.recall("marsa", [headline(2).key]).headlines == ()
    store.commit_poll(replace(decided, revision=1))
    assert len(store.recall("marsa", [headline(2).key]).headlines) == 1


def test_a_poll_without_headlines_to_write_needs_no_revision_and_moves_none(store: SqliteStore) -> None:
    store.sync([spec()], START)
    poll(store, START, [headline()])
    before = store.recall("marsa", [])
    (state,) = store.claim_polls("me", START + EVERY, LEASE, 1)
    store.commit_poll(good(state, START + EVERY))

    assert store.recall("marsa", []) == before


def test_the_same_news_after_a_crash_makes_no_second_change_and_no_second_alert(store: SqliteStore) -> None:
    store.sync([spec()], START)
    poll(store, START, [headline(1), headline(2)], ["desk", "mail"])
    poll(store, START + EVERY, [headline(1), headline(2)], ["desk", "mail"])
    counts = store.queries.counts()

    assert (counts.headlines, counts.changes_new, counts.alerts, counts.alerts_waiting) == (2, 2, 4, 4)


def test_a_poll_that_cannot_be_written_whole_is_not_written_at_all(store: SqliteStore) -> None:
    store.sync([spec()], START)
    (state,) = store.claim_polls("me", START, LEASE, 1)
    orphan = alert(change(headline(2)))  # its change is not in the result

    with pytest.raises(StoreError, match="FOREIGN KEY"):
        store.commit_poll(good(state, START, revision=0, upserts=[upsert(headline())], alerts=[orphan]))
    assert store.recall("marsa", [headline().key]).headlines == ()
    store.commit_poll(good(state, START))


def test_only_polls_that_said_something_are_logged(store: SqliteStore) -> None:
    store.sync([spec()], START)
    for number, outcome in enumerate(PollOutcome):
        at = START + number * EVERY
        (state,) = store.claim_polls("me", at, LEASE, 1)
        store.commit_poll(good(state, at, outcome=outcome, status=200, size=9, items=3, error="x"))

    logged = [row["outcome"] for row in store._database.read("SELECT outcome FROM poll ORDER BY id")]
    assert logged == ["learned", "changed", "failed"]


# --- alerts -----------------------------------------------------------------------------------------------


def test_an_alert_comes_back_as_it_was_decided(store: SqliteStore) -> None:
    told = headline(published_at=START - HOUR, breaking=True, section=Section.TICKER, version=3)
    edit = change(told, ChangeKind.EDITED, START)
    matches = (Match(rule="موانئ", spans=(Span(start=4, end=11, term="الميناء"),)), Match(rule="urgent"))
    wanted = alert(edit, due=START, matches=matches, high_priority=True)
    store.sync([spec()], START)
    (state,) = store.claim_polls("me", START, LEASE, 1)
    store.commit_poll(good(state, START, revision=0, upserts=[upsert(told)], changes=[edit], alerts=[wanted]))

    assert store.due_alerts(START, 9) == [wanted]


def test_an_alert_tells_what_the_headline_was_when_it_changed(store: SqliteStore) -> None:
    store.sync([spec()], START)
    poll(store, START, [headline()], ["desk"])
    (known,) = store.recall("marsa", [headline().key]).headlines
    (state,) = store.claim_polls("me", START + EVERY, LEASE, 1)
    edited = replace(known.headline, title="عنوان بعد التعديل", version=2)
    store.commit_poll(good(state, START + EVERY, revision=1, upserts=[upsert(edited, id=known.id)]))

    assert [a.change.headline.title for a in store.due_alerts(START, 9)] == [headline().title]


def test_an_alert_of_low_priority_comes_back_as_one_behind_the_others(store: SqliteStore) -> None:
    store.sync([spec()], START)
    changes = [change(headline(n)) for n in range(2)]
    alerts = [alert(changes[0], low_priority=True), alert(changes[1])]
    (state,) = store.claim_polls("me", START, LEASE, 1)
    upserts = [upsert(headline(n)) for n in range(2)]
    store.commit_poll(good(state, START, revision=0, upserts=upserts, changes=changes, alerts=alerts))
    assert store.due_alerts(START, 9) == [alerts[1], alerts[0]]


def test_alerts_come_high_priority_first_then_in_order_of_detection_and_when_they_are_due(store: SqliteStore) -> None:
    store.sync([spec()], START)
    changes = [change(headline(n)) for n in range(4)]
    alerts = [
        alert(changes[0]),
        alert(changes[1], due=START + HOUR),
        alert(changes[2], due=START - HOUR),
        alert(changes[3], high_priority=True),
    ]
    (state,) = store.claim_polls("me", START, LEASE, 1)
    upserts = [upsert(headline(n)) for n in range(4)]
    store.commit_poll(good(state, START, revision=0, upserts=upserts, changes=changes, alerts=alerts))
    due = [alerts.index(found) for found in store.due_alerts(START, 9)]
    later = [alerts.index(found) for found in store.due_alerts(START + HOUR, 9)]

    assert (due, later) == ([3, 0, 2], [3, 0, 1, 2])
    assert len(store.due_alerts(START, 2)) == 2


def test_an_alert_that_another_clock_put_off_is_due_and_one_for_the_day_after_tomorrow_is_not(
    store: SqliteStore,
) -> None:
    store.sync([spec()], START)
    (state,) = store.claim_polls("me", START, LEASE, 1)
    far, near = change(headline(1)), change(headline(2))
    alerts = [alert(far, due=START + timedelta(days=300)), alert(near, due=START + timedelta(hours=48))]
    upserts = [upsert(headline(1)), upsert(headline(2))]
    store.commit_poll(good(state, START, revision=0, upserts=upserts, changes=[far, near], alerts=alerts))

    assert store.due_alerts(START, 9) == alerts[:1]


# --- odd text ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("odd", ["\ud83d", "\0", "a\ud800b\0c", "\udfff\ud800", "\u202e\u2066", "' OR 1=1 --", "𓂀", ""])
def test_no_headline_is_odd_enough_to_lose_the_poll(store: SqliteStore, odd: str) -> None:
    told = headline(title=odd, key=f"t:{odd}", url=f"https://marsa.example/{odd}")
    store.sync([spec()], START)
    (state,) = store.claim_polls("me", START, LEASE, 1)
    wanted = alert(change(told), matches=(Match(rule="r", spans=(Span(start=0, end=1, term=odd),)),))
    store.commit_poll(
        good(
            replace(state, etag=odd, last_error=odd),
            START,
            outcome=PollOutcome.FAILED,
            error=odd,
            revision=0,
            upserts=[upsert(told, new_keys=frozenset({told.key}), fired=frozenset({odd})), upsert(headline(2))],
            changes=[change(told), change(headline(2))],
            alerts=[wanted, alert(change(headline(2)))],
        )
    )

    found, other = store.due_alerts(START, 9)
    assert len(found.change.headline.title) == len(odd)  # spans stay right
    assert other == alert(change(headline(2)))
    assert len(store.recall("marsa", [told.key]).headlines) == 1


@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(title=st.text(alphabet=st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=200))
def test_every_title_that_sqlite_takes_comes_back_unchanged(
    tmp_path_factory: pytest.TempPathFactory, title: str
) -> None:
    store = open_store(tmp_path_factory.mktemp("db") / "monitor.db")
    try:
        store.sync([spec()], START)
        poll(store, START, [headline(title=title)], ["desk"])

        assert store.due_alerts(START, 1)[0].change.headline.title == title
    finally:
        store.close()


def test_the_tables_take_no_half_states(store: SqliteStore) -> None:
    store.sync([spec()], START)
    connection = store._database._connection

    for statement in (
        "UPDATE endpoint SET lease_owner = 'me'",
        "UPDATE endpoint SET every_ms = 'soon'",
        (
            "INSERT INTO delivery (id, channel, recipient, message, state, created_at, next_attempt_at)"
            " VALUES ('x', 'c', 'r', '{}', 'sending', 0, 0)"
        ),
    ):
        with pytest.raises(sqlite3.IntegrityError):
            connection.execute(statement)
