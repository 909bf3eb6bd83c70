"""Counts polls and deliveries and writes them in Prometheus' format; names no source, so that it stays small."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from prometheus_client import CollectorRegistry, Counter, Histogram, PlatformCollector, ProcessCollector
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.exposition import generate_latest

from monitor import __version__
from monitor.model import Change, ChangeKind, Delivery, DeliveryState, PollResult, Settlement
from monitor.ports import Clock
from monitor.service.health import Health
from monitor.store.store import SqliteStore
from monitor.store.vitals import Vitals

SECONDS = (1, 2, 5, 10, 20, 30, 60, 120, 300, 600, 1800, 3600)


@dataclass(slots=True)
class Metrics:
    """One set of counters; lives as long as the process."""

    store: SqliteStore
    health: Health
    clock: Clock
    registry: CollectorRegistry = field(default_factory=lambda: CollectorRegistry(auto_describe=True))
    _polls: Counter = field(init=False)
    _poll_seconds: Histogram = field(init=False)
    _headlines: Counter = field(init=False)
    _seen_late: Histogram = field(init=False)
    _deliveries: Counter = field(init=False)
    _sent_late: Histogram = field(init=False)
    _pings: Counter = field(init=False)

    def __post_init__(self) -> None:
        registry = self.registry
        self._polls = Counter("monitor_polls", "Polls by how they ended", ["outcome"], registry=registry)
        self._poll_seconds = Histogram("monitor_poll_seconds", "Duration of polls", buckets=SECONDS, registry=registry)
        self._headlines = Counter("monitor_headlines", "Changes of headlines by kind", ["kind"], registry=registry)
        self._seen_late = Histogram(
            "monitor_published_to_seen_seconds", "From publication, where the site tells it, until a headline was seen",
            buckets=SECONDS, registry=registry,
        )  # fmt: skip
        self._deliveries = Counter(
            "monitor_deliveries", "Attempts to send by channel and what became of them", ["channel", "state"],
            registry=registry,
        )  # fmt: skip
        self._sent_late = Histogram(
            "monitor_seen_to_sent_seconds", "From when a message's oldest headline was seen until it was sent",
            ["channel"], buckets=SECONDS, registry=registry,
        )  # fmt: skip
        self._pings = Counter(
            "monitor_pings", "Calls of hubs: taken, unsigned, or unknown here", ["outcome"], registry=registry
        )
        registry.register(_Standing(self.health))
        ProcessCollector(registry=registry)
        PlatformCollector(registry=registry)

    def poll(self, result: PollResult) -> None:
        """Count one poll."""
        self._polls.labels(result.outcome).inc()
        self._poll_seconds.observe(result.elapsed_ms / 1000)
        for change in result.changes:
            self._change(change)

    def _change(self, change: Change) -> None:
        self._headlines.labels(change.kind).inc()
        published = change.headline.published_at
        if change.kind is ChangeKind.NEW and published is not None and published <= change.seen_at:
            self._seen_late.observe((change.seen_at - published).total_seconds())

    def delivery(self, delivery: Delivery, settlement: Settlement) -> None:
        """Count one attempt to send."""
        state = "retried" if settlement.state is DeliveryState.PENDING else settlement.state
        self._deliveries.labels(delivery.channel, state).inc()
        if settlement.state is DeliveryState.SENT and (seen := self.store.first_seen(delivery.id)):
            self._sent_late.labels(delivery.channel).observe(max(0.0, (self.clock() - seen).total_seconds()))

    def ping(self, outcome: str) -> None:
        """Count one call of a hub."""
        self._pings.labels(outcome).inc()

    def text(self) -> bytes:
        """Return everything as Prometheus reads it."""
        return bytes(generate_latest(self.registry))


class _Standing:
    """What the database and the threads say when they are asked."""

    def __init__(self, health: Health) -> None:
        self._health = health

    def describe(self) -> Iterator[GaugeMetricFamily]:
        return iter(())

    def collect(self) -> Iterator[GaugeMetricFamily]:
        found, stuck = self._health.findings(), len(self._health.alive())
        yield _gauge("monitor_info", "Version of the program", {(__version__,): 1}, "version")
        yield _gauge("monitor_ready", "Whether alerts can flow", {(): not found.troubles})
        yield _gauge("monitor_stuck", "Polls, deliveries and ticks that should have ended", {(): stuck})
        if found.vitals:
            yield from _of_database(found.vitals)


def _of_database(vitals: Vitals) -> Iterator[GaugeMetricFamily]:
    states = {("ok",): len(vitals.ok), ("failing",): len(vitals.failing), ("new",): len(vitals.new)}
    overdue, oldest = vitals.overdue.total_seconds(), vitals.oldest_waiting.total_seconds()
    yield _gauge("monitor_sources", "Sources by state", states, "state")
    yield _gauge("monitor_poll_overdue_seconds", "How late the latest poll is", {(): overdue})
    yield _gauge("monitor_alerts_waiting", "Alerts that are in no message yet", {(): vitals.waiting})
    yield _gauge("monitor_oldest_waiting_seconds", "How long the oldest due alert or message waits", {(): oldest})
    yield _gauge("monitor_messages", "Messages that are not sent", vitals.deliveries, "channel", "state")


def _gauge(name: str, what: str, values: Mapping[Any, float], *labels: str) -> GaugeMetricFamily:
    family = GaugeMetricFamily(name, what, labels=labels)
    for key, value in values.items():
        family.add_metric(key, value)
    return family
