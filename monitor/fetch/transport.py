"""httpx over a connection pool of our own, whose streams obey one deadline and connect to checked addresses only."""

from __future__ import annotations

import ssl
import threading
import time
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import httpcore
import httpx

from monitor.errors import FetchError
from monitor.fetch import guard
from monitor.fetch.resolve import Resolver

_now = time.monotonic
_local = threading.local()  # the deadline of the fetch that this thread works on


def set_deadline(moment: float) -> None:
    """Let everything this thread does on the network end at that moment of the monotonic clock."""
    _local.deadline = moment


def remaining() -> float:
    """Return the seconds left.

    Raises:
        TimeoutError: there are none.
    """
    left = float(_local.deadline) - _now()
    if left <= 0:
        raise httpcore.ReadTimeout("deadline")
    return left


class _Stream(httpcore.NetworkStream):
    """A network stream whose every step ends with the deadline."""

    def __init__(self, inner: httpcore.NetworkStream) -> None:
        self._inner = inner

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._inner.read(max_bytes, min(timeout or 1e9, remaining()))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._inner.write(buffer, min(timeout or 1e9, remaining()))

    def close(self) -> None:
        self._inner.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        return _Stream(self._inner.start_tls(ssl_context, server_hostname, min(timeout or 1e9, remaining())))

    def get_extra_info(self, info: str) -> Any:
        return self._inner.get_extra_info(info)


class _Backend(httpcore.NetworkBackend):
    """Resolves, checks every answer, and connects to one that was checked: no second look-up can swap it."""

    def __init__(self, resolver: Resolver, exceptions: Sequence[guard.Network]) -> None:
        self._inner = httpcore.SyncBackend()
        self._resolver, self._exceptions = resolver, exceptions

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,  # noqa: ARG002  the interface's
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.NetworkStream:
        limit = min(timeout or 1e9, remaining())
        try:
            addresses = self._resolver(host, port, limit)
        except (OSError, UnicodeError) as error:
            reason = str(error) if isinstance(error, TimeoutError) else "no such name"
            raise FetchError(f"cannot find the address of {host} ({reason}); check its name", kind="dns") from None
        for address in addresses:
            if not guard.allowed(address, self._exceptions):
                raise FetchError(
                    f"{host} leads to {address}, which is not a public address; "
                    "if that is meant, list its network under allow_private",
                    kind="address",
                )
        return _Stream(self._first_that_answers(addresses, port, timeout, socket_options))

    def _first_that_answers(
        self,
        addresses: Sequence[str],
        port: int,
        timeout: float | None,
        options: Iterable[httpcore.SOCKET_OPTION] | None,
    ) -> httpcore.NetworkStream:
        for number, address in enumerate(addresses, 1):
            limit = min(timeout or 1e9, remaining())
            try:
                return self._inner.connect_tcp(address, port, limit / (1 + len(addresses) - number), None, options)
            except (httpcore.ConnectError, httpcore.ConnectTimeout):
                if number == len(addresses):
                    raise
        raise httpcore.ConnectError("no address")


class GuardedTransport(httpx.BaseTransport):
    """The transport of one set of exceptions; sources with others never share its connections."""

    def __init__(self, resolver: Resolver, exceptions: Sequence[guard.Network], context: ssl.SSLContext) -> None:
        self._pool = httpcore.ConnectionPool(
            ssl_context=context,
            max_connections=None,
            max_keepalive_connections=20,
            keepalive_expiry=90,
            network_backend=_Backend(resolver, exceptions),
        )

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        url = request.url
        answer = self._pool.handle_request(
            httpcore.Request(
                request.method,
                httpcore.URL(scheme=url.raw_scheme, host=url.raw_host, port=url.port, target=url.raw_path),
                headers=request.headers.raw,
                extensions={"timeout": {"connect": 10.0, "read": 30.0, "write": 30.0, "pool": 30.0}},
            )
        )
        return httpx.Response(answer.status, headers=answer.headers, stream=_Body(answer))

    def close(self) -> None:
        self._pool.close()


class _Body(httpx.SyncByteStream):
    def __init__(self, answer: httpcore.Response) -> None:
        self._answer = answer

    def __iter__(self) -> Iterator[bytes]:
        yield from self._answer.iter_stream()

    def close(self) -> None:
        self._answer.close()
