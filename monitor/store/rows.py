"""Rows to dataclasses and back: epoch milliseconds, JSON, and text that SQLite takes."""

from __future__ import annotations

import json
import sqlite3
from datetime import UTC, datetime, timedelta

from monitor.model import (
    Alert,
    Change,
    ChangeKind,
    Delivery,
    EditKind,
    Headline,
    Match,
    Message,
    PollState,
    RecipientState,
    Remembered,
    Section,
    Span,
)

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MILLISECOND = timedelta(milliseconds=1)


def ms(moment: datetime) -> int:
    return (moment - EPOCH) // MILLISECOND


def ms_or_none(moment: datetime | None) -> int | None:
    return None if moment is None else ms(moment)


def moment(value: int) -> datetime:
    return EPOCH + value * MILLISECOND


def moment_or_none(value: int | None) -> datetime | None:
    return None if value is None else moment(value)


def text(value: str) -> str:
    """Return the text with a question mark for what SQLite refuses or cuts at: lone surrogates and NUL."""
    return value.encode("utf-8", "replace").decode("utf-8").replace("\0", "?")


def text_or_none(value: str | None) -> str | None:
    return None if value is None else text(value)


POLL_STATE = (
    "source, name, config_hash, every_ms, next_poll_at, baselined_at, etag, last_modified, body_hash, full_at,"
    " last_poll_at, last_ok_at, last_change_at, typical_items, polls, failures, last_error, credit, bar"
)


def poll_state(row: sqlite3.Row) -> PollState:
    """Rebuild the state from the columns of `POLL_STATE`, by place since this is done at every poll."""
    return PollState(
        source=row[0],
        endpoint=row[1],
        config_hash=row[2],
        every=row[3] * MILLISECOND,
        next_poll_at=moment(row[4]),
        baselined_at=moment_or_none(row[5]),
        etag=row[6],
        last_modified=row[7],
        body_hash=row[8],
        full_at=moment_or_none(row[9]),
        last_poll_at=moment_or_none(row[10]),
        last_ok_at=moment_or_none(row[11]),
        last_change_at=moment_or_none(row[12]),
        typical_items=row[13],
        polls=row[14],
        failures=row[15],
        last_error=row[16],
        credit=row[17],
        bar=tuple((row[18] or "").split()),
    )


def headline(row: sqlite3.Row) -> Headline:
    return Headline(
        source=row["source"],
        key=row["key"],
        title=row["title"],
        section=Section(row["section"]),
        url=row["url"],
        published_at=moment_or_none(row["published_at"]),
        first_seen_at=moment(row["first_seen_at"]),
        breaking=bool(row["breaking"]),
        version=row["version"],
    )


def remembered(row: sqlite3.Row, keys: frozenset[str]) -> Remembered:
    return Remembered(
        id=row["id"],
        headline=headline(row),
        keys=keys,
        baseline=bool(row["baseline"]),
        fired=frozenset(json.loads(row["fired"])),
        last_seen_at=moment(row["last_seen_at"]),
        edits=row["edits"],
        edits_since=moment_or_none(row["edits_since"]),
    )


def as_json(value: object) -> str:
    return text(json.dumps(value, ensure_ascii=False))


def matches_json(matches: tuple[Match, ...]) -> str:
    return as_json([{"rule": m.rule, "spans": [[s.start, s.end, s.term] for s in m.spans]} for m in matches])


def matches(value: str) -> tuple[Match, ...]:
    return tuple(
        Match(rule=m["rule"], spans=tuple(Span(start=a, end=b, term=t) for a, b, t in m["spans"]))
        for m in json.loads(value)
    )


CHANGE = """
  change.id AS change_id, change.kind, change.title AS change_title, change.previous_title, change.edit,
  change.version AS change_version, change.section AS change_section, change.url AS change_url,
  change.breaking AS change_breaking, change.seen_at,
  headline.source, headline.key, headline.published_at, headline.first_seen_at
"""


def change(row: sqlite3.Row) -> Change:
    """Rebuild a change from the columns `CHANGE` of change and headline."""
    told = Headline(
        source=row["source"],
        key=row["key"],
        title=row["change_title"],
        section=Section(row["change_section"]),
        url=row["change_url"],
        published_at=moment_or_none(row["published_at"]),
        first_seen_at=moment(row["first_seen_at"]),
        breaking=bool(row["change_breaking"]),
        version=row["change_version"],
    )
    return Change(
        id=row["change_id"],
        kind=ChangeKind(row["kind"]),
        headline=told,
        seen_at=moment(row["seen_at"]),
        previous_title=row["previous_title"],
        edit=EditKind(row["edit"]) if row["edit"] else None,
    )


def alert(row: sqlite3.Row) -> Alert:
    """Rebuild an alert from a row of alert, change and headline (columns of `outbox.ALERT`)."""
    return Alert(
        id=row["alert_id"],
        change=change(row),
        matches=matches(row["matches"]),
        channel=row["channel"],
        due_at=moment(row["due_at"]),
        high_priority=row["high_priority"] > 0,
        low_priority=row["high_priority"] < 0,
        same_story=_pair(row["same_story"]),
        flood=row["flood"],
        held_beside=row["held_beside"],
    )


def _pair(value: str | None) -> tuple[str, str] | None:
    if value is None:
        return None
    source, title = json.loads(value)
    return source, title


def message_json(message: Message) -> str:
    return as_json(
        {
            "title": text(message.title),
            "body": text(message.body),
            "format": message.format,
            "alerts": list(message.alert_ids),
            **({"instead_of": message.instead_of} if message.instead_of else {}),
            **({"urgent": True} if message.urgent else {}),
            **({"silent": True} if message.silent else {}),
        }
    )


def delivery(row: sqlite3.Row) -> Delivery:
    data = json.loads(row["message"])
    return Delivery(
        id=row["id"],
        channel=row["channel"],
        recipient=row["recipient"],
        message=Message(
            title=data["title"],
            body=data["body"],
            format=data["format"],
            alert_ids=tuple(data["alerts"]),
            instead_of=data.get("instead_of"),
            urgent=data.get("urgent", False),
            silent=data.get("silent", False),
        ),
        created_at=moment(row["created_at"]),
        attempts=row["attempts"],
        ambiguous=row["ambiguous"],
    )


def recipient(channel: str, name: str, row: sqlite3.Row | None) -> RecipientState:
    if row is None:
        return RecipientState(channel=channel, recipient=name)
    return RecipientState(
        channel=channel,
        recipient=name,
        failures=row["failures"],
        not_before=moment_or_none(row["not_before"]),
        last_ok_at=moment_or_none(row["last_ok_at"]),
        last_error=row["last_error"],
    )
