"""robots.txt before a poll: obeyed unless the source says otherwise, asked once a day, and no reason to go blind."""

from __future__ import annotations

from datetime import timedelta

import pytest
from fakes import FakeFetcher, ManualClock

from monitor.errors import FetchError, StoreUnavailable
from monitor.model import Request, RobotsFile
from monitor.pipeline.robots import AGAIN, KEPT, RobotsBook
from monitor.store.store import SqliteStore

SITE = "https://marsa.example"
ROBOTS = f"{SITE}/robots.txt"
FEED = Request(url=f"{SITE}/feed/", allow_private=("10.0.0.0/8",))
FORBIDS = b"User-agent: *\nDisallow: /feed/\n"


class World:
    def __init__(self, answer: bytes | FetchError, shelf: object = None) -> None:
        self.clock = ManualClock()
        self.fetcher = FakeFetcher(clock=self.clock, answers={ROBOTS: answer})
        self.book = RobotsBook(
            fetcher=self.fetcher, clock=self.clock, agent="headline-monitor/1 (+desk@example.org)", ignored={"bold"},
            shelf=shelf,
        )  # fmt: skip

    def allows(self, request: Request = FEED, source: str = "marsa") -> bool:
        try:
            self.book.check(source, request)
        except FetchError as error:
            return error.kind != "robots"
        return True


def test_what_robots_txt_forbids_is_refused_with_what_to_do() -> None:
    with pytest.raises(FetchError, match=r"/robots\.txt asks programs not to fetch /feed/.*`robots: ignore`"):
        World(FORBIDS).book.check("marsa", FEED)


def test_what_it_does_not_name_is_polled() -> None:
    assert World(FORBIDS).allows(Request(url=f"{SITE}/"))


def test_a_rule_for_this_program_is_ours_whatever_the_contact() -> None:
    assert not World(b"User-agent: headline-monitor\nDisallow: /\n").allows()
    assert World(b"User-agent: other-program\nDisallow: /\n").allows()


def test_a_source_can_ignore_it_and_then_nobody_asks() -> None:
    world = World(FORBIDS)

    assert world.allows(source="bold")
    assert world.fetcher.asked == []


def test_it_is_asked_once_a_day_with_the_sources_own_networks() -> None:
    world = World(FORBIDS)
    asked = []
    for later in (timedelta(), timedelta(hours=1), KEPT - timedelta(hours=2), timedelta(hours=2)):
        world.clock.now += later
        world.allows()
        asked.append(len(world.fetcher.asked))

    assert asked == [1, 1, 1, 2]
    assert world.fetcher.asked[0][0].allow_private == FEED.allow_private


@pytest.mark.parametrize(
    ("error", "again"),
    [
        (FetchError("404", kind="status", status=404), KEPT),
        (FetchError("429", kind="status", status=429), AGAIN),
        (FetchError("503", kind="status", status=503), AGAIN),
        (FetchError("slow", kind="timeout"), AGAIN),
    ],
)
def test_a_missing_or_failing_file_allows_everything_and_is_asked_again_later(
    error: FetchError, again: timedelta
) -> None:
    world = World(error)

    assert world.allows()
    world.clock.now += again - timedelta(seconds=1)
    assert world.allows()
    assert len(world.fetcher.asked) == 1
    world.clock.now += timedelta(seconds=1)
    world.fetcher.answers[ROBOTS] = FORBIDS
    assert not world.allows()


def test_a_clock_that_is_set_back_does_not_freeze_what_is_known() -> None:
    world = World(FORBIDS)
    world.allows()
    world.clock.now -= timedelta(days=365)
    world.fetcher.answers[ROBOTS] = b"User-agent: *\nDisallow:\n"

    assert world.allows()


def test_what_it_asked_before_holds_while_it_cannot_be_read() -> None:
    world = World(FORBIDS)
    world.allows()
    world.clock.now += KEPT
    world.fetcher.answers[ROBOTS] = FetchError("503", kind="status", status=503)

    assert not world.allows()
    assert len(world.fetcher.asked) == 2


def test_a_restart_asks_nobody_again(store: SqliteStore) -> None:
    World(FORBIDS + b"Crawl-delay: 7\n", store).allows()

    world = World(FetchError("nobody may ask", kind="timeout"), store)

    assert not world.allows()
    assert world.book.gap("marsa", FEED.url) == timedelta(seconds=7)
    assert world.fetcher.asked == []


def test_a_very_long_file_is_obeyed_and_not_kept(store: SqliteStore) -> None:
    world = World(FORBIDS + b"# and so on\n" * 9000, store)

    assert not world.allows()
    assert not world.allows()
    assert len(world.fetcher.asked) == 1
    assert store.robots_file(ROBOTS) is None


def test_what_was_left_alone_for_it_is_remembered_for_status(store: SqliteStore) -> None:
    world = World(FORBIDS, store)
    world.allows()

    assert [(one.url, one.refused) for one in store.robots_files()] == [(ROBOTS, "/feed/")]


def test_a_full_disk_fails_no_poll() -> None:
    class Full:
        def robots_file(self, url: str) -> None:
            return None

        def save_robots_file(self, file: RobotsFile) -> None:
            raise StoreUnavailable("no room left")

    assert not World(FORBIDS, Full()).allows()


def test_the_delay_is_unknown_before_it_is_asked_and_none_of_an_ignoring_source() -> None:
    world = World(b"User-agent: *\nCrawl-delay: 20\n")

    assert world.book.gap("marsa", FEED.url) == timedelta()
    assert world.allows()
    assert world.book.gap("marsa", FEED.url) == timedelta(seconds=20)
    assert world.book.gap("bold", FEED.url) == timedelta()


def test_hosts_without_end_are_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("monitor.pipeline.robots._MANY", 3)
    world = World(FORBIDS)
    for number in range(9):
        world.allows(Request(url=f"https://{number}.marsa.example/"))

    assert len(world.book._read) <= 3
    assert len(world.book._asking) <= 4
