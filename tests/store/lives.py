"""Lives of processes that tests watch and kill: `python -m store.lives WHAT DATABASE ...`; prints what it has done."""

from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from store.building import EVERY, LEASE, START, change, delivery, good, headline, poll, settlement, spec, upsert

from monitor.model import DeliveryState, PollOutcome
from monitor.store import open_store
from monitor.store.migrate import migrate, migrations
from monitor.store.sqlite import Database

NEXT_VERSION = (
    len(migrations()) + 1,
    [
        "CREATE TABLE note (id INTEGER PRIMARY KEY, body TEXT NOT NULL) STRICT",
        "INSERT INTO note (body) SELECT title FROM headline",
        "ALTER TABLE headline ADD COLUMN language TEXT",
        "UPDATE headline SET language = 'ar'",
    ],
)


def start(*args: object, under: Sequence[str] = ()) -> subprocess.Popen[str]:
    """Begin such a life, `under` another program where one is named."""
    return subprocess.Popen(
        [*under, sys.executable, "-m", "store.lives", *map(str, args)],
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[1])},
    )


def commit_for_ever(path: Path) -> None:
    """Poll, freeze, claim and settle; print the number of each headline once it was committed."""
    store = open_store(path)
    store.release_leases()
    store.sync([spec()], START)
    number = store.queries.counts().headlines
    while True:
        now = START + number * EVERY
        store.make_due(now)
        alerts = poll(store, now, [headline(number)], ["desk"])
        print(number, flush=True)
        store.freeze([delivery(alerts, now)])
        claimed = store.claim_delivery("desk", "42", "me", now, EVERY)
        assert claimed
        store.settle(claimed[0], "me", settlement(DeliveryState.SENT, claimed[0]), now, 1)
        number += 1


def write_beside(path: Path, name: str, times: int) -> None:
    """Poll whatever is due beside other processes that do the same; print how many polls were committed."""
    store, done = open_store(path), 0
    for number in range(times):
        for state in store.claim_polls(name, START, LEASE, 2):
            told = headline(source=state.source, key=f"g:{name} {number}")
            revision = store.recall(state.source, [told.key]).revision
            news = {"upserts": [upsert(told)], "changes": [change(told)]}
            store.commit_poll(good(state, START, owner=name, revision=revision, **news))
            done += 1
    store.close()
    print(done, flush=True)


def poll_quietly_then_tell(path: Path, times: int) -> None:
    """Do so many polls without news, a mark, so many with news, messages and their settling, a mark."""
    store = open_store(path)
    store.sync([spec()], START)
    now = START
    poll(store, now, [headline()])
    os.write(1, b"QUIET\n")
    for number in range(times):
        now += EVERY
        (state,) = store.claim_polls("me", now, LEASE, 1)
        outcome = (PollOutcome.UNCHANGED, PollOutcome.NOT_MODIFIED, PollOutcome.FAILED)[number % 3]
        store.commit_poll(good(state, now, outcome=outcome, seen_ids=[1]))
        store.claim_polls("me", now, LEASE, 1)
        store.claim_delivery("desk", "42", "me", now, LEASE)
        store.due_recipients(now)
        store.due_alerts(now, 9)
    os.write(1, b"NEWS\n")
    for number in range(times):
        now += EVERY
        alerts = poll(store, now, [headline(number + 2)], ["desk"])
        store.freeze([delivery(alerts, now)])
        claimed = store.claim_delivery("desk", "42", "me", now, LEASE)
        assert claimed
        store.settle(claimed[0], "me", settlement(DeliveryState.SENT, claimed[0]), now, 1)
    os.write(1, b"END\n")


def die_at_each_statement(path: Path, versions: int) -> None:
    """Migrate in child after child, each of which is killed one statement later; print how many died."""
    wanted = [*migrations(), NEXT_VERSION][:versions]
    deaths = 0
    while _in_child(lambda: _migrate_until(path, wanted, deaths)) == signal.SIGKILL:
        deaths += 1
    print(deaths, flush=True)


def _in_child(work: Callable[[], None]) -> int:
    pid = os.fork()
    if pid == 0:
        work()
        os._exit(0)
    return os.waitpid(pid, 0)[1]


def _migrate_until(path: Path, wanted: Sequence[tuple[int, Sequence[str]]], last: int) -> None:
    done = 0

    def count(_statement: str) -> None:
        nonlocal done
        if done == last:
            os.kill(os.getpid(), signal.SIGKILL)
        done += 1

    connect = sqlite3.connect

    def watched(*args: object, **kwargs: object) -> sqlite3.Connection:
        connection: sqlite3.Connection = connect(*args, **kwargs)  # type: ignore[call-overload]
        connection.set_trace_callback(count)
        return connection

    sqlite3.connect = watched  # type: ignore[assignment]
    database = Database(path, read_only=False)
    migrate(database, wanted)
    os._exit(0)


if __name__ == "__main__":
    what, database = sys.argv[1], Path(sys.argv[2])
    if what == "commit":
        commit_for_ever(database)
    elif what == "beside":
        write_beside(database, sys.argv[3], int(sys.argv[4]))
    elif what == "quiet":
        poll_quietly_then_tell(database, int(sys.argv[3]))
    else:
        die_at_each_statement(database, int(sys.argv[3]))
