"""Bytes in, items out: one pure module per kind of endpoint; none of them touches the network."""

from monitor.ports import SourceKind
from monitor.sources.feed import FeedEndpoint, FeedExtractor
from monitor.sources.html import HtmlEndpoint, HtmlExtractor
from monitor.sources.recipes import default_endpoints

KINDS: dict[str, SourceKind] = {
    "html": SourceKind(options=HtmlEndpoint, build=HtmlExtractor),
    "feed": SourceKind(options=FeedEndpoint, build=FeedExtractor),
}

__all__ = ["KINDS", "default_endpoints"]
