"""Incidents of the monitor itself and what they are judged by; when they are told is decided elsewhere."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from datetime import datetime

from monitor.model import Delivery, Incident, Pauses, RecipientState
from monitor.store.outbox import put
from monitor.store.rows import MILLISECOND, moment, moment_or_none, ms, ms_or_none, text
from monitor.store.sqlite import Database

# An event is known until it was told, an end that was not told yet, too.
_KNOWN = """
SELECT * FROM incident WHERE ended_at IS NULL OR told_at > :since
OR (once = 1 AND told_at IS NULL) OR (once = 0 AND told_at IS NOT NULL AND over_told_at IS NULL) ORDER BY since, key
"""
_RECIPIENTS = """
SELECT recipient.*, 'dead' = (SELECT state FROM delivery WHERE delivery.channel = recipient.channel
  AND delivery.recipient = recipient.recipient AND settled_at IS NOT NULL ORDER BY settled_at DESC LIMIT 1) AS refused
FROM recipient WHERE failures > 0
"""
_PAUSES = """
SELECT source, count(*) AS changes, max(pause) AS longest, max(seen_at) AS last FROM (
  SELECT headline.source, seen_at, seen_at - lag(seen_at) OVER (PARTITION BY headline.source ORDER BY seen_at) AS pause
  FROM change JOIN headline ON headline.id = change.headline_id WHERE seen_at > ?
) WHERE source IN (SELECT source FROM endpoint WHERE active = 1) GROUP BY source
"""


def known(database: Database, since: datetime) -> list[Incident]:
    return [_incident(row) for row in database.read_named(_KNOWN, {"since": ms(since)})]


def record(database: Database, incidents: Sequence[Incident], deliveries: Sequence[Delivery]) -> None:
    with database.tx() as db:
        for one in incidents:
            db.execute(
                "INSERT INTO incident (key, since, text, ended_at, told_at, over_told_at, once)"
                " VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT (key, since) DO UPDATE SET"
                " ended_at = excluded.ended_at, told_at = excluded.told_at, over_told_at = excluded.over_told_at",
                (
                    text(one.key),
                    ms(one.since),
                    text(one.text),
                    *map(ms_or_none, (one.ended_at, one.told_at, one.over_told_at)),
                    one.once,
                ),
            )
        for delivery in deliveries:
            put(db, delivery)


def failing_recipients(database: Database) -> list[RecipientState]:
    return [
        RecipientState(
            channel=row["channel"],
            recipient=row["recipient"],
            failures=row["failures"],
            last_error=row["last_error"],
            refused=bool(row["refused"]),
        )
        for row in database.read(_RECIPIENTS)
    ]


def pauses(database: Database, since: datetime) -> list[Pauses]:
    return [
        Pauses(
            source=row["source"],
            changes=row["changes"],
            longest=(row["longest"] or 0) * MILLISECOND,
            last=moment(row["last"]),
        )
        for row in database.read(_PAUSES, ms(since))
    ]


def _incident(row: sqlite3.Row) -> Incident:
    return Incident(
        key=row["key"],
        text=row["text"],
        since=moment(row["since"]),
        ended_at=moment_or_none(row["ended_at"]),
        told_at=moment_or_none(row["told_at"]),
        over_told_at=moment_or_none(row["over_told_at"]),
        once=bool(row["once"]),
    )
