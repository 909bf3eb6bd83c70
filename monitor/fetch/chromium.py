"""The one browser, driven by Playwright: started when it is needed, started anew when it died or hangs.

What it may connect to is decided by the proxy that every page is given.
"""

from __future__ import annotations

import asyncio
import logging
import shutil
from collections.abc import Coroutine
from typing import TYPE_CHECKING

from monitor.errors import FetchError
from monitor.fetch.page import Shown
from monitor.model import Rendering
from monitor.sources.browser import INSTALL

if TYPE_CHECKING:
    from playwright.async_api import Browser, BrowserContext, Playwright

LOGGER = logging.getLogger(__name__)
STOP_SECONDS = 20.0

_SYSTEM_BROWSERS = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")
_ARGUMENTS = ("--force-webrtc-ip-handling-policy=disable_non_proxied_udp", "--disable-quic")
_START_SECONDS = 30.0
_CLOSE_SECONDS = 5.0


class Chromium:
    """Shows pages, each in a context of its own; used by one event loop."""

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
