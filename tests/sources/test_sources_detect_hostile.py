"""Odd and hostile pages without selectors: no page takes long, and none ends in anything but items or our own error."""

from __future__ import annotations

import time
from contextlib import suppress
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.errors import ExtractError
from monitor.ports import SiteContext
from monitor.sources.html import HtmlEndpoint, HtmlExtractor

SECONDS = 2.0  # of processor time, on a slow machine
CONTEXT = SiteContext(source="s", zone=ZoneInfo("UTC"))
OPTIONS = HtmlEndpoint(type="html", url="https://site.example/")
TITLE = "Headline number {n} of a long day in the harbour"
LINK = f'<a href="/{{n}}">{TITLE}</a>'
BAR = '<div class="ticker breaking"><b>عاجل</b>{links}</div>'


def many(form: str, number: int) -> str:
    return "".join(form.format(n=n) for n in range(number))


@pytest.mark.parametrize(
    "body",
    [
        pytest.param(many(f"<li>{LINK}</li>", 20_000), id="links"),
        pytest.param(f"<div>{many(LINK + ' ', 20_000)}</div>", id="links in one place"),
        pytest.param(f"<div><b>عاجل</b>{many(LINK + ' ', 20_000)}</div>", id="links beside a label"),
        pytest.param(many('<a href="/{n}"></a><p>t</p>', 20_000), id="links without text"),
        pytest.param(many(f'<a href="/1">{TITLE}</a>', 20_000), id="links to one address"),
        pytest.param(many(f'<a href="/{"a-" * 900}{{n}}">{TITLE}</a>', 400), id="long addresses"),
        pytest.param("<div>" * 100_000 + LINK, id="nested places"),
        pytest.param('<div class="ticker">' * 3000 + many(LINK, 500), id="nested tickers"),
        pytest.param(many('<div class="t"><b>عاجل</b>', 2000) + many(LINK, 500), id="nested labels"),
        pytest.param(f"<div>{'<b>عاجل</b>' * 20_000}{many(LINK, 80)}</div>", id="labels"),
        pytest.param(many(BAR.format(links=LINK), 3000), id="tickers"),
        pytest.param("<div class=ticker>" * 2000 + "<li>some words stand here" * 5000, id="tickers without links"),
        pytest.param('<a href="/1">' + "<h3>w</h3>" * 100_000, id="headings in a link"),
        pytest.param(f'<a href="/1">{"word " * 300_000}</a>', id="a long text"),
        pytest.param(
            many(f"<div><h2>{LINK}</h2></div><script>var a</script><!-- x -->{' ' * 300}", 6_000), id="megabytes"
        ),
    ],
)
def test_a_hostile_page_is_read_in_time(fetched, body):
    page = fetched(f"<!doctype html><html><body><h2>{LINK.format(n=99999)}</h2>{body}")
    started = time.process_time()
    with suppress(ExtractError):
        HtmlExtractor(OPTIONS, CONTEXT).extract(page)
    assert time.process_time() - started < SECONDS


PIECES = st.sampled_from(
    [
        *("<ul>", "</ul>", "<li>", '<div class="breaking-news">', '<p class="title">', "</div>", "<nav>", "</nav>", "<h2>"),
        *("</h2>", '<a href="/1">', '<a href="/news/2026/03/02/pier-4410">', '<a href="https://[">', "<a href='#x'>", "</a>"),
        *("<a href=''>", '<a href="/{{x}}">', '<a href="//x.example/%zz">', "<marquee>", "<b>عاجل</b>", "Breaking", "…"),
        *("ميناء الناظور يستقبل أول سفينة", "Council votes on night buses", "\x00", "\ud800", "&#0;", "<img alt='x y z'>"),
        *('<time datetime="2026-13-45">', "<base href='http://['>", "<svg>", "<!--", "]]>", "<?x?>", "<template>", "<x-a:b>"),
    ]
)  # fmt: skip


@settings(max_examples=100, deadline=None)
@given(st.lists(PIECES, max_size=40).map("".join))
def test_any_markup_gives_items_or_one_kind_of_error(fetched, body):
    made = HtmlExtractor(OPTIONS, CONTEXT)
    for page in (fetched(body), fetched(f"<p>{body}")):
        refused = ""
        try:
            items = made.extract(page)
            assert all(item.title and item.evidence and item.title == item.title.strip() for item in items)
        except ExtractError as error:
            refused = str(error)
        assert not refused or refused.startswith("source 's': ")


CARD = '<article><h2><a href="/33150{n}">Harbour survey number {n} is out</a></h2><span class="v">{n}</span></article>'
CUT = f'<html><body><div class="ad">x</div>{BAR.format(links=LINK.format(n=331700))}{many(CARD, 8)}<p>y</p></body></html>'.split(
    "<"
)


@settings(max_examples=100, deadline=None)
@given(st.lists(st.tuples(st.integers(1, len(CUT) - 1), PIECES), min_size=1, max_size=3))
def test_what_is_remembered_of_a_page_never_hides_news(fetched, changes):
    made, pieces = HtmlExtractor(OPTIONS, CONTEXT), list(CUT)
    made.extract(fetched("<".join(CUT)))
    for place, piece in changes:
        pieces[place] += piece
    page = fetched("<".join(pieces))
    try:
        there = {(item.title, item.url, item.section) for item in HtmlExtractor(OPTIONS, CONTEXT).extract(page)}
    except ExtractError:
        return
    assert there <= {(item.title, item.url, item.section) for item in made.extract(page)}
