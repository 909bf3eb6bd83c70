"""A host with several addresses is reached by whichever answers, and nobody waits for the dead ones."""

from __future__ import annotations

import socket
from contextlib import ExitStack, closing
from time import monotonic

import pytest
from hostile import PAGE, Site, get, ok

from monitor.fetch import dial as dialling
from monitor.fetch.dial import by_turns, dial
from monitor.fetch.network import checked_addresses

SOON = 5.0


def has_loopback6() -> bool:
    try:
        with socket.create_server(("::1", 0), family=socket.AF_INET6):
            return True
    except OSError:
        return False


pytestmark = pytest.mark.skipif(not has_loopback6(), reason="this machine has no IPv6, not even to itself")


@pytest.fixture
def port() -> int:
    """Return a port of both loopback addresses on which nobody listens."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return int(probe.getsockname()[1])


def listening(stack: ExitStack, address: str, port: int, *, full: bool = False) -> None:
    """Take connections; or let them hang, as a firewall does, when the queue is `full`."""
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    listener = stack.enter_context(socket.create_server((address, port), family=family, backlog=0 if full else 5))
    for _ in range(2 if full else 0):
        client = stack.enter_context(socket.socket(family))
        client.setblocking(False)  # noqa: FBT003
        client.connect_ex(listener.getsockname())


@pytest.mark.parametrize(
    ("dead", "alive"), [("::1", "127.0.0.1"), ("127.0.0.1", "::1")], ids=["IPv6 is dead", "IPv4 is dead"]
)
@pytest.mark.parametrize("hangs", [True, False], ids=["hangs", "refuses"])
def test_one_of_two_families_is_enough(port: int, dead: str, alive: str, *, hangs: bool) -> None:
    with ExitStack() as stack:
        if hangs:
            listening(stack, dead, port, full=True)
        listening(stack, alive, port)
        began = monotonic()
        with dial([dead, alive], port, began + SOON) as connection:
            assert connection.getpeername()[0] == alive
        assert monotonic() - began < SOON / 2


def test_the_first_address_is_taken_when_it_answers_in_time(port: int) -> None:
    with ExitStack() as stack:
        for address in ("::1", "127.0.0.1"):
            listening(stack, address, port)
        with dial(["::1", "127.0.0.1"], port, monotonic() + SOON) as connection:
            assert connection.getpeername()[0] == "::1"


def test_when_all_refuse_the_reason_is_told(port: int) -> None:
    with pytest.raises(ConnectionRefusedError):
        dial(["::1", "127.0.0.1"], port, monotonic() + SOON)


def test_when_all_hang_the_time_is_kept(port: int) -> None:
    with ExitStack() as stack:
        for address in ("::1", "127.0.0.1"):
            listening(stack, address, port, full=True)
        began = monotonic()
        with pytest.raises(TimeoutError):
            dial(["::1", "127.0.0.1"], port, began + 0.4)
        assert 0.3 < monotonic() - began < SOON


def test_an_answer_of_the_first_after_the_second_was_tried_is_taken(port: int, monkeypatch) -> None:
    monkeypatch.setattr(dialling, "STAGGER", 0.0)
    with ExitStack() as stack:
        listening(stack, "::1", port)
        listening(stack, "127.0.0.1", port, full=True)
        with dial(["127.0.0.1", "::1"], port, monotonic() + SOON) as connection:
            assert connection.getpeername()[0] == "::1"


def test_no_ipv6_on_this_machine_is_no_obstacle(port: int) -> None:
    with ExitStack() as stack:
        listening(stack, "127.0.0.1", port)
        with dial(["fd12:3456:789a::1", "127.0.0.1"], port, monotonic() + SOON) as connection:
            assert connection.getpeername()[0] == "127.0.0.1"


def test_addresses_stand_by_turns_so_that_no_family_crowds_out_the_other() -> None:
    many = [f"2606:4700::{n}" for n in range(1, 9)]
    assert by_turns([*many, "1.1.1.1"])[:3] == ["2606:4700::1", "1.1.1.1", "2606:4700::2"]
    assert by_turns(["1.1.1.1", "1.0.0.1"]) == ["1.1.1.1", "1.0.0.1"]
    tried = checked_addresses("news.example", 80, lambda *_: [*many, "1.1.1.1"], 1.0, ())
    assert "1.1.1.1" in tried


@pytest.mark.parametrize("address", ["127.0.0.1", "::1"])
def test_a_page_comes_from_the_family_that_works(make_fetcher, names, address: str) -> None:
    names.known["news.example"] = [["::1", "127.0.0.1"]]
    with closing(Site(address=address)) as site:
        site.answers["/"] = ok()
        fetcher = make_fetcher(allow_private=["127.0.0.0/8", "::1"])
        assert get(fetcher, site.url("/", "news.example")).body == PAGE
        fetcher.close()
