"""An httpx transport over httpcore's public connection pool; no redirects, no decompression, no error sentences.

httpx's own transport offers no way to say how connections are made. Connections are kept per site, proxy and set of
allowed networks: what one source opened into a private network is of no use to another that may not go there.
"""

from __future__ import annotations

import ssl
from collections import OrderedDict
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack
from threading import Lock
from time import monotonic
from typing import cast

import httpcore
import httpx

from monitor.fetch.guard import EVERYWHERE, Network
from monitor.fetch.network import GuardedBackend, StaleConnection, Stream
from monitor.fetch.proxy import make_pool

KEEP_SITES = 64  # sites whose idle connections are kept
KEEP_SECONDS = 90.0  # servers end idle connections after 5 to 75 seconds; most sites are polled once a minute

_Key = tuple[bytes, bytes, int | None, tuple[Network, ...], str | None]


class _Site:
    """The connections to one origin, and how many exchanges use them now."""

    def __init__(self, pool: httpcore.ConnectionPool, used_at: float) -> None:
        self.pool = pool
        self.users = 0
        self.used_at = used_at


class Transport(httpx.BaseTransport):
    """Sends one request, whose `extensions` hold the deadlines (`timeout`) and the `allowed` networks."""

    def __init__(self, connect: Callable[[Sequence[Network]], GuardedBackend]) -> None:
        self._connect = connect
        self._sites: OrderedDict[_Key, _Site] = OrderedDict()  # least recently used first
        self._lock = Lock()
        # httpcore sets a field of the context before each handshake, which is not safe while other threads use it:
        # so it gets this empty one, which trusts nobody, and the streams use the real one.
        self._for_httpcore = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Return the answer as soon as its headers are there.

        Raises:
            StaleConnection: a kept connection was dead; the next try opens a new one.
        """
        url = request.url
        key = (url.raw_scheme, url.raw_host, url.port, request.extensions["allowed"], request.extensions["proxy"])
        site = self._take(key)
        with ExitStack() as undo:
            undo.callback(self._give_back, key, site)
            try:
                answer = site.pool.handle_request(_for_httpcore(request))
            except StaleConnection:
                self._forget(key, site)  # its other idle connections will be no better
                raise
            undo.pop_all()
        response = httpx.Response(
            answer.status, headers=answer.headers, stream=_Body(answer, lambda: self._give_back(key, site))
        )
        if not cast("Stream", answer.extensions["network_stream"]).answered:
            response.close()  # an answer to a question that we did not ask; closing it unread ends the connection
            raise StaleConnection
        return response

    def close(self) -> None:
        """Close every connection, also those in use."""
        with self._lock:
            sites = list(self._sites.values())
            self._sites.clear()
        _close(sites)

    def _take(self, key: _Key) -> _Site:
        now = monotonic()
        with self._lock:
            site = self._sites.get(key)
            if site is None:
                site = self._sites[key] = _Site(self._new_pool(key), now)
            site.users += 1
            site.used_at = now
            self._sites.move_to_end(key)
            surplus = self._pop_surplus(now)
        _close(surplus)
        return site

    def _new_pool(self, key: _Key) -> httpcore.ConnectionPool:
        allowed, proxy = key[-2:]
        return make_pool(
            proxy,
            ssl_context=self._for_httpcore,
            max_connections=None,  # the number of poll threads bounds them
            max_keepalive_connections=2,
            keepalive_expiry=KEEP_SECONDS,
            network_backend=self._connect(EVERYWHERE if proxy else allowed),  # whoever configured the proxy means it
        )

    def _pop_surplus(self, now: float) -> list[_Site]:
        """Take out the sites that were not visited for long, and the oldest when there are too many."""
        surplus = []
        while self._sites:
            key, oldest = next(iter(self._sites.items()))
            unwanted = len(self._sites) > KEEP_SITES or oldest.used_at < now - KEEP_SECONDS
            if oldest.users or not unwanted:
                break
            surplus.append(self._sites.pop(key))
        return surplus

    def _forget(self, key: _Key, site: _Site) -> None:
        with self._lock:
            if self._sites.get(key) is site:
                del self._sites[key]

    def _give_back(self, key: _Key, site: _Site) -> None:
        with self._lock:
            site.users -= 1
            abandoned = site.users == 0 and self._sites.get(key) is not site
        if abandoned:
            site.pool.close()


class _Body(httpx.SyncByteStream):
    """The raw body of an answer; closing it gives its connection back, or ends it when there is more to come."""

    def __init__(self, answer: httpcore.Response, done: Callable[[], None]) -> None:
        self._answer = answer
        self._done: Callable[[], None] | None = done

    def __iter__(self) -> Iterator[bytes]:
        return self._answer.iter_stream()

    def close(self) -> None:
        if self._done is not None:
            done, self._done = self._done, None
            try:
                self._answer.close()
            finally:
                done()


def _for_httpcore(request: httpx.Request) -> httpcore.Request:
    url = request.url
    return httpcore.Request(
        method=request.method,
        url=httpcore.URL(scheme=url.raw_scheme, host=url.raw_host, port=url.port, target=url.raw_path),
        headers=request.headers.raw,
        content=request.stream,
        extensions=request.extensions,
    )


def _close(sites: Iterable[_Site]) -> None:
    for site in sites:
        site.pool.close()
