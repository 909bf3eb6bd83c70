"""The kind `browser`: a page that its scripts fill, shown by a browser and then read as HTML; starts no browser."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from importlib.util import find_spec

from monitor.model import Fetched, Item, Rendering, Request
from monitor.ports import Extractor, SiteContext
from monitor.sources import html
from monitor.sources.layout import selector_problem
from monitor.values import Duration

INSTALL = "pip install 'headline-monitor[browser]', then: playwright install --with-deps chromium-headless-shell"

_SHORTEST, _LONGEST = timedelta(seconds=1), timedelta(seconds=60)


@dataclass(frozen=True, slots=True, kw_only=True)
class BrowserEndpoint(html.HtmlEndpoint):
    """A page that its scripts fill, shown by a headless Chromium and then read as of `type: html`.

    Costs a hundred times more than any other type: look first for a feed, or with `type: json` read what the page's
    scripts read. Needs `pip install 'headline-monitor[browser]'` and
    `playwright install --with-deps chromium-headless-shell`, or the system's Chromium.
    """

    wait_for: str | None = None
    """CSS selector of what must be there before the page is read: best a container that the scripts always bring,
    since a page without it is a failure. When missing, the page is read once it has nothing more to load."""
    timeout: Duration = Duration(seconds=20)
    """How long all of it may take, 1s to 60s."""

    def problems(self) -> Sequence[tuple[str, str]]:
        """Return what is wrong with the selectors and the timeout, or that no browser can be driven."""
        found = list(html.HtmlEndpoint.problems(self))
        if self.wait_for is not None and (wrong := selector_problem(self.wait_for)):
            found.append(("wait_for", wrong))
        if not _SHORTEST <= self.timeout <= _LONGEST:
            found.append(("timeout", "is not between 1s and 60s"))
        if find_spec("playwright") is None:
            found.append(("type", f"pages cannot be rendered: Playwright is missing; {INSTALL}"))
        return found


def build(options: BrowserEndpoint, context: SiteContext) -> BrowserExtractor:
    """Return the extractor of an endpoint."""
    rendering = Rendering(wait_for=options.wait_for, seconds=options.timeout.total_seconds())
    return BrowserExtractor(html.build(options, context), rendering)


@dataclass(frozen=True, slots=True)
class BrowserExtractor:
    """Reads a shown page as if the server had sent it so."""

    page: Extractor
    rendering: Rendering

    def request(self) -> Request:
        """Return what to ask for."""
        return replace(self.page.request(), rendering=self.rendering)

    def extract(self, page: Fetched) -> Sequence[Item]:
        """Return the page's headlines.

        Raises:
            ExtractError: there are none, as of kind `html`.
        """
        return self.page.extract(page)
