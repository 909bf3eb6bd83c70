"""What hosts answered for their robots.txt, so that a restart asks nobody again; reads no rules."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence

from monitor.model import RobotsFile
from monitor.store.rows import MILLISECOND, moment, ms, text, text_or_none
from monitor.store.sqlite import Database


def files(database: Database) -> Sequence[RobotsFile]:
    return [_file(row) for row in database.read("SELECT * FROM robots ORDER BY url")]


def file(database: Database, url: str) -> RobotsFile | None:
    found = database.read("SELECT * FROM robots WHERE url = ?", text(url))
    return _file(found[0]) if found else None


def save(database: Database, one: RobotsFile) -> None:
    values = (text(one.url), text(one.text), ms(one.until), one.delay // MILLISECOND, text_or_none(one.refused))
    with database.tx(durable=False) as db:  # what a power cut takes is asked again
        db.execute("INSERT OR REPLACE INTO robots (url, body, until, delay_ms, refused) VALUES (?, ?, ?, ?, ?)", values)


def _file(row: sqlite3.Row) -> RobotsFile:
    return RobotsFile(
        url=row["url"],
        text=row["body"],
        until=moment(row["until"]),
        delay=row["delay_ms"] * MILLISECOND,
        refused=row["refused"],
    )
