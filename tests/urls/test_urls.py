"""Addresses: one form per article, its number, and links as they stand in pages."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from w3lib.url import canonicalize_url

from monitor import urls
from monitor.urls import ArticleId, absolute, article_id, canonical, host

anything = st.text(st.characters(codec=None, exclude_categories=()), max_size=60)
odd = st.text("ab/.%?&=#:@;~+,-_[]\\{}<> 0123456789أم\u200f\ud800", max_size=40)
addresses = st.builds(
    "{}{}{}".format,
    st.sampled_from(["http://", "https://", "HTTPS://www.", "//m.", "https://u:p@", "https://amp.m."]),
    st.sampled_from(["site.ma", "Site.Ma:443", "site.ma:8080", "موقع.المغرب", "[::1]", "127.0.0.1", "site.ma."]),
    odd.map("/".__add__) | st.sampled_from(["/a/amp", "/%61mp/amp/", "/x.amp.html", "/a;jsessionid=1/", "/?p&p=&q"]),
)


@pytest.mark.parametrize(
    "variants",
    [
        ["https://site.ma", "http://www.site.ma/", "//SITE.ma:443/#top", "https://m.site.ma:80", "https://site.ma./"],
        [
            "https://site.ma/a/b",
            "http://site.ma/a/b/",
            "https://amp.site.ma/a/b/amp/",
            "https://mobile.site.ma/a/b?amp=1",
            "https://www.m.site.ma/a/b?utm_source=x&utm_medium=y#z",
            "https://site.ma/a/./c/../b",
            "https://site.ma/%61/%62",
            "https://site.ma/a/b?fbclid=1&GCLID=2&xtor=3&at_medium=4&mc_cid=5&share=facebook",
            "https://site.ma/a/b?ref=twitter&source=rss",
            "https://user:secret@site.ma/a/b",
            "https://site.ma/a/b;jsessionid=0A1B?utm_source=x",
            "https://site.ma/a/b/amp/;jsessionid=0A1B/amp",
        ],
        [
            "https://site.ma/خبر-عاجل",
            "https://site.ma/%D8%AE%D8%A8%D8%B1-%D8%B9%D8%A7%D8%AC%D9%84/",
            "https://site.ma/%d8%ae%d8%a8%d8%b1-%d8%b9%d8%a7%d8%ac%d9%84",
            "https://site.ma/%d8%ae%d8%a8%d8%b1-عاجل?fbclid=x",
        ],
        ["https://site.ma/?b=2&a=1", "https://site.ma?a=1&b=2&utm_campaign=x"],
        ["https://موقع.المغرب/a", "https://xn--4gbrim.xn--mgbc0a9azcg/a"],
        ["https://site.ma/x.html", "https://site.ma/x.amp.html"],
    ],
)
def test_addresses_of_one_article_have_one_form(variants):
    assert [canonical(variants[0])] * len(variants) == [canonical(url) for url in variants]


@pytest.mark.parametrize(
    ("url", "other"),
    [
        ("https://site.ma/a", "https://site.ma/A"),
        ("https://site.ma/a", "https://fr.site.ma/a"),
        ("https://site.ma/?p=1", "https://site.ma/?p=2"),
        ("https://site.ma/?ref=42", "https://site.ma/?ref=43"),
        ("https://site.ma:8080/a", "https://site.ma/a"),
        ("https://site.ma/camp", "https://site.ma/c"),
        ("https://site.ma/a%2Fb", "https://site.ma/a/b"),
    ],
)
def test_other_addresses_stay_other(url, other):
    assert canonical(url) != canonical(other)


@pytest.mark.parametrize(
    "url", ["HTTP://0/%0%61", "https://site.ma/%%%3631", "https://site.ma/?q=%%34%31", "https://site.ma/100%"]
)
def test_an_escape_that_only_decoding_makes_is_written_like_any_other(url):
    assert canonical(url) == canonical(canonical(url))


def test_a_host_keeps_its_prefix_when_nothing_else_is_left():
    assert "https://www.ma" == canonical("http://www.ma/")


@pytest.mark.parametrize(
    "url", ["", "foo", "mailto:a@b.ma", "http://[bad", "https:///x", "http://x:99999/", "tag:x,2025:1"]
)
def test_what_is_no_http_address_comes_back(url):
    assert url == canonical(url)
    assert host(url) == ""


@given(anything | addresses)
@example("https://x.ma/%2561mp")
@example("https://x.ma/%2541?%2541")
@example("https://x.ma/;[\\")
@example("https://x.ma/;/")
@example("https://x.ma//;jsessionid=/amp//amp/")
def test_the_form_of_the_form_is_the_form(url):
    once = canonical(url)
    assert once == canonical(once)


@given(addresses)
def test_the_short_way_and_the_encoder_agree(url):
    parts = urls._split(url)
    if parts is None or not urls._is_plain(parts):
        return
    assert canonical(url) == canonical(canonicalize_url(parts._replace(fragment="").geturl()))


@pytest.mark.parametrize(
    ("url", "number"),
    [
        ("https://site.ma/331535", "331535"),
        ("https://site.ma/331535/", "331535"),
        ("https://site.ma/331535/some-slug", "331535"),
        ("https://site.ma/story/331535.html", "331535"),
        ("https://site.ma/news/2641579/1/%D9%88%D9%83", "2641579"),
        ("https://site.ma/section/4501/article/567890", "567890"),
        ("https://site.ma/20250128/artikler/141209445/1265", "141209445"),
        ("https://site.ma/section/67013/45012", "45012"),
        ("https://site.ma/1899", "1899"),
        ("https://site.ma/?p=71001", "71001"),
        ("https://site.ma/news.php?newsid=123&lang=ar", "123"),
        ("https://site.ma/a?x=1&article_id=5550", "5550"),
        ("https://site.ma/71001?p=71001", "71001"),
    ],
)
def test_a_number_of_its_own_is_strong(url, number):
    assert ArticleId(number, strong=True) == article_id(url)


@pytest.mark.parametrize(
    ("url", "number"),
    [
        ("https://site.ma/actu/331535-some-slug", "331535"),
        ("https://site.ma/some-slug-331535.html", "331535"),
        ("https://site.ma/some_slug_331535", "331535"),
        ("https://site.ma/article331535", "331535"),
        ("https://site.ma/some-slug,331535", "331535"),
        ("https://site.ma/some-slug-a331535.html", "331535"),
    ],
)
def test_a_number_at_the_edge_of_a_slug_is_weak(url, number):
    assert ArticleId(number, strong=False) == article_id(url)


@pytest.mark.parametrize(
    "url",
    [
        "https://site.ma/",
        "https://site.ma/mondial-2030",
        "https://site.ma/2025/01/28/some-slug",
        "https://site.ma/20250128/some-slug",
        "https://site.ma/28012025/some-slug",
        "https://site.ma/202501/some-slug",
        "https://site.ma/20250128130000",
        "https://site.ma/some-slug-20250128",
        "https://site.ma/un-don-de-25000",
        "https://site.ma/some-12345-slug",
        "https://site.ma/123",
        "https://site.ma/slug-1234",
        "https://site.ma/slug-of-abc1234567890abcdef",
        "https://site.ma/?p=2",
        "https://site.ma/?page=31535",
        "https://site.ma/331535?id=999",
        "https://site.ma/some-slug_5127734_1809550.html",
        "https://site.ma/12345-slug-67890",
        "tag:site.ma,2025:331535",
        "331535",
        "",
    ],
)
def test_years_dates_amounts_and_contradictions_are_no_numbers(url):
    assert article_id(url) is None


@given(anything | addresses)
def test_no_address_is_too_odd(url):
    number = article_id(url)
    assert number is None or number.number in url
    assert not host(url) or host(url) in canonical(url)


def test_a_host_is_the_one_of_the_canonical_form():
    assert "site.ma" == host("http://WWW.Site.ma:8080/a")


@pytest.mark.parametrize(
    ("href", "link"),
    [
        ("/a", "https://site.ma/a"),
        ("b", "https://site.ma/f/b"),
        ("?p=1", "https://site.ma/f/page?p=1"),
        (" \n/a\t/b ", "https://site.ma/a/b"),
        ("/a b", "https://site.ma/a%20b"),
        ("//other.ma/خبر", "https://other.ma/خبر"),
        ("http://u:p@other.ma:8080/a#c", "http://other.ma:8080/a#c"),
        ("\\a", "https://site.ma/a"),
        ("/a\ud800", "https://site.ma/a%3F"),
        ("http://[::1]:8080/a", "http://[::1]:8080/a"),
    ],
)
def test_a_link_is_joined_with_its_page(href, link):
    assert link == absolute("https://site.ma/f/page", href)


@pytest.mark.parametrize(
    "href",
    [
        "",
        "#top",
        "#",
        "javascript:void(0)",
        "JAVASCRIPT:alert(1)",
        "java\nscript:alert(1)",
        "mailto:desk@site.ma",
        "data:text/html,x",
        "ftp://site.ma/a",
        "{{item.url}}",
        "/a/${id}",
        "https://site.ma/%7B%7Burl%7D%7D",
        "http://[bad",
        "http://site.ma:port/",
        "http://site.ma:99999/",
        "http://\ud800.ma/",
        "http://a b.ma/",
        "/" + "x" * 2000,
        "/x" + " " * 1000 + "x",
    ],
)
def test_a_link_that_leads_nowhere_is_none(href):
    assert absolute("https://site.ma/f/page", href) is None


@given(anything | odd, anything | addresses)
def test_a_joined_link_is_an_http_address_that_can_be_sent(href, base):
    link = absolute(base, href)
    if link is not None:
        assert link.startswith(("http://", "https://"))
        assert len(link) <= 2000
        link.encode()


def test_an_address_is_shown_without_the_values_of_its_query():
    assert urls.shown("https://sada.example/feed?key=abc&page=2#top") == "https://sada.example/feed?key=…&page=…#top"
    assert urls.shown("https://sada.example/feed") == "https://sada.example/feed"
