"""The store of `monitor.ports` on SQLite: joins the halves, adds nothing."""

from __future__ import annotations

import shutil
from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import datetime, timedelta

from monitor.model import (
    Alert,
    Article,
    Carrier,
    Change,
    Delivery,
    Discovery,
    EndpointSpec,
    Incident,
    Lane,
    Memory,
    Pauses,
    PollResult,
    PollState,
    RecipientState,
    Rhythm,
    RobotsFile,
    Settlement,
    Silence,
    Told,
)
from monitor.store import (
    articles,
    audit,
    backlog,
    discovered,
    export,
    floods,
    incidents,
    outbox,
    past,
    polls,
    rhythm,
    robots,
    schedule,
    silences,
    stories,
    threads,
    unread,
    upkeep,
    vitals,
)
from monitor.store.floods import HeldFlood
from monitor.store.late import Late, Settling
from monitor.store.past import Past
from monitor.store.push import Subscriptions
from monitor.store.queries import Queries
from monitor.store.sqlite import Database
from monitor.store.vitals import Vitals

LEAST_FREE = 200 * 2**20  # bytes on the disk; with less an operator is told


class SqliteStore:
    def __init__(self, database: Database) -> None:
        self._database = database
        self._late = Late(database)
        self.queries = Queries(database)
        self.subscriptions = Subscriptions(database)

    def shortage(self) -> str | None:
        """Return what is wrong with the space on the disk, or None."""
        free = shutil.disk_usage(self._database.path.parent).free
        if free >= LEAST_FREE:
            return None
        return f"only {free // 2**20} MB are free on the disk of {self._database.path}; make room"

    def close(self) -> None:
        self._database.close()

    def sync(self, endpoints: Sequence[EndpointSpec], now: datetime) -> Sequence[tuple[str, str]]:
        return schedule.sync(self._database, endpoints, now)

    def claim_polls(self, owner: str, now: datetime, lease: timedelta, limit: int) -> Sequence[PollState]:
        self._late.write_polls()
        return schedule.claim(self._database, owner, now, lease, limit)

    def recall(self, source: str, keys: Collection[str]) -> Memory:
        return polls.recall(self._database, source, keys)

    def carriers(self, source: str, wanted: Sequence[Sequence[int]], since: datetime) -> Sequence[Sequence[Carrier]]:
        return stories.carriers(self._database, source, wanted, since)

    def commit_poll(self, result: PollResult) -> None:
        self._late.commit(result)

    def due_alerts(self, now: datetime, limit: int) -> Sequence[Alert]:
        return outbox.due_alerts(self._database, now, limit)

    def titles(self, most: int) -> Sequence[tuple[int, str, str | None]]:
        """Return id, title and link of the newest headlines, former titles included."""
        return past.titles(self._database, most)

    def changed_last(self, most: int) -> Sequence[int]:
        """Return the ids of the headlines that changed last, newest first."""
        return past.changed(self._database, most)

    def known_as(self, keys: Collection[str], most: int) -> Sequence[int]:
        """Return the ids of the headlines of any source that were seen under one of these keys, newest first."""
        return past.known_as(self._database, keys, most)

    def past(self, ids: Sequence[int]) -> Sequence[Past]:
        """Return what is remembered of these headlines, in this order."""
        return past.past(self._database, ids)

    def floods(self) -> Sequence[HeldFlood]:
        """Return the floods of which alerts are held, newest first."""
        return floods.held(self._database)

    def release_flood(self, flood: str, now: datetime) -> int:
        """Let the held alerts of a flood go out and return how many."""
        return floods.release(self._database, flood, now)

    def drop_flood(self, flood: str) -> int:
        """Drop the held alerts of a flood and return how many."""
        return floods.drop(self._database, flood)

    def messages_since(self, channel: str, since: datetime) -> int:
        return outbox.messages_since(self._database, channel, since)

    def told_since(self, channel: str, since: datetime) -> Sequence[Told]:
        return outbox.told_since(self._database, channel, since)

    def first_told(self, channel: str, alert_ids: Collection[str]) -> Mapping[str, str]:
        return threads.first_told(self._database, channel, alert_ids)

    def freeze(self, deliveries: Sequence[Delivery]) -> None:
        outbox.freeze(self._database, deliveries)

    def articles(self, headlines: Collection[tuple[str, str]]) -> Mapping[tuple[str, str], Article | None]:
        return articles.known(self._database, headlines)

    def save_article(self, headline: tuple[str, str], url: str, article: Article | None, at: datetime) -> None:
        articles.save(self._database, headline, url, article, at)

    def unread(self, now: datetime, limit: int) -> Sequence[Change]:
        return unread.due(self._database, now, limit)

    def postpone_unread(self, change: str, until: datetime) -> None:
        unread.postpone(self._database, change, until)

    def commit_unread(self, change: Change, alerts: Sequence[Alert]) -> None:
        unread.commit(self._database, change, alerts)

    def silences(self, since: datetime) -> Sequence[Silence]:
        return silences.ended_after(self._database, since)

    def add_silence(self, silence: Silence) -> Silence:
        """Remember a silence and return it with its number."""
        return silences.add(self._database, silence)

    def expire_silence(self, number: int, now: datetime) -> bool:
        """End a silence now; False when none of this number is on."""
        return silences.expire(self._database, number, now)

    def drop_alerts(self, alert_ids: Sequence[str], reason: str) -> None:
        outbox.drop_alerts(self._database, alert_ids, reason)

    def due_recipients(self, now: datetime) -> Sequence[tuple[str, str]]:
        return outbox.due_recipients(self._database, now)

    def claim_delivery(
        self, channel: str, recipient: str, owner: str, now: datetime, lease: timedelta, lanes: Sequence[Lane] = ()
    ) -> tuple[Delivery, RecipientState] | None:
        self._late.write_settling(channel, recipient)
        return outbox.claim(self._database, channel, recipient, owner, now, lease, lanes)

    def settle(self, delivery: Delivery, owner: str, settlement: Settlement, now: datetime, elapsed_ms: int) -> None:
        self._late.settle(Settling(delivery, owner, settlement, now, elapsed_ms))

    def backlog(self, channel: str, recipient: str, before: datetime) -> Sequence[Delivery]:
        return backlog.waiting(self._database, channel, recipient, before)

    def merge(self, old: Sequence[Delivery], new: Sequence[Delivery], now: datetime) -> None:
        backlog.merge(self._database, old, new, now)

    def alerts(self, ids: Sequence[str]) -> Sequence[Alert]:
        return outbox.alerts(self._database, ids)

    def stranded(self, channel: str, fallback: str, before: datetime, now: datetime) -> Sequence[str]:
        return backlog.stranded(self._database, channel, fallback, before, now)

    def retry_deliveries(self, ids: Sequence[str] | None, now: datetime) -> int:
        """Send dead and unconfirmed deliveries again and return how many."""
        return outbox.retry(self._database, ids, now)

    def poll_states(self) -> Sequence[PollState]:
        return discovered.poll_states(self._database)

    def rhythms(self) -> Mapping[tuple[str, str], Rhythm]:
        return rhythm.read(self._database)

    def discoveries(self) -> Mapping[str, Discovery]:
        return discovered.read(self._database)

    def save_discovery(self, discovery: Discovery) -> None:
        discovered.save(self._database, discovery)

    def robots_file(self, url: str) -> RobotsFile | None:
        return robots.file(self._database, url)

    def robots_files(self) -> Sequence[RobotsFile]:
        """Return what all hosts answered."""
        return robots.files(self._database)

    def save_robots_file(self, file: RobotsFile) -> None:
        robots.save(self._database, file)

    def known_incidents(self, since: datetime) -> Sequence[Incident]:
        return incidents.known(self._database, since)

    def record_incidents(self, changed: Sequence[Incident], deliveries: Sequence[Delivery]) -> None:
        incidents.record(self._database, changed, deliveries)

    def failing_recipients(self) -> Sequence[RecipientState]:
        return incidents.failing_recipients(self._database)

    def pauses(self, since: datetime) -> Sequence[Pauses]:
        return incidents.pauses(self._database, since)

    def held_floods(self) -> Sequence[tuple[str, str, int]]:
        return [(flood.id, flood.source, flood.alerts) for flood in floods.held(self._database)]

    def release_leases(self) -> None:
        upkeep.release_leases(self._database)

    def make_due(self, now: datetime) -> None:
        upkeep.make_due(self._database, now)

    def retry_failing(self, now: datetime, until: datetime) -> int:
        return upkeep.retry_failing(self._database, now, until)

    def polled_since(self, since: datetime) -> tuple[int, int]:
        return upkeep.polled_since(self._database, since)

    def shift_due(self, delta: timedelta, now: datetime) -> None:
        upkeep.shift_due(self._database, delta, now)

    def vitals(self, now: datetime) -> Vitals:
        """Return what shows whether the monitor works."""
        return vitals.vitals(self._database, now)

    def first_seen(self, delivery: str) -> datetime | None:
        """Return when the oldest headline of a delivery was seen."""
        return vitals.first_seen(self._database, delivery)

    def try_writing(self) -> None:
        """Write something that changes nothing.

        Raises:
            StoreUnavailable: the disk or another process is in the way.
        """
        vitals.write(self._database)

    def prune(self, now: datetime, retention: timedelta, most: int | None = None) -> None:
        upkeep.prune(self._database, now, retention, most)

    def keep_room(self) -> None:
        """Let the file hold free pages, for when the disk is full.

        Raises:
            StoreUnavailable: it is full already.
        """
        upkeep.keep_room(self._database)

    def size(self) -> int:
        """Return how many bytes of the database are in use; the file keeps the room of what was forgotten."""
        return upkeep.size(self._database)

    def check(self) -> None:
        """Look for damage, quickly.

        Raises:
            StoreCorrupt: there is some.
        """
        audit.check(self._database)

    def audit(self) -> Sequence[str]:
        """Return what is wrong with the database, as sentences; nothing when all is well."""
        return audit.audit(self._database)

    def news(
        self, since: datetime, sources: Collection[str] = (), *, only_alerts: bool = False
    ) -> Iterator[export.News]:
        """Yield what was found since then, oldest first."""
        return export.news(self._database, since, sources, only_alerts=only_alerts)
