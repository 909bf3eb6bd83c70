"""Another release of the program finds more on a page that nobody described: that is no flood, and news stays news."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest
from fakes import FakeFetcher, ManualClock

from monitor.channels import CHANNELS
from monitor.config.load import loads
from monitor.model import Item
from monitor.pipeline.build import Line, build
from monitor.sources import KINDS, default_endpoints, detect, knowledge
from monitor.store import SqliteStore, open_store

CONFIG = """
sources:
  - {name: sada, url: "https://sada.example/", endpoints: [{type: html, url: "https://sada.example/"}]}
  - {name: own, url: "https://own.example/", endpoints: [{type: html, url: "https://own.example/", list: {items: h2}}]}
  - {name: feed, url: "https://feed.example/", endpoints: [{type: feed, url: "https://feed.example/"}]}
rules: [{name: all, any: [الميناء], notify: [screen]}]
channels: [{name: screen, type: console}]
"""
TOWNS = (
    "سطات",
    "تازة",
    "طنجة",
    "أكادير",
    "وجدة",
    "العرائش",
    "الناظور",
    "آسفي",
    "خنيفرة",
    "كلميم",
    "صفرو",
    "بركان",
    "زاكورة",
)
KNOWN = [f"افتتاح معرض الكتاب الجهوي بمدينة {town} وسط حضور كبير" for town in TOWNS[:6]]
FURTHER = [f"حوار مطول مع مدير الميناء الجديد بمدينة {town} حول المشاريع" for town in TOWNS]
FRESH = "إغلاق الميناء في وجه الملاحة بسبب علو الأمواج هذا المساء"


def card(title: str, number: int) -> str:
    return f'<article><h2><a href="/akhbar/story-number-{number}-of-sada">{title}</a></h2><p>نص قصير عن الخبر.</p></article>'


def page(top: Sequence[str]) -> bytes:
    known = "".join(card(title, 100 + n) for n, title in enumerate(KNOWN))
    further = "".join(card(title, 300 + n) for n, title in enumerate(FURTHER))
    first = "".join(card(title, 500 + n) for n, title in enumerate(top))
    return f"<html><body><main><section class=last>{first}{known}</section><section class=talks>{further}</section></main></body></html>".encode()


class Program:
    """The program in one release after another."""

    def __init__(self, folder: Path, patch: pytest.MonkeyPatch) -> None:
        self.path, self.clock, self.patch = folder / "monitor.db", ManualClock(), patch
        self.fetcher = FakeFetcher(self.clock)
        self.store: SqliteStore = open_store(self.path)
        self.line: Line
        self.find = detect.find

    def start(self, release: str, *, sees_all: bool) -> None:
        """Start a release whose detector finds everything, or none of the talks."""

        def find(*given: object, **more: object) -> list[Item]:
            return [item for item in self.find(*given, **more) if sees_all or "حوار" not in item.title]

        self.patch.setattr(detect, "find", find)
        self.patch.setattr(knowledge, "version", lambda: release)
        self.store.close()
        self.store = open_store(self.path)
        config = loads(
            CONFIG, "monitor.yaml", source_kinds=KINDS, channel_kinds=CHANNELS,
            default_endpoints=default_endpoints, environ={}, credentials=None,
        )  # fmt: skip
        self.line = build(
            config, store=self.store, fetcher=self.fetcher, clock=self.clock, random=lambda: 0.5, owner="test"
        )
        self.store.sync(self.line.endpoints, self.clock())

    def poll(self, *top: str) -> list[str]:
        """Show the page a minute later, with new headlines on top, and return the titles of the alerts."""
        self.clock.advance(minutes=1)
        self.fetcher.answers["https://sada.example/"] = page(top)
        told = []
        for state in self.line.poller.claim(self.clock(), 9):
            result = self.line.poller.poll(state)
            assert not result.flood
            told += [alert.change.headline.title for alert in result.alerts]
        return told


@pytest.fixture
def program(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Program]:
    running = Program(tmp_path, monkeypatch)
    yield running
    running.store.close()


def test_what_only_the_new_release_sees_is_learned_and_what_is_new_is_told(program: Program) -> None:
    program.start("1", sees_all=False)
    program.poll()
    program.start("2", sees_all=True)

    assert program.poll(FRESH) == [FRESH]
    assert program.poll(FRESH) == []
    assert program.store.queries.counts().headlines == len(KNOWN) + len(FURTHER) + 1


def test_the_same_knowledge_is_no_reason_to_read_anew(program: Program) -> None:
    program.start("1", sees_all=True)
    program.poll()
    program.start("1", sees_all=True)

    assert [state.endpoint for state in program.store.poll_states() if state.baselined_at] == ["html"]


def test_only_pages_without_selectors_are_read_anew(program: Program) -> None:
    program.start("1", sees_all=True)
    before = {spec.source: spec.config_hash for spec in program.line.endpoints}
    program.start("2", sees_all=True)
    after = {spec.source: spec.config_hash for spec in program.line.endpoints}

    assert [source for source in before if before[source] != after[source]] == ["sada"]


def test_knowledge_has_another_name_when_a_recipe_changes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for folder in ("detect", "recipes/themes"):
        (tmp_path / folder).mkdir(parents=True)
    monkeypatch.setattr(knowledge, "files", lambda _package: tmp_path)
    names = []
    for selector in (".ticker a", ".bar a"):
        (tmp_path / "recipes" / "themes" / "marsa.yaml").write_text(selector)
        names.append(knowledge.version.__wrapped__())

    assert names[0] != names[1]
    assert knowledge.version.__wrapped__() == names[1]
