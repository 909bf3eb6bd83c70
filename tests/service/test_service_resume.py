"""After a machine slept, or its clock was set, polls go on in the order and at the distances they had."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from monitor.model import EndpointSpec, PollOutcome, PollResult
from monitor.service.clock import SteadyClock
from monitor.store import SqliteStore, open_store

EVERY = timedelta(seconds=60)
SITES = 60


class Machine:
    """Wall clock and running time, apart."""

    def __init__(self) -> None:
        self.wall, self.running = datetime(2026, 3, 2, 8, 0, tzinfo=UTC), 0.0

    def run(self, seconds: float) -> None:
        self.wall += timedelta(seconds=seconds)
        self.running += seconds


@pytest.fixture
def store(tmp_path: Path) -> Iterator[SqliteStore]:
    opened = open_store(tmp_path / "monitor.db")
    yield opened
    opened.close()


def poll_due(store: SqliteStore, now: datetime) -> int:
    """Poll everything that is due and return how much that was."""
    due = store.claim_polls("me", now, timedelta(minutes=5), 1000)
    for state in due:
        after = replace(state, next_poll_at=now + EVERY, last_poll_at=now, last_ok_at=now)
        store.commit_poll(
            PollResult(owner="me", state=after, outcome=PollOutcome.UNCHANGED, at=now, elapsed_ms=1, revision=0)
        )
    return len(due)


@pytest.mark.parametrize("jump", [timedelta(hours=8), timedelta(days=400), timedelta(hours=-3), timedelta(days=-400)])
def test_no_burst_follows_a_sleep_or_a_jump_and_nothing_stops(store: SqliteStore, jump: timedelta) -> None:
    machine = Machine()
    clock = SteadyClock(lambda: machine.wall, lambda: machine.running)
    store.sync(
        [
            EndpointSpec(source=f"s{n}", name="page", kind="html", url="", config_hash="1", every=EVERY)
            for n in range(SITES)
        ],
        clock(),
    )
    for _ in range(60):
        poll_due(store, clock())
        machine.run(1)
    spread = [_second(store, machine, clock) for _ in range(60)]

    machine.wall += jump  # and the machine was not running, or its clock was set
    found = clock.jump()
    assert found == jump
    store.shift_due(found, clock())
    clock.follow()

    assert [_second(store, machine, clock) for _ in range(60)] == spread
    assert sum(spread) == SITES


def _second(store: SqliteStore, machine: Machine, clock: SteadyClock) -> int:
    polled = poll_due(store, clock())
    machine.run(1)
    return polled
