"""A real site, a real fetcher, a real database."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from fakes import ManualClock
from servers.newsite import NewsSite

from monitor.channels import CHANNELS
from monitor.config.load import loads
from monitor.fetch.client import HttpFetcher, Limits
from monitor.fetch.resolve import PoolResolver
from monitor.pipeline.build import build
from monitor.pipeline.discover import Explorer, Survey
from monitor.ports import SiteContext
from monitor.sources import KINDS, default_endpoints
from monitor.store import open_store
from monitor.store.store import SqliteStore


@pytest.fixture
def site() -> Iterator[NewsSite]:
    with NewsSite() as one:
        yield one


@pytest.fixture
def fetcher() -> Iterator[HttpFetcher]:
    with ThreadPoolExecutor(2) as pool:
        client = HttpFetcher(
            clock=lambda: datetime.now(UTC),
            resolver=PoolResolver(pool),
            user_agent="headline-monitor/test",
            allow_private=("127.0.0.0/8",),
            limits=Limits(seconds=0.4),
        )
        yield client
        client.close()


@pytest.fixture
def pauses() -> list[float]:
    return []


@pytest.fixture
def explorer(fetcher: HttpFetcher, pauses: list[float]) -> Explorer:
    return Explorer(
        fetcher=fetcher, clock=lambda: datetime.now(UTC), pause=pauses.append, agent="headline-monitor/test"
    )


@pytest.fixture
def explore(explorer: Explorer) -> Callable[..., Survey]:
    def look(url: str, *, wanted: int = 2, **context: object) -> Survey:
        return explorer.explore(url, SiteContext(source="sada", zone=ZoneInfo("UTC"), **context), wanted=wanted)

    return look


@pytest.fixture
def store(tmp_path: Path) -> Iterator[SqliteStore]:
    opened = open_store(tmp_path / "monitor.db")
    yield opened
    opened.close()


class Newsroom:
    """A configuration with nothing but the site's address, and the line built from it, stepped by hand."""

    CONFIG = """
sources:
  - {{name: sada, url: "{url}/", every: 30s{more}}}
rules:
  - {{name: port, any: [الميناء], notify: [screen]}}
channels:
  - {{name: screen, type: console}}
"""

    def __init__(self, url: str, store: SqliteStore, fetcher: HttpFetcher, more: str = "") -> None:
        text = self.CONFIG.format(url=url, more=f", {more}" if more else "")
        self.config = loads(
            text, "monitor.yaml", source_kinds=KINDS, channel_kinds=CHANNELS, default_endpoints=default_endpoints,
            environ={}, credentials=None,
        )  # fmt: skip
        self.store, self.fetcher = store, fetcher
        self.clock = ManualClock(datetime.now(UTC))
        self.notices: list[str] = []
        self.build()

    def build(self) -> None:
        """Build the line as a start or a reload does."""
        self.line = build(
            self.config, store=self.store, fetcher=self.fetcher, clock=self.clock, random=lambda: 0.5, owner="test"
        )
        self.store.sync(self.line.endpoints, self.clock())

    @property
    def endpoints(self) -> dict[str, str]:
        return {spec.name: spec.url for spec in self.line.endpoints}

    def poll(self) -> dict[str, str]:
        """Poll every endpoint once, half a minute later, and return how it went."""
        self.clock.advance(seconds=30)
        self.store.make_due(self.clock())
        states = self.line.poller.claim(self.clock(), 20)
        return {result.state.endpoint: str(result.outcome) for result in map(self.line.poller.poll, states)}

    def scout(self) -> list[str]:
        """Look for endpoints where that is due, follow what was found, and return the sources looked at."""
        due = list(self.line.scout.due(self.clock()))
        for name in due:
            finding = self.line.scout.look(name)
            self.notices += [finding.notice] if finding.notice else []
            if finding.changed:
                self.build()
        return due

    def alerts(self) -> list[str]:
        return [alert.change.headline.title for alert in self.store.due_alerts(self.clock(), 100)]


@pytest.fixture
def newsroom(site: NewsSite, store: SqliteStore, fetcher: HttpFetcher) -> Callable[..., Newsroom]:
    return lambda more="", url=site.url: Newsroom(url, store, fetcher, more)
