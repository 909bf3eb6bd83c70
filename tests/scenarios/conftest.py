"""Plays a scenario file through the real line: HTML and feeds, SQLite, diff, rules, outbox."""

from __future__ import annotations

import html
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from fakes import FakeChannel, FakeFetcher, ManualClock

from monitor.errors import FetchError
from monitor.match.rules import Rule, compile_rules
from monitor.model import EndpointSpec
from monitor.pipeline.deliver import Deliverer
from monitor.pipeline.flush import Flusher
from monitor.pipeline.poll import Poller
from monitor.ports import SiteContext
from monitor.route.plan import Hours, Route, Router
from monitor.sources import KINDS
from monitor.store import open_store
from monitor.values import Duration

ENDPOINTS = ("page", "feed")


def address(site: str, endpoint: str) -> str:
    return f"https://{site}.example/{'feed' if endpoint == 'feed' else ''}"


def expanded(entries: Iterable[Any]) -> Iterator[Any]:
    """Yield the entries; one with `numbers: [first, last]` stands for many, {n} for the number of each."""
    for entry in entries:
        if not isinstance(entry, dict) or not {"n", "numbers"} & entry.keys():
            yield entry
            continue
        first, last = entry.get("numbers") or (entry["n"], entry["n"])
        for n in range(first, last + 1):
            yield {
                key: str(value).replace("{n}", str(n)) for key, value in entry.items() if key not in {"n", "numbers"}
            }


class Player:
    """Sites with a page and a feed each, one desk, and the line between them."""

    def __init__(self, folder: Path, scenario: dict[str, Any]) -> None:
        self.scenario = scenario
        self.clock = ManualClock()
        self.fetcher = FakeFetcher(self.clock)
        self.channel = FakeChannel()
        self.site, self.hushed, self.held, self.bearers = "site", list[str](), list[str](), list[str]()
        self.reasons, self.polled = list[str](), list[str]()
        self.reading = "1"  # changes when the way endpoints are read does
        self.store = open_store(folder / "monitor.db")
        words = tuple(scenario.get("watch", ()))
        rules = [Rule(name="words", any=words, all=(), none=(), breaking=False, sources=())] if words else []
        if scenario.get("watch_ticker"):
            rules.append(Rule(name="ticker", any=(), all=(), none=(), breaking=True, sources=()))
        self.endpoints = scenario.get("endpoints", ["page"])
        self.sites = scenario.get("sites", ["site"])
        self._sync()
        route = Route(
            channels=("desk",),
            on_edit=scenario.get("on_edit", "matched"),
            repeat=scenario.get("repeat", "never"),
            min_sources=scenario.get("min_sources", 1),
        )
        router = Router(
            routes={rule.name: route for rule in rules},
            hours={"desk": Hours(zone=ZoneInfo("UTC"))},
        )
        self.poller = Poller(
            store=self.store,
            fetcher=self.fetcher,
            extractors={(site, name): self._extractor(site, name) for site in self.sites for name in ENDPOINTS},
            rules=compile_rules(rules),
            router=router,
            clock=self.clock,
            random=lambda: 0.5,
            owner="test",
            backlogs={"site": scenario.get("backlog", 0)},
            reappear_after=Duration(days=scenario["reappear_after_days"])
            if "reappear_after_days" in scenario
            else None,
        )
        channels = {"desk": self.channel}
        self.flusher = Flusher(store=self.store, channels=channels, rates={})
        self.deliverer = Deliverer(
            store=self.store, channels=channels, clock=self.clock, random=lambda: 0.5, owner="test"
        )

    def _sync(self) -> None:
        self.store.sync([self._spec(site, name) for site in self.sites for name in self.endpoints], self.clock())

    def relearn(self) -> None:
        """Read every endpoint in another way from now on, as after a change of selectors."""
        self.reading += "1"
        self._sync()

    def _spec(self, site: str, name: str) -> EndpointSpec:
        return EndpointSpec(
            source=site,
            name=name,
            kind="html" if name == "page" else "feed",
            url=address(site, name),
            config_hash=self.reading,
            every=Duration(seconds=30),
        )

    def _extractor(self, site: str, name: str) -> Any:
        context = SiteContext(source=site, zone=ZoneInfo("UTC"))
        if name == "feed":
            return KINDS["feed"].build(KINDS["feed"].options(type="feed", url=address(site, name)), context)
        from monitor.sources.html import Region

        options = KINDS["html"].options(
            type="html",
            url=address(site, name),
            ticker=Region(items=".ticker li", container=".ticker"),
            list=Region(items="article"),
        )
        return KINDS["html"].build(options, context)

    def step(self, poll: dict[str, Any]) -> tuple[list[str], list[str], list[str]]:
        """Play one poll; return what changed, what was sent, and how each endpoint fared."""
        self.clock.advance(minutes=poll.get("minutes", 1), days=poll.get("days", 0))
        if poll.get("relearn"):
            self.relearn()
        self.site = poll.get("site", self.sites[0])
        self.fetcher.answers = {
            address(self.site, "page"): self._page(poll),
            address(self.site, "feed"): self._feed(poll),
        }
        self.hushed, self.held, self.bearers, self.reasons, self.polled = [], [], [], [], []
        already = len(self.channel.titles)
        changes, outcomes = [], []
        for state in self.poller.claim(self.clock(), 10):
            result = self.poller.poll(state)
            self.polled.append(state.endpoint)
            outcomes.append(str(result.outcome))
            self.held += [alert.change.headline.title for alert in result.alerts if alert.flood]
            self.bearers += [alert.change.headline.title for alert in result.alerts if alert.held_beside]
            self.hushed += [alert.change.headline.title for alert in result.alerts if alert.dropped]
            self.reasons += [result.flood.reason] if result.flood else []
            changes += [f"{change.kind}: {change.headline.title}" for change in result.changes]
        self.flush()
        return changes, self.channel.titles[already:], outcomes

    def flush(self) -> None:
        """Send what is due."""
        while self.flusher.step(self.clock()):
            pass
        while self.deliverer.step("desk", "42", self.clock()):
            pass

    def _page(self, poll: dict[str, Any]) -> bytes | FetchError | None:
        if "status" in poll:
            return FetchError(f"site.example answered {poll['status']}", kind="status", status=poll["status"])
        if "raw" in poll:
            return str(poll["raw"]).encode()
        if "ticker" not in poll and "list" not in poll:
            return None
        bar = "".join(f"<li>{self._anchor(item)}</li>" for item in expanded(poll.get("ticker", ())))
        cards = "".join(f"<article><h2>{self._anchor(item)}</h2></article>" for item in expanded(poll.get("list", ())))
        return f'<html><body><div class="ticker"><ul>{bar}</ul></div>{cards}</body></html>'.encode()

    def _anchor(self, item: Any) -> str:
        item = self._item(item)
        inner = item.get("html") or html.escape(item["title"])
        return f'<a href="{html.escape(item["link"])}">{inner}</a>' if "link" in item else f"<span>{inner}</span>"

    def _feed(self, poll: dict[str, Any]) -> bytes | FetchError | None:
        if "status" in poll:
            return FetchError(f"site.example answered {poll['status']}", kind="status", status=poll["status"])
        if "feed" not in poll:
            return None
        entries = "".join(self._entry(self._item(item)) for item in expanded(poll["feed"]))
        return (
            '<?xml version="1.0" encoding="UTF-8"?><rss version="2.0"><channel><title>site</title>'
            f"<link>{address(self.site, 'page')}</link><description>d</description>{entries}</channel></rss>"
        ).encode()

    def _entry(self, item: dict[str, Any]) -> str:
        guid = f"<guid isPermaLink='false'>{html.escape(item['guid'])}</guid>" if "guid" in item else ""
        date = f"<pubDate>{item['date']}</pubDate>" if "date" in item else ""
        return (
            f"<item><title>{html.escape(item['title'])}</title>"
            f"<link>{html.escape(item['link'])}</link>{guid}{date}</item>"
        )

    def _item(self, item: Any) -> dict[str, Any]:
        if isinstance(item, str):
            item = self.scenario["headlines"][item]
        link = item.get("link")
        return {**item, "link": link if "//" in link else f"https://{self.site}.example{link}"} if link else item


@contextmanager
def played(scenario: dict[str, Any]) -> Iterator[Player]:
    memory = Path("/dev/shm")  # hundreds of databases that wait for no disk
    with TemporaryDirectory(dir=memory if memory.is_dir() else None) as folder:
        player = Player(Path(folder), scenario)
        yield player
        player.store.close()


@pytest.fixture
def player(request: pytest.FixtureRequest) -> Iterator[Player]:
    with played(request.param) as player:
        yield player
