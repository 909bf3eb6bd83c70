"""Gets pages that their scripts fill, shown by one headless Chromium; other pages go to the plain fetcher.

The browser is started for the first such page, each page has a context of its own (no cookies, no cache), and all
traffic passes a `Gateway`. Needs the extra `browser`.
"""

from __future__ import annotations

import asyncio
import logging
import shutil
import threading
from collections.abc import Coroutine, Sequence
from concurrent.futures import CancelledError as FutureCancelled
from concurrent.futures import Future
from contextlib import suppress
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Protocol

import httpx

from monitor.errors import FetchError
from monitor.fetch import guard, target
from monitor.fetch.gateway import Gateway
from monitor.fetch.guard import Network
from monitor.fetch.page import Shown
from monitor.fetch.resolve import Resolver
from monitor.model import Fetched, Rendering, Request
from monitor.ports import Clock, Fetcher
from monitor.sources.browser import INSTALL

if TYPE_CHECKING:
    from playwright.async_api import Browser, BrowserContext, Playwright

LOGGER = logging.getLogger(__name__)
_SYSTEM_BROWSERS = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")
_ARGUMENTS = ("--force-webrtc-ip-handling-policy=disable_non_proxied_udp", "--disable-quic")
_SHOWABLE_HEADERS = {"accept", "accept-language", "user-agent"}
_START_SECONDS = 30.0
_CLOSE_SECONDS = 5.0
_QUEUE_SECONDS = 120.0  # that a page may wait for those before it


class PlainFetcher(Fetcher, Protocol):
    def close(self) -> None:
        """Close every connection."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BrowserLimits:
    """What one page may cost."""

    pages: int = 2  # shown at once
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
        self._room = asyncio.Semaphore(limits.pages)
        self._chromium = Chromium()

    def fetch(self, request: Request, *, etag: str | None, last_modified: str | None) -> Fetched | None:
        """Return the page: as the plain fetcher does, or as a browser shows it, which is never "not modified".

        Raises:
            FetchError: there is no complete page, or no browser.
        """
        if request.rendering is None:
            return self._plain.fetch(request, etag=etag, last_modified=last_modified)
        seconds = _QUEUE_SECONDS + _START_SECONDS + request.rendering.seconds + 2 * _CLOSE_SECONDS
        showing = self._submit(self._queue(request, request.rendering))
        try:
            return showing.result(seconds)
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
                asyncio.run_coroutine_threadsafe(self._chromium.stop(), loop).result(4 * _CLOSE_SECONDS)
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
        try:
            async with asyncio.timeout(_QUEUE_SECONDS):
                await self._room.acquire()
        except TimeoutError:
            raise FetchError(
                f"{target.name(url)} was not shown: the browser was busy for {_QUEUE_SECONDS:g} s; "
                "render fewer pages, or poll them less often",
                kind="browser",
            ) from None
        try:
            return await self._show(request, url, headers, rendering)
        finally:
            self._room.release()

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


class Chromium:
    """The one browser: started when it is needed, started anew when it died or hangs."""

    def __init__(self) -> None:
        self._playwright: Playwright | None = None
        self._browser: Browser | None = None
        self._starting = asyncio.Lock()

    async def show(self, shown: Shown, rendering: Rendering, proxy: str, headers: dict[str, str]) -> str:
        """Return the HTML of a page, shown in a context of its own.

        Raises:
            FetchError: there is no browser, or no such page.
        """
        browser = await self._started()
        from playwright.async_api import Error

        context: BrowserContext | None = None
        try:
            async with asyncio.timeout(rendering.seconds) as limit:
                shown.end_early_by(lambda: limit.reschedule(0))
                context = await browser.new_context(
                    proxy={"server": proxy, "bypass": "<-loopback>"},
                    user_agent=headers.pop("user-agent"),
                    extra_http_headers=headers,
                    service_workers="block",
                    accept_downloads=False,
                )
                return await shown.read(context, rendering)
        except TimeoutError:
            raise shown.late(rendering.seconds) from None
        except Error as error:
            raise shown.explain(error) from None
        finally:
            await self._discard(context)

    async def stop(self) -> None:
        """End the browser; the next page starts another."""
        browser, self._browser = self._browser, None
        playwright, self._playwright = self._playwright, None
        for end in (browser and browser.close, playwright and playwright.stop):
            if end:
                await _bounded(end())

    async def _started(self) -> Browser:
        async with self._starting:
            if self._browser is None or not self._browser.is_connected():
                await self.stop()
                try:
                    self._browser = await asyncio.wait_for(self._launched(), _START_SECONDS)
                except TimeoutError:
                    raise FetchError(
                        f"the browser did not start within {_START_SECONDS:g} s; look at the load of this machine",
                        kind="browser",
                    ) from None
            return self._browser

    async def _launched(self) -> Browser:
        try:
            from playwright.async_api import Error, async_playwright
        except ImportError:
            raise FetchError(f"pages cannot be rendered: Playwright is missing; {INSTALL}", kind="browser") from None
        self._playwright = await async_playwright().start()
        reason = ""
        for executable in (None, *filter(None, map(shutil.which, _SYSTEM_BROWSERS))):
            for sandbox in (True, False):
                try:
                    browser = await self._launch(executable, sandbox=sandbox)
                except Error as error:
                    reason = error.message.partition("\n")[0]
                    continue
                if not sandbox:
                    LOGGER.warning("the browser runs without its sandbox, which this user or machine does not allow")
                return browser
        raise FetchError(f"no browser can be started ({reason[:200]}); {INSTALL}", kind="browser")

    async def _launch(self, executable: str | None, *, sandbox: bool) -> Browser:
        assert self._playwright
        return await self._playwright.chromium.launch(
            executable_path=executable,
            chromium_sandbox=sandbox,
            args=_ARGUMENTS,
            env={},  # ours holds secrets, which are no business of a program that runs the scripts of strangers
            proxy={"server": "http://127.0.0.1:9", "bypass": "<-loopback>"},  # for what is not a page's
            handle_sigint=False,
            handle_sigterm=False,
            handle_sighup=False,
        )

    async def _discard(self, context: BrowserContext | None) -> None:
        if context is None or not await _bounded(context.close()):
            await self.stop()


async def _bounded(ending: Coroutine[object, object, None]) -> bool:
    """Wait for something to end, but not for long; return whether it did."""
    from playwright.async_api import Error

    try:
        await asyncio.wait_for(ending, _CLOSE_SECONDS)
    except Error:  # it ended by itself
        return True
    except TimeoutError:
        return False
    return True


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
    headers = {name.lower(): value for name, value in request.headers.items()}
    for name in headers.keys() - _SHOWABLE_HEADERS:
        raise FetchError(
            f"{target.name(url)} cannot be rendered with the header '{name}', which other sites would see too; "
            "remove it from the source's headers, or read what the page's scripts read (type: json)",
            kind="url",
        )
    headers.pop("accept", None)  # the browser accepts what it can show
    return headers
