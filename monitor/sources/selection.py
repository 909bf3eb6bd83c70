"""Reads the headlines that the selectors of a layout find; judges none and looks nowhere else."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from sys import intern

import soupsieve
from bs4 import BeautifulSoup
from bs4.element import Tag

from monitor.model import Item, Section
from monitor.sources.cards import Card, Site, read
from monitor.sources.layout import Layout, Region
from monitor.sources.visible import LONGEST_LABEL, classes, tags_in
from monitor.text import split_mark
from monitor.urls import absolute

_MOST_ITEMS = 5000  # of one region; no page shows so many
_CLONES = frozenset({"bx-clone", "slick-cloned", "cloned", "swiper-slide-duplicate"})
_MARQUEE = "js-marquee"  # the script makes a second one beside the first


def reach(layout: Layout) -> list[str]:
    """Return selectors of all that must be kept of a page to read it by a layout."""
    return [region.container or region.items for _, region in layout.regions()]


def select(soup: BeautifulSoup, layout: Layout, site: Site) -> Iterator[Item]:
    """Yield what every region shows, in the order of the page; an element of two regions counts as ticker."""
    return (item for _, item in select_elements(soup, layout, site))


def select_elements(soup: BeautifulSoup, layout: Layout, site: Site) -> Iterator[tuple[Tag, Item]]:
    """Yield the same with the element that each was read from."""
    found: dict[int, tuple[Tag, Section, Region]] = {}
    for section, region in layout.regions():
        for element in _elements(soup, region):
            found.setdefault(id(element), (element, section, region))
    order = {id(element): index for index, element in enumerate(tags_in(soup))}
    for key in sorted(found, key=order.__getitem__):
        element, section, region = found[key]
        card = None if _is_clone(element) else read(element, region, site)
        # Without a link a list shows boxes and banners, a ticker headlines.
        if card and (card.leads_somewhere or section is Section.TICKER):
            yield element, _item(card, section, intern(f"{layout.origin}: {region.items}"))


def is_empty(soup: BeautifulSoup, regions: Sequence[Region]) -> bool:
    """Tell whether the regions name containers which are all there and hold no link, and no more than a label."""
    places = [soupsieve.select(region.container, soup) for region in regions if region.container]
    return bool(places) and all(found and all(map(_holds_nothing, found)) for found in places)


def missing_containers(soup: BeautifulSoup, layout: Layout) -> list[str]:
    """Return the containers of a layout that the page does not have."""
    named = dict.fromkeys(region.container for _, region in layout.regions() if region.container)
    return [container for container in named if not soupsieve.select_one(container, soup)]


def _elements(soup: BeautifulSoup, region: Region) -> Iterator[Tag]:
    if not region.container:
        yield from soupsieve.select(region.items, soup, limit=_MOST_ITEMS)
        return
    for container in soupsieve.select(region.container, soup):
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


def _holds_nothing(container: Tag) -> bool:
    hrefs = (str(anchor["href"]) for anchor in container.find_all("a", href=True))
    label = " ".join(container.get_text(" ").split())
    return len(label) <= LONGEST_LABEL and not any(absolute("https://page.invalid/", href) for href in hrefs)


def _item(card: Card, section: Section, evidence: str) -> Item:
    return Item(
        title=card.title,
        section=section,
        url=card.url,
        published_at=card.published_at,
        category=card.category,
        breaking=section is Section.TICKER or card.badge or split_mark(card.title)[0] is not None,
        evidence=evidence,
    )
