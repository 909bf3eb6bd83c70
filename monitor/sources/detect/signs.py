"""Weighs what speaks for and against a link being a headline: its own looks, then the company it keeps.

The points were set by hand, in logits, and checked on pages of many sites and languages; fitting them to these pages
made other pages worse. Chooses nothing.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections import Counter, defaultdict
from collections.abc import Hashable, Iterator, Mapping, Sequence
from itertools import islice
from math import exp

from lxml.etree import _Element as Element

from monitor.sources.detect.stories import Link, Page, Story
from monitor.sources.detect.titles import Rank

ENOUGH = 0.5  # chance from which a link is a headline

_START = -4.0
_LENGTHS = (10, 16, 22, 30, 45, 100, 160)  # characters
_BY_LENGTH = (-2.0, -1.0, 0.5, 1.5, 2.5, 3.0, 2.0, 0.0)
_BY_WORDS = (-2.0, -1.5, -0.7, 0.0, 0.5, 1.0)
_IDEOGRAPHS = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")
_LETTERS_OF_ONE = 3  # that an ideograph stands for
_BY_IDEOGRAPHS = 0.7
_BY_RANK = {Rank.HEADING: 1.5, Rank.NAMED: 1.0, Rank.ATTRIBUTE: -0.3, Rank.PICTURE: -0.5, Rank.NONE: -4.0}
_BY_SLUG = (-0.5, -1.0, -0.5, 0.3, 1.0, 1.3, 1.5)  # words; few of them count only where nothing else marks an article
_FEW_WORDS = 2
_AROUND = {"nav": -1.5, "foot": -1.5, "share": -2.5, "comments": -2.5, "promo": -0.7}
_NEAR = {"tags": -1.0, "share": -1.5, "comments": -3.0, "promo": -0.7, "nav": -0.5, "post": 0.5, "title": 0.5}
_REL = {"tag": -2.5, "author": -2.5, "category": -2.5, "bookmark": 1.0, "prev": 2.0, "next": 2.0}
_SECTION = 2  # addresses below an address that make it a section
_SAME_WORDS = 3  # of title and slug that make the slug a title's
_LONG_WORD = 3  # letters
_WORD = re.compile(r"[^\W_]+")
_TELLING = re.compile(r"[:,«»\"“”?!;‘’'…،؟؛]")
_EDITION = re.compile(r"\b(?:\d{1,2}[/.-]\d{1,2}[/.-]\d{4}|\d{4}[/.-]\d{1,2}[/.-]\d{1,2})$")
_EMPHASIS = frozenset({"b", "strong", "em", "i", "span", "u", "font"})
_SENTENCES = frozenset({"p", "div", "td", "li", "dd", "blockquote"})
_RUNNING_TEXT = 60  # characters around a link

_BY_PATH, _BY_SHAPE, _BY_BLOCK = 4.0, 5.0, 2.0  # what company is worth when it is all headlines, twice
_SURE = 4  # others; fewer say less
_BLOCK_LEVELS = 7
_BLOCK = 4  # stories


def chances(page: Page, stories: Sequence[Story]) -> list[float]:
    """Return for each story how likely it is a headline, between 0 and 1."""
    below = _addresses_below(stories)
    points = [_own_points(story, page, below) for story in stories]
    companies: list[tuple[float, list[Hashable]]] = [
        (_BY_PATH, [story.best.path for story in stories]),
        (_BY_SHAPE, [story.address.shape for story in stories]),
        (_BY_BLOCK, _blocks(stories)),
    ]
    found = [_chance(one) for one in points]
    for _ in range(2):
        found = [_chance(sum(parts)) for parts in zip(points, *_company(companies, found), strict=True)]
    return found


def _chance(points: float) -> float:
    return 1 / (1 + exp(-max(-30.0, min(30.0, points))))


# --- by itself -----------------------------------------------------------------------------------------


def _own_points(story: Story, page: Page, below: Mapping[str, int]) -> float:
    best = story.best
    words = _WORD.findall(best.title.lower())
    return (
        _START
        + _title_points(best, words)
        + _address_points(story, words)
        + _place_points(story)
        + (0 if story.address.site == page.site else -5.0)
        + (-2.0 if page.is_itself(story.address) else 0)
        + (-2.0 if below[story.address.path.rstrip("/")] >= _SECTION else 0)
    )


def _title_points(best: Link, words: Sequence[str]) -> float:
    title = best.title
    ideographs = 0 if title.isascii() else len(_IDEOGRAPHS.findall(title))
    length = len(title) + (_LETTERS_OF_ONE - 1) * ideographs
    return (
        _BY_LENGTH[bisect_right(_LENGTHS, length)]
        + (_BY_IDEOGRAPHS if ideographs else _BY_WORDS[min(len(words), len(_BY_WORDS) - 1)])
        + _BY_RANK.get(best.rank, 0)
        + (0.5 if _TELLING.search(title) else 0)
        + (-3.0 if _EDITION.search(title) else 0)  # «جريدة … بتاريخ 2026/03/02»: a paper's issue, not its news
    )


def _address_points(story: Story, words: Sequence[str]) -> float:
    address = story.address
    known = address.number or address.date
    points = 1.5 * address.number + 1.5 * address.date - 3.0 * address.stop - 0.3 * ("?" in address.key)
    if address.words > _FEW_WORDS or not known:
        points += _BY_SLUG[min(address.words, len(_BY_SLUG) - 1)]
    same = sum(len(word) >= _LONG_WORD and word in address.slug for word in words)
    if same >= _SAME_WORDS:
        points += 1.5
    elif same and same >= len(words) - 1 and not known:
        points -= 1.5  # «Sport» leading to /sport
    return points


def _place_points(story: Story) -> float:
    best, links = story.best, story.links
    everywhere = frozenset.intersection(*(link.around for link in links))
    rel = best.element.get("rel")
    return (
        sum(_AROUND[kind] for kind in everywhere)
        + sum(_NEAR.get(kind, 0) for kind in best.near)
        + (sum(_REL.get(word, 0) for word in rel.split()) if rel else 0)
        + (0.5 if len(links) > 1 else 0)
        + (0.5 if any(not link.text and link.element.find(".//img") is not None for link in links) else 0)
        + (-2.5 if all(map(_in_sentence, links)) else 0)
    )


def _in_sentence(link: Link) -> bool:
    """Tell whether a link stands in running text."""
    place = link.element.getparent()
    if place is not None and place.tag in _EMPHASIS:
        place = place.getparent()
    if place is None or place.tag not in _SENTENCES:
        return False
    texts = (place.text, *(child.tail for child in place))
    around = sum(len(text.strip()) for text in texts if text)
    return around > max(_RUNNING_TEXT, len(link.text))


def _addresses_below(stories: Sequence[Story]) -> Counter[str]:
    """Return how many addresses lie below each path."""
    count: Counter[str] = Counter()
    for story in stories:
        parts = story.address.path.rstrip("/").split("/")
        count.update("/".join(parts[:end]) for end in range(2, len(parts)))
    return count


# --- by company ----------------------------------------------------------------------------------------


def _company(
    companies: Sequence[tuple[float, Sequence[Hashable]]], found: Sequence[float]
) -> Iterator[Sequence[float]]:
    """Yield for each kind of company what the others of it say about each story."""
    for worth, names in companies:
        total: defaultdict[Hashable, float] = defaultdict(float)
        number = Counter(names)
        for name, chance in zip(names, found, strict=True):
            total[name] += chance
        yield [
            worth * _opinion(total[name] - chance, number[name] - 1) for name, chance in zip(names, found, strict=True)
        ]


def _opinion(total: float, others: int) -> float:
    return (total / others - 0.5) * min(others, _SURE) / _SURE if others else 0.0


def _blocks(stories: Sequence[Story]) -> list[Hashable]:
    """Return for each story the smallest place around it that holds several."""
    places = [[*islice(_around(story.best.element), _BLOCK_LEVELS)] for story in stories]
    number = Counter(place for around in places for place in around)
    return [next((place for place in around if number[place] >= _BLOCK), None) for around in places]


def _around(element: Element) -> Iterator[Element]:
    return (place for place in element.iterancestors() if place.tag not in {"body", "html"})
