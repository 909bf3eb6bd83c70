"""`extract`: which headlines does the monitor see on a page?"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import click

from monitor.cli.context import config_option, isolate, json_option
from monitor.cli.endpoint import TYPES, kind_of, made

if TYPE_CHECKING:
    from monitor.model import Fetched, Item, Request
    from monitor.ports import EndpointOptions, Extractor, SiteContext


@click.command()
@click.argument("page", metavar="FILE|URL")
@click.option("--url", help="The address a FILE was saved from; links and recipes depend on it.")
@click.option("--type", "kind", type=click.Choice(TYPES), help="Kind of page. Default: by its look.")
@click.option("--ticker", metavar="CSS", help="Selector of the ticker's items, instead of the built-in recipe.")
@click.option("--list", "list_", metavar="CSS", help="Selector of the list's items, likewise.")
@click.option(
    "--set", "settings", metavar="KEY=VALUE", multiple=True, help="Any key of such an endpoint; repeat it for a list."
)
@click.option("--no-recipes", is_flag=True, help="Use no built-in recipe: see what is found without one.")
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
    settings: tuple[str, ...],
    source: str | None,
    allow_private: tuple[str, ...],
    config_path: Path,
    *,
    no_recipes: bool,
    as_json: bool,
) -> None:
    """Show the headlines of a saved page or of an address, with section, link and what found them.

    \b
    headline-monitor extract https://kifache.com
    headline-monitor extract page.html --url https://example.com --ticker ".breaking li a" --list "h3 a"
    headline-monitor extract https://example.com --type wordpress --set per_page=5
    headline-monitor extract https://example.com/api --type json --set items=data --set title=name --set link=url

    On a page, what found a headline ends with a selector of it and its like. What is no news can be switched off by
    it: ignore: ["ul.jobs > li > a"] at the endpoint.
    """
    address = page if _is_address(page) else url
    if not address:
        raise click.UsageError("say with --url which address the file was saved from")
    site, configured = _site(source, config_path)
    selectors = {name: css for name, css in (("ticker", ticker), ("list", list_)) if css}
    kind = kind or next((endpoint.type for endpoint in configured if endpoint.url == address), None)

    def extractor_of(kind: str) -> Extractor:
        return _extractor(_endpoint(kind, address, selectors, settings, configured), site, with_recipes=not no_recipes)

    if kind is None:
        from monitor.model import Request

        ask = Request(url=address, headers=site.headers, allow_private=site.allow_private, proxy=site.proxy)
        fetched = _page(page, ask, allow_private)
        extractor = extractor_of("html" if selectors else kind_of(fetched.body))
    else:
        extractor = extractor_of(kind)
        fetched = _page(page, extractor.request(), allow_private)
    items = _items(extractor, fetched, as_json=as_json)
    if as_json:
        click.echo(json.dumps(_lists(items), ensure_ascii=False, indent=2))
        return
    for item in items:
        mark = click.style("breaking ", fg="red") if item.breaking else ""
        found = click.style(item.evidence, dim=True)
        click.echo(f"{mark}{item.section:<6} {item.url or '(no link)'}\n       {isolate(item.title)}\n       {found}")
    click.echo(f"{len(items)} headlines")


def _items(extractor: Extractor, page: Fetched, *, as_json: bool) -> Sequence[Item]:
    """Return the headlines of a page; a script gets its JSON also when there are none, with the reason."""
    from monitor.errors import ExtractError

    try:
        return extractor.extract(page)
    except ExtractError as error:
        if as_json:
            click.echo(json.dumps({**_lists(()), "error": str(error)}, ensure_ascii=False, indent=2))
        raise


def _page(page: str, request: Request, allow_private: tuple[str, ...]) -> Fetched:
    from contextlib import closing
    from datetime import UTC, datetime

    from monitor.cli.context import make_fetcher, make_resolver
    from monitor.config.schema import Config
    from monitor.errors import MonitorError
    from monitor.model import Fetched

    if _is_address(page):
        config = Config(sources=(), rules=(), channels=(), allow_private=allow_private)
        with closing(make_fetcher(config, lambda: datetime.now(UTC), make_resolver())) as fetcher:
            fetched = fetcher.fetch(request, etag=None, last_modified=None)
        assert fetched is not None, "without validators there is no 304"
        return fetched
    try:
        body = Path(page).read_bytes()
    except OSError as error:
        raise MonitorError(f"cannot read '{page}': {error.strerror}; give a file or an http address") from None
    return Fetched(
        url=request.url,
        final_url=request.url,
        status=200,
        body=body,
        content_type=None,
        etag=None,
        last_modified=None,
        fetched_at=datetime.now(UTC),
        elapsed_ms=0,
    )


def _is_address(page: str) -> bool:
    return page.startswith(("http://", "https://"))


def _site(source: str | None, config_path: Path) -> tuple[SiteContext, Sequence[EndpointOptions]]:
    """Return what the source of that name says of its site, and its endpoints."""
    from monitor.ports import SiteContext

    if source is None:
        return SiteContext(source="page", zone=ZoneInfo("UTC")), ()
    from monitor.cli.context import load_config
    from monitor.config.schema import asked_with

    config = load_config(config_path)
    found = next((s for s in config.sources if s.name == source), None)
    if found is None:
        raise click.UsageError(f"no source '{source}' in {config_path}")
    context = SiteContext(
        source=source,
        zone=ZoneInfo(found.timezone or config.timezone),
        headers=asked_with(found),
        allow_private=(*config.allow_private, *found.allow_private),
        proxy=found.proxy,
    )
    return context, found.endpoints


def _pairs(settings: Sequence[str]) -> dict[str, list[str]]:
    pairs: dict[str, list[str]] = {}
    for setting in settings:
        key, sign, value = setting.partition("=")
        if not sign:
            raise click.UsageError(f"--set {setting}: write KEY=VALUE")
        pairs.setdefault(key.strip(), []).append(value.strip())
    return pairs


def _endpoint(
    kind: str, address: str, selectors: Mapping[str, str], settings: Sequence[str], given: Sequence[EndpointOptions]
) -> EndpointOptions:
    """Return the endpoint by what the command line says, else the configuration, else the built-in recipe."""
    from monitor.sources import default_endpoints
    from monitor.sources.html import HtmlEndpoint, Region

    if not selectors and not settings:
        for endpoint in [*given, *default_endpoints(address)]:
            if endpoint.type == kind:
                return replace(endpoint, url=address)
    endpoint = made(kind, address, _pairs(settings))
    if not selectors:
        return endpoint
    if not isinstance(endpoint, HtmlEndpoint):
        raise click.UsageError(f"--ticker and --list are for pages, not for --type {kind}")
    regions = {name: Region(items=selector) for name, selector in selectors.items()}
    return replace(endpoint, ticker=regions.get("ticker"), list=regions.get("list"))


def _extractor(endpoint: EndpointOptions, site: SiteContext, *, with_recipes: bool) -> Extractor:
    from monitor.errors import ExtractError
    from monitor.sources import KINDS
    from monitor.sources.html import HtmlEndpoint, HtmlExtractor

    wrong = [f"{key}: {problem}" for key, problem in endpoint.problems()]
    if wrong:
        raise ExtractError("; ".join(wrong))
    if type(endpoint) is HtmlEndpoint:
        return HtmlExtractor(endpoint, site, with_recipes=with_recipes)
    return KINDS[endpoint.type].build(endpoint, site)


def _lists(items: Sequence[Item]) -> dict[str, list[dict[str, object]]]:
    """Return the ticker by itself and all headlines, the ticker's among them."""
    from monitor.model import Section

    return {
        "ticker": [{"title": item.title, "url": item.url} for item in items if item.section is Section.TICKER],
        "headlines": [_item(position, item) for position, item in enumerate(items)],
    }


def _item(position: int, item: Item) -> dict[str, object]:
    return {
        "section": item.section,
        "title": item.title,
        "url": item.url,
        "published": item.published_at.isoformat() if item.published_at else None,
        "category": item.category,
        "breaking": item.breaking,
        "position": position,
        "evidence": item.evidence,
    }
