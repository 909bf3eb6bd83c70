"""Cutting a page before it is read changes nothing but the time it takes."""

from __future__ import annotations

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.sources.tree import parse, root_of

SELECTORS = [
    "h3 a",
    "li",
    ".t",
    "#one",
    "ul.t > li",
    "div .t > a.k",
    "a[href]",
    'a[href="/1"]',
    "*",
    "ul li a, h3",
    "DIV.t A",
    "p > *",
    ".t a, #one > li.k",
]
TAGS = ["div", "ul", "li", "a", "h3", "p", "span"]


def _tree(depth: int):
    if depth == 0:
        return st.sampled_from(["نص", "text of some length", " ", "", "<!-- c -->", "<script>x<y</script>"])
    attributes = st.sampled_from(
        ["", " class=t", " class='k t'", " class=k", " id=one", " href=/1", " href=/2 class=k"]
    )
    inner = st.lists(_tree(depth - 1), max_size=3).map("".join)
    return st.builds(
        lambda tag, attribute, text: f"<{tag}{attribute}>{text}</{tag}>", st.sampled_from(TAGS), attributes, inner
    )


def _shown(found):
    return ["".join(str(element).split()) for element in found]


@settings(max_examples=200, deadline=None)
@given(
    html=st.lists(_tree(4), max_size=3).map("".join),
    chosen=st.lists(st.sampled_from(SELECTORS), min_size=1, max_size=3),
)
def test_what_a_selector_finds_is_the_same_in_the_cut_page(html, chosen):
    whole, cut = parse(html).soup, parse(html, chosen).soup
    for scripts in (whole, cut):
        for script in scripts.find_all("script"):
            script.decompose()
    for selector in chosen:
        assert _shown(cut.select(selector)) == _shown(whole.select(selector))


@pytest.mark.parametrize("selector", ["DIV.t A", "P > A", "A[HREF]"])
def test_tags_are_found_however_they_are_written(selector):
    html = "<div class=t><p><a href=/1>The port</a></p></div><i>x</i>"
    assert _shown(parse(html, [selector]).soup.select(selector)) == _shown(parse(html).soup.select(selector)) != []


@pytest.mark.parametrize(
    "selector",
    ["h2 + ul a", "li:first-child", "ul ~ p", "li:not(.k)", "a:has(> h3)", "ul:is(.t, .k) li", "a[href*='a b']"],
)
def test_what_needs_the_whole_page_gets_it(selector):
    html = "<h2>x</h2><ul class=t><li class=k><a href='/a b'><h3>y</h3></a></li><li>z</li></ul><p>w</p>"
    assert str(parse(html, [selector]).soup) == str(parse(html).soup)


def test_a_cut_page_is_much_smaller():
    html = '<div class="bar"><a href="/1">A headline of the day</a></div>' + "<div><p>y</p></div>" * 1000
    assert len(parse(html, [".bar a"]).soup.find_all()) < 10


def test_links_are_not_rewritten():
    link = "/مقال عن؟x=é&y={{z}}"
    assert parse(f'<a href="{link}">x</a>', ["a"]).soup.a["href"] == link


def test_the_base_address_survives_the_cut():
    assert parse('<head><base target="x"><base href="/b/"></head><p class="t">x</p>', [".t"]).base == "/b/"


def test_of_a_page_without_end_the_beginning_is_read():
    page = "<h2><a href='/1'>الميناء يفتح رصيفا جديدا</a></h2>" + "<i>x</i>" * 400_000
    begun = time.process_time()
    root = root_of(page)
    assert root.find(".//a").get("href") == "/1"
    assert len(list(root.iter("i"))) < 60_000
    assert time.process_time() - begun < 2
