"""Which message an alert follows up: the first that told its headline, or its story; sends nothing.

Looked up when it is needed and stored nowhere: what was sent of a headline is in the outbox.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Collection

from monitor.model import Followed
from monitor.store import rows
from monitor.store.sqlite import Database

# A story counts only where the channel was told that there is one: in the alert itself, or in an earlier one of its
# headline. What the service took for certain goes before what it may have taken.
_FIRST = """
SELECT mine.id AS alert_id, (
  SELECT delivery.seq FROM change AS earlier JOIN alert AS told ON told.change_id = earlier.id
  JOIN delivery_alert AS carried ON carried.alert_id = told.id JOIN delivery ON delivery.id = carried.delivery_id
  WHERE earlier.headline_id IN (
    SELECT change.headline_id UNION
    SELECT id FROM headline AS other
    WHERE (other.id = headline.story OR other.story = coalesce(headline.story, headline.id)) AND EXISTS (
      SELECT 1 FROM change AS own JOIN alert AS short ON short.change_id = own.id
      WHERE own.headline_id = change.headline_id AND short.channel = mine.channel AND short.same_story IS NOT NULL))
  AND told.seq < mine.seq AND delivery.state IN ('sent', 'unconfirmed')
  AND delivery.channel = :channel AND delivery.recipient = coalesce(:recipient, delivery.recipient)
  ORDER BY delivery.state, delivery.seq LIMIT 1) AS first
FROM alert AS mine JOIN change ON change.id = mine.change_id JOIN headline ON headline.id = change.headline_id
WHERE mine.id IN (SELECT value FROM json_each(:alerts))
"""
_FOLLOWED = f"""
SELECT id, remote_id FROM delivery WHERE seq = (
  SELECT max(first) FROM ({_FIRST}) HAVING count(*) = count(first) AND max(first) = min(first))
"""  # noqa: S608  constant text


def first_told(database: Database, channel: str, alert_ids: Collection[str]) -> dict[str, str]:
    found = database.read_named(
        f"SELECT alert_id, delivery.id FROM ({_FIRST}) JOIN delivery ON seq = first",  # noqa: S608  constant text
        _values(channel, None, alert_ids),
    )
    return {row["alert_id"]: row["id"] for row in found}


def followed(db: sqlite3.Connection, channel: str, recipient: str, alert_ids: Collection[str]) -> Followed | None:
    """Return the one message that all of these alerts follow up, or None: there is no such one."""
    row = db.execute(_FOLLOWED, _values(channel, recipient, alert_ids)).fetchone()
    return None if row is None else Followed(delivery=row["id"], remote_id=row["remote_id"])


def _values(channel: str, recipient: str | None, alert_ids: Collection[str]) -> dict[str, object]:
    return {"channel": channel, "recipient": recipient, "alerts": rows.as_json(list(alert_ids))}
