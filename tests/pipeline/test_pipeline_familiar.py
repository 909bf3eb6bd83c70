"""Deciding only what is new on a page comes to the same as deciding all of it."""

from __future__ import annotations

import json
import random
from dataclasses import dataclass, field
from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest
from fakes import ManualClock

from monitor.match.rules import Rule, compile_rules
from monitor.model import EndpointSpec, Fetched, Item, Request, Section
from monitor.pipeline.familiar import LastPages
from monitor.pipeline.poll import Poller
from monitor.route.plan import Hours, Route, Router
from monitor.sources.packed import Packed
from monitor.store import open_store
from monitor.values import Duration

ENDPOINTS = ("front", "sport")
WORDS = ("ميناء", "Fès", "harbour", "council", "زلزال", "budget", "ferry", "طنجة", "storm", "vote")


@dataclass
class Line:
    """A source with two pages, polled by one poller; `shown` is what they show."""

    store: object
    pages: LastPages
    shown: dict[str, list[Item]]
    clock: ManualClock
    poller: Poller = field(init=False)

    def __post_init__(self) -> None:
        specs = [
            EndpointSpec(source="marsa", name=name, kind="html", url=f"https://marsa.example/{name}", config_hash="1",
                         every=Duration(seconds=30))
            for name in ENDPOINTS
        ]  # fmt: skip
        self.store.sync(specs, self.clock())
        self.poller = Poller(
            store=self.store,
            fetcher=self,
            extractors={("marsa", name): Reader(name, self.shown) for name in ENDPOINTS},
            rules=compile_rules([Rule(name="sea", any=("ميناء", "harbour", "Fès"))]),
            router=Router(routes={"sea": Route(channels=("desk",))}, hours={"desk": Hours(zone=ZoneInfo("UTC"))}),
            clock=self.clock,
            random=lambda: 0.5,
            owner="test",
            pages=self.pages,
        )

    def fetch(self, request: Request, *, etag: str | None, last_modified: str | None) -> Fetched:
        del etag, last_modified
        shown = self.shown[request.url.rpartition("/")[2]]
        return Fetched(
            url=request.url, final_url=request.url, status=200, content_type=None, etag=None, last_modified=None,
            body=json.dumps([repr(item) for item in shown]).encode(), fetched_at=self.clock(), elapsed_ms=1,
        )  # fmt: skip

    def poll(self) -> list[tuple[object, ...]]:
        """Poll what is due and return what happened."""
        found = []
        while result := self.poller.step(self.clock()):
            found.append(
                (
                    result.state.endpoint,
                    result.outcome,
                    result.error,
                    [(one.id, one.kind, one.headline.title, one.previous_title) for one in result.changes],
                    sorted((one.headline.key, one.headline.title, *sorted(one.new_keys)) for one in result.upserts),
                    sorted(alert.id for alert in result.alerts),
                )
            )
        return found


@dataclass
class Reader:
    name: str
    shown: dict[str, list[Item]]
    last: Packed = field(default_factory=Packed)

    def request(self) -> Request:
        return Request(url=f"https://marsa.example/{self.name}")

    def extract(self, page: Fetched) -> Packed:
        """Return the same object as long as the page shows the same, as the extractors do."""
        del page
        if self.last != self.shown[self.name]:
            self.last = Packed(self.shown[self.name])
        return self.last


class Editor:
    """Changes what two pages show."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)
        self.number = 331500
        self.shown = {name: [self.headline() for _ in range(14)] for name in ENDPOINTS}

    def headline(self) -> Item:
        self.number += 1
        title = f"{' '.join(self.random.sample(WORDS, 4))} {self.number % 7}"
        url = self.random.choice(["/n/{0}", "/n/{0}/slug-of-it", "/sea/the-slug-of-number-{0}", "/n/{0}?page=2"])
        return self.item(title, f"https://marsa.example{url.format(self.number)}")

    def item(self, title: str, url: str | None) -> Item:
        section = self.random.choice([Section.TICKER, Section.LIST, Section.LIST])
        return Item(title=title, section=section, url=url, breaking=section is Section.TICKER)

    def work(self) -> None:
        items = self.shown[self.random.choice(ENDPOINTS)]
        one = self.random.choice(items) if items else self.headline()
        match self.random.randrange(10):
            case 0 | 1 | 2:
                items.insert(0, self.headline())
            case 3:
                items.insert(0, self.headline())
                items.pop()
            case 4 if len(items) > 6:
                items.remove(one)
            case 5:  # the same address under another title
                items.insert(0, self.item(self.headline().title, one.url))
            case 6:  # the same title under another address
                items.append(self.item(one.title, self.headline().url))
            case 7:
                items.append(self.item(one.title, None))
            case 8:
                items[:] = [self.item(item.title + " اليوم", item.url) if item is one else item for item in items]
            case 9:
                self.shown[self.random.choice(ENDPOINTS)].append(one)


@pytest.mark.parametrize("seed", range(6))
def test_news_alone_and_whole_pages_are_decided_alike(tmp_path, seed):
    editor, clock = Editor(seed), ManualClock()
    whole, news = (
        Line(open_store(tmp_path / f"{minutes}.db"), LastPages(timedelta(minutes=minutes)), editor.shown, clock)
        for minutes in (0, 15)
    )
    for _ in range(60):
        assert news.poll() == whole.poll()
        for _ in range(editor.random.randrange(4)):
            editor.work()
        clock.advance(seconds=31)
    whole.store.close()
    news.store.close()


def test_what_is_familiar_is_not_asked_for_again(tmp_path):
    editor, clock = Editor(1), ManualClock()
    line = Line(open_store(tmp_path / "m.db"), LastPages(), editor.shown, clock)
    asked = []
    recall = line.store.recall
    line.store.recall = lambda source, keys: asked.append(len(keys)) or recall(source, keys)
    line.poll()
    for _ in range(2):
        clock.advance(seconds=31)
        editor.shown["front"].insert(0, editor.headline())
        line.poll()
    assert asked[0] > 14
    assert asked[-1] <= 4
    line.store.close()
