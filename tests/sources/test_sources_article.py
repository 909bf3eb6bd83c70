"""What the page behind a headline says of its article, from metadata down to bare lines of text."""

from __future__ import annotations

import json
import sys
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from zoneinfo import ZoneInfo

import pytest
import yaml

from monitor.errors import ExtractError
from monitor.model import Article
from monitor.sources.article import read_article

GOLDEN = Path(__file__).parent.parent / "golden"
ARTICLES = sorted(
    folder.name
    for folder in GOLDEN.iterdir()
    if folder.is_dir() and "article" in yaml.safe_load((folder / "expected.yaml").read_text("utf-8"))
)
CASABLANCA = ZoneInfo("Africa/Casablanca")
TITLE = "باحثة تونسية تكتشف نوعا جديدا من الزعتر في جبال خمير"
FIRST = "أعلنت جامعة جندوبة أن فريقا تقوده الباحثة آمال الطرابلسي وصف نوعا من الزعتر لم يعرف من قبل."
SECOND = "وقالت الباحثة إن النبتة تعيش فوق الصخور الرطبة وحدها، وإن عددها لا يتجاوز بضع مئات."
OTHERS = """<ul><li><a href='/1'>خبر آخر طويل العنوان</a> <time datetime='2026-03-01T17:20:00Z'>x</time></li>
<li><a href='/2'>وخبر ثالث طويل العنوان</a></li></ul>"""
BODY = f"<p>{FIRST}</p><p>{SECOND}</p>"


@pytest.fixture
def read(fetched):
    def run(
        body: str, head: str = "", headline: str | None = None, url: str = "https://site.example/741202"
    ) -> Article:
        page = f"<!doctype html><html><head><meta charset=utf-8>{head}</head><body>{body}</body></html>"
        return read_article(fetched(page, url=url), CASABLANCA, headline)

    return run


def linked(data: object) -> str:
    text = data if isinstance(data, str) else json.dumps(data, ensure_ascii=False)
    return f'<script type="application/ld+json">{text}</script>'


@pytest.mark.parametrize("site", ARTICLES)
def test_a_saved_article_says_what_a_person_reads(site, fetched):
    expected = yaml.safe_load((GOLDEN / site / "expected.yaml").read_text("utf-8"))
    page = fetched((GOLDEN / site / "page.html").read_bytes(), url=expected["url"])
    found = read_article(page, CASABLANCA)
    shown = {
        "title": found.title,
        "published": found.published_at.isoformat() if found.published_at else None,
        "lead": found.lead,
        "body": (found.body or "").split("\n"),
    }
    assert shown == expected["article"]


# --- text ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    [
        BODY,
        f"<div>{FIRST}<br><br>{SECOND}</div>",
        f"<div class='body'><div>{FIRST}</div><div>{SECOND}</div></div>",
        f"<article><section><p><span>{FIRST}</span></p><p>{SECOND}</p></section></article>",
        f"<div>{BODY}<ul><li><a href='/1'>اقرأ أيضا: أسواق الأعشاب في الشمال الغربي</a></li></ul></div>",
        f"<div>{BODY}</div><aside><p>{'كلام كثير في عمود جانبي لا علاقة له بالمقال. ' * 9}</p></aside>",
        f"<div>{BODY}</div><div class='comments'><p>{'تعليق طويل جدا من قارئ غاضب لا ينتهي. ' * 9}</p></div>",
    ],
)
def test_the_text_is_what_stands_below_the_heading(read, text):
    found = read(f"<h1>{TITLE}</h1>{text}")
    assert (found.title, found.lead, found.body) == (TITLE, FIRST, f"{FIRST}\n{SECOND}")


def test_a_layout_named_after_its_sidebar_is_not_taken_for_one(read):
    assert read(f"<div class='content has-sidebar'><h1>{TITLE}</h1>{BODY}</div>").lead == FIRST


def test_text_above_the_heading_is_not_the_articles(read):
    assert (
        read(f"<div><p>{'شعار الموقع وما يقوله عن نفسه في كل صفحة. ' * 9}</p><h1>{TITLE}</h1>{BODY}</div>").lead
        == FIRST
    )


def test_the_first_paragraph_is_a_better_lead_than_a_description_cut_off(read):
    head = f'<meta name="description" content="{FIRST[:40]}…">'
    assert read(f"<h1>{TITLE}</h1>{BODY}", head).lead == FIRST
    assert read(f"<h1>{TITLE}</h1>", head).lead == FIRST[:40] + "…"


def test_the_title_repeated_in_the_text_is_no_lead(read):
    assert read(f"<h1>{TITLE}</h1><div><p>{TITLE}</p>{BODY}</div>").lead == FIRST


def test_the_heading_is_the_one_that_metadata_names(read):
    head = f'<meta property="og:title" content="{TITLE} - صدى خمير"><meta property="og:site_name" content="صدى خمير">'
    assert read(f"<h1>صدى خمير</h1><h2>{TITLE}</h2>{BODY}", head).title == TITLE
    assert read(BODY, head + '<meta property="og:type" content="article">').title == TITLE


def test_the_heading_is_the_one_that_the_window_names(read):
    assert read(f"<h2>أقسام الموقع</h2><h2>{TITLE}</h2>{BODY}", f"<title>{TITLE} | صدى خمير</title>").title == TITLE
    assert read(f"<h1>{TITLE}</h1>{BODY}", "<title>صدى خمير</title>").title == TITLE


# --- JSON-LD -------------------------------------------------------------------------------------------

NODE = {
    "@type": "NewsArticle",
    "headline": TITLE,
    "datePublished": "2026-03-01T18:20:00+01:00",
    "dateModified": "2026-03-01T19:00:00+01:00",
    "description": FIRST,
    "author": [{"@type": "Person", "name": "سلمى بن عمر"}, {"@type": "Person", "name": "نزار قدور"}],
    "image": {"@type": "ImageObject", "url": "/img/zaatar.jpg"},
    "articleSection": ["بيئة", "جهات"],
}
FACTS = Article(
    title=TITLE,
    lead=FIRST,
    author="سلمى بن عمر, نزار قدور",
    section="بيئة",
    picture="https://site.example/img/zaatar.jpg",
    published_at=datetime(2026, 3, 1, 17, 20, tzinfo=UTC),
    modified_at=datetime(2026, 3, 1, 18, 0, tzinfo=UTC),
)


@pytest.mark.parametrize(
    "data",
    [
        NODE,
        [{"@type": "Organization", "name": "صدى خمير"}, NODE],
        {"@context": "https://schema.org", "@graph": [{"@type": "WebPage", "name": "x"}, NODE]},
        {**NODE, "@type": ["Article", "NewsArticle"]},
        {"@type": "WebPage", "mainEntity": NODE},
        f"<![CDATA[{json.dumps(NODE)}]]>",
        f"//<![CDATA[\n{json.dumps(NODE)}\n//]]>",
        json.dumps(NODE, ensure_ascii=False)[:-1] + ",}",
        json.dumps(NODE, ensure_ascii=False).replace("تونسية", "تونسية\n\t"),
        json.dumps(NODE) + ";",
    ],
)
def test_facts_are_read_from_linked_data_in_all_its_shapes(read, data):
    assert read("", linked(data)) == FACTS


def test_linked_data_that_is_no_json_still_gives_title_lead_and_times(read):
    broken = json.dumps(NODE, ensure_ascii=False).replace('"@type": "NewsArticle"', '"@type": "NewsArticle" "x": "y"')
    found = read("", linked(broken))
    assert (found.title, found.lead, found.published_at) == (TITLE, FIRST, FACTS.published_at)


def test_people_and_pictures_that_stand_elsewhere_in_the_graph_are_looked_up(read):
    graph = [
        {**NODE, "author": {"@id": "#/person/7"}, "image": {"@id": "#picture"}},
        {"@id": "#/person/7", "@type": "Person", "name": "سلمى بن عمر"},
        {"@id": "#picture", "@type": "ImageObject", "url": "https://cdn.example/zaatar.jpg"},
    ]
    found = read("", linked({"@graph": graph}))
    assert (found.author, found.picture) == ("سلمى بن عمر", "https://cdn.example/zaatar.jpg")


def test_of_several_articles_the_one_with_the_address_of_the_page_counts(read):
    other = {**NODE, "headline": "مقال آخر", "url": "https://site.example/741100"}
    this = {**NODE, "mainEntityOfPage": {"@type": "WebPage", "@id": "https://site.example/741202"}}
    assert read("", linked([other, this])).title == TITLE


@pytest.mark.parametrize("data", ["", "{", "null", "[[[[]]]]", "[" * 5000, '{"@graph": {"@graph": 7}}', '{"@type": 5}'])
def test_linked_data_without_an_article_says_nothing(read, data):
    found = read(f"<h1>{TITLE}</h1>{BODY}", linked(data))
    assert (found.title, found.published_at) == (TITLE, None)


# --- meta tags and times -------------------------------------------------------------------------------


def test_facts_are_read_from_meta_tags(read):
    head = "".join(
        f'<meta property="{name}" content="{value}">'
        for name, value in {
            "og:title": TITLE,
            "og:description": FIRST,
            "og:image": "https://cdn.example/zaatar.jpg",
            "article:published_time": "2026-03-01T17:20:00Z",
            "article:modified_time": "2026-03-01T18:00:00Z",
            "article:section": "بيئة",
            "article:author": "https://facebook.example/salma",
            "author": "سلمى بن عمر",
        }.items()
    )
    found = read(f"<h1>{TITLE}</h1>", head)
    assert found == Article(
        title=TITLE,
        lead=FIRST,
        author="سلمى بن عمر",
        section="بيئة",
        picture="https://cdn.example/zaatar.jpg",
        published_at=FACTS.published_at,
        modified_at=FACTS.modified_at,
    )


@pytest.mark.parametrize(
    "body",
    [
        f"<h1>{TITLE}</h1><time datetime='2026-03-01T17:20:00Z'>x</time>{BODY}",
        f"<h1>{TITLE}</h1><p class='meta'><span class='date'>1 مارس 2026</span> <span class='time'>17:20</span></p>{BODY}",
        f"<div>الأحد 1 مارس 2026 على الساعة 17:20</div><h1>{TITLE}</h1>{BODY}",
        f"<h1>{TITLE}</h1><div>كتبته سلمى بن عمر في 1 مارس 2026 الساعة 17:20</div>{BODY}",
        f"<h1>{TITLE}</h1><p>Publié le 01/03/2026 à 17h20</p>{BODY}",
        f"<h1>{TITLE}</h1><p>آخر تحديث 2 مارس 2026 - 08:00</p><p>1 مارس 2026 - 17:20</p>{BODY}",
    ],
)
def test_the_time_stands_near_the_heading(read, body):
    assert read(body).published_at == FACTS.published_at


def test_a_day_in_metadata_gets_its_time_of_day_from_the_page(read):
    head = '<meta property="article:published_time" content="2026-03-01">'
    assert read(f"<h1>{TITLE}</h1><p class=date>1 مارس 2026 - 17:20</p>{BODY}", head).published_at == FACTS.published_at


@pytest.mark.parametrize(
    "body",
    [
        f"{OTHERS}<h1>{TITLE}</h1>{BODY}",
        f"<h1>{TITLE}</h1>{BODY}<p>{SECOND * 2}</p><p class=date>1 مارس 2026 - 17:20</p>",
        f"<h1>{TITLE}</h1><p>12:30</p>{BODY}",
    ],
)
def test_the_times_of_others_are_not_the_articles(read, body):
    assert read(body).published_at is None


# --- the optional library ------------------------------------------------------------------------------


def test_the_whole_text_is_our_own_where_the_optional_library_is_missing(fetched, monkeypatch):
    monkeypatch.setitem(sys.modules, "trafilatura", None)
    page = fetched(f"<html><body><h1>{TITLE}</h1>{BODY}</body></html>")
    assert read_article(page, CASABLANCA, whole=True).body == f"{FIRST}\n{SECOND}"


def test_the_whole_text_is_the_optional_librarys_where_it_finds_any(fetched, monkeypatch):
    found = ["واحد\nاثنان", None]
    library = SimpleNamespace(extract=lambda _html, **_options: found.pop(0))
    monkeypatch.setitem(sys.modules, "trafilatura", library)
    page = fetched(f"<html><body><h1>{TITLE}</h1>{BODY}</body></html>")
    assert read_article(page, CASABLANCA, whole=True).body == "واحد\nاثنان"
    assert read_article(page, CASABLANCA, whole=True).body == f"{FIRST}\n{SECOND}"


# --- other pages ---------------------------------------------------------------------------------------


def test_a_page_that_is_not_about_the_headline_is_refused(read):
    with pytest.raises(ExtractError, match=r"741202 shows no article"):
        read("<h1>صدى خمير: أخبار الشمال الغربي</h1>" + BODY, headline=TITLE)


def test_a_page_that_calls_itself_an_article_may_have_another_title_than_the_list_showed(read):
    assert read(f"<h1>{TITLE}</h1>", linked(NODE), headline="زعتر لم يره أحد").title == TITLE


def test_a_headline_shorter_than_the_title_of_its_page_is_enough(read):
    assert read(f"<h1>{TITLE}</h1>{BODY}", headline="اكتشاف نوع جديد من الزعتر في خمير").lead == FIRST


def test_a_removed_article_that_leads_to_the_front_page_is_refused(fetched):
    page = fetched(f"<html><body><h1>{TITLE}</h1></body></html>", url="https://site.example/741202")
    with pytest.raises(ExtractError, match="leads to the front page"):
        read_article(replace(page, final_url="https://site.example/"), CASABLANCA, TITLE)


@pytest.mark.parametrize("body", ["", "{}", "<rss version='2.0'><channel></channel></rss>", "%PDF-1.7"])
def test_what_is_no_page_is_refused(fetched, body):
    with pytest.raises(ExtractError):
        read_article(fetched(body), CASABLANCA)


def test_a_hostile_page_is_read_in_bounded_time(read):
    deep = "<div>" * 500 + f"<h1>{TITLE}</h1>" + BODY
    assert read(deep + "<p>x" * 20000 + "<b>" * 20000).title == TITLE
