"""The rules by which an item of a page becomes a headline."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from monitor.errors import ExtractError
from monitor.model import Section
from monitor.ports import SiteContext
from monitor.sources import KINDS

SITE = "https://site.example"


def page(body: str, head: str = "") -> str:
    return f"<!doctype html><html><head><meta charset=utf-8>{head}</head><body>{body}</body></html>"


def items(*inner: str) -> str:
    return page("".join(f"<li>{one}</li>" for one in inner))


@pytest.fixture
def only(extract):
    """The one headline of a list with one item."""

    def run(inner: str, **region: str):
        found = extract(items(inner), list={"items": "li", **region})
        assert len(found) == 1
        return found[0]

    return run


# --- titles --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "inner",
    [
        '<a href="/1">ميناء الناظور يستقبل أول سفينة</a>',
        '<a href="/1"><h3>ميناء الناظور يستقبل أول سفينة</h3><p>وصلت السفينة صباح اليوم إلى الرصيف</p></a>',
        '<a href="/1"><img alt="x"></a><h2><a href="/1">ميناء الناظور يستقبل أول سفينة</a></h2>',
        '<h4>اقتصاد وموانئ</h4><h3><a href="/1">ميناء الناظور يستقبل أول سفينة</a></h3>',
        '<span class="post-title">ميناء الناظور يستقبل أول سفينة</span><a class="link" href="/1"></a>',
        '<p>ميناء الناظور يستقبل أول سفينة</p><a href="/1">المزيد</a>',
        '<p class="titre">ميناء الناظور يستقبل أول سفينة</p><a href="/1">...</a>',
        '<a href="/1" title="ميناء الناظور يستقبل أول سفينة"><img src="x.jpg"></a>',
        '<a href="/1" aria-label="ميناء الناظور يستقبل أول سفينة"></a>',
        '<a href="/1"><img src="x.jpg" alt="ميناء الناظور يستقبل أول سفينة"></a>',
        '<a href="/1" title="ميناء الناظور يستقبل أول سفينة">ميناء الناظور يستقبل…</a>',
        '<a href="/1"><time>13:05</time> ميناء الناظور يستقبل أول سفينة</a>',
        '<a href="/1">ميناء الناظور يستقبل أول سفينة <span class="post-date">اليوم 12:05</span></a>',
        '<a href="/1">ميناء الن<b>اظور</b> يستقبل<br>أول<wbr> سفينة</a>',
        '<a href="/1"><script>track("x")</script>ميناء الناظور يستقبل أول سفينة<style>a{}</style></a>',
        '<a href="/1"><div>ميناء الناظور</div><div>يستقبل أول سفينة</div></a>',
    ],
)
def test_the_title_is_what_a_person_reads(only, inner):
    found = only(inner)
    assert found.title == "ميناء الناظور يستقبل أول سفينة"
    assert found.url == f"{SITE}/1"


def test_an_overlay_link_that_is_the_item_finds_its_title_beside_it(extract):
    cards = "".join(
        f'<div class="card"><p class="card-title">Headline number {n} of the day</p>'
        f'<a class="stretched-link" href="/{n}"></a></div>'
        for n in range(3)
    )
    found = extract(page(f"<main>{cards}</main>"), list={"items": "a.stretched-link"})
    assert [(item.title, item.url) for item in found] == [
        (f"Headline number {n} of the day", f"{SITE}/{n}") for n in range(3)
    ]


def test_a_title_selector_decides_and_what_it_does_not_find_is_no_headline(extract):
    html = items(
        '<h3>Kicker of the day</h3><p class="t">The harbour reopens</p><a href="/1"></a>',
        '<a href="/2">An advertisement</a>',
    )
    assert [item.title for item in extract(html, list={"items": "li", "title": ".t"})] == ["The harbour reopens"]


def test_a_link_selector_decides_and_what_it_does_not_find_is_no_headline(extract):
    html = items(
        '<a href="/cat">A category of news</a><a class="l" href="/1">The harbour reopens</a>',
        '<a href="/menu">A menu entry</a>',
    )
    assert [item.url for item in extract(html, list={"items": "li", "link": ".l"})] == [f"{SITE}/1"]


def test_a_short_title_is_kept(only):
    assert only('<a href="/1">أمطار</a>').title == "أمطار"


def test_a_chinese_title_of_a_few_characters_is_enough(only):
    assert only('<a href="/1" title="something else entirely">北部发生地震</a>').title == "北部发生地震"


def test_a_badge_makes_a_headline_breaking_and_is_no_part_of_its_title(only):
    for badge in (
        '<span class="tag">عاجل</span>',
        "<b>URGENT</b>",
        '<em class="x">Breaking News</em>',
        "<strong>عاجل</strong>:",
    ):
        found = only(f'<a href="/1">{badge} إغلاق الطريق الساحلية</a>')
        assert (found.title, found.breaking) == ("إغلاق الطريق الساحلية", True)


def test_a_badge_beside_the_title_counts(only):
    assert only('<span class="badge">Urgent</span><h3><a href="/1">La rocade est coupée</a></h3>').breaking


def test_emphasis_is_no_badge(only):
    found = only('<a href="/1"><b>Alerte</b> aux moustiques dans le Gharb</a>')
    assert (found.title, found.breaking) == ("Alerte aux moustiques dans le Gharb", False)


def test_a_label_selector_names_badges_with_other_words(only):
    found = only(
        '<i class="k">عاجل جدا</i><i class="m">مباشر</i><a href="/1"><i class="k">مباشر</i> افتتاح المعرض</a>',
        label="i.k",
    )
    assert (found.title, found.breaking) == ("افتتاح المعرض", True)


def test_a_mark_in_the_title_makes_it_breaking_and_stays(only):
    found = only('<a href="/1">عاجل | إغلاق مطار الصويرة</a>')
    assert (found.title, found.breaking) == ("عاجل | إغلاق مطار الصويرة", True)


# --- links ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("inner", "url"),
    [
        ('<a href="javascript:void(0);">قسم الأخبار</a><h3>عنوان من عناوين اليوم</h3><a href="/1"></a>', f"{SITE}/1"),
        (
            '<a class="cat" href="/category/x">Category of news</a><p class="title">A headline of the day</p><a href="/1"></a>',
            f"{SITE}/1",
        ),
        ('<a rel="category tag" href="/x">Category of news</a><a href="/1">A headline of the day</a>', f"{SITE}/1"),
        ('<a href="//other.example/1">A headline of the day</a>', "https://other.example/1"),
        ('<a href="  /1\n">A headline of the day</a>', f"{SITE}/1"),
        ('<a href="/مقال-عن-الطقس">A headline of the day</a>', f"{SITE}/مقال-عن-الطقس"),
        ('<a href="https://good@evil.example/1">A headline of the day</a>', "https://evil.example/1"),
    ],
)
def test_the_link_is_the_first_that_leads_to_an_article(only, inner, url):
    assert only(inner).url == url


def test_the_link_around_an_item_is_its_link(extract):
    found = extract(page('<a href="/1"><h3>A headline of the day</h3></a>'), list={"items": "h3"})
    assert [item.url for item in found] == [f"{SITE}/1"]


def test_a_base_address_is_respected_also_a_relative_one(extract):
    html = page('<h3><a href="1.html">A headline of the day</a></h3>', head='<base href="/news/">')
    assert extract(html, list={"items": "h3 a"})[0].url == f"{SITE}/news/1.html"


@pytest.mark.parametrize("href", ["data:text/html,x", "/" + "x" * 8000, "ftp://site.example/1", "http://[bad/1"])
def test_a_headline_with_an_unusable_link_is_kept_without_it(only, href):
    assert only(f'<a href="{href}">A headline of the day</a>').url is None


@pytest.mark.parametrize("href", ["#", "#top", "javascript:void(0)", "mailto:a@site.example", "/", SITE, ""])
def test_a_ticker_keeps_headlines_without_link_and_a_list_does_not(extract, href):
    html = items(f'<a href="{href}">A headline of the day</a>', '<a href="/1">Another headline of the day</a>')
    ticker = extract(html, ticker={"items": "li"})
    assert [(item.title, item.url) for item in ticker] == [
        ("A headline of the day", None),
        ("Another headline of the day", f"{SITE}/1"),
    ]
    assert [item.url for item in extract(html, list={"items": "li"})] == [f"{SITE}/1"]


@pytest.mark.parametrize(
    "inner",
    [
        '<a href="/{{slug}}">{{title}}</a>',
        '<a href="/news/${item.slug}">${item.title}</a>',
        '<a href="#">{{ item.title }}</a>',
        "<span>${title}</span>",
        '<a href="/<%= slug %>">A headline of the day</a>',
    ],
)
def test_templates_that_no_script_filled_in_are_dropped(extract, inner):
    html = items(inner, '<a href="/1">A headline of the day</a>')
    assert [item.title for item in extract(html, ticker={"items": "li"})] == ["A headline of the day"]


@pytest.mark.parametrize(
    "title", ["{{7*7}} equals 49, a court is told", "{{7*7}}", "${x} and %s%n", "null", "None", "$(id)"]
)
def test_an_odd_title_with_a_link_is_a_headline(only, title):
    assert only(f'<a href="/1">{title}</a>').title == title


def test_a_label_among_the_items_is_no_headline(extract):
    html = items(
        '<a href="/1">A headline of the day</a>', "عاجل", "<b>Breaking news:</b>", "• عاجل •", "<a href='#'>URGENT</a>"
    )
    assert [item.title for item in extract(html, ticker={"items": "li"})] == ["A headline of the day"]


# --- times and categories ------------------------------------------------------------------------------


def test_the_time_of_an_item_is_read_in_the_zone_of_its_site_and_counted_from_when_the_page_was_fetched(only):
    item = only('<span class="date">قبل ساعتين</span><h3><a href="/1">A headline of the day</a></h3>')
    assert item.published_at == datetime(2026, 3, 2, 10, 0, tzinfo=UTC)


def test_a_time_selector_decides_and_words_elsewhere_tell_no_time(only):
    html = '<h3><a href="/1">A headline of the day</a></h3><i>2026-03-02 09:10</i><p class="date">منذ ساعة</p>'
    assert only(html, time="i").published_at == datetime(2026, 3, 2, 9, 10, tzinfo=UTC)
    assert only('<h3><a href="/1">A headline of 2 March 2026</a></h3>').published_at is None


def test_the_category_is_where_the_selector_says(only):
    assert only('<i> جهات </i><h3><a href="/1">A headline of the day</a></h3>', category="i").category == "جهات"


# --- the page ------------------------------------------------------------------------------------------


def test_items_come_in_page_order_across_regions_with_the_ticker_winning(extract):
    html = page(
        '<div class="l"><a href="/1">First headline of the day</a></div>'
        '<div class="t"><a href="/2">Second headline of the day</a></div>'
        '<div class="l"><a href="/2">Second headline of the day</a><a href="/3">Third headline of the day</a></div>'
    )
    found = extract(html, ticker={"items": ".t a"}, list=[{"items": ".l a"}, {"items": "div a"}])
    assert [(item.url[-1], item.section) for item in found] == [
        ("1", Section.LIST),
        ("2", Section.TICKER),
        ("3", Section.LIST),
    ]


def test_one_headline_is_one_item_whatever_the_tracking_or_the_cut(extract):
    html = page(
        '<a href="/1?utm_source=bar">Council votes on night buses after…</a>'
        '<a href="/1">Council votes on night buses after two years</a>'
        '<a href="https://www.site.example/1/">Council votes on night buses after two years</a>'
    )
    found = extract(html, list={"items": "a"})
    assert [item.title for item in found] == ["Council votes on night buses after two years"]


def test_a_title_without_link_joins_the_one_with_a_link(extract):
    html = page('<p class="t">Council votes on night buses</p><h3><a href="/1">Council votes on night buses</a></h3>')
    found = extract(html, ticker={"items": ".t"}, list={"items": "h3"})
    assert [(item.section, item.url) for item in found] == [(Section.TICKER, f"{SITE}/1")]


def test_a_headline_that_a_list_shows_before_the_ticker_belongs_to_the_ticker(extract):
    html = page(
        '<h3><a href="/1">A headline of the day</a></h3><p class="t"><a href="/1">A headline of the day</a></p>'
    )
    found = extract(html, ticker={"items": ".t"}, list={"items": "h3"})
    assert [(item.section, item.breaking) for item in found] == [(Section.TICKER, True)]


def test_identical_titles_with_different_links_stay_apart(extract):
    html = items('<a href="/1">Weather for the weekend</a>', '<a href="/2">Weather for the weekend</a>')
    assert len(extract(html, list={"items": "li"})) == 2


def test_different_titles_of_a_live_page_stay_apart(extract):
    html = items('<a href="/live">Ferries are cancelled</a>', '<a href="/live">The airport stays open</a>')
    assert len(extract(html, ticker={"items": "li"})) == 2


def test_a_ticker_that_repeats_its_items_three_times_shows_each_once(extract):
    html = items(*['<a href="#">قافلة طبية تصل إلى إملشيل</a>', "<a href='/2'>سد جديد في تاونات</a>"] * 3)
    assert len(extract(html, ticker={"items": "li"})) == 2


@pytest.mark.parametrize("name", ["bx-clone", "slick-cloned", "owl-item cloned", "swiper-slide-duplicate"])
def test_copies_that_sliders_make_are_ignored(extract, name):
    html = page(
        f'<div class="{name}"><p><a href="#">A copied headline of the day</a></p></div><p><a href="#">A headline of the day</a></p>'
    )
    assert [item.title for item in extract(html, ticker={"items": "p"})] == ["A headline of the day"]


def test_elements_outside_the_body_and_hidden_ones_count(extract):
    html = '<html><head><title>x</title></head><header hidden><p style="display:none"><a href="/1">A headline of the day</a></p></header><body class="x"></body></html>'
    assert len(extract(html, list={"items": "header p a"})) == 1


def test_items_outside_the_container_do_not_count(extract):
    html = page(
        '<ul><li><a href="/1">A headline of the day</a></li></ul><ol><li><a href="/2">Another headline</a></li></ol>'
    )
    assert [item.url for item in extract(html, list={"items": "li", "container": "ol"})] == [f"{SITE}/2"]


def test_selectors_that_need_the_whole_page_work(extract):
    html = page(
        '<h2>Latest</h2><ul><li><a href="/1">One headline of the day</a></li><li><a href="/2">Two headlines of the day</a></li></ul>'
    )
    for selector in (
        "h2 + ul > li:nth-child(2) a",
        "li:has(a[href='/2'])",
        "ul li:not(:first-child)",
        "li:last-child, .none",
    ):
        assert [item.url for item in extract(html, list={"items": selector})] == [f"{SITE}/2"]


def test_the_same_page_twice_gives_the_same_items(extractor, fetched):
    made = extractor(list={"items": "li"})
    seen = fetched(items('<a href="/1">A headline of the day</a>'))
    assert made.extract(seen) == made.extract(seen)


# --- when there is nothing -----------------------------------------------------------------------------


def test_no_headline_is_an_error_that_says_what_was_tried_and_what_to_do(extract):
    html = page('<p><a href="/1">x</a> <a href="/2">y</a></p>')
    with pytest.raises(ExtractError) as caught:
        extract(html, ticker={"items": ".breaking a"}, list={"items": "h3 a"})
    assert str(caught.value) == (
        "source 'harbour': no headline found with '.breaking a' or 'h3 a' (page has 2 links); "
        "try: headline-monitor extract https://site.example/"
    )


def test_an_empty_container_is_no_error(extract):
    html = page('<div class="bar"><span>عاجل</span><ul></ul></div>')
    assert extract(html, ticker={"items": ".bar li", "container": ".bar"}) == []


def test_an_empty_ticker_does_not_hide_that_a_list_has_moved(extract):
    body = "".join(f'<h2><a href="/33150{n}">Harbour survey number {n} is out</a></h2>' for n in range(9))
    html = page(f'<div class="bar"><span>عاجل</span></div>{body}')
    found = extract(html, ticker={"items": ".bar li", "container": ".bar"}, list={"items": "h3 a"})
    assert [item.section for item in found] == [Section.LIST] * 9


def test_a_list_whose_selector_finds_nothing_is_found_without_it_beside_a_ticker(extract):
    bar = '<div class="bar"><a href="/331701">La rocade est coupée par la neige</a></div>'
    body = "".join(f'<h2><a href="/33150{n}">Harbour survey number {n} is out</a></h2>' for n in range(9))
    found = extract(page(bar + body), ticker={"items": ".bar a"}, list={"items": ".gone a"})
    assert [item.section for item in found] == [Section.TICKER, *[Section.LIST] * 9]
    assert found[0].evidence == "selectors: .bar a"
    assert {item.evidence for item in found[1:]} == {"selectors found nothing, detected list by heading: h2 > a"}


@pytest.mark.parametrize(
    "bar",
    [
        "",
        '<div class="bar"><p><a href="/1">A headline that the selector misses</a></p></div>',
        '<div class="bar"><p>A headline without link that the selector misses</p></div>',
    ],
)
def test_a_container_that_is_gone_or_full_of_something_else_is_an_error(extract, bar):
    with pytest.raises(ExtractError):
        extract(page(bar), ticker={"items": ".bar li", "container": ".bar"})


@pytest.mark.parametrize(
    ("html", "said"),
    [
        ("<title>Just a moment...</title><script src='/cdn-cgi/challenge-platform/x'></script>", "check against bots"),
        ("<title>Access Denied</title><h1>Access Denied</h1>", "check against bots"),
        ("<title>Before you continue</title><form></form>", "consent to cookies"),
        ("<title>الموقع قيد الصيانة</title>", "under maintenance"),
        ("<title>Site</title><h1>Error establishing a database connection</h1>", "under maintenance"),
        (
            '<meta http-equiv="refresh" content="0; url=https://site.example/ar/">',
            "sends browsers on to https://site.example/ar/",
        ),
        ("<div class=bar><a href='/{{slug}}'>{{title}}</a></div>", "script of the page"),
    ],
)
def test_the_error_says_what_stands_in_for_the_page(extract, html, said):
    with pytest.raises(ExtractError, match=said):
        extract(page(html), list={"items": "h3 a"})


MENU = "".join(f'<li><a href="/section-{n}">Section {n}</a></li>' for n in range(20))


@pytest.mark.parametrize(
    ("head", "body", "said"),
    [
        ("<title>404 Not Found</title>", MENU, "says the page does not exist"),
        ("<title>الصفحة غير موجودة - موقع الميناء</title>", MENU, "says the page does not exist"),
        ("<title>Page introuvable | Le Journal</title>", "<h1>Oups</h1>", "says the page does not exist"),
        ("<title>Site en maintenance</title>", MENU, "under maintenance"),
        ("<title>Avant de continuer : consentement</title>", MENU, "consent to cookies"),
        ("<title>Site</title>", '<div id="root"></div><script src="/main.js"></script>', "script of the page"),
        ("<title>Site</title>", MENU, r"page has 20 links\)"),
    ],
)
def test_a_page_without_headlines_is_told_from_one_that_stands_in(extract, head, body, said):
    for keys in ({}, {"list": {"items": "h3 a"}}):
        with pytest.raises(ExtractError, match=said):
            extract(page(body, head), **keys)


def test_a_page_that_says_it_does_not_exist_is_none_whatever_else_it_shows(extract):
    body = "".join(f'<h2><a href="/33150{n}">Harbour survey number {n} is out</a></h2>' for n in range(9))
    with pytest.raises(ExtractError, match="says the page does not exist"):
        extract(page(body, "<title>Error 404 - page not found</title>"))
    assert len(extract(page(body, "<title>The 404 bus stops at the harbour</title>"))) == 9


def test_a_container_that_is_gone_is_named(extract):
    with pytest.raises(ExtractError, match=r"no headline found with '\.bar li' .*there is no container '\.bar'"):
        extract(page("<p>x</p>"), ticker={"items": ".bar li", "container": ".bar"})


def test_a_comment_form_with_a_captcha_does_not_make_a_page_a_bot_wall(extract):
    links = "".join(f'<a href="/{n}">link {n}</a>' for n in range(40))
    with pytest.raises(ExtractError) as caught:
        extract(page(f"<h2>Solve the captcha to comment</h2>{links}"), list={"items": "h3 a"})
    assert "bots" not in str(caught.value)


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ("", "an empty answer"),
        ("\ufeff \n", "an empty answer"),
        ('{"items": []}', "JSON"),
        ("OK", "plain text"),
        (b"\x89PNG\r\n\x1a\n....", "a PNG image"),
        (b"%PDF-1.7", "a PDF document"),
        ('<?xml version="1.0"?><rss version="2.0"></rss>', "a feed; use type: feed"),
        ('<?xml version="1.0"?><urlset></urlset>', "a sitemap"),
    ],
)
def test_what_is_no_html_is_named(extract, body, said):
    with pytest.raises(ExtractError, match=f"is not an HTML page but {said}"):
        extract(body, list={"items": "h3 a"})


# --- options, requests, layouts ------------------------------------------------------------------------


def test_every_wrong_selector_is_named_with_its_key(options):
    endpoint = options(ticker={"items": "li >", "title": "::x"}, list=[{"items": "a"}, {"items": "a", "link": "["}])
    assert [key for key, _ in endpoint.problems()] == ["ticker.items", "ticker.title", "list.1.link"]
    assert all(wrong.startswith("'") and "not a CSS selector" in wrong for _, wrong in endpoint.problems())


def test_the_recipe_serves_an_endpoint_without_selectors(extractor, fetched):
    bar = '<span><a href="/1">انقطاع الماء عن أحياء في مراكش</a></span>'
    body = f'<div class="broadcast"><div class="broadcast-items">{bar}</div></div>'
    made = extractor(url="https://kifache.com/")
    assert [item.section for item in made.extract(fetched(body, url="https://kifache.com/"))] == [Section.TICKER]


def test_the_request_carries_the_sources_headers_and_networks(options):
    context = SiteContext(
        source="s", zone=ZoneInfo("UTC"), headers={"Accept-Language": "ar"}, allow_private=("10.0.0.0/8",)
    )
    for kind, accepted in (("html", "text/html"), ("feed", "application/rss+xml")):
        asked = KINDS[kind].build(options(kind, url="https://site.example/x"), context).request()
        assert asked.url == "https://site.example/x"
        assert asked.allow_private == ("10.0.0.0/8",)
        assert asked.headers["Accept-Language"] == "ar"
        assert asked.headers["Accept"].startswith(accepted)
    own = SiteContext(source="s", zone=ZoneInfo("UTC"), headers={"accept": "*/*"})
    assert KINDS["html"].build(options(), own).request().headers == {"accept": "*/*"}


def test_a_text_wrapped_a_thousand_times_is_read(extractor, fetched):
    wrapped = "<b>" * 1500 + "عاجل" + "</b>" * 1500
    page = f"<ul class=ticker><li>{wrapped}<a href=/1>الميناء يفتح رصيفا جديدا أمام سفن الصيد</a></li></ul>"
    (item,) = extractor("html", ticker={"items": ".ticker li"}).extract(fetched(page))
    assert "الميناء يفتح رصيفا" in item.title


def test_a_link_laid_over_its_title_is_read_whatever_attributes_the_page_uses(extract):
    page = '<div class="box" data-shell="card"><a href="/n/1"></a><h3>Harbour survey finds the pier unsafe</h3></div>'
    (item,) = extract(page, list={"items": ".box > a"})
    assert item.title == "Harbour survey finds the pier unsafe"
