"""Follows sources and endpoints that got another name in the configuration: what is remembered moves with them.

A source is known by its addresses: one that is new and watches what another one watched that is gone has its memory.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Collection, Mapping, Sequence
from functools import partial

from monitor.model import EndpointSpec

Rows = Mapping[str, Collection[sqlite3.Row]]  # active endpoints by source

SOURCE_TABLES = (
    *("endpoint", "rhythm", "headline", "headline_key", "article", "flood", "poll"),
    *("discovery", "discovered", "subscription"),
)
_ON_THE_WAY = "\x01"  # before a name that is still somebody else's; no name of the configuration begins so
ENDPOINT_TABLES = ("rhythm", "flood", "poll", "subscription")  # have a column `endpoint` beside `source`


def follow(db: sqlite3.Connection, endpoints: Sequence[EndpointSpec]) -> list[tuple[str, str]]:
    """Give what is remembered the names of the configuration, and return the former and new names of sources."""
    db.execute("PRAGMA defer_foreign_keys = ON")  # until the commit every row has its new name
    wanted: dict[str, list[EndpointSpec]] = {}
    for spec in endpoints:
        wanted.setdefault(spec.source, []).append(spec)
    active = _active(db)
    # A name that stands for what has nothing in common with what it stood for is free, and so is what it stood for.
    kept = {name for name in wanted.keys() & active.keys() if _score(wanted[name], active[name]) > (0, 0)}
    gone = {source: rows for source, rows in active.items() if source not in kept}
    moves: dict[str, str] = {}
    for name in wanted.keys() - kept if gone else ():
        former = _former(wanted[name], gone)
        if former is not None:
            del gone[former]
            moves[former] = name
    renamed = _rename(
        moves, {row["name"] for row in db.execute("SELECT name FROM source")}, partial(_rename_source, db)
    )
    active = _active(db) if moves else active
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
    scores = {source: _score(specs, rows) for source, rows in gone.items()}
    best = max(scores.values(), default=(0, 0))
    likely = [source for source, score in scores.items() if score == best]
    return likely[0] if best > (0, 0) and len(likely) == 1 else None


def _score(specs: Sequence[EndpointSpec], rows: Collection[sqlite3.Row]) -> tuple[int, int]:
    """Return how many endpoints are read in one of the ways that are wanted, and how many have such an address."""
    hashes, urls = {spec.config_hash for spec in specs}, {spec.url for spec in specs}
    return sum(row["config_hash"] in hashes for row in rows), sum(row["url"] in urls for row in rows)


def _rename(
    moves: Mapping[str, str], taken: Collection[str], rename: Callable[[str, str], None]
) -> Collection[tuple[str, str]]:
    """Rename all at once, since names may be swapped; return the pairs.

    What else has one of the names, such as a source that was removed long ago, gets one of those that are left.
    """
    others = [name for name in moves.values() if name in taken and name not in moves]
    left = [former for former in moves if former not in moves.values()]
    pairs = {**moves, **dict(zip(others, left, strict=False))}
    for former, name in pairs.items():
        rename(former, _ON_THE_WAY + name)
    for name in pairs.values():
        rename(_ON_THE_WAY + name, name)
    return pairs.items()


def _rename_source(db: sqlite3.Connection, former: str, name: str) -> None:
    db.execute("UPDATE source SET name = ? WHERE name = ?", (name, former))
    for table in SOURCE_TABLES:
        db.execute(f"UPDATE {table} SET source = ? WHERE source = ?", (name, former))  # noqa: S608  our own names
    old, new = (json.dumps(one, ensure_ascii=False) for one in (former, name))
    db.execute("UPDATE silence SET sources = replace(sources, ?, ?)", (old, new))
    _free(db, name)


def _follow_endpoints(db: sqlite3.Connection, specs: Sequence[EndpointSpec], rows: Collection[sqlite3.Row]) -> None:
    """Rename the endpoints of one source that are read as before under another name."""
    ways, known = {spec.name: spec.config_hash for spec in specs}, {row["name"]: row["config_hash"] for row in rows}
    gone = {way: name for name, way in known.items() if ways.get(name) != way}
    moves: dict[str, str] = {}
    for name, way in ways.items() if gone else ():
        former = gone.pop(way, None) if known.get(name) != way else None
        if former is not None:
            moves[former] = name
    if moves:
        source = specs[0].source
        taken = {row["name"] for row in db.execute("SELECT name FROM endpoint WHERE source = ?", (source,))}
        _rename(moves, taken, partial(_rename_endpoint, db, source))


def _rename_endpoint(db: sqlite3.Connection, source: str, former: str, name: str) -> None:
    db.execute("UPDATE endpoint SET name = ? WHERE source = ? AND name = ?", (name, source, former))
    for table in ENDPOINT_TABLES:
        moved = f"UPDATE {table} SET endpoint = ? WHERE source = ? AND endpoint = ?"  # noqa: S608  our own names
        db.execute(moved, (name, source, former))
    _free(db, source)


def _free(db: sqlite3.Connection, source: str) -> None:
    """Let no poll that began under a former name hold up the next one; what it brings is not accepted any more."""
    db.execute(
        "UPDATE endpoint SET lease_owner = NULL, lease_until = NULL WHERE source = ? AND lease_owner IS NOT NULL",
        (source,),
    )
