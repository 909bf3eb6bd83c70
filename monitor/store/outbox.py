"""The right half of the database: alerts that wait, messages to send, attempts and recipients."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from monitor.errors import LeaseLost
from monitor.model import Alert, Delivery, DeliveryState, Lane, RecipientState, Settlement, Told
from monitor.store import rows, threads
from monitor.store.lanes import enter, have_room, leave
from monitor.store.rows import moment, ms, ms_or_none, text, text_or_none
from monitor.store.sqlite import Database

BEYOND_MS = 25 * 3600 * 1000  # the longest wish of a server is a day
ALERTS_BEYOND_MS = 49 * 3600 * 1000  # digests and quiet hours hold for up to two days
PATIENCE = 3  # attempts after which a message stands back behind the others

_ALERT = f"""
SELECT alert.id AS alert_id, alert.channel, alert.matches, alert.high_priority, alert.due_at, alert.same_story,
  alert.flood, alert.held_beside,
  {rows.CHANGE}
FROM alert JOIN change ON change.id = alert.change_id JOIN headline ON headline.id = change.headline_id
"""  # noqa: S608  constant text
_DUE_ALERTS = f"""
{_ALERT} WHERE alert.seq IN (
  SELECT seq FROM (
    SELECT seq, row_number() OVER (PARTITION BY channel ORDER BY high_priority DESC, seq) AS place FROM alert
    WHERE state = 'waiting' AND (due_at <= :now OR due_at > :beyond)
  ) WHERE place <= :limit
) ORDER BY alert.high_priority DESC, alert.seq
"""  # noqa: S608  constant text
_NAMED_ALERTS = f"{_ALERT} WHERE alert.id IN (SELECT value FROM json_each(:ids)) ORDER BY alert.seq"  # noqa: S608  constant text

_DUE = "CASE delivery.state WHEN 'pending' THEN next_attempt_at ELSE lease_until END"
# The first condition is the one of the index, which holds no message that is done.
_OPEN = f"(delivery.state IN ('pending', 'sending') AND ({_DUE} <= :now OR {_DUE} > :beyond))"
_READY = "(recipient.not_before IS NULL OR recipient.not_before <= :now OR recipient.not_before > :beyond)"


def due_alerts(database: Database, now: datetime, limit: int) -> list[Alert]:
    values: dict[str, object] = {"now": ms(now), "beyond": ms(now) + ALERTS_BEYOND_MS, "limit": limit}
    found = database.read_named(_DUE_ALERTS, values)
    return [rows.alert(row) for row in found]


def alerts(database: Database, ids: Sequence[str]) -> list[Alert]:
    return [rows.alert(row) for row in database.read_named(_NAMED_ALERTS, {"ids": rows.as_json(list(ids))})]


def messages_since(database: Database, channel: str, since: datetime) -> int:
    sql = "SELECT count(DISTINCT message) FROM delivery WHERE channel = ? AND created_at > ?"
    return int(database.read(sql, channel, ms(since))[0][0])


def told_since(database: Database, channel: str, since: datetime) -> list[Told]:
    found = database.read(
        "SELECT min(created_at) AS at, (SELECT count(*) FROM delivery_alert WHERE delivery_id = delivery.id) AS alerts"
        " FROM delivery WHERE channel = ? AND created_at > ? GROUP BY message ORDER BY 1",
        channel,
        ms(since),
    )
    return [Told(at=moment(row["at"]), alerts=row["alerts"]) for row in found]


def freeze(database: Database, deliveries: Sequence[Delivery]) -> None:
    with database.tx() as db:
        for delivery in deliveries:
            put(db, delivery)
            db.executemany(
                "UPDATE alert SET state = 'queued' WHERE id = ? AND state = 'waiting'",
                [(alert,) for alert in delivery.message.alert_ids],
            )


def put(db: sqlite3.Connection, delivery: Delivery) -> None:
    """Write one message that is to be sent."""
    at = ms(delivery.created_at)
    db.execute(
        "INSERT INTO delivery (id, channel, recipient, message, state, created_at, next_attempt_at)"
        " VALUES (?, ?, ?, ?, 'pending', ?, ?) ON CONFLICT DO NOTHING",
        (delivery.id, delivery.channel, delivery.recipient, rows.message_json(delivery.message), at, at),
    )
    db.executemany(
        "INSERT INTO delivery_alert (delivery_id, alert_id) VALUES (?, ?) ON CONFLICT DO NOTHING",
        [(delivery.id, alert) for alert in delivery.message.alert_ids],
    )


def drop_alerts(database: Database, alert_ids: Sequence[str], reason: str) -> None:
    with database.tx() as db:
        db.executemany(
            "UPDATE alert SET state = 'dropped', reason = ? WHERE id = ? AND state = 'waiting'",
            [(text(reason), alert) for alert in alert_ids],
        )


def _values(now: datetime) -> dict[str, object]:
    return {"now": ms(now), "beyond": ms(now) + BEYOND_MS}


def due_recipients(database: Database, now: datetime) -> list[tuple[str, str]]:
    found = database.read_named(
        f"SELECT DISTINCT delivery.channel, delivery.recipient FROM delivery"  # noqa: S608  constant text
        f" LEFT JOIN recipient USING (channel, recipient) WHERE {_OPEN} AND {_READY}",
        _values(now),
    )
    return [(row["channel"], row["recipient"]) for row in found]


def claim(
    database: Database,
    channel: str,
    recipient: str,
    owner: str,
    now: datetime,
    lease: timedelta,
    lanes: Sequence[Lane] = (),
) -> tuple[Delivery, RecipientState] | None:
    with database.tx() as db:
        if not have_room(db, lanes, now):
            return None
        state = db.execute(
            "SELECT * FROM recipient WHERE channel = ? AND recipient = ?", (channel, recipient)
        ).fetchone()
        row = db.execute(
            "UPDATE delivery SET state = 'sending', attempts = attempts + 1, lease_owner = :owner, lease_until = :until"  # noqa: S608  constant text
            " WHERE id = (SELECT id FROM delivery LEFT JOIN recipient USING (channel, recipient)"
            f"   WHERE delivery.channel = :channel AND delivery.recipient = :recipient AND {_OPEN} AND {_READY}"
            "    ORDER BY attempts >= :patience, seq LIMIT 1) RETURNING *",
            {
                **_values(now),
                "owner": owner,
                "until": ms(now + lease),
                "channel": channel,
                "recipient": recipient,
                "patience": PATIENCE,
            },
        ).fetchone()
        if row is None:
            return None
        enter(db, lanes, now, now + lease)
        delivery = rows.delivery(row)
        follows = threads.followed(db, channel, recipient, delivery.message.alert_ids)
    return replace(delivery, follows=follows), rows.recipient(channel, recipient, state)


def settle(
    database: Database, delivery: Delivery, owner: str, settlement: Settlement, now: datetime, elapsed_ms: int
) -> None:
    open_ = settlement.state is DeliveryState.PENDING
    with database.tx() as db:
        settled = db.execute(
            "UPDATE delivery SET state = ?, lease_owner = NULL, lease_until = NULL, ambiguous = ?, settled_at = ?,"
            " next_attempt_at = coalesce(?, next_attempt_at), remote_id = coalesce(?, remote_id), last_error = ?"
            " WHERE id = ? AND lease_owner = ? AND attempts = ?",
            (
                settlement.state,
                settlement.ambiguous,
                None if open_ else ms(now),
                ms_or_none(settlement.next_attempt_at),
                text_or_none(settlement.remote_id),
                text_or_none(settlement.error),
                delivery.id,
                owner,
                delivery.attempts,
            ),
        )
        if settled.rowcount != 1:
            raise LeaseLost(f"delivery {delivery.id} was overtaken")
        db.execute(
            "INSERT INTO attempt (delivery_id, n, at, elapsed_ms, outcome, detail) VALUES (?, ?, ?, ?, ?, ?)"
            " ON CONFLICT DO NOTHING",
            (
                delivery.id,
                delivery.attempts,
                ms(now),
                elapsed_ms,
                settlement.state,
                text_or_none(settlement.error),
            ),
        )
        _save_recipient(db, settlement.recipient)
        leave(db, settlement.free_at)


def _save_recipient(db: sqlite3.Connection, state: RecipientState) -> None:
    db.execute(
        "INSERT INTO recipient (channel, recipient, failures, not_before, last_ok_at, last_error)"
        " VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT (channel, recipient) DO UPDATE SET failures = excluded.failures,"
        " not_before = excluded.not_before, last_ok_at = excluded.last_ok_at, last_error = excluded.last_error",
        (
            state.channel,
            state.recipient,
            state.failures,
            ms_or_none(state.not_before),
            ms_or_none(state.last_ok_at),
            text_or_none(state.last_error),
        ),
    )


def retry(database: Database, ids: Sequence[str] | None, now: datetime) -> int:
    """Send dead and unconfirmed deliveries again: those named (by the beginning of their id), or all."""
    named = "" if ids is None else _NAMED
    with database.tx() as db:
        again = db.execute(
            "UPDATE delivery SET state = 'pending', next_attempt_at = :now, settled_at = NULL, ambiguous = 0"  # noqa: S608  constant text
            f" WHERE state IN ('dead', 'unconfirmed'){named} RETURNING channel, recipient",
            {"now": ms(now), "ids": rows.as_json(list(ids or ()))},
        ).fetchall()
        db.executemany(
            "UPDATE recipient SET not_before = NULL WHERE channel = ? AND recipient = ?",
            {(row["channel"], row["recipient"]) for row in again},
        )
    return len(again)


_NAMED = (
    " AND EXISTS (SELECT 1 FROM json_each(:ids) WHERE value <> '' AND substr(delivery.id, 1, length(value)) = value)"
)
