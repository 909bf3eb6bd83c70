"""Silences between the alerts and the desk."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from servers.newsdesk import Newsroom

from monitor.model import Silence

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
