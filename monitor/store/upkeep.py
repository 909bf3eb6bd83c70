"""What is done to the whole database: leases at a start, due times when the clock was set, forgetting by age."""

from __future__ import annotations

from datetime import datetime, timedelta

from monitor.store.rows import ms
from monitor.store.sqlite import Database

BATCH = 2000  # rows per transaction, so that no poll waits long
POLL_LOG = timedelta(days=14)


def release_leases(database: Database) -> None:
    with database.tx() as db:
        db.execute("UPDATE endpoint SET lease_owner = NULL, lease_until = NULL WHERE lease_owner IS NOT NULL")
        db.execute("UPDATE delivery SET lease_until = 0 WHERE state = 'sending'")


def make_due(database: Database, now: datetime) -> None:
    with database.tx() as db:
        db.execute("UPDATE endpoint SET next_poll_at = ? WHERE active = 1 AND next_poll_at > ?", (ms(now), ms(now)))


def shift_due(database: Database, delta: timedelta, now: datetime) -> None:
    by, before = delta // timedelta(milliseconds=1), ms(now)
    with database.tx() as db:
        db.execute("UPDATE endpoint SET next_poll_at = next_poll_at + ?, lease_until = lease_until + ?", (by, by))
        db.execute(
            "UPDATE delivery SET next_attempt_at = next_attempt_at + ?, lease_until = lease_until + ?"
            " WHERE state IN ('pending', 'sending')",
            (by, by),
        )
        db.execute("UPDATE recipient SET not_before = not_before + ? WHERE not_before IS NOT NULL", (by,))
        db.execute(
            "UPDATE alert SET due_at = min(due_at, ?) WHERE state = 'waiting' AND due_at <= ?",
            (before + by, before),
        )


def prune(database: Database, now: datetime, retention: timedelta) -> None:
    old = ms(now - retention)
    age = retention // timedelta(milliseconds=1)
    _delete(
        database,
        "DELETE FROM delivery WHERE seq IN (SELECT seq FROM delivery WHERE settled_at < ? LIMIT ?)",
        old,
    )
    _delete(
        database,
        "DELETE FROM headline WHERE id IN (SELECT headline.id FROM headline WHERE last_seen_at <"
        " (SELECT max(last_ok_at) FROM endpoint WHERE endpoint.source = headline.source) - ?"
        " AND NOT EXISTS (SELECT 1 FROM change JOIN alert ON alert.change_id = change.id LEFT JOIN delivery_alert ON"
        "   delivery_alert.alert_id = alert.id WHERE change.headline_id = headline.id"
        "   AND (alert.state = 'waiting' OR delivery_alert.delivery_id IS NOT NULL))"
        " LIMIT ?)",
        age,
    )
    _delete(database, "DELETE FROM poll WHERE id IN (SELECT id FROM poll WHERE at < ? LIMIT ?)", ms(now - POLL_LOG))


def _delete(database: Database, sql: str, limit: int) -> None:
    while True:
        with database.tx(durable=False) as db:
            if db.execute(sql, (limit, BATCH)).rowcount < BATCH:
                return
