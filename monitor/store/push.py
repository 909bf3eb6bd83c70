"""What was agreed with hubs, and the polls that their pings ask for; decides neither."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

from monitor.model import HubOffer, Subscription
from monitor.store.rows import MILLISECOND, moment, moment_or_none, ms, ms_or_none, text, text_or_none
from monitor.store.sqlite import Database

_WRITE = (
    "INSERT OR REPLACE INTO subscription (token, source, endpoint, topic, hubs, callback, secret, since, next_at,"
    " awaiting, tries, until, reason, leaving, pinged_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
)
_SELECT = "SELECT * FROM subscription WHERE"
_HURRY = """
UPDATE endpoint SET next_poll_at = max(:now, coalesce(last_poll_at, 0) + :gap)
WHERE source = :source AND name = :name AND active = 1 AND failures = 0
  AND next_poll_at > max(:now, coalesce(last_poll_at, 0) + :gap)
"""

Decide = Callable[[Subscription], Subscription | None]


class Subscriptions:
    """The shelf of `monitor.pipeline.push`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def every(self) -> Sequence[Subscription]:
        """Return all, those that end too."""
        return self._read("1 ORDER BY source, endpoint, token")

    def due(self, now: datetime, limit: int) -> Sequence[Subscription]:
        """Return those whose hubs are to be asked now."""
        return self._read("next_at <= ? ORDER BY next_at LIMIT ?", ms(now), limit)

    def of_token(self, token: str) -> Subscription | None:
        """Return the one whose callback ends so."""
        return next(iter(self._read("token = ?", text(token))), None)

    def of_endpoint(self, source: str, endpoint: str) -> Subscription | None:
        """Return the one of an endpoint that is not to end."""
        return next(iter(self._read("source = ? AND endpoint = ? AND leaving = 0", source, endpoint)), None)

    def add(self, new: Subscription) -> None:
        """Write a new one."""
        with self._database.tx() as db:
            _write(db, new)

    def change(self, token: str, decide: Decide) -> Subscription | None:
        """Write what is decided about a subscription as it is now; None forgets it."""
        with self._database.tx() as db:
            row = db.execute(f"{_SELECT} token = ?", (text(token),)).fetchone()
            before = _subscription(row) if row else None
            after = decide(before) if before else None
            if before and not after:
                db.execute("DELETE FROM subscription WHERE token = ?", (before.token,))
            elif after and after != before:
                _write(db, after)
        return after

    def forget(self) -> None:
        """Forget all."""
        if self._read("1 LIMIT 1"):
            with self._database.tx() as db:
                db.execute("DELETE FROM subscription")

    def hurry(self, source: str, endpoint: str, now: datetime, gap: timedelta) -> None:
        """Make an endpoint due, so long after its last poll at least, unless it fails; a poll under way undoes it."""
        values = {"source": source, "name": endpoint, "now": ms(now), "gap": gap // MILLISECOND}
        with self._database.tx(durable=False) as db:  # what a power cut takes is polled at its usual time
            db.execute(_HURRY, values)

    def _read(self, where: str, *values: object) -> list[Subscription]:
        return [_subscription(row) for row in self._database.read(f"{_SELECT} {where}", *values)]


def shift(db: sqlite3.Connection, by: int) -> None:
    db.execute("UPDATE subscription SET next_at = next_at + :by, until = until + :by, since = since + :by", {"by": by})


def _write(db: sqlite3.Connection, one: Subscription) -> None:
    db.execute(
        _WRITE,
        (
            one.token,
            one.source,
            one.endpoint,
            text(one.offer.topic),
            json.dumps(one.offer.hubs),
            one.callback,
            one.secret,
            ms(one.since),
            ms(one.next_at),
            one.awaiting,
            one.tries,
            ms_or_none(one.until),
            text_or_none(one.reason),
            one.leaving,
            ms_or_none(one.pinged_at),
        ),
    )


def _subscription(row: sqlite3.Row) -> Subscription:
    return Subscription(
        token=row["token"],
        source=row["source"],
        endpoint=row["endpoint"],
        offer=HubOffer(hubs=tuple(json.loads(row["hubs"])), topic=row["topic"]),
        callback=row["callback"],
        secret=row["secret"],
        since=moment(row["since"]),
        next_at=moment(row["next_at"]),
        awaiting=bool(row["awaiting"]),
        tries=row["tries"],
        until=moment_or_none(row["until"]),
        reason=row["reason"],
        leaving=bool(row["leaving"]),
        pinged_at=moment_or_none(row["pinged_at"]),
    )
