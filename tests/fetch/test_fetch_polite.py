"""One request to a host at a time, with a pause between, and no request that waits for ever."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from monitor.fetch import polite
from monitor.fetch.polite import Hosts, host_of

PUBLIC, OWN = "https://marsa.example/", "http://127.0.0.1:8080/"


@contextmanager
def under_way(hosts: Hosts, url: str) -> Iterator[None]:
    """Hold a host from another thread."""
    begun, end = threading.Event(), threading.Event()

    def hold() -> None:
        with hosts.turn(url):
            begun.set()
            end.wait(10)

    thread = threading.Thread(target=hold)
    thread.start()
    assert begun.wait(5)
    yield
    end.set()
    thread.join()


def took(hosts: Hosts, url: str) -> float:
    """Return the seconds until it is the address's turn."""
    began = time.monotonic()
    with hosts.turn(url):
        return time.monotonic() - began


def test_two_requests_to_one_host_never_overlap() -> None:
    hosts, inside, most = Hosts(0), [0], [0]
    lock = threading.Lock()

    def ask(number: int) -> None:
        with hosts.turn(f"{PUBLIC}{number}"):
            with lock:
                inside[0] += 1
                most[0] = max(most[0], inside[0])
            time.sleep(0.002)
            with lock:
                inside[0] -= 1

    threads = [threading.Thread(target=ask, args=(number,)) for number in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert most == [1]


def test_another_host_or_port_is_asked_meanwhile() -> None:
    hosts = Hosts(0)
    with under_way(hosts, OWN):
        assert took(hosts, "http://127.0.0.1:8081/") < 1
        assert took(hosts, PUBLIC) < 1


@pytest.mark.parametrize(
    ("gap", "url", "pause"), [(None, PUBLIC, 0.2), (None, OWN, 0.0), (0.1, OWN, 0.1), (0.0, PUBLIC, 0.0)]
)
def test_the_pause_between_two_requests(
    gap: float | None, url: str, pause: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(polite, "GAP", 0.2)
    hosts = Hosts(gap)
    took(hosts, url)

    assert pause * 0.9 <= took(hosts, url) < pause + 0.5


def test_nobody_waits_long_for_a_request_that_hangs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(polite, "PATIENCE", 0.2)
    hosts = Hosts(0)
    with under_way(hosts, f"{PUBLIC}hangs"):
        assert 0.1 < took(hosts, PUBLIC) < 2


def test_who_hung_before_is_waited_for_by_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(polite, "PATIENCE", 0.05)
    hosts = Hosts(0)
    with hosts.turn(f"{PUBLIC}hangs"):
        time.sleep(0.1)
    monkeypatch.setattr(polite, "PATIENCE", 5)

    with under_way(hosts, f"{PUBLIC}hangs"):
        assert took(hosts, PUBLIC) < 1


def test_a_host_is_free_again_after_an_error() -> None:
    hosts = Hosts(0)
    with pytest.raises(OSError, match="reset"), hosts.turn(PUBLIC):
        raise OSError("reset")

    assert took(hosts, PUBLIC) < 1


def test_names_and_passwords_in_an_address_make_no_other_host() -> None:
    assert host_of("https://Marsa.example/a") == host_of("https://desk:secret@marsa.example/b") == "marsa.example"
    assert host_of("http://[broken") == ""
