"""A configuration that says only where the site is: from the first page to the alert, through whatever breaks."""

from __future__ import annotations

import pytest
from servers.newsite import NewsSite, Reply, article, front, posts, rss

WALL = "<html><head><title>Just a moment...</title></head><body><form action='/cdn-cgi/challenge-platform/x'></form></body></html>"
GONE = "<html><head><title>الصفحة غير موجودة</title></head><body><h1>404</h1><a href='/'>الرئيسية</a></body></html>"
EMPTY = "<html><head><title>صدى</title></head><body><div id='app'></div></body></html>"
WORDPRESS = (
    '<link rel="https://api.w.org/" href="/wp-json/"><link rel="alternate" type="application/rss+xml" href="/feed/">'
)


def titles(site: NewsSite, *numbers: int) -> list[str]:
    return [article(site.url, number)[1] for number in numbers]


def test_a_new_headline_on_the_page_alerts_before_anything_was_discovered(site: NewsSite, newsroom) -> None:
    site.pages = {"/": front(site.url, [1, 2, 3, 4, 5])}
    room = newsroom()
    assert room.poll() == {"html": "learned"}

    site.pages["/"] = front(site.url, [6, 1, 2, 3, 4, 5])

    assert room.poll() == {"html": "changed"}
    assert room.alerts() == titles(site, 6)
    assert not [path for path in site.asked if path != "/"]


def test_page_and_feed_tell_each_headline_once(site: NewsSite, newsroom) -> None:
    site.pages = {"/": front(site.url, [1, 2, 3, 4, 5], WORDPRESS), "/feed/": rss(site.url, [1, 2, 3])}
    room = newsroom()
    room.poll()
    room.scout()
    assert set(room.endpoints) == {"html", "feed"}
    room.poll()
    site.pages["/feed/"] = rss(site.url, [6, 1, 2])
    room.poll()
    site.pages["/"] = front(site.url, [7, 6, 1, 2, 3, 4, 5], WORDPRESS)
    room.poll()
    site.pages["/feed/"] = rss(site.url, [7, 6, 1])
    room.poll()

    assert room.alerts() == titles(site, 6, 7)


def test_when_the_feed_dies_the_page_carries_on_and_another_way_takes_its_place(site: NewsSite, newsroom) -> None:
    site.pages = {"/": front(site.url, [1, 2, 3, 4, 5], WORDPRESS), "/feed/": rss(site.url, [1, 2, 3])}
    room = newsroom()
    room.poll()
    room.scout()
    room.poll()
    site.pages["/feed/"] = Reply(b"", 404)
    for _ in range(4):
        room.poll()
        room.clock.advance(minutes=3)
    site.pages["/"] = front(site.url, [6, 1, 2, 3, 4, 5], WORDPRESS)
    assert room.poll()["html"] == "changed"
    site.pages["/wp-json/wp/v2/posts"] = posts(site.url, [6, 5, 4])

    assert room.scout() == ["sada"]

    assert room.endpoints == {"html": f"{site.url}/", "wordpress": f"{site.url}/wp-json/wp/v2/posts"}
    site.pages["/"] = Reply(b"", 503)
    room.poll()
    site.pages["/wp-json/wp/v2/posts"] = posts(site.url, [8, 6, 5])
    assert room.poll() == {"html": "failed", "wordpress": "changed"}
    assert room.alerts() == titles(site, 6, 8)


@pytest.mark.parametrize(
    ("page", "said"), [(WALL, "bots"), (GONE, "no headline"), (EMPTY, "no headline"), (Reply(b"no", 403), "403")],
    ids=["a bot wall", "a page not found", "a page without its headlines", "a refusal"],
)  # fmt: skip
def test_when_the_page_turns_into_something_else_nothing_is_forgotten_and_one_notice_goes_out(
    site: NewsSite, newsroom, page: Reply | str, said: str
) -> None:
    shown = [1, 2, 3, 4, 5, 6, 7, 8]
    site.pages = {"/": front(site.url, shown, WORDPRESS), "/feed/": rss(site.url, [1, 2, 3])}
    room = newsroom()
    room.poll()
    room.scout()
    room.poll()

    site.pages["/"] = page
    for _ in range(6):
        assert room.poll()["html"] == "failed"
        room.clock.advance(minutes=3)
        room.scout()

    (notice,) = room.notices
    assert notice.startswith("html failed ")
    assert said in notice
    assert f"{site.url}/feed/ (feed): 3 headlines" in notice
    site.pages["/feed/"] = rss(site.url, [9, 1, 2])
    room.poll()
    site.pages["/"] = front(site.url, [10, 9, *shown], WORDPRESS)
    room.poll()
    room.scout()
    assert room.alerts() == titles(site, 9, 10)
    assert room.store.discoveries()["sada"].notice is None
