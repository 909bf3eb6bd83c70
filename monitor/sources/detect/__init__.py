"""Finds the headlines and the ticker of a page that nobody described; knows no site and remembers nothing.

Links are grouped by address, weighed by their own looks and by the company they keep, and the ticker is found among
the places that are called or labelled like one.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from itertools import islice
from typing import NamedTuple

from lxml.etree import _Element as Element

from monitor.model import Item, Section
from monitor.sources.cards import Site
from monitor.sources.detect.bars import Bar, find_bar
from monitor.sources.detect.page import Page
from monitor.sources.detect.signs import ENOUGH, chances
from monitor.sources.detect.ticks import bar_without_links, ticks_in
from monitor.sources.detect.times import Times
from monitor.sources.detect.titles import Rank
from monitor.sources.tree import CLIMB
from monitor.text import clean, split_mark

__all__ = ["find"]

_SHOWN = frozenset({Rank.HEADING, Rank.NAMED, Rank.TEXT})


class _Chosen(NamedTuple):
    element: Element
    url: str | None
    title: str
    section: Section
    rule: str


def find(root: Element, site: Site, *, ticker: bool = True) -> list[Item]:
    """Return the headlines of a page in page order; with its ticker, unless that is known already."""
    page = Page(root, site)
    likely = {story.address.key: chance for story, chance in zip(page.stories, chances(page), strict=True)}
    bar = find_bar(page, likely) if ticker else None
    place = bar.place if bar else bar_without_links(page) if ticker else None
    chosen = [*(_in_bar(bar, page) if bar else ()), *_in_lists(page, likely, bar)]
    if place is not None:
        rule, ticks = ("ticker by its name", ticks_in(page, place))
        if bar:  # a few among links: more are something else
            rule, ticks = f"ticker by {bar.why}", ticks_in(page, place, most=len(bar.entries) // 2 or 1)
        chosen += [_Chosen(item, None, text, Section.TICKER, rule) for item, text in ticks]
    order = {element: position for position, element in enumerate(page.looks if place is not None else page.links)}
    chosen.sort(key=lambda one: order[one.element])
    times = Times(page, site.zone)
    return [_item(page, times, one) for one in chosen]


def _in_bar(bar: Bar, page: Page) -> Iterator[_Chosen]:
    """Yield what the ticker says; several texts under one address are several headlines."""
    urls = {story.address.key: story.address.url for story in page.stories}
    for key, entries in bar.entries.items():
        best = min(entry.rank for entry in entries)
        shown = {entry.title: entry for entry in reversed(entries) if entry.rank == best or entry.rank in _SHOWN}
        for title, entry in shown.items():
            yield _Chosen(entry.link.element, urls[key], title, Section.TICKER, f"ticker by {bar.why}")


def _in_lists(page: Page, likely: dict[str, float], bar: Bar | None) -> Iterator[_Chosen]:
    for story in page.stories:
        key = story.address.key
        if likely[key] >= ENOUGH and story.title and not (bar and key in bar.entries):
            rule = f"list by {story.rank.words}"
            yield _Chosen(story.best.element, story.address.url, story.title, Section.LIST, rule)


def _item(page: Page, times: Times, chosen: _Chosen) -> Item:
    element = chosen.element
    title, has_mark = _shown(chosen.title)
    return Item(
        title=title,
        section=chosen.section,
        url=chosen.url,
        published_at=times.near(element),
        breaking=chosen.section is Section.TICKER or has_mark or _is_marked(page, element),
        evidence=_evidence(chosen.rule, page.path(element)),
    )


@lru_cache(maxsize=1024)  # every headline of a list has the same; the last items of each endpoint are kept
def _evidence(rule: str, path: str) -> str:
    return f"detected {rule}: {path}"


@lru_cache(maxsize=1024)  # every poll asks for the same titles again
def _shown(title: str) -> tuple[str, bool]:
    """Return the display form of a title, and whether it begins with a mark such as «عاجل»."""
    shown = clean(title)
    return shown, split_mark(shown)[0] is not None


def _is_marked(page: Page, link: Element) -> bool:
    """Tell whether a mark stands in a link or beside it."""
    parent = link.getparent()
    if parent is None or parent not in page.marked:
        return False
    is_small = next(islice(parent, CLIMB, None), None) is None  # `len` would count thousands anew for each link
    return is_small or link in page.marked
