"""Counts what a burst and an outage make of the messages to one chat, under a clock that is set: `make bench`.

    python tests/benchmarks/bursts.py [NUMBER OF BURSTS]

The real store, flush, outbox and rendering; only the service is played. A repeat is a headline that the chat got twice.
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from random import Random

sys.path.insert(0, str(Path(__file__).parents[1]))

from fakes import START
from servers.newsdesk import Newsroom

from monitor.model import RetryLater

MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
DOWN = RetryLater(reason="could not be reached")


def burst(newsroom: Newsroom, random: Random) -> None:
    """200 headlines at random moments of ten minutes, two of them of high priority."""
    seconds = sorted(random.randrange(600) for _ in range(200))
    for second in range(600):
        for n, at in enumerate(seconds):
            if at == second:
                newsroom.tell([n], high=n in {60, 140})
        newsroom.step()
    newsroom.run(10 * MINUTE, timedelta(seconds=5))


def bursts(number: int) -> None:
    """Play so many bursts that differ by chance and print the worst of each figure."""
    messages, urgent, longest, lost, repeats = [], 0.0, 0.0, 0, 0
    for seed in range(1, number + 1):
        with tempfile.TemporaryDirectory() as folder:
            newsroom = Newsroom(Path(folder))
            burst(newsroom, Random(seed))
            shown = newsroom.shown()
            messages.append(len(newsroom.desk.taken))
            urgent, longest = max(urgent, *newsroom.delays([60, 140])), max(longest, *newsroom.delays())
            lost, repeats = lost + 200 - len(set(shown)), repeats + len(shown) - len(set(shown))
            newsroom.store.close()
    print(
        f"{number} bursts of 200 headlines: {min(messages)} to {max(messages)} messages each, lost {lost},"
        f" repeats {repeats}, delay at most {longest:.0f} s, of high priority {urgent:.0f} s"
    )


def three_days_down(newsroom: Newsroom, _random: Random) -> None:
    newsroom.desk.answer = lambda now: DOWN if now < START + 72 * HOUR else None
    _every_quarter(newsroom, 288, MINUTE)


def flapping(newsroom: Newsroom, _random: Random) -> None:
    newsroom.desk.answer = lambda now: DOWN if (now - START) // (7 * MINUTE) % 2 else None
    _every_quarter(newsroom, 96, timedelta(seconds=10))


def _every_quarter(newsroom: Newsroom, headlines: int, tick: timedelta) -> None:
    for n in range(headlines):
        newsroom.tell([n])
        newsroom.run(15 * MINUTE, tick)
    newsroom.run(HOUR, tick)


def report(name: str, play: Callable[[Newsroom, Random], None]) -> None:
    """Play it and print a line."""
    with tempfile.TemporaryDirectory() as folder:
        newsroom = Newsroom(Path(folder))
        play(newsroom, Random(1))
        shown, delays = newsroom.shown(), newsroom.delays()
        lost = len(newsroom.told) - len(set(shown))
        print(
            f"{name:32} {len(newsroom.told):4} headlines {len(newsroom.desk.taken):4} messages"
            f" {len(newsroom.desk.asked):4} attempts  lost {lost}  repeats {len(shown) - len(set(shown))}"
            f"  delay first {delays[0]:.0f} s, longest {max(delays):.0f} s"
        )
        newsroom.store.close()


if __name__ == "__main__":
    bursts(int(sys.argv[1]) if len(sys.argv) > 1 else 20)
    report("service down for 72 hours", three_days_down)
    report("service down every other 7 min", flapping)
