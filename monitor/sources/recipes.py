"""What to watch on sites we know: one YAML file a site in `recipes/`; the files are data, a person can add one."""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from typing import Any
from urllib.parse import urljoin

import yaml

from monitor import urls
from monitor.ports import EndpointOptions
from monitor.sources.feed import FeedEndpoint
from monitor.sources.html import HtmlEndpoint, Region


def default_endpoints(url: str) -> tuple[EndpointOptions, ...] | None:
    """Return the endpoints of the site at this address, or None when there is no recipe for its host."""
    recipe = _recipes().get(urls.host(url))
    return None if recipe is None else tuple(_endpoint(entry, url) for entry in recipe["endpoints"])


@cache
def _recipes() -> dict[str, dict[str, Any]]:
    """Return every recipe by host."""
    found: dict[str, dict[str, Any]] = {}
    for file in files("monitor.sources").joinpath("recipes").iterdir():
        if file.name.endswith(".yaml"):
            recipe = yaml.safe_load(file.read_text("utf-8"))
            for host in recipe["hosts"]:
                found[host] = recipe
    return found


def _endpoint(entry: dict[str, Any], site: str) -> EndpointOptions:
    url = urljoin(site, entry["path"])
    if entry["type"] == "feed":
        return FeedEndpoint(type="feed", url=url)
    lists = tuple(Region(**region) for region in entry.get("list", ()))
    ticker = Region(**entry["ticker"]) if "ticker" in entry else None
    return HtmlEndpoint(type="html", url=url, ticker=ticker, list=lists or None)
