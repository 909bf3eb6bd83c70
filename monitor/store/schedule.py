"""Which endpoint is looked at next, and by whom; decides nothing about pace, it only keeps the times."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from datetime import datetime, timedelta

from monitor.model import EndpointSpec, PollState
from monitor.store import renames, rows, upkeep
from monitor.store.rows import MILLISECOND, ms
from monitor.store.sqlite import Database

BEYOND_MS = 25 * 3600 * 1000  # no due time lies further ahead, unless the clock was set back
LEFT_OUT_MS = 24 * 3600 * 1000  # an endpoint that was not in the configuration for longer begins anew
APART_MS = 50  # between the first polls of two endpoints after a start, or less when they are many

_FREE = "(lease_until IS NULL OR lease_until <= :now OR lease_until > :beyond)"
_DUE = f"""
SELECT * FROM (SELECT source, name FROM endpoint WHERE active = 1 AND next_poll_at > :beyond AND {_FREE})
UNION ALL
SELECT * FROM (SELECT source, name FROM endpoint WHERE active = 1 AND next_poll_at <= :now AND {_FREE}
  ORDER BY next_poll_at LIMIT :limit)
LIMIT :limit
"""  # noqa: S608  constant text; two ranges of one index, so that an idle look does not walk through all endpoints
_CLAIM = f"""
UPDATE endpoint SET lease_owner = :owner, lease_until = :until
WHERE source = :source AND name = :name AND active = 1
  AND (next_poll_at <= :now OR next_poll_at > :beyond) AND {_FREE}
RETURNING {rows.POLL_STATE}
"""  # noqa: S608  constant text


def sync(database: Database, endpoints: Sequence[EndpointSpec], now: datetime) -> Sequence[tuple[str, str]]:
    at = ms(now)
    with database.tx() as db:
        upkeep.notice_other_clock(db, at)
        renamed = renames.follow(db, endpoints)
        known = {
            (row[0], row[1]): row
            for row in db.execute("SELECT source, name, config_hash, active, next_poll_at FROM endpoint")
        }
        starting = 0  # endpoints that learn or are overdue; many of them start spread over their interval
        for spec in endpoints:
            apart = min(APART_MS, spec.every / MILLISECOND / len(endpoints))
            starting += _sync_one(db, spec, known.pop((spec.source, spec.name), None), at, int(starting * apart))
        db.executemany(
            "UPDATE endpoint SET active = 0, lease_owner = NULL, lease_until = NULL WHERE source = ? AND name = ?",
            known,
        )
    return renamed


def _sync_one(db: sqlite3.Connection, spec: EndpointSpec, row: sqlite3.Row | None, at: int, wait: int) -> bool:
    """Write one endpoint down and tell whether it is to be polled at once, or after `wait`."""
    every = spec.every // MILLISECOND
    if row is None:
        db.execute("INSERT INTO source (name) VALUES (?) ON CONFLICT DO NOTHING", (spec.source,))
        db.execute(
            "INSERT INTO endpoint (source, name, kind, url, config_hash, every_ms, next_poll_at)"
            " VALUES (?, ?, ?, ?, ?, ?, ?)",
            (spec.source, spec.name, spec.kind, spec.url, spec.config_hash, every, at + wait),
        )
        return True
    # What a site asked for (Retry-After) and the pace after failures outlive a restart; a faster pace counts at once.
    db.execute(
        "UPDATE endpoint SET kind = ?, url = ?, every_ms = ?, active = 1, next_poll_at ="
        " CASE WHEN every_ms > ? THEN min(next_poll_at, ?) ELSE next_poll_at END WHERE source = ? AND name = ?",
        (spec.kind, spec.url, every, every, at + every, spec.source, spec.name),
    )
    learns = row["config_hash"] != spec.config_hash or not row["active"]
    if learns:
        # A poll under the old options is not accepted any more, so its lease must not hold up the first new one.
        db.execute(
            # What came while an endpoint was left out of the configuration for long is not asked for.
            "UPDATE endpoint SET config_hash = ?, baselined_at = NULL, etag = NULL, last_modified = NULL,"
            " body_hash = NULL, full_at = CASE WHEN ? OR last_ok_at > ? THEN full_at END, typical_items = 0,"
            " next_poll_at = ?, lease_owner = NULL, lease_until = NULL WHERE source = ? AND name = ?",
            (spec.config_hash, row["active"], at - LEFT_OUT_MS, at + wait, spec.source, spec.name),
        )
        return True
    overdue: bool = row["next_poll_at"] < at - every  # by so much only when nothing ran
    if overdue:
        db.execute(
            "UPDATE endpoint SET next_poll_at = ? WHERE source = ? AND name = ?", (at + wait, spec.source, spec.name)
        )
    return overdue


def claim(database: Database, owner: str, now: datetime, lease: timedelta, limit: int) -> list[PollState]:
    at = ms(now)
    values = {"now": at, "beyond": at + BEYOND_MS, "limit": limit, "owner": owner, "until": ms(now + lease)}
    due = database.read_named(_DUE, values) if limit > 0 else []
    if not due:
        return []  # an idle look writes nothing
    claimed = []
    with database.tx(durable=False) as db:
        for source, name in due:
            # Another process may have been faster: the conditions are asked again.
            claimed += db.execute(_CLAIM, {**values, "source": source, "name": name}).fetchall()
    return [rows.poll_state(row) for row in claimed]
