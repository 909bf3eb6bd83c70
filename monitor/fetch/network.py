"""Connections that respect the guard, a deadline and a bound on what is read; no HTTP.

Everywhere in this package `until` is a moment (of `time.monotonic`), not a length: so each read gets only what is left,
and a server that drips bytes cannot hold a thread beyond the deadline.
"""

from __future__ import annotations

import select
import socket
import ssl
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from time import monotonic
from typing import NamedTuple

import certifi
import httpx

from monitor.errors import FetchError
from monitor.fetch import guard, target
from monitor.fetch.dial import by_turns, dial
from monitor.fetch.failures import Broken, ConnectTimeout, NotConnected, StaleConnection
from monitor.fetch.guard import Network
from monitor.fetch.resolve import Resolver

_MAX_TRIED = 4  # addresses of one name
_AT_ONCE = 65536  # bytes
UNHEARD = 4.0  # seconds in which the other side of a used connection acknowledges a question, or is not there any more


@cache
def trusted() -> ssl.SSLContext:
    """Return the one TLS context: the authorities that browsers trust, and those this machine trusts besides.

    Made at the first encrypted connection, since it takes some 30 ms and two megabytes.
    """
    context = ssl.create_default_context(cafile=certifi.where())
    context.load_default_certs()
    context.set_alpn_protocols(["http/1.1"])
    return context


class Origin(NamedTuple):
    """Where a connection leads; those of one origin are alike."""

    scheme: str
    host: str
    port: int
    allowed: tuple[Network, ...]
    proxy: str | None


def origin_of(url: httpx.URL, allowed: tuple[Network, ...], proxy: str | None = None) -> Origin:
    """Return where a connection for an address leads."""
    return Origin(url.scheme, url.raw_host.decode("ascii"), target.port(url), allowed, proxy)


@dataclass(frozen=True, slots=True, kw_only=True)
class Connector:
    """Connects to public addresses and to those of the allowed networks, nowhere else."""

    resolver: Resolver
    trust: Callable[[], ssl.SSLContext]
    max_read: int  # bytes of one answer

    def connect(self, host: str, port: int, allowed: Sequence[Network], until: float) -> Stream:
        """Look the name up, check every answer, and connect to one of the very addresses that were checked.

        Checking the name first and connecting by name later would let the answer change in between.
        """
        addresses = checked_addresses(host, port, self.resolver, _left(until), allowed)
        return Stream(_connect(addresses, port, until), host=host, trust=self.trust, max_read=self.max_read)


def checked_addresses(
    host: str, port: int, resolver: Resolver, seconds: float, allowed: Sequence[Network]
) -> Sequence[str]:
    """Return addresses of `host` to connect to, best first; its name may be looked up for so many seconds.

    Raises:
        FetchError: it has none (`dns`), or one of them may not be connected to (`address`).
    """
    addresses = [host] if target.is_address(host) else resolver(host, port, seconds)
    if not addresses:
        raise FetchError(f"the name '{host}' has no address; check it for a typing mistake", kind="dns")
    for address in addresses:
        _check(host, address, allowed)
    return by_turns(addresses)[:_MAX_TRIED]


def _check(host: str, text: str, allowed: Sequence[Network]) -> None:
    address = guard.address(text)
    reason = guard.refusal(address, allowed)
    if reason:
        leads = "" if host == text else f"'{host}' leads to "
        raise FetchError(
            f"{leads}{address}, which is not on the public internet ({reason}); if you mean to watch it, "
            f"add allow_private: [{address}] to the source",
            kind="address",
        )


def _connect(addresses: Sequence[str], port: int, until: float) -> socket.socket:
    """Return a connection to the first address that answers."""
    try:
        return dial(addresses, port, until)
    except TimeoutError:
        raise ConnectTimeout from None
    except OSError as error:
        raise NotConnected(error) from error


def _left(until: float) -> float:
    """Return the seconds that are left.

    Raises:
        TimeoutError: none are.
    """
    left = until - monotonic()
    if left <= 0:
        raise TimeoutError
    return left


def _is_late(error: OSError) -> bool:
    """Tell whether our own time is over; the system gives up a connection with a number."""
    return isinstance(error, TimeoutError) and error.errno is None


class Stream:
    """One connection; knows whether it was used before and how much the current answer has brought."""

    def __init__(self, sock: socket.socket, *, host: str, trust: Callable[[], ssl.SSLContext], max_read: int) -> None:
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._sock = sock
        self._host = host
        self._trust = trust
        self._max_read = max_read
        self._reused = False
        self._read = 0  # bytes of the current exchange
        self._ended = False  # by us, which must not look like the end of a page

    def write(self, data: bytes, until: float) -> None:
        """Send all of the data; the next answer is that to it.

        Raises:
            Broken: it cannot be sent; what the other side said before may still be there to read.
        """
        try:
            if self._read and not self._reused:
                self._expect_hearing()
                self._reused = True
            self._read = 0
            self._sock.settimeout(_left(until))
            self._sock.sendall(data)
        except OSError as error:
            if _is_late(error):
                raise
            raise Broken from error

    def read(self, until: float) -> bytes:
        """Return what has come, nothing at its end.

        Raises:
            StaleConnection: it was used before and has ended before this answer began.
            Broken: it has ended otherwise.
            FetchError: the answer is too large.
        """
        try:
            self._sock.settimeout(_left(until))
            data = self._sock.recv(_AT_ONCE)
        except OSError as error:
            if _is_late(error):
                raise
            raise self._broken() from error
        if self._ended or (not data and self._reused and not self._read):
            raise self._broken()
        self._read += len(data)
        if self._read > self._max_read:
            raise FetchError(
                f"{self._host} sent more than {self._max_read} bytes; watch a smaller page or its feed",
                kind="too_large",
            )
        return data

    def _expect_hearing(self) -> None:
        """Let a connection that a router has forgotten meanwhile break soon: no word of its end ever comes."""
        if hasattr(socket, "TCP_USER_TIMEOUT"):  # on Linux
            self._sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, round(UNHEARD * 1000))

    def _broken(self) -> Broken:
        return StaleConnection() if self._reused and not self._read and not self._ended else Broken()

    def start_tls(self, host: str, until: float) -> None:
        """Go on encrypted, with who can prove to be the host.

        Raises:
            NotConnected: the other side cannot.
        """
        try:
            self._sock.settimeout(_left(until))
            self._sock = self._trust().wrap_socket(self._sock, server_hostname=host)
        except TimeoutError:
            self.close()
            raise ConnectTimeout from None
        except (OSError, ValueError) as error:  # ValueError: a host name that no certificate can be for
            self.close()
            raise NotConnected(error) from error

    def is_quiet(self) -> bool:
        """Tell whether the connection is open and nothing has come that nobody asked for."""
        if self._sock.fileno() < 0:
            return False
        poll = select.poll()
        poll.register(self._sock, select.POLLIN)
        return not poll.poll(0)

    def end(self) -> None:
        """Let whoever reads from the connection or writes to it fail at once; it is theirs to close.

        Closing it under their hands would wake nobody, and let TLS read on from the next connection of that number.
        """
        self._ended = True
        with suppress(OSError):
            socket.socket.shutdown(self._sock, socket.SHUT_RDWR)  # that of TLS would let them read on undeciphered

    def close(self) -> None:
        """Close the connection."""
        self._sock.close()
