"""Reads one headline out of one item of a page: title, link, time, category; chooses no items."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, tzinfo
from itertools import chain, islice, takewhile
from urllib.parse import urlsplit

import soupsieve
from bs4.element import Tag

from monitor.sources.layout import Region
from monitor.sources.times import published
from monitor.sources.tree import CLIMB, LITTLE_TEXT, SHELL, has_few_links
from monitor.sources.visible import classes, has_title_class, is_badge, is_time, tags_in, text_of
from monitor.text import clean, is_breaking_label
from monitor.urls import absolute, canonical

_HEADINGS = ("h1", "h2", "h3", "h4", "h5", "h6")
_TEXTS = ("p", "span", "figcaption", "strong", "b", "div", "em", "font")
_ASIDE = re.compile(r"(?:^|[-_])(?:cat|cats|category|categories|tag|tags|author|comment|comments|share)(?:$|[-_])")
_GOES_NOWHERE = re.compile(r"\s*(?:$|#|(?:javascript|mailto|tel|sms|whatsapp|about|blob):)", re.IGNORECASE)
_TEMPLATE = re.compile(r"\{\{.*?\}\}|\$\{.*?\}|<%.*?%>")
_TEMPLATE_LINK = re.compile(r"\{\{|\$\{|%7[Bb]%7[Bb]|<%")
_IDEOGRAPHS = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")
_FEW_IDEOGRAPHS = 4  # say as much as a dozen letters
_CUT = re.compile(r"\s*(?:…|\.\.\.)$")


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """What reading an item needs to know of its page."""

    address: str  # of the page
    base: str  # what its links are relative to
    zone: tzinfo
    now: datetime  # when the page was fetched


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """One item as it was read."""

    title: str
    url: str | None
    leads_somewhere: bool  # it has a link, though perhaps one that cannot be used
    published_at: datetime | None
    category: str | None
    badge: bool  # it carries a mark such as «عاجل»


def read(item: Tag, region: Region, site: Site) -> Card | None:
    """Return what an item says, or None when it is no headline: no title, a label alone, a template not filled in."""
    anchors = soupsieve.select(region.link, item) if region.link else _anchors(item)
    if not anchors and region.link:
        return None
    labels = soupsieve.select(region.label, item) if region.label else []
    link, url = _link(anchors, site)
    title = clean(_title(item, link, region, {id(label) for label in labels}))
    if not title or is_breaking_label(title) or _is_template(title, link, url):
        return None
    return Card(
        title=title,
        url=url,
        leads_somewhere=link is not None,
        published_at=_time(item, region, site),
        category=_category(item, region),
        badge=any(is_breaking_label(label.get_text()) for label in labels) or any(map(is_badge, tags_in(item))),
    )


def _is_template(title: str, link: Tag | None, url: str | None) -> bool:
    """Tell whether a script should have filled in this item. A headline about `${x}` has a link that works."""
    if link and _TEMPLATE_LINK.search(str(link["href"])):
        return True
    return url is None and not re.search(r"\w", _TEMPLATE.sub("", title))


# --- link ----------------------------------------------------------------------------------------------


def _link(anchors: Iterable[Tag], site: Site) -> tuple[Tag | None, str | None]:
    """Return the first link that leads to another page, with its address; else one that is odd, without."""
    odd = None
    for anchor in anchors:
        href = anchor.get("href")
        if not isinstance(href, str) or _GOES_NOWHERE.match(href):
            continue
        url = absolute(site.base, href)
        if url is None:
            odd = odd or anchor
        elif not _is_page(url, site):
            return anchor, url
    return odd, None


def _is_page(url: str, site: Site) -> bool:
    """Tell whether an address is the page's own, or its site's front page."""
    parts = urlsplit(url)
    front = not parts.path.strip("/") and not parts.query and parts.hostname == urlsplit(site.address).hostname
    return front or canonical(url) == canonical(site.address)


def _anchors(item: Tag) -> Iterator[Tag]:
    if item.name == "a":
        yield item
        return
    inside = tags_in(item)
    for heading in _named(inside, _HEADINGS):
        yield from _named(tags_in(heading), ("a",))
    yield from sorted(_named(inside, ("a",)), key=_is_aside)  # stable: page order otherwise
    around = item.find_parent("a")
    if around:
        yield around


def _named(tags: Iterable[Tag], names: Collection[str]) -> Iterator[Tag]:
    return (tag for tag in tags if tag.name in names)


def _is_aside(anchor: Tag) -> bool:
    return any(_ASIDE.search(name) for name in classes(anchor)) or bool({"tag", "category"} & {*_rel(anchor)})


def _rel(anchor: Tag) -> list[str]:
    value = anchor.get("rel")
    return value.split() if isinstance(value, str) else list(value or ())


# --- title ---------------------------------------------------------------------------------------------


def _title(item: Tag, link: Tag | None, region: Region, labels: set[int]) -> str:
    """Return the first text that says enough to be a title, else the first that says anything."""
    short = ""
    texts = _chosen_titles(item, region.title, labels) if region.title else _titles(item, link, labels)
    for text in texts:
        if is_breaking_label(text):
            continue
        if says_enough(text):
            return _uncut(text, item, link)
        short = short or text
    return short


def says_enough(text: str) -> bool:
    """Tell whether a text is more than an icon, dots or «more»."""
    return len(text) >= LITTLE_TEXT or len(_IDEOGRAPHS.findall(text)) >= _FEW_IDEOGRAPHS


def _chosen_titles(item: Tag, selector: str, labels: set[int]) -> Iterator[str]:
    for found in soupsieve.select(selector, item):
        yield text_of(found, labels)
        yield from _attributes(found)


def _titles(item: Tag, link: Tag | None, labels: set[int]) -> Iterator[str]:
    for place in (link, item):
        heading = _heading(place) if place else None
        if heading:
            yield text_of(heading, labels)
    if link:
        yield text_of(link, labels)
    for place in _around(item, link):
        inside = tags_in(place)
        for named in chain(_named(inside, _HEADINGS), filter(has_title_class, inside)):
            yield text_of(named, labels)
    yield from _attributes(link, item)
    yield from _last_titles(item, link, labels)


def _attributes(*places: Tag | None) -> Iterator[str]:
    for place in filter(None, places):
        for name in ("title", "aria-label"):
            value = place.get(name)
            if isinstance(value, str):
                yield " ".join(value.split())


def _last_titles(item: Tag, link: Tag | None, labels: set[int]) -> Iterator[str]:
    """Yield what stands in an item without any sign of a title."""
    if link and item is not link:
        for found in _named(tags_in(item), _TEXTS):
            around = takewhile(lambda place: place is not item, chain([found], found.parents))
            if not any(map(is_time, around)) and not any(_named(tags_in(found), _TEXTS)):
                yield text_of(found, labels)
    yield text_of(item, labels)
    yield from (str(image.get("alt") or "") for image in _named(tags_in(item), ("img",)))


def _heading(place: Tag) -> Tag | None:
    """Return the highest heading with text: a kicker may stand in a lower one before it."""
    if place.name in _HEADINGS:
        return place
    found = [heading for heading in _named(tags_in(place), _HEADINGS) if heading.get_text(strip=True)]
    return min(found, key=lambda heading: str(heading.name), default=None)


def _around(item: Tag, link: Tag | None) -> Iterator[Tag]:
    """Yield the item and, when it is a link laid over its title, what is around it and holds no other link."""
    yield item
    if item is not link:
        return
    for place in islice(item.parents, CLIMB):
        if place.has_attr(SHELL) or not has_few_links(_hrefs_in(place)):
            return
        yield place


def _hrefs_in(place: Tag) -> Iterator[object]:
    return (tag.get("href") for tag in place.descendants if isinstance(tag, Tag) and tag.name == "a")


def _uncut(text: str, item: Tag, link: Tag | None) -> str:
    """Return the whole title from an attribute when the visible one is cut off («…»)."""
    start = _CUT.sub("", text)
    if start == text:
        return text
    longer = (value for value in _attributes(link, item) if value.startswith(start) and len(value) > len(text))
    return next(longer, text)


# --- time and category ---------------------------------------------------------------------------------


def _time(item: Tag, region: Region, site: Site) -> datetime | None:
    elements = soupsieve.select(region.time, item) if region.time else filter(is_time, tags_in(item))
    return published(elements, site.zone, site.now)


def _category(item: Tag, region: Region) -> str | None:
    found = soupsieve.select_one(region.category, item) if region.category else None
    return (clean(found.get_text(" ")) or None) if found else None
