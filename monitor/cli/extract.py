"""`extract`: which headlines does the monitor see on a page?"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import click

from monitor.cli.context import config_option, isolate, json_option

if TYPE_CHECKING:
    from monitor.model import Fetched, Item
    from monitor.ports import EndpointOptions

_KINDS = ("html", "feed", "wordpress", "sitemap", "json")  # written out: the kinds themselves load slowly


@click.command()
@click.argument("page", metavar="FILE|URL")
@click.option("--url", help="The address a FILE was saved from; links and recipes depend on it.")
@click.option("--type", "kind", type=click.Choice(_KINDS), help="Kind of page. Default: by its look.")
@click.option("--ticker", metavar="CSS", help="Selector of the ticker's items, instead of the built-in recipe.")
@click.option("--list", "list_", metavar="CSS", help="Selector of the list's items, likewise.")
@click.option("--source", metavar="NAME", help="Use this source of the configuration.")
@click.option("--allow-private", metavar="CIDR", multiple=True, help="Allow a private address, 127.0.0.0/8 say.")
@config_option
@json_option
def extract(
    page: str,
    url: str | None,
    kind: str | None,
    ticker: str | None,
    list_: str | None,
    source: str | None,
    allow_private: tuple[str, ...],
    config_path: Path,
    *,
    as_json: bool,
) -> None:
    """Show the headlines of a saved page or of an address, with section, link and what found them.

    \b
    headline-monitor extract https://kifache.com
    headline-monitor extract page.html --url https://example.com --ticker ".breaking li a" --list "h3 a"
    """
    from monitor.errors import ExtractError
    from monitor.ports import SiteContext
    from monitor.sources import KINDS

    fetched = _page(page, url, allow_private)
    endpoint = _endpoint(fetched, kind, ticker, list_, _configured(source, config_path))
    wrong = [f"{key}: {problem}" for key, problem in endpoint.problems()]
    if wrong:
        raise ExtractError("; ".join(wrong))
    extractor = KINDS[endpoint.type].build(endpoint, SiteContext(source=source or "page", zone=ZoneInfo("UTC")))
    items = extractor.extract(fetched)
    if as_json:
        click.echo(json.dumps([_item(item) for item in items], ensure_ascii=False, indent=2))
        return
    for item in items:
        mark = click.style("breaking ", fg="red") if item.breaking else ""
        click.echo(f"{mark}{item.section:<6} {item.url or '(no link)'}\n       {isolate(item.title)}")
    click.echo(f"{len(items)} headlines")


def _page(page: str, url: str | None, allow_private: tuple[str, ...]) -> Fetched:
    from contextlib import closing
    from datetime import UTC, datetime

    from monitor.cli.context import make_fetcher, make_resolver
    from monitor.config.schema import Config
    from monitor.errors import MonitorError
    from monitor.model import Fetched, Request

    if page.startswith(("http://", "https://")):
        config = Config(sources=(), rules=(), channels=(), allow_private=allow_private)
        with closing(make_fetcher(config, lambda: datetime.now(UTC), make_resolver())) as fetcher:
            fetched = fetcher.fetch(Request(url=page), etag=None, last_modified=None)
        assert fetched is not None, "without validators there is no 304"
        return fetched
    try:
        body = Path(page).read_bytes()
    except OSError as error:
        raise MonitorError(f"cannot read '{page}': {error.strerror}; give a file or an http address") from None
    if not url:
        raise click.UsageError("say with --url which address the file was saved from")
    return Fetched(
        url=url,
        final_url=url,
        status=200,
        body=body,
        content_type=None,
        etag=None,
        last_modified=None,
        fetched_at=datetime.now(UTC),
        elapsed_ms=0,
    )


def _configured(source: str | None, config_path: Path) -> Sequence[EndpointOptions]:
    if source is None:
        return ()
    from monitor.cli.context import load_config

    config = load_config(config_path)
    found = next((s for s in config.sources if s.name == source), None)
    if found is None:
        raise click.UsageError(f"no source '{source}' in {config_path}")
    return found.endpoints


def _endpoint(
    page: Fetched,
    kind: str | None,
    ticker: str | None,
    list_: str | None,
    configured: Sequence[EndpointOptions],
) -> EndpointOptions:
    from monitor.sources import KINDS, default_endpoints
    from monitor.sources.html import HtmlEndpoint, Region

    kind = kind or ("feed" if _looks_like_feed(page.body) else "html")
    if kind == "html" and (ticker or list_):
        return HtmlEndpoint(
            type="html",
            url=page.url,
            ticker=Region(items=ticker) if ticker else None,
            list=Region(items=list_) if list_ else None,
        )
    for endpoint in [*configured, *(default_endpoints(page.url) or ())]:
        if endpoint.type == kind:
            return replace(endpoint, url=page.url)
    return KINDS[kind].options(type=kind, url=page.url)


def _looks_like_feed(body: bytes) -> bool:
    start = body[:2000].lstrip(b"\xef\xbb\xbf \r\n\t")
    return start.startswith(b"{") or any(mark in start for mark in (b"<rss", b"<feed", b"<rdf:RDF"))


def _item(item: Item) -> dict[str, object]:
    return {
        "section": item.section,
        "title": item.title,
        "url": item.url,
        "published": item.published_at.isoformat() if item.published_at else None,
        "category": item.category,
        "breaking": item.breaking,
        "position": item.position,
        "evidence": item.evidence,
    }
