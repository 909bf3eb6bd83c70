"""What is done to the whole database: leases at a start, due times when the clock was set, forgetting by age."""

from __future__ import annotations

import sqlite3
from datetime import datetime, timedelta

from monitor.store import push
from monitor.store.rows import MILLISECOND, ms
from monitor.store.sqlite import Database
from monitor.values import SHORTEST_RETENTION

ROOM = 4 * 2**20  # bytes that the file keeps free inside
BATCH = 500  # rows per transaction, so that no poll waits long
MARKS = timedelta(days=2)  # no story is followed for longer
POLL_LOG = timedelta(days=14)
DAY_MS = 24 * 3600 * 1000  # no rate counts further back

_DELIVERIES = "DELETE FROM delivery WHERE seq IN (SELECT seq FROM delivery WHERE settled_at < :before LIMIT :batch)"
_ALERTS = """
DELETE FROM alert WHERE seq IN (
  SELECT alert.seq FROM change JOIN alert ON alert.change_id = change.id
  WHERE change.seen_at < :before AND alert.state <> 'waiting'
  AND NOT EXISTS (SELECT 1 FROM delivery_alert WHERE alert_id = alert.id) LIMIT :batch)
"""
_CHANGES = """
DELETE FROM change WHERE seq IN (
  SELECT seq FROM change WHERE seen_at < :before
  AND NOT EXISTS (SELECT 1 FROM alert WHERE change_id = change.id) LIMIT :batch)
"""
_HEADLINES = """
DELETE FROM headline WHERE id IN (
  SELECT id FROM headline WHERE source = :source AND last_seen_at < :before
  AND NOT EXISTS (SELECT 1 FROM change JOIN alert ON alert.change_id = change.id WHERE headline_id = headline.id)
  LIMIT :batch)
"""
_MARKS = """
DELETE FROM story_mark WHERE (mark, at, headline_id) IN (
  SELECT mark, at, headline_id FROM story_mark WHERE at < :before LIMIT :batch)
"""
_INCIDENTS = """
DELETE FROM incident WHERE (key, since) IN (SELECT key, since FROM incident WHERE ended_at < :before LIMIT :batch)
"""
_ROBOTS = "DELETE FROM robots WHERE url IN (SELECT url FROM robots WHERE until < :before LIMIT :batch)"
_LANES = "DELETE FROM lane WHERE key IN (SELECT key FROM lane WHERE free_at < :before LIMIT :batch)"
_POLLS = "DELETE FROM poll WHERE id IN (SELECT id FROM poll WHERE at < :before LIMIT :batch)"
# The endpoint that was read least recently counts: what it will show when it is back must not be news.
_READ_WELL = """
SELECT source, min(last_ok_at) FROM endpoint WHERE active = 1 AND last_ok_at IS NOT NULL GROUP BY source
"""


def release_leases(database: Database) -> None:
    with database.tx() as db:
        db.execute("UPDATE endpoint SET lease_owner = NULL, lease_until = NULL WHERE lease_owner IS NOT NULL")
        db.execute("UPDATE delivery SET lease_until = 0 WHERE state = 'sending'")
        db.execute("UPDATE lane SET busy_until = NULL")


def make_due(database: Database, now: datetime) -> None:
    with database.tx() as db:
        db.execute("UPDATE endpoint SET next_poll_at = ? WHERE active = 1 AND next_poll_at > ?", (ms(now), ms(now)))


def retry_failing(database: Database, now: datetime, until: datetime) -> int:
    with database.tx() as db:
        return db.execute(
            "UPDATE endpoint SET next_poll_at = :now"
            " WHERE active = 1 AND failures > 0 AND next_poll_at > :now AND next_poll_at <= :until",
            {"now": ms(now), "until": ms(until)},
        ).rowcount


def polled_since(database: Database, since: datetime) -> tuple[int, int]:
    (row,) = database.read(
        "SELECT count(*), count(*) FILTER (WHERE failures = 0) FROM endpoint WHERE active = 1 AND last_poll_at >= ?",
        ms(since),
    )
    return row[0], row[1]


def shift_due(database: Database, delta: timedelta, now: datetime) -> None:
    with database.tx() as db:
        _shift(db, delta // MILLISECOND, ms(now))


def notice_other_clock(db: sqlite3.Connection, now: int) -> None:
    """Follow a clock that was set back while nothing ran: no poll can have been later than now."""
    newest = db.execute("SELECT max(last_poll_at) FROM endpoint").fetchone()[0]
    if newest is not None and newest > now:
        _shift(db, now - newest, newest)


def _shift(db: sqlite3.Connection, by: int, before: int) -> None:
    """Move what is measured from now on; not when something was seen, which `prune` compares among itself."""
    db.execute(
        "UPDATE endpoint SET next_poll_at = next_poll_at + :by, lease_until = lease_until + :by,"
        " last_poll_at = last_poll_at + :by",
        {"by": by},
    )
    db.execute(
        "UPDATE delivery SET next_attempt_at = next_attempt_at + :by, lease_until = lease_until + :by"
        " WHERE state IN ('pending', 'sending')",
        {"by": by},
    )
    # The age of a message decides when it is given up, and how many were made lately what a rate still allows.
    db.execute(
        "UPDATE delivery SET created_at = created_at + :by, settled_at = settled_at + :by"
        " WHERE state IN ('pending', 'sending') OR created_at > :recent",
        {"by": by, "recent": before - DAY_MS},
    )
    db.execute("UPDATE discovery SET looked_at = looked_at + :by, next_look_at = next_look_at + :by", {"by": by})
    db.execute("UPDATE lane SET free_at = free_at + :by, busy_until = busy_until + :by", {"by": by})
    push.shift(db, by)
    db.execute("UPDATE recipient SET not_before = not_before + ? WHERE not_before IS NOT NULL", (by,))
    db.execute(
        "UPDATE alert SET due_at = min(due_at, ?) WHERE state = 'waiting' AND due_at <= ?",
        (before + by, before),
    )


def prune(database: Database, now: datetime, retention: timedelta, most: int | None = None) -> None:
    _forget(database, now, retention)
    while most is not None and size(database) > most and retention > SHORTEST_RETENTION:
        retention = max(retention / 2, SHORTEST_RETENTION)
        _forget(database, now, retention)
    if _free(database) < ROOM // 2:
        keep_room(database)


def keep_room(database: Database) -> None:
    """Let the file and its log hold free pages, so that polls and sends go on while the disk is full.

    Pages that are free already are used first, so that the file does not grow each time. The bytes are random, since
    file systems that compress would keep no room for others.
    """
    with database.tx() as db:
        db.execute("DROP TABLE IF EXISTS room")
        db.execute("CREATE TABLE room (bytes BLOB NOT NULL) STRICT")
        db.execute("INSERT INTO room VALUES (randomblob(?))", (ROOM,))
    with database.tx() as db:
        db.execute("DROP TABLE room")


def size(database: Database) -> int:
    return _bytes(database, "page_count") - _free(database)


def _free(database: Database) -> int:
    return _bytes(database, "freelist_count")


def _bytes(database: Database, pages: str) -> int:
    return int(database.read(f"PRAGMA {pages}")[0][0]) * int(database.read("PRAGMA page_size")[0][0])


def _forget(database: Database, now: datetime, retention: timedelta) -> None:
    for sql in (_DELIVERIES, _ALERTS, _CHANGES):  # what others hang on comes last
        _delete(database, sql, before=ms(now - retention))
    for source, read_well in database.read(_READ_WELL):
        _delete(database, _HEADLINES, source=source, before=read_well - retention // MILLISECOND)
    _delete(database, _MARKS, before=ms(now - MARKS))
    _delete(database, _INCIDENTS, before=ms(now - retention))
    _delete(database, _LANES, before=ms(now - MARKS))
    _delete(database, _ROBOTS, before=ms(now - retention))
    _delete(database, _POLLS, before=ms(now - min(POLL_LOG, retention)))


def _delete(database: Database, sql: str, *, before: int, source: str | None = None) -> None:
    """Delete in small transactions, which are not made durable: after a power cut it is done again."""
    while True:
        with database.tx(durable=False) as db:
            deleted = db.execute(sql, {"before": before, "batch": BATCH, "source": source}).rowcount
            if deleted and source:
                # A poll that has just read one of them must look again.
                db.execute("UPDATE source SET revision = revision + 1 WHERE name = ?", (source,))
        if deleted < BATCH:
            return
