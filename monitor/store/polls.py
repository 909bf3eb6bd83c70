"""The left half of the database: the schedule of the endpoints and the memory of the sources."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Collection, Sequence
from datetime import datetime, timedelta

from monitor.errors import LeaseLost, MemoryChanged
from monitor.model import Alert, Change, EndpointSpec, Memory, PollOutcome, PollResult, PollState, Upsert
from monitor.store import rows
from monitor.store.rows import ms, ms_or_none, text, text_or_none
from monitor.store.sqlite import Database

BEYOND_MS = 25 * 3600 * 1000  # no due time lies further ahead, unless the clock was set back
_LOGGED = {PollOutcome.LEARNED, PollOutcome.CHANGED, PollOutcome.FAILED}


def sync(database: Database, endpoints: Sequence[EndpointSpec], now: datetime) -> None:
    at = ms(now)
    with database.tx() as db:
        known = {(r["source"], r["name"]): r for r in db.execute("SELECT * FROM endpoint")}
        for number, spec in enumerate(endpoints):
            # Many new endpoints start spread over their interval, two per tenth of a second at least.
            start = at + min(number * 50, spec.every // timedelta(milliseconds=1))
            _sync_one(db, spec, known.pop((spec.source, spec.name), None), start)
        for source, name in known:
            db.execute(
                "UPDATE endpoint SET active = 0, lease_owner = NULL, lease_until = NULL WHERE source = ? AND name = ?",
                (source, name),
            )


def _sync_one(db: sqlite3.Connection, spec: EndpointSpec, row: sqlite3.Row | None, start: int) -> None:
    every = spec.every // timedelta(milliseconds=1)
    db.execute("INSERT INTO source (name) VALUES (?) ON CONFLICT DO NOTHING", (spec.source,))
    if row is None:
        db.execute(
            "INSERT INTO endpoint (source, name, kind, url, config_hash, every_ms, next_poll_at)"
            " VALUES (?, ?, ?, ?, ?, ?, ?)",
            (spec.source, spec.name, spec.kind, spec.url, spec.config_hash, every, start),
        )
        return
    db.execute(
        "UPDATE endpoint SET kind = ?, url = ?, every_ms = ?, active = 1, next_poll_at = min(next_poll_at, ?)"
        " WHERE source = ? AND name = ?",
        (spec.kind, spec.url, every, start + every, spec.source, spec.name),
    )
    if row["config_hash"] != spec.config_hash or not row["active"]:
        db.execute(
            "UPDATE endpoint SET config_hash = ?, baselined_at = NULL, etag = NULL, last_modified = NULL,"
            " body_hash = NULL, full_at = NULL, typical_items = 0, next_poll_at = ? WHERE source = ? AND name = ?",
            (spec.config_hash, start, spec.source, spec.name),
        )


_DUE = (
    "SELECT source, name FROM endpoint WHERE active = 1 AND (next_poll_at <= :now OR next_poll_at > :beyond)"
    " AND (lease_until IS NULL OR lease_until <= :now OR lease_until > :beyond) ORDER BY next_poll_at LIMIT :limit"
)


def claim(database: Database, owner: str, now: datetime, lease: timedelta, limit: int) -> list[PollState]:
    values = {
        "now": ms(now),
        "beyond": ms(now) + BEYOND_MS,
        "limit": limit,
        "owner": owner,
        "until": ms(now + lease),
    }
    if limit <= 0 or not database.read_named(_DUE, values):
        return []
    with database.tx(durable=False) as db:
        claimed = db.execute(
            f"UPDATE endpoint SET lease_owner = :owner, lease_until = :until WHERE (source, name) IN ({_DUE})"  # noqa: S608  constant text
            " RETURNING *",
            values,
        ).fetchall()
    return sorted(map(rows.poll_state, claimed), key=lambda state: state.next_poll_at)


def recall(database: Database, source: str, keys: Collection[str]) -> Memory:
    with database.snapshot():
        revision = database.read("SELECT revision FROM source WHERE name = ?", source)
        found = database.read(
            "SELECT * FROM headline WHERE id IN (SELECT headline_id FROM headline_key"
            " WHERE source = ? AND key IN (SELECT value FROM json_each(?)))",
            source,
            json.dumps(sorted(text(key) for key in keys)),
        )
        owned: dict[int, set[str]] = {row["id"]: set() for row in found}
        for row in database.read(
            "SELECT headline_id, key FROM headline_key WHERE headline_id IN (SELECT value FROM json_each(?))",
            json.dumps(list(owned)),
        ):
            owned[row["headline_id"]].add(row["key"])
    return Memory(
        revision=revision[0][0] if revision else 0,
        headlines=tuple(rows.remembered(row, frozenset(owned[row["id"]])) for row in found),
    )


def commit(database: Database, result: PollResult) -> None:
    tells = bool(result.upserts or result.changes or result.alerts)
    with database.tx(durable=tells or result.outcome is PollOutcome.LEARNED) as db:
        _save_state(db, result)
        if tells:
            _move_revision(db, result)
        ids = {}
        for upsert in result.upserts:
            ids[upsert.headline.key] = _save_headline(db, upsert, ms(result.at))
        db.executemany(
            "UPDATE headline SET last_seen_at = ? WHERE id = ?", [(ms(result.at), id_) for id_ in result.seen_ids]
        )
        for change in result.changes:
            _save_change(db, change, ids[change.headline.key])
        for alert in result.alerts:
            _save_alert(db, alert)
        if result.outcome in _LOGGED:
            _log(db, result)


def _save_state(db: sqlite3.Connection, result: PollResult) -> None:
    state = result.state
    saved = db.execute(
        "UPDATE endpoint SET lease_owner = NULL, lease_until = NULL, next_poll_at = ?, baselined_at = ?, etag = ?,"
        " last_modified = ?, body_hash = ?, full_at = ?, last_poll_at = ?, last_ok_at = ?, last_change_at = ?,"
        " typical_items = ?, polls = ?, failures = ?, last_error = ?"
        " WHERE source = ? AND name = ? AND lease_owner = ? AND config_hash = ?",
        (
            ms(state.next_poll_at),
            ms_or_none(state.baselined_at),
            text_or_none(state.etag),
            text_or_none(state.last_modified),
            state.body_hash,
            ms_or_none(state.full_at),
            ms_or_none(state.last_poll_at),
            ms_or_none(state.last_ok_at),
            ms_or_none(state.last_change_at),
            state.typical_items,
            state.polls,
            state.failures,
            text_or_none(state.last_error),
            state.source,
            state.endpoint,
            result.owner,
            state.config_hash,
        ),
    )
    if saved.rowcount != 1:
        raise LeaseLost(f"source '{state.source}': the poll of '{state.endpoint}' was overtaken")


def _move_revision(db: sqlite3.Connection, result: PollResult) -> None:
    moved = db.execute(
        "UPDATE source SET revision = revision + 1 WHERE name = ? AND revision = ?",
        (result.state.source, result.revision),
    )
    if moved.rowcount != 1:
        raise MemoryChanged(f"source '{result.state.source}': its memory changed during the poll")


def _save_headline(db: sqlite3.Connection, upsert: Upsert, at: int) -> int:
    told, known = upsert.headline, upsert.id
    if known is None:
        found = db.execute("SELECT id FROM headline WHERE source = ? AND key = ?", (told.source, text(told.key)))
        row = found.fetchone()
        known = row["id"] if row else None
    values = (
        text(told.title),
        told.section,
        text_or_none(told.url),
        ms_or_none(told.published_at),
        told.breaking,
        told.version,
        at,
    )
    if known is None:
        cursor = db.execute(
            "INSERT INTO headline (title, section, url, published_at, breaking, version, last_seen_at, first_seen_at,"
            " baseline, source, key) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (*values, ms(told.first_seen_at), upsert.baseline, told.source, text(told.key)),
        )
        known = int(cursor.lastrowid or 0)
    else:
        db.execute(
            "UPDATE headline SET title = ?, section = ?, url = ?, published_at = ?, breaking = ?, version = ?,"
            " last_seen_at = ? WHERE id = ?",
            (*values, known),
        )
    db.executemany(
        "INSERT INTO headline_key (source, key, headline_id) VALUES (?, ?, ?) ON CONFLICT DO NOTHING",
        [(told.source, text(key), known) for key in sorted(upsert.new_keys)],
    )
    if upsert.fired:
        _add_fired(db, known, upsert.fired)
    return known


def _add_fired(db: sqlite3.Connection, headline: int, fired: Collection[str]) -> None:
    before = json.loads(db.execute("SELECT fired FROM headline WHERE id = ?", (headline,)).fetchone()[0])
    db.execute(
        "UPDATE headline SET fired = ? WHERE id = ?",
        (json.dumps(sorted({*before, *fired}), ensure_ascii=False), headline),
    )


def _save_change(db: sqlite3.Connection, change: Change, headline: int) -> None:
    told = change.headline
    db.execute(
        "INSERT INTO change (id, headline_id, kind, title, previous_title, version, section, url, breaking, seen_at)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING",
        (
            change.id,
            headline,
            change.kind,
            text(told.title),
            text_or_none(change.previous_title),
            told.version,
            told.section,
            text_or_none(told.url),
            told.breaking,
            ms(change.seen_at),
        ),
    )


def _save_alert(db: sqlite3.Connection, alert: Alert) -> None:
    db.execute(
        "INSERT INTO alert (id, change_id, channel, matches, high_priority, due_at, state)"
        " VALUES (?, ?, ?, ?, ?, ?, 'waiting') ON CONFLICT DO NOTHING",
        (
            alert.id,
            alert.change.id,
            alert.channel,
            rows.matches_json(alert.matches),
            alert.high_priority,
            ms(alert.due_at),
        ),
    )


def _log(db: sqlite3.Connection, result: PollResult) -> None:
    db.execute(
        "INSERT INTO poll (source, endpoint, at, elapsed_ms, outcome, http_status, size, items, changes, error)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            result.state.source,
            result.state.endpoint,
            ms(result.at),
            result.elapsed_ms,
            result.outcome,
            result.status,
            result.size,
            result.items,
            len(result.changes),
            text_or_none(result.error),
        ),
    )
