"""A site whose articles may be slow or missing, and the line that reads them, up to the outbox."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from fakes import FakeChannel, FakeFetcher, ManualClock

from monitor.match.rules import Rule, compile_rules
from monitor.model import Alert, EndpointSpec, Item, Message, Request, Section
from monitor.pipeline.articles import Articles, Depth
from monitor.pipeline.flush import Flusher
from monitor.pipeline.pages import Pages, Site
from monitor.pipeline.poll import Poller
from monitor.pipeline.unread import Unread
from monitor.ports import SiteContext
from monitor.route.plan import Hours, Route, Router
from monitor.store import SqliteStore, open_store
from monitor.values import Duration

HOME = "https://marsa.example"
TITLE = "ميناء العيون يفتح رصيفا جديدا أمام سفن الصيد"
LEAD = "قالت إدارة ميناء العيون إن الرصيف الجديد يتسع لأربعين مركبا، وإن الأشغال انتهت قبل موعدها بشهر."
PAGE = f"""<html><head><meta charset="utf-8"></head><body>
<p class="date">الاثنين 2 مارس 2026 على الساعة 07:40</p><h1>{TITLE}</h1><p>{LEAD}</p></body></html>""".encode()


class KeepingChannel(FakeChannel):
    """Remembers the alerts it was asked to write."""

    def __init__(self) -> None:
        super().__init__(name="desk")
        self.alerts: list[Alert] = []

    def render(self, alerts, now) -> list[Message]:
        self.alerts += alerts
        return list(super().render(alerts, now))


@dataclass
class SlowFetcher(FakeFetcher):
    """Answers `slow` addresses when `go` is set."""

    slow: set[str] = field(default_factory=set)
    go: threading.Event = field(default_factory=threading.Event)
    begun: threading.Semaphore = field(default_factory=lambda: threading.Semaphore(0))

    def fetch(self, request, *, etag, last_modified):
        self.begun.release()
        if request.url in self.slow:
            assert self.go.wait(20)
        return FakeFetcher.fetch(self, request, etag=etag, last_modified=last_modified)


class Shown:
    """A page that shows what it is told."""

    def __init__(self) -> None:
        self.items: list[Item] = []

    def request(self):
        return Request(url=f"{HOME}/")

    def extract(self, page):
        return self.items


class Desk:
    """A site, a rule for everything it shows, a channel, and the line between them up to the outbox."""

    def __init__(
        self, path: Path, depth: Depth = "lead", rules: Sequence[Rule] = (Rule(name="all", breaking=True),)
    ) -> None:
        self.clock = ManualClock()
        self.pages = SlowFetcher(self.clock)
        self.front = FakeFetcher(self.clock, answers={f"{HOME}/": b"front"})
        self.shown = Shown()
        self.channel = KeepingChannel()
        self.listed_at: datetime | None = None  # when the list says its headlines were published
        self.pool = ThreadPoolExecutor(4)
        self.depth, self.rules = depth, compile_rules(rules)
        self.start(path)
        self.store.sync([_spec()], self.clock())
        self.poll()

    def start(self, path: Path) -> None:
        self.store: SqliteStore = open_store(path)
        names = [one.rule.name for one in self.rules.rules]
        router = Router(
            routes={name: Route(channels=("desk",)) for name in names}, hours={"desk": Hours(zone=ZoneInfo("UTC"))}
        )
        context = SiteContext(source="marsa", zone=ZoneInfo("Africa/Casablanca"))
        pages = Pages(
            fetcher=self.pages,
            sites={"marsa": Site(context=context, hosts=frozenset({"marsa.example"}))},
            whole=self.depth == "full",
            searched=any("body" in one.rule.parts for one in self.rules.rules),
        )
        self.articles = Articles(
            store=self.store,
            pages=pages,
            pool=self.pool,
            clock=self.clock,
            depths=dict.fromkeys(names, self.depth),
        )
        self.unread = Unread(
            store=self.store,
            pages=pages,
            pool=self.pool,
            clock=self.clock,
            articles=self.articles,
            rules=self.rules,
            router=router,
        )
        self.flusher = Flusher(store=self.store, channels={"desk": self.channel}, rates={}, articles=self.articles)
        self.poller = Poller(
            store=self.store,
            fetcher=self.front,
            extractors={("marsa", "page"): self.shown},
            rules=self.rules,
            router=router,
            clock=self.clock,
            random=lambda: 0.5,
            owner="test",
            reads_articles=True,
        )

    def publish(self, *paths: str, later: float = 60) -> None:
        """Show headlines, the first with the title of the page behind it, and poll so many seconds later."""
        for path in paths:
            url = path if "//" in path else HOME + path
            title = TITLE if len(self.shown.items) == 0 else f"{TITLE} – الجزء {len(self.shown.items) + 1}"
            self.pages.answers.setdefault(url, PAGE)
            self.shown.items.insert(
                0,
                Item(title=title, section=Section.TICKER, url=url, breaking=True, published_at=self.listed_at),
            )
        self.clock.advance(seconds=later)
        self.store.make_due(self.clock())
        self.front.answers[f"{HOME}/"] = str(self.clock()).encode()
        self.poll()

    def poll(self) -> None:
        self.poller.step(self.clock())

    def step(self) -> int:
        return self.flusher.step(self.clock())

    def read(self) -> None:
        """Read all articles that are to be matched now."""
        while self.unread.step(self.clock()) or self.unread.wait():
            pass

    def send(self) -> list[Alert]:
        """Step until nothing is read any more, without letting time pass."""
        while self.step() or self.articles.wait():
            pass
        return self.channel.alerts

    @property
    def asked(self) -> list[str]:
        return [request.url for request, _, _ in self.pages.asked]

    def close(self) -> None:
        self.pages.go.set()
        self.pool.shutdown()
        self.store.close()


def _spec() -> EndpointSpec:
    return EndpointSpec(
        source="marsa", name="page", kind="html", url=f"{HOME}/", config_hash="1", every=Duration(seconds=30)
    )
