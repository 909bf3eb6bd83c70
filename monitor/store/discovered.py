"""What was found of the sources' further endpoints, and when to look again; decides neither."""

from __future__ import annotations

import json
import sqlite3

from monitor.model import Discovery, FoundEndpoint, PollState
from monitor.store import rows
from monitor.store.rows import moment, moment_or_none, ms, ms_or_none, text, text_or_none
from monitor.store.sqlite import Database


def poll_states(database: Database) -> list[PollState]:
    found = database.read(f"SELECT {rows.POLL_STATE} FROM endpoint WHERE active = 1")  # noqa: S608  constant text
    return [rows.poll_state(row) for row in found]


def read(database: Database) -> dict[str, Discovery]:
    with database.snapshot():
        looks = database.read("SELECT * FROM discovery")
        found: dict[str, list[FoundEndpoint]] = {}
        for row in database.read("SELECT * FROM discovered ORDER BY found_at, name"):
            found.setdefault(row["source"], []).append(_endpoint(row))
    return {
        row["source"]: Discovery(
            source=row["source"],
            url=row["url"],
            looked_at=moment(row["looked_at"]),
            next_look_at=moment(row["next_look_at"]),
            endpoints=tuple(found.get(row["source"], ())),
            tried=tuple(json.loads(row["tried"])),
            fruitless=row["fruitless"],
            trouble=tuple(json.loads(row["trouble"])),
            notice=row["notice"],
        )
        for row in looks
    }


def save(database: Database, discovery: Discovery) -> None:
    with database.tx() as db:
        db.execute("INSERT INTO source (name) VALUES (?) ON CONFLICT DO NOTHING", (discovery.source,))
        db.execute("DELETE FROM discovery WHERE source = ?", (discovery.source,))
        db.execute(
            "INSERT INTO discovery (source, url, looked_at, next_look_at, fruitless, tried, trouble, notice)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            (
                discovery.source,
                text(discovery.url),
                ms(discovery.looked_at),
                ms(discovery.next_look_at),
                discovery.fruitless,
                json.dumps([text(sentence) for sentence in discovery.tried], ensure_ascii=False),
                json.dumps(discovery.trouble, ensure_ascii=False),
                text_or_none(discovery.notice),
            ),
        )
        db.executemany(
            "INSERT INTO discovered (source, name, kind, url, found_at, evidence, replaced_at)"
            " VALUES (?, ?, ?, ?, ?, ?, ?)",
            [
                (
                    discovery.source,
                    found.name,
                    found.kind,
                    text(found.url),
                    ms(found.found_at),
                    text(found.evidence),
                    ms_or_none(found.replaced_at),
                )
                for found in discovery.endpoints
            ],
        )


def _endpoint(row: sqlite3.Row) -> FoundEndpoint:
    return FoundEndpoint(
        name=row["name"],
        kind=row["kind"],
        url=row["url"],
        found_at=moment(row["found_at"]),
        evidence=row["evidence"],
        replaced_at=moment_or_none(row["replaced_at"]),
    )
