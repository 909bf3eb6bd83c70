"""Looks up what to watch on the sites that `recipes/*.yaml` describe, and the tickers of themes; reads no pages.

A recipe file says `hosts`, `verified` (when its markup was last seen), `evidence` (where), and `endpoints` in the keys
of the configuration, except that `url` is a path: `/` stands for the address the source gives. A file in
`recipes/themes/` describes the ticker of a theme or script that many sites use: `signs` (words of its markup, one of
which is in the page), `evidence` and `ticker`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import date
from functools import cache
from importlib.resources import files
from typing import Any
from urllib.parse import urljoin, urlsplit

import yaml

from monitor.sources.layout import Layout, Region
from monitor.urls import host

_KEYS = {"hosts", "verified", "evidence", "endpoints"}
_THEME_KEYS = {"signs", "evidence", "ticker"}
_ENDPOINT_KEYS = {"html": {"type", "url", "ticker", "list"}, "feed": {"type", "url"}}
_REGION_KEYS = {field.name for field in fields(Region)}


class WrongRecipe(ValueError):
    """A recipe file is not in the form this module's docstring describes: a mistake of ours, found by the tests."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RecipeEndpoint:
    type: str
    path: str
    layout: Layout | None = None  # of type html

    def url(self, site: str) -> str:
        """Return the address to poll for a source with the given address."""
        return site if self.path == "/" else urljoin(site, self.path)


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipe:
    """What to watch on a site."""

    name: str
    hosts: tuple[str, ...]
    verified: date
    evidence: str
    endpoints: tuple[RecipeEndpoint, ...]

    @property
    def layout(self) -> Layout | None:
        """Return the layout of the site's pages."""
        return next((endpoint.layout for endpoint in self.endpoints if endpoint.layout), None)

    def endpoints_for(self, url: str) -> tuple[RecipeEndpoint, ...]:
        """Return the endpoints for a source's address; a section page has no feed that is known."""
        whole_site = not urlsplit(url).path.strip("/")
        return tuple(endpoint for endpoint in self.endpoints if whole_site or endpoint.path == "/")


@dataclass(frozen=True, slots=True, kw_only=True)
class Theme:
    """What a theme or script makes of a ticker."""

    name: str
    signs: tuple[str, ...]
    layout: Layout


def recipe_for(url: str) -> Recipe | None:
    """Return the recipe of an address's host, with or without www or m, if there is one."""
    return _recipes().get(host(url))


def layouts_for(url: str, text: str) -> Sequence[Layout]:
    """Return the layouts that a page may have: its site's, or those of the themes that its text has signs of."""
    recipe = recipe_for(url)
    if recipe and recipe.layout:
        return (recipe.layout,)
    return [theme.layout for theme in themes() if any(sign in text for sign in theme.signs)]


@cache
def themes() -> Sequence[Theme]:
    """Return what is known of themes."""
    folder = files("monitor.sources").joinpath("recipes", "themes")
    return [read_theme(file.name.removesuffix(".yaml"), file.read_text("utf-8")) for file in folder.iterdir()]


@cache
def _recipes() -> Mapping[str, Recipe]:
    folder = files("monitor.sources").joinpath("recipes")
    found = [
        read_recipe(file.name.removesuffix(".yaml"), file.read_text("utf-8"))
        for file in folder.iterdir()
        if file.name.endswith(".yaml")
    ]
    return {name: recipe for recipe in found for name in recipe.hosts}


def read_recipe(name: str, text: str) -> Recipe:
    """Return the recipe that a file's text describes.

    Raises:
        WrongRecipe: a key is missing or unknown, or a value has the wrong type.
    """
    data = _block(name, yaml.safe_load(text), _KEYS, required=_KEYS)
    hosts, endpoints = data["hosts"], data["endpoints"]
    _require(_is_texts(hosts) and all(host(f"https://{one}/") == one for one in hosts), f"{name}: hosts")
    _require(isinstance(data["verified"], date), f"{name}: verified")
    _require(_is_text(data["evidence"]), f"{name}: evidence")
    _require(isinstance(endpoints, list) and bool(endpoints), f"{name}: endpoints")
    return Recipe(
        name=name,
        hosts=tuple(hosts),
        verified=data["verified"],
        evidence=data["evidence"],
        endpoints=tuple(_endpoint(name, f"{name}: endpoints.{i}", one) for i, one in enumerate(endpoints)),
    )


def read_theme(name: str, text: str) -> Theme:
    """Return the theme that a file's text describes.

    Raises:
        WrongRecipe: a key is missing or unknown, or a value has the wrong type.
    """
    data = _block(name, yaml.safe_load(text), _THEME_KEYS, required=_THEME_KEYS)
    _require(_is_texts(data["signs"]), f"{name}: signs")
    _require(_is_text(data["evidence"]), f"{name}: evidence")
    layout = Layout(ticker=_region(f"{name}: ticker", data["ticker"]), origin=f"theme {name}")
    return Theme(name=name, signs=tuple(data["signs"]), layout=layout)


def _endpoint(name: str, place: str, value: Any) -> RecipeEndpoint:
    kind = value.get("type") if isinstance(value, dict) else None
    _require(kind in _ENDPOINT_KEYS, f"{place}: type")
    data = _block(place, value, _ENDPOINT_KEYS[str(kind)], required={"type", "url"})
    _require(_is_text(data["url"]) and data["url"].startswith("/"), f"{place}: url")
    return RecipeEndpoint(
        type=data["type"], path=data["url"], layout=_layout(name, place, data) if kind == "html" else None
    )


def _layout(name: str, place: str, data: Mapping[str, Any]) -> Layout:
    lists = data.get("list", [])
    layout = Layout(
        ticker=_region(f"{place}.ticker", data["ticker"]) if "ticker" in data else None,
        lists=tuple(_region(f"{place}.list", one) for one in (lists if isinstance(lists, list) else [lists])),
        origin=f"recipe {name}",
    )
    _require(bool(layout.regions()), f"{place}: ticker or list")
    return layout


def _region(place: str, value: Any) -> Region:
    data = _block(place, value, _REGION_KEYS, required={"items"})
    for key, selector in data.items():
        _require(_is_text(selector), f"{place}.{key}")
    region = Region(**data)
    for key, wrong in region.problems():
        raise WrongRecipe(f"{place}.{key}: {wrong}")
    return region


def _block(place: str, value: Any, known: Iterable[str], required: Iterable[str]) -> dict[str, Any]:
    _require(isinstance(value, dict), place)
    data: dict[str, Any] = value
    for key in {*data} - {*known}:
        raise WrongRecipe(f"{place}: there is no key '{key}'")
    for key in sorted({*required} - {*data}):
        raise WrongRecipe(f"{place}: key '{key}' is missing")
    return data


def _require(right: bool, place: str) -> None:
    if not right:
        raise WrongRecipe(f"{place} is missing or has the wrong form")


def _is_text(value: Any) -> bool:
    return isinstance(value, str) and bool(value.strip())


def _is_texts(value: Any) -> bool:
    return isinstance(value, list) and bool(value) and all(map(_is_text, value))
