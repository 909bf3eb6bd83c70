"""Finds the headlines and the ticker of a page that nobody described; knows no site and remembers nothing.

Links are grouped by address, weighed by their own looks and by the company they keep, and the ticker is found among
the places that are called or labelled like one.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from lxml.etree import _Element as Element

from monitor.model import Item, Section
from monitor.sources.cards import Site
from monitor.sources.detect.bars import Bar, find_bar
from monitor.sources.detect.nearby import Times, is_marked
from monitor.sources.detect.signs import ENOUGH, chances
from monitor.sources.detect.stories import Link, Page, Story
from monitor.sources.detect.titles import Rank
from monitor.text import split_mark

__all__ = ["find"]


def find(root: Element, site: Site, *, ticker: bool = True) -> list[Item]:
    """Return the headlines of a page in page order; with its ticker, unless that is known already."""
    page = Page(root, site)
    stories = page.stories()
    likely = chances(page, stories)
    bar = find_bar(page, stories, likely) if ticker and stories else None
    chosen = [*_in_bar(bar, stories)] if bar else []
    told = {story.address.key for story, _, _, _ in chosen}
    chosen += [
        (story, story.best, Section.LIST, f"list by {story.best.rank.words}")
        for story, chance in zip(stories, likely, strict=True)
        if chance >= ENOUGH and story.best.title and story.address.key not in told
    ]
    times = Times(root, site.zone)
    chosen.sort(key=lambda one: one[1].position)
    return [_item(*one, times) for one in chosen]


_Chosen = tuple[Story, Link, Section, str]


def _in_bar(bar: Bar, stories: Sequence[Story]) -> Iterator[_Chosen]:
    """Yield what the ticker says; several texts under one address are several headlines."""
    by_key = {story.address.key: story for story in stories}
    for key, links in bar.stories.items():
        best = min(link.rank for link in links)
        shown = {
            link.title: link for link in reversed(links) if link.rank in {best, Rank.HEADING, Rank.NAMED, Rank.TEXT}
        }
        for link in shown.values():
            yield by_key[key], link, Section.TICKER, f"ticker by {bar.why}"


def _item(story: Story, link: Link, section: Section, rule: str, times: Times) -> Item:
    return Item(
        title=link.title,
        section=section,
        position=0,
        url=story.address.url,
        published_at=times.near(link.element),
        breaking=section is Section.TICKER or is_marked(link.element) or split_mark(link.title)[0] is not None,
        evidence=f"detected {rule}: {link.path}",
    )
