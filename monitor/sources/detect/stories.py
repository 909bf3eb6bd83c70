"""Collects the links of a page by what they lead to, with the words that stand for each; judges none."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from lxml.etree import _Element as Element

from monitor.sources.cards import Site
from monitor.sources.detect.addresses import Address, address, site_of
from monitor.sources.detect.looks import look
from monitor.sources.detect.reading import text_of
from monitor.sources.detect.titles import Rank, title_of, uncut
from monitor.urls import article_id, canonical, host

_SHORTEST_PATH = 3  # levels
_LONGEST_PATH = 7
_LEAD = 160  # characters; longer texts are no titles
_LASTING = frozenset({"nav", "foot", "comments", "promo", "share"})  # kinds that hold for all inside
_BY_TAG = {"nav": "nav", "footer": "foot"}


@dataclass(frozen=True, slots=True)
class Link:
    """One link as it stands on the page."""

    element: Element
    position: int  # among all links
    text: str
    rank: Rank
    title: str
    around: frozenset[str]  # what the places around it are called
    near: frozenset[str]  # what it and the nearest two are called
    path: str  # a selector that finds it and its like


@dataclass(frozen=True, slots=True)
class Story:
    """All links of a page to one address."""

    address: Address
    links: tuple[Link, ...]
    best: Link  # the one with the best title


class Page:
    """A parsed page, and what was found out about its elements so far."""

    def __init__(self, root: Element, site: Site) -> None:
        self.root = root
        self.site = site_of(host(site.address))
        self._base = site.base
        self._own = {canonical(one) for one in (site.address, *_own_addresses(root))}
        self._own_number = article_id(site.address)
        self._around: dict[Element, frozenset[str]] = {}

    def is_itself(self, leads: Address) -> bool:
        """Tell whether an address is the page's own."""
        return leads.key in self._own or (self._own_number is not None and self._own_number == article_id(leads.key))

    def stories(self) -> list[Story]:
        """Return what the page links to, in page order."""
        found: dict[str, tuple[Address, list[Link]]] = {}
        for position, element in enumerate(self.root.iter("a")):
            href = element.get("href")
            leads = address(self._base, href) if href else None
            if leads:
                found.setdefault(leads.key, (leads, []))[1].append(self._link(element, position))
        return [_story(leads, links) for leads, links in found.values()]

    def around(self, element: Element) -> frozenset[str]:
        """Return what an element and the places around it are called, of the kinds that hold for all inside."""
        known = self._around.get(element)
        if known is None:
            known = self._around[element] = self._inherited(element)
        return known

    def _inherited(self, element: Element) -> frozenset[str]:
        """Ask the ancestors; a loop, since hostile pages nest deeper than Python recurses."""
        chain = [element]
        kinds: frozenset[str] = frozenset()
        for place in element.iterancestors():
            known = self._around.get(place)
            if known is not None:
                kinds = known
                break
            chain.append(place)
        for place in reversed(chain):
            kinds = self._around[place] = kinds | _lasting(place)
        return kinds

    def _link(self, element: Element, position: int) -> Link:
        text = text_of(element)
        rank, title = title_of(element, text)
        path, near = _path(element)
        return Link(element, position, text, rank, title, self.around(element), near, path)


def _story(leads: Address, links: Sequence[Link]) -> Story:
    best = min(links, key=lambda link: (link.rank, len(link.title) > _LEAD))
    texts = (text for link in links for text in (link.element.get("title"), link.text))
    return Story(leads, tuple(links), replace(best, title=uncut(best.title, texts)))


def _lasting(element: Element) -> frozenset[str]:
    if element.tag in {"body", "html"}:
        return frozenset()
    kinds = look(element.get("class") or "", element.get("id") or "").kinds & _LASTING
    by_tag = _BY_TAG.get(element.tag)
    return kinds | {by_tag} if by_tag else kinds


def _path(element: Element) -> tuple[str, frozenset[str]]:
    """Return a selector of at least three levels that begins at an element with a name, and what these are called."""
    steps: list[str] = []
    near: frozenset[str] = frozenset()
    named = False
    place: Element | None = element
    for level in range(_LONGEST_PATH):
        if place is None or place.tag in {"body", "html"} or (named and level >= _SHORTEST_PATH):
            break
        seen = look(place.get("class") or "", place.get("id") or "")
        if level < _SHORTEST_PATH:
            near |= seen.kinds
        named = named or (level > 0 and bool(seen.name))
        steps.append(f"{place.tag}{seen.name}")
        place = place.getparent()
    return " > ".join(reversed(steps)), near


def _own_addresses(root: Element) -> Iterator[str]:
    for link in root.iter("link"):
        if link.get("rel") == "canonical":
            yield link.get("href") or ""
    for meta in root.iter("meta"):
        if meta.get("property") == "og:url":
            yield meta.get("content") or ""
