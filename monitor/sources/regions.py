"""Reads entries of lists by the selectors of a layout, if these look at an element and what is around it only."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields
from datetime import tzinfo

from bs4.element import Tag

from monitor.model import Fetched, Item, Section
from monitor.sources.cards import Site
from monitor.sources.excerpt import FILLER, MARK
from monitor.sources.layout import Layout, Region
from monitor.sources.merge import merge
from monitor.sources.reading import Listed, Reading
from monitor.sources.selection import reach, select_elements
from monitor.sources.tree import clear, is_plain, released, root_of, soup_of


def can_read(layout: Layout, ignore: Sequence[str]) -> bool:
    """Tell whether no selector asks for positions or siblings."""
    selectors = [getattr(region, field.name) for _, region in layout.regions() for field in fields(Region)]
    return all(is_plain(one) for one in [*selectors, *ignore] if one)


@dataclass(frozen=True, slots=True)
class SelectedParts:
    """A PartReader for pages that were read by own selectors alone."""

    layout: Layout
    ignore: Sequence[str]
    zone: tzinfo

    def read(self, before: Reading, excerpt: bytes, page: Fetched) -> Sequence[Listed] | None:
        """Return what the entries of an excerpt show."""
        root = root_of(excerpt.decode())
        if self.ignore:
            clear(root, self.ignore)
        site = Site(address=page.final_url, base=before.base, zone=self.zone, now=page.fetched_at)
        with released(soup_of(root, [*reach(self.layout), FILLER])) as soup:
            found = listed(select_elements(soup, self.layout, site))
        return None if -1 in found.places else [found]

    def join(self, lists: Sequence[Listed]) -> Sequence[Item] | None:
        """Return the list with each headline once."""
        ((items, _),) = lists
        if self.layout.lists and not any(item.section is Section.LIST for item in items):
            return None
        return merge(items) or None


def listed(found: Iterable[tuple[Tag, Item]]) -> Listed:
    """Return headlines with the entries that they stand in."""
    pairs = [(_entry_of(element), item) for element, item in found]
    return Listed([item for _, item in pairs], [place for place, _ in pairs])


def _entry_of(element: Tag) -> int:
    """Return the number of the list entry that an element stands in; -1 when it stands in none."""
    for place in (element, *element.parents):
        number = place.get(MARK)
        if number:
            return int(str(number))
    return -1
