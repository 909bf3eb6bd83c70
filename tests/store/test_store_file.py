"""The file: who may read it, what survives a power cut, and what is said when it cannot be used."""

from __future__ import annotations

import fcntl
import os
import sqlite3
import stat
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import pytest
from store.building import EVERY, LEASE, START, delivery, good, headline, poll, settlement, spec, upsert

from monitor.errors import SchemaTooNew, StoreBusy, StoreCorrupt, StoreError, StoreUnavailable
from monitor.model import DeliveryState
from monitor.store import SqliteStore, open_store, sqlite
from monitor.store.migrate import apply, migrate, migrations
from monitor.store.sqlite import Database


def _crowd(store: SqliteStore, number: int = 200) -> None:
    store.make_due(START)
    poll(store, START, [headline(n, title=f"خبر رقم {n} " + "x" * 300) for n in range(number)], ["desk"])


def _headlines(store: SqliteStore) -> int:
    return store.queries.counts().headlines


def test_the_files_belong_to_their_user_alone(path: Path) -> None:
    before = os.umask(0)
    try:
        store = open_store(path)
        store.sync([spec()], START)
        modes = {file.name: stat.S_IMODE(file.stat().st_mode) for file in path.parent.iterdir()}
        store.close()
    finally:
        os.umask(before)

    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    assert len(modes) == 4
    assert set(modes.values()) == {0o600}


def test_quiet_polls_are_written_without_waiting_for_the_disk_and_news_with(store: SqliteStore) -> None:
    def synchronous() -> int:
        return int(store._database.read("PRAGMA synchronous")[0][0])

    store.sync([spec()], START)
    (state,) = store.claim_polls("me", START, LEASE, 1)
    assert synchronous() == 1
    store.commit_poll(good(state, START))
    assert synchronous() == 1
    poll(store, START + EVERY, [headline()])
    assert synchronous() == 2


# --- files that cannot be used ----------------------------------------------------------------------------


def test_a_database_of_a_newer_version_is_refused_and_left_as_it_is(path: Path) -> None:
    open_store(path).close()
    with sqlite3.connect(path) as connection:
        connection.execute("PRAGMA user_version=99")
    connection.close()
    before = path.read_bytes()

    for read_only in (False, True):
        with pytest.raises(SchemaTooNew, match="install the newer version"):
            open_store(path, read_only=read_only)
    assert path.read_bytes() == before


@pytest.mark.parametrize("read_only", [False, True])
def test_a_file_that_is_no_database_is_refused_and_left_as_it_is(tmp_path: Path, read_only: bool) -> None:
    path = tmp_path / "monitor.db"
    path.write_bytes(b"not a database at all" * 1000)

    with pytest.raises(StoreCorrupt, match=r"damaged .*nothing was changed.*good copy"):
        open_store(path, read_only=read_only)
    assert path.read_bytes() == b"not a database at all" * 1000


def test_a_damaged_page_is_said_to_be_damaged_when_it_is_met(path: Path) -> None:
    store = open_store(path)
    store.sync([spec()], START)
    _crowd(store)
    store.close()
    damaged = bytearray(path.read_bytes())
    for page in range(4096 * 4, len(damaged), 4096):
        damaged[page : page + 200] = b"\xa5" * 200
    path.write_bytes(damaged)

    with pytest.raises(StoreCorrupt, match="damaged"):
        _all_of_it(path)


def _all_of_it(path: Path) -> None:
    store = open_store(path)
    try:
        store.known_as(["t:"], 1)
        _crowd(store)
    finally:
        store.close()


@pytest.mark.parametrize("what", ["folder", "file in the way", "read only"])
def test_a_place_that_cannot_be_written_is_a_sentence(tmp_path: Path, what: str) -> None:
    path = tmp_path / "monitor.db"
    if what == "folder":
        path.mkdir()
    elif what == "file in the way":
        path.write_text("")
        path = path / "monitor.db"
    else:
        path = Path("/proc/self/monitor.db")  # closed to root, too

    with pytest.raises(StoreError, match=r"monitor\.db: .*can be read and written"):
        open_store(path)


def test_a_database_that_became_read_only_loses_nothing_and_works_again(store: SqliteStore) -> None:
    store.sync([spec()], START)
    store._database.read("PRAGMA query_only=1")

    with pytest.raises(StoreError, match="can be read and written"):
        store.claim_polls("me", START, LEASE, 1)
    store._database.read("PRAGMA query_only=0")
    _crowd(store)
    assert _headlines(store) == 200


def test_a_missing_database_to_read_is_a_sentence_and_is_not_made(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="can be read and written"):
        open_store(tmp_path / "monitor.db", read_only=True)
    assert list(tmp_path.iterdir()) == []


# --- no room ----------------------------------------------------------------------------------------------


def test_a_full_disk_is_a_sentence_and_the_store_works_again_afterwards(store: SqliteStore) -> None:
    store.sync([spec()], START)
    pages = int(store._database.read("PRAGMA page_count")[0][0])
    store._database.read(f"PRAGMA max_page_count={pages}")

    with pytest.raises(StoreError, match=r"no room .*nothing that was saved is lost; free some space"):
        _crowd(store)
    assert _headlines(store) == 0
    store._database.read(f"PRAGMA max_page_count={pages * 1000}")
    store.release_leases()
    _crowd(store)
    assert _headlines(store) == 200


LIMITED = """
import resource, signal, sys
from pathlib import Path
from store.building import START, spec
from store.test_store_file import _crowd, _headlines
from monitor.errors import StoreError
from monitor.store import open_store
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
store = open_store(Path(sys.argv[1]))
store.sync([spec()], START)
_crowd(store, 1)
resource.setrlimit(resource.RLIMIT_FSIZE, (200_000, resource.RLIM_INFINITY))
try:
    _crowd(store, 5000)
except StoreError as error:
    print(error)
print(_headlines(store))
resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
store.release_leases()
_crowd(store, 5000)
print(_headlines(store), store._database.read("PRAGMA integrity_check")[0][0])
"""


def test_a_disk_that_refuses_to_write_is_a_sentence_and_the_store_works_again_afterwards(path: Path) -> None:
    env = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    done = subprocess.run(
        [sys.executable, "-c", LIMITED, str(path)], capture_output=True, text=True, check=False, env=env
    )
    said, *numbers = done.stdout.splitlines() or [done.stderr]

    assert said == f"the disk of database {path} reports an error (disk I/O error); check it and its free space"
    assert numbers == ["1", "5000 ok"]


def test_a_poll_that_found_no_room_is_written_when_there_is_some(store: SqliteStore) -> None:
    store.sync([spec(), spec("other")], START + EVERY)
    store.sync([spec(), spec("other")], START)
    full = int(store._database.read("PRAGMA page_count")[0][0])
    store._database.read(f"PRAGMA max_page_count={full}")
    with pytest.raises(StoreUnavailable):
        _crowd(store)
    assert [s.source for s in store.claim_polls("me", START, LEASE, 9)] == ["other"], "the others are still polled"
    store._database.read(f"PRAGMA max_page_count={full * 1000}")

    assert store.claim_polls("me", START + EVERY - timedelta(seconds=1), LEASE, 9) == []
    assert _headlines(store) == store.queries.counts().alerts == 200
    assert len(store.claim_polls("me", START + EVERY, LEASE, 9)) == 1


# --- other programs ---------------------------------------------------------------------------------------


@contextmanager
def _impatient() -> Iterator[None]:
    before, sqlite.BUSY_MS = sqlite.BUSY_MS, 50
    try:
        yield
    finally:
        sqlite.BUSY_MS = before


def test_a_database_locked_by_another_program_is_a_sentence_and_loses_nothing(path: Path) -> None:
    with _impatient():
        store = open_store(path)
        store.sync([spec()], START)
        other = sqlite3.connect(path, isolation_level=None)
        other.execute("BEGIN EXCLUSIVE")
        with pytest.raises(StoreBusy, match="locked by another program; try again"):
            store.claim_polls("me", START, LEASE, 1)
        other.close()
        _crowd(store)
        assert _headlines(store) == 200
        store.close()


def test_a_message_that_was_sent_while_the_database_was_locked_is_not_sent_again(path: Path) -> None:
    with _impatient():
        store = open_store(path)
        store.sync([spec()], START)
        store.freeze([delivery(poll(store, START, [headline()], ["desk"]))])
        (sent, _) = store.claim_delivery("desk", "42", "me", START, LEASE) or pytest.fail("nothing to claim")
        other = sqlite3.connect(path, isolation_level=None)
        other.execute("BEGIN EXCLUSIVE")
        with pytest.raises(StoreBusy):
            store.settle(sent, "me", settlement(DeliveryState.SENT, sent), START, 5)
        with pytest.raises(StoreBusy):
            store.claim_delivery("desk", "42", "me", START + LEASE, LEASE)
        other.close()

        assert store.claim_delivery("desk", "42", "me", START + LEASE, LEASE) is None
        assert store.queries.counts().deliveries_sent == 1
        store.close()


def test_a_poll_that_met_a_lock_is_written_when_it_is_gone_unless_it_was_overtaken(path: Path) -> None:
    with _impatient():
        store = open_store(path)
        store.sync([spec()], START)
        other = sqlite3.connect(path, isolation_level=None)
        for at, headlines in ((START, 1), (START + EVERY, 1)):
            (state,) = store.claim_polls("me", at, LEASE, 1)
            other.execute("BEGIN EXCLUSIVE")
            with pytest.raises(StoreBusy):
                store.commit_poll(good(state, at, revision=0, upserts=[upsert(headline())]))
            with pytest.raises(StoreBusy):
                store.claim_polls("me", at, LEASE, 1)
            other.execute("ROLLBACK")
            assert store.claim_polls("me", at, LEASE, 1) == []
            assert _headlines(store) == headlines
        other.close()
        store.close()


def test_opening_the_database_twice_keeps_its_locks(path: Path) -> None:
    first = open_store(path)
    Database(path, read_only=False).close()
    seize = (
        f"import sqlite3; c = sqlite3.connect({str(path)!r}, timeout=0); c.execute('PRAGMA locking_mode=EXCLUSIVE'); "
    )
    alone = subprocess.run(
        [sys.executable, "-c", seize + "c.execute('BEGIN EXCLUSIVE')"], capture_output=True, text=True, check=False
    )
    first.close()

    assert "database is locked" in alone.stderr


def test_another_process_of_ours_that_was_stopped_while_writing_is_not_waited_for_for_ever(path: Path) -> None:
    with _impatient():
        store = open_store(path)
        store.sync([spec()], START)
        other = os.open(f"{path}.lock", os.O_RDWR)
        fcntl.flock(other, fcntl.LOCK_SH)  # in the way of us, who want it alone
        with pytest.raises(StoreBusy, match="locked by another program"):
            store.claim_polls("me", START, LEASE, 1)
        with pytest.raises(StoreBusy):
            open_store(path)
        os.close(other)
        assert len(store.claim_polls("me", START, LEASE, 1)) == 1
        store.close()


# --- migrations -------------------------------------------------------------------------------------------

NEXT = (
    len(migrations()) + 1,
    ["CREATE TABLE note (id INTEGER PRIMARY KEY) STRICT", "ALTER TABLE headline ADD COLUMN language TEXT"],
)


def test_a_migration_that_fails_at_any_statement_leaves_the_database_as_it_was(tmp_path: Path) -> None:
    (number, statements), *_others = migrations()
    for broken in range(len(statements)):
        path = tmp_path / f"{broken}.db"
        database = Database(path, read_only=False)
        with pytest.raises(StoreError):
            migrate(database, [(number, [*statements[:broken], "THIS IS NO SQL", *statements[broken:]])])
        database.close()
        store = open_store(path)
        assert _headlines(store) == 0
        store.close()


def test_the_database_is_copied_before_it_is_migrated_and_the_copy_is_private_and_whole(path: Path) -> None:
    store = open_store(path)
    store.sync([spec()], START)
    _crowd(store)
    store.close()
    copy = path.with_name(f"monitor.db.before-{NEXT[0]}")
    copy.with_name(f"{copy.name}.part").write_text("half a copy of a start that was killed")
    database = Database(path, read_only=False)
    migrate(database, [*migrations(), NEXT])
    database.close()

    assert stat.S_IMODE(copy.stat().st_mode) == 0o600
    assert not copy.with_name(f"{copy.name}.part").exists()
    copied = open_store(copy)
    assert _headlines(copied) == 200
    copied.close()


def test_a_migration_that_another_process_has_just_done_is_not_done_again(path: Path) -> None:
    first, second = Database(path, read_only=False), Database(path, read_only=False)
    for database in (first, second):  # both looked at the version before either had migrated
        for number, statements in migrations():
            apply(database, number, statements)

    assert second.read("SELECT count(*) FROM headline")[0][0] == 0
    first.close()
    second.close()
