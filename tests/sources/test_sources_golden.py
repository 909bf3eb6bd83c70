"""Saved pages, written by us after the markup of real ones, and what a person sees on them."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import yaml

from monitor.model import Item
from monitor.ports import SiteContext
from monitor.sources import KINDS, default_endpoints

GOLDEN = Path(__file__).parent.parent / "golden"
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
    assert [item.position for item in items] == list(range(len(items)))
    assert all(item.evidence for item in items)


def test_every_recipe_has_a_golden_page():
    covered = {folder.split("_")[0] for folder in SITES}
    recipes = files("monitor.sources").joinpath("recipes").iterdir()
    assert {file.name.split(".")[0] for file in recipes if file.name.endswith(".yaml")} - covered == set()
