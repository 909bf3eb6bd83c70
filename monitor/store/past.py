"""What is remembered of a headline: its versions, and what became of the alerts of each; reads only."""

from __future__ import annotations

import json
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from monitor.store.rows import moment, text
from monitor.store.sqlite import Database
from monitor.store.stories import siblings


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """One alert of a change: whether it waits, what became of its message, or why it is held or was dropped."""

    channel: str
    state: str
    reason: str | None
    flood: str | None = None  # id of the flood that it is held with
    held_beside: int = 0  # how many others are held while this one speaks for them


@dataclass(frozen=True, slots=True, kw_only=True)
class Version:
    """One thing that happened to a headline."""

    at: datetime
    kind: str
    edit: str | None
    title: str
    alerts: tuple[Told, ...]
    previous: str | None = None  # title before an edit
    endpoint: str | None = None  # that showed it; None: the log no longer says so
    unread: bool = False  # its article is still to be matched


@dataclass(frozen=True, slots=True, kw_only=True)
class FirstLook:
    """The look at which a headline was seen first."""

    endpoint: str
    learned: bool  # everything on it was to be remembered silently
    site_known: bool  # the site had been learned before
    endpoint_known: bool  # so had this endpoint, read in another way


@dataclass(frozen=True, slots=True, kw_only=True)
class Past:
    """A headline and its versions, oldest first; none where it was learned silently and never changed."""

    id: int
    source: str
    title: str
    url: str | None
    section: str
    breaking: bool
    first_seen_at: datetime
    last_seen_at: datetime
    baseline: bool
    fired: tuple[str, ...]  # rules that alerted for it
    keys: tuple[str, ...]  # all that it was ever seen under
    first: FirstLook | None  # None: the log no longer says so
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


def known_as(database: Database, keys: Collection[str], most: int) -> list[int]:
    """Return the ids of the headlines of any source that were seen under one of these keys, newest first."""
    found = database.read(
        "SELECT DISTINCT headline_id FROM source CROSS JOIN headline_key ON headline_key.source = source.name"
        " WHERE key IN (SELECT value FROM json_each(?)) ORDER BY 1 DESC LIMIT ?",
        json.dumps([text(key) for key in keys]),
        most,
    )
    return [row[0] for row in found]


def past(database: Database, ids: Sequence[int]) -> list[Past]:
    """Return what is remembered of these headlines, in this order."""
    rows = {row["id"]: row for row in database.read(f"SELECT * FROM headline WHERE {_IN.format('id')}", _json(ids))}  # noqa: S608  constant text
    versions, others, keys = _versions(database, ids), siblings(database, ids), _keys(database, ids)
    return [
        Past(
            id=id_,
            source=row["source"],
            title=row["title"],
            url=row["url"],
            section=row["section"],
            breaking=bool(row["breaking"]),
            first_seen_at=moment(row["first_seen_at"]),
            last_seen_at=moment(row["last_seen_at"]),
            baseline=bool(row["baseline"]),
            fired=tuple(json.loads(row["fired"])),
            keys=tuple(keys.get(id_, ())),
            first=_first_look(database, row["source"], row["first_seen_at"]),
            same_story=tuple(others.get(id_, ())),
            versions=tuple(versions.get(id_, ())),
        )
        for id_, row in ((id_, rows[id_]) for id_ in ids if id_ in rows)
    ]


def _keys(database: Database, ids: Sequence[int]) -> dict[int, list[str]]:
    found: dict[int, list[str]] = {}
    asked = f"SELECT headline_id, key FROM headline_key WHERE {_IN.format('headline_id')} ORDER BY key"  # noqa: S608  constant text
    for row in database.read(asked, _json(ids)):
        found.setdefault(row["headline_id"], []).append(row["key"])
    return found


def _first_look(database: Database, source: str, at: int) -> FirstLook | None:
    found = database.read(
        "SELECT endpoint, outcome = 'learned' AS learned,"
        " EXISTS (SELECT 1 FROM poll WHERE source = here.source AND outcome = 'learned' AND at < here.at) AS site,"
        " EXISTS (SELECT 1 FROM poll WHERE source = here.source AND endpoint = here.endpoint"
        " AND outcome IN ('learned', 'changed') AND at < here.at) AS endpoint_known"
        " FROM poll AS here WHERE source = ? AND at = ? AND outcome IN ('learned', 'changed') LIMIT 1",
        source,
        at,
    )
    return next(
        (FirstLook(endpoint=row[0], learned=row[1], site_known=row[2], endpoint_known=row[3]) for row in found), None
    )


def _versions(database: Database, ids: Sequence[int]) -> dict[int, list[Version]]:
    alerts = _alerts(database, ids)
    found: dict[int, list[Version]] = {}
    for row in database.read(
        "SELECT change.*, EXISTS (SELECT 1 FROM unread WHERE change_id = change.id) AS unread,"  # noqa: S608  constant text
        " (SELECT endpoint FROM poll WHERE poll.source = headline.source AND poll.at = seen_at"
        " AND outcome IN ('learned', 'changed')) AS endpoint"
        f" FROM change JOIN headline ON headline.id = headline_id WHERE {_IN.format('headline_id')} ORDER BY seq",
        _json(ids),
    ):
        found.setdefault(row["headline_id"], []).append(
            Version(
                at=moment(row["seen_at"]),
                kind=row["kind"],
                edit=row["edit"],
                title=row["title"],
                alerts=tuple(alerts.get(row["id"], ())),
                previous=row["previous_title"],
                endpoint=row["endpoint"],
                unread=bool(row["unread"]),
            )
        )
    return found


def _alerts(database: Database, ids: Sequence[int]) -> dict[str, list[Told]]:
    """Return by change what became of its alerts."""
    found: dict[str, list[Told]] = {}
    for row in database.read(
        "SELECT change_id, channel, alert.state, alert.reason, flood.id AS flood, flood.reason AS held, held_beside,"  # noqa: S608  constant text
        " (SELECT group_concat(DISTINCT delivery.state) FROM delivery_alert JOIN delivery ON delivery.id = delivery_id"
        " WHERE alert_id = alert.id AND delivery.state != 'merged') AS sent"
        " FROM change JOIN alert ON change_id = change.id"
        " LEFT JOIN flood ON flood.id = alert.flood AND alert.state = 'held'"
        f" WHERE {_IN.format('headline_id')} ORDER BY alert.seq",
        _json(ids),
    ):
        found.setdefault(row["change_id"], []).append(
            Told(
                channel=row["channel"],
                state=row["sent"] or row["state"],
                reason=row["reason"] or row["held"],
                flood=row["flood"],
                held_beside=row["held_beside"],
            )
        )
    return found


_IN = "{} IN (SELECT value FROM json_each(?))"


def _json(ids: Sequence[int]) -> str:
    return json.dumps(list(ids))
