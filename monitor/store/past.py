"""What is remembered of a headline: its versions, and what became of the alerts of each; reads only."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from monitor.store.rows import moment
from monitor.store.sqlite import Database
from monitor.store.stories import siblings


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """One alert of a change: whether it waits, went into a message, is held or was dropped, and why."""

    channel: str
    state: str
    reason: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Version:
    """One thing that happened to a headline."""

    at: datetime
    kind: str
    edit: str | None
    title: str
    alerts: tuple[Told, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Past:
    """A headline and its versions, oldest first; none where it was learned silently and never changed."""

    id: int
    source: str
    title: str
    url: str | None
    first_seen_at: datetime
    last_seen_at: datetime
    baseline: bool
    same_story: tuple[tuple[str, str], ...]  # source and title of the others that tell it
    versions: tuple[Version, ...]


def titles(database: Database, most: int) -> list[tuple[int, str, str | None]]:
    """Return id, title and link of the newest headlines, former titles included."""
    found = database.read(
        "SELECT id, title, url FROM headline UNION SELECT headline_id, title, url FROM change ORDER BY id DESC LIMIT ?",
        most,
    )
    return [(row["id"], row["title"], row["url"]) for row in found]


def changed(database: Database, most: int) -> list[int]:
    """Return the ids of the headlines that changed last, newest first."""
    found = database.read(
        "SELECT headline_id FROM change GROUP BY headline_id ORDER BY max(seq) DESC LIMIT ?",
        most,
    )
    return [row[0] for row in found]


def past(database: Database, ids: Sequence[int]) -> list[Past]:
    """Return what is remembered of these headlines, in this order."""
    rows = {row["id"]: row for row in database.read(f"SELECT * FROM headline WHERE {_IN.format('id')}", _json(ids))}  # noqa: S608  constant text
    versions, others = _versions(database, ids), siblings(database, ids)
    return [
        Past(
            id=id_,
            source=rows[id_]["source"],
            title=rows[id_]["title"],
            url=rows[id_]["url"],
            first_seen_at=moment(rows[id_]["first_seen_at"]),
            last_seen_at=moment(rows[id_]["last_seen_at"]),
            baseline=bool(rows[id_]["baseline"]),
            same_story=tuple(others.get(id_, ())),
            versions=tuple(versions.get(id_, ())),
        )
        for id_ in ids
        if id_ in rows
    ]


def _versions(database: Database, ids: Sequence[int]) -> dict[int, list[Version]]:
    alerts: dict[str, list[Told]] = {}
    for row in database.read(
        "SELECT change_id, channel, alert.state, alert.reason FROM change JOIN alert ON change_id = change.id"  # noqa: S608  constant text
        f" WHERE {_IN.format('headline_id')} ORDER BY alert.seq",
        _json(ids),
    ):
        told = Told(channel=row["channel"], state=row["state"], reason=row["reason"])
        alerts.setdefault(row["change_id"], []).append(told)
    found: dict[int, list[Version]] = {}
    for row in database.read(f"SELECT * FROM change WHERE {_IN.format('headline_id')} ORDER BY seq", _json(ids)):  # noqa: S608  constant text
        found.setdefault(row["headline_id"], []).append(
            Version(
                at=moment(row["seen_at"]),
                kind=row["kind"],
                edit=row["edit"],
                title=row["title"],
                alerts=tuple(alerts.get(row["id"], ())),
            )
        )
    return found


_IN = "{} IN (SELECT value FROM json_each(?))"


def _json(ids: Sequence[int]) -> str:
    return json.dumps(list(ids))
