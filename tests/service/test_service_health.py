"""Whether alerts can flow is told to whoever asks on this machine, and to a dead-man's switch."""

from __future__ import annotations

import http.client
import json
import socket
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from servers.newsite import NewsSite

from monitor.errors import MonitorError
from monitor.fetch.client import HttpFetcher
from monitor.fetch.resolve import PoolResolver
from monitor.model import EndpointSpec, PollOutcome, PollResult
from monitor.service.clock import SteadyClock
from monitor.service.health import Health
from monitor.service.heartbeat import Heartbeat
from monitor.service.pulse import Bounds, Pulse
from monitor.service.web import Answers, Door
from monitor.store import open_store
from monitor.values import ListenAddress

START = datetime(2026, 11, 25, 8, tzinfo=UTC)
SITE = EndpointSpec(
    source="sada", name="html", kind="html", url="https://sada.example", config_hash="1", every=timedelta(minutes=1)
)


class Desk:
    """A database, a clock to set, and what watches over them."""

    def __init__(self, folder: Path) -> None:
        self.now, self.monotonic = START, 0.0
        self.store = open_store(folder / "monitor.db")
        self.pulse = Pulse(Bounds(), monotonic=lambda: self.monotonic)
        self.health = Health(self.store, self.pulse, lambda: self.now)
        self.store.sync([SITE], self.now)

    def passes(self, **time: float) -> None:
        self.now += timedelta(**time)
        self.monotonic += timedelta(**time).total_seconds()
        self.pulse.tick()

    def polls(self, *, failures: int = 0) -> None:
        """Look at the site."""
        (state,) = self.store.claim_polls("test", self.now, timedelta(minutes=5), 1)
        after = replace(state, failures=failures, last_poll_at=self.now, next_poll_at=self.now + timedelta(minutes=1))
        self.store.commit_poll(
            PollResult(owner="test", state=after, outcome=PollOutcome.FAILED, at=self.now, elapsed_ms=1, error="down")
        )


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    made = Desk(tmp_path)
    yield made
    made.store.close()


def test_a_poll_that_nobody_makes_is_trouble_after_five_minutes(desk: Desk) -> None:
    desk.passes(minutes=4)
    assert desk.health.findings().troubles == ()
    desk.passes(minutes=2)
    assert desk.health.findings().troubles == ("a poll is overdue for 360 s",)


def test_sources_that_all_fail_are_trouble(desk: Desk) -> None:
    desk.polls(failures=1)
    assert desk.health.findings().troubles == ("every source fails (1); see: headline-monitor status",)


def test_a_database_that_cannot_be_written_is_trouble(desk: Desk, tmp_path: Path) -> None:
    only_reads = open_store(tmp_path / "monitor.db", read_only=True)
    troubles = Health(only_reads, desk.pulse, lambda: desk.now).findings().troubles
    only_reads.close()
    assert len(troubles) == 1
    assert "monitor.db" in troubles[0]


def test_what_is_stuck_is_trouble_and_no_life(desk: Desk) -> None:
    with desk.pulse.delivery("desk", "@editors"):
        desk.passes(minutes=3)
        assert desk.health.alive() == ["delivery by desk to @editors for 3 min"]
        assert desk.health.findings().troubles == ("stuck: delivery by desk to @editors for 3 min",)


@pytest.mark.parametrize("where", ["127.0.0.1:0", "unix"])
def test_it_answers_on_this_machine(desk: Desk, tmp_path: Path, where: str) -> None:
    address = ListenAddress.parse(f"unix:{tmp_path}/sock" if where == "unix" else where)
    with closing(Door()) as door:
        door.follow(address, Answers(health=desk.health, metrics=lambda: b"x 1\n"))
        assert _get(door.bound, "/healthz") == (200, "ok\n")
        status, body = _get(door.bound, "/readyz")
        assert (status, json.loads(body)["ready"]) == (200, True)
        assert _get(door.bound, "/metrics") == (200, "x 1\n")
        assert _get(door.bound, "/etc/passwd")[0] == 404
        desk.passes(minutes=6)
        status, body = _get(door.bound, "/readyz")
        assert (status, json.loads(body)["troubles"]) == (503, ["a poll is overdue for 360 s"])
        desk.monotonic += 60
        assert _get(door.bound, "/healthz") == (503, "schedule for 60 s")
    assert not (tmp_path / "sock").exists()


def test_it_moves_to_another_address_and_stays_where_the_other_is_taken(desk: Desk, tmp_path: Path) -> None:
    first, second = (ListenAddress.parse(f"unix:{tmp_path}/{name}") for name in ("first", "second"))
    answers = Answers(health=desk.health, metrics=None)
    with closing(Door()) as door, socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        door.follow(first, answers)
        with pytest.raises(MonitorError, match="cannot listen on"):
            door.follow(ListenAddress.parse(f"127.0.0.1:{taken.getsockname()[1]}"), answers)
        assert _get(door.bound, "/healthz") == (200, "ok\n")
        door.follow(first, Answers(health=desk.health, metrics=lambda: b"y 2\n"))
        assert _get(door.bound, "/metrics") == (200, "y 2\n")
        door.follow(second, answers)
        assert door.bound == str(tmp_path / "second")
        assert not (tmp_path / "first").exists()
        door.follow(None, answers)
        assert not (tmp_path / "second").exists()


def test_without_the_library_it_says_how_to_get_it(desk: Desk) -> None:
    assert Answers(health=desk.health, metrics=None).answer("/metrics")[0] == 501


def test_the_heart_beats_only_while_alerts_can_flow(desk: Desk, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("INFO", "monitor")
    clock = SteadyClock()
    with NewsSite() as switch, ThreadPoolExecutor(1) as pool:
        switch.pages = {"/secret-token": "ok"}
        fetcher = HttpFetcher(clock=clock, resolver=PoolResolver(pool), user_agent="t", allow_private=("127.0.0.0/8",))
        heart = Heartbeat(f"{switch.url}/secret-token", timedelta(minutes=5), fetcher, desk.health)
        heart.step(desk.now)
        heart.step(desk.now)
        assert switch.asked.count("/secret-token") == 1
        desk.passes(minutes=6)  # and nobody polls
        heart.step(desk.now)
        assert switch.asked.count("/secret-token") == 1
        desk.passes(minutes=5)
        desk.polls()
        heart.step(desk.now)
        assert switch.asked.count("/secret-token") == 2
        switch.pages = {}
        desk.passes(minutes=5)
        desk.polls()
        heart.step(desk.now)
        fetcher.close()
    said = [(record.getMessage(), getattr(record, "fields", {}).get("reason")) for record in caplog.records]
    assert [event for event, _ in said] == ["heartbeat stopped", "heartbeat is back", "heartbeat stopped"]
    assert said[-1][1] == "the address was not reached (status)"
    assert "secret-token" not in caplog.text


def _get(bound: object, path: str) -> tuple[int, str]:
    connection = _Local(bound) if isinstance(bound, str) else http.client.HTTPConnection(*bound[:2])  # type: ignore[index]
    connection.request("GET", path)
    answer = connection.getresponse()
    told = answer.status, answer.read().decode()
    connection.close()
    return told


class _Local(http.client.HTTPConnection):
    def __init__(self, path: str) -> None:
        super().__init__("localhost")
        self.path = path

    def connect(self) -> None:
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.connect(self.path)
