"""The kinds of endpoints, "bytes in, items out", and what to watch on sites that are known; nothing here fetches."""

from __future__ import annotations

from monitor.ports import EndpointOptions, SourceKind
from monitor.sources import browser, feed, html, jsonapi, sitemap, wordpress
from monitor.sources.recipes import RecipeEndpoint, recipe_for

KINDS: dict[str, SourceKind] = {
    "html": SourceKind(options=html.HtmlEndpoint, build=html.build),
    "feed": SourceKind(options=feed.FeedEndpoint, build=feed.build),
    "wordpress": SourceKind(options=wordpress.WordPressEndpoint, build=wordpress.build),
    "sitemap": SourceKind(options=sitemap.SitemapEndpoint, build=sitemap.build),
    "json": SourceKind(options=jsonapi.JsonEndpoint, build=jsonapi.build),
    "browser": SourceKind(options=browser.BrowserEndpoint, build=browser.build),
}

__all__ = ["KINDS", "default_endpoints"]


def default_endpoints(url: str) -> tuple[EndpointOptions, ...]:
    """Return what to watch for a source that names no endpoints: what its site's recipe says, else the page itself."""
    recipe = recipe_for(url)
    if recipe is None:
        return (html.HtmlEndpoint(type="html", url=url),)
    return tuple(_options(endpoint, url) for endpoint in recipe.endpoints_for(url))


def _options(endpoint: RecipeEndpoint, site: str) -> EndpointOptions:
    kind = feed.FeedEndpoint if endpoint.type == "feed" else html.HtmlEndpoint
    return kind(type=endpoint.type, url=endpoint.url(site))
