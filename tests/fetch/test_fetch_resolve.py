"""Look-ups that fail, hang, or cannot even start."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from time import monotonic

import pytest

from monitor.errors import FetchError
from monitor.fetch import resolve
from monitor.fetch.resolve import PoolResolver


class Queue(Executor):
    """Takes work and never comes to it."""

    def __init__(self) -> None:
        self.taken: list[Future[list[str]]] = []

    def submit(self, *_args, **_kwargs) -> Future[list[str]]:
        self.taken.append(Future())
        return self.taken[-1]


class Stuck(Queue):
    """Starts work and never ends it, like a thread that waits for a dead name server."""

    def submit(self, *args, **kwargs) -> Future[list[str]]:
        future = super().submit(*args, **kwargs)
        future.set_running_or_notify_cancel()
        return future


class Failing(Executor):
    def __init__(self, error: Exception) -> None:
        self._error = error

    def submit(self, *_args, **_kwargs) -> Future[list[str]]:
        future: Future[list[str]] = Future()
        future.set_exception(self._error)
        return future


def failure(resolver: PoolResolver, host: str = "news.example", timeout: float = 5) -> str:
    with pytest.raises(FetchError) as caught:
        resolver(host, 80, timeout)
    assert caught.value.kind == "dns"
    return str(caught.value)


@pytest.fixture
def pool() -> Iterator[ThreadPoolExecutor]:
    with ThreadPoolExecutor(1) as pool:
        yield pool


def test_a_name_of_this_machine_is_found_each_address_once(pool):
    found = PoolResolver(pool)("localhost", 80, 5)
    assert "127.0.0.1" in found
    assert len(found) == len(set(found))


def test_a_name_that_cannot_be_one_is_told(pool):
    assert "cannot be looked up" in failure(PoolResolver(pool), "a" * 70 + ".example")


@pytest.mark.parametrize(
    ("code", "said"),
    [
        (socket.EAI_NONAME, "the name 'news.example' does not exist"),
        (socket.EAI_AGAIN, "no name server answers for 'news.example'"),
        (socket.EAI_FAIL, "the name 'news.example' cannot be looked up: broken"),
    ],
)
def test_each_failure_of_a_look_up_says_what_to_check(code, said):
    sentence = failure(PoolResolver(Failing(socket.gaierror(code, "broken"))))
    assert said in sentence
    assert "check" in sentence


def test_a_look_up_that_hangs_is_left_in_time():
    started = monotonic()
    assert "took longer than" in failure(PoolResolver(Stuck()), timeout=0.05)
    assert monotonic() - started < 5


def test_dead_name_servers_cannot_pile_look_ups_up():
    stuck = Stuck()
    resolver = PoolResolver(stuck)
    for number in range(64):
        failure(resolver, f"{number}.example", timeout=0.001)
    assert "64 look-ups hang already" in failure(resolver, timeout=0.001)
    assert len(stuck.taken) == 64
    stuck.taken[0].set_result(["192.0.2.1"])
    assert "took longer" in failure(resolver, timeout=0.001)


def test_a_name_that_is_being_looked_up_is_not_looked_up_again():
    stuck = Stuck()
    resolver = PoolResolver(stuck)
    for _ in range(3):
        failure(resolver, timeout=0.001)
    assert len(stuck.taken) == 1
    stuck.taken[0].set_result(["192.0.2.1"])
    failure(resolver, timeout=0.001)
    assert len(stuck.taken) == 2


class Servers(Executor):
    """Name servers that do as the test says."""

    def __init__(self) -> None:
        self.says: list[str] | Exception | None = None  # None: nothing, for ever

    def submit(self, *_args, **_kwargs) -> Future[list[str]]:
        future: Future[list[str]] = Future()
        if isinstance(self.says, Exception):
            future.set_exception(self.says)
        elif self.says is not None:
            future.set_result(self.says)
        return future


@pytest.mark.parametrize("trouble", [None, socket.gaierror(socket.EAI_AGAIN, "try again")], ids=["silent", "failing"])
def test_what_name_servers_said_last_stands_in_while_they_do_not_answer(trouble, monkeypatch):
    monkeypatch.setattr(resolve, "PATIENCE", 0.01)
    servers, now = Servers(), [0.0]
    resolver = PoolResolver(servers, lambda: now[0])
    servers.says = ["192.0.2.1"]
    resolver("news.example", 443, 5)

    servers.says, now[0] = trouble, resolve.STALE - 1
    assert resolver("news.example", 443, 5) == ["192.0.2.1"]

    now[0] = resolve.STALE
    failure(resolver, timeout=0.01)


def test_a_name_that_is_gone_is_gone_at_once():
    servers = Servers()
    resolver = PoolResolver(servers)
    servers.says = ["192.0.2.1"]
    resolver("news.example", 443, 5)

    servers.says = socket.gaierror(socket.EAI_NONAME, "unknown")
    assert "does not exist" in failure(resolver)


def test_look_ups_after_the_end_are_refused_in_a_sentence():
    pool = ThreadPoolExecutor(1)
    pool.shutdown()
    resolver = PoolResolver(pool)
    for _ in range(70):  # and none of them takes up room
        assert "the monitor stops" in failure(resolver)
