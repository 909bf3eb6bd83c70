"""Runs the real service on the bundled day, with the console as its channel, and says at the end how it went."""

from __future__ import annotations

import logging
import random
import tempfile
import time
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from importlib.resources import files
from pathlib import Path

from monitor import __version__
from monitor.channels import CHANNELS
from monitor.config.load import loads
from monitor.config.schema import Config
from monitor.demo.site import Day, Site, load_day
from monitor.fetch.client import HttpFetcher
from monitor.fetch.resolve import PoolResolver
from monitor.pipeline.build import build
from monitor.service.clock import SteadyClock
from monitor.service.logs import LOGGER
from monitor.service.run import Loaded, Service
from monitor.service.sdnotify import Notifier
from monitor.sources import KINDS, default_endpoints
from monitor.store import open_store
from monitor.store.store import SqliteStore
from monitor.values import Duration

PACE = Duration(milliseconds=300)  # of the polls: at a day in 16 seconds, every 18 minutes of it


def play(seconds: float) -> None:
    """Replay the day in about so many seconds and print alerts and a summary."""
    LOGGER.setLevel(logging.CRITICAL)  # the day's troubles are part of the show, told in the summary
    day = load_day()
    site = Site(day, seconds)
    _say(
        f"A day of {_isolated(day.name)}, 06:00 to 22:00, in {seconds:.0f} seconds. "
        "What it shows at first is learned silently;\n"
        "from then on these rules watch, and what they find is printed as it would be sent:\n"
    )
    config = _config(site)
    for rule in config.rules:
        words = "، ".join(rule.any) or "everything in the «عاجل» bar"
        _say(f"  {_isolated(rule.name)}: {_isolated(words)}")
    _say("")
    with tempfile.TemporaryDirectory(prefix="headline-monitor-") as folder:
        store = open_store(Path(folder) / "monitor.db")
        try:
            _serve(config, store, site)
            _summary(day, store)
        finally:
            store.close()
            site.close()


def _config(site: Site) -> Config:
    text = files("monitor.demo").joinpath("demo.yaml").read_text("utf-8").format(url=site.url)
    config = loads(
        text,
        "demo.yaml",
        source_kinds=KINDS,
        channel_kinds=CHANNELS,
        default_endpoints=default_endpoints,
        environ={},
        credentials=None,
    )
    return replace(config, sources=tuple(replace(source, every=PACE) for source in config.sources))


def _serve(config: Config, store: SqliteStore, site: Site) -> None:
    clock = SteadyClock()
    fetcher = HttpFetcher(
        clock=clock,
        resolver=PoolResolver(ThreadPoolExecutor(2)),
        user_agent=f"headline-monitor/{__version__}",
        allow_private=config.allow_private,
    )
    line = build(config, store=store, fetcher=fetcher, clock=clock, random=random.random, owner="demo")
    ended: list[float] = []

    def done() -> bool:
        """Give the last headlines of the day two polls and their alerts."""
        if site.over() and not ended:
            ended.append(time.monotonic())
        return bool(ended) and time.monotonic() - ended[0] > 3 * PACE.total_seconds() + 1

    no_environment: Mapping[str, str] = {}

    def load() -> Loaded:
        return Loaded(line=line, workers=config.workers, retention=config.retention, again=load, close=fetcher.close)

    Service(
        store=store,
        load=load,
        clock=clock,
        notifier=Notifier(no_environment),
        status=lambda: "",
        stop_when=done,
    ).run()


def _summary(day: Day, store: SqliteStore) -> None:
    counts = store.queries.counts()
    _say(
        f"The day is over: {day.headlines()} headlines were published, {counts.changes_new} were found new and "
        f"{counts.changes_edited} edited;\n{counts.alerts} alerts, {counts.deliveries_sent} messages, "
        f"{counts.deliveries_pending + counts.deliveries_dead} unsent. "
        "The site was down once, showed an empty page once,\nand decorated its links once: none of it was news."
    )
    _say("\nNext: headline-monitor init, then headline-monitor run")


def _isolated(text: str) -> str:
    return f"\u2068{text}\u2069"


def _say(text: str) -> None:
    print(text, flush=True)  # noqa: T201  the demo's screen is its output
