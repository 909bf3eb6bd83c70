"""A source that gets another name in the configuration goes on as the same, after a reload and after a restart."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from fakes import FakeFetcher, ManualClock

from monitor.channels import CHANNELS
from monitor.config.load import loads
from monitor.pipeline.build import Line, build
from monitor.sources import KINDS, default_endpoints
from monitor.store import SqliteStore, open_store

CONFIG = """
sources:
  - {{name: {name}, url: "https://marsa.example/", endpoints: [{{type: html, name: {page}, url: "https://marsa.example/", list: {{items: article}}}}]}}
rules: [{{name: port, any: [الميناء], notify: [screen], on_edit: notify}}]
channels: [{{name: screen, type: console}}]
"""
OLD = ["افتتاح الميناء الجديد أمام سفن الصيد", "أسعار السمك ترتفع قبيل العيد", "الريح تؤخر رحلة العبارة"]


class Desk:
    def __init__(self, folder: Path) -> None:
        self.path, self.clock = folder / "monitor.db", ManualClock()
        self.fetcher = FakeFetcher(self.clock)
        self.store: SqliteStore = open_store(self.path)
        self.line: Line

    def load(self, name: str, page: str = "page") -> None:
        """Use the configuration, as a reload does."""
        config = loads(
            CONFIG.format(name=name, page=page), "monitor.yaml", source_kinds=KINDS, channel_kinds=CHANNELS,
            default_endpoints=default_endpoints, environ={}, credentials=None,
        )  # fmt: skip
        self.line = build(
            config, store=self.store, fetcher=self.fetcher, clock=self.clock, random=lambda: 0.5, owner="test"
        )
        self.store.sync(self.line.endpoints, self.clock())

    def restart(self, name: str, page: str = "page") -> None:
        self.store.close()
        self.store = open_store(self.path)
        self.store.release_leases()
        self.load(name, page)

    def poll(self, titles: list[str]) -> list[str]:
        """Show headlines a minute later and return what happened."""
        self.clock.advance(minutes=1)
        cards = "".join(f'<article><a href="/n/{n + 1}">{t}</a></article>' for n, t in enumerate(titles) if t)
        self.fetcher.answers["https://marsa.example/"] = f"<html><body>{cards}</body></html>".encode()
        (state,) = self.line.poller.claim(self.clock(), 9)
        result = self.line.poller.poll(state)
        return [f"{change.kind} {len(result.alerts)}: {change.headline.title}" for change in result.changes]


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    opened = Desk(tmp_path)
    opened.load("marsa")
    yield opened
    opened.store.close()


@pytest.mark.parametrize("names", [("port", "page"), ("marsa", "front"), ("port", "front")])
@pytest.mark.parametrize("way", ["load", "restart"])
def test_a_renamed_source_tells_what_is_new_or_edited_meanwhile_and_nothing_else(
    desk: Desk, way: str, names: tuple[str, str]
) -> None:
    desk.poll(OLD)
    getattr(desk, way)(*names)

    edited = OLD[0].replace("سفن الصيد", "سفن الصيد والنزهة")
    assert desk.poll([edited, *OLD[1:]]) == [f"edited 1: {edited}"]
    assert desk.poll([edited, *OLD[1:], "إغلاق الميناء بسبب علو الأمواج"]) == ["new 1: إغلاق الميناء بسبب علو الأمواج"]
    assert desk.store.queries.counts().headlines == 4
