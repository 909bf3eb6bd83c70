"""A source with nothing but its address: what is found joins, dies, is replaced, and is never a reason for a flood."""

from __future__ import annotations

from datetime import timedelta

from fakes import ManualClock
from servers.newsite import HANGS, NewsSite, Reply, article, rss

SHELL = "<html><body><div id=app></div></body></html>"


def test_a_feed_is_found_learned_silently_and_then_alerts(site: NewsSite, newsroom) -> None:
    site.pages = {"/": SHELL, "/feed/": rss(site.url, [1, 2, 3])}
    room = newsroom()
    assert list(room.endpoints) == ["html"]

    assert room.scout() == ["sada"]

    assert room.endpoints["feed"] == f"{site.url}/feed/"
    assert room.poll()["feed"] == "learned"
    assert room.alerts() == []
    site.pages["/feed/"] = rss(site.url, [4, 1, 2, 3])
    assert room.poll()["feed"] == "changed"
    assert room.alerts() == [article(site.url, 4)[1]]


def test_what_was_found_is_still_there_after_a_restart_and_is_not_learned_again(site: NewsSite, newsroom) -> None:
    site.pages = {"/": SHELL, "/feed/": rss(site.url, [1, 2, 3])}
    first = newsroom()
    first.scout()
    first.poll()
    site.pages["/feed/"] = rss(site.url, [5, 1, 2, 3])

    again = newsroom()

    assert again.endpoints["feed"] == f"{site.url}/feed/"
    assert again.scout() == []
    assert again.poll()["feed"] == "changed"


def test_a_source_that_switched_it_off_is_left_alone(site: NewsSite, newsroom) -> None:
    site.pages = {"/": SHELL, "/feed/": rss(site.url, [1])}
    room = newsroom("discover: false")

    assert room.scout() == []
    assert site.asked == []


def test_a_key_in_the_address_is_told_to_nobody(site: NewsSite, newsroom) -> None:
    site.pages = {"/": SHELL, "/feed/": rss(site.url, [1])}
    room = newsroom(url=f"{site.url}/?key=secret&x=")
    room.scout()

    assert "secret" not in " ".join(room.store.discoveries()["sada"].tried)


def test_switching_it_off_takes_the_found_ones_out(site: NewsSite, newsroom) -> None:
    site.pages = {"/": SHELL, "/feed/": rss(site.url, [1])}
    newsroom().scout()

    assert list(newsroom("discover: false").endpoints) == ["html"]


def test_a_site_with_nothing_is_looked_at_again_later_and_later(site: NewsSite, newsroom) -> None:
    site.pages = {"/": SHELL}
    room = newsroom()
    assert room.scout() == ["sada"]
    waits = []
    for _ in range(13):
        begun: ManualClock = room.clock.now
        while not room.line.scout.due(room.clock()):
            room.clock.advance(hours=6) if len(waits) > 6 else room.clock.advance(minutes=5)
        waits.append(room.clock.now - begun)
        room.scout()

    assert waits[0] <= timedelta(minutes=20)
    assert waits == sorted(waits)
    assert timedelta(days=13) < waits[-1] < timedelta(days=15)


def test_a_source_that_has_enough_is_left_alone_for_days(site: NewsSite, newsroom) -> None:
    site.pages = {"/": SHELL, "/feed/": rss(site.url, [1, 2]), "/rss": rss(site.url, [1, 2])}
    room = newsroom()
    room.scout()
    assert set(room.endpoints) == {"html", "feed", "feed-2"}

    room.clock.advance(days=10)
    assert room.scout() == []
    room.clock.advance(days=10)
    assert room.scout() == ["sada"]
    assert room.notices == []


def kill(room, rounds: int = 5) -> None:
    """Poll on while something is dead, over more than the ten minutes between two looks."""
    for _ in range(rounds):
        room.poll()
        room.clock.advance(minutes=2)


def test_a_dead_feed_is_replaced_with_one_notice_while_memory_stays(site: NewsSite, newsroom) -> None:
    site.pages = {"/": SHELL, "/feed/": rss(site.url, [1, 2, 3])}
    room = newsroom()
    room.scout()
    room.poll()
    site.pages["/feed/"] = Reply(b"moved away", 410)
    site.pages["/rss.xml"] = rss(site.url, [3, 2, 1])
    kill(room)

    assert room.scout() == ["sada"]

    assert room.endpoints == {"html": f"{site.url}/", "feed-2": f"{site.url}/rss.xml"}
    (notice,) = room.notices
    assert "feed failed 5 times" in notice
    assert "410" in notice
    assert f"joins the schedule: feed-2 {site.url}/rss.xml" in notice
    assert room.poll()["feed-2"] == "learned"
    site.pages["/rss.xml"] = rss(site.url, [4, 3, 2, 1])
    assert room.poll()["feed-2"] == "changed"
    assert room.alerts() == [article(site.url, 4)[1]]
    kill(room)
    room.scout()
    assert len(room.notices) == 1


def test_a_dead_feed_with_nothing_in_its_place_stays_and_comes_back(site: NewsSite, newsroom) -> None:
    site.pages = {"/": SHELL, "/feed/": rss(site.url, [1, 2, 3])}
    room = newsroom()
    room.scout()
    room.poll()
    site.pages["/feed/"] = Reply(b"", 502)
    kill(room)
    room.scout()
    (notice,) = room.notices
    assert "nothing new was found" in notice
    assert room.store.discoveries()["sada"].notice == notice

    for _ in range(4):
        room.clock.advance(hours=12)
        kill(room)
        room.scout()
    assert len(room.notices) == 1
    assert "feed" in room.endpoints

    site.pages["/feed/"] = rss(site.url, [4, 1, 2, 3])
    assert room.poll()["feed"] == "changed"
    room.scout()
    assert room.store.discoveries()["sada"].notice is None
    assert room.alerts() == [article(site.url, 4)[1]]


def test_a_site_that_is_away_as_a_whole_is_no_reason_to_change_anything(site: NewsSite, newsroom) -> None:
    site.pages = {"/": SHELL, "/feed/": rss(site.url, [1, 2, 3])}
    room = newsroom()
    room.scout()
    room.poll()
    before = room.endpoints
    site.pages = {"/": HANGS, "/feed/": HANGS, "/robots.txt": HANGS}
    kill(room)

    assert room.scout() == ["sada"]

    assert room.notices == []
    assert room.endpoints == before


def test_a_replaced_feed_that_returns_takes_its_old_place(site: NewsSite, newsroom) -> None:
    site.pages = {"/": SHELL, "/feed/": rss(site.url, [1, 2])}
    room = newsroom()
    room.scout()
    room.poll()
    site.pages["/feed/"], site.pages["/rss"] = Reply(b"", 404), rss(site.url, [1, 2])
    kill(room)
    room.scout()
    room.poll()
    site.pages["/feed/"], site.pages["/rss"] = rss(site.url, [1, 2]), Reply(b"", 404)
    kill(room)
    room.scout()

    assert room.endpoints == {"html": f"{site.url}/", "feed": f"{site.url}/feed/"}


def test_an_endpoint_of_the_configuration_is_never_replaced(site: NewsSite, newsroom) -> None:
    site.pages = {"/own.rss": rss(site.url, [1, 2]), "/": SHELL, "/feed/": rss(site.url, [1, 2])}
    room = newsroom(f"discover: true, endpoints: [{{type: feed, url: '{site.url}/own.rss'}}]")
    room.poll()
    site.pages["/own.rss"] = Reply(b"", 404)
    kill(room)
    room.scout()

    assert room.endpoints == {"feed": f"{site.url}/own.rss", "feed-2": f"{site.url}/feed/"}


def test_what_is_configured_is_not_found_again(site: NewsSite, newsroom) -> None:
    site.pages = {"/": SHELL, "/feed/": rss(site.url, [1, 2]), "/rss": rss(site.url, [1, 2])}
    room = newsroom(f"discover: true, endpoints: [{{type: feed, url: '{site.url}/feed'}}]")
    site.pages["/feed"] = site.pages["/feed/"]
    room.scout()

    assert [one.url for one in room.store.discoveries()["sada"].endpoints] == [f"{site.url}/rss"]


def test_a_source_with_two_ways_of_its_own_is_looked_at_only_when_one_dies(site: NewsSite, newsroom) -> None:
    site.pages = {"/a": rss(site.url, [1, 2]), "/b": rss(site.url, [1, 2])}
    ways = ", ".join(f"{{type: feed, url: '{site.url}/{name}'}}" for name in "ab")
    room = newsroom(f"discover: true, endpoints: [{ways}]")
    room.poll()
    assert room.scout() == []

    site.pages["/a"] = Reply(b"", 404)
    kill(room)

    assert room.scout() == ["sada"]


def test_a_source_that_moves_to_another_address_forgets_what_was_found(site: NewsSite, newsroom) -> None:
    site.pages = {"/": SHELL, "/feed/": rss(site.url, [1, 2])}
    newsroom().scout()
    with NewsSite() as other:
        other.pages = {"/": SHELL, "/rss": rss(other.url, [3, 4])}
        room = newsroom(url=other.url)

        assert list(room.endpoints) == ["html"]
        assert room.scout() == ["sada"]
        assert room.endpoints["feed"] == f"{other.url}/rss"


def test_a_clock_that_was_set_back_does_not_stop_the_looks(site: NewsSite, newsroom) -> None:
    site.pages = {"/": SHELL}
    room = newsroom()
    room.scout()
    room.clock.advance(days=-400)

    assert room.scout() == ["sada"]
