"""Reads RSS and Atom through feedparser: the only module that knows that library, which has no types."""

from __future__ import annotations

import calendar
import io
from datetime import UTC, datetime, tzinfo
from typing import Any

import feedparser

from monitor.model import Fetched
from monitor.sources.entries import Entry, Unreadable
from monitor.sources.times import from_iso
from monitor.sources.xmltext import prepared
from monitor.text.times import read_time

_YEARS = range(1990, 2100)
_LONGEST_TIME = 100  # characters


def entries(text: str, page: Fetched, zone: tzinfo) -> list[Entry] | None:
    """Return the feed's entries, or None when the text is no feed that feedparser knows.

    Raises:
        Unreadable: it declares entities, which may unfold without end; it is damaged before its first entry; or
            feedparser cannot bear it.
    """
    # feedparser takes bytes and believes the header before the declaration: both are told the truth.
    body = prepared(text)
    headers = {"content-type": "application/xml; charset=utf-8", "content-location": page.final_url}
    try:
        feed = feedparser.parse(
            io.BytesIO(body),
            response_headers=headers,
            sanitize_html=False,
            resolve_relative_uris=True,
        )
    # What its loose parser is known to let out on damaged markup.
    except (ValueError, LookupError, TypeError, AttributeError, AssertionError, RecursionError) as error:
        raise Unreadable(f"cannot be read as a feed ({type(error).__name__})") from None
    if not feed.version:
        return None
    if feed.bozo and not feed.entries:  # such as a site's error in the middle of it: not a feed without news
        raise Unreadable("is a feed that breaks off, or is no XML, before its first entry")
    return [_entry(entry, str(feed.version), page.fetched_at, zone) for entry in feed.entries]


def _entry(entry: Any, version: str, now: datetime, zone: tzinfo) -> Entry:
    detail = entry.get("title_detail") or {}
    # Atom says whether a title is text; RSS never does, and most of its titles are meant as HTML.
    is_text = version.startswith("atom") and detail.get("type") == "text/plain"
    return Entry(
        format=version,
        title=str(entry.get("title") or ""),
        title_is_markup=not is_text,
        link=_link(entry),
        guid=str(entry.get("id") or ""),
        summary=str(entry.get("summary") or "") or _content(entry),
        published_at=_published(entry, now, zone),
        categories=tuple(str(tag.get("term") or tag.get("label") or "") for tag in entry.get("tags") or ()),
    )


def _link(entry: Any) -> str:
    """Return the page an entry is about: its alternate link, else its id where RSS says that it is an address."""
    for link in entry.get("links") or ():
        if link.get("rel") == "alternate" and link.get("href"):
            return str(link["href"])
    return str(entry.get("link") or "")


def _content(entry: Any) -> str:
    return next((str(content.get("value") or "") for content in entry.get("content") or ()), "")


def _published(entry: Any, now: datetime, zone: tzinfo) -> datetime | None:
    # Asked in this order, since feedparser answers for a missing `updated` with `published` and a warning.
    name = next((name for name in ("published", "updated") if name in entry), None)
    if name is None:
        return None
    written = str(entry[name])
    exact = from_iso(written, zone)
    parsed = None if exact else entry.get(f"{name}_parsed")
    return exact or (_utc(parsed) if parsed else read_time(written[:_LONGEST_TIME], now, zone))


def _utc(parsed: Any) -> datetime | None:
    try:
        moment = datetime.fromtimestamp(calendar.timegm(parsed), UTC)
    except (ValueError, TypeError, OverflowError):
        return None
    return moment if moment.year in _YEARS else None
