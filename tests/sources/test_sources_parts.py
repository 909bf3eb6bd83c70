"""Of a page that changed only what changed is read, and the result is that of reading all of it."""

from __future__ import annotations

import logging
import random
import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from monitor.errors import ExtractError
from monitor.sources.cards import Site
from monitor.sources.layout import Layout, Region
from monitor.sources.parts import Parts
from monitor.sources.tree import root_of

TITLES = (
    "انقطاع الماء عن أحياء في مراكش",
    "La rocade de Fès est coupée ce matin",
    "Harbour survey finds the third pier unsafe",
    "عاجل: إغلاق ميناء طنجة بسبب الرياح",
    "Le conseil communal vote le budget de la voirie",
    "Ferry service to the islands resumes",
)
TICK = '<li class="tick"><a href="/n/{n}">{t}</a></li>'
CARD = (
    '<article class="post"><a class="cover" href="/n/{n}"><img src="/i/{n}.jpg" alt=""></a><h3><a href="/n/{n}">{t}</a></h3>'
    "<time>{m} minutes ago</time><p>ملخص قصير للخبر رقم {n}</p></article>\n"
)
ROW = '<tr><td><a href="/n/{n}">{t}</a><span class="time">{m} minutes ago</span></td></tr>'
LAYOUTS = {
    "a ticker and cards": {"ticker": {"items": ".bar li"}, "list": {"items": "article.post", "title": "h3"}},
    "links": {"ticker": {"items": "ul.bar a"}, "list": [{"items": "main h3 > a"}, {"items": "td > a"}]},
    "containers": {"ticker": {"container": ".bar", "items": "li"}, "list": {"container": "main", "items": "article"}},
    "covers": {"list": {"items": "a.cover"}},
    "positions": {"ticker": {"items": ".bar li:first-child"}, "list": {"items": "article:nth-child(-n+4)", "title": "h3"}},
    "contents": {"list": {"items": "article:has(time)"}},
    "no adverts": {"list": {"items": "article"}, "ignore": [".advert"]},
    "no second ones": {"list": {"items": "article"}, "ignore": ["article + article + article + article + article"]},
}  # fmt: skip


class Paper:
    """A front page that an editor and an advertiser work on."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)
        self.number = 331500
        self.bar = [self.make(TICK) for _ in range(6)]
        self.cards = [self.make(CARD) for _ in range(9)]
        self.rows = [self.make(ROW) for _ in range(5)]

    def make(self, form: str) -> str:
        self.number += 1
        title = f"{self.random.choice(TITLES)} {self.number}"
        return form.format(n=self.number, t=title, m=self.random.randrange(60))

    def shown(self, nonce: int) -> str:
        return (
            f'<!doctype html><html><head><meta charset="utf-8"><title>Site</title><script>var n = {nonce};</script></head>'
            f'<body class="home"><ul class="menu"><li><a href="/sport">Sport</a></li><li><a href="/eco">Éco</a></li></ul>'
            f'<div class="top"><b>عاجل</b><ul class="bar">{"".join(self.bar)}</ul></div><main>{"".join(self.cards)}</main>'
            f"<table>{''.join(self.rows)}</table><i>{nonce}</i></body></html>"
        )

    def change(self) -> str:
        """Do one thing and return what."""
        name, form = self.random.choice([("bar", TICK), ("cards", CARD), ("rows", ROW)])
        entries: list[str] = getattr(self, name)
        what = self.random.choice(sorted(CHANGES))
        place = self.random.randrange(len(entries)) if entries else 0
        if not entries:
            entries.append(self.make(form))
        else:
            CHANGES[what](self, entries, place, form)
        return f"{what} in {name}"


def _odd(site: Paper, entry: str) -> str:
    odd = site.random.choice(
        ["<p>", "</div>", "<li>", "<!-- a > b -->", "<script>if (a < b) {}</script>", "<b><i></b></i>", "<svg><path/></svg>",
         '<a href="/n/7">another of these', "</ul>", "<h2>A heading of its own</h2>", "<table><tr>", "&lt;b&gt;", "<base href='/x/'>"]
    )  # fmt: skip
    place = site.random.choice([found.start() for found in re.finditer("<", entry)])
    return entry[:place] + odd + entry[place:]


def _rotate(site: Paper, entries: list[str], form: str) -> None:
    entries.insert(0, site.make(form))
    entries.pop()


def _replace(entries: list[str], place: int, entry: str) -> None:
    entries[place] = entry


CHANGES = {
    "a new one in front": lambda site, entries, _, form: entries.insert(0, site.make(form)),
    "a new one between": lambda site, entries, place, form: entries.insert(place, site.make(form)),
    "two new ones": lambda site, entries, place, form: entries.__setitem__(slice(place, place), [site.make(form), site.make(form)]),
    "rotation": lambda site, entries, _, form: _rotate(site, entries, form),
    "removal": lambda _, entries, place, __: entries.pop(place),
    "another title": lambda site, entries, place, _: _replace(entries, place, entries[place].replace("a", "o").replace("ا", "و")),
    "another link": lambda site, entries, place, _: _replace(entries, place, re.sub(r"/n/\d+", f"/n/{site.number + 900}", entries[place])),
    "another time": lambda site, entries, place, _: _replace(entries, place, re.sub(r"\d+ min", "12 min", entries[place])),
    "a copy": lambda site, entries, place, _: entries.insert(0, entries[place]),
    "a turn": lambda _, entries, __, ___: entries.append(entries.pop(0)),
    "a mark": lambda _, entries, place, __: _replace(entries, place, entries[place].replace(">", "><span class='badge'>عاجل</span>", 1)),
    "an advert between": lambda site, entries, place, _: entries.insert(place, f'<div class="advert"><a href="https://shop.example/{site.number}">Buy shoes now</a></div>'),
    "odd markup": lambda site, entries, place, _: _replace(entries, place, _odd(site, entries[place])),
    "a list inside": lambda site, entries, place, form: _replace(entries, place, entries[place].replace(">", f"><ul>{site.make(TICK) * 4}</ul>", 1)),
    "another class": lambda site, entries, place, _: _replace(entries, place, re.sub('class="[a-z]+"', 'class="sponsored"', entries[place], count=1)),
    "a headline from elsewhere": lambda site, entries, place, form: entries.insert(0, site.random.choice([*site.bar, *site.cards])),
}  # fmt: skip


@pytest.mark.parametrize("layout", LAYOUTS)
def test_what_is_read_in_part_is_what_is_there(extractor, fetched, layout, caplog):
    site = Paper(len(layout))
    made = extractor(**LAYOUTS[layout])
    made.extract(fetched(site.shown(0)))
    for nonce in range(1, 31):
        what = [site.change() for _ in range(site.random.choice([1, 1, 1, 2, 3]))]
        page = fetched(site.shown(nonce))
        assert _found(made, page) == _found(extractor(**LAYOUTS[layout]), page), f"after {what}"
    assert not caplog.records


def _found(made, page):
    try:
        return made.extract(page)
    except ExtractError:
        return "nothing"


def untouched(made, fetched, site: Paper) -> int:
    """Change one headline and count the others that still say of the last page when they were published."""
    before = made.extract(fetched(site.shown(1)))
    site.cards[0] = site.make(CARD)
    later = fetched(site.shown(2))
    after = made.extract(replace(later, fetched_at=later.fetched_at + timedelta(hours=1)))
    assert [item.title for item in after] != [item.title for item in before]
    return sum(
        one.published_at is not None and one.published_at == two.published_at
        for one, two in zip(before, after, strict=True)
    )


@pytest.mark.parametrize("layout", ["a ticker and cards", "containers", "no adverts", "no second ones"])
def test_the_other_headlines_are_taken_from_the_last_page(extractor, fetched, layout):
    assert untouched(extractor(**LAYOUTS[layout]), fetched, Paper(7)) == (3 if layout == "no second ones" else 8)


def test_a_first_headline_whose_link_is_written_in_another_way_is_read_like_the_others(extractor, fetched):
    site = Paper(7)
    made = extractor(**LAYOUTS["links"])
    made.extract(fetched(site.shown(1)))
    site.bar.insert(0, '<li class="tick"><a href="/n/?p=332001&amp;s=1">La rocade de Fès rouvre</a></li>')
    for nonce in (2, 3):
        page = fetched(site.shown(nonce))
        assert made.extract(page) == extractor(**LAYOUTS["links"]).extract(page)


@pytest.mark.parametrize("layout", ["positions", "contents"])
def test_selectors_that_look_at_other_elements_get_the_whole_page(extractor, fetched, layout):
    assert untouched(extractor(**LAYOUTS[layout]), fetched, Paper(7)) == 0


def test_news_that_seemed_to_be_none_is_logged_and_the_pages_are_always_read_from_then_on(extractor, fetched, caplog):
    """A single letter is no news, and yet this selector takes it for a title."""
    site = Paper(7)
    made = extractor(list={"items": "main article, main i", "title": "h3, b"})

    def page(letter: str) -> str:
        return site.shown(1).replace("</main>", f'<i><a href="/n/1"></a><b>{letter}</b></i></main>')

    made.extract(fetched(page("x")))
    with caplog.at_level(logging.WARNING):
        for _ in range(21):
            found = made.extract(fetched(page("y")))
    assert "y" in [item.title for item in found]
    assert ["always read" in record.message for record in caplog.records] == [True]


def test_a_headline_deep_inside_a_page_is_read(extractor, fetched):
    deep = "<div>" * 1500 + TICK.format(n=1, t=TITLES[0]) + "</div>" * 1500
    assert [item.title for item in extractor(list={"items": "li.tick"}).extract(fetched(deep))] == [TITLES[0]]


AROUND = {
    "a class around it": ({"items": ".news li"}, '<div class="news"><ul>', '<div class="old"><ul>'),
    "an attribute around it": ({"items": "div[data-kind=news] li"}, '<div data-kind="news"><ul>', '<div data-kind="old"><ul>'),
    "a link around it": ({"items": "b"}, '<a href="/n/1"><ul>', '<a href="/n/2"><ul>'),
}  # fmt: skip


@pytest.mark.parametrize("what", AROUND)
def test_the_same_entry_is_read_anew_when_what_is_around_it_has_changed(extractor, fetched, what):
    layout, before, after = AROUND[what]
    entry = f"<li><b>{TITLES[0]}</b></li>" if layout["items"] == "b" else TICK.format(n=1, t=TITLES[0])
    other = '<p class="news"><li data-kind="news"><a href="/n/9"><b>The ferry is on time</b></a></li></p>'
    made = extractor(list=layout)
    for opening in (before, after):
        page = fetched(f"{opening}{entry}</ul></div></a>{other}")
        assert _found(made, page) == _found(extractor(list=layout), page)


def test_the_same_entry_leads_elsewhere_when_the_page_says_what_its_links_are_relative_to(extractor, fetched):
    entries = "".join(f'<li class="tick"><a href="n/{n}">{title}</a></li>' for n, title in enumerate(TITLES))
    made = extractor(list={"items": "li.tick"})
    assert made.extract(fetched(f"<ul>{entries}</ul>"))[0].url == "https://site.example/n/0"
    assert (
        made.extract(fetched(f'<head><base href="/fr/"></head><ul>{entries}</ul>'))[0].url
        == "https://site.example/fr/n/0"
    )


def test_a_link_without_a_title_does_not_take_that_of_the_next_new_one(extractor, fetched):
    cards = [f'<li><a class="cover" href="/n/{n}"></a><h3>{title}</h3></li>' for n, title in enumerate(TITLES)]
    new = '<li><a class="cover" href="/n/8"></a></li><li><a class="cover" href="/n/9"></a><h3>The harbour is open again</h3></li>'
    made = extractor(list={"items": "a.cover"})
    made.extract(fetched(f"<ul>{''.join(cards)}</ul>"))
    found = made.extract(fetched(f"<ul>{new}{''.join(cards)}</ul>"))
    assert [(item.url[-1], item.title) for item in found][:2] == [("9", "The harbour is open again"), ("0", TITLES[0])]


def test_a_thousand_copies_of_an_entry_are_read_once():
    layout = Layout(lists=(Region(items="li.tick"),))
    site = Site(
        address="https://site.example/", base="https://site.example/", zone=UTC, now=datetime(2026, 3, 2, tzinfo=UTC)
    )
    root = root_of(TICK.format(n=1, t=TITLES[0]) * 1000)
    assert len(Parts(layout).read(root, site)) == 1000


@pytest.mark.parametrize(
    ("items", "before", "after"),
    [
        ("li[data-urgent='1']", "data-urgent=0", "data-urgent=1"),
        (".bar.shown li", 'class="bar hidden"', 'class="bar shown"'),
        ("#live li", 'id="later"', 'id="live"'),
    ],
)
def test_a_headline_that_a_selector_finds_from_now_on_is_read_at_once(extractor, fetched, items, before, after):
    cards = "".join(CARD.format(n=n, t=title, m=3) for n, title in enumerate(TITLES))
    bar = f'<div {before}><ul><li {before}><a href="/n/9">Harbour closed by the storm</a></li></ul></div>'
    made = extractor(ticker={"items": items}, list={"items": "article"})
    assert len(made.extract(fetched(bar + cards))) == len(TITLES)
    assert len(made.extract(fetched(bar.replace(before, after) + cards))) == len(TITLES) + 1
