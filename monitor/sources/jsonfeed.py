"""Reads JSON Feed 1.0 and 1.1 (jsonfeed.org); forgiving about types, since nobody validates."""

from __future__ import annotations

from datetime import tzinfo
from typing import Any

from monitor.sources.entries import Entry, Unreadable
from monitor.sources.jsontext import as_text, load
from monitor.sources.times import from_iso

_VERSION = "://jsonfeed.org/version/"


def entries(text: str, zone: tzinfo) -> list[Entry]:
    """Return the feed's entries.

    Raises:
        Unreadable: it is other JSON, or none.
    """
    feed = load(text)
    items = feed.get("items") if isinstance(feed, dict) else None
    if not isinstance(items, list) or _VERSION not in str(feed.get("version")):
        raise Unreadable(
            "is not a feed but other JSON (a JSON Feed has a version of jsonfeed.org and items)",
            "use type: json and say where its headlines stand",
        )
    return [_entry(item, zone) for item in items if isinstance(item, dict)]


def _entry(item: dict[str, Any], zone: tzinfo) -> Entry:
    published = as_text(item.get("date_published")) or as_text(item.get("date_modified"))
    tags = item.get("tags")
    return Entry(
        format="json feed",
        title=as_text(item.get("title")),
        title_is_markup=False,
        link=as_text(item.get("url")) or as_text(item.get("external_url")),
        guid=as_text(item.get("id")),  # version 1.0 says that ids which are numbers shall be read as texts
        summary=as_text(item.get("summary")) or as_text(item.get("content_text")) or as_text(item.get("content_html")),
        published_at=from_iso(published, zone),
        categories=tuple(filter(None, map(as_text, tags))) if isinstance(tags, list) else (),
    )
