"""Follows sources and endpoints that got another name in the configuration: what is remembered moves with them.

A source is known by its addresses: one that is new and watches what another one watched that is gone has its memory.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Collection, Mapping, Sequence

from monitor.model import EndpointSpec

Rows = Mapping[str, Collection[sqlite3.Row]]  # active endpoints by source

SOURCE_TABLES = (
    *("endpoint", "rhythm", "headline", "headline_key", "article", "flood", "poll"),
    *("discovery", "discovered", "subscription"),
)
ENDPOINT_TABLES = ("rhythm", "flood", "poll", "subscription")  # have a column `endpoint` beside `source`


def follow(db: sqlite3.Connection, endpoints: Sequence[EndpointSpec]) -> list[tuple[str, str]]:
    """Give what is remembered the names of the configuration, and return the former and new names of sources."""
    db.execute("PRAGMA defer_foreign_keys = ON")  # until the commit every row has its new name
    wanted: dict[str, list[EndpointSpec]] = {}
    for spec in endpoints:
        wanted.setdefault(spec.source, []).append(spec)
    taken = {row["name"] for row in db.execute("SELECT name FROM source")}
    gone = {source: rows for source, rows in _active(db).items() if source not in wanted}
    renamed = []
    for name in wanted.keys() - taken if gone else ():
        former = _former(wanted[name], gone)
        if former is not None:
            del gone[former]
            _rename_source(db, former, name)
            renamed.append((former, name))
    active = _active(db)
    for source, specs in wanted.items():
        _follow_endpoints(db, specs, active.get(source, ()))
    return sorted(renamed)


def _active(db: sqlite3.Connection) -> dict[str, list[sqlite3.Row]]:
    found: dict[str, list[sqlite3.Row]] = {}
    for row in db.execute("SELECT source, name, url, config_hash FROM endpoint WHERE active = 1 ORDER BY source, name"):
        found.setdefault(row["source"], []).append(row)
    return found


def _former(specs: Sequence[EndpointSpec], gone: Rows) -> str | None:
    """Return the source that is gone and watched the same, read in the same way if possible; None in doubt."""
    hashes, urls = {spec.config_hash for spec in specs}, {spec.url for spec in specs}
    scores = {
        source: (sum(row["config_hash"] in hashes for row in rows), sum(row["url"] in urls for row in rows))
        for source, rows in gone.items()
    }
    best = max(scores.values(), default=(0, 0))
    likely = [source for source, score in scores.items() if score == best]
    return likely[0] if best > (0, 0) and len(likely) == 1 else None


def _rename_source(db: sqlite3.Connection, former: str, name: str) -> None:
    db.execute("UPDATE source SET name = ? WHERE name = ?", (name, former))
    for table in SOURCE_TABLES:
        db.execute(f"UPDATE {table} SET source = ? WHERE source = ?", (name, former))  # noqa: S608  our own names
    old, new = (json.dumps(one, ensure_ascii=False) for one in (former, name))
    db.execute("UPDATE silence SET sources = replace(sources, ?, ?)", (old, new))
    _free(db, name)


def _follow_endpoints(db: sqlite3.Connection, specs: Sequence[EndpointSpec], rows: Collection[sqlite3.Row]) -> None:
    """Rename the endpoints of one source that are read as before under another name."""
    names, known = {spec.name for spec in specs}, {row["name"] for row in rows}
    gone = {row["config_hash"]: row["name"] for row in rows if row["name"] not in names}
    for spec in specs:
        former = gone.pop(spec.config_hash, None) if gone and spec.name not in known else None
        inactive = "SELECT 1 FROM endpoint WHERE source = ? AND name = ?"
        if former is None or db.execute(inactive, (spec.source, spec.name)).fetchone():
            continue
        db.execute("UPDATE endpoint SET name = ? WHERE source = ? AND name = ?", (spec.name, spec.source, former))
        for table in ENDPOINT_TABLES:
            moved = f"UPDATE {table} SET endpoint = ? WHERE source = ? AND endpoint = ?"  # noqa: S608  our own names
            db.execute(moved, (spec.name, spec.source, former))
        _free(db, spec.source)


def _free(db: sqlite3.Connection, source: str) -> None:
    """Let no poll that began under a former name hold up the next one; what it brings is not accepted any more."""
    db.execute(
        "UPDATE endpoint SET lease_owner = NULL, lease_until = NULL WHERE source = ? AND lease_owner IS NOT NULL",
        (source,),
    )
