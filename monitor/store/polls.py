"""The memory of the sources, and what one poll writes into it; decides nothing."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Collection, Sequence

from monitor.errors import LeaseLost, MemoryChanged
from monitor.model import Alert, Change, Memory, PollOutcome, PollResult, Section, Upsert
from monitor.store import floods, rhythm, rows, stories
from monitor.store.rows import ms, ms_or_none, text, text_or_none
from monitor.store.sqlite import Database

_LOOSE = 50  # headlines without a link that a new one may be a version of
_RECENT = 20  # addresses that show where a site's article numbers are
_LOGGED = {PollOutcome.LEARNED, PollOutcome.CHANGED, PollOutcome.FAILED}


def recall(database: Database, source: str, keys: Collection[str]) -> Memory:
    with database.snapshot():
        known = database.read(
            # Since the first good look; where all endpoints learn again, since the last good one.
            "SELECT revision, (SELECT coalesce(min(baselined_at) FILTER (WHERE active = 1), max(last_ok_at))"
            " FROM endpoint WHERE endpoint.source = source.name) FROM source WHERE name = ?",
            source,
        )
        found = database.read(
            "SELECT * FROM headline WHERE id IN (SELECT headline_id FROM headline_key"
            " WHERE source = ? AND key IN (SELECT value FROM json_each(?)))",
            source,
            json.dumps(sorted(text(key) for key in keys)),
        )
        loose = database.read(
            "SELECT * FROM headline WHERE source = ? AND url IS NULL ORDER BY last_seen_at DESC LIMIT ?",
            source,
            _LOOSE,
        )
        recent = database.read(
            "SELECT url, section FROM headline WHERE source = ? ORDER BY last_seen_at DESC LIMIT ?", source, _RECENT
        )
        owned: dict[int, set[str]] = {row["id"]: set() for row in (*found, *loose)}
        for row in database.read(
            "SELECT headline_id, key FROM headline_key WHERE headline_id IN (SELECT value FROM json_each(?))",
            json.dumps(list(owned)),
        ):
            owned[row["headline_id"]].add(row["key"])
    return Memory(
        revision=known[0][0] if known else 0,
        headlines=tuple(rows.remembered(row, frozenset(owned[row["id"]])) for row in found),
        loose=tuple(rows.remembered(row, frozenset(owned[row["id"]])) for row in loose),
        recent=tuple(row["url"] for row in recent if row["url"]),
        ticker=any(row["section"] == Section.TICKER for row in recent),
        watched_since=rows.moment_or_none(known[0][1]) if known else None,
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
        if result.seen_ids:
            _touch(db, result.seen_ids, ms(result.at))
        for change in result.changes:
            _save_change(db, change, ids[change.headline.key])
        for alert in result.alerts:
            _save_alert(db, alert)
        for change in result.unread:
            db.execute("INSERT INTO unread (change_id, due_at) VALUES (?, ?)", (change.id, ms(result.at)))
        if result.flood:
            floods.save(db, result.flood, result.state.source, result.state.endpoint, ms(result.at))
        stories.save(db, result.indexed, ids, ms(result.at))
        if result.rhythm:
            rhythm.save(db, result.state.source, result.state.endpoint, result.rhythm)
        if result.outcome in _LOGGED:
            _log(db, result)


def save_late_alerts(db: sqlite3.Connection, change: Change, alerts: Sequence[Alert]) -> None:
    """Write alerts of a change that was committed before, and which rules have fired; its source's memory moves on."""
    for alert in alerts:
        _save_alert(db, alert)
    fired = {match.rule for alert in alerts if not alert.again for match in alert.matches}
    (headline,) = db.execute("SELECT headline_id FROM change WHERE id = ?", (change.id,)).fetchone()
    _add_fired(db, headline, fired)
    db.execute("UPDATE source SET revision = revision + 1 WHERE name = ?", (change.headline.source,))


def _save_state(db: sqlite3.Connection, result: PollResult) -> None:
    state, next_poll_at = result.state, ms(result.state.next_poll_at)
    saved = db.execute(
        # A lease that ended before the poll did was moved with a clock that was set back: so must be the next time.
        "UPDATE endpoint SET next_poll_at = CASE WHEN lease_until < ? THEN min(lease_until, ?) ELSE ? END,"
        " lease_owner = NULL, lease_until = NULL, baselined_at = ?, etag = ?,"
        " last_modified = ?, body_hash = ?, full_at = ?, last_poll_at = ?, last_ok_at = ?, last_change_at = ?,"
        " typical_items = ?, bar = ?, polls = ?, failures = ?, last_error = ?, credit = ?"
        " WHERE source = ? AND name = ? AND lease_owner = ? AND config_hash = ?",
        (
            ms(result.at),
            next_poll_at,
            next_poll_at,
            ms_or_none(state.baselined_at),
            text_or_none(state.etag),
            text_or_none(state.last_modified),
            state.body_hash,
            ms_or_none(state.full_at),
            ms_or_none(state.last_poll_at),
            ms_or_none(state.last_ok_at),
            ms_or_none(state.last_change_at),
            state.typical_items,
            " ".join(state.bar) or None,
            state.polls,
            state.failures,
            text_or_none(state.last_error),
            state.credit,
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
        ms(told.first_seen_at),
        upsert.edits,
        ms_or_none(upsert.edits_since),
    )
    if known is None:
        cursor = db.execute(
            "INSERT INTO headline (title, section, url, published_at, breaking, version, last_seen_at, first_seen_at,"
            " edits, edits_since, baseline, source, key) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (*values, upsert.baseline, told.source, text(told.key)),
        )
        known = int(cursor.lastrowid or 0)
    else:
        db.execute(
            "UPDATE headline SET title = ?, section = ?, url = ?, published_at = ?, breaking = ?, version = ?,"
            " last_seen_at = ?, first_seen_at = ?, edits = ?, edits_since = ? WHERE id = ?",
            (*values, known),
        )
    db.executemany(
        "INSERT INTO headline_key (source, key, headline_id) VALUES (?, ?, ?) ON CONFLICT DO NOTHING",
        [(told.source, text(key), known) for key in sorted(upsert.new_keys)],
    )
    if upsert.fired:
        _add_fired(db, known, upsert.fired)
    return known


def _touch(db: sqlite3.Connection, ids: Sequence[int], at: int) -> None:
    db.executemany("UPDATE headline SET last_seen_at = ? WHERE id = ?", [(at, id_) for id_ in ids])


def _add_fired(db: sqlite3.Connection, headline: int, fired: Collection[str]) -> None:
    before = json.loads(db.execute("SELECT fired FROM headline WHERE id = ?", (headline,)).fetchone()[0])
    db.execute(
        "UPDATE headline SET fired = ? WHERE id = ?",
        (rows.as_json(sorted({*before, *fired})), headline),
    )


def _save_change(db: sqlite3.Connection, change: Change, headline: int) -> None:
    told = change.headline
    db.execute(
        "INSERT INTO change (id, headline_id, kind, title, previous_title, edit, version, section, url, breaking,"
        " seen_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING",
        (
            change.id,
            headline,
            change.kind,
            text(told.title),
            text_or_none(change.previous_title),
            change.edit,
            told.version,
            told.section,
            text_or_none(told.url),
            told.breaking,
            ms(change.seen_at),
        ),
    )


def _save_alert(db: sqlite3.Connection, alert: Alert) -> None:
    """Write an alert; one that a rule wants although another rule's was dropped takes its place."""
    db.execute(
        "INSERT INTO alert (id, change_id, channel, matches, high_priority, due_at, state, reason, flood,"
        " held_beside, same_story) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (id) DO UPDATE SET"
        " state = 'waiting', reason = NULL, matches = excluded.matches, due_at = excluded.due_at,"
        " same_story = excluded.same_story"
        " WHERE alert.state = 'dropped' AND excluded.state = 'waiting'",
        (
            alert.id,
            alert.change.id,
            alert.channel,
            rows.matches_json(alert.matches),
            alert.high_priority - alert.low_priority,  # 1 high, 0, or -1 low
            ms(alert.due_at),
            "dropped" if alert.dropped else "held" if alert.flood else "waiting",
            text_or_none(alert.dropped),
            alert.flood,
            alert.held_beside,
            rows.as_json(alert.same_story) if alert.same_story else None,
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
