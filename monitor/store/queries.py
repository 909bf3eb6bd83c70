"""What the command line asks of the database; reads only."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from monitor.model import Headline
from monitor.store.rows import headline, moment, moment_or_none, ms
from monitor.store.sqlite import Database


@dataclass(frozen=True, slots=True, kw_only=True)
class EndpointStatus:
    source: str
    endpoint: str
    kind: str
    url: str
    every_seconds: float
    baselined_at: datetime | None
    last_poll_at: datetime | None
    last_ok_at: datetime | None
    last_change_at: datetime | None
    next_poll_at: datetime
    polls: int
    failures: int
    last_error: str | None
    typical_items: int


@dataclass(frozen=True, slots=True, kw_only=True)
class RecipientStatus:
    channel: str
    recipient: str
    pending: int
    dead: int
    unconfirmed: int
    oldest_pending: datetime | None
    failures: int
    not_before: datetime | None
    last_error: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Carried:
    """A headline in a message, and the moments of its way there."""

    source: str
    title: str
    rules: tuple[str, ...]
    published_at: datetime | None
    first_seen_at: datetime
    matched_at: datetime
    due_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Untold:
    """An alert that is in no message."""

    channel: str
    state: str
    reason: str | None
    source: str
    title: str
    seen_at: datetime
    due_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Journey:
    """A delivery and what it carries."""

    id: str
    channel: str
    recipient: str
    state: str
    attempts: int
    created_at: datetime
    next_attempt_at: datetime
    settled_at: datetime | None
    last_error: str | None
    remote_id: str | None
    text: str  # of a message without headlines: what an operator was told
    sent_at: datetime | None  # when the last attempt began
    headlines: tuple[Carried, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Health:
    """What a status line says; cheap enough to be asked for every second."""

    sources_ok: int  # one endpoint at least was read well at the last look
    sources_failing: int
    waiting: int  # alerts that wait and messages that are to be sent


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts:
    """The books: every alert is waiting, dropped or in a delivery; every delivery has one state."""

    sources_ok: int
    sources_failing: int
    headlines: int
    changes_new: int
    changes_edited: int
    changes_promoted: int
    alerts: int
    alerts_waiting: int
    alerts_dropped: int
    deliveries_pending: int
    deliveries_sent: int
    deliveries_unconfirmed: int
    deliveries_dead: int


class Queries:
    def __init__(self, database: Database) -> None:
        self._database = database

    def endpoints_status(self) -> list[EndpointStatus]:
        """Return the endpoints of the configuration, by name."""
        return [
            EndpointStatus(
                source=row["source"],
                endpoint=row["name"],
                kind=row["kind"],
                url=row["url"],
                every_seconds=row["every_ms"] / 1000,
                baselined_at=moment_or_none(row["baselined_at"]),
                last_poll_at=moment_or_none(row["last_poll_at"]),
                last_ok_at=moment_or_none(row["last_ok_at"]),
                last_change_at=moment_or_none(row["last_change_at"]),
                next_poll_at=moment(row["next_poll_at"]),
                polls=row["polls"],
                failures=row["failures"],
                last_error=row["last_error"],
                typical_items=row["typical_items"],
            )
            for row in self._database.read("SELECT * FROM endpoint WHERE active = 1 ORDER BY source, name")
        ]

    def recipients_status(self) -> list[RecipientStatus]:
        """Return every recipient that was ever sent to or has something to get."""
        found = self._database.read(
            "SELECT d.channel, d.recipient, sum(state IN ('pending', 'sending')) AS pending,"
            " sum(state = 'dead') AS dead, sum(state = 'unconfirmed') AS unconfirmed,"
            " min(CASE WHEN state IN ('pending', 'sending') THEN created_at END) AS oldest,"
            " coalesce(r.failures, 0) AS failures, r.not_before, r.last_error FROM delivery d LEFT JOIN recipient r"
            " USING (channel, recipient) GROUP BY d.channel, d.recipient ORDER BY 1, 2"
        )
        return [
            RecipientStatus(
                channel=row["channel"],
                recipient=row["recipient"],
                pending=row["pending"],
                dead=row["dead"],
                unconfirmed=row["unconfirmed"],
                oldest_pending=moment_or_none(row["oldest"]),
                failures=row["failures"],
                not_before=moment_or_none(row["not_before"]),
                last_error=row["last_error"],
            )
            for row in found
        ]

    def deliveries(self, states: Sequence[str], limit: int) -> list[Journey]:
        """Return the newest deliveries in these states."""
        found = self._database.read(
            "SELECT delivery.*, (SELECT at - elapsed_ms FROM attempt WHERE delivery_id = delivery.id"
            " ORDER BY n DESC LIMIT 1) AS sent_at"
            " FROM delivery WHERE state IN (SELECT value FROM json_each(?)) ORDER BY seq DESC LIMIT ?",
            json.dumps(list(states)),
            limit,
        )
        return [
            Journey(
                id=row["id"],
                channel=row["channel"],
                recipient=row["recipient"],
                state=row["state"],
                attempts=row["attempts"],
                created_at=moment(row["created_at"]),
                next_attempt_at=moment(row["next_attempt_at"]),
                settled_at=moment_or_none(row["settled_at"]),
                last_error=row["last_error"],
                remote_id=row["remote_id"],
                text="" if (told := json.loads(row["message"]))["alerts"] else told["body"],
                sent_at=moment_or_none(row["sent_at"]),
                headlines=self._carried(row["id"]),
            )
            for row in found
        ]

    def _carried(self, delivery: str) -> tuple[Carried, ...]:
        found = self._database.read(
            "SELECT headline.source, change.title, headline.published_at, headline.first_seen_at, change.seen_at,"
            " alert.due_at, alert.matches FROM delivery_alert JOIN alert ON alert.id = alert_id"
            " JOIN change ON change.id = change_id JOIN headline ON headline.id = headline_id WHERE delivery_id = ?"
            " ORDER BY alert.seq",
            delivery,
        )
        return tuple(
            Carried(
                source=row["source"],
                title=row["title"],
                rules=tuple(match["rule"] for match in json.loads(row["matches"])),
                published_at=moment_or_none(row["published_at"]),
                first_seen_at=moment(row["first_seen_at"]),
                matched_at=moment(row["seen_at"]),
                due_at=moment(row["due_at"]),
            )
            for row in found
        )

    def untold(self, states: Sequence[str], limit: int) -> list[Untold]:
        """Return the newest alerts that are in no message: waiting, held or dropped."""
        found = self._database.read(
            "SELECT alert.channel, alert.state, alert.reason, alert.due_at, change.title, change.seen_at,"
            " headline.source FROM alert JOIN change ON change.id = change_id"
            " JOIN headline ON headline.id = headline_id"
            " WHERE alert.state IN (SELECT value FROM json_each(?)) ORDER BY alert.seq DESC LIMIT ?",
            json.dumps(list(states)),
            limit,
        )
        return [
            Untold(
                channel=row["channel"],
                state=row["state"],
                reason=row["reason"],
                source=row["source"],
                title=row["title"],
                seen_at=moment(row["seen_at"]),
                due_at=moment(row["due_at"]),
            )
            for row in found
        ]

    def headlines_since(self, since: datetime) -> Iterator[Headline]:
        """Yield the headlines that were first seen at or after a moment, newest first."""
        found = self._database.read("SELECT * FROM headline WHERE first_seen_at >= ? ORDER BY id DESC", ms(since))
        return map(headline, found)

    def health(self) -> Health:
        """Return how things stand, without walking through what is done."""
        row = self._database.read(
            "SELECT count(*) FILTER (WHERE least = 0), count(*) FILTER (WHERE least > 0),"
            " (SELECT count(*) FROM alert WHERE state = 'waiting')"
            " + (SELECT count(*) FROM delivery WHERE state IN ('pending', 'sending'))"
            " FROM (SELECT min(failures) AS least FROM endpoint WHERE active = 1 GROUP BY source)"
        )[0]
        return Health(sources_ok=row[0], sources_failing=row[1], waiting=row[2])

    def counts(self) -> Counts:
        """Return how much there is of everything."""
        health = self.health()
        row = self._database.read(
            "SELECT (SELECT count(*) FROM headline) AS headlines, (SELECT count(*) FROM alert) AS alerts"
        )[0]
        changes = self._by("change", "kind")
        alerts = self._by("alert", "state")
        deliveries = self._by("delivery", "state")
        return Counts(
            sources_ok=health.sources_ok,
            sources_failing=health.sources_failing,
            headlines=row["headlines"],
            changes_new=changes.get("new", 0),
            changes_edited=changes.get("edited", 0),
            changes_promoted=changes.get("promoted", 0),
            alerts=row["alerts"],
            alerts_waiting=alerts.get("waiting", 0),
            alerts_dropped=alerts.get("dropped", 0),
            deliveries_pending=deliveries.get("pending", 0) + deliveries.get("sending", 0),
            deliveries_sent=deliveries.get("sent", 0),
            deliveries_unconfirmed=deliveries.get("unconfirmed", 0),
            deliveries_dead=deliveries.get("dead", 0),
        )

    def _by(self, table: str, column: str) -> dict[str, int]:
        found = self._database.read(f"SELECT {column}, count(*) FROM {table} GROUP BY 1")  # noqa: S608  our own names
        return {row[0]: row[1] for row in found}
