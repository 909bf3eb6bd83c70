"""Chooses the ticker among the places that are called or labelled like one; looks for no lists."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice

from lxml.etree import _Element as Element

from monitor.sources.cards import says_enough
from monitor.sources.detect.hints import NO_PLACES, Hint, hinted_places, label_before, name_points
from monitor.sources.detect.looks import CERTAIN
from monitor.sources.detect.page import Page
from monitor.sources.detect.reading import text_of
from monitor.sources.detect.signs import ENOUGH, IDEOGRAPHS
from monitor.sources.detect.stories import Link, title_of
from monitor.sources.detect.titles import Rank

_LEAST = 3.3  # points of a ticker
_MOST = 30  # headlines of one
_SOME = 4
_WORDS = re.compile(r"[^\W_]+")
_TITLE_WORDS = 3
_SHORT, _LONG = 30, 38  # mean length of titles
_AROUND = 0.8  # what a name is worth one or two levels further out


@dataclass(frozen=True, slots=True)
class Entry:
    """What one link of a ticker says."""

    link: Link
    rank: Rank
    title: str


_Entries = Mapping[str, Sequence[Entry]]  # by the key of their address


@dataclass(frozen=True, slots=True)
class Bar:
    """A place that may be the ticker."""

    place: Element
    entries: _Entries
    why: str
    points: float


def find_bar(page: Page, likely: Mapping[str, float]) -> Bar | None:
    """Return the page's ticker, or None when no place looks enough like one; `likely` is by address."""
    bars = (_judge(page, place, hint, likely) for place, hint in hinted_places(page))
    best = max((bar for bar in bars if bar), key=lambda bar: bar.points, default=None)
    return best if best and best.points >= _LEAST else None


def _judge(page: Page, place: Element, hint: Hint, likely: Mapping[str, float]) -> Bar | None:
    entries: dict[str, list[Entry]] = {}
    for key, link in page.links_in(place):
        entries.setdefault(key, []).append(Entry(link, *title_of(link)))
    good = _headlines(page, entries, likely)
    if not 0 < len(good) <= _MOST:
        return None
    said, label = (hint.said, hint.label) if hint.label else label_before(place)
    name = max([hint.name, *(_AROUND * name_points(page, around) for around in _nearest(place))])
    points = name + label + _look_of(page, place, good) - 1.5 * (len(entries) - len(good)) / len(entries)
    if max(hint.name, label) < CERTAIN or not name:
        points += _doubts(page, place, good, likely)
    if len(good) < _SOME and not any(likely[key] >= ENOUGH for key in good):
        points -= 2
    return Bar(place, good, f"label «{said}»" if label >= name else "its name", points)


def _headlines(page: Page, entries: _Entries, likely: Mapping[str, float]) -> _Entries:
    """Return the links that look like headlines by themselves or by the places of most others."""
    paths = {key: {page.path(entry.link.element) for entry in found} for key, found in entries.items()}
    number = Counter(path for found in paths.values() for path in found)
    most = max(number.values(), default=0)
    usual = {path for path in number if 2 * number[path] > most}
    return {
        key: found
        for key, found in entries.items()
        if likely[key] >= ENOUGH or (paths[key] & usual and any(map(_may_be_title, found)))
    }


def _may_be_title(entry: Entry) -> bool:
    title = entry.title
    return says_enough(title) and (len(_WORDS.findall(title)) >= _TITLE_WORDS or bool(IDEOGRAPHS.search(title)))


def _look_of(page: Page, place: Element, good: _Entries) -> float:
    """Return what speaks for a ticker: early on the page, some items, texts of a title's length, no pictures."""
    number = len(good)
    first = min(entry.link.position for found in good.values() for entry in found) / len(page.links)
    linked = sum(len(entry.link.text) for found in good.values() for entry in found)
    text = max(len(text_of(place)), 1)
    mean = sum(max(len(entry.title) for entry in found) for found in good.values()) / number
    pictures = sum(1 for _ in place.iter("img"))
    around = page.around(place)
    return (
        (1 if first < 0.2 else 0.5 if first < 0.35 else -0.5 if first > 0.7 else 0)
        + (-0.5 if number == 1 else 0.5 if number <= 12 else 0)
        + (0.5 if linked > text / 2 else -1 if linked < text / 4 else 0)
        + (-1.5 if pictures >= number else -0.5 if pictures > 1 else 0)
        + (-1 if mean < _SHORT else 0.5 if mean > _LONG else 0)
        - 3 * ("comments" in around or "share" in around)
        - 1 * ("foot" in around)
    )


def _doubts(page: Page, place: Element, good: _Entries, likely: Mapping[str, float]) -> float:
    """Return what speaks against a place without the name of a ticker, or without both name and label."""
    is_main_list = 2 * len(good) > sum(chance >= ENOUGH for chance in likely.values())
    return -1.5 * is_main_list - 1 * ("nav" in page.around(place))


def _nearest(place: Element) -> Iterator[Element]:
    return (around for around in islice(place.iterancestors(), 2) if around.tag not in NO_PLACES)
