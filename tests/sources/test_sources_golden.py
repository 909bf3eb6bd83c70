"""Saved pages, written by us after the markup of real ones, and what a person sees on them."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import yaml

from monitor.model import Item, Section
from monitor.ports import SiteContext
from monitor.sources import KINDS, default_endpoints
from monitor.sources.html import HtmlEndpoint, HtmlExtractor
from monitor.sources.recipes import themes

GOLDEN = Path(__file__).parent.parent / "golden"
TICKERS = yaml.safe_load((GOLDEN / "tickers.yaml").read_text("utf-8"))
SITES = sorted(folder.name for folder in GOLDEN.iterdir() if folder.is_dir())


def shown(item: Item) -> dict[str, Any]:
    everything = {
        "section": str(item.section),
        "title": item.title,
        "url": item.url,
        "guid": item.guid,
        "published": item.published_at.isoformat() if item.published_at else None,
        "category": item.category,
        "breaking": item.breaking,
    }
    return {key: value for key, value in everything.items() if value}


@pytest.mark.parametrize("site", SITES)
def test_a_saved_page_gives_the_headlines_a_person_sees(site, options, fetched):
    expected = yaml.safe_load((GOLDEN / site / "expected.yaml").read_text("utf-8"))
    if "endpoint" in expected:
        keys = dict(expected["endpoint"])
        endpoint = options(keys.pop("type"), **keys)
    else:
        endpoint = next(one for one in default_endpoints(expected["url"]) if one.type == "html")
    context = SiteContext(source=site, zone=ZoneInfo("Etc/GMT-1"))
    page = fetched((GOLDEN / site / expected.get("file", "page.html")).read_bytes(), url=expected["url"])
    items = KINDS[endpoint.type].build(endpoint, context).extract(page)
    assert [shown(item) for item in items] == expected["items"]
    assert all(item.evidence for item in items)


@pytest.mark.parametrize("name", TICKERS)
def test_a_recipe_finds_the_ticker_it_was_made_for(name, fetched):
    known = TICKERS[name]
    url = known.get("url", "https://site.example/")
    lists = "".join(f'<h2><a href="/33150{n}">Harbour survey number {n} is out</a></h2>' for n in range(8))
    page = fetched(f"<!doctype html><body>{known['page']}<main>{lists}</main></body>", url=url)
    made = HtmlExtractor(HtmlEndpoint(type="html", url=url), SiteContext(source=name, zone=ZoneInfo("UTC")))
    ticker = [item for item in made.extract(page) if item.section is Section.TICKER]
    assert [item.title for item in ticker] == known["titles"]
    assert {item.evidence.partition(":")[0] for item in ticker} == {f"{'recipe' if 'url' in known else 'theme'} {name}"}


@pytest.mark.parametrize("name", sorted(name for name in TICKERS if "url" not in TICKERS[name]))
def test_a_ticker_that_has_a_recipe_is_found_without_it_as_well(name, fetched):
    lists = "".join(f'<h2><a href="/33150{n}">Harbour survey number {n} is out</a></h2>' for n in range(8))
    page = fetched(f"<!doctype html><body>{TICKERS[name]['page']}<main>{lists}</main></body>")
    options, context = HtmlEndpoint(type="html", url=page.url), SiteContext(source=name, zone=ZoneInfo("UTC"))
    found = HtmlExtractor(options, context, with_recipes=False).extract(page)
    assert [item.title for item in found if item.section is Section.TICKER] == TICKERS[name]["titles"]


def test_every_recipe_has_a_golden_page():
    covered = {folder.split("_")[0] for folder in SITES} | {name.split(".")[0] for name in TICKERS}
    recipes = files("monitor.sources").joinpath("recipes").iterdir()
    assert {file.name.split(".")[0] for file in recipes if file.name.endswith(".yaml")} - covered == set()
    assert {theme.name for theme in themes()} - {*TICKERS} == set()
