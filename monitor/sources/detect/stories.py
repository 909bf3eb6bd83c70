"""The links of a page by what they lead to, with the words that stand for each; judges none."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from lxml.etree import _Element as Element

from monitor.sources.detect.addresses import Address
from monitor.sources.detect.titles import Rank, Title, from_attributes, from_beside, from_text, is_cut, uncut

_LEAD = 160  # characters; longer texts are no titles


class Link(NamedTuple):
    """One link as it stands on the page."""

    element: Element
    position: int  # among all links
    text: str


class Story(NamedTuple):
    """All links of a page to one address, and the best title among them."""

    address: Address
    links: Sequence[Link]
    best: Link
    rank: Rank
    title: str


def story_of(leads: Address, links: Sequence[Link]) -> Story:
    """Return the story behind links: its title is looked for beside them only when it is in none of them."""
    found = [(*own, link) for link in links if link.text and (own := from_text(link.element, link.text))]
    if not found:
        found = [(*title_of(link), link) for link in links]
    rank, title, best = min(found, key=lambda one: (one[0], len(one[1]) > _LEAD)) if len(found) > 1 else found[0]
    if is_cut(title):
        title = uncut(title, (text for link in links for text in (link.element.get("title"), link.text)))
    return Story(leads, links, best, rank, title)


def title_of(link: Link) -> Title:
    """Return the best title of one link, and where it stands."""
    own = from_text(link.element, link.text) if link.text else None
    return own or from_beside(link.element) or from_attributes(link.element)
