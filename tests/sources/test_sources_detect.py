"""Headlines and tickers that are found on pages nobody described."""

from __future__ import annotations

import pytest

from monitor.errors import ExtractError
from monitor.model import Section

SITE = "https://site.example"
TITLES = [
    "ميناء الناظور يستقبل أول سفينة حاويات هذا الصباح",
    "افتتاح مستشفى جديد في ضواحي تطوان بعد تأخر",
    "La gare routière d’Oujda déménage au printemps prochain",
    "Council votes on night buses after a two-year trial",
    "أمطار قوية تقطع الطريق بين أزيلال ودمنات",
    "Le prix du blé recule pour la troisième semaine",
    "Harbour survey finds the new pier is sinking slowly",
    "قافلة طبية تصل إلى دواوير جماعة إملشيل",
]
NAV = '<nav class="menu"><ul>{}</ul></nav>'.format(
    "".join(f'<li><a href="/{name}">{name.title()}</a></li>' for name in ("politics", "sport", "culture", "economy"))
)
FOOTER = (
    '<footer><a href="/about">About this site and its people</a><a href="/privacy-policy">Privacy policy</a></footer>'
)


def page(body: str) -> str:
    return f"<!doctype html><html><head><meta charset=utf-8><title>Site</title></head><body>{NAV}{body}{FOOTER}</body></html>"


def cards(form: str, start: int = 0) -> str:
    """The titles in a form with {n} and {t}; the numbers are articles' numbers."""
    return "".join(form.format(n=331500 + n, t=title) for n, title in enumerate(TITLES[start:], start))


LIST = '<div class="list-box">{}</div>'.format(cards('<h2><a href="/{n}">{t}</a></h2>'))


def titles(items) -> list[str]:
    return [item.title for item in items]


@pytest.mark.parametrize(
    "form",
    [
        '<h2 class="entry-title"><a href="/{n}">{t}</a></h2>',
        '<li><a href="/{n}">{t}</a></li>',
        '<div class="card"><span class="card-title">{t}</span><a class="stretched-link" href="/{n}"></a></div>',
        '<li><img src="{n}.jpg"><span class="el-title">{t}</span><span class="date">3 مارس</span><a href="/{n}" class="link"></a></li>',
        '<article><a href="/{n}"><img src="x.jpg" alt="a picture of something"></a><h3><a href="/{n}">{t}</a></h3></article>',
        '<a href="/{n}"><h3>{t}</h3><p>A lead of some length that says what the headline left open for its readers</p></a>',
        '<div class="i"><p>{t}</p><a href="/{n}">المزيد</a></div>',
        '<div class="i"><a href="/{n}" title="{t}"><img src="x.jpg"></a></div>',
        '<div class="i"><a href="/{n}">{t} <time datetime="2026-03-02T09:30:00Z">09:30</time></a></div>',
    ],
)
def test_every_headline_is_found_with_the_title_a_person_reads(extract, form):
    found = extract(page(f'<div class="list">{cards(form)}</div>'))
    assert titles(found) == TITLES
    assert [item.url for item in found] == [f"{SITE}/{331500 + n}" for n in range(len(TITLES))]


def test_menus_footers_tags_authors_and_shares_are_no_headlines(extract):
    noise = (
        '<div class="tagcloud"><a href="/tag/ports">Ports and harbours of the coast</a></div>'
        '<a rel="author" href="/author/jane">Jane Doe, our correspondent in the north</a>'
        '<a href="https://facebook.com/sharer?u=x">Share this story with all your friends</a>'
        '<a href="/login">Log in to read everything we publish</a>'
    )
    assert titles(extract(page(LIST + noise))) == TITLES


def test_a_short_title_among_articles_is_a_headline(extract):
    short = '<h2><a href="/331600">أمطار</a></h2>'
    assert titles(extract(page(LIST.replace("</div>", short + "</div>")))) == [*TITLES, "أمطار"]


def test_a_price_of_the_day_is_a_headline_and_the_papers_issues_are_none(extract):
    gold = '<h2><a href="/331600">أسعار الذهب اليوم في المغرب 02/03/2026</a></h2>'
    issues = "".join(f'<li><a href="/pdf/{n}">جريدة المرسى بتاريخ 2026/03/0{n}</a></li>' for n in range(1, 7))
    found = extract(page(LIST.replace("</div>", gold + "</div>") + f'<ul class="issues">{issues}</ul>'))
    assert titles(found) == [*TITLES, "أسعار الذهب اليوم في المغرب 02/03/2026"]


@pytest.mark.parametrize(
    "extra",
    [
        '<span class="sr-only">Article réservé aux abonnés</span> ',
        '<span class="flag">À la une</span>',
        "<span>Article précédent</span> ",
        '<span class="meta-nav">المقال السابق</span> ',
        '<p class="kicker">Société</p>',
    ],
)
def test_what_says_nothing_about_the_news_is_no_part_of_a_title(extract, extra):
    wrapped = "".join(f'<li><a href="/{331500 + n}">{extra}<p>{t}</p></a></li>' for n, t in enumerate(TITLES))
    assert titles(extract(page(f"<ul>{wrapped}</ul>"))) == TITLES


def test_a_link_to_all_news_is_no_headline(extract):
    more = '<h2><a href="/actualite-en-continu-331900">Voir toute l’actualité en continu</a></h2>'
    bar = f'<div class="breaking-news"><ul><li><a href="/331701">{TITLES[0]} !</a></li></ul></div>'
    assert "Voir toute" not in str(titles(extract(page(bar + LIST + more))))


def test_the_evidence_says_the_rule_and_a_selector_of_its_like(extract):
    assert {item.evidence for item in extract(page(LIST))} == {"detected list by heading: div.list-box > h2 > a"}


@pytest.mark.parametrize(
    "bar",
    [
        '<div class="breaking-news"><span>شريط الأخبار</span><ul>{}</ul></div>',
        '<div class="news-ticker" style="display:none"><ul>{}</ul></div>',
        "<marquee>{}</marquee>",
        '<div class="x"><strong>عاجل</strong><ul>{}</ul></div>',
        '<div class="x"><ul>{}</ul><b>عاجل</b></div>',
        '<ul id="js-news" class="js-hidden">{}</ul>',
        "<section><h4>Flash info</h4><div><ul>{}</ul></div></section>",
    ],
)
def test_a_ticker_is_known_by_its_name_or_its_label(extract, bar):
    shown = bar.format(
        '<li><a href="/331701">انقطاع الماء عن أحياء في مراكش</a></li><li><a href="/331702">La rocade de Fès est coupée par la neige</a></li>'
    )
    found = extract(page(shown + LIST))
    assert titles(item for item in found if item.section is Section.TICKER) == [
        "انقطاع الماء عن أحياء في مراكش",
        "La rocade de Fès est coupée par la neige",
    ]
    assert titles(item for item in found if item.section is Section.LIST) == TITLES
    assert all(item.breaking == (item.section is Section.TICKER) for item in found)


def test_a_page_without_a_ticker_has_none(extract):
    assert not [item for item in extract(page(LIST)) if item.section is Section.TICKER]


def test_the_main_list_of_a_page_is_no_ticker_for_being_called_latest(extract):
    latest = LIST.replace("list-box", "latest-news")
    assert not [item for item in extract(page(latest)) if item.section is Section.TICKER]


def test_when_own_selectors_find_nothing_what_is_found_without_them_counts_and_says_so(extract):
    found = extract(page(LIST), list={"items": ".gone a"})
    assert titles(found) == TITLES
    assert all(item.evidence.startswith("selectors found nothing, detected list") for item in found)


def test_a_lost_ticker_is_not_replaced_by_lists_nobody_asked_for(extract):
    with pytest.raises(ExtractError, match=r"no headline found with '\.gone a'"):
        extract(page(LIST), ticker={"items": ".gone a"})


def test_ignored_boxes_are_not_read(extract):
    jobs = '<ul class="jobs"><li><a href="/331800">The harbour office is looking for a clerk</a></li></ul>'
    assert len(extract(page(LIST + jobs))) == len(TITLES) + 1
    assert titles(extract(page(LIST + jobs), ignore=["ul.jobs > li > a"])) == TITLES
    assert titles(extract(page(LIST + jobs), ignore=["ul.jobs"], list={"items": "li > a, h2 > a"}))[4:] == TITLES


def test_a_wrong_selector_to_ignore_is_named(options):
    assert [key for key, _ in options(ignore=["a", "li >"]).problems()] == ["ignore.1"]


def test_when_a_recipe_finds_nothing_everything_is_found_without_it(extractor, fetched):
    bar = (
        '<div class="better-newsticker"><b>عاجل</b><p><a href="/331701">La rocade est coupée par la neige</a></p></div>'
    )
    found = extractor().extract(fetched(page(bar + LIST)))
    assert [item.section for item in found] == [Section.TICKER, *[Section.LIST] * len(TITLES)]
    assert found[0].evidence.startswith("detected ticker by ")


def test_the_empty_ticker_of_a_recipe_is_empty(extractor, fetched):
    bar = '<div class="better-newsticker"><p class="heading">عاجل</p><ul class="news-list"></ul></div>'
    found = extractor().extract(fetched(page(bar + LIST)))
    assert [item.section for item in found] == [Section.LIST] * len(TITLES)


def test_an_empty_bar_makes_no_ticker_of_what_stands_around_it(extract):
    for bar in (
        '<div class="breaking-news"><span>عاجل</span><ul></ul></div>',
        '<div class="ticker"></div>',
        '<div class="ticker"><ul><li><a href="/{{slug}}">{{title}}</a></li></ul></div>',
    ):
        found = extract(page(f"<div><div>{bar}</div>{LIST}</div>"))
        assert [item.section for item in found] == [Section.LIST] * len(TITLES), bar
