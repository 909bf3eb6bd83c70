"""Builds the service of `run` from its configuration file, and again at every reload; decides nothing."""

from __future__ import annotations

import hashlib
import os
import random
import secrets
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from monitor.cli.apart import load_apart
from monitor.cli.context import (
    article_pool,
    make_article_fetcher,
    make_fetcher,
    make_hosts,
    make_poster,
    make_resolver,
    make_robots,
    owner,
)
from monitor.config.schema import Config
from monitor.fetch.polite import PoliteFetcher
from monitor.fetch.resolve import PoolResolver
from monitor.model import Delivery, PollResult, PollState, Settlement, Trouble
from monitor.pipeline.build import build
from monitor.pipeline.callback import Callback
from monitor.pipeline.pages import Aside
from monitor.pipeline.pings import Pings
from monitor.pipeline.push import Push
from monitor.pipeline.robots import RobotsBook
from monitor.service import journal
from monitor.service.clock import SteadyClock
from monitor.service.health import Health
from monitor.service.heartbeat import Heartbeat
from monitor.service.pulse import Pulse
from monitor.service.run import Loaded, Service
from monitor.service.sdnotify import Notifier
from monitor.service.web import Answers, Door
from monitor.store.store import SqliteStore

if TYPE_CHECKING:
    from monitor.service.metrics import Metrics

NAMED = 3  # sources in the status line
CHECK = "headline-monitor check"


def serve(config_path: Path, store: SqliteStore, config: Config | None = None) -> bool:
    """Run the service on an open database, at first as `config` says; return whether all threads ended."""
    serving = Serving(config_path, store, config)
    try:
        return serving.service.run()
    finally:
        serving.close()


@dataclass(slots=True)
class Serving:
    """What lives as long as the process, whatever configuration it has."""

    config_path: Path
    store: SqliteStore
    first: Config | None = None  # what the file said a moment ago
    read: Callable[[Path], Config] = load_apart
    service: Service = field(init=False)
    _clock: SteadyClock = field(init=False, default_factory=SteadyClock)
    _owner: str = field(init=False, default_factory=owner)
    _resolver: PoolResolver = field(init=False, default_factory=make_resolver)
    _articles: ThreadPoolExecutor = field(init=False, default_factory=article_pool)
    # Pages are big and Python computes one thing at a time anyway.
    _parsing: threading.Lock = field(init=False, default_factory=threading.Lock)
    _door: Door = field(init=False, default_factory=Door)
    _metrics: Metrics | None = field(init=False, default=None)
    _pings: Pings = field(init=False, default_factory=Pings)
    _health: Health = field(init=False)

    def __post_init__(self) -> None:
        pulse = Pulse()
        self._health = Health(self.store, pulse, self._clock)
        self.service = Service(
            store=self.store,
            load=self.load,
            clock=self._clock,
            notifier=Notifier(os.environ),
            status=self.status,
            pulse=pulse,
            polled=self._polled,
        )

    def load(self) -> Loaded:
        """Read the configuration and build the line of it; nothing is left open when it cannot be used.

        Raises:
            ConfigError: it is wrong.
            MonitorError: its health address is taken.
        """
        config, self.first = self.first or self.read(self.config_path), None
        hosts = make_hosts(config)
        fetcher = make_fetcher(config, self._clock, self._resolver, hosts)
        pages = make_article_fetcher(config, self._clock, self._resolver, hosts)
        poster = make_poster(config, self._clock, self._resolver, hosts)
        robots = make_robots(config, self._clock, fetcher, self.store)

        def close() -> None:
            fetcher.close()
            pages.close()
            poster.close()

        push = Push(shelf=self.store.subscriptions, poster=poster, pings=self._pings, token=secrets.token_urlsafe)
        try:
            loaded = self._assemble(config, fetcher, pages, robots, push, close)
            self._answer(config)
        except BaseException:
            close()
            raise
        return loaded

    def status(self) -> str:
        """Return one sentence on how things stand, for `systemctl status`."""
        refused = self.service.refused
        return summary(self.store, self._clock()) + (
            f"; configuration refused, the old one stays: {refused.splitlines()[0]}" if refused else ""
        )

    def close(self) -> None:
        """End what the service does not end itself."""
        self._door.close()
        self._articles.shutdown(wait=False, cancel_futures=True)

    def _assemble(
        self,
        config: Config,
        fetcher: PoliteFetcher,
        pages: PoliteFetcher,
        robots: RobotsBook,
        push: Push,
        close: Callable[[], None],
    ) -> Loaded:
        line = build(
            config,
            store=self.store,
            fetcher=fetcher,
            clock=self._clock,
            random=random.random,
            owner=self._owner,
            pause=time.sleep,
            parsing=self._parsing,
            aside=Aside(fetcher=pages, pool=self._articles),
            robots=robots,
            push=push,
            watch=self._sent,
            own=self._troubles,
        )
        again = partial(self._assemble, config, fetcher, pages, robots, push, close)
        heart = config.heartbeat and Heartbeat(config.heartbeat.url, config.heartbeat.every, fetcher, self._health)
        return Loaded(
            line=line,
            workers=config.workers,
            retention=config.retention,
            max_size=config.max_size,
            again=again,
            close=close,
            beat=heart.step if heart else lambda _now: None,
        )

    def _answer(self, config: Config) -> None:
        """Listen where this configuration says, and no longer where another one did."""
        if config.health and not self._metrics:
            self._metrics = _metrics(self.store, self._health, self._clock)
        text = self._metrics.text if self._metrics else None
        hubs = None
        if config.push:
            shelf = self.store.subscriptions
            hubs = Callback(shelf=shelf, pings=self._pings, clock=self._clock, random=random.random, heard=self._heard)
        else:
            self.store.subscriptions.forget()  # hubs that call are told so
        self._door.follow(config.health, Answers(health=self._health, metrics=text, hubs=hubs))

    def _troubles(self) -> list[Trouble]:
        """Return what an operator should know of the process itself and its machine."""
        troubles = [Trouble(key="disk", text=text)] if (text := self.store.shortage()) else []
        if refused := self.service.refused:
            # Every other mistake is told; the same one, mended and made again, once an hour.
            key = f"configuration {hashlib.blake2b(refused.encode(), digest_size=8).hexdigest()}"
            text = f"the configuration was refused and the old one goes on: {refused.splitlines()[0]}; see: {CHECK}"
            troubles.append(Trouble(key=key, text=text))
        return troubles

    def _polled(self, state: PollState, result: PollResult) -> None:
        journal.poll(state, result)
        if self._metrics:
            self._metrics.poll(result)

    def _heard(self, what: str) -> None:
        if self._metrics:
            self._metrics.ping(what)

    def _sent(self, delivery: Delivery, settlement: Settlement) -> None:
        journal.delivery(delivery, settlement)
        if self._metrics:
            self._metrics.delivery(delivery, settlement)


def _metrics(store: SqliteStore, health: Health, clock: SteadyClock) -> Metrics | None:
    """Return what counts for /metrics; None when the library for it is not installed."""
    try:
        from monitor.service.metrics import Metrics
    except ModuleNotFoundError:
        return None
    return Metrics(store, health, clock)


def summary(store: SqliteStore, now: datetime) -> str:
    """Return one sentence on sources and alerts."""
    vitals = store.vitals(now)
    failing = f"{len(vitals.failing)} failing"
    if vitals.failing:
        more = len(vitals.failing) - NAMED
        failing += f" ({', '.join(vitals.failing[:NAMED])}{f' and {more} more' if more > 0 else ''})"
    waiting = vitals.waiting + sum(number for (_, state), number in vitals.deliveries.items() if state == "pending")
    late = round(vitals.oldest_waiting.total_seconds() / 60)
    return f"{len(vitals.ok)} sources ok, {failing}, {waiting} alerts waiting{f' for up to {late} min' if late else ''}"
