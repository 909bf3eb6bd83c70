"""Reads the page behind a headline: what its metadata, its times and its text say of one article; fetches nothing.

JSON-LD is asked first, then meta tags, then what a reader sees around the heading. What is unclear stays out.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, tzinfo
from typing import Any
from urllib.parse import urlsplit

from bs4 import BeautifulSoup

from monitor.errors import ExtractError
from monitor.model import Article, Fetched
from monitor.sources import diagnosis, jsonld, prose
from monitor.sources.decode import decode
from monitor.sources.prose import Line
from monitor.sources.times import published, told
from monitor.sources.tree import parse
from monitor.sources.whole import whole_text
from monitor.text import clean
from monitor.text.times import read_time
from monitor.urls import absolute

_TITLES = ("og:title", "twitter:title")
_LEADS = ("og:description", "description", "twitter:description")
_PUBLISHED = (
    *("article:published_time", "og:article:published_time", "datepublished", "article.published", "publish_date"),
    *(
        "publication_date",
        "published_time",
        "parsely-pub-date",
        "sailthru.date",
        "dc.date.issued",
        "dc.date",
        "pubdate",
    ),
)
_MODIFIED = ("article:modified_time", "og:updated_time", "datemodified", "article.updated", "dc.date.modified")
_AUTHORS = ("author", "article:author", "dc.creator", "twitter:creator")
_PICTURES = ("og:image:secure_url", "og:image", "twitter:image", "twitter:image:src")
_LEAST = 40  # characters of a lead
_ALIKE = 0.3  # share of common words of a headline and the title of its page
_LONGEST_NAME = 80  # characters of an author or section
_ABOVE, _BELOW = 8, 12  # lines around a heading where the time may stand
_SHORTEST_DATE, _LONGEST_DATE = 8, 120  # characters of a line that tells it
_JSON_LD = re.compile(r"ld\+?json", re.IGNORECASE)
_SITE_AFTER_BAR = re.compile(r"\s[-–—|:•»]\s[^-–—|•»]*$")
_BYLINE = re.compile(r"^(?:بقلم|كتبته?|إعداد|par|by)\b[\s:]*", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class _Page:
    """One page and what is known before it is read."""

    soup: BeautifulSoup
    address: str
    zone: tzinfo
    now: datetime
    node: Mapping[str, Any]  # of the article in JSON-LD
    by_id: Mapping[str, Mapping[str, Any]]
    meta: Mapping[str, str]


def read_article(page: Fetched, zone: tzinfo, headline: str | None = None, *, whole: bool = False) -> Article:
    """Return what the page says of its article; times without offset are those of the site's `zone`.

    `headline` is what the page was linked with: a page that says nothing like it and does not call itself an article
    is another one, such as the front page that a removed article leads to. `whole` takes the text from the library
    made for that, where it is installed.

    Raises:
        ExtractError: there is no article on the page.
    """
    text = decode(page.body, page.content_type)
    if headline and _is_front(page.final_url) and not _is_front(page.url):
        raise ExtractError(f"{page.url} leads to the front page; the article may have been removed")
    other = diagnosis.not_html(page.body, text)
    if other:
        raise ExtractError(f"{page.final_url} is not an article but {other}")
    known = _page(text, page, zone)
    try:
        article = _read(known, headline)
    finally:
        known.soup.clear(decompose=True)  # its circles would stay in memory until the next search for such
    if article is None:
        raise ExtractError(f"{page.final_url} shows no article; open it in a browser to see what it is")
    return replace(article, body=whole_text(text, page.final_url) or article.body) if whole else article


def _is_front(address: str) -> bool:
    parts = urlsplit(address)
    return not parts.path.strip("/") and not parts.query


def _page(text: str, page: Fetched, zone: tzinfo) -> _Page:
    soup = parse(text).soup
    scripts = ("".join(map(str, one.contents)) for one in soup.find_all("script", type=_JSON_LD))
    node, by_id = jsonld.article_node(scripts, page.final_url)
    return _Page(soup, page.final_url, zone, page.fetched_at, node, by_id, _meta(soup))


def _meta(soup: BeautifulSoup) -> dict[str, str]:
    found: dict[str, str] = {}
    for tag in soup.find_all("meta", content=True):
        name = next((str(tag[key]) for key in ("property", "name", "itemprop") if tag.get(key)), "").lower()
        value = " ".join(str(tag["content"]).split())
        if name and value:
            found.setdefault(name, value)
    return found


def _read(page: _Page, headline: str | None) -> Article | None:
    site = page.meta.get("og:site_name", "")
    named = [*_texts(page, "headline"), *_values(page.meta, _TITLES)]
    titles = [_without_site(title, site) for title in named or _document_titles(page.soup) if title != site]
    lines = prose.lines_of(page.soup)
    place = prose.find_heading(lines, [*titles, *([headline] if headline else [])]) or prose.find_heading(lines, ())
    above, heading, below = _parts(lines, place)
    if not (page.node or page.meta.get("og:type") == "article" or _answers(headline, heading, titles)):
        return None
    body = prose.paragraphs(below, heading) or [*_texts(page, "articleBody")]
    title = heading.text if heading else next(iter(titles), None)
    body = [line for line in body if not title or prose.likeness(line, title) < 1]
    moment = _published(page, above, below)
    modified = told([*_texts(page, "dateModified"), *_values(page.meta, _MODIFIED)], (), page.zone, page.now)
    return Article(
        title=clean(title) if title else None,
        lead=_lead(body, [*_texts(page, "description"), *_values(page.meta, _LEADS)]),
        body="\n".join(body) or None,
        author=_author(page, site),
        section=_short(next(_sections(page), None)),
        picture=_picture(page),
        published_at=moment,
        modified_at=modified if modified and moment and modified > moment else None,
    )


def _texts(page: _Page, *keys: str) -> Iterator[str]:
    return (text for key in keys for text in jsonld.texts(page.node.get(key), page.by_id))


def _values(meta: Mapping[str, str], names: Iterable[str]) -> Iterator[str]:
    return (meta[name] for name in names if name in meta)


def _document_titles(soup: BeautifulSoup) -> list[str]:
    """Return the title of the window, without and with what follows its last bar: mostly the site's name."""
    title = " ".join(soup.title.get_text(" ").split()) if soup.title else ""
    return list(dict.fromkeys(filter(None, (_SITE_AFTER_BAR.sub("", title), title))))


def _answers(headline: str | None, heading: Line | None, titles: Sequence[str]) -> bool:
    """Tell whether a page that does not call itself an article is the one that the headline led to."""
    if headline is None:
        return heading is not None
    return any(prose.likeness(headline, title) >= _ALIKE for title in (*titles, *([heading.text] if heading else [])))


def _without_site(title: str, site: str) -> str:
    bare = re.sub(rf"\s*[-–—|:•»]\s*{re.escape(site)}\s*$", "", title) if site else title
    return bare or title


def _parts(lines: Sequence[Line], place: tuple[int, int] | None) -> tuple[Sequence[Line], Line | None, Sequence[Line]]:
    if place is None:
        return (), None, lines
    first, last = place
    return lines[:first], lines[first], lines[last + 1 :]


# --- text ----------------------------------------------------------------------------------------------


def _lead(body: Sequence[str], descriptions: Sequence[str]) -> str | None:
    """Return the first paragraph that says something, else how the page describes itself.

    Descriptions are often the site's slogan, or the first paragraph cut off.
    """
    first = next((text for text in body if len(text) >= _LEAST), None)
    return first or next(iter(descriptions), None)


def _author(page: _Page, site: str) -> str | None:
    tags = page.soup.select("[rel~=author], [itemprop=author]", limit=3)
    names = [", ".join(_texts(page, "author")), *_values(page.meta, _AUTHORS), *(tag.get_text(" ") for tag in tags)]
    known = (
        _BYLINE.sub("", " ".join(name.split())) for name in names if "://" not in name and not name.startswith("@")
    )
    return _short(next((name for name in known if name and name != site), None))


def _sections(page: _Page) -> Iterator[str]:
    yield from _texts(page, "articleSection")
    yield from _values(page.meta, ("article:section",))


def _short(name: str | None) -> str | None:
    return clean(name) or None if name and len(name) <= _LONGEST_NAME else None


def _picture(page: _Page) -> str | None:
    found = jsonld.texts(page.node.get("image"), page.by_id, ("url", "contentUrl"))
    addresses = (absolute(page.address, address) for address in (*found, *_values(page.meta, _PICTURES)))
    return next(filter(None, addresses), None)


# --- times ---------------------------------------------------------------------------------------------


def _published(page: _Page, above: Sequence[Line], below: Sequence[Line]) -> datetime | None:
    values = [*_texts(page, "datePublished"), *_values(page.meta, _PUBLISHED)]
    lines = _near(above, below)
    elements = {id(element): element for line in lines for element in line.times}
    words = [line.text for line in lines if line.times] if values else ()
    return (
        told(values, words, page.zone, page.now)
        or published(elements.values(), page.zone, page.now)
        or next(filter(None, (_in_line(line, page) for line in lines)), None)
    )


def _near(above: Sequence[Line], below: Sequence[Line]) -> list[Line]:
    """Return the lines between the text and what stands above the heading, those next to the heading first."""
    before: list[Line] = []
    for line in reversed(above[-_ABOVE:]):
        if line.leads_elsewhere:
            break  # a menu, the headlines of a ticker
        before.append(line)
    after: list[Line] = []
    for line in below[:_BELOW]:
        if line.is_prose and not line.times and len(line.text) > _LONGEST_DATE:
            break
        after.append(line)
    pairs = [(index, line) for lines in (before, after) for index, line in enumerate(lines)]
    return [line for _, line in sorted(pairs, key=lambda pair: pair[0])]


def _in_line(line: Line, page: _Page) -> datetime | None:
    fits = _SHORTEST_DATE <= len(line.text) <= _LONGEST_DATE and not line.leads_elsewhere
    return read_time(line.text, page.now, page.zone) if fits else None
