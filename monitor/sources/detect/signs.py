"""Weighs what speaks for and against a link being a headline: its own looks, then the company it keeps.

The points were set by hand, in logits, and checked on pages of many sites and languages; fitting them to these pages
made other pages worse. Chooses nothing.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections import Counter
from collections.abc import Hashable, Sequence
from functools import lru_cache
from itertools import chain
from math import exp

from monitor.sources.detect.addresses import Address
from monitor.sources.detect.looks import Look
from monitor.sources.detect.page import Page
from monitor.sources.detect.stories import Link, Story
from monitor.sources.detect.titles import Rank

_CERTAIN = 30.0  # points
ENOUGH = 0.5  # chance from which a link is a headline

_START = -4.0
_LENGTHS = (10, 16, 22, 30, 45, 100, 160)  # characters
_BY_LENGTH = (-2.0, -1.0, 0.5, 1.5, 2.5, 3.0, 2.0, 0.0)
_BY_WORDS = (-2.0, -1.5, -0.7, 0.0, 0.5, 1.0)
IDEOGRAPHS = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")
_LETTERS_OF_ONE = 3  # that an ideograph stands for
_BY_IDEOGRAPHS = 0.7
_BY_RANK = {
    Rank.HEADING: 1.5,
    Rank.NAMED: 1.0,
    Rank.BESIDE: 0.7,
    Rank.ATTRIBUTE: -0.3,
    Rank.PICTURE: -0.5,
    Rank.NONE: -4.0,
}
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
_ALL_OF_IT = re.compile(
    r"(?:voir|lire|consulte\w+) (?:tou|la suite|plus|le reste|l’ensemble)|découvr\w+ (?:tou|nos )"
    r"|tou(?:te|te?s) (?:l[’']|les )(?:actu|articles|titres|infos|vidéos|news|dossiers)"
    r"|(?:see|view|show|read|browse) (?:all|more|the latest)|all (?:the )?(?:news|stories|articles)"
    r"|more (?:news|stories|from)|(?:عرض|مشاهدة|قراءة) (?:المزيد|الكل|جميع|كل)|المزيد من"
    r"|(?:جميع|كل) (?:ال[أا]خبار|المقالات|المواد)|ver (?:m[áa]s|tod)|todas las|alle (?:news|nachrichten|artikel)"
    r"|все новости|больше новостей",
    re.IGNORECASE,
)
_EMPHASIS = frozenset({"b", "strong", "em", "i", "span", "u", "font"})
_SENTENCES = frozenset({"p", "div", "td", "li", "dd", "blockquote"})
_RUNNING_TEXT = 60  # characters around a link

_BY_PATH, _BY_SHAPE, _BY_BLOCK = 4.0, 5.0, 2.0  # what company is worth when it is all headlines, twice
_SURE = 4  # others; fewer say less
_BLOCK = 4  # stories


def chances(page: Page) -> list[float]:
    """Return for each story of a page how likely it is a headline, between 0 and 1."""
    points = _own_points(page)
    companies = (
        _Company(_BY_PATH, [page.path(story.best.element) for story in page.stories]),
        _Company(_BY_SHAPE, [story.address.shape for story in page.stories]),
        _Company(_BY_BLOCK, _blocks(page)),
    )
    found = [_chance(one) for one in points]
    for _ in range(2):
        opinions = [company.opinions(found) for company in companies]
        found = [_chance(own + a + b + c) for own, a, b, c in zip(points, *opinions, strict=True)]
    return found


def _chance(points: float) -> float:
    return 1 / (1 + exp(-points)) if abs(points) < _CERTAIN else float(points > 0)


# --- by itself -----------------------------------------------------------------------------------------


def _own_points(page: Page) -> list[float]:
    below = Counter(path for story in page.stories for path in story.address.above)
    return [
        _START
        + _words_points(story.title, story.rank, story.address)
        + _place_points(story, page)
        + (0 if story.address.site == page.site else -5.0)
        + (-2.0 if page.is_itself(story.address) else 0)
        + (-2.0 if below[story.address.path] >= _SECTION else 0)
        for story in page.stories
    ]


@lru_cache(maxsize=1024)  # every poll asks for the same stories again
def _words_points(title: str, rank: Rank, address: Address) -> float:
    """Return what the title and the address say."""
    words = _WORD.findall(title.lower())
    ideographs = 0 if title.isascii() else len(IDEOGRAPHS.findall(title))
    length = len(title) + (_LETTERS_OF_ONE - 1) * ideographs
    return (
        _BY_LENGTH[bisect_right(_LENGTHS, length)]
        + (_BY_IDEOGRAPHS if ideographs else _BY_WORDS[min(len(words), len(_BY_WORDS) - 1)])
        + _BY_RANK.get(rank, 0)
        + (0.5 if _TELLING.search(title) else 0)
        + (-5.0 if _EDITION.search(title) else 0)  # «جريدة … بتاريخ 2026/03/02»: a paper's issue, not its news
        + (-6.0 if _ALL_OF_IT.match(title) else 0)
        + _address_points(address, words)
    )


def _address_points(address: Address, words: Sequence[str]) -> float:
    known = address.number is not None or address.date
    points = 1.5 * (address.number is not None) + 1.5 * address.date - 3.0 * address.stop - 0.3 * ("?" in address.key)
    if address.words > _FEW_WORDS or not known:
        points += _BY_SLUG[min(address.words, len(_BY_SLUG) - 1)]
    same = sum(len(word) >= _LONG_WORD and word in address.slug for word in words)
    if same >= _SAME_WORDS:
        points += 1.5
    elif same and same >= len(words) - 1 and not known:
        points -= 1.5  # «Sport» leading to /sport
    return points


def _place_points(story: Story, page: Page) -> float:
    links = story.links
    points = _points_near(page.near(story.best.element))
    around = page.around(links[0].element)
    if around:
        around = around.intersection(*(page.around(link.element) for link in links[1:]))
        points += sum(_AROUND[kind] for kind in around)
    rel = story.best.element.get("rel")
    if rel:
        points += sum(_REL.get(word, 0) for word in rel.split())
    if len(links) > 1:
        points += 0.5
        silent = next((link for link in links if not link.text), None)
        if silent and next(silent.element.iter("img"), None) is not None:
            points += 0.5
    if _in_sentence(page, links[0]) and all(_in_sentence(page, link) for link in links[1:]):
        points -= 2.5
    return points


@lru_cache(maxsize=1024)
def _points_near(looks: tuple[Look, ...]) -> float:
    kinds = frozenset[str]().union(*(look.kinds for look in looks))
    return sum(_NEAR.get(kind, 0) for kind in kinds)


def _in_sentence(page: Page, link: Link) -> bool:
    """Tell whether a link stands in running text."""
    place = link.element.getparent()
    if place is not None and place.tag in _EMPHASIS:
        place = place.getparent()
    if place is None or place.tag not in _SENTENCES:
        return False
    return page.loose_text(place) > max(_RUNNING_TEXT, len(link.text))


# --- by company ----------------------------------------------------------------------------------------


class _Company:
    """Stories that have a name in common, and what the others of it say about each."""

    def __init__(self, worth: float, names: Sequence[Hashable]) -> None:
        number = Counter(names)
        index = {name: place for place, name in enumerate(number)}
        others = [number[name] - 1 for name in names]
        self._size = len(index)
        self._members = [
            (index[name], max(other, 1), worth * min(other, _SURE) / _SURE)
            for name, other in zip(names, others, strict=True)
        ]

    def opinions(self, found: Sequence[float]) -> list[float]:
        """Return points for each story, from how likely the others are."""
        total = [0.0] * self._size
        for (index, _, _), chance in zip(self._members, found, strict=True):
            total[index] += chance
        return [
            worth * ((total[index] - chance) / others - 0.5)
            for (index, others, worth), chance in zip(self._members, found, strict=True)
        ]


def _blocks(page: Page) -> list[Hashable]:
    """Return for each story the smallest place around it that holds several."""
    places = [page.above(story.best.element) for story in page.stories]
    number = Counter(chain.from_iterable(places))
    return [next((place for place in above if number[place] >= _BLOCK), None) for above in places]
