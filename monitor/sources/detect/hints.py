"""Finds the places of a page that are called or labelled like a ticker; judges none."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import islice

from lxml.etree import _Element as Element

from monitor.sources.detect.labels import LONGEST_LABEL, label_points
from monitor.sources.detect.looks import CERTAIN
from monitor.sources.detect.page import Page
from monitor.sources.detect.reading import text_of

NO_PLACES = frozenset({"html", "body", "head", "script", "style", "link", "meta", "title", "option", "input", "form"})

_NEAR, _FAR = 2, 3  # levels from a name, or from a label, to the links
_MOST_HINTS = 300
_MOST_LINKS = 90
_LISTS = frozenset({"ul", "ol", "div", "section", "marquee"})


@dataclass(frozen=True, slots=True)
class Hint:
    """What speaks for a place being the ticker."""

    name: float = 0.0
    label: float = 0.0
    said: str = ""  # the label's text

    def joined(self, other: Hint) -> Hint:
        """Return what both say together."""
        best = max(self, other, key=lambda hint: hint.label)
        return Hint(max(self.name, other.name), best.label, best.said)


def hinted_places(page: Page) -> Iterable[tuple[Element, Hint]]:
    """Return places with different links: of two with the same the inner one, with what speaks for both.

    The label of a larger place speaks for what has a telling name inside it.
    """
    places = _places(page)
    inner: dict[frozenset[str], tuple[Element, Hint]] = {}
    for place, hint in places.items():  # in page order: the outer one first
        inside = frozenset(key for key, _ in page.links_in(place))
        larger = next((one for one in place.iterancestors() if one in places and places[one].label), None)
        around = Hint(0.0, places[larger].label, places[larger].said) if larger is not None and hint.name else Hint()
        before = inner[inside][1] if inside in inner else Hint()
        inner[inside] = place, hint.joined(before).joined(around)
    return inner.values()


def name_points(page: Page, element: Element) -> float:
    """Return what the name of an element says about being a ticker."""
    return CERTAIN if element.tag == "marquee" else page.looks[element].ticker


def label_before(place: Element) -> tuple[str, float]:
    """Return the label that stands before a place, or before the place around it, and what it says."""
    for one in (place, place.getparent()):
        before = one.getprevious() if one is not None else None
        if before is not None:
            text = text_of(before)
            return (text, label_points(text)) if 1 < len(text) <= LONGEST_LABEL else ("", 0.0)
    return "", 0.0


def _places(page: Page) -> dict[Element, Hint]:
    """Return the places around links that have a telling name, or a label in them, in page order."""
    places: dict[Element, Hint] = {}
    hints = (
        (one, look) for one, look in page.looks.items() if look.ticker or one in page.labels or one.tag == "marquee"
    )
    for element, look in islice(hints, _MOST_HINTS):
        if element in page.labels:
            said, label = page.labels[element]
            place, hint = _climb(page, element, element, _FAR), Hint(look.ticker, label, said)
        elif element.tag not in NO_PLACES:
            place, hint = _named(page, element), Hint(name_points(page, element))
        else:
            continue
        if place is not None:
            places[place] = places.get(place, Hint()).joined(hint)
    return places


def _named(page: Page, element: Element) -> Element | None:
    """Return the place with the links: the element itself, or what is around it when it is a label or an icon.

    A place with the name of a ticker and nothing in it is an empty ticker, not a hint about what is around.
    """
    if any(page.links_in(element)):
        return _with_links(page, element, None)
    text = text_of(element)
    is_label = 1 < len(text) <= LONGEST_LABEL and next(element.iter("a", "li"), None) is None
    is_label = is_label and not _is_empty_bar(page, element)
    return _climb(page, element, None, _NEAR if is_label else 0)


def _climb(page: Page, element: Element, besides: Element | None, levels: int) -> Element | None:
    """Return the nearest place around an element that holds links, a label's own aside."""
    place = element.getparent()
    for _ in range(levels):
        if place is None or place.tag in NO_PLACES:
            return None
        if any(link.element is not besides for _, link in page.links_in(place)):
            return _with_links(page, place, besides)
        if _is_empty_bar(page, place):
            return None
        place = place.getparent()
    return None


def _is_empty_bar(page: Page, place: Element) -> bool:
    """Tell whether a place is a ticker that shows nothing at present."""
    return name_points(page, place) == CERTAIN and any(
        not len(one) and not (one.text or "").strip() for one in place.iterdescendants() if one.tag in _LISTS
    )


def _with_links(page: Page, place: Element, besides: Element | None) -> Element | None:
    """Return a place, or the one around it when it is one of several items with the same name, not the bar."""
    inside = [key for key, link in page.links_in(place) if link.element is not besides]
    if len(inside) > _MOST_LINKS:
        return None
    parent, name = place.getparent(), page.looks[place].name
    if parent is None or parent.tag in NO_PLACES or len({*inside}) > 1 or not name:
        return place
    like = sum(one.tag == place.tag and page.looks[one].name == name for one in parent)
    return parent if like > 1 else place
