"""What was news, row by row, for other programs; reads only."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import datetime

from monitor.store.rows import moment, moment_or_none, ms
from monitor.store.sqlite import Database

BATCH = 1000  # rows read at once, so that a long export holds up no poll

_NEWS = """
SELECT change.seq, change.id, change.kind, change.title, change.previous_title, change.section, change.url,
  change.breaking, change.seen_at, headline.source, headline.published_at, headline.first_seen_at,
  (SELECT json_group_array(json_object('channel', alert.channel, 'state', alert.state, 'matches', json(alert.matches)))
   FROM alert WHERE alert.change_id = change.id) AS alerts
FROM change JOIN headline ON headline.id = change.headline_id
WHERE change.seq > ? AND change.seen_at >= ? ORDER BY change.seq LIMIT ?
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class News:
    """One change, and who was told of it by which rules."""

    id: str
    seen_at: datetime
    kind: str
    source: str
    title: str
    previous_title: str | None
    url: str | None
    section: str
    breaking: bool
    published_at: datetime | None
    first_seen_at: datetime
    rules: tuple[str, ...]
    channels: tuple[str, ...]


def news(
    database: Database, since: datetime, sources: Collection[str] = (), *, only_alerts: bool = False
) -> Iterator[News]:
    """Yield what was found since then, oldest first."""
    seq = 0
    while rows := database.read(_NEWS, seq, ms(since), BATCH):
        seq = rows[-1]["seq"]
        for row in rows:
            alerts = [alert for alert in json.loads(row["alerts"]) if alert["state"] != "dropped"]
            if (not sources or row["source"] in sources) and (alerts or not only_alerts):
                yield News(
                    id=row["id"],
                    seen_at=moment(row["seen_at"]),
                    kind=row["kind"],
                    source=row["source"],
                    title=row["title"],
                    previous_title=row["previous_title"],
                    url=row["url"],
                    section=row["section"],
                    breaking=bool(row["breaking"]),
                    published_at=moment_or_none(row["published_at"]),
                    first_seen_at=moment(row["first_seen_at"]),
                    rules=tuple(dict.fromkeys(match["rule"] for alert in alerts for match in alert["matches"])),
                    channels=tuple(alert["channel"] for alert in alerts),
                )
