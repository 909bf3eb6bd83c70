"""Alerts that are held since they came in a flood: listed, released, dropped."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass
from datetime import datetime

from monitor.model import Flood
from monitor.store.rows import moment, moment_or_none, ms, text
from monitor.store.sqlite import Database


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldHeadline:
    """A headline of a flood, and the channels that are not told of it."""

    title: str
    url: str | None
    published_at: datetime | None
    channels: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldFlood:
    """A flood whose alerts wait for a person."""

    id: str
    source: str
    endpoint: str
    at: datetime
    reason: str
    alerts: int
    headlines: tuple[HeldHeadline, ...]


def save(db: sqlite3.Connection, flood: Flood, source: str, endpoint: str, at: int) -> None:
    db.execute(
        "INSERT INTO flood (id, source, endpoint, at, reason) VALUES (?, ?, ?, ?, ?) ON CONFLICT DO NOTHING",
        (flood.id, source, endpoint, at, text(flood.reason)),
    )


def held(database: Database) -> list[HeldFlood]:
    """Return the floods of which alerts are held, newest first."""
    headlines: dict[str, dict[str, HeldHeadline]] = {}
    for row in database.read(
        "SELECT flood, channel, change_id, change.title, change.url, published_at FROM alert"
        " JOIN change ON change.id = change_id JOIN headline ON headline.id = headline_id"
        " WHERE alert.state = 'held' ORDER BY alert.seq"
    ):
        flood = headlines.setdefault(row["flood"], {})
        before = flood.get(row["change_id"])
        flood[row["change_id"]] = HeldHeadline(
            title=row["title"],
            url=row["url"],
            published_at=moment_or_none(row["published_at"]),
            channels=(*(before.channels if before else ()), row["channel"]),
        )
    return [
        HeldFlood(
            id=row["id"],
            source=row["source"],
            endpoint=row["endpoint"],
            at=moment(row["at"]),
            reason=row["reason"],
            alerts=sum(len(one.channels) for one in found.values()),
            headlines=tuple(found.values()),
        )
        for row in database.read("SELECT * FROM flood ORDER BY at DESC")
        if (found := headlines.get(row["id"]))
    ]


def release(database: Database, flood: str, now: datetime) -> int:
    """Let the alerts of a flood go out, and return how many."""
    with database.tx() as db:
        done = db.execute(
            "UPDATE alert SET state = 'waiting', due_at = max(due_at, ?) WHERE state = 'held' AND flood = ?",
            (ms(now), flood),
        )
    return done.rowcount


def drop(database: Database, flood: str) -> int:
    """Drop the alerts of a flood for good, and return how many."""
    with database.tx() as db:
        done = db.execute(
            "UPDATE alert SET state = 'dropped', reason = 'came in a flood, dropped by hand'"
            " WHERE state = 'held' AND flood = ?",
            (flood,),
        )
    return done.rowcount
