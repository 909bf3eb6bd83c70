"""The kind `html`: reads the ticker and the headline lists of a page; fetches nothing."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from lxml.etree import _Element as Element

from monitor.errors import ExtractError
from monitor.model import Fetched, Item, Request, Section
from monitor.ports import EndpointOptions, SiteContext
from monitor.sources import detect, diagnosis, recipes
from monitor.sources.cards import Site
from monitor.sources.decode import decode
from monitor.sources.lastpage import LastPage
from monitor.sources.layout import Layout, Region, selector_problem
from monitor.sources.merge import merge
from monitor.sources.parts import Parts, can_be_cut, selectors_of
from monitor.sources.request import request
from monitor.sources.selection import is_empty, missing_containers, reach, select
from monitor.sources.tree import base_of, clear, released, root_of, soup_of
from monitor.urls import absolute, canonical

__all__ = ["HtmlEndpoint", "HtmlExtractor", "Region", "build"]

_ACCEPT = "text/html, application/xhtml+xml;q=0.9, */*;q=0.5"
_SIGNS_EVERY = 20  # reads
_log = logging.getLogger(__name__)
_FEW = 4  # headlines; a page that shows no more may stand in for the real one


@dataclass(frozen=True, slots=True, kw_only=True)
class HtmlEndpoint(EndpointOptions):
    """A page with a ticker, headline lists, or both; they are found by themselves when no selectors are given."""

    ticker: Region | None = None
    """The breaking-news ticker; its headlines count as breaking news."""
    list: Region | tuple[Region, ...] | None = None
    """Where the other headlines stand: one region, or a list of regions."""
    ignore: tuple[str, ...] = ()
    """CSS selectors of what is no news, such as a box of job offers. `headline-monitor extract` prints for every
    headline that was found by itself such a selector of the headline and its like."""

    def problems(self) -> Sequence[tuple[str, str]]:
        """Return every selector that is none."""
        regions = [("ticker", self.ticker)] if self.ticker else []
        if isinstance(self.list, Region):
            regions.append(("list", self.list))
        else:
            regions += [(f"list.{index}", region) for index, region in enumerate(self.list or ())]
        found = [(f"{place}.{key}", wrong) for place, region in regions for key, wrong in region.problems()]
        ignored = ((f"ignore.{index}", selector_problem(one)) for index, one in enumerate(self.ignore))
        return found + [(key, wrong) for key, wrong in ignored if wrong]


def build(options: HtmlEndpoint, context: SiteContext) -> HtmlExtractor:
    """Return the extractor of an endpoint."""
    return HtmlExtractor(options, context)


class HtmlExtractor:
    """Reads one page by the endpoint's own selectors; without them by what is found, and by a recipe if one fits.

    A recipe knows where the ticker stands and what cards are made of; what it does not find is looked for all the
    same, since recipes age.
    """

    def __init__(self, options: HtmlEndpoint, context: SiteContext, *, with_recipes: bool = True) -> None:
        self._options = options
        self._context = context
        self._own = _own_layout(options)
        self._with_recipes = with_recipes
        self._layouts: Sequence[Layout] = ()
        self._reads = 0
        self._parts = Parts(self._own) if self._own and can_be_cut(self._own) else None
        self._last = LastPage([*selectors_of(self._own), *options.ignore] if self._own else ())

    def request(self) -> Request:
        """Return what to ask for."""
        return request(self._options.url, self._context, _ACCEPT)

    def extract(self, page: Fetched) -> Sequence[Item]:
        """Return the page's headlines in page order, each once.

        Empty only when the containers that the endpoint's own regions name are all there and empty.

        Raises:
            ExtractError: no headline was found; says what the page is instead when that can be told.
        """
        known = self._last.items_if_known(page)
        if known is not None:
            return known
        try:
            items = self._read(page)
        except ExtractError:
            self._last.forget()
            raise
        if not self._last.keep(page, items):
            _log.warning(
                "source '%s': what seemed to be no news on %s was some; from now on all of its pages are always read",
                self._context.source,
                page.final_url,
            )
        return self._last.items or items

    def _read(self, page: Fetched) -> Sequence[Item]:
        text = decode(page.body, page.content_type)
        other = diagnosis.not_html(page.body, text)
        if other:
            raise self._error(f"{page.final_url} is not an HTML page but {other}{_advice(other)}")
        root = self._root(text)
        if self._own:
            return self._by_selectors(self._own, root, text, page)
        items = merge(self._by_itself(root, text, page))
        instead = diagnosis.stands_in(text) if len(items) < _FEW else diagnosis.is_missing(text)
        if instead or not items:
            raise self._nothing_found("", text, ())
        return items

    def _root(self, text: str) -> Element:
        root = root_of(text)
        if self._options.ignore:
            clear(root, self._options.ignore)
        return root

    def _by_selectors(self, layout: Layout, root: Element, text: str, page: Fetched) -> Sequence[Item]:
        """Return what own selectors find; when a list's find nothing, what is found without them.

        A ticker may come and go, or be empty.
        """
        site = self._site(root, page)
        if self._parts:
            items = merge(self._parts.read(root, site))
            if items and _fills(layout, items):
                return items
        with released(soup_of(root, reach(layout))) as soup:
            items = merge(select(soup, layout, site))
            has_list = _fills(layout, items) or is_empty(soup, layout.lists)
            is_quiet = not items and is_empty(soup, [region for _, region in layout.regions()])
            gone = missing_containers(soup, layout)
        if (items or is_quiet) and has_list:
            return items
        found = [] if diagnosis.stands_in(text) else self._detected(text, page, layout)
        wanted = [one for one in found if one.section is Section.LIST or not (items or is_quiet)]
        if not items and not wanted and not is_quiet:
            selectors = " or ".join(f"'{region.items}'" for _, region in layout.regions())
            raise self._nothing_found(f" with {selectors}", text, gone)
        return merge([*items, *wanted])

    def _detected(self, text: str, page: Fetched, layout: Layout) -> Sequence[Item]:
        """Return what is found without the selectors: only a ticker where they ask for nothing else."""
        root = self._root(text)
        found = detect.find(root, self._site(root, page))
        wanted = [one for one in found if layout.lists or one.section is Section.TICKER]
        return [replace(one, evidence=f"selectors found nothing, {one.evidence}") for one in wanted]

    def _by_itself(self, root: Element, text: str, page: Fetched) -> Iterator[Item]:
        """Yield what the first recipe finds that finds anything, then what is found without it."""
        site = self._site(root, page)
        known: Sequence[Item] = ()
        has_bar = False
        for layout in self._known_layouts(text):
            with released(soup_of(root, reach(layout))) as soup:
                known = [*select(soup, layout, site)]
                has_bar = layout.ticker is not None and is_empty(soup, [layout.ticker])
            if known or has_bar:
                break
        yield from known
        addresses = {canonical(item.url) for item in known if item.url}
        has_bar = has_bar or any(item.section is Section.TICKER for item in known)
        for item in detect.find(root, site, ticker=not has_bar):
            if canonical(item.url or "") not in addresses:
                yield item

    def _known_layouts(self, text: str) -> Sequence[Layout]:
        """Return what recipes know of the page; signs of a theme are looked for now and then, since they cost."""
        if self._with_recipes and self._reads % _SIGNS_EVERY == 0:
            self._layouts = recipes.layouts_for(self._options.url, text)
        self._reads += 1
        return self._layouts

    def _site(self, root: Element, page: Fetched) -> Site:
        base = absolute(page.final_url, base_of(root)) or page.final_url
        return Site(address=page.final_url, base=base, zone=self._context.zone, now=page.fetched_at)

    def _nothing_found(self, how: str, text: str, gone: Sequence[str]) -> ExtractError:
        instead = diagnosis.stands_in(text)
        reason = f"; {instead}" if instead else "".join(f"; there is no container '{one}'" for one in gone)
        return self._error(
            f"no headline found{how} (page has {diagnosis.count_links(text)} links{reason}); "
            f"try: headline-monitor extract {self._options.url}"
        )

    def _error(self, message: str) -> ExtractError:
        return ExtractError(f"source '{self._context.source}': {message}")


def _own_layout(options: HtmlEndpoint) -> Layout | None:
    lists = (options.list,) if isinstance(options.list, Region) else options.list or ()
    return Layout(ticker=options.ticker, lists=lists) if options.ticker or lists else None


def _fills(layout: Layout, items: Sequence[Item]) -> bool:
    """Tell whether the lists that are asked for, if any are, show something."""
    return not layout.lists or any(item.section is Section.LIST for item in items)


def _advice(other: str) -> str:
    kinds = {"a feed": "feed", "a sitemap": "sitemap", "JSON": "json, or feed for a JSON Feed"}
    return f"; use type: {kinds[other]}" if other in kinds else ""
