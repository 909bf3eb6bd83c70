"""Finds the words that stand for a link: in it, beside it, or in its attributes; judges no links."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from enum import IntEnum

from lxml.etree import _Element as Element

from monitor.sources.cards import says_enough
from monitor.sources.detect.reading import is_time, kinds_of, text_of
from monitor.sources.tree import CLIMB, FEW_LINKS
from monitor.text import clean, is_breaking_label

HEADINGS = ("h1", "h2", "h3", "h4", "h5", "h6")
_TEXTS = frozenset({"p", "span", "figcaption", "div", "strong", "b", "em", "font"})
_EMPHASIS = frozenset({"b", "br", "strong", "em", "i", "span", "font", "u", "wbr"})
_AROUND = 3  # levels above a link at which a heading makes it one
_MORE = re.compile(
    r"[\W\d_]*|(?:(?:read|see|view|learn) )?more\b.{0,9}|continue\b.{0,9}|full story|(?:lire|voir|en savoir)\b.{0,14}"
    r"|la suite|(?:إ?ا?قر[أا]|شاهد|تفاصيل|التفاصيل|للمزيد|المزيد|مزيد|تابع).{0,9}|(?:leer|ver) más|mehr|weiter\w*"
    r"|leggi.{0,8}|далее|читать.{0,8}|ادامه.{0,8}",
    re.IGNORECASE | re.DOTALL,
)
_CUT = re.compile(r"\s*(?:…|\.\.\.|\[…\])$")


class Rank(IntEnum):
    """Where a title was found, best first."""

    HEADING = 0
    NAMED = 1
    TEXT = 2
    BESIDE = 3
    ATTRIBUTE = 4
    PICTURE = 5
    NONE = 6

    @property
    def words(self) -> str:
        """Return what a person is told."""
        return _WORDS[self]


_WORDS = (
    "heading", "element called title", "link text", "title beside its link", "attribute of the link",
    "description of the picture", "nothing",
)  # fmt: skip


def title_of(link: Element, text: str) -> tuple[Rank, str]:
    """Return the best title for a link, given its text, and where that stands."""
    inside = _inside(link)
    if inside:
        return inside
    shown = clean(text)
    if says_enough(shown) or (shown and not _MORE.fullmatch(shown)):
        return _rank_of(link), shown
    beside = _beside(link)
    if beside:
        return Rank.BESIDE, beside
    return _from_attributes(link, shown)


def uncut(title: str, longer: Iterable[str | None]) -> str:
    """Return the whole title from among other texts when it is cut off («…»)."""
    start = _CUT.sub("", title)
    if start == title:
        return title
    texts = (clean(text) for text in longer if text)
    return next((text for text in texts if text.startswith(start) and len(text) > len(title)), title)


def _inside(link: Element) -> tuple[Rank, str] | None:
    """Return the highest heading in a link, else what is named a title; a kicker may stand in a lower heading."""
    if not len(link):
        return None
    for heading in sorted(link.iter(*HEADINGS), key=lambda one: one.tag):
        text = clean(text_of(heading))
        if says_enough(text):
            return Rank.HEADING, text
    for named in link.iterdescendants():
        if "title" in kinds_of(named):
            text = clean(text_of(named))
            if says_enough(text):
                return Rank.NAMED, text
    return None


def _rank_of(link: Element) -> Rank:
    place = link.getparent()
    for _ in range(_AROUND):
        if place is None:
            break
        if place.tag in HEADINGS:
            return Rank.HEADING
        place = place.getparent()
    return Rank.NAMED if "title" in kinds_of(link) else Rank.TEXT


def _beside(link: Element) -> str:
    """Return the title that a link without text is laid over: near it, where no other article is linked."""
    place = link.getparent()
    for _ in range(CLIMB):
        if place is None or place.tag in {"body", "html"} or len(_leads_to(place)) > FEW_LINKS:
            break
        text = _best_inside(place)
        if text:
            return text
        place = place.getparent()
    return ""


def _leads_to(place: Element) -> Collection[str]:
    hrefs = (anchor.get("href") for anchor in place.iter("a"))
    return {href for href in hrefs if href and not href.startswith(("#", "javascript"))}


def _best_inside(place: Element) -> str:
    """Return a heading's text, else that of an element named title, else the first that says enough."""
    named = plain = ""
    for one in place.iterdescendants():
        if one.tag in HEADINGS:
            text = clean(text_of(one))
            if says_enough(text):
                return text
        elif not named and "title" in kinds_of(one):
            named = _if_enough(one)
        elif not plain and not named and one.tag in _TEXTS and _is_plain(one):
            plain = _if_enough(one)
    return named or plain


def _if_enough(element: Element) -> str:
    text = clean(text_of(element))
    return text if says_enough(text) and not is_breaking_label(text) else ""


def _is_plain(element: Element) -> bool:
    return all(child.tag in _EMPHASIS for child in element) and not is_time(element) and "tags" not in kinds_of(element)


def _from_attributes(link: Element, shown: str) -> tuple[Rank, str]:
    for name in ("title", "aria-label"):
        text = clean(link.get(name) or "")
        if says_enough(text):
            return Rank.ATTRIBUTE, text
    for picture in link.iter("img"):
        text = clean(picture.get("alt") or "")
        if says_enough(text):
            return Rank.PICTURE, text
    return (Rank.TEXT, shown) if shown else (Rank.NONE, "")
