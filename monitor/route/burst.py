"""When a channel that people read may speak again, so that many headlines make few messages; sends nothing."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from monitor.model import Told

WINDOW = timedelta(minutes=10)  # what was told earlier no longer counts
CALM = 6  # alerts within the window; more are a burst
STEP = timedelta(seconds=30)  # between two messages in calm; an alert of high priority never waits longer
BURST_STEP = timedelta(minutes=3)  # between two messages of a burst: ten minutes make four
STORM = 40  # alerts within the window; more are read as lists in any case, ...
STORM_STEP = timedelta(minutes=4)  # ... and lists are worth waiting for until they are full
FULL = 60  # headlines of a list that Telegram takes as one message, however long they are


def speaks_at(told: Sequence[Told], waiting: int, now: datetime, *, urgent: bool) -> datetime:
    """Return the first moment at which what waits may go out together: now, when the channel was silent.

    `told` are the messages of the last WINDOW. What waits longest sets nothing: the pace is the channel's.
    """
    recent = _recent(told, now)
    if not recent:
        return now
    step = STEP if urgent or waiting >= FULL else _step(sum(one.alerts for one in recent) + waiting)
    return max(one.at for one in recent) + step


def _step(alerts: int) -> timedelta:
    if alerts <= CALM:
        return STEP
    return BURST_STEP if alerts <= STORM else STORM_STEP


def calm(told: Sequence[Told], waiting: int, now: datetime) -> bool:
    """Tell whether so few alerts come that each could be a message of its own."""
    return sum(one.alerts for one in _recent(told, now)) + waiting <= CALM


def _recent(told: Sequence[Told], now: datetime) -> list[Told]:
    return [one for one in told if timedelta() <= now - one.at < WINDOW]
