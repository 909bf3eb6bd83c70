"""The kind `feed`: reads RSS, Atom and JSON Feed; fetches nothing and follows no references."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import tzinfo
from functools import partial

from monitor.model import Fetched
from monitor.ports import EndpointOptions, SiteContext
from monitor.sources import diagnosis, jsonfeed, syndication
from monitor.sources.entries import Entry, EntryExtractor, Unreadable
from monitor.sources.request import request

_ACCEPT = (
    "application/rss+xml, application/atom+xml, application/feed+json, application/xml;q=0.9, text/xml;q=0.9, */*;q=0.5"
)
_OTHER_KINDS = {"a sitemap": "use type: sitemap", "JSON": "use type: json, or wordpress for /wp-json/wp/v2/posts"}


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedEndpoint(EndpointOptions):
    """An RSS, Atom or JSON feed."""


def build(options: FeedEndpoint, context: SiteContext) -> EntryExtractor:
    """Return the extractor of an endpoint: reads one feed, of whatever format it turns out to be."""
    return EntryExtractor(
        source=context.source,
        asks=request(options.url, context, _ACCEPT),
        read=partial(_read, zone=context.zone),
    )


def _read(text: str, page: Fetched, *, zone: tzinfo) -> Sequence[Entry]:
    if text.lstrip("\ufeff \t\r\n").startswith("{"):
        return jsonfeed.entries(text, zone)
    other = diagnosis.not_html(page.body, text)
    if other and other != "a feed":
        raise Unreadable(f"is not a feed but {other}", _OTHER_KINDS.get(other, ""))
    found = syndication.entries(text, page, zone)
    if found is None:
        instead = diagnosis.stands_in(text)
        raise Unreadable(f"is not a feed but an HTML page or the like{f': {instead}' if instead else ''}")
    return found
