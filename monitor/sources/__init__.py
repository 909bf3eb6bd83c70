"""The kinds of endpoints, "bytes in, items out", and what to watch on sites that are known; nothing here fetches."""

from __future__ import annotations

from monitor.ports import EndpointOptions, SourceKind
from monitor.sources import feed, html, jsonapi, sitemap, wordpress
from monitor.sources.recipes import RecipeEndpoint, recipe_for

KINDS: dict[str, SourceKind] = {
    "html": SourceKind(options=html.HtmlEndpoint, build=html.build),
    "feed": SourceKind(options=feed.FeedEndpoint, build=feed.build),
    "wordpress": SourceKind(options=wordpress.WordPressEndpoint, build=wordpress.build),
    "sitemap": SourceKind(options=sitemap.SitemapEndpoint, build=sitemap.build),
    "json": SourceKind(options=jsonapi.JsonEndpoint, build=jsonapi.build),
}

__all__ = ["KINDS", "default_endpoints"]


def default_endpoints(url: str) -> tuple[EndpointOptions, ...] | None:
    """Return what to watch for a source that names no endpoints, or None when no recipe knows its site."""
    recipe = recipe_for(url)
    return tuple(_options(endpoint, url) for endpoint in recipe.endpoints_for(url)) if recipe else None


def _options(endpoint: RecipeEndpoint, site: str) -> EndpointOptions:
    url, layout = endpoint.url(site), endpoint.layout
    if layout is None:
        return feed.FeedEndpoint(type="feed", url=url)
    return html.HtmlEndpoint(type="html", url=url, ticker=layout.ticker, list=layout.lists)
