"""When each endpoint publishes, as learned: one small row of packed numbers per endpoint; understands none of them."""

from __future__ import annotations

import sqlite3
import struct
from array import array
from collections.abc import Iterator, Mapping
from itertools import islice

from monitor.model import Rhythm, Table
from monitor.store.sqlite import Database

_SIZES = (168, 60, 10, 8)  # of the tables; a row of another make is learned anew
_TIMES = struct.Struct("<3d")
_COUNTS = struct.Struct(f"<{sum(2 * size + 1 for size in _SIZES)}f")


def read(database: Database) -> Mapping[tuple[str, str], Rhythm]:
    """Return what is known, by source and endpoint name."""
    rows = database.read("SELECT source, endpoint, counts FROM rhythm")
    size = _TIMES.size + _COUNTS.size
    return {(row[0], row[1]): _unpacked(row[2]) for row in rows if len(row[2]) == size}


def save(db: sqlite3.Connection, source: str, endpoint: str, rhythm: Rhythm) -> None:
    db.execute(
        "INSERT INTO rhythm (source, endpoint, counts) VALUES (?, ?, ?)"
        " ON CONFLICT DO UPDATE SET counts = excluded.counts",
        (source, endpoint, _packed(rhythm)),
    )


def _packed(rhythm: Rhythm) -> bytes:
    tables = (rhythm.week, rhythm.minutes, rhythm.ages, rhythm.crowds)
    numbers = [number for table in tables for number in (*table.seen, *table.expected, table.chance)]
    return _TIMES.pack(rhythm.counted_to, rhythm.news_at, rhythm.crowd) + _COUNTS.pack(*numbers)


def _unpacked(data: bytes) -> Rhythm:
    counted_to, news_at, crowd = _TIMES.unpack_from(data)
    numbers = iter(_COUNTS.unpack_from(data, _TIMES.size))
    week, minutes, ages, crowds = (_table(numbers, size) for size in _SIZES)
    return Rhythm(
        counted_to=counted_to, news_at=news_at, crowd=crowd, week=week, minutes=minutes, ages=ages, crowds=crowds
    )


def _table(numbers: Iterator[float], size: int) -> Table:
    return Table(
        seen=array("d", islice(numbers, size)), expected=array("d", islice(numbers, size)), chance=next(numbers)
    )
