"""What the readers of all feed formats hand on; reads no format itself."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


class NotAFeed(ValueError):
    """A body is no feed; the message goes on from its address («… is not a feed but JSON»)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """An entry as its feed holds it, before titles are cleaned and links resolved."""

    format: str  # such as rss20
    title: str
    title_is_markup: bool  # holds HTML: tags and references are not meant to be seen
    link: str
    guid: str
    summary: str
    published_at: datetime | None
    categories: tuple[str, ...]
