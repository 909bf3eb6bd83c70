"""Finds the words that stand for a link: in it, beside it, or in its attributes; judges no links."""

from __future__ import annotations

import re
from collections.abc import Iterable
from enum import IntEnum
from itertools import islice

from lxml.etree import _Element as Element

from monitor.sources.cards import says_enough
from monitor.sources.detect.reading import is_time, kinds_of, text_of
from monitor.sources.tree import CLIMB, FEW_LINKS
from monitor.text import is_breaking_label

HEADINGS = frozenset({"h1", "h2", "h3", "h4", "h5", "h6"})
_TEXTS = frozenset({"p", "span", "figcaption", "div", "strong", "b", "em", "font"})
_EMPHASIS = frozenset({"b", "br", "strong", "em", "i", "span", "font", "u", "wbr"})
_BLOCKS = frozenset({"div", "p", "section", "figcaption", "li", "header", "article"})
_TITLE = 20  # characters
_MOST_LINKS, _MOST_ELEMENTS = 20, 300  # of a card
_AROUND = 3  # levels above a link at which a heading makes it one
_MORE = re.compile(
    r"[\W\d_]*|(?:(?:read|see|view|learn) )?more\b.{0,9}|continue\b.{0,9}|full story|(?:lire|voir|en savoir)\b.{0,14}"
    r"|la suite|(?:إ?ا?قر[أا]|شاهد|تفاصيل|التفاصيل|للمزيد|المزيد|مزيد|تابع).{0,9}|(?:leer|ver) más|mehr|weiter\w*"
    r"|leggi.{0,8}|далее|читать.{0,8}|ادامه.{0,8}",
    re.IGNORECASE | re.DOTALL,
)
_LONGEST_MORE = 25  # characters
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


Title = tuple[Rank, str]


def from_text(link: Element, text: str) -> Title | None:
    """Return the title in a link with a text, if the text is more than «read on»."""
    if len(text) <= _LONGEST_MORE and _MORE.fullmatch(text):
        return None
    inside = _inside(link) if len(link) else None
    return inside or (_rank_of(link), text)


def from_beside(link: Element) -> Title | None:
    """Return the title that a link without text is laid over: near it, where no other article is linked."""
    place = link.getparent()
    for _ in range(CLIMB):
        if place is None or place.tag in {"body", "html"} or _links_more(place):
            return None
        text = _best_inside(place)
        if text:
            return Rank.BESIDE, text
        place = place.getparent()
    return None


def from_attributes(link: Element) -> Title:
    """Return the title that only a program sees."""
    for name in ("title", "aria-label"):
        text = _one_line(link.get(name))
        if says_enough(text):
            return Rank.ATTRIBUTE, text
    for picture in link.iter("img"):
        text = _one_line(picture.get("alt"))
        if says_enough(text):
            return Rank.PICTURE, text
    return Rank.NONE, ""


def is_cut(title: str) -> bool:
    """Tell whether a title is cut off («…»)."""
    return title.endswith(("…", "...", "…]"))


def uncut(title: str, longer: Iterable[str | None]) -> str:
    """Return the whole title from among other texts if it is there."""
    start = _CUT.sub("", title)
    texts = (_one_line(text) for text in longer if text)
    return next((text for text in texts if text.startswith(start) and len(text) > len(title)), title)


def _one_line(text: str | None) -> str:
    return " ".join(text.split()) if text else ""


def _inside(link: Element) -> Title | None:
    """Return the highest heading in a link, else what is named a title; a kicker may stand in a lower heading."""
    inside = [one for one in islice(link.iterdescendants(), _MOST_ELEMENTS) if one.tag != "img"]
    for heading in sorted((one for one in inside if one.tag in HEADINGS), key=lambda one: one.tag):
        text = text_of(heading)
        if says_enough(text):
            return Rank.HEADING, text
    for named in inside:
        if "title" in kinds_of(named):
            text = text_of(named)
            if says_enough(text):
                return Rank.NAMED, text
    block = _first_block(inside)
    return (Rank.TEXT, block) if block else None


def _first_block(inside: Iterable[Element]) -> str:
    """Return the first of several blocks in a link that is as long as a title: others are kickers and leads."""
    blocks = [one for one in inside if one.tag in _BLOCKS and not any(child.tag in _BLOCKS for child in one)]
    if len(blocks) < 2:
        return ""
    texts = [text_of(one) for one in blocks if not is_time(one) and "tags" not in kinds_of(one)]
    return next((text for text in texts if len(text) >= _TITLE), "")


def _rank_of(link: Element) -> Rank:
    place = link.getparent()
    for _ in range(_AROUND):
        if place is None:
            break
        if place.tag in HEADINGS:
            return Rank.HEADING
        place = place.getparent()
    return Rank.NAMED if "title" in kinds_of(link) else Rank.TEXT


def _links_more(place: Element) -> bool:
    """Tell whether a place links to more than an article and its category."""
    hrefs: set[str] = set()
    for number, anchor in enumerate(place.iter("a")):
        href = anchor.get("href")
        if href and not href.startswith(("#", "javascript")):
            hrefs.add(href)
        if len(hrefs) > FEW_LINKS or number > _MOST_LINKS:
            return True
    return False


def _best_inside(place: Element) -> str:
    """Return a heading's text, else that of an element named title, else the first that says enough.

    «أمطار» is enough where it is a heading or named a title.
    """
    named = plain = short = ""
    for one in islice(place.iterdescendants(), _MOST_ELEMENTS):
        is_heading = one.tag in HEADINGS
        if is_heading or "title" in kinds_of(one):
            text = text_of(one)
            if not says_enough(text):
                short = short or text
            elif is_heading:
                return text
            else:
                named = named or text
        elif not plain and not named and one.tag in _TEXTS and _is_plain(one):
            text = text_of(one)
            plain = text if says_enough(text) and not is_breaking_label(text) else ""
    return named or plain or short


def _is_plain(element: Element) -> bool:
    return all(child.tag in _EMPHASIS for child in element) and not is_time(element) and "tags" not in kinds_of(element)
