"""The kind `html`: reads the ticker and the headline lists of a page; fetches nothing."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import soupsieve
from bs4.element import Tag

from monitor.errors import ExtractError
from monitor.model import Fetched, Item, Request, Section
from monitor.ports import EndpointOptions, SiteContext
from monitor.sources import diagnosis
from monitor.sources.cards import Card, Site, read
from monitor.sources.decode import decode
from monitor.sources.layout import Detector, Layout, Region
from monitor.sources.merge import merge
from monitor.sources.recipes import recipe_for
from monitor.sources.request import request
from monitor.sources.tree import Tree, parse
from monitor.sources.visible import LONGEST_LABEL, classes, tags_in
from monitor.text import split_mark
from monitor.urls import absolute, host

__all__ = ["HtmlEndpoint", "HtmlExtractor", "Region", "build"]

_ACCEPT = "text/html, application/xhtml+xml;q=0.9, */*;q=0.5"
_MOST_ITEMS = 5000  # of one region; no page shows so many
_CLONES = frozenset({"bx-clone", "slick-cloned", "cloned", "swiper-slide-duplicate"})
_MARQUEE = "js-marquee"  # the script makes a second one beside the first


@dataclass(frozen=True, slots=True, kw_only=True)
class HtmlEndpoint(EndpointOptions):
    """A page with a ticker, headline lists, or both."""

    ticker: Region | None = None
    """The breaking-news ticker; its headlines count as breaking news."""
    list: Region | tuple[Region, ...] | None = None
    """Where the other headlines stand: one region, or a list of regions."""

    def problems(self) -> Sequence[tuple[str, str]]:
        """Return every selector that is none, or that there are none and no recipe knows the site."""
        regions = [("ticker", self.ticker)] if self.ticker else []
        if isinstance(self.list, Region):
            regions.append(("list", self.list))
        else:
            regions += [(f"list.{index}", region) for index, region in enumerate(self.list or ())]
        found = [(f"{place}.{key}", wrong) for place, region in regions for key, wrong in region.problems()]
        if not regions and not _known_layout(self):
            message = (
                f"no selectors given and no built-in recipe for host '{host(self.url)}': "
                "add ticker or list selectors, or a feed endpoint"
            )
            found.append(("url", message))
        return found


def build(options: HtmlEndpoint, context: SiteContext, detector: Detector | None = None) -> HtmlExtractor:
    """Return the extractor of an endpoint: by its own selectors, else the site's recipe, else the detector."""
    return HtmlExtractor(options, context, detector)


class HtmlExtractor:
    """Reads one page by one layout."""

    def __init__(self, options: HtmlEndpoint, context: SiteContext, detector: Detector | None = None) -> None:
        self._options = options
        self._context = context
        self._detector = detector
        self._layout = _own_layout(options) or _known_layout(options)

    def request(self) -> Request:
        """Return what to ask for."""
        return request(self._options.url, self._context, _ACCEPT)

    def extract(self, page: Fetched) -> Sequence[Item]:
        """Return the page's headlines in page order, each once.

        Empty only when the containers that the regions name are all there and empty.

        Raises:
            ExtractError: no headline was found; says what the page is instead when that can be told.
        """
        text = decode(page.body, page.content_type)
        other = diagnosis.not_html(page.body, text)
        if other:
            raise self._error(f"{page.final_url} is not an HTML page but {other}{_advice(other)}")
        layout = self._layout or self._detected(text, page.final_url)
        tree = parse(text, [region.container or region.items for _, region in layout.regions()])
        items = merge(self._items(tree, layout, page))
        if not items and not _is_empty(tree, [region.container for _, region in layout.regions() if region.container]):
            raise self._nothing_found(text, layout)
        return items

    def _detected(self, text: str, url: str) -> Layout:
        layout = self._detector.detect(parse(text).soup, url) if self._detector else None
        if not layout or not layout.regions():
            raise self._error(
                f"nothing says where the headlines stand on {url}; add ticker or list selectors, or a feed endpoint"
            )
        return layout

    def _items(self, tree: Tree, layout: Layout, page: Fetched) -> Iterator[Item]:
        """Yield what every region shows, in the order of the page; an element of two regions counts as ticker."""
        base = absolute(page.final_url, tree.base) or page.final_url
        site = Site(address=page.final_url, base=base, zone=self._context.zone, now=page.fetched_at)
        found: dict[int, tuple[Tag, Section, Region]] = {}
        for section, region in layout.regions():
            for element in _elements(tree, region):
                found.setdefault(id(element), (element, section, region))
        order = {id(element): index for index, element in enumerate(tags_in(tree.soup))}
        for key in sorted(found, key=order.__getitem__):
            element, section, region = found[key]
            card = None if _is_clone(element) else read(element, region, site)
            # Without a link a list shows boxes and banners, a ticker headlines.
            if card and (card.leads_somewhere or section is Section.TICKER):
                yield _item(card, section, f"{layout.origin}: {region.items}")

    def _nothing_found(self, text: str, layout: Layout) -> ExtractError:
        selectors = " or ".join(f"'{region.items}'" for _, region in layout.regions())
        instead = diagnosis.stands_in(text)
        reason = f"; {instead}" if instead else ""
        return self._error(
            f"no headline found with {selectors} (page has {diagnosis.count_links(text)} links{reason}); "
            f"try: headline-monitor extract {self._options.url}"
        )

    def _error(self, message: str) -> ExtractError:
        return ExtractError(f"source '{self._context.source}': {message}")


def _own_layout(options: HtmlEndpoint) -> Layout | None:
    lists = (options.list,) if isinstance(options.list, Region) else options.list or ()
    return Layout(ticker=options.ticker, lists=lists) if options.ticker or lists else None


def _known_layout(options: HtmlEndpoint) -> Layout | None:
    recipe = recipe_for(options.url)
    return recipe.layout if recipe else None


def _elements(tree: Tree, region: Region) -> Iterator[Tag]:
    if not region.container:
        yield from soupsieve.select(region.items, tree.soup, limit=_MOST_ITEMS)
        return
    for container in soupsieve.select(region.container, tree.soup):
        yield from soupsieve.select(region.items, container, limit=_MOST_ITEMS)


def _is_clone(element: Tag) -> bool:
    """Tell whether a slider or marquee script made the element as a copy."""
    for place in (element, *element.parents):
        names = classes(place)
        if not _CLONES.isdisjoint(names):
            return True
        if _MARQUEE in names and place.find_previous_sibling(class_=_MARQUEE):
            return True
    return False


def _is_empty(tree: Tree, containers: Sequence[str]) -> bool:
    """Tell whether all containers are there and hold no link, and no more text than a label."""
    places = [soupsieve.select(container, tree.soup) for container in containers]
    return bool(places) and all(found and all(map(_holds_nothing, found)) for found in places)


def _holds_nothing(container: Tag) -> bool:
    hrefs = (str(anchor["href"]) for anchor in container.find_all("a", href=True))
    label = " ".join(container.get_text(" ").split())
    return len(label) <= LONGEST_LABEL and not any(absolute("https://page.invalid/", href) for href in hrefs)


def _item(card: Card, section: Section, evidence: str) -> Item:
    return Item(
        title=card.title,
        section=section,
        position=0,
        url=card.url,
        published_at=card.published_at,
        category=card.category,
        breaking=section is Section.TICKER or card.badge or split_mark(card.title)[0] is not None,
        evidence=evidence,
    )


def _advice(other: str) -> str:
    return {"a feed": "; use type: feed", "JSON": "; a JSON Feed needs type: feed"}.get(other, "")
