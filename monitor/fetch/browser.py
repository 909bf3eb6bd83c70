"""Gets pages that their scripts fill, shown by one headless Chromium; other pages go to the plain fetcher.

The browser is started for the first such page, each page has a context of its own (no cookies, no cache), and all
traffic passes a `Gateway`. Needs the extra `browser`.
"""

from __future__ import annotations

import asyncio
import logging
import threading
from collections.abc import Coroutine, Sequence
from concurrent.futures import CancelledError as FutureCancelled
from concurrent.futures import Future
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from functools import lru_cache
from typing import Protocol

import httpx

from monitor.errors import FetchError
from monitor.fetch import guard, target
from monitor.fetch.chromium import STOP_SECONDS, Chromium
from monitor.fetch.gateway import Gateway
from monitor.fetch.guard import Network
from monitor.fetch.page import Shown
from monitor.fetch.resolve import Resolver
from monitor.model import Fetched, Rendering, Request
from monitor.ports import Clock, Fetcher

LOGGER = logging.getLogger(__name__)
_SHOWABLE_HEADERS = {"accept", "accept-language", "user-agent"}
_AGAIN = timedelta(seconds=30)
_PATIENCE_SECONDS = 240.0  # more than the longest queue of the slowest pages takes; less than the lease of a poll


class PlainFetcher(Fetcher, Protocol):
    def close(self) -> None:
        """Close every connection."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BrowserLimits:
    """What one page may cost."""

    pages: int = 2  # shown at once
    waiting: int = 4  # for their turn; each holds up a poll thread, which other sources need
    wire_bytes: int = 30 * 1024 * 1024  # of everything the page asks for
    body_bytes: int = 5 * 1024 * 1024  # of the page itself, as HTML


class BrowserFetcher:
    """A Fetcher that shows a page in the browser where the request says so; shared by all poll threads."""

    def __init__(
        self,
        plain: PlainFetcher,
        *,
        clock: Clock,
        resolver: Resolver,
        user_agent: str,
        allow_private: Sequence[str] = (),
        limits: BrowserLimits = BrowserLimits(),
    ) -> None:
        self._plain = plain
        self._clock = clock
        self._resolver = resolver
        self._user_agent = user_agent
        self._allow_private = tuple(allow_private)
        self._limits = limits
        self._networks = lru_cache(maxsize=256)(guard.networks)
        self._lock = threading.Lock()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._showing: set[Future[Fetched]] = set()
        self._inside = 0  # pages shown or waiting, counted in the loop's thread
        self._room = asyncio.Semaphore(limits.pages)
        self._chromium = Chromium()

    def fetch(self, request: Request, *, etag: str | None, last_modified: str | None) -> Fetched | None:
        """Return the page: as the plain fetcher does, or as a browser shows it, which is never "not modified".

        Raises:
            FetchError: there is no complete page, or no browser.
        """
        if request.rendering is None:
            return self._plain.fetch(request, etag=etag, last_modified=last_modified)
        showing = self._submit(self._queue(request, request.rendering))
        try:
            return showing.result(_PATIENCE_SECONDS)
        except (TimeoutError, FutureCancelled):
            showing.cancel()
            raise FetchError(
                "the browser hangs or was stopped; the page is asked again later", kind="browser"
            ) from None

    def close(self) -> None:
        """Stop the browser and close every connection; fetches under way fail."""
        with self._lock:
            loop, self._loop = self._loop, None
            showing = list(self._showing)
        for one in showing:
            one.cancel()
        if loop:
            with suppress(TimeoutError):
                asyncio.run_coroutine_threadsafe(self._chromium.stop(), loop).result(STOP_SECONDS)
            loop.call_soon_threadsafe(loop.stop)
        self._plain.close()

    def _submit(self, work: Coroutine[object, object, Fetched]) -> Future[Fetched]:
        with self._lock:
            if self._loop is None:
                self._loop = asyncio.new_event_loop()
                # Whoever waited for a page that is given up no longer asks how it ended.
                self._loop.set_exception_handler(lambda _loop, told: LOGGER.debug("%s", told["message"]))
                threading.Thread(target=_run, args=(self._loop,), name="browser", daemon=True).start()
            showing = asyncio.run_coroutine_threadsafe(work, self._loop)
            self._showing.add(showing)
        showing.add_done_callback(self._showing.discard)
        return showing

    async def _queue(self, request: Request, rendering: Rendering) -> Fetched:
        url = target.parse(request.url)
        headers = _showable(request, url)
        if self._inside >= self._limits.pages + self._limits.waiting:
            raise FetchError(
                f"{target.name(url)} was not shown: {self._inside} other pages wait for the browser; "
                "render fewer pages, or poll them less often",
                kind="browser",
                retry_after=_AGAIN,
            )
        self._inside += 1
        try:
            async with self._room:
                return await self._show(request, url, headers, rendering)
        finally:
            self._inside -= 1

    async def _show(self, request: Request, url: httpx.URL, headers: dict[str, str], rendering: Rendering) -> Fetched:
        started = asyncio.get_running_loop().time()
        async with Gateway(
            resolver=self._resolver,
            allowed=self._allowed(request.allow_private),
            max_bytes=self._limits.wire_bytes,
        ) as gateway:
            shown = Shown(url, gateway, self._clock, self._limits.body_bytes)
            html = await self._chromium.show(shown, rendering, gateway.url, {"user-agent": self._user_agent, **headers})
        return Fetched(
            url=request.url,
            final_url=str(shown.place),
            status=200,
            body=html.encode("utf-8", "replace"),
            content_type="text/html; charset=utf-8",
            etag=None,
            last_modified=None,
            fetched_at=self._clock(),
            elapsed_ms=round((asyncio.get_running_loop().time() - started) * 1000),
        )

    def _allowed(self, more: Sequence[str]) -> tuple[Network, ...]:
        try:
            return self._networks((*self._allow_private, *more))
        except ValueError as error:
            raise FetchError(str(error), kind="address") from None


def _run(loop: asyncio.AbstractEventLoop) -> None:
    try:
        loop.run_forever()
    finally:
        loop.close()


def _showable(request: Request, url: httpx.URL) -> dict[str, str]:
    """Return the headers to show a page with; others would be sent to every site that the page draws on.

    Raises:
        FetchError: there are others.
    """
    if request.proxy:
        raise FetchError(
            f"{target.name(url)} cannot be rendered through a proxy; remove the source's proxy, or read what the "
            "page's scripts read (type: json)",
            kind="url",
        )
    headers = {name.lower(): value for name, value in request.headers.items()}
    for name in headers.keys() - _SHOWABLE_HEADERS:
        raise FetchError(
            f"{target.name(url)} cannot be rendered with the header '{name}', which other sites would see too; "
            "remove it from the source's headers, or read what the page's scripts read (type: json)",
            kind="url",
        )
    headers.pop("accept", None)  # the browser accepts what it can show
    return headers
