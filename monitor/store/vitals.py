"""What shows whether the monitor works: who fails, what is late, what waits; reads only, and no history."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from monitor.store.rows import moment, moment_or_none, ms
from monitor.store.sqlite import Database

ZERO = timedelta()


@dataclass(frozen=True, slots=True, kw_only=True)
class Vitals:
    ok: tuple[str, ...]  # sources of which one endpoint at least was read well at the last look
    failing: tuple[str, ...]
    new: tuple[str, ...]  # never looked at yet
    overdue: timedelta  # of the poll that is latest; zero when none is
    waiting: int  # alerts that wait, for a time of day or to be put into a message
    oldest_waiting: timedelta  # since an alert that waits was due, or since a message that is not sent was made
    deliveries: Mapping[tuple[str, str], int]  # by channel and state: pending, dead, unconfirmed


def vitals(database: Database, now: datetime) -> Vitals:
    with database.snapshot():
        sources = database.read(
            "SELECT source, min(failures) AS least, max(last_poll_at) AS last FROM endpoint WHERE active = 1"
            " GROUP BY source ORDER BY source"
        )
        due = database.read(
            "SELECT (SELECT min(next_poll_at) FROM endpoint WHERE active = 1 AND lease_owner IS NULL) AS poll,"
            " (SELECT count(*) FROM alert WHERE state = 'waiting') AS waiting,"
            " (SELECT min(due_at) FROM alert WHERE state = 'waiting') AS alert,"
            " (SELECT min(created_at) FROM delivery WHERE state IN ('pending', 'sending')) AS message"
        )[0]
        counted = database.read(
            "SELECT channel, CASE state WHEN 'sending' THEN 'pending' ELSE state END AS state, count(*) AS number"
            " FROM delivery WHERE state <> 'sent' GROUP BY 1, 2"
        )
    since = [at for at in (due["alert"], due["message"]) if at is not None]
    return Vitals(
        ok=tuple(row["source"] for row in sources if row["last"] is not None and row["least"] == 0),
        failing=tuple(row["source"] for row in sources if row["least"] > 0),
        new=tuple(row["source"] for row in sources if row["last"] is None),
        overdue=_since(due["poll"], now),
        waiting=due["waiting"],
        oldest_waiting=_since(min(since, default=None), now),
        deliveries={(row["channel"], row["state"]): row["number"] for row in counted},
    )


def first_seen(database: Database, delivery: str) -> datetime | None:
    """Return when the oldest headline of a delivery was seen."""
    found = database.read(
        "SELECT min(change.seen_at) FROM delivery_alert JOIN alert ON alert.id = alert_id"
        " JOIN change ON change.id = change_id WHERE delivery_id = ?",
        delivery,
    )
    return moment_or_none(found[0][0])


def write(database: Database) -> None:
    """Write something that changes nothing.

    Raises:
        StoreUnavailable: the disk or another process is in the way.
    """
    with database.tx(durable=False) as db:
        db.execute("UPDATE source SET revision = revision WHERE name = (SELECT min(name) FROM source)")


def _since(value: int | None, now: datetime) -> timedelta:
    return ZERO if value is None or value > ms(now) else now - moment(value)
