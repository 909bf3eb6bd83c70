"""What the operator hears: each incident once, its end once, nothing while our own network is down."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from fakes import FakeChannel, ManualClock
from store import building

from monitor.errors import StoreUnavailable
from monitor.model import Alert, Discovery, PollOutcome, RetryLater, Trouble
from monitor.pipeline.deliver import Deliverer
from monitor.pipeline.operate import Operator
from monitor.store import open_store

MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
SITES = [f"site{n}" for n in range(6)]


class World:
    """Sites that are polled every half minute, a desk and an operator."""

    def __init__(self, folder: Path) -> None:
        self.clock = ManualClock()
        self.store = open_store(folder / "monitor.db")
        self.store.sync([building.spec(site) for site in SITES], self.clock())
        self.ops, self.desk = FakeChannel(name="ops", recipients=("7",)), FakeChannel()
        self.full: str | None = None
        self.deliverer = Deliverer(
            store=self.store,
            channels={"ops": self.ops, "desk": self.desk},
            clock=self.clock,
            random=lambda: 0.5,
            owner="test",
        )
        self.operator = self.start()
        self.run(MINUTE)

    def start(self) -> Operator:
        return Operator(
            store=self.store,
            channel=self.ops,
            started=self.clock(),
            own=lambda: [Trouble(key="disk", text=self.full)] if self.full else [],
            channels=[self.desk],
        )

    def run(self, span: timedelta, failing: Sequence[str] = ()) -> None:
        end = self.clock() + span
        while self.clock() < end:
            self.clock.advance(seconds=30)
            self.poll(failing)
            self.operator.step(self.clock())
            for pair in self.store.due_recipients(self.clock()):
                while self.deliverer.step(*pair, self.clock()):
                    pass

    def poll(self, failing: Sequence[str]) -> None:
        now = self.clock()
        self.store.make_due(now)
        for state in self.store.claim_polls("me", now, building.LEASE, 20):
            result = building.good(replace(state, failures=0, last_error=None), now)
            if state.source in failing:
                failed = replace(state, last_poll_at=now, failures=state.failures + 1, last_error="no answer in 20 s")
                result = replace(result, state=failed, outcome=PollOutcome.FAILED, error=failed.last_error)
            self.store.commit_poll(result)

    def news(self, numbers: Sequence[int], channels: Sequence[str] = ()) -> list[Alert]:
        self.store.make_due(self.clock())
        return building.poll(
            self.store, self.clock(), [building.headline(n, source=SITES[0]) for n in numbers], channels
        )

    @property
    def told(self) -> list[str]:
        return [line for _, delivery, _ in self.ops.sent for line in delivery.message.body.split("\n")]


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    one = World(tmp_path)
    yield one
    one.store.close()


def test_a_source_that_fails_is_told_once_and_its_recovery_once(world: World) -> None:
    world.run(2 * HOUR, ["site0"])
    assert len(world.told) == 1
    assert world.told[0].startswith("source 'site0' cannot be read (well last at 2026-03-02 08:01 UTC): no answer")
    assert world.ops.sent[0][2] - building.START <= 5 * MINUTE

    world.run(HOUR)
    assert len(world.told) == 2
    assert world.told[1].startswith("over: source 'site0'")


def test_a_source_that_flaps_is_not_told_more_than_once_an_hour(world: World) -> None:
    for _ in range(12):
        world.run(5 * MINUTE, ["site0"])
        world.run(5 * MINUTE)
    assert len(world.told) <= 4


def test_a_short_failure_is_not_told(world: World) -> None:
    world.run(2 * MINUTE, ["site0"])
    world.run(HOUR)
    assert world.told == []


def test_nothing_is_told_while_our_own_network_is_down_nor_when_it_is_back(world: World) -> None:
    world.run(40 * MINUTE, SITES)
    world.run(2 * MINUTE, SITES[:2])
    world.run(HOUR)
    assert world.told == []


def test_when_most_sources_fail_for_an_hour_and_the_operator_can_be_told_it_is_one_message(world: World) -> None:
    world.run(3 * HOUR, SITES)
    assert world.told == ["most sources cannot be read; probably this machine's own network is down"]
    world.run(HOUR)
    assert len(world.told) == 2


def test_two_sources_that_fail_together_are_one_message(world: World) -> None:
    world.run(HOUR, SITES[:2])
    assert len(world.told) == 2
    assert len(world.ops.sent) == 1


def test_a_database_that_cannot_be_written_is_told_past_it_once_an_hour_and_when_it_can(world: World) -> None:
    with closing(sqlite3.connect(world.store._database.path, isolation_level=None)) as other:
        world.store._database._connection.execute("PRAGMA busy_timeout=1")
        other.execute("BEGIN IMMEDIATE")
        for _ in range(8):
            world.clock.advance(minutes=10)
            with pytest.raises(StoreUnavailable):
                world.operator.step(world.clock())
        other.execute("ROLLBACK")

    assert [line for line in world.told if "nothing can be saved" in line] == world.told
    assert len(world.told) == 2
    assert "locked by another program" in world.told[0]
    world.run(2 * MINUTE)
    assert "can be saved again" in world.told[2]
    assert len(world.told) == 3


def test_a_restart_tells_nothing_again(world: World) -> None:
    world.run(HOUR, ["site0"])
    world.operator = world.start()
    world.run(HOUR, ["site0"])
    assert len(world.told) == 1


def test_a_channel_that_fails_is_told_through_the_operators(world: World) -> None:
    alerts = world.news([1], ["desk"])
    world.store.freeze([building.delivery(alerts, world.clock())])
    world.desk.outcomes = [RetryLater(reason="answered 500: down")] * 20
    world.run(HOUR)
    assert world.told[0] == "channel 'desk' cannot tell '42' anything: answered 500: down"


def test_a_source_that_is_silent_beyond_its_own_rhythm_is_told(world: World) -> None:
    for n in range(30):
        world.news([n])
        world.clock.advance(minutes=30)
    world.clock.advance(hours=4)
    world.run(MINUTE)
    assert world.told == []
    world.clock.advance(hours=3)
    world.run(30 * MINUTE)
    assert "source 'site0' has had nothing new since 2026-03-02 22:31 UTC" in world.told[0]


def test_a_found_endpoint_that_died_is_told(world: World) -> None:
    at = world.clock()
    look = Discovery(source="site1", url="https://site1.example/", looked_at=at, next_look_at=at + HOUR)
    world.store.save_discovery(replace(look, trouble=("feed",), notice="feed failed 3 times: 404"))
    world.run(2 * MINUTE)
    assert world.told == ["source 'site1': feed failed 3 times: 404"]


def test_a_full_disk_and_a_clock_that_was_set_are_told(world: World) -> None:
    world.full = "only 12 MB are free on the disk"
    world.operator.happened("clock", "the machine's clock was set by 3600 s", world.clock())
    world.run(5 * MINUTE)
    world.full = None
    world.run(5 * MINUTE)
    assert sorted(world.told) == [
        "only 12 MB are free on the disk",
        f"over: only 12 MB are free on the disk (since {world.ops.sent[0][2]:%Y-%m-%d %H:%M} UTC)",
        "the machine's clock was set by 3600 s",
    ]


def test_a_template_that_cannot_be_used_is_told_once_and_its_end_too(world: World) -> None:
    world.desk.trouble = "its template cannot be used, alerts have the built-in form: no such thing"
    world.run(90 * MINUTE)
    assert world.told == [f"channel 'desk': {world.desk.trouble}"]
    world.desk.trouble = None
    world.run(2 * MINUTE)
    assert world.told[1].startswith("over: channel 'desk': its template")
