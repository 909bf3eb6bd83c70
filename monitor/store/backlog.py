"""What waits too long: messages that become one, alerts that another channel must tell."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from monitor.errors import LeaseLost
from monitor.model import Delivery
from monitor.store import rows
from monitor.store.outbox import put
from monitor.store.rows import ms
from monitor.store.sqlite import Database

DAY = timedelta(days=1)  # what died earlier is for a person to send again
HORIZON = timedelta(days=8)  # longer than a message is tried
MOST = 500  # alerts at once

_STRANDED = """
SELECT DISTINCT told.alert_id FROM delivery JOIN delivery_alert AS told ON told.delivery_id = delivery.id
JOIN alert ON alert.id = told.alert_id AND alert.channel = delivery.channel
LEFT JOIN recipient USING (channel, recipient)
WHERE delivery.channel = :channel AND delivery.created_at > :horizon AND (
  (delivery.state IN ('dead', 'unconfirmed') AND delivery.settled_at > :day)
  OR (delivery.state IN ('pending', 'sending') AND delivery.created_at <= :before AND recipient.failures > 0))
AND NOT EXISTS (SELECT 1 FROM delivery_alert AS again JOIN delivery AS other ON other.id = again.delivery_id
  WHERE again.alert_id = told.alert_id AND other.channel = :fallback)
LIMIT :most
"""


def waiting(database: Database, channel: str, recipient: str, before: datetime) -> list[Delivery]:
    found = database.read(
        "SELECT * FROM delivery WHERE channel = ? AND recipient = ? AND state = 'pending' AND ambiguous = 0"
        " AND created_at <= ? ORDER BY seq",
        channel,
        recipient,
        ms(before),
    )
    return [delivery for delivery in map(rows.delivery, found) if delivery.message.alert_ids]


def merge(database: Database, old: Sequence[Delivery], new: Sequence[Delivery], now: datetime) -> None:
    with database.tx() as db:
        for delivery in old:
            merged = db.execute(
                "UPDATE delivery SET state = 'merged', settled_at = ? WHERE id = ? AND state = 'pending'",
                (ms(now), delivery.id),
            )
            if merged.rowcount != 1:
                raise LeaseLost(f"delivery {delivery.id} no longer waits")
        for delivery in new:
            put(db, delivery)


def stranded(database: Database, channel: str, fallback: str, before: datetime, now: datetime) -> list[str]:
    values: dict[str, object] = {
        "channel": channel,
        "fallback": fallback,
        "before": ms(before),
        "day": ms(now - DAY),
        "horizon": ms(now - HORIZON),
        "most": MOST,
    }
    return [row["alert_id"] for row in database.read_named(_STRANDED, values)]
