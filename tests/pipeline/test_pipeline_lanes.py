"""Two channels that write to one Telegram group keep its pace together, in a running service and in a single pass."""

from __future__ import annotations

from datetime import datetime, timedelta
from itertools import pairwise
from pathlib import Path

import pytest
from fakes import FakeFetcher, ManualClock
from servers.telegram import TOKEN, TelegramServer
from store import building

from monitor.channels import CHANNELS
from monitor.config.load import loads
from monitor.pipeline.build import Line, build
from monitor.service.once import send_all
from monitor.sources import KINDS, default_endpoints
from monitor.store import SqliteStore, open_store

GROUP = "-1001234567890"
CONFIG = f"""
sources: [{{name: marsa, url: "https://marsa.example/", discover: false}}]
rules: [{{name: ports, any: [الميناء], notify: [desk, team]}}]
channels:
  - {{name: desk, url: "tgram://{TOKEN}/{GROUP}"}}
  - {{name: team, url: "tgram://{TOKEN}/{GROUP}"}}
"""


class Group(TelegramServer):
    """Keeps when each message came, by the test's clock."""

    def __init__(self, clock: ManualClock) -> None:
        super().__init__()
        self.clock, self.times = clock, list[datetime]()

    def accept(self, message: object) -> None:
        self.times.append(self.clock())
        super().accept(message)

    @property
    def nearest(self) -> timedelta:
        return min(later - earlier for earlier, later in pairwise(self.times))


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


@pytest.fixture
def group(clock: ManualClock, monkeypatch: pytest.MonkeyPatch):
    from apprise.plugins.telegram import NotifyTelegram

    with Group(clock) as server:
        monkeypatch.setattr(NotifyTelegram, "notify_url", f"{server.url}/bot")
        yield server


@pytest.fixture
def store(tmp_path: Path):
    opened = open_store(tmp_path / "monitor.db")
    opened.sync([building.spec()], building.START)
    yield opened
    opened.close()


@pytest.fixture
def line(store: SqliteStore, clock: ManualClock) -> Line:
    config = loads(
        CONFIG, "monitor.yaml", source_kinds=KINDS, channel_kinds=CHANNELS, default_endpoints=default_endpoints,
        environ={}, credentials=None,
    )  # fmt: skip
    return build(config, store=store, fetcher=FakeFetcher(clock), clock=clock, random=lambda: 0.5, owner="test")


def tell(store: SqliteStore, numbers: range) -> None:
    alerts = building.poll(store, building.START, [building.headline(n) for n in numbers], ["desk", "team"])
    for one in alerts:
        store.freeze([building.delivery([one], recipient=f"tgram {GROUP}", channel=one.channel)])


def test_a_running_service_never_sends_sooner_than_the_group_allows(store, line, group, clock) -> None:
    tell(store, range(3))
    for _ in range(100):
        for pair in store.due_recipients(clock()):
            while line.deliverer.step(*pair, clock()):
                pass
        clock.advance(seconds=0.25)
    assert len(group.messages) == 6
    assert group.nearest >= timedelta(seconds=3)


def test_a_single_pass_waits_and_leaves_nothing_behind(store, line, group, clock) -> None:
    tell(store, range(1))
    send_all(line, store, clock, lambda seconds: clock.advance(seconds=seconds) and None)
    assert len(group.messages) == 2
    assert group.nearest >= timedelta(seconds=3)


def test_who_shares_the_group_waits_for_as_long_as_it_asked(store, line, group, clock) -> None:
    tell(store, range(1))
    group.fail_flood(37)
    for _ in range(200):
        for pair in store.due_recipients(clock()):
            while line.deliverer.step(*pair, clock()):
                pass
        if clock() - building.START < timedelta(seconds=37):
            assert len(group.calls) == 1
        clock.advance(seconds=0.25)
    assert len(group.messages) == 2
