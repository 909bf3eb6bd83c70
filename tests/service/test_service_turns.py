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
from monitor.service.turns import AHEAD, HANGING, Turns

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
    def __init__(self, pool: ThreadPoolExecutor, workers: int = 4) -> None:
        self.polls, self.now, self.futures = Polls(), Now(), dict[str, Future[None]]()
        self.turns = Turns(pool, self.polls, workers=workers, now=self.now)

    def add(self, url: str, name: str, state: PollState = WELL) -> None:
        extractor = SimpleNamespace(request=lambda: Request(url=url))
        line = SimpleNamespace(poller=SimpleNamespace(extractors={(name, "page"): extractor}))
        self.futures[name] = self.turns.add(line, replace(state, source=name))  # type: ignore[arg-type]

    def hang(self, url: str, name: str) -> None:
        """Poll an endpoint that is known to hang afterwards."""
        self.add(url, name)
        assert self.polls.saw(name)
        self.now.seconds += PATIENCE + 1
        self.polls.let(name)
        self.finish(name)
        self.polls.began[name].clear()
        self.polls.end[name].clear()

    def finish(self, *names: str) -> None:
        done = wait([self.futures[name] for name in names or self.futures], timeout=10)
        assert not done.not_done


@pytest.fixture
def bench() -> Iterator[Bench]:
    with ThreadPoolExecutor(8) as pool:
        one = Bench(pool)
        yield one
        one.turns.stop()
        one.polls.let(*one.futures)


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
    bench.turns.relieve()
    assert bench.polls.order == ["hangs"]

    bench.now.seconds += PATIENCE + 1
    bench.turns.relieve()

    assert bench.polls.saw("next")


def test_a_poll_that_hung_does_not_go_on_beside_the_one_that_took_over(bench: Bench) -> None:
    for name in ("hangs", "next", "last"):
        bench.add("https://marsa.example/" + name, name)
    assert bench.polls.saw("hangs")
    bench.now.seconds += PATIENCE + 1
    bench.turns.relieve()
    assert bench.polls.saw("next")

    bench.polls.let("hangs")
    bench.finish("hangs")

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
    assert bench.futures["late"].cancelled()


def test_nothing_begins_after_the_stop(bench: Bench) -> None:
    bench.add("https://marsa.example/", "first")
    bench.add("https://marsa.example/feed", "second")
    assert bench.polls.saw("first")

    bench.turns.stop()
    bench.polls.let("first")
    bench.finish()

    assert bench.polls.order == ["first"]
    assert not bench.turns.under_way()


def test_what_is_added_after_the_stop_is_waited_for_by_nobody(bench: Bench) -> None:
    bench.turns.stop()

    bench.add("https://marsa.example/", "late")

    bench.finish()
    assert bench.polls.order == []


def test_no_more_than_the_workers_poll_at_the_same_time(bench: Bench) -> None:
    for name in "abcde":
        bench.add(f"https://{name}.example/", name)

    assert all(bench.polls.saw(name) for name in "abcd")
    assert len(bench.polls.order) == 4
    bench.polls.let("b")

    assert bench.polls.saw("e")


def test_polls_that_hang_leave_the_workers_to_others(bench: Bench) -> None:
    for name in "abcd":
        bench.add(f"https://{name}.example/", name)
    assert all(bench.polls.saw(name) for name in "abcd")
    bench.add("https://well.example/", "well")
    assert bench.polls.order == ["a", "b", "c", "d"]

    bench.now.seconds += PATIENCE + 1
    bench.turns.relieve()

    assert bench.polls.saw("well")


def test_endpoints_that_hung_the_last_time_do_not_take_the_workers_at_all(bench: Bench) -> None:
    for name in ("h1", "h2", "h3", "h4"):
        bench.hang(f"https://{name}.example/", name)

    for name in ("h1", "h2", "h3", "h4"):
        bench.add(f"https://{name}.example/", name)
        assert bench.polls.saw(name)
    bench.add("https://well.example/", "well")

    assert bench.polls.saw("well")


def test_an_endpoint_that_answers_again_is_no_longer_taken_for_one_that_hangs(bench: Bench) -> None:
    bench.hang("https://marsa.example/", "a")
    bench.add("https://marsa.example/", "a")
    bench.polls.let("a")
    bench.finish("a")
    bench.polls.end["a"].clear()

    for name in "abcde":
        bench.add(f"https://{name}.example/", name)
    assert all(bench.polls.saw(name) for name in "abcd")

    assert "e" not in bench.polls.order


def test_as_many_polls_are_claimed_as_can_begin_soon(bench: Bench) -> None:
    assert bench.turns.room() == 4 * AHEAD

    for n in range(4 + 3):
        bench.add(f"https://s{n}.example/", f"s{n}")
    assert bench.turns.room() == 0  # every thread polls

    bench.polls.let("s0", "s1", "s2", "s3", "s4")
    bench.finish("s0", "s1", "s2", "s3", "s4")
    assert bench.turns.room() == 4 * AHEAD


def test_when_too_many_hang_nothing_more_is_claimed_for_the_workers_they_take() -> None:
    with ThreadPoolExecutor(HANGING + 4) as pool:
        bench = Bench(pool)
        for n in range(HANGING + 4):
            bench.add(f"https://s{n}.example/", f"s{n}")
            bench.now.seconds += PATIENCE + 1
            bench.turns.relieve()
        assert all(bench.polls.saw(f"s{n}") for n in range(HANGING + 4))

        assert bench.turns.room() == 0

        bench.polls.let(*bench.futures)
