"""Headlines of an HTML page, by CSS selectors: its ticker, its lists; asks nobody else what to look for.

Titles may stand beside an empty link that covers the whole card; such overlay links are half of the headlines of
many WordPress sites.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from dataclasses import replace as replaced
from datetime import UTC, datetime
from typing import Any, ClassVar, Protocol
from zoneinfo import ZoneInfo

import soupsieve
from bs4 import BeautifulSoup, Tag
from bs4.element import NavigableString, PreformattedString

from monitor import urls
from monitor.errors import ExtractError
from monitor.model import Fetched, Item, Request, Section
from monitor.ports import EndpointOptions, SiteContext
from monitor.sources.decode import decode
from monitor.text import clean, is_breaking_label, split_mark, title_key

_TIME = re.compile(r"\b(time|date|ago|heure|published|meta)\b|(?:^|[-_ ])(time|date|ago|heure)", re.IGNORECASE)
_TITLE = re.compile(r"title|headline|titre", re.IGNORECASE)
_CLONES = frozenset({"bx-clone", "slick-cloned", "cloned", "swiper-slide-duplicate"})
_TEMPLATE = re.compile(r"\{\{|\$\{|<%")
_HUGE_TAG = re.compile(r"<[a-zA-Z][^<>]{65536}")
_HEADINGS = ("h1", "h2", "h3", "h4", "h5", "h6")
_WALLS = (
    (
        "a bot wall",
        re.compile(r"cf-challenge|checking your browser|just a moment|captcha|are you a human", re.IGNORECASE),
    ),
    ("a maintenance page", re.compile(r"maintenance|under construction|قيد الصيانة|في الصيانة", re.IGNORECASE)),
    ("a redirect by meta refresh", re.compile(r"<meta[^>]+http-equiv=.?refresh", re.IGNORECASE)),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Region:
    """A part of the page that holds headlines."""

    __pydantic_config__: ClassVar[dict[str, Any]] = {"extra": "forbid", "use_attribute_docstrings": True}

    items: str
    """CSS selector of each headline: its link, or the element around its title and link."""
    title: str | None = None
    """Selector of the title inside an item, when it is not the link's text or a heading."""
    link: str | None = None
    """Selector of the link inside an item, when it is not the first one."""
    time: str | None = None
    """Selector of the element with the publication time inside an item."""
    category: str | None = None
    """Selector of the section's name inside an item."""
    container: str | None = None
    """Selector of the element around all items; when it is there, having no items is normal."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HtmlEndpoint(EndpointOptions):
    """A page, with the places of its ticker and its lists."""

    __pydantic_config__: ClassVar[dict[str, Any]] = {"extra": "forbid", "use_attribute_docstrings": True}

    ticker: Region | None = None
    """The breaking-news bar; its headlines count as breaking."""
    list: Region | tuple[Region, ...] | None = None
    """One or several lists of headlines."""

    @property
    def lists(self) -> Sequence[Region]:
        """Return the lists, one or several."""
        if self.list is None:
            return ()
        return (self.list,) if isinstance(self.list, Region) else self.list

    def problems(self) -> Sequence[tuple[str, str]]:
        """Return selectors that are no CSS, and the lack of any."""
        if self.ticker is None and not self.lists:
            wanted = "add `ticker: {items: …}` or `list: {items: …}`, or use a feed endpoint"
            return [("", f"no selectors given; {wanted}")]
        named = [("ticker", self.ticker)] if self.ticker else []
        return [
            (f"{name}.{key}", problem)
            for name, region in [*named, *(("list", region) for region in self.lists)]
            for key in ("items", "title", "link", "time", "category", "container")
            if (problem := _selector_problem(getattr(region, key)))
        ]


def _selector_problem(selector: str | None) -> str | None:
    if selector is None:
        return None
    try:
        soupsieve.compile(selector)
    except soupsieve.SelectorSyntaxError as error:
        return f"'{selector}' is no CSS selector: {str(error).splitlines()[0].rstrip('.').lower()}"
    return None


class Detector(Protocol):
    """Finds the regions of a page without being told; consulted when nothing else says where headlines are."""

    def __call__(self, page: Tag, url: str) -> HtmlEndpoint: ...


class HtmlExtractor:
    """The extractor of an `html` endpoint."""

    def __init__(self, options: HtmlEndpoint, site: SiteContext, detector: Detector | None = None) -> None:
        self._options, self._site, self._detector = options, site, detector

    def request(self) -> Request:
        headers = {"Accept": "text/html,application/xhtml+xml;q=0.9,*/*;q=0.5", **self._site.headers}
        return Request(url=self._options.url, headers=headers, allow_private=self._site.allow_private)

    def extract(self, page: Fetched) -> Sequence[Item]:
        text = decode(page.body, page.content_type)
        if not text.strip() or text.lstrip()[:1] in "{[":
            what = "JSON" if text.strip() else "empty"
            raise ExtractError(
                f"source '{self._site.source}': the answer is {what}, not a page; look at {page.final_url}"
            )
        if _HUGE_TAG.search(text):
            raise ExtractError(f"source '{self._site.source}': the page has a tag of more than 64 KiB; it is not read")
        soup = BeautifulSoup(text, "lxml")
        options = self._options
        if options.ticker is None and not options.lists and self._detector:
            options = self._detector(soup, page.final_url)
        base = _base(soup, page.final_url)
        found = list(self._items(soup, options, base))
        if not found and not _empty_on_purpose(soup, options):
            raise ExtractError(self._nothing(soup, text, options))
        return _merged(found)

    def _items(self, soup: BeautifulSoup, options: HtmlEndpoint, base: str) -> Iterator[Item]:
        regions = [(Section.LIST, region) for region in options.lists]
        if options.ticker:
            regions.insert(0, (Section.TICKER, options.ticker))
        for section, region in regions:
            for element in soup.select(region.items):
                item = _item(element, region, section, base, self._site.zone)
                if item:
                    yield item

    def _nothing(self, soup: BeautifulSoup, text: str, options: HtmlEndpoint) -> str:
        tried = [region.items for region in (options.ticker, *options.lists) if region]
        looks = next((f"; it looks like {name}" for name, sign in _WALLS if sign.search(text[:20_000])), "")
        return (
            f"source '{self._site.source}': no headline found with '{', '.join(tried)}' "
            f"(page has {len(soup.find_all('a'))} links{looks}); try: headline-monitor extract {self._options.url}"
        )


def _base(soup: BeautifulSoup, url: str) -> str:
    tag = soup.find("base", href=True)
    return (urls.absolute(url, str(tag["href"])) or url) if isinstance(tag, Tag) else url


def _empty_on_purpose(soup: BeautifulSoup, options: HtmlEndpoint) -> bool:
    regions = [region for region in (options.ticker, *options.lists) if region]
    return any(region.container and soup.select_one(region.container) for region in regions)


def _item(element: Tag, region: Region, section: Section, base: str, zone: ZoneInfo) -> Item | None:
    if any(_CLONES.intersection(node.get_attribute_list("class")) for node in (element, *element.parents)):
        return None
    link = _link(element, region)
    href = str(link["href"]) if link is not None else ""
    title = clean(_title(element, link, region))
    if not title or _TEMPLATE.search(title) or _TEMPLATE.search(href) or is_breaking_label(title):
        return None
    if not href and section is Section.LIST:
        return None  # a caption; only tickers show headlines without links
    time, category = _inside(element, region.time), _inside(element, region.category)
    return Item(
        title=title,
        section=section,
        position=0,
        url=urls.absolute(base, href) if href else None,
        published_at=published(time if time is not None else element.find("time"), zone),
        category=clean(category.get_text(" ")) or None if category is not None else None,
        breaking=section is Section.TICKER or split_mark(title)[0] is not None,
        evidence=region.items,
    )


def _inside(element: Tag, selector: str | None) -> Tag | None:
    return element.select_one(selector) if selector else None


def _link(element: Tag, region: Region) -> Tag | None:
    if region.link:
        return element.select_one(region.link)
    if element.name == "a" and _leads_somewhere(element):
        return element
    inside = next((a for a in element.find_all("a", href=True) if _leads_somewhere(a)), None)
    return inside or next((a for a in element.find_parents("a", href=True, limit=1) if _leads_somewhere(a)), None)


def _leads_somewhere(anchor: Tag) -> bool:
    href = str(anchor.get("href") or "").strip()
    return bool(href) and not href.startswith(("#", "javascript:", "mailto:", "tel:"))


def _title(element: Tag, link: Tag | None, region: Region) -> str:
    """Return the title's text: where the selector says, a heading, the link, then what looks like a title."""
    if region.title:
        chosen = element.select_one(region.title)
        return _text(chosen) if chosen is not None else ""
    heading = element.find(_HEADINGS)
    candidates = [heading, link, element.find(class_=_TITLE), element]
    for candidate in candidates:
        if isinstance(candidate, Tag) and (text := _text(candidate)):
            return text
    for attribute in ("title", "aria-label"):
        for tag in (link, element):
            if tag is not None and tag.get(attribute):
                return str(tag[attribute])
    return ""


def _text(element: Tag) -> str:
    """Return the element's text without the times printed in it."""
    return " ".join(
        str(piece)
        for piece in element.find_all(string=True)
        if not isinstance(piece, PreformattedString) and not any(_is_time(node) for node in _between(piece, element))
    ).strip()


def _between(piece: NavigableString, element: Tag) -> Iterator[Tag]:
    for node in piece.parents:
        if node is element:
            return
        yield node


def _is_time(node: Tag) -> bool:
    return node.name in {"time", "script", "style"} or bool(_TIME.search(" ".join(node.get_attribute_list("class"))))


def published(element: Any, zone: ZoneInfo) -> datetime | None:
    """Return the time an element states in a machine-readable attribute; a wrong date is worse than none."""
    if not isinstance(element, Tag):
        return None
    for attribute in ("datetime", "content", "title"):
        try:
            moment = datetime.fromisoformat(str(element.get(attribute) or "").strip())
        except ValueError:
            continue
        return (moment if moment.tzinfo else moment.replace(tzinfo=zone)).astimezone(UTC)
    return None


def _merged(items: Sequence[Item]) -> list[Item]:
    """Return the items once each: the ticker's first, numbered in page order.

    The same link under another text stays: the words that matter may stand in either.
    """
    seen: dict[tuple[str, str], Item] = {}
    for item in items:
        identity = (urls.canonical(item.url) if item.url else "", title_key(item.title))
        kept = seen.setdefault(identity, item)
        if item.published_at and not kept.published_at:
            seen[identity] = replaced(kept, published_at=item.published_at)
    return [replaced(item, position=number) for number, item in enumerate(seen.values())]
