"""News sitemaps, written after their specification and after what sites make of it."""

from __future__ import annotations

import gzip
import time
from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from test_sources_hostile import CONTEXT

from monitor.errors import ExtractError
from monitor.sources import KINDS
from monitor.sources.sitemap import children

MAP = "https://site.example/sitemap-news.xml"
DECLARED = (
    'xmlns="http://www.sitemaps.org/schemas/sitemap/0.9" '
    'xmlns:news="http://www.google.com/schemas/sitemap-news/0.9" '
    'xmlns:image="http://www.google.com/schemas/sitemap-image/1.1"'
)


def article(number: int, title: str, more: str = "", language: str = "ar") -> str:
    publication = (
        f"<news:publication><news:name>المرسى</news:name><news:language>{language}</news:language></news:publication>"
    )
    return (
        f"<url><loc>https://site.example/{number}</loc><lastmod>2026-04-02T11:00:00Z</lastmod>"
        "<image:image><image:title>صورة</image:title></image:image>"
        f"<news:news>{publication}{more}<news:title>{title}</news:title></news:news></url>"
    )


def urlset(*urls: str, declared: str = DECLARED) -> str:
    return f'<?xml version="1.0" encoding="UTF-8"?>\n<urlset {declared}>{"".join(urls)}</urlset>'


def index(*children: str) -> str:
    inner = "".join(f"<sitemap>{child}</sitemap>" for child in children)
    return f'<?xml version="1.0"?><sitemapindex {DECLARED}>{inner}</sitemapindex>'


@pytest.fixture
def read(extractor, fetched):
    def run(body: str | bytes, **keys):
        return extractor("sitemap", url=MAP, **keys).extract(fetched(body, url=MAP))

    return run


def test_an_article_is_a_headline_with_its_link_and_time(read):
    (item,) = read(
        urlset(
            article(
                4417,
                "\n إغلاق الطريق &amp; الميناء ",
                "<news:publication_date>2026-04-02T10:15:00+01:00</news:publication_date>",
            )
        )
    )
    assert (item.title, item.url) == ("إغلاق الطريق & الميناء", "https://site.example/4417")
    assert item.published_at.isoformat() == "2026-04-02T09:15:00+00:00"
    assert (item.breaking, item.evidence) == (False, "news sitemap")


@pytest.mark.parametrize(
    ("date", "expected"),
    [
        ("2026-04-02T09:15Z", "2026-04-02T09:15:00+00:00"),
        ("2026-04-02T10:15:00", "2026-04-02T09:15:00+00:00"),  # the site's clock: UTC+1
        ("2026-04-02", "2026-04-02T11:00:00+00:00"),  # a day is no time: the last change is
        ("", "2026-04-02T11:00:00+00:00"),
    ],
)
def test_a_date_is_a_moment_or_the_last_change(read, date, expected):
    (item,) = read(urlset(article(1, "خبر من المدينة", f"<news:publication_date>{date}</news:publication_date>")))
    assert item.published_at.isoformat() == expected


def test_pages_without_a_news_title_are_no_headlines(read):
    page = "<url><loc>https://site.example/contact</loc></url>"
    untitled = "<url><loc>https://site.example/5</loc><news:news><news:title> </news:title></news:news></url>"
    assert [item.title for item in read(urlset(page, article(4, "خبر من المدينة"), untitled))] == ["خبر من المدينة"]


def test_only_headlines_in_the_wanted_languages_are_read(read):
    body = urlset(
        article(1, "خبر عربي"), article(2, "Un article", language="fr-FR"), article(3, "بلا لغة", language="")
    )
    assert [item.title for item in read(body, languages=["FR", "en"])] == ["Un article", "بلا لغة"]


def test_a_word_that_is_no_language_is_a_problem(options):
    assert [key for key, _ in options("sitemap", url=MAP, languages=("ar", "zh-cn", "عربية")).problems()] == [
        "languages"
    ]


@pytest.mark.parametrize(
    "body",
    [
        pytest.param(urlset(article(1, "خبر من المدينة"), declared=""), id="nothing declared"),
        pytest.param(urlset(article(1, "خبر من المدينة")).replace("news:", "n:"), id="another prefix"),
        pytest.param(urlset(article(1, "خبر من المدينة"))[:-30], id="cut at the end"),
        pytest.param("\n\ufeff " + urlset(article(1, "خبر من المدينة")), id="blank before the declaration"),
        pytest.param(urlset(article(1, "<![CDATA[خبر من المدينة]]>")), id="character data"),
        pytest.param(urlset(article(1, "خبر من المدينة<!-- note -->"), "<!-- x -->", "<?php x ?>"), id="comments"),
        pytest.param(
            urlset(article(1, "خبر\x0b من المدينة\x00"), "<url><loc>a & b</loc></url>"), id="forbidden characters"
        ),
        pytest.param(urlset(article(1, "خبر من المدينة")).encode("utf-16"), id="UTF-16"),
        pytest.param(gzip.compress(urlset(article(1, "خبر من المدينة")).encode()), id="gzip file"),
    ],
)
def test_a_broken_sitemap_loses_no_headline(read, body):
    assert [item.title for item in read(body)] == ["خبر من المدينة"]


def test_a_sitemap_of_two_quiet_days_is_empty_and_no_error(read):
    assert read(urlset()) == []


def test_an_index_is_an_error_that_names_the_likeliest_news_sitemap(read):
    body = index(
        "<loc>https://site.example/sitemap-1.xml</loc><lastmod>2026-03-03</lastmod>",
        "<loc>/sitemap-news-1.xml</loc><lastmod>2026-02-01</lastmod>",
        "<loc>/sitemap-news-2.xml</loc><lastmod>2026-03-02</lastmod>",
        "<loc>javascript:x</loc>",
    )
    with pytest.raises(
        ExtractError, match=r"an index of 3 sitemaps.*; set url: https://site.example/sitemap-news-2.xml$"
    ):
        read(body)


def test_the_children_of_an_index_come_likeliest_first(fetched):
    body = index("<loc>/pages.xml</loc>", "<loc>/News.xml.gz</loc>", "")
    for sent in (body, gzip.compress(body.encode())):
        assert children(fetched(sent, url=MAP)) == [
            "https://site.example/News.xml.gz",
            "https://site.example/pages.xml",
        ]
    for other in (urlset(article(1, "خبر")), "", "<html>", b"\x1f\x8bx"):
        assert children(fetched(other, url=MAP)) == []


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ("", "is not a sitemap but an empty answer"),
        ("<!doctype html><p>x", "is not a sitemap but an HTML page or the like; try: headline-monitor extract"),
        ('<rss version="2.0"><channel/></rss>', "is not a sitemap but a feed; use type: feed"),
        ("[]", "is not a sitemap but JSON"),
        ("<html><title>Just a moment...</title>", "an HTML page or the like: it is a check against bots"),
        (index(), "a sitemap index that names no sitemap; use the site's feed"),
        (
            urlset("<url><loc>https://site.example/a</loc></url>"),
            "lists 1 addresses and no headline.*use the site's news",
        ),
        (gzip.compress(b"<urlset/>", mtime=0)[:-3], "is gzip data that is cut off"),
        (gzip.compress(b" " * 11_000_000), "larger than any news sitemap"),
        (b"\x1f\x8b\x08 rubbish", "damaged gzip data"),
        ('<!DOCTYPE x [<!ENTITY a "b">]><urlset><url/></urlset>', "declares XML entities"),
    ],
)
def test_what_is_no_news_sitemap_is_an_error_with_the_next_step(read, body, said):
    with pytest.raises(ExtractError, match=f"^source 'harbour': {MAP} .*{said}"):
        read(body)


def test_an_external_document_type_is_not_fetched(read, tmp_path):
    secret = tmp_path / "secret.dtd"
    secret.write_text('<!ENTITY a "secret">')
    body = f'<!DOCTYPE urlset SYSTEM "{secret.as_uri()}">' + urlset(article(1, "خبر &a; من المدينة")).partition("\n")[2]
    assert [item.title for item in read(body)] == ["خبر &a; من المدينة"]


@settings(max_examples=150, deadline=None)
@given(st.binary(max_size=300))
def test_any_bytes_give_items_or_one_kind_of_error(fetched, body):
    extractor = KINDS["sitemap"].build(KINDS["sitemap"].options(type="sitemap", url=MAP), CONTEXT)
    start = urlset(article(1, "خبر")).encode()[:-9]
    for whole in (body, start + body, start[:-40] + body, b"\x1f\x8b\x08" + body):
        with suppress(ExtractError):
            assert all(item.title for item in extractor.extract(fetched(whole)))


@pytest.mark.parametrize(
    "body",
    [
        pytest.param("<urlset>" + "<url>" * 100_000, id="nested"),
        pytest.param("<urlset>" + "<url/>" * 300_000, id="many empty addresses"),
        pytest.param(urlset(*(article(n, f"headline {n}") for n in range(10_000))), id="many headlines"),
        pytest.param("<urlset " + " ".join(f"a{n}='x'" for n in range(50_000)) + "/>", id="attributes"),
        pytest.param("<urlset><url>" + "&" * 500_000, id="ampersands"),
    ],
)
def test_a_hostile_sitemap_is_read_or_refused_in_time(read, body):
    started = time.process_time()
    with suppress(ExtractError):
        read(body)
    assert time.process_time() - started < 2
