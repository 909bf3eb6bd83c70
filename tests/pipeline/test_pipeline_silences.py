"""Silences between the alerts and the desk."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from servers.newsdesk import Newsroom

from monitor.model import Silence
from monitor.route.plan import Hours
from monitor.values import DailyWindow

HOUR = timedelta(hours=1)


@pytest.fixture
def newsroom(tmp_path: Path) -> Iterator[Newsroom]:
    one = Newsroom(tmp_path)
    yield one
    one.store.close()


def silence(newsroom: Newsroom, **named: tuple[str, ...]) -> Silence:
    now = newsroom.clock()
    return newsroom.store.add_silence(
        Silence(id=0, starts_at=now, ends_at=now + HOUR, who="salma", why="العاصفة", **named)
    )


def test_what_is_silenced_is_not_told_and_stays_on_record(newsroom: Newsroom) -> None:
    silence(newsroom, words=("ميناء",))
    newsroom.tell([1])
    newsroom.run(timedelta(minutes=1))

    (past,) = newsroom.store.past(newsroom.store.changed_last(1))
    (told,) = past.versions[0].alerts
    assert newsroom.shown() == []
    assert (told.state, told.reason) == ("dropped", "silence 1 by salma: العاصفة")


def test_a_word_is_silenced_in_its_inflections(newsroom: Newsroom) -> None:
    silence(newsroom, words=("الميناء",))
    newsroom.tell([1])
    newsroom.step()

    assert newsroom.shown() == []


def test_after_the_silence_everything_is_told_again(newsroom: Newsroom) -> None:
    silence(newsroom, rules=("ports",))
    newsroom.clock.now += HOUR
    newsroom.tell([1])
    newsroom.step()

    assert newsroom.shown() == [1]


def test_a_silence_that_is_ended_holds_nothing_back_from_then_on(newsroom: Newsroom) -> None:
    made = silence(newsroom, sources=("marsa",))
    newsroom.clock.now += HOUR / 2
    assert newsroom.store.expire_silence(made.id, newsroom.clock())
    assert not newsroom.store.expire_silence(made.id, newsroom.clock())
    newsroom.tell([1])
    newsroom.step()

    assert newsroom.shown() == [1]
    assert newsroom.store.silences(newsroom.clock()) == []


NIGHT = Hours(zone=ZoneInfo("UTC"), quiet=DailyWindow.parse("23:30-06:30"))


@pytest.fixture
def night(tmp_path: Path) -> Iterator[Newsroom]:
    """A desk with quiet hours, an hour into them."""
    one = Newsroom(tmp_path, hours=NIGHT)
    one.clock.now = one.clock.now.replace(hour=0, minute=30) + timedelta(days=1)
    yield one
    one.store.close()


def until_morning(newsroom: Newsroom) -> None:
    newsroom.run(7 * HOUR, timedelta(minutes=5))


def test_of_what_quiet_hours_held_a_silence_that_ended_meanwhile_takes_what_was_seen_while_it_lasted(
    night: Newsroom,
) -> None:
    silence(night, rules=("ports",))
    night.tell([1])
    night.clock.now += 2 * HOUR
    night.tell([2])
    until_morning(night)

    assert night.shown() == [2]
    assert night.desk.taken[0][0].strftime("%H:%M") in {"06:30", "06:35"}


def test_a_silence_that_is_expired_by_hand_while_alerts_are_held_lets_go_what_is_seen_from_then_on(
    night: Newsroom,
) -> None:
    made = silence(night, rules=("ports",))
    night.tell([1])
    night.clock.now += HOUR / 4
    assert night.store.expire_silence(made.id, night.clock())
    night.tell([2])
    until_morning(night)

    assert night.shown() == [2]


def test_a_silence_that_begins_while_alerts_are_held_and_lasts_until_they_are_due_takes_them(night: Newsroom) -> None:
    night.tell([1])
    night.clock.now = night.clock.now.replace(hour=6)
    silence(night, rules=("ports",))
    until_morning(night)

    assert night.shown() == []
