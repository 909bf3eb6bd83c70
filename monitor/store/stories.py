"""Where headlines of one story are found: an index of marks by age; judges no likeness.

A look costs one short range of the index per mark, however many headlines are remembered.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime

from monitor.model import Carrier, Indexed
from monitor.store import rows
from monitor.store.rows import ms
from monitor.store.sqlite import Database

_NEWEST = 12  # headlines per mark; a mark that more share says little
_RARE, _USUAL = 2, 1  # what a shared mark is worth; a usual one is one that many headlines have
_SHARED = 3  # worth of the marks that candidates share with a headline ...
_FEW = 2  # ... unless it has no more marks than this
_MOST = 8  # candidates per headline

_BY_MARK = """
SELECT group_concat(coalesce((SELECT group_concat(headline_id) FROM (
  SELECT headline_id FROM story_mark WHERE mark = wanted.value AND at >= ? ORDER BY at DESC LIMIT ?)), ''), ';')
FROM json_each(?) AS wanted
"""  # in the order of the wanted marks; one text is read in a third of the time of many rows
_TOLD = """
SELECT headline_id, matches FROM change JOIN alert ON alert.change_id = change.id
WHERE headline_id IN (SELECT value FROM json_each(?)) AND state IN ('waiting', 'queued')
"""


def carriers(
    database: Database, source: str, wanted: Sequence[Sequence[int]], since: datetime
) -> list[tuple[Carrier, ...]]:
    """Return for each headline, given by its marks, the newest ones of other sources that share enough of them."""
    distinct = sorted({mark for marks in wanted for mark in marks})
    if not distinct:
        return [() for _ in wanted]
    with database.snapshot():
        found = database.read(_BY_MARK, ms(since), _NEWEST, json.dumps(distinct))[0][0]
        by_mark = {mark: ids.split(",") for mark, ids in zip(distinct, found.split(";"), strict=True) if ids}
        near = [_near(marks, by_mark) for marks in wanted]
        known = _read(database, source, {id_ for ids in near for id_ in ids})
    return [tuple(known[id_] for id_ in ids if id_ in known)[:_MOST] for ids in near]


def _near(marks: Sequence[int], by_mark: Mapping[int, Sequence[str]]) -> list[int]:
    """Return the headlines that share most marks, of these at most twice as many as are wanted."""
    shared: dict[str, int] = {}
    for mark in marks:
        same = by_mark.get(mark, ())
        worth = _RARE if len(same) < _NEWEST else _USUAL
        for id_ in same:
            shared[id_] = shared.get(id_, 0) + worth
    least = _USUAL if len(marks) <= _FEW else _SHARED
    near = sorted(((worth, int(id_)) for id_, worth in shared.items() if worth >= least), reverse=True)
    return [id_ for _, id_ in near[: 2 * _MOST]]


def _read(database: Database, source: str, ids: Collection[int]) -> dict[int, Carrier]:
    if not ids:
        return {}
    listed = json.dumps(sorted(ids))
    told: dict[int, set[str]] = {}
    for row in database.read(_TOLD, listed):
        told.setdefault(row["headline_id"], set()).update(match.rule for match in rows.matches(row["matches"]))
    found = database.read(
        "SELECT id, source, title, story, first_seen_at FROM headline"
        " WHERE id IN (SELECT value FROM json_each(?)) AND source <> ?",
        listed,
        source,
    )
    return {
        row["id"]: Carrier(
            id=row["id"],
            source=row["source"],
            title=row["title"],
            story=row["story"] or row["id"],
            told=frozenset(told.get(row["id"], ())),
            seen_at=rows.moment(row["first_seen_at"]),
        )
        for row in found
    }


def save(db: sqlite3.Connection, indexed: Iterable[Indexed], ids: Mapping[str, int], at: int) -> None:
    """Make headlines findable, and write down which story they tell."""
    for one in indexed:
        id_ = ids[one.key]
        db.executemany(
            "INSERT INTO story_mark (mark, at, headline_id) VALUES (?, ?, ?) ON CONFLICT DO NOTHING",
            [(mark, at, id_) for mark in one.marks],
        )
        if one.story is not None:
            db.execute("UPDATE headline SET story = ? WHERE id = ? AND story IS NULL", (one.story, id_))


def siblings(database: Database, ids: Sequence[int]) -> dict[int, list[tuple[str, str]]]:
    """Return for each headline the source and title of the others that tell its story."""
    found = database.read(
        "SELECT mine.id AS mine, other.source, other.title FROM headline AS mine JOIN headline AS other"
        " ON other.id <> mine.id AND (other.story = coalesce(mine.story, mine.id) OR other.id = mine.story)"
        " WHERE mine.id IN (SELECT value FROM json_each(?)) ORDER BY other.id",
        json.dumps(list(ids)),
    )
    told: dict[int, list[tuple[str, str]]] = {}
    for row in found:
        told.setdefault(row["mine"], []).append((row["source"], row["title"]))
    return told
