"""A page that shows what the last one showed is not read again; whatever may be news is."""

from __future__ import annotations

import pytest

HEAD = '<html><head><title>Site</title><meta name="csrf" content="{n}"><script nonce="{n}">var t = {n};</script></head>'
TOP = '<body><div class="clock">12:{n}</div><div class="ad" id="s{n}"><a href="https://ads.example/?c={n}"><img src="/b{n}.gif"></a></div>'
BAR = '<div class="breaking"><b>عاجل</b><ul><li><a href="/331701">انقطاع الماء عن أحياء في مراكش</a></li></ul></div>'
CARD = '<article><h2><a href="/{id}">Harbour survey number {id} is out</a></h2><span class="views">{n}</span></article>'
MENU = '<nav><a href="/sport">Sport</a><a href="/live"></a></nav>'
END = '<div class="foot"><form><input type="hidden" value="{n}"></form><p>زوار: {n}</p></div></body></html>'


def page(n: int = 11, *, cards: int = 8, bar: str = BAR, menu: str = MENU, end: str = END) -> str:
    shown = "".join(CARD.format(id=331500 + card, n=n) for card in range(cards))
    return HEAD.format(n=n) + TOP.format(n=n) + menu + bar + shown + "<p>.</p>" * 10 + end.format(n=n)


@pytest.fixture
def poll(extractor, fetched):
    """Read pages one after the other; the same object comes back when one was not read again."""
    made = extractor()

    def run(body, url="https://site.example/"):
        found = made.extract(fetched(body, url=url))
        assert found == extractor().extract(fetched(body, url=url)), "what is remembered is what is there"
        return found

    return run


def test_nonces_adverts_clocks_and_counters_are_no_news(poll):
    before = poll(page(11))
    assert len(before) == 9
    assert poll(page(12)) is before
    assert poll(page(13)) is before


def test_an_advert_that_takes_more_room_is_no_news(poll):
    before = poll(page(11))
    grown = page(12).replace("<body>", '<body><iframe src="https://ads.example/f"></iframe><div class="ad"></div>')
    assert poll(grown) is before
    assert poll(page(13).replace("</body>", "<script>track(13)</script></body>")) is before


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("انقطاع الماء عن أحياء في مراكش", "عودة الماء إلى أحياء مراكش", "عودة الماء إلى أحياء مراكش"),
        ("<ul><li>", '<ul><li><a href="/331702">La rocade de Fès est coupée</a></li><li>', "La rocade de Fès est coupée"),
        ("number 331503 is", "number 331503 was", "Harbour survey number 331503 was out"),
        ("<nav>", '<nav><h2><a href="/331777">A pier has fallen into the sea</a></h2>', "A pier has fallen into the sea"),
        ("</nav>", '</nav><i><a href="/331778"></a><b>A pier has fallen again today</b></i>', "A pier has fallen again today"),
        ("</nav>", '</nav><p><a href="/live">A pier falls during the match of the day</a></p>', ""),
        ("<p>.</p>", '<h2><a href="/331780">The last pier has fallen too</a></h2>', "The last pier has fallen too"),
        ("زوار: 12", '<a href="/331781">The harbour is closed for now</a>', "The harbour is closed for now"),
        ("331507", "331599", "Harbour survey number 331599 is out"),
    ],
)  # fmt: skip
def test_whatever_may_be_news_is_read(poll, old, new, said):
    poll(page(11))
    body = page(12)
    assert old in body
    assert said in str(poll(body.replace(old, new)))


def test_a_headline_that_moves_into_the_ticker_is_read(poll):
    before = poll(page(11))
    link = '<a href="/331503">Harbour survey number 331503 is out</a>'
    after = poll(page(12).replace("<ul>", f"<ul><li>{link}</li>"))
    assert after is not before
    assert after[0].section == "ticker"
    assert after[0].title == "Harbour survey number 331503 is out"


def test_a_headline_that_is_gone_is_noticed(poll):
    poll(page(11))
    assert len(poll(page(12, cards=7))) == 8


def test_a_page_is_read_now_and_then_whatever_it_looks_like(poll):
    before = poll(page(11))
    answers = [poll(page(n)) for n in range(12, 40)]
    assert answers[0] is before
    assert answers[-1] is not before
    assert answers[-1] == before


def test_another_address_is_another_page(poll):
    before = poll(page(11))
    assert poll(page(11), url="https://site.example/other/") is not before


def test_own_selectors_may_ask_for_anything_so_that_any_text_is_read(extractor, fetched):
    made = extractor(ticker={"items": ".foot p"}, list={"items": "h2 a"})
    before = made.extract(fetched(page(11)))
    assert made.extract(fetched(page(11).replace("12:11", "12:12"))) is before
    assert made.extract(fetched(page(11).replace("زوار: 11", "زلزال 11"))) is not before


def test_a_number_that_stands_alone_in_bold_in_a_headline_is_read(poll):
    toll = (
        '<div class="breaking"><b>عاجل</b><ul><li><a href="/331701">مصرع <b>3</b> أشخاص في حادث سير</a></li></ul></div>'
    )
    poll(page(11, bar=toll))
    assert "مصرع 7 أشخاص في حادث سير" in [item.title for item in poll(page(12, bar=toll.replace(">3<", ">7<")))]
