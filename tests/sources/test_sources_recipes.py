"""The recipes that come with the program, and the form they must have."""

from __future__ import annotations

from importlib.resources import files

import pytest

from monitor.sources import default_endpoints
from monitor.sources.html import HtmlEndpoint
from monitor.sources.recipes import WrongRecipe, layouts_for, read_recipe, read_theme, recipe_for, themes

FILES = [file for file in files("monitor.sources").joinpath("recipes").iterdir() if file.name.endswith(".yaml")]
GOOD = """
hosts: [site.example]
verified: 2026-03-02
evidence: the front page
endpoints:
  - {type: html, url: /, ticker: {items: .bar a, container: .bar}, list: {items: h3 a}}
  - {type: feed, url: /feed}
"""


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.name)
def test_every_recipe_is_in_good_form_and_named_after_its_host(file):
    recipe = read_recipe(file.name.removesuffix(".yaml"), file.read_text("utf-8"))
    assert recipe.name in recipe.hosts
    assert recipe.endpoints[0].path == "/"
    for endpoint in default_endpoints(f"https://www.{recipe.hosts[0]}/"):
        assert endpoint.problems() in ((), [])


def test_no_host_has_two_recipes():
    hosts = [host for file in FILES for host in read_recipe(file.name, file.read_text("utf-8")).hosts]
    assert len(hosts) == len(set(hosts))


@pytest.mark.parametrize(
    "url", ["https://kifache.com", "http://www.kifache.com/", "https://m.kifache.com/", "HTTPS://KIFACHE.COM"]
)
def test_the_first_users_site_is_known_under_all_its_names(url):
    page, feed = default_endpoints(url)
    assert (page.type, page.url) == ("html", url)
    assert feed.type == "feed"
    assert feed.url.lower().endswith("kifache.com/feed")


def test_an_edition_keeps_its_own_addresses():
    assert [one.url for one in default_endpoints("https://fr.hespress.com/")] == [
        "https://fr.hespress.com/",
        "https://fr.hespress.com/feed",
    ]


def test_a_section_page_is_watched_without_the_feed_of_the_whole_site():
    assert [one.url for one in default_endpoints("https://www.hespress.com/politique")] == [
        "https://www.hespress.com/politique"
    ]


@pytest.mark.parametrize(
    "url", ["https://unknown.example/", "https://kifache.com.evil.example/", "https://notkifache.com/"]
)
def test_the_page_of_any_other_site_is_watched_without_selectors(url):
    assert default_endpoints(url) == (HtmlEndpoint(type="html", url=url),)
    assert recipe_for(url) is None


def test_a_good_recipe_is_read():
    recipe = read_recipe("site.example", GOOD)
    assert recipe.layout.ticker.items == ".bar a"
    assert recipe.layout.origin == "recipe site.example"
    assert [endpoint.url("https://site.example/") for endpoint in recipe.endpoints] == [
        "https://site.example/",
        "https://site.example/feed",
    ]


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("hosts: [site.example]", "hosts: []", "hosts"),
        ("hosts: [site.example]", "hosts: [www.site.example]", "hosts"),
        ("hosts: [site.example]", "hosts: site.example", "hosts"),
        ("verified: 2026-03-02", "verified: yesterday", "verified"),
        ("evidence: the front page", "", "key 'evidence' is missing"),
        ("evidence: the front page", "evidence: x\ncomment: y", "no key 'comment'"),
        ("type: html", "type: htm", "endpoints.0: type"),
        ("url: /feed", "url: https://site.example/feed", "endpoints.1: url"),
        ("url: /feed", "url: /feed, every: 5s", "no key 'every'"),
        ("items: h3 a", "item: h3 a", "no key 'item'"),
        ("items: h3 a", "title: h3", "key 'items' is missing"),
        ("items: h3 a", "items: h3 >", "not a CSS selector"),
        ("items: h3 a", "items: [h3]", "list.items"),
        (", ticker: {items: .bar a, container: .bar}, list: {items: h3 a}", "", "ticker or list"),
    ],
)
def test_a_recipe_in_another_form_is_refused(old, new, said):
    with pytest.raises(WrongRecipe, match=said):
        read_recipe("site.example", GOOD.replace(old, new))


THEME = "{signs: [my-bar], evidence: its templates, ticker: {items: .my-bar a, container: .my-bar}}"


@pytest.mark.parametrize("theme", themes(), ids=lambda theme: theme.name)
def test_every_theme_has_signs_that_few_other_pages_have(theme):
    assert all(len(sign) > 4 for sign in theme.signs)
    assert theme.layout.ticker.container
    assert theme.layout.origin == f"theme {theme.name}"


def test_a_theme_is_read():
    theme = read_theme("mine", THEME)
    assert theme.signs == ("my-bar",)
    assert theme.layout.ticker.items == ".my-bar a"


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("signs: [my-bar]", "signs: []", "mine: signs"),
        ("signs: [my-bar]", "hosts: [site.example]", "no key 'hosts'"),
        ("items: .my-bar a", "items: .my-bar >", "not a CSS selector"),
        ("evidence: its templates, ", "", "key 'evidence' is missing"),
    ],
)
def test_a_theme_in_another_form_is_refused(old, new, said):
    with pytest.raises(WrongRecipe, match=said):
        read_theme("mine", THEME.replace(old, new))


def test_only_the_recipe_of_a_site_or_the_themes_that_a_page_has_signs_of_are_tried():
    assert [layout.origin for layout in layouts_for("https://kifache.com/", "better-newsticker")] == [
        "recipe kifache.com"
    ]
    assert [layout.origin for layout in layouts_for("https://site.example/", "<p class=better-newsticker>")] == [
        "theme publisher"
    ]
    assert not layouts_for("https://site.example/", "<p>")
