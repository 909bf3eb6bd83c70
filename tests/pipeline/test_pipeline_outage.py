"""A service that is down for three days, flaps or is slow: nothing lost, the order kept, no flood when it is back."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from itertools import pairwise
from pathlib import Path
from random import Random

import pytest
from fakes import START, FakeChannel
from servers.newsdesk import TITLE, Newsroom

from monitor.model import Ambiguous, Rejected, RetryLater
from monitor.pipeline.backlog import Fallback, Fallbacks

HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)
DOWN = RetryLater(reason="could not be reached")


@pytest.fixture
def newsroom(tmp_path: Path) -> Iterator[Newsroom]:
    one = Newsroom(tmp_path)
    yield one
    one.store.close()


def test_after_72_hours_a_few_lists_with_the_original_times_bring_everything_in_order(newsroom: Newsroom) -> None:
    newsroom.desk.answer = lambda now: DOWN if now < START + 72 * HOUR else None
    for n in range(288):  # every quarter of an hour
        newsroom.tell([n])
        newsroom.run(15 * MINUTE, MINUTE)
    newsroom.run(HOUR, MINUTE)

    probe, *others = newsroom.shown()  # the message that found the service well again
    assert others == [n for n in range(288) if n != probe]
    assert len(newsroom.desk.taken) <= 8
    assert newsroom.desk.taken[-1][0] - START < 72 * HOUR + 15 * MINUTE
    assert "2026-03-02 19:45" in newsroom.desk.taken[1][1]
    assert len(newsroom.desk.asked) < 3 * 200


def test_a_service_that_flaps_gets_everything_once(newsroom: Newsroom) -> None:
    newsroom.desk.answer = lambda now: DOWN if (now - START) // (7 * MINUTE) % 2 else None
    for n in range(60):
        newsroom.tell([n])
        newsroom.run(2 * MINUTE, timedelta(seconds=10))
    newsroom.run(HOUR, timedelta(seconds=10))

    assert sorted(newsroom.shown()) == list(range(60))


def test_a_service_that_answers_slowly_gets_everything_at_most_three_times(newsroom: Newsroom) -> None:
    newsroom.desk.answer = lambda now: Ambiguous(reason="timeout") if now < START + HOUR else None
    for n in range(10):
        newsroom.tell([n])
        newsroom.run(10 * MINUTE, timedelta(seconds=30))

    taken = newsroom.shown()
    assert taken == sorted(set(taken))
    states = {row.state for row in newsroom.store.queries.deliveries(("pending", "unconfirmed", "sent", "merged"), 100)}
    assert states == {"sent", "unconfirmed"}


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_whatever_a_service_does_in_half_a_day_everything_is_told_once_or_listed_as_unconfirmed(
    newsroom: Newsroom, seed: int
) -> None:
    random = Random(seed)
    moods = [None, DOWN, RetryLater(reason="429", retry_after=timedelta(seconds=90)), Ambiguous(reason="timeout")]
    spells = [random.choice(moods) for _ in range(72)]  # ten minutes each
    newsroom.desk.answer = lambda now: (
        spells[min(71, (now - START) // (10 * MINUTE))] if now < START + 12 * HOUR else None
    )
    for n in range(144):
        newsroom.tell([n])
        newsroom.run(5 * MINUTE, timedelta(seconds=15))
    newsroom.run(2 * HOUR, timedelta(seconds=15))

    shown = newsroom.shown()
    rows = newsroom.store.queries.deliveries(("pending", "sending", "dead", "unconfirmed"), 999)
    open_ = {int(TITLE.findall(told.title)[0]) for row in rows for told in row.headlines}
    assert {row.state for row in rows} <= {"unconfirmed"}
    assert sorted(shown) == sorted(set(shown))
    assert set(shown) | open_ == set(range(144))
    assert not set(shown) & open_


def test_every_alert_of_an_outage_is_in_the_books(newsroom: Newsroom) -> None:
    newsroom.desk.answer = lambda now: DOWN if now < START + 12 * HOUR else None
    for n in range(24):
        newsroom.tell([n])
        newsroom.run(30 * MINUTE, MINUTE)
    newsroom.run(HOUR, MINUTE)

    counts = newsroom.store.queries.counts()
    assert (counts.alerts, counts.alerts_waiting, counts.deliveries_pending, counts.deliveries_dead) == (24, 0, 0, 0)
    assert newsroom.shown() == list(range(24))


def rescue(newsroom: Newsroom) -> tuple[FakeChannel, Fallbacks]:
    other = FakeChannel(name="mail", recipients=("desk@example.org",))
    channels = {"desk": newsroom.desk, "mail": other}
    newsroom.deliverer.channels["mail"] = other  # type: ignore[index]
    wanted = {"desk": Fallback(channel="mail", after=10 * MINUTE)}
    return other, Fallbacks(store=newsroom.store, channels=channels, wanted=wanted)


def test_what_is_refused_for_good_goes_to_the_fallback_at_once_and_once(newsroom: Newsroom) -> None:
    other, fallbacks = rescue(newsroom)
    newsroom.desk.answer = lambda _now: Rejected(reason="bot was blocked by the user")
    newsroom.tell([1])
    newsroom.step()
    assert [fallbacks.step(newsroom.clock()) for _ in range(3)] == [1, 0, 0]
    newsroom.step()
    assert [title.split()[2] for title in other.titles] == ["1"]
    assert other.sent[0][1].message.instead_of == "desk"


def test_what_a_service_never_says_yes_or_no_to_goes_to_the_fallback(newsroom: Newsroom) -> None:
    other, fallbacks = rescue(newsroom)
    newsroom.desk.answer = lambda _now: Ambiguous(reason="gave no answer (ReadTimeout)")
    newsroom.tell([1])
    newsroom.run(MINUTE)
    assert [fallbacks.step(newsroom.clock()) for _ in range(2)] == [1, 0]
    newsroom.step()
    assert [title.split()[2] for title in other.titles] == ["1"]


def test_an_outage_is_waited_for_before_the_fallback_is_told_and_the_channel_is_told_too_when_it_is_back(
    newsroom: Newsroom,
) -> None:
    other, fallbacks = rescue(newsroom)
    newsroom.desk.answer = lambda now: DOWN if now < START + HOUR else None
    newsroom.tell([1])
    for _ in range(9):
        newsroom.run(MINUTE)
        fallbacks.step(newsroom.clock())
    assert other.titles == []
    newsroom.run(2 * MINUTE)
    fallbacks.step(newsroom.clock())
    newsroom.run(HOUR, MINUTE)
    assert len(other.titles) == 1
    assert newsroom.shown() == [1]


def test_probes_of_a_service_that_is_down_grow_apart_to_ten_minutes(newsroom: Newsroom) -> None:
    newsroom.desk.answer = lambda _now: DOWN
    newsroom.tell(range(3))
    newsroom.run(3 * HOUR, timedelta(seconds=5))
    gaps = [b - a for a, b in pairwise(newsroom.desk.asked)]
    assert gaps[-1] >= 5 * MINUTE
    assert len(gaps) < 40
