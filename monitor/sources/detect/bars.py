"""Finds the ticker among the places that are called or labelled like one; judges no headlines."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from lxml.etree import _Element as Element

from monitor.sources.cards import says_enough
from monitor.sources.detect.looks import CERTAIN, look
from monitor.sources.detect.reading import text_of
from monitor.sources.detect.signs import ENOUGH
from monitor.sources.detect.stories import Link, Page, Story
from monitor.text import fold_text, is_breaking_label

_LEAST = 3.3  # points
_MOST = 30  # headlines of one ticker
_CLIMB = 4  # levels from a label to the items
_LONGEST_LABEL = 28  # characters
_CALLED_LATEST = (
    "اخر الاخبار|احدث الاخبار|شريط الاخبار|شريط الاحداث|شريط اخباري|اخر المستجدات|اخر خبر|en continu|l info en continu"
    "|info en continu|le fil info|fil info|fil infos|fil d actualite|news ticker|newsticker|live ticker|latest news"
    "|latest|lo ultimo|ultimas noticias|ultimas|ultimas horas|das neueste|brandaktuell|seneste nyt|seneste"
    "|последние новости|лента новостей|اخرین اخبار|terkini|berita terkini|最新消息|即時新聞|son haberler"
    "|laatste nieuws|senaste nytt"
)
_CALLED_TOP = (
    "a la une|en direct|le direct|en ce moment|trending|trending now|top news|top stories|الان|مستجدات|اهم الاخبار"
    "|ابرز الاخبار|dernieres infos|dernieres nouvelles|dernieres actualites|letzte artikel|aktuell|now|live"
)
_LABELS = dict.fromkeys(_CALLED_TOP.split("|"), 1.0) | dict.fromkeys(_CALLED_LATEST.split("|"), 2.0)
_WORDS = re.compile(r"[^\W_]+")
_NO_PLACES = frozenset({"html", "body", "head", "script", "style", "link", "meta", "title", "option", "input", "form"})
_TITLE_WORDS = 3
_SHORT, _LONG = 30, 38  # mean length of titles


@dataclass(frozen=True, slots=True)
class Bar:
    """A place that may be the ticker."""

    place: Element
    stories: Mapping[str, Sequence[Link]]  # by the key of their address
    why: str
    points: float


@dataclass(slots=True)
class _Hint:
    token: float = 0.0
    label: float = 0.0
    said: str = ""


def find_bar(page: Page, stories: Sequence[Story], chances: Sequence[float]) -> Bar | None:
    """Return the page's ticker, or None when no place looks enough like one."""
    likely = {story.address.key: chance for story, chance in zip(stories, chances, strict=True)}
    keys = {link.element: (story.address.key, link) for story in stories for link in story.links}
    places = _places(page.root, keys)
    bars = [_judge(page, place, hint, keys, likely) for place, hint in _joined(places, keys)]
    best = max((bar for bar in bars if bar), key=lambda bar: bar.points, default=None)
    return best if best and best.points >= _LEAST else None


@lru_cache(maxsize=8192)
def label_points(text: str) -> float:
    """Return what a short text says about being a ticker's label."""
    if is_breaking_label(text):
        return CERTAIN
    return _LABELS.get(" ".join(_WORDS.findall(fold_text(text))), 0.0)


# --- places --------------------------------------------------------------------------------------------

_Keys = Mapping[Element, tuple[str, Link]]


def _places(root: Element, keys: _Keys) -> dict[Element, _Hint]:
    """Return the places around links that have a telling name, or a label in them."""
    places: dict[Element, _Hint] = {}
    for element in root.iter():
        if element.tag in _NO_PLACES:
            continue
        token = _token(element)
        label = _label(element)
        if not token and not label:
            continue
        place = _holding_links(element, keys, besides=element if label else None)
        if place is not None:
            hint = places.setdefault(place, _Hint())
            hint.token = max(hint.token, token)
            if label > hint.label:
                hint.label, hint.said = label, (element.text or "").strip()
    return places


def _token(element: Element) -> float:
    if element.tag == "marquee":
        return CERTAIN
    classes, identifier = element.get("class"), element.get("id")
    return look(classes or "", identifier or "").ticker if classes or identifier else 0.0


def _label(element: Element) -> float:
    text = element.text
    if not text or len(text) > 3 * _LONGEST_LABEL or len(element):
        return 0.0
    text = text.strip()
    return label_points(text) if 1 < len(text) <= _LONGEST_LABEL else 0.0


def _holding_links(element: Element, keys: _Keys, besides: Element | None) -> Element | None:
    """Return the element, or the nearest place around it, that holds links other than a label's own."""
    place: Element | None = element
    for _ in range(_CLIMB):
        if place is None or place.tag in _NO_PLACES:
            return None
        inside = [one for one in place.iter("a") if one in keys and one is not besides]
        if inside:
            return _with_its_like(place) if len(inside) <= 3 * _MOST else None
        place = place.getparent()
    return None


def _with_its_like(place: Element) -> Element:
    """Return the place around when the element is one of several with the same name: an item, not the bar."""
    parent = place.getparent()
    name = (place.tag, look(place.get("class") or "", "").name)
    if parent is None or parent.tag in _NO_PLACES or not name[1]:
        return place
    like = sum((one.tag, look(one.get("class") or "", "").name) == name for one in parent)
    return parent if like > 1 else place


def _joined(places: Mapping[Element, _Hint], keys: _Keys) -> Iterable[tuple[Element, _Hint]]:
    """Yield places with different links: of two with the same the inner one, with the hints of both.

    A label of a larger place is a hint for the first place inside it that has a telling name.
    """
    inner: dict[frozenset[str], tuple[Element, _Hint]] = {}
    for place, hint in places.items():  # in page order: the outer one first
        inside = frozenset(keys[one][0] for one in place.iter("a") if one in keys)
        before = inner.get(inside, (place, _Hint()))[1]
        larger = next((one for one in place.iterancestors() if one in places and places[one].label), None)
        around = places[larger] if larger is not None and hint.token else _Hint()
        best = max((hint, before, around), key=lambda one: one.label)
        inner[inside] = place, _Hint(max(hint.token, before.token), best.label, best.said)
    return inner.values()


# --- judgement -----------------------------------------------------------------------------------------


def _judge(page: Page, place: Element, hint: _Hint, keys: _Keys, likely: Mapping[str, float]) -> Bar | None:
    links: dict[str, list[Link]] = {}
    for one in place.iter("a"):
        if one in keys:
            links.setdefault(keys[one][0], []).append(keys[one][1])
    good = {key: found for key, found in links.items() if likely[key] >= 0.3 or any(map(_may_be_title, found))}
    if not 0 < len(good) <= _MOST:
        return None
    said, label = (hint.said, hint.label) if hint.label else _label_before(place)
    token = max([hint.token, *(0.8 * _token(around) for around in _nearest(place))])
    points = token + label + _look_of(page, place, good, keys) - 1.5 * (len(links) - len(good)) / len(links)
    if max(token, label) < CERTAIN and 2 * len(good) > sum(chance >= ENOUGH for chance in likely.values()):
        points -= 1.5  # the main list
    why = f"label «{said}»" if label >= token else "its name"
    return Bar(place, good, why, points)


def _may_be_title(link: Link) -> bool:
    return says_enough(link.title) and (len(_WORDS.findall(link.title)) >= _TITLE_WORDS or not link.title.isascii())


def _look_of(page: Page, place: Element, good: Mapping[str, Sequence[Link]], keys: _Keys) -> float:
    number = len(good)
    first = min(link.position for found in good.values() for link in found) / len(keys)
    linked = sum(len(link.text) for found in good.values() for link in found)
    text = max(len(text_of(place)), 1)
    mean = sum(max(len(link.title) for link in found) for found in good.values()) / number
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


def _nearest(place: Element) -> Iterator[Element]:
    for around, _ in zip(place.iterancestors(), range(2), strict=False):
        if around.tag in _NO_PLACES:
            return
        yield around


def _label_before(place: Element) -> tuple[str, float]:
    """Return the label that stands before a place, or before the place around it."""
    for one in (place, place.getparent()):
        before = one.getprevious() if one is not None else None
        if before is not None:
            text = text_of(before)
            return (text, label_points(text)) if 1 < len(text) <= _LONGEST_LABEL else ("", 0.0)
    return "", 0.0
