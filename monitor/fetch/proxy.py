"""Requests through a proxy, and what may be asked there: a proxy looks names up itself, so the guard cannot."""

from __future__ import annotations

import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from ipaddress import ip_address
from threading import local
from typing import Any, cast

import httpcore
import httpx

from monitor.errors import FetchError
from monitor.fetch import guard, target
from monitor.fetch.guard import Network
from monitor.fetch.network import NotConnected


def make_pool(proxy: str | None, **settings: Any) -> httpcore.ConnectionPool:
    """Return connections to one site, through the proxy if there is one."""
    if proxy is None:
        return httpcore.ConnectionPool(**settings)
    url = httpx.URL(proxy)
    auth = (url.username, url.password) if url.userinfo else None
    plain = httpcore.URL(scheme=url.raw_scheme, host=url.raw_host, port=url.port, target=b"/")
    kind: Any = _Socks if url.scheme == "socks5" else httpcore.HTTPProxy
    pool: httpcore.ConnectionPool = kind(proxy_url=plain, proxy_auth=auth, **settings)
    return pool


class _Opening(httpcore.NetworkBackend):
    """Remembers the connection that a thread opened last: the library leaves it open when the first words go wrong."""

    def __init__(self, backend: httpcore.NetworkBackend) -> None:
        self._backend = backend
        self._last = local()

    def connect_tcp(self, *args: Any, **settings: Any) -> httpcore.NetworkStream:
        self._last.stream = self._backend.connect_tcp(*args, **settings)
        return cast("httpcore.NetworkStream", self._last.stream)

    @contextmanager
    def closed_on_failure(self) -> Iterator[None]:
        self._last.stream = None
        try:
            yield
        except BaseException:
            if self._last.stream:
                self._last.stream.close()
            raise


class _Socks(httpcore.SOCKSProxy):
    def __init__(self, *, network_backend: httpcore.NetworkBackend, **settings: Any) -> None:
        self._opening = _Opening(network_backend)
        super().__init__(network_backend=self._opening, **settings)

    def handle_request(self, request: httpcore.Request) -> httpcore.Response:
        from socksio.exceptions import SOCKSError

        try:
            with self._opening.closed_on_failure():
                return super().handle_request(request)
        except (SOCKSError, AssertionError) as error:  # what a server that speaks no SOCKS leads the libraries to
            raise httpcore.ProxyError(str(error) or "it does not speak SOCKS") from error


def check(url: httpx.URL, first: httpx.URL, allowed: tuple[Network, ...]) -> None:
    """Refuse what a proxy could be led to: another site than the source's, and addresses that are not public.

    Raises:
        FetchError: of kind `address` or `redirect`.
    """
    try:
        reason = guard.refusal(guard.address(url.host), allowed)
    except ValueError:
        reason = None
        if not _is_of(url.host, first.host):
            raise FetchError(
                f"{target.name(first)} leads to {target.name(url)}, another site; through a proxy only the source's "
                "own is asked, since nobody here sees where its name leads: correct the source's url",
                kind="redirect",
            ) from None
    if reason:
        raise FetchError(
            f"{url.host}, which is not on the public internet ({reason}), is not asked for through a proxy; if you "
            f"mean to watch it, add allow_private: [{url.host}] to the source",
            kind="address",
        )


def explain(error: Exception, where: str) -> FetchError | None:
    """Return what to say when the proxy is in the way; None when something else is."""
    if isinstance(error, httpcore.ProxyError):
        reason = ascii(str(error)[:100])
        return FetchError(
            f"the proxy does not let us through to {where} ({reason}); check the source's proxy, its user name and "
            "password",
            kind="proxy",
        )
    if isinstance(error, httpcore.ConnectTimeout) or (
        isinstance(error, NotConnected) and not isinstance(error.reason, (ssl.SSLError, ValueError))
    ):
        reason = str(error) or "no answer in time"
        return FetchError(f"no connection to the proxy for {where} ({reason}); check the source's proxy", kind="proxy")
    return None


def _is_of(host: str, own: str) -> bool:
    """Tell whether a host is the source's, a part of it, or what it is a part of."""
    if any(map(_is_address, (host, own))):
        return host == own
    host, own = (one.removeprefix("www.") for one in (host, own))
    return host == own or host.endswith(f".{own}") or (own.endswith(f".{host}") and "." in host)


def _is_address(host: str) -> bool:
    try:
        ip_address(host)
    except ValueError:
        return False
    return True
