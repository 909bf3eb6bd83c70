"""Two hundred headlines in ten minutes: few messages, none lost, the important ones soon."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from itertools import pairwise
from pathlib import Path
from random import Random

import pytest
from servers.newsdesk import TOKEN, Newsroom

TEN_MINUTES = timedelta(minutes=10)


@pytest.fixture
def newsroom(tmp_path: Path) -> Iterator[Newsroom]:
    one = Newsroom(tmp_path)
    yield one
    one.store.close()


def burst(newsroom: Newsroom, seconds: list[int], high: frozenset[int] = frozenset()) -> None:
    """Let a headline come in at each of these seconds, and go on until all is quiet."""
    for second in range(600):
        for n, at in enumerate(seconds):
            if at == second:
                newsroom.tell([n], high=n in high)
        newsroom.step()
    newsroom.run(TEN_MINUTES, timedelta(seconds=5))


@pytest.mark.parametrize("shape", ["even", "random", "at the start"])
def test_two_hundred_matches_in_ten_minutes_make_six_messages_at_most_and_none_is_lost(
    newsroom: Newsroom, shape: str
) -> None:
    random = Random(7)
    seconds = {
        "even": [3 * n for n in range(200)],
        "random": sorted(random.randrange(600) for _ in range(200)),
        "at the start": [n // 20 for n in range(200)],
    }[shape]
    burst(newsroom, seconds)
    assert sorted(newsroom.shown()) == list(range(200))
    assert len(newsroom.desk.taken) <= 6
    assert newsroom.delays()[0] <= 1
    assert max(newsroom.delays()) <= 250


@pytest.mark.parametrize("seed", [3, 7, 18])  # a list that is full in between, and bursts that begin slowly
def test_high_priority_within_a_burst_makes_no_seventh_message(newsroom: Newsroom, seed: int) -> None:
    random = Random(seed)
    burst(newsroom, sorted(random.randrange(600) for _ in range(200)), frozenset({60, 140}))
    assert sorted(newsroom.shown()) == list(range(200))
    assert len(newsroom.desk.taken) <= 6
    assert max(newsroom.delays([60, 140])) <= 31


def test_high_priority_within_a_burst_is_told_within_half_a_minute_and_first(newsroom: Newsroom) -> None:
    burst(newsroom, [3 * n for n in range(200)], frozenset({60, 140}))
    assert max(newsroom.delays([60, 140])) <= 31
    message = next(text for _, text, _ in newsroom.desk.taken if "رقم 140 " in text)
    assert newsroom.shown()[0] == 0
    assert "high priority" in message.split("\n")[2]
    assert len(newsroom.desk.taken) <= 6


def test_a_few_headlines_are_told_one_by_one_as_they_come(newsroom: Newsroom) -> None:
    burst(newsroom, [0, 100, 200, 300, 400])
    assert len(newsroom.desk.taken) == 5
    assert max(newsroom.delays()) <= 1


def test_a_group_gets_no_message_sooner_than_three_seconds_after_the_last(tmp_path: Path) -> None:
    newsroom = Newsroom(tmp_path, url=f"tgram://{TOKEN}/-100200300")
    newsroom.tell(range(300))
    newsroom.run(timedelta(seconds=60), timedelta(seconds=0.25))
    times = [at for at, _, _ in newsroom.desk.taken]
    assert len(times) >= 5
    assert min(b - a for a, b in pairwise(times)) >= timedelta(seconds=3)
    newsroom.store.close()


def test_programs_get_every_alert_at_once(newsroom: Newsroom) -> None:
    newsroom.desk.read_by_people = False
    burst(newsroom, [2 * n for n in range(30)])
    assert max(newsroom.delays()) <= 1
