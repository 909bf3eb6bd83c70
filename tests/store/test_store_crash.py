"""Killed at any moment, used from many threads and processes: what was acknowledged is there, once."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from typing import Any

from store import lives
from store.building import (
    LEASE,
    START,
    alert,
    change,
    delivery,
    good,
    headline,
    poll,
    settlement,
    spec,
    upsert,
)

from monitor.errors import LeaseLost, MemoryChanged
from monitor.model import DeliveryState
from monitor.store import SqliteStore, open_store
from monitor.store.migrate import migrate, migrations
from monitor.store.sqlite import Database

ALWAYS = timedelta(0)  # between two polls: always due


def _sound(store: SqliteStore) -> bool:
    read = store._database.read
    return read("PRAGMA integrity_check")[0][0] == "ok" and not read("PRAGMA foreign_key_check")


def test_a_killed_process_leaves_everything_it_had_acknowledged_and_a_sound_file(path: Path) -> None:
    acknowledged = -1
    for kill in range(5):
        life = lives.start("commit", path)
        assert life.stdout
        for _ in range(3 + 7 * kill):
            acknowledged = int(life.stdout.readline())
        life.kill()
        numbers = [line for line in life.stdout.read().splitlines() if line]
        acknowledged = max(acknowledged, *map(int, numbers)) if numbers else acknowledged
        life.stdout.close()
        assert life.wait() == -9

        store = open_store(path)
        counts = store.queries.counts()
        assert _sound(store)
        assert counts.headlines == counts.changes_new == counts.alerts
        assert acknowledged < counts.headlines <= acknowledged + 2  # one may be done and not yet said
        assert counts.alerts_waiting + counts.deliveries_pending <= kill + 1  # what each kill cut off
        store.close()


def test_processes_that_write_beside_each_other_lose_nothing_and_do_nothing_twice(path: Path) -> None:
    store = open_store(path)
    store.sync([spec(f"s{n}", every=ALWAYS) for n in range(4)], START)
    others = [lives.start("beside", path, name, 80) for name in ("first", "second")]
    committed = []
    for life in others:
        said, _ = life.communicate(timeout=60)
        assert life.returncode == 0
        committed.append(int(said))
    counts = store.queries.counts()

    assert min(committed) > 0
    assert sum(committed) == counts.headlines == counts.changes_new
    assert _sound(store)
    store.close()


def test_eight_threads_share_one_store(store: SqliteStore) -> None:
    names = [f"s{n}" for n in range(8)]
    store.sync([spec(name, every=ALWAYS) for name in names], START)
    start = threading.Barrier(8)

    def work(number: int) -> int:
        start.wait()
        done = 0
        for step in range(25):
            for state in store.claim_polls(f"worker {number}", START, LEASE, 1):
                told = headline(100 * number + step, state.source)
                revision = store.recall(state.source, [told.key]).revision
                store.commit_poll(_news(f"worker {number}", state, told, revision))
                done += 1
            for due in store.due_alerts(START, 1):
                store.freeze([delivery([due], START)])
            claimed = store.claim_delivery("desk", "42", f"worker {number}", START, LEASE)
            if claimed:
                ended = settlement(DeliveryState.SENT, claimed[0])
                store.settle(claimed[0], f"worker {number}", ended, START, 1)
        return done

    with ThreadPoolExecutor(8) as pool:
        done = sum(pool.map(work, range(8)))
    counts = store.queries.counts()

    assert done == counts.headlines == counts.changes_new == counts.alerts > 50
    assert counts.deliveries_sent == counts.alerts - counts.alerts_waiting > 0
    assert _sound(store)


def _news(owner: str, state: Any, told: Any, revision: int) -> Any:
    new = change(told)
    return good(
        state, START, owner=owner, revision=revision, upserts=[upsert(told)], changes=[new], alerts=[alert(new)]
    )


def test_of_two_workers_with_one_lease_one_wins(store: SqliteStore) -> None:
    store.sync([spec()], START)
    (state,) = store.claim_polls("slow", START, LEASE, 1)
    (again,) = store.claim_polls("fast", START + LEASE, LEASE, 1)
    start, ends = threading.Barrier(2), []

    def commit(owner: str, claimed: Any) -> None:
        result = _news(owner, claimed, headline(), 0)
        start.wait()
        try:
            store.commit_poll(result)
        except (LeaseLost, MemoryChanged) as error:
            ends.append((owner, type(error)))
        else:
            ends.append((owner, None))

    workers = [threading.Thread(target=commit, args=args) for args in (("slow", state), ("fast", again))]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()

    assert sorted(ends, key=str) == [("fast", None), ("slow", LeaseLost)]
    assert store.queries.counts().alerts == 1


# --- migrations -------------------------------------------------------------------------------------------


def test_a_new_database_killed_at_any_statement_of_its_making_is_made_by_the_next_start(path: Path) -> None:
    life = lives.start("migrate", path, len(migrations()))
    said, _ = life.communicate(timeout=60)
    store = open_store(path)

    assert int(said) > 25
    assert store.queries.counts().headlines == 0
    assert _sound(store)
    store.close()


def test_a_database_killed_at_any_statement_of_a_migration_keeps_everything(path: Path) -> None:
    store = open_store(path)
    store.sync([spec()], START)
    poll(store, START, [headline(1), headline(2)], ["desk"])
    store.close()
    life = lives.start("migrate", path, lives.NEXT_VERSION[0])
    said, _ = life.communicate(timeout=60)
    database = Database(path, read_only=False)
    migrate(database, [*migrations(), lives.NEXT_VERSION])

    assert int(said) > 10
    assert database.read("PRAGMA user_version")[0][0] == lives.NEXT_VERSION[0]
    assert [tuple(row) for row in database.read("SELECT title, language FROM headline ORDER BY id")] == [
        (headline(n).title, "ar") for n in (1, 2)
    ]
    assert database.read("SELECT count(*) FROM note")[0][0] == 2
    assert database.read("SELECT count(*) FROM alert")[0][0] == 2
    database.close()


def test_a_lost_second_of_work_is_claimed_again(store: SqliteStore, path: Path) -> None:
    store.sync([spec()], START)
    alerts = poll(store, START, [headline()], ["desk"])
    store.freeze([delivery(alerts)])
    store.claim_delivery("desk", "42", "me", START, LEASE)
    store.close()
    opened = open_store(path)

    again = opened.claim_delivery("desk", "42", "another", START + LEASE + timedelta(seconds=1), LEASE)
    opened.close()
    assert again
    assert (again[0].id, again[0].attempts) == (delivery(alerts).id, 2)


def test_the_migrations_are_numbered_without_gaps() -> None:
    assert [number for number, _ in migrations()] == list(range(1, len(migrations()) + 1))
