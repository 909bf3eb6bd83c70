"""Reads what a ticker says without links: plain texts, or links that lead nowhere; chooses no ticker."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from itertools import islice

from lxml.etree import _Element as Element

from monitor.sources.cards import says_enough
from monitor.sources.detect.hints import NO_PLACES, name_points
from monitor.sources.detect.labels import label_points
from monitor.sources.detect.looks import CERTAIN
from monitor.sources.detect.page import Page
from monitor.sources.detect.reading import text_of

_WORDS = re.compile(r"[^\W\d_]+")
_FEWEST_WORDS = 3
_LONGEST = 200  # characters
_MOST = 30  # of one ticker
_MOST_BARS = 10  # of a page that are looked at
_MOST_ITEMS = 100
_TEMPLATE = re.compile(r"\{\{|\$\{|<%")


def ticks_in(page: Page, place: Element, *, most: int = _MOST) -> list[tuple[Element, str]]:
    """Return the items of a ticker that lead nowhere, with their texts; none when they are too many."""
    found = {text: item for item in _items(page, place) if (text := _text(page, item))}
    return [(item, text) for text, item in found.items()] if len(found) <= most else []


def bar_without_links(page: Page) -> Element | None:
    """Return the first place with the name of a ticker that says something, though no link of it leads anywhere."""
    bars = (one for one in page.looks if name_points(page, one) == CERTAIN and one.tag not in NO_PLACES)
    for element in islice(bars, _MOST_BARS):
        if not any(page.links_in(element)) and ticks_in(page, element):
            return element
    return None


def _items(page: Page, place: Element) -> Iterator[Element]:
    """Yield the items of a list, else elements that have the same name as one beside them."""
    listed = [*islice(place.iter("li"), _MOST_ITEMS)]
    if listed:
        yield from (item for item in listed if not any(True for _ in item.iterdescendants("li")))
        return
    inside = [*islice(place.iterdescendants(), _MOST_ITEMS)]
    number = Counter((one.tag, page.looks[one].name) for one in inside)
    yield from (one for one in inside if page.looks[one].name and number[one.tag, page.looks[one].name] > 1)


def _text(page: Page, item: Element) -> str:
    if any(page.links_in(item)):
        return ""
    text = text_of(item)
    is_title = says_enough(text) and len(text) <= _LONGEST and len(_WORDS.findall(text)) >= _FEWEST_WORDS
    return text if is_title and not _TEMPLATE.search(text) and not label_points(text) else ""
