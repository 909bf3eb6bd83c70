"""Reads when a headline was published from what machines write; the words people read («منذ ساعة») are not read yet."""

from __future__ import annotations

from datetime import UTC, datetime, tzinfo

from bs4.element import Tag

_ATTRIBUTES = ("datetime", "content", "title")
_SHORTEST = len("2026-01-01T00:00")  # a date without a time is not a time
_YEARS = range(1990, 2100)


def published(element: Tag, zone: tzinfo) -> datetime | None:
    """Return the moment a time element names, in UTC, or None; `zone` is the site's, for times without an offset."""
    for name in _ATTRIBUTES:
        value = element.get(name)
        moment = from_iso(value, zone) if isinstance(value, str) else None
        if moment:
            return moment
    return None


def from_iso(text: str, zone: tzinfo) -> datetime | None:
    """Return the moment of an ISO 8601 date and time, in UTC, or None."""
    text = text.strip()
    if len(text) < _SHORTEST:
        return None
    try:
        moment = datetime.fromisoformat(text)
        moment = (moment if moment.tzinfo else moment.replace(tzinfo=zone)).astimezone(UTC)
    except (ValueError, OverflowError):
        return None
    return moment if moment.year in _YEARS else None
