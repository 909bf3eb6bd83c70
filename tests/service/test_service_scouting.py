"""The running service finds a site's feed by itself and goes on with it, without a reload and without a restart."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor, wait
from datetime import timedelta
from pathlib import Path

import pytest
from servers.newsite import NewsSite, rss

from monitor.channels import CHANNELS
from monitor.config.load import loads
from monitor.config.schema import Config
from monitor.fetch.client import HttpFetcher
from monitor.fetch.resolve import PoolResolver
from monitor.pipeline.build import build
from monitor.service import run
from monitor.service.clock import SteadyClock
from monitor.service.run import Loaded, Service
from monitor.service.scouting import Scouting
from monitor.service.sdnotify import Notifier
from monitor.sources import KINDS, default_endpoints
from monitor.store import SqliteStore, open_store

CONFIG = """
allow_private: [127.0.0.0/8]
sources: [{{name: sada, url: "{url}/", every: 5s}}]
rules: [{{name: port, any: [الميناء], notify: [screen]}}]
channels: [{{name: screen, type: console}}]
"""


def configured(url: str) -> Config:
    return loads(
        CONFIG.format(url=url), "m", source_kinds=KINDS, channel_kinds=CHANNELS,
        default_endpoints=default_endpoints, environ={}, credentials=None,
    )  # fmt: skip


def fetching(clock: SteadyClock, pool: ThreadPoolExecutor, config: Config) -> HttpFetcher:
    return HttpFetcher(clock=clock, resolver=PoolResolver(pool), user_agent="test", allow_private=config.allow_private)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[SqliteStore]:
    opened = open_store(tmp_path / "monitor.db")
    yield opened
    opened.close()


@pytest.fixture
def serve(store: SqliteStore, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., threading.Event]]:
    """Start the service on a site; the event is set once what is waited for has come true."""
    monkeypatch.setattr(run, "SCOUTING", timedelta(seconds=0.1))
    clock, running = SteadyClock(), []

    def start(url: str, until: Callable[[], bool]) -> threading.Event:
        config = configured(url)
        fetcher = fetching(clock, pool, config)

        def load() -> Loaded:
            line = build(config, store=store, fetcher=fetcher, clock=clock, random=lambda: 0.5, owner="test")
            return Loaded(line=line, workers=4, retention=config.retention, again=load, close=fetcher.close)

        reached = threading.Event()
        service = Service(
            store=store, load=load, clock=clock, notifier=Notifier({}), status=lambda: "",
            stop_when=lambda: until() and (reached.set() or True),
        )  # fmt: skip
        running.append((service, threading.Thread(target=service.run)))
        running[-1][1].start()
        return reached

    with ThreadPoolExecutor(2) as pool:
        yield start
        for service, thread in running:
            service.stop()
            thread.join(20)


def test_a_feed_that_is_found_joins_the_running_schedule(store: SqliteStore, serve) -> None:
    with NewsSite() as site:
        site.pages = {"/": "<html><body><div id=app></div></body></html>", "/feed/": rss(site.url, [1, 2, 3])}

        learned = serve(site.url, lambda: store.queries.counts().headlines == 3)

        assert learned.wait(20)
        assert store.queries.counts().alerts == 0
        assert {state.endpoint for state in store.poll_states()} == {"html", "feed"}


def test_a_look_that_cannot_be_saved_is_not_started_again_and_again(tmp_path: Path, store: SqliteStore) -> None:
    only_reads = open_store(tmp_path / "monitor.db", read_only=True)
    clock, found = SteadyClock(), threading.Event()
    with NewsSite() as site, ThreadPoolExecutor(2) as pool:
        config = configured(site.url)
        fetcher = fetching(clock, pool, config)
        line = build(config, store=only_reads, fetcher=fetcher, clock=clock, random=lambda: 0.5, owner="test")
        scouting = Scouting(found.set)
        for minutes in (0, 1, 59):
            scouting.hand_out(line, clock() + timedelta(minutes=minutes))
            wait(scouting.under_way(), 20)
        once = site.asked.count("/")
        scouting.hand_out(line, clock() + timedelta(minutes=62))
        wait(scouting.under_way(), 20)
        scouting.stop()
        fetcher.close()

    assert (once, site.asked.count("/")) == (1, 2)
    assert not found.is_set()
    only_reads.close()
