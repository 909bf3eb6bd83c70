"""Connections that respect the guard, a deadline and a bound on what is read; no HTTP.

Everywhere in this package the `timeout` that httpcore hands through is a moment (of `time.monotonic`), not a length:
so each read gets only what is left, and a server that drips bytes cannot hold a thread beyond the deadline.
"""

from __future__ import annotations

import select
import socket
import ssl
from collections.abc import Callable, Iterable, Sequence
from functools import cache
from ipaddress import ip_address
from time import monotonic

import httpcore
import httpx

from monitor.errors import FetchError
from monitor.fetch import guard
from monitor.fetch.dial import by_turns, dial
from monitor.fetch.guard import Network
from monitor.fetch.resolve import Resolver

_MAX_TRIED = 4  # addresses of one name


@cache
def trusted() -> ssl.SSLContext:
    """Return the one TLS context: httpx's list of authorities, and those this machine trusts besides.

    Made at the first encrypted connection, since it takes some 30 ms and two megabytes.
    """
    context = httpx.create_ssl_context(trust_env=False)
    context.load_default_certs()
    context.set_alpn_protocols(["http/1.1"])
    return context


class StaleConnection(httpcore.ReadError):
    """A connection kept from an earlier exchange was dead: the request can safely be made again on a new one."""


class NotConnected(httpcore.ConnectError):
    """No connection came about; httpcore forgets the cause of an exception, so this one carries it."""

    def __init__(self, reason: OSError | ValueError) -> None:
        super().__init__(str(reason))
        self.reason = reason


class GuardedBackend(httpcore.NetworkBackend):
    """Connects to public addresses and to those of the `allowed` networks, nowhere else."""

    def __init__(
        self,
        *,
        resolver: Resolver,
        allowed: Sequence[Network],
        trust: Callable[[], ssl.SSLContext],
        max_read: int,
    ) -> None:
        self._resolver = resolver
        self._allowed = allowed
        self._trust = trust
        self._max_read = max_read

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,  # noqa: ARG002  httpcore's signature
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,  # noqa: ARG002
    ) -> httpcore.NetworkStream:
        """Look the name up, check every answer, and connect to one of the very addresses that were checked.

        Checking the name first and connecting by name later would let the answer change in between.
        """
        addresses = checked_addresses(host, port, self._resolver, _left(timeout), self._allowed)
        return Stream(
            _connect(addresses, port, timeout), host=host, trust=self._trust, max_read=self._max_read, until=timeout
        )


def checked_addresses(
    host: str, port: int, resolver: Resolver, seconds: float, allowed: Sequence[Network]
) -> Sequence[str]:
    """Return addresses of `host` to connect to, best first; its name may be looked up for so many seconds.

    Raises:
        FetchError: it has none (`dns`), or one of them may not be connected to (`address`).
    """
    addresses = [host] if _is_address(host) else resolver(host, port, seconds)
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


def _is_address(host: str) -> bool:
    try:
        ip_address(host)
    except ValueError:
        return False
    return True


def _connect(addresses: Sequence[str], port: int, deadline: float | None) -> socket.socket:
    """Return a connection to the first address that answers."""
    try:
        return dial(addresses, port, monotonic() + _left(deadline))
    except TimeoutError:
        raise httpcore.ConnectTimeout from None
    except OSError as error:
        raise NotConnected(error) from error


def _left(deadline: float | None) -> float:
    """Return the seconds that are left.

    Raises:
        TimeoutError: none are.
    """
    assert deadline is not None, "each exchange has a deadline"
    left = deadline - monotonic()
    if left <= 0:
        raise TimeoutError
    return left


class Stream(httpcore.NetworkStream):
    """One connection; knows whether it was used before and how much the current answer has brought."""

    def __init__(
        self,
        sock: socket.socket,
        *,
        host: str,
        trust: Callable[[], ssl.SSLContext],
        max_read: int,
        until: float | None = None,
    ) -> None:
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._sock = sock
        self._host = host
        self._until = until  # for what httpcore gives no time: the first words to a SOCKS proxy
        self._trust = trust
        self._max_read = max_read
        self._reused = False
        self._read = 0  # bytes of the current exchange

    @property
    def answered(self) -> bool:
        """Tell whether anything was read since the request was written.

        When an answer is there and nothing was read for it, it lay in the buffer before the question.
        """
        return self._read > 0

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        if not buffer:
            return
        self._reused = self._reused or self._read > 0
        self._read = 0
        try:
            self._sock.settimeout(_left(timeout or self._until))
            self._sock.sendall(buffer)
        except TimeoutError as error:
            raise httpcore.WriteTimeout from error
        except OSError as error:
            raise httpcore.WriteError from error

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        try:
            self._sock.settimeout(_left(timeout or self._until))
            data = self._sock.recv(max_bytes)
        except TimeoutError as error:
            raise httpcore.ReadTimeout from error
        except OSError as error:
            raise self._broken() from error
        if not data and self._reused and not self._read:
            raise StaleConnection
        self._read += len(data)
        if self._read > self._max_read:
            raise FetchError(
                f"{self._host} sent more than {self._max_read} bytes; watch a smaller page or its feed",
                kind="too_large",
            )
        return data

    def _broken(self) -> httpcore.ReadError:
        return StaleConnection() if self._reused and not self._read else httpcore.ReadError()

    def start_tls(
        self,
        ssl_context: ssl.SSLContext,  # noqa: ARG002  see Transport: ours is not for httpcore to change
        server_hostname: str | None = None,
        timeout: float | None = None,
    ) -> httpcore.NetworkStream:
        try:
            self._sock.settimeout(_left(timeout))
            self._sock = self._trust().wrap_socket(self._sock, server_hostname=server_hostname)
        except TimeoutError as error:
            self.close()
            raise httpcore.ConnectTimeout from error
        except (OSError, ValueError) as error:  # ValueError: a host name that no certificate can be for
            self.close()
            raise NotConnected(error) from error
        return self

    def close(self) -> None:
        self._sock.close()

    def get_extra_info(self, info: str) -> object:
        """Return what httpcore asks before it reuses a connection: has the other side closed it or spoken up?"""
        return _is_readable(self._sock) if info == "is_readable" else None


def _is_readable(sock: socket.socket) -> bool:
    if sock.fileno() < 0:
        return True
    poll = select.poll()
    poll.register(sock, select.POLLIN)
    return bool(poll.poll(0))
