"""After our own network was down, failing endpoints are asked at once and not when their patience is over."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from store import building
from store.building import LEASE, START

from monitor.cadence.polling import Turn, after_failure
from monitor.errors import SourceError
from monitor.model import PollOutcome
from monitor.pipeline.revive import Revival
from monitor.store import open_store

SITES = [f"site{n}" for n in range(8)]
SECONDS = timedelta(seconds=5)


class World:
    """Sites that are polled when they are due; `down` are those that cannot be reached."""

    def __init__(self, folder: Path) -> None:
        self.now, self.dice = START, random.Random(7)
        self.store = open_store(folder / "monitor.db")
        self.store.sync([building.spec(site) for site in SITES], self.now)
        self.revival = Revival(self.store)
        self.asked: dict[str, list[datetime]] = {site: [] for site in SITES}
        self.wishes: dict[str, timedelta] = {}  # of sites that ask to be left alone

    def run(self, span: timedelta, down: list[str]) -> None:
        end = self.now + span
        while self.now < end:
            self.now += SECONDS
            for state in self.store.claim_polls("me", self.now, LEASE, 20):
                self.asked[state.source].append(self.now)
                result = building.good(replace(state, failures=0), self.now)
                if state.source in down:
                    error = SourceError("no answer", retry_after=self.wishes.get(state.source))
                    after = after_failure(state, error, self.now, Turn(wait=state.every), self.dice.random())
                    result = replace(result, state=after, outcome=PollOutcome.FAILED, error="no answer")
                self.store.commit_poll(result)
            self.revival.step(self.now)


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    made = World(tmp_path)
    yield made
    made.store.close()


def test_ten_minutes_without_a_network_at_the_start_cost_nobody_five_more(world: World) -> None:
    world.run(timedelta(minutes=13), down=SITES)
    back = world.now
    world.run(timedelta(minutes=6), down=[])
    first = [min(at for at in asked if at > back) for asked in world.asked.values()]
    assert max(first) - min(first) <= 2 * SECONDS


def test_a_site_that_asked_to_be_left_alone_is(world: World) -> None:
    world.wishes = {"site3": timedelta(hours=2)}
    world.run(timedelta(minutes=10), down=SITES)
    world.run(timedelta(hours=1), down=[])
    assert len(world.asked["site3"]) == 1


def test_sites_that_fail_beside_others_that_are_well_keep_their_patience(world: World) -> None:
    world.run(timedelta(hours=1), down=SITES[:7])
    assert all(len(world.asked[site]) <= 18 for site in SITES[:7])  # a poll every five minutes, and the first few
