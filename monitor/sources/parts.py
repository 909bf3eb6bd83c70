"""Reads what selectors find, and only where a page has changed; chooses no selectors and merges nothing.

A selector that looks at an element and what is around it only finds the same in the same markup. So each part of a
page is known by its markup and by what selectors can see around it, and what the last page showed is not read again.
"""

from __future__ import annotations

import re
from array import array
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import fields
from itertools import accumulate, chain, takewhile

from bs4 import BeautifulSoup
from lxml import etree
from lxml.etree import _Element as Element

from monitor.model import Item
from monitor.sources.cards import Site
from monitor.sources.layout import Layout, Region
from monitor.sources.packed import Packed
from monitor.sources.selection import select_elements
from monitor.sources.tree import Handover, is_plain, parts_of, released, search_for

_ATTRIBUTE = re.compile(r"\[([\w-]+)")


class Parts:
    """What stood on the last page of an endpoint; `read` gives the same as reading all of every page."""

    def __init__(self, layout: Layout) -> None:
        self._layout = layout
        self._search = search_for(tuple(region.items for _, region in layout.regions()))
        asked = _ATTRIBUTE.findall(" ".join(selectors_of(layout)).lower())
        self._attributes = tuple(sorted({"class", "id", "href", *asked}))
        self._of = ("", "")  # the last page's address, and what its links were relative to
        self._looks = array("q")  # a number for each part of the last page ...
        self._ends = array("q")  # ... and which of its headlines is behind the part's last one
        self._items = Packed()

    def read(self, root: Element, site: Site) -> list[Item]:
        """Return what the items of a page say, in page order."""
        assert self._search is not None, "whoever reads parts asked `can_be_cut` first"
        known = self._known() if self._of == (site.address, site.base) else {}
        parts = parts_of(root, self._search)
        looks = array("q", self._looks_of(parts))
        fresh = {part: look for part, look in zip(parts, looks, strict=True) if look not in known}
        known = {**known, **(self._read(root, fresh, site) if fresh else {})}
        items = [item for look in looks for item in known[look]]
        self._of, self._looks, self._items = (site.address, site.base), looks, Packed(items)
        self._ends = array("q", accumulate(len(known[look]) for look in looks))
        return items

    def _known(self) -> Mapping[int, Sequence[Item]]:
        """Return the headlines of the last page by the looks of their parts."""
        items = [*self._items]
        starts = chain([0], self._ends)
        return {look: items[start:end] for look, start, end in zip(self._looks, starts, self._ends, strict=False)}

    def _looks_of(self, parts: Sequence[Element]) -> Iterator[int]:
        """Yield a number for each part, and for what selectors can see around it."""
        around: dict[Element, int] = {}
        for part in parts:
            unknown = [*takewhile(lambda place: place not in around, part.iterancestors())]
            outside = unknown[-1].getparent() if unknown else part.getparent()
            look = 0 if outside is None else around[outside]
            for place in reversed(unknown):
                look = hash((look, place.tag, *(place.get(name) for name in self._attributes)))
                around[place] = look
            yield hash((look, etree.tostring(part, encoding="utf-8", with_tail=False)))

    def _read(self, root: Element, fresh: Mapping[Element, int], site: Site) -> Mapping[int, Sequence[Item]]:
        found: dict[int, list[Item]] = {look: [] for look in fresh.values()}
        done = dict[int, Element]()
        builder = Handover(root, fresh)
        with released(BeautifulSoup("", builder=builder)) as soup:
            for tag, item in select_elements(soup, self._layout, site):
                element = builder.sources[id(tag)]
                part = element if element in fresh else next(one for one in element.iterancestors() if one in fresh)
                if done.setdefault(fresh[part], part) is part:  # of parts that look the same, one
                    found[fresh[part]].append(item)
        return found


def can_be_cut(layout: Layout) -> bool:
    """Tell whether no selector asks for positions or siblings."""
    return all(map(is_plain, selectors_of(layout)))


def selectors_of(layout: Layout) -> Iterator[str]:
    """Yield every selector of a layout."""
    values = (getattr(region, field.name) for _, region in layout.regions() for field in fields(Region))
    return filter(None, values)
