"""Every fault between here and a site, through a whole poll: one sentence in `status` with the next step, in time."""

from __future__ import annotations

import re
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing, contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import trustme
from faults.http_faults import KNOWN, reset, silence
from faults.one_source import MOST_CPU, SECONDS, Cost, Desk
from fetch.hostile import Names, Site, ok
from servers.newsite import front

from monitor.fetch.resolve import PoolResolver

HOST = "news.example"
NOWHERE = "fd12:3456:789a::1"  # of a private network that few machines have a way to
AUTHORITY = trustme.CA()
PAGE = front("", [*KNOWN]).encode()


@dataclass
class World:
    """What a fault builds: where the source is said to be, and how the monitor gets there."""

    closing: ExitStack
    patch: pytest.MonkeyPatch
    base: str | None = None
    settings: dict[str, Any] = field(default_factory=dict)
    site: Site | None = None

    def names(self, *answers: list[str]) -> None:
        self.settings["resolver"] = Names({HOST: [*answers]})

    def looked_up_by(self, look_up: Callable[..., Any]) -> None:
        pool = self.closing.enter_context(ThreadPoolExecutor(4))
        self.settings["resolver"] = PoolResolver(pool)
        self.patch.setattr(socket, "getaddrinfo", look_up)

    def served(self, certificate: trustme.LeafCert | None = None, authority: trustme.CA = AUTHORITY) -> Site:
        context = None
        if certificate:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            certificate.configure_cert(context)
        self.site = self.closing.enter_context(closing(Site(context)))
        self.site.answers["/news"] = ok(PAGE)
        self.base = self.site.url("", HOST)
        self.names(["127.0.0.1"])
        trust = ssl.create_default_context()
        AUTHORITY.configure_trust(trust)
        self.settings["trust"] = trust
        return self.site

    def listening(self, *, full: bool = False) -> int:
        """Return the port of somebody who takes connections and says nothing, or does not even take them."""
        listener = self.closing.enter_context(socket.create_server(("127.0.0.1", 0), backlog=0 if full else 5))
        for _ in range(2 if full else 0):
            client = self.closing.enter_context(socket.socket())
            client.setblocking(False)  # noqa: FBT003
            client.connect_ex(listener.getsockname())
        return int(listener.getsockname()[1])


def refusing(code: int) -> Callable[..., Any]:
    def look_up(*_: object, **__: object) -> None:
        raise socket.gaierror(code, "no")

    return look_up


def no_such_name(world: World) -> None:
    world.base = f"http://{HOST}"
    world.looked_up_by(refusing(socket.EAI_NONAME))


def name_server_fails(world: World) -> None:
    world.base = f"http://{HOST}"
    world.looked_up_by(refusing(socket.EAI_AGAIN))


def name_server_hangs(world: World) -> None:
    end = threading.Event()
    world.base = f"http://{HOST}"
    world.looked_up_by(lambda *_, **__: end.wait(30) and [])
    world.closing.callback(end.set)


def rebinding(world: World) -> None:
    world.base = f"http://{HOST}:9"
    world.names(["127.0.0.1"], ["127.0.0.2"])
    world.settings["resolver"]("news.example", 80, 1.0)  # the first answer is gone


def public_and_private(world: World) -> None:
    world.base = f"http://{HOST}:9"
    world.names(["8.8.8.8", "127.0.0.2"])


def only_ipv6(world: World) -> None:
    world.base = f"http://{HOST}:9"
    world.names([NOWHERE if not _has_route(NOWHERE) else "::1"])  # nothing may leave this machine
    world.settings["allow"] = ["fd00::/8", "::1/128"]


def _has_route(address: str) -> bool:
    """Tell whether this machine would send something there; asking sends nothing."""
    with suppress(OSError), socket.socket(socket.AF_INET6, socket.SOCK_DGRAM) as asked:
        asked.connect((address, 9))
        return True
    return False


def refused(world: World) -> None:
    with socket.create_server(("127.0.0.1", 0)) as gone:
        world.base = f"http://127.0.0.1:{gone.getsockname()[1]}"


def black_hole(world: World) -> None:
    world.base = f"http://127.0.0.1:{world.listening(full=True)}"


def taken_and_reset(world: World) -> None:
    world.served().answers["/news"] = reset


def taken_and_silent(world: World) -> None:
    world.served().answers["/news"] = silence


def self_signed(world: World) -> None:
    world.served(trustme.CA().issue_cert(HOST))


def expired(world: World) -> None:
    world.served(AUTHORITY.issue_cert(HOST, not_after=datetime(2020, 1, 1, tzinfo=UTC)))


def not_yet_valid(world: World) -> None:
    soon = datetime.now(UTC) + timedelta(days=2)
    world.served(AUTHORITY.issue_cert(HOST, not_before=soon, not_after=soon + timedelta(days=2)))


def for_another_host(world: World) -> None:
    world.served(AUTHORITY.issue_cert("other.example"))


def old_tls(world: World) -> None:
    site = world.served(AUTHORITY.issue_cert(HOST))
    context = ssl.create_default_context()
    AUTHORITY.configure_trust(context)
    context.minimum_version = ssl.TLSVersion.TLSv1_3
    world.settings["trust"] = context
    assert site._tls
    site._tls.maximum_version = ssl.TLSVersion.TLSv1_2


def handshake_stalls(world: World) -> None:
    world.base = f"https://127.0.0.1:{world.listening()}"


def no_tls(world: World) -> None:
    listener = world.closing.enter_context(socket.create_server(("127.0.0.1", 0)))
    pool = world.closing.enter_context(ThreadPoolExecutor(1))

    def answer() -> None:
        connection, _ = listener.accept()
        with connection:
            connection.recv(65536)
            connection.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n")

    pool.submit(answer)
    world.base = f"https://127.0.0.1:{listener.getsockname()[1]}"


FAULTS = [
    (1, no_such_name, "the name 'news.example' does not exist; check the address for a typing mistake"),
    (2, name_server_fails, "no name server answers for 'news.example'; check the network and the name servers"),
    (3, name_server_hangs, "looking up 'news.example' took longer than 1 s; check the name servers of this machine"),
    (4, rebinding, "'news.example' leads to 127.0.0.2, which is not on the public internet"),
    (5, public_and_private, "'news.example' leads to 127.0.0.2, which is not on the public internet"),
    (6, only_ipv6, "check the network of this machine|refuses connections"),
    (7, refused, "refuses connections; the site is down, or its port is wrong"),
    (8, black_hole, "did not take our connection in time; the site is down, or a firewall is in between"),
    (9, taken_and_reset, "broke the connection off|closed the connection before it answered"),
    (10, taken_and_silent, "did not answer in full within 1 s; it is asked again later"),
    (11, self_signed, "nobody this machine trusts has signed it: .*update-ca-certificates"),
    (12, expired, "it has expired: the site must renew it"),
    (12, not_yet_valid, "it begins in the future: check the clock of this machine"),
    (13, for_another_host, "it is for other names: check the address, with and without www"),
    (13, old_tls, "no encrypted connection to .*; check whether its address is http or https"),
    (14, handshake_stalls, "did not take our connection in time"),
    (15, no_tls, "check whether its address is http or https"),
]


@pytest.fixture
def world(monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    with ExitStack() as stack:
        yield World(stack, monkeypatch)


@contextmanager
def desk_in(world: World, folder: Path) -> Iterator[Desk]:
    with closing(Desk(folder, base=world.base, **world.settings)) as desk:
        yield desk


@pytest.mark.parametrize(
    ("build", "said"), [fault[1:] for fault in FAULTS], ids=[f"{number:02} {one.__name__}" for number, one, _ in FAULTS]
)
def test_a_fault_on_the_way_is_one_sentence_with_the_next_step(
    world: World, tmp_path: Path, build: Callable[[World], None], said: str
) -> None:
    build(world)
    with desk_in(world, tmp_path) as desk, Cost() as cost:
        began = time.monotonic()
        result = desk.poll()
        elapsed = time.monotonic() - began
        status = desk.status()

    assert result.outcome == "failed"
    assert re.search(said, str(result.error)), result.error
    assert re.fullmatch(r"source marsa \(news\): failed 1 times, never well: [^\n]*[^.\n]", status)
    assert status.endswith(str(result.error))
    assert world.site is None or not any("GET" in head for head in world.site.asked if world.site._tls)
    assert elapsed < SECONDS + MOST_CPU + 5
    assert cost.cpu < MOST_CPU
    assert cost.memory < 48 * 2**20
