"""Silences as people made them; what they silence is decided elsewhere."""

from __future__ import annotations

import json
import sqlite3
from dataclasses import replace
from datetime import datetime

from monitor.model import Silence
from monitor.store.rows import moment, ms, text
from monitor.store.sqlite import Database


def add(database: Database, silence: Silence) -> Silence:
    with database.tx() as db:
        made = db.execute(
            "INSERT INTO silence (rules, sources, words, starts_at, ends_at, who, why) VALUES (?, ?, ?, ?, ?, ?, ?)",
            (
                *map(_json, (silence.rules, silence.sources, silence.words)),
                ms(silence.starts_at),
                ms(silence.ends_at),
                text(silence.who),
                text(silence.why),
            ),
        )
    assert made.lastrowid is not None, "an INSERT has a row"
    return replace(silence, id=made.lastrowid)


def expire(database: Database, number: int, now: datetime) -> bool:
    with database.tx() as db:
        ended = db.execute(
            "UPDATE silence SET ends_at = max(starts_at, ?) WHERE id = ? AND ends_at > ?", (ms(now), number, ms(now))
        )
    return ended.rowcount == 1


def ended_after(database: Database, since: datetime) -> list[Silence]:
    return [_silence(row) for row in database.read("SELECT * FROM silence WHERE ends_at > ? ORDER BY id", ms(since))]


def _json(values: tuple[str, ...]) -> str:
    return text(json.dumps(values, ensure_ascii=False))


def _silence(row: sqlite3.Row) -> Silence:
    return Silence(
        id=row["id"],
        rules=tuple(json.loads(row["rules"])),
        sources=tuple(json.loads(row["sources"])),
        words=tuple(json.loads(row["words"])),
        starts_at=moment(row["starts_at"]),
        ends_at=moment(row["ends_at"]),
        who=row["who"],
        why=row["why"],
    )
