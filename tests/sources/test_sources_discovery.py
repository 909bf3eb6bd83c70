"""Where a site may tell its headlines besides its page, judged by the page and robots.txt alone."""

from __future__ import annotations

import time

import pytest

from monitor.model import Item, Section
from monitor.sources.discovery import candidates, is_part, news_among, why_not

SITE = "https://www.sada.example/"


def page(*head: str, body: str = "") -> str:
    return f"<html><head>{''.join(head)}</head><body>{body}</body></html>"


def feed(href: str, title: str = "صدى", kind: str = "application/rss+xml") -> str:
    return f'<link rel="alternate" type="{kind}" title="{title}" href="{href}">'


def found(html: str, sitemaps: tuple[str, ...] = (), url: str = SITE) -> list[tuple[str, str]]:
    return [(one.kind, one.url) for one in candidates(url, html, sitemaps, whole=not is_part(url))]


def named(html: str, kind: str = "feed") -> list[str]:
    """Return the addresses that the page itself brought in."""
    usual = {url for _, url in found("")}
    return [url for its, url in found(html) if its == kind and url not in usual]


def test_a_wordpress_site_offers_its_feed_first_then_its_posts() -> None:
    head = page(feed("/ar/feed/"), '<link rel="https://api.w.org/" href="https://sada.example/wp-json/">')

    assert found(head)[:2] == [
        ("feed", "https://www.sada.example/ar/feed/"),
        ("wordpress", "https://sada.example/wp-json/wp/v2/posts"),
    ]


@pytest.mark.parametrize(
    "head",
    [
        '<meta name="generator" content="WordPress 6.4.2">',
        '<link rel="stylesheet" href="/wp-content/themes/sahifa/style.css">',
        '<script src="https://www.sada.example/wp-includes/js/jquery.js"></script>',
    ],
)
def test_wordpress_is_known_by_its_traces(head: str) -> None:
    assert ("wordpress", "https://www.sada.example/wp-json/wp/v2/posts") in found(page(head))


def test_wordpress_without_readable_addresses_is_asked_by_its_route() -> None:
    head = page('<link rel="https://api.w.org/" href="https://sada.example/?rest_route=/">')

    assert ("wordpress", "https://sada.example/?rest_route=/wp/v2/posts") in found(head)


def test_a_page_that_is_no_wordpress_is_not_asked_for_posts() -> None:
    assert not [url for kind, url in found(page(body="about wordpress")) if kind == "wordpress"]


@pytest.mark.parametrize(
    ("href", "title", "kind"),
    [
        ("/comments/feed/", "صدى » التعليقات", "application/rss+xml"),
        ("/home/feed/", "Sada » Home Comments Feed", "application/rss+xml"),
        ("/x.rss", "آخر التعليقات", "application/rss+xml"),
        ("/xml/itunes.xml", "iTunes", "application/rss+xml"),
        ("/videos.rss", "الفيديو", "application/rss+xml"),
        ("/category/sport/feed/", "رياضة", "application/rss+xml"),
        ("/tag/x/feed/", "x", "application/rss+xml"),
        ("https://fr.sada.example/feed/", "Sada en français", "application/rss+xml"),
        ("https://elsewhere.example/feed/", "partner", "application/rss+xml"),
        ("/wp-json/wp/v2/pages/7", "JSON", "application/json"),
        ("/wp-json/oembed/1.0/embed", "oEmbed", "application/json+oembed"),
        ("android-app://com.sada", "app", "application/rss+xml"),
        ("/fr/", "Français", "text/html"),
    ],
)
def test_what_is_not_the_sites_own_headlines_is_no_candidate(href: str, title: str, kind: str) -> None:
    assert named(page(feed(href, title, kind))) == []


def test_feeds_of_all_formats_and_of_the_hosts_own_feed_host_are_candidates() -> None:
    head = page(
        feed("/a.rss"), feed("/b.atom", kind="Application/Atom+XML"), feed("/c.json", kind="application/feed+json")
    )

    assert named(head) == [f"{SITE}a.rss", f"{SITE}b.atom", f"{SITE}c.json"]
    assert named(page(feed("https://feeds.sada.example/all"))) == ["https://feeds.sada.example/all"]


def test_of_many_feeds_the_one_with_all_news_comes_first_and_only_a_few_are_taken() -> None:
    titles = ["ملفات", "اختيارات المحرر", "رمضان", "الأكثر قراءة", "آخر الأخبار"]
    head = page(*(feed(f"/cm/{number}", title) for number, title in enumerate(titles)))

    assert named(head) == [f"{SITE}cm/4", f"{SITE}cm/0", f"{SITE}cm/1"]


def test_a_feed_that_is_only_linked_is_a_candidate_too() -> None:
    body = '<a href="/ar/rss"><img src="rss.png"></a> <a href="/rssi-news">x</a> <a href="/feedback">x</a>'

    assert named(page(body=body)) == [f"{SITE}ar/rss"]


def test_the_news_sitemap_of_robots_comes_before_the_guessed_ones() -> None:
    sitemaps = (f"{SITE}post-sitemap.xml", "https://other.example/news.xml", "/google-news.xml", f"{SITE}page.html")
    urls = [url for kind, url in found("", sitemaps) if kind == "sitemap"]

    assert urls[:2] == [f"{SITE}google-news.xml", f"{SITE}post-sitemap.xml"]
    assert f"{SITE}news-sitemap.xml" in urls
    assert "https://other.example/news.xml" not in urls


def test_a_page_of_nothing_but_feeds_costs_little() -> None:
    html = "".join(feed(f"/{number}.rss") for number in range(20_000))
    begun = time.process_time()
    assert len(named(html)) == 3
    assert time.process_time() - begun < 2


def test_every_address_is_a_candidate_once() -> None:
    urls = [url for _, url in found(page(feed("/feed"), feed("https://sada.example/feed/?utm_source=x")))]

    assert sum("/feed" in url and "feed." not in url for url in urls) == 1


def test_a_section_has_only_what_lies_below_it() -> None:
    head = page(feed("/feed/"), feed("/sport/feed/"), '<link rel="https://api.w.org/" href="/wp-json/">')
    urls = found(head, (f"{SITE}news-sitemap.xml",), url=f"{SITE}sport/index.html")

    assert urls[0] == ("feed", f"{SITE}sport/feed/")
    assert all(kind == "feed" and url.startswith(f"{SITE}sport/") for kind, url in urls)


@pytest.mark.parametrize(
    ("url", "part"),
    [(SITE, False), ("https://sada.example", False), (f"{SITE}index.php", False), (f"{SITE}ar/", True),
     (f"{SITE}sport", True), (f"{SITE}?lang=ar", False)],
)  # fmt: skip
def test_a_front_page_is_told_from_a_section(url: str, *, part: bool) -> None:
    assert is_part(url) is part


def test_of_a_sitemap_index_only_the_sites_news_sitemaps_are_candidates() -> None:
    links = [f"{SITE}post-sitemap.xml", f"{SITE}news-sitemap.xml", "https://other.example/news.xml"]

    assert [one.url for one in news_among(SITE, links)] == [f"{SITE}news-sitemap.xml"]


def item(url: str | None) -> Item:
    return Item(title="خبر", section=Section.FEED, url=url)


@pytest.mark.parametrize(
    ("urls", "said"),
    [
        ([], "it is empty"),
        ([None], "its entries have no links"),
        ([f"{SITE}1#comment-5", f"{SITE}2#comments", f"{SITE}3"], "it tells comments, not headlines"),
        (
            ["https://a.example/1", f"{SITE}2", "https://a.example/3"],
            "its entries lead to other sites, such as a.example",
        ),
        ([f"{SITE}1", "https://a.example/1", "https://m.sada.example/3"], None),
    ],
)
def test_items_are_judged_by_where_they_lead(urls: list[str | None], said: str | None) -> None:
    assert why_not(SITE, [item(url) for url in urls]) == said
