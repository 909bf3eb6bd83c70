"""Which headlines are still to be matched by their articles, and what came of it."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from monitor.model import Alert, Change
from monitor.store import polls, rows
from monitor.store.rows import ms
from monitor.store.sqlite import Database

TRIES = 3  # to read an article
_BEYOND_MS = 3600 * 1000  # nobody is put off for longer: the clock was set

_DUE = f"""
SELECT {rows.CHANGE}, headline.fired
FROM unread JOIN change ON change.id = unread.change_id JOIN headline ON headline.id = change.headline_id
WHERE tries < :tries AND (due_at <= :now OR due_at > :beyond) ORDER BY change.seq LIMIT :limit
"""  # noqa: S608  constant text


def due(database: Database, now: datetime, limit: int) -> list[Change]:
    values: dict[str, object] = {"now": ms(now), "beyond": ms(now) + _BEYOND_MS, "limit": limit, "tries": TRIES}
    found = database.read_named(_DUE, values)
    return [replace(rows.change(row), already_fired=frozenset(json.loads(row["fired"]))) for row in found]


def postpone(database: Database, change: str, until: datetime) -> None:
    with database.tx(durable=False) as db:
        db.execute("UPDATE unread SET tries = tries + 1, due_at = ? WHERE change_id = ?", (ms(until), change))


def commit(database: Database, change: Change, alerts: Sequence[Alert]) -> None:
    """Write the alerts and the rules that have now fired; a poll that decided without knowing them decides again."""
    with database.tx(durable=bool(alerts)) as db:
        if alerts:
            polls.save_late_alerts(db, change, alerts)
        db.execute("DELETE FROM unread WHERE change_id = ?", (change.id,))
