"""Reads JSON Feed 1.0 and 1.1 (jsonfeed.org); forgiving about types, since nobody validates."""

from __future__ import annotations

import json
from datetime import tzinfo
from typing import Any

from monitor.sources.entries import Entry, NotAFeed
from monitor.sources.times import from_iso

_VERSION = "://jsonfeed.org/version/"


def entries(text: str, zone: tzinfo) -> list[Entry]:
    """Return the feed's entries.

    Raises:
        NotAFeed: it is other JSON, or none.
    """
    try:
        feed = json.loads(text.lstrip("\ufeff"), strict=False)
    except (ValueError, RecursionError):
        raise NotAFeed("is not a feed: it starts as JSON and is none") from None
    items = feed.get("items") if isinstance(feed, dict) else None
    if not isinstance(items, list) or _VERSION not in str(feed.get("version")):
        raise NotAFeed("is not a feed but other JSON (a JSON Feed has a version of jsonfeed.org and items)")
    return [_entry(item, zone) for item in items if isinstance(item, dict)]


def _entry(item: dict[str, Any], zone: tzinfo) -> Entry:
    published = _text(item.get("date_published")) or _text(item.get("date_modified"))
    tags = item.get("tags")
    return Entry(
        format="json feed",
        title=_text(item.get("title")),
        title_is_markup=False,
        link=_text(item.get("url")) or _text(item.get("external_url")),
        guid=_text(item.get("id")),
        summary=_text(item.get("summary")) or _text(item.get("content_text")) or _text(item.get("content_html")),
        published_at=from_iso(published, zone),
        categories=tuple(filter(None, map(_text, tags))) if isinstance(tags, list) else (),
    )


def _text(value: Any) -> str:
    """Return a text or number as text; version 1.0 says that ids which are numbers shall be read so."""
    return str(value).strip() if isinstance(value, str | int | float) and not isinstance(value, bool) else ""
