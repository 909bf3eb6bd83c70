"""Reads which hub tells of a page's changes (WebSub, 4), in its header and its body; subscribes to nothing."""

from __future__ import annotations

import html
import re
from collections.abc import Iterable, Iterator
from typing import Any
from urllib.parse import urljoin, urlsplit

from monitor.model import Fetched, HubOffer
from monitor.sources.entries import Unreadable
from monitor.sources.jsontext import load

_MOST_HUBS = 4
_LONGEST = 1000  # characters of an address
_HEADER_LINK = re.compile(r"<([^<>]*)>([^<]*)")
_HEADER_RELATION = re.compile(r";\s*rel\s*=\s*(?:\"([^\"]*)\"|([^\s\";,]+))", re.IGNORECASE)
# What is not closed ends with the text: looking for its end again and again would take hours.
_NOT_SAID = re.compile(r"<!--.*?(?:-->|\Z)|<!\[CDATA\[.*?(?:\]\]>|\Z)", re.DOTALL)
_CONTENT = re.compile(
    r"<(?:item|entry|body)[\s>]", re.IGNORECASE
)  # of others: what stands in it is not the page's word
_CONTENT_ENDS = ("</item>", "</entry>")
_LINK = re.compile(r"<(?:\w+:)?link\s([^<>]*)>", re.IGNORECASE)
_ATTRIBUTE = re.compile(r"(rel|href)\s*=\s*(?:\"([^\"]*)\"|'([^']*)'|([^\s\"'>]+))", re.IGNORECASE)

_Relation = tuple[str, str]  # such as hub, and an address


def offered(page: Fetched) -> HubOffer | None:
    """Return the hubs of a page and its name there; None when it names no hub. The header counts before the body."""
    links = [*_in_header(page.link or ""), *_in_body(page.body)]
    hubs = [hub for relation, url in links if relation == "hub" and (hub := _address(page.final_url, url))]
    if not hubs:
        return None
    names = (name for relation, url in links if relation == "self" and (name := _address(page.final_url, url)))
    return HubOffer(hubs=tuple(dict.fromkeys(hubs))[:_MOST_HUBS], topic=next(names, page.final_url))


def _address(base: str, url: str) -> str | None:
    try:
        found = urljoin(base, url.strip())
        usable = urlsplit(found).scheme in {"http", "https"} and bool(urlsplit(found).hostname)
    except ValueError:
        return None
    return found if usable and len(found) <= _LONGEST and found.isprintable() and " " not in found else None


def _in_header(header: str) -> Iterator[_Relation]:
    for url, parameters in _HEADER_LINK.findall(header):
        for quoted, bare in _HEADER_RELATION.findall(parameters)[:1]:
            yield from _relations(quoted or bare, url)


def _in_body(body: bytes) -> Iterable[_Relation]:
    if b"hub" not in body:
        return ()
    text = body.decode("utf-8", "replace")
    return _in_json(text) if text.lstrip("\ufeff \t\r\n").startswith("{") else _in_markup(text)


def _in_markup(text: str) -> Iterator[_Relation]:
    for tag in _LINK.findall(_NOT_SAID.sub(" ", _frame(text))):
        said = {name.lower(): html.unescape("".join(values)) for name, *values in _ATTRIBUTE.findall(tag)}
        yield from _relations(said.get("rel", ""), said.get("href", ""))


def _frame(text: str) -> str:
    """Return a feed without its entries, or a page without its body."""
    start = _CONTENT.search(text)
    if start is None:
        return text
    end = max(text.rfind(tag) for tag in _CONTENT_ENDS)
    return text[: start.start()] + (text[end:] if end > start.start() else "")


def _relations(relation: str, url: str) -> Iterator[_Relation]:
    for name in relation.lower().split():
        if url:
            yield name, url


def _in_json(text: str) -> Iterator[_Relation]:
    try:
        feed: Any = load(text)
    except Unreadable:
        return
    hubs = feed.get("hubs") if isinstance(feed, dict) else None
    for hub in hubs if isinstance(hubs, list) else ():
        if isinstance(hub, dict) and str(hub.get("type")).lower() == "websub" and isinstance(hub.get("url"), str):
            yield "hub", hub["url"]
    if isinstance(name := feed.get("feed_url") if isinstance(feed, dict) else None, str):
        yield "self", name
