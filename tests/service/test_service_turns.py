"""Polls of one host come one after the other; those that hang or fail hold up nobody for long."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field, replace
from types import SimpleNamespace

import pytest
from fakes import START

from monitor.fetch.polite import PATIENCE
from monitor.model import PollState, Request
from monitor.pipeline.poll import LEASE
from monitor.service.turns import Turns

WELL = PollState(source="", endpoint="page", config_hash="", every=LEASE, next_poll_at=START, last_ok_at=START)


@dataclass
class Polls:
    """What is polled, and lets each poll end when the test says so."""

    began: dict[str, threading.Event] = field(default_factory=dict)
    end: dict[str, threading.Event] = field(default_factory=dict)
    order: list[str] = field(default_factory=list)

    def __call__(self, _line: object, state: PollState) -> None:
        self.order.append(state.source)
        self.event(self.began, state.source).set()
        assert self.event(self.end, state.source).wait(10)

    def event(self, events: dict[str, threading.Event], name: str) -> threading.Event:
        return events.setdefault(name, threading.Event())

    def let(self, *names: str) -> None:
        for name in names:
            self.event(self.end, name).set()

    def saw(self, name: str) -> bool:
        return self.event(self.began, name).wait(5)


@dataclass
class Now:
    seconds: float = 1000.0

    def __call__(self) -> float:
        return self.seconds


class Bench:
    def __init__(self, pool: ThreadPoolExecutor) -> None:
        self.polls, self.now, self.futures = Polls(), Now(), list[Future[None]]()
        self.turns = Turns(pool, self.polls, self.now)

    def add(self, url: str, name: str, state: PollState = WELL) -> None:
        extractor = SimpleNamespace(request=lambda: Request(url=url))
        line = SimpleNamespace(poller=SimpleNamespace(extractors={(name, "page"): extractor}))
        future = self.turns.add(line, replace(state, source=name))  # type: ignore[arg-type]
        self.futures += [future] if future else []

    def relieve(self) -> None:
        self.futures += self.turns.relieve()

    def finish(self) -> None:
        wait(self.futures, timeout=10)


@pytest.fixture
def bench() -> Iterator[Bench]:
    with ThreadPoolExecutor(8) as pool:
        one = Bench(pool)
        yield one
        one.turns.stop()
        one.polls.let(*one.polls.began)


def test_one_host_is_polled_for_one_endpoint_at_a_time_in_order(bench: Bench) -> None:
    for name in ("a", "b", "c"):
        bench.add("https://marsa.example/" + name, name)

    assert bench.polls.saw("a")
    assert bench.polls.order == ["a"]
    bench.polls.let("a", "b", "c")
    bench.finish()
    assert bench.polls.order == ["a", "b", "c"]


def test_hosts_do_not_wait_for_each_other(bench: Bench) -> None:
    bench.add("https://marsa.example/", "a")
    bench.add("https://sada.example/", "b")

    assert bench.polls.saw("a")
    assert bench.polls.saw("b")


def test_an_endpoint_that_fails_holds_up_none_that_is_well(bench: Bench) -> None:
    bench.add("https://marsa.example/ill", "ill", replace(WELL, failures=2))
    bench.add("https://marsa.example/", "well")

    assert bench.polls.saw("ill")
    assert bench.polls.saw("well")


def test_where_a_poll_hangs_the_next_begins_after_some_seconds(bench: Bench) -> None:
    bench.add("https://marsa.example/hangs", "hangs")
    bench.add("https://marsa.example/", "next")
    assert bench.polls.saw("hangs")
    bench.relieve()
    assert bench.polls.order == ["hangs"]

    bench.now.seconds += PATIENCE + 1
    bench.relieve()

    assert bench.polls.saw("next")


def test_a_poll_that_hung_does_not_go_on_beside_the_one_that_took_over(bench: Bench) -> None:
    for name in ("hangs", "next", "last"):
        bench.add("https://marsa.example/" + name, name)
    assert bench.polls.saw("hangs")
    bench.now.seconds += PATIENCE + 1
    bench.relieve()
    assert bench.polls.saw("next")

    bench.polls.let("hangs")
    wait(bench.futures[:1], timeout=10)

    assert bench.polls.order == ["hangs", "next"]
    bench.polls.let("next", "last")
    bench.finish()
    assert bench.polls.order == ["hangs", "next", "last"]


def test_who_waited_until_the_lease_is_nearly_over_is_left_to_be_claimed_again(bench: Bench) -> None:
    bench.add("https://marsa.example/slow", "slow")
    bench.add("https://marsa.example/", "late")
    assert bench.polls.saw("slow")
    bench.now.seconds += LEASE.total_seconds()

    bench.polls.let("slow")
    bench.finish()

    assert bench.polls.order == ["slow"]


def test_polls_that_hang_take_nobodys_place(bench: Bench) -> None:
    for number in range(3):
        bench.add(f"https://{number}.example/", str(number))
        assert bench.polls.saw(str(number))
    assert bench.turns.busy() == 3
    bench.now.seconds += PATIENCE + 1
    assert bench.turns.busy() == 0

    bench.add("https://marsa.example/", "well")
    assert bench.polls.saw("well")
    assert bench.turns.busy() == 1
    bench.polls.let("0", "1", "2", "well")
    bench.finish()
    assert bench.turns.busy() == 0


def test_nothing_begins_after_the_stop(bench: Bench) -> None:
    bench.add("https://marsa.example/", "first")
    bench.add("https://marsa.example/feed", "second")
    assert bench.polls.saw("first")

    bench.turns.stop()
    bench.polls.let("first")
    bench.finish()

    assert bench.polls.order == ["first"]
