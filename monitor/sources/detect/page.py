"""Surveys a parsed page once: what its elements are called, and where its links lead; judges nothing."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cached_property
from itertools import islice

from lxml.etree import _Element as Element

from monitor.sources.cards import Site
from monitor.sources.detect.addresses import Address, address, site_of
from monitor.sources.detect.labels import labels_among
from monitor.sources.detect.looks import Look, look
from monitor.sources.detect.reading import is_mark, text_of
from monitor.sources.detect.stories import Link, Story, story_of
from monitor.urls import article_id, canonical, host

_OUTSIDE = frozenset({"body", "html"})
_BY_TAG = {"nav": "nav", "footer": "foot"}
_MOST_LINKS = 5000  # of a page; none shows so many headlines
_SHORTEST = 2  # steps of a path before the element's own
_LEVELS = 6  # above an element that say something about it


class Page:
    """A parsed page, and what was found out about its elements so far."""

    def __init__(self, root: Element, site: Site) -> None:
        self.root = root
        self.site = site_of(host(site.address))
        self.looks: dict[Element, Look] = {
            element: look(element.get("class") or "", element.get("id") or "") for element in root.iter()
        }
        self.links: dict[Element, tuple[str, Link]] = {}  # with the key of their address
        self.stories = self._stories(site.base)
        self._own = {canonical(one) for one in (site.address, *_own_addresses(root))}
        number = article_id(site.address)
        self._own_number = number.number if number else None
        self._around: dict[Element, frozenset[str]] = {}
        self._loose: dict[Element, int] = {}
        self._paths: dict[Element, str] = {}
        self._above: dict[Element | None, Sequence[Element]] = {}

    def _stories(self, base: str) -> list[Story]:
        """Return what the page links to, in page order."""
        found: dict[str, tuple[Address, list[Link]]] = {}
        for position, element in enumerate(islice(self.root.iter("a"), _MOST_LINKS)):
            href = element.get("href")
            leads = address(base, href) if href else None
            if leads:
                link = Link(element, position, text_of(element))
                self.links[element] = leads.key, link
                found.setdefault(leads.key, (leads, []))[1].append(link)
        return [story_of(leads, links) for leads, links in found.values()]

    @cached_property
    def labels(self) -> dict[Element, tuple[str, float]]:
        """Return the elements that are labels as tickers have them, with their text and what it says."""
        return labels_among(self.looks)

    @cached_property
    def marked(self) -> set[Element]:
        """Return the places that a mark such as «عاجل» stands in, at any depth."""
        places: set[Element] = set()
        for mark in filter(is_mark, self.labels):
            for place in mark.iterancestors():
                if place in places:
                    break
                places.add(place)
        return places

    def is_itself(self, leads: Address) -> bool:
        """Tell whether an address is the page's own."""
        return leads.key in self._own or (leads.number is not None and leads.number == self._own_number)

    def links_in(self, place: Element) -> Iterator[tuple[str, Link]]:
        """Yield the links in a place, each with the key of its address."""
        return (self.links[element] for element in place.iter("a") if element in self.links)

    def above(self, element: Element) -> Sequence[Element]:
        """Return the nearest places around an element, the innermost first."""
        parent = element.getparent()
        known = self._above.get(parent) if parent is not None else ()
        if known is None:
            place, known = parent, []
            while place is not None and len(known) < _LEVELS and place.tag not in _OUTSIDE:
                known.append(place)
                place = place.getparent()
            self._above[parent] = known
        return known

    def around(self, element: Element) -> frozenset[str]:
        """Return what an element and the places around it are called, of the kinds that hold for all inside.

        A loop, since hostile pages nest deeper than Python recurses.
        """
        chain = []
        place: Element | None = element
        kinds: frozenset[str] = frozenset()
        while place is not None and place.tag not in _OUTSIDE:
            known = self._around.get(place)
            if known is not None:
                kinds = known
                break
            chain.append(place)
            place = place.getparent()
        for place in reversed(chain):
            own = self.looks[place].lasting
            by_tag = _BY_TAG.get(place.tag)
            kinds = kinds | own if own else kinds
            kinds = self._around[place] = kinds | {by_tag} if by_tag else kinds
        return kinds

    def path(self, element: Element) -> str:
        """Return a selector that finds an element and its like: at least three levels, from one with a name."""
        own = element.tag + self.looks[element].name
        above = self.above(element)
        if not above:
            return own
        known = self._paths.get(above[0])
        if known is None:
            known = self._paths[above[0]] = self._path_of(above)
        return f"{known} > {own}"

    def _path_of(self, above: Sequence[Element]) -> str:
        steps: list[str] = []
        named = False
        for place in above:
            if named and len(steps) >= _SHORTEST:
                break
            name = self.looks[place].name
            named = named or name != ""
            steps.append(place.tag + name)
        return " > ".join(reversed(steps))

    def loose_text(self, element: Element) -> int:
        """Return how many characters stand in an element, outside of the elements in it."""
        length = self._loose.get(element)
        if length is None:
            length = len((element.text or "").strip())
            for child in element:
                tail = child.tail
                if tail:
                    length += len(tail.strip())
            self._loose[element] = length
        return length

    def near(self, element: Element) -> tuple[Look, ...]:
        """Return the looks of an element and the nearest two around it."""
        return tuple(map(self.looks.__getitem__, (element, *self.above(element)[:2])))


def _own_addresses(root: Element) -> Iterator[str]:
    for link in root.iter("link"):
        if link.get("rel") == "canonical":
            yield link.get("href") or ""
    for meta in root.iter("meta"):
        if meta.get("property") == "og:url":
            yield meta.get("content") or ""
