"""An httpx transport over httpcore's public connection pool; no redirects, no decompression, no error sentences.

httpx's own transport offers no way to say how connections are made. Connections are kept per site and per set of
allowed networks: what one source opened into a private network is of no use to another that may not go there.
"""

from __future__ import annotations

import ssl
from collections import OrderedDict
from collections.abc import Callable, Iterator, Sequence
from threading import Lock
from time import monotonic
from typing import cast

import httpcore
import httpx

from monitor.fetch.guard import Network
from monitor.fetch.network import GuardedBackend, StaleConnection, Stream

KEEP_SITES = 64  # sites whose idle connections are kept
KEEP_SECONDS = 90.0  # servers end idle connections after 5 to 75 seconds; most sites are polled once a minute

_Key = tuple[bytes, bytes, int | None, tuple[Network, ...]]


class _Site:
    """The connections to one origin, and how many exchanges use them now."""

    def __init__(self, pool: httpcore.ConnectionPool) -> None:
        self.pool = pool
        self.users = 0
        self.used_at = 0.0
        self.dropped = False


class Transport(httpx.BaseTransport):
    """Sends one request; `extensions` hold the deadlines (`timeout`) and the `allowed` networks."""

    def __init__(self, connect: Callable[[Sequence[Network]], GuardedBackend]) -> None:
        self._connect = connect
        self._sites: OrderedDict[_Key, _Site] = OrderedDict()  # least recently used first
        self._lock = Lock()
        # httpcore sets a field of the context before each handshake, which is not safe while another thread uses
        # it; so it gets this empty one, which trusts nobody, and the stream uses the real one.
        self._for_httpcore = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Return the answer as soon as its headers are there.

        Raises:
            StaleConnection: a kept connection was dead; the next try opens a new one.
        """
        url = request.url
        key = (url.raw_scheme, url.raw_host, url.port, request.extensions["allowed"])
        site = self._take(key)
        try:
            response = site.pool.handle_request(_for_httpcore(request))
            body = _Body(response, lambda: self._give_back(key, site))
            if not cast("Stream", response.extensions["network_stream"]).answered:
                body.close()
                raise StaleConnection
        except StaleConnection:
            self._drop(key, site)
            self._give_back(key, site)
            raise
        except BaseException:
            self._give_back(key, site)
            raise
        return httpx.Response(response.status, headers=response.headers, stream=body)

    def _take(self, key: _Key) -> _Site:
        now = monotonic()
        with self._lock:
            site = self._sites.get(key)
            if site is None:
                site = self._sites[key] = _Site(self._new_pool(key))
            site.users += 1
            site.used_at = now
            self._sites.move_to_end(key)
            surplus = self._surplus(now)
        for old in surplus:
            old.pool.close()
        return site
