"""Shows one page in a browser and returns what its scripts made of it; starts no browser."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import suppress
from typing import TYPE_CHECKING

import httpx

from monitor.errors import FetchError
from monitor.fetch import answers, target
from monitor.fetch.gateway import Gateway
from monitor.model import Rendering
from monitor.ports import Clock

if TYPE_CHECKING:
    from playwright.async_api import BrowserContext, Error, Page, Request, Response, Route

_PAGE = {200, 203}
_NOT_NEEDED = {"image", "font", "media"}  # no headline stands there
_SETTLE_SECONDS = 5.0  # at most: some pages never stop asking for things
_SIZE = "() => document.documentElement.outerHTML.length"
_SAID = (  # what Chromium reports, what kind of failure it is, and what to say
    ("ERR_CERT_", "tls", "the certificate of {where} is not valid; the site must mend it, or somebody is in between"),
    ("ERR_SSL_", "tls", "no encrypted connection to {where}; check whether its address is http or https"),
    ("ERR_TOO_MANY_REDIRECTS", "redirect", "{where} redirects in a loop; see in a browser where it leads"),
    ("ERR_ABORTED", "protocol", "{where} is a download and no page; check the source's url"),
    ("Download is starting", "protocol", "{where} is a download and no page; check the source's url"),
    ("net::", "reset", "{where} broke the connection off ({reason}); it is asked again later"),
)


class Shown:
    """One page on its way: `stage` says what it waits for, `place` where it has got to."""

    def __init__(self, url: httpx.URL, gateway: Gateway, clock: Clock, max_bytes: int) -> None:
        self.url = url
        self.place = url
        self.stage = "load"
        self._gateway = gateway
        self._clock = clock
        self._max_bytes = max_bytes

    def end_early_by(self, end: Callable[[], object]) -> None:
        """Call `end` when more was loaded than may be."""
        self._gateway.on_spent = end

    async def read(self, context: BrowserContext, rendering: Rendering) -> str:
        """Return the page as HTML, after its scripts have run.

        Raises:
            FetchError: there is no such page, or it is too large.
        """
        await context.route("**/*", _light)
        page = await context.new_page()
        page.on("request", self._note)
        response = await page.goto(str(self.url), wait_until="domcontentloaded", timeout=0)
        await self._check(response)
        await self._wait(page, rendering)
        self.stage = "be read"
        if await page.evaluate(_SIZE) > self._max_bytes or self._gateway.is_spent:
            raise self._too_large()
        self.place = target.parse(page.url)
        html: str = await page.content()
        if len(html) > self._max_bytes:
            raise self._too_large()
        return html

    def explain(self, error: Error) -> FetchError:
        """Return what to say of a failure that the browser reports."""
        if failure := self._gateway.failures.get(self.place.host):
            return failure
        if self._gateway.is_spent:
            return self._too_large()
        reason, where = error.message.partition("\n")[0], target.name(self.place)
        for sign, kind, sentence in _SAID:
            if sign in reason:
                code = reason.partition("net::")[2].partition(" ")[0]
                return FetchError(sentence.format(where=where, reason=code), kind=kind)
        return FetchError(f"the browser gave {where} up ({reason[:120]}); it is asked again later", kind="browser")

    def late(self, seconds: float) -> FetchError:
        """Return what to say when the time is over."""
        if self._gateway.is_spent:
            return self._too_large()
        return FetchError(
            f"{target.name(self.place)} took longer than {seconds:g} s to {self.stage}; it is asked again later, "
            "or raise the endpoint's timeout",
            kind="timeout",
        )

    def _note(self, request: Request) -> None:
        if request.is_navigation_request() and request.frame.parent_frame is None:
            with suppress(FetchError):
                self.place = target.parse(request.url)

    async def _check(self, response: Response | None) -> None:
        if failure := self._gateway.failures.get(self.place.host):
            raise failure
        if response is None:
            raise FetchError(f"{target.name(self.url)} is no page; check the source's url", kind="protocol")
        if response.status not in _PAGE:
            headers = await response.all_headers()
            raise answers.refused(self.place, response.status, headers, self._clock())

    async def _wait(self, page: Page, rendering: Rendering) -> None:
        if rendering.wait_for:
            self.stage = f"show '{rendering.wait_for}' (wait_for)"
            await page.wait_for_selector(f"css={rendering.wait_for}", state="attached", timeout=0)
            return
        self.stage = "settle"
        with suppress(TimeoutError):
            await asyncio.wait_for(page.wait_for_load_state("networkidle", timeout=0), _SETTLE_SECONDS)

    def _too_large(self) -> FetchError:
        return FetchError(
            f"{target.name(self.place)} needs more than {self._max_bytes} bytes; watch a smaller page or its feed",
            kind="too_large",
        )


async def _light(route: Route) -> None:
    if route.request.resource_type in _NOT_NEEDED:
        await route.abort()
    else:
        await route.continue_()
