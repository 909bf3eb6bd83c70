"""The kind `sitemap`: reads news sitemaps (https://www.google.com/schemas/sitemap-news/0.9); follows no index."""

from __future__ import annotations

import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo
from functools import partial

from lxml import etree

from monitor.model import Fetched
from monitor.ports import EndpointOptions, SiteContext
from monitor.sources import diagnosis
from monitor.sources.decode import decode
from monitor.sources.entries import Entry, EntryExtractor, Unreadable
from monitor.sources.request import request
from monitor.sources.times import from_iso
from monitor.sources.xmltext import prepared
from monitor.urls import absolute

_ACCEPT = "application/xml, text/xml, */*;q=0.5"
_GZIP = b"\x1f\x8b"
_LARGEST = 10 * 1024 * 1024  # bytes, unpacked; a news sitemap has at most 1000 addresses
_LONGEST_CODE = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class SitemapEndpoint(EndpointOptions):
    """A news sitemap: the articles of the last two days, as the site tells them to Google News.

    `url` is the news sitemap itself, not the index that `robots.txt` may name: an index is an error that says which
    of its sitemaps to take. Pages without a `news:title` are no headlines.
    """

    languages: tuple[str, ...] = ()
    """Only headlines in these languages, such as `[ar, fr]`; those that do not tell theirs are always read."""

    def problems(self) -> Sequence[tuple[str, str]]:
        """Return what is no code of a language."""
        wrong = [code for code in self.languages if not code.isascii() or not code.replace("-", "").isalpha()]
        return [("languages", f"'{code}' is not the code of a language, such as ar, fr or en") for code in wrong]


def build(options: SitemapEndpoint, context: SiteContext) -> EntryExtractor:
    """Return the extractor of an endpoint."""
    languages = frozenset(code.lower().partition("-")[0] for code in options.languages)
    return EntryExtractor(
        source=context.source,
        asks=request(options.url, context, _ACCEPT),
        read=partial(_read, zone=context.zone, languages=languages),
    )


def children(page: Fetched) -> list[str]:
    """Return the addresses of the sitemaps that a sitemap index names, the likeliest news sitemap first.

    Empty for everything that is no index.
    """
    try:
        root = _parsed(_text(decode(page.body, page.content_type), page))
    except Unreadable:
        return []
    return _children(root, page.final_url)


def _read(text: str, page: Fetched, *, zone: tzinfo, languages: frozenset[str]) -> Sequence[Entry]:
    text = _text(text, page)
    other = diagnosis.not_html(page.body, text) if not page.body.startswith(_GZIP) else None
    if other and other != "a sitemap":
        raise Unreadable(f"is not a sitemap but {other}", "use type: feed" if other == "a feed" else "")
    root = _parsed(text)
    if _name(root) == "sitemapindex":
        raise _is_index(_children(root, page.final_url))
    if _name(root) != "urlset":
        raise _no_sitemap(text)
    pages = [url for url in root if _name(url) == "url"]
    found = [(url, news) for url in pages if (news := _first(url, "news")) is not None and _said(news, "title")]
    if pages and not found:
        raise Unreadable(
            f"lists {len(pages)} addresses and no headline: it is a sitemap of pages, not of news",
            "use the site's news sitemap or its feed",
        )
    return [_entry(url, news, zone) for url, news in found if _wanted(news, languages)]


def _text(text: str, page: Fetched) -> str:
    """Return the text of a page that may be a gzip file: sitemaps are often kept as `.xml.gz`."""
    if not page.body.startswith(_GZIP):
        return text
    unpacker = zlib.decompressobj(wbits=31)
    try:
        body = unpacker.decompress(page.body, _LARGEST)
    except zlib.error:
        raise Unreadable("is not a sitemap but damaged gzip data") from None
    if not unpacker.eof:
        raise Unreadable("is gzip data that is cut off, or larger than any news sitemap")
    return decode(body, None)


def _parsed(text: str) -> etree._Element:
    # One parser per page: lxml's are not to be shared by threads.
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, recover=True, remove_comments=True, remove_pis=True
    )
    try:
        root = etree.fromstring(prepared(text), parser)
    except etree.XMLSyntaxError:
        root = None
    if root is None:
        raise _no_sitemap(text)
    return root


def _no_sitemap(text: str) -> Unreadable:
    instead = diagnosis.stands_in(text)
    return Unreadable(f"is not a sitemap but an HTML page or the like{f': {instead}' if instead else ''}")


def _is_index(found: Sequence[str]) -> Unreadable:
    if not found:
        return Unreadable("is a sitemap index that names no sitemap", "use the site's feed")
    return Unreadable(f"is an index of {len(found)} sitemaps, not a sitemap itself", f"set url: {found[0]}")


def _children(root: etree._Element, address: str) -> list[str]:
    if _name(root) != "sitemapindex":
        return []
    named = [(child, absolute(address, _said(child, "loc"))) for child in root if _name(child) == "sitemap"]
    ranked = sorted(
        ((child, link) for child, link in named if link),
        key=lambda one: ("news" in one[1].lower(), _said(one[0], "lastmod")),
        reverse=True,
    )
    return [link for _, link in ranked]


def _entry(url: etree._Element, news: etree._Element, zone: tzinfo) -> Entry:
    return Entry(
        format="news sitemap",
        title=_said(news, "title"),
        title_is_markup=True,
        link=_said(url, "loc"),
        published_at=_published(url, news, zone),
    )


def _published(url: etree._Element, news: etree._Element, zone: tzinfo) -> datetime | None:
    return from_iso(_said(news, "publication_date"), zone) or from_iso(_said(url, "lastmod"), zone)


def _wanted(news: etree._Element, languages: frozenset[str]) -> bool:
    publication = _first(news, "publication")
    code = _said(publication, "language") if publication is not None else ""
    return not languages or not code or code.lower()[:_LONGEST_CODE].partition("-")[0] in languages


def _said(element: etree._Element, name: str) -> str:
    """Return the text of a child, empty when there is none."""
    child = _first(element, name)
    return "".join(map(str, child.itertext())).strip() if child is not None else ""


def _first(element: etree._Element, name: str) -> etree._Element | None:
    return next(_named(element, name), None)


def _named(element: etree._Element, name: str) -> Iterator[etree._Element]:
    return (child for child in element if _name(child) == name)


def _name(element: etree._Element) -> str:
    """Return the name without its namespace, which many sites misspell or do not declare."""
    tag = element.tag
    return tag.rpartition("}")[2].rpartition(":")[2].lower() if isinstance(tag, str) else ""
