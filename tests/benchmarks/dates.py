"""Measures how fast printed times are read, beside dateparser in the same run: `python tests/benchmarks/dates.py`.

Rounds alternate between the two, so that a noisy machine slows both; the ratio is the median over the rounds. Both
are told as much as they can be: dateparser the language of every line, the order of numbers, and that news is past.
"""

from __future__ import annotations

import statistics
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import dateparser

from monitor.text.times import read_time

ROUNDS, QUICK = 15, 3
AIM = 10
ZONE = ZoneInfo("Africa/Casablanca")
NOW = datetime(2025, 3, 13, 16, 40, tzinfo=UTC)
LINES = {
    "ar": [
        "الخميس 13 مارس 2025 على الساعة 11:20",
        "الأربعاء 12 مارس 2025 - 19:45",
        "12/03/2025 19:45",
        "2 دجنبر 2024",
        "15 كانون الثاني 2025",
        "8 فيفري 2025",
        "١٢ مارس ٢٠٢٥",
        "الأحد، 9 مارس 2025 10:15 ص",
        "منذ 4 دقائق",
        "قبل ساعتين",
        "منذ يومين",
        "أمس 18:50",
        "09:25",
        "13 رمضان 1446 هـ",
    ],
    "fr": ["jeudi 13 mars 2025 à 11h20", "Publié le 13/03/2025 à 11:20", "il y a 4 minutes", "Hier à 18h50"],
    "en": ["March 11, 2025 8:05 pm", "3 hours ago", "11 Mar 2025"],
}
PAIRS = [(code, line) for code, lines in LINES.items() for line in lines]
SETTINGS = {
    "RELATIVE_BASE": NOW.replace(tzinfo=None),
    "PREFER_DATES_FROM": "past",
    "DATE_ORDER": "DMY",
    "TIMEZONE": str(ZONE),
}


def ours() -> int:
    """Return how many lines were read."""
    return sum(read_time(line, NOW, ZONE) is not None for _, line in PAIRS)


def theirs() -> int:
    """Return how many lines were read."""
    return sum(dateparser.parse(line, languages=[code], settings=SETTINGS) is not None for code, line in PAIRS)


def cost(read: Callable[[], int]) -> float:
    """Return the CPU time of one line, in microseconds."""
    started = time.process_time()
    read()
    return (time.process_time() - started) / len(PAIRS) * 1e6


def main() -> int:
    rounds = QUICK if "--quick" in sys.argv else ROUNDS
    print(f"read: ours {ours()}, dateparser {theirs()} of {len(PAIRS)} lines")  # and both are warm now
    measured = [(cost(ours), cost(theirs)) for _ in range(rounds)]
    ratio = statistics.median(theirs / ours for ours, theirs in measured)
    for name, times in zip(("ours", "dateparser"), zip(*measured, strict=True), strict=True):
        print(f"{name:>10}: {statistics.median(times):8.1f} µs a line")
    print(f"{'ratio':>10}: {ratio:8.1f} times faster (aim: {AIM})")
    return 0 if ratio >= AIM else 1


if __name__ == "__main__":
    sys.exit(main())
