"""When a channel may speak again."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from monitor.model import Told
from monitor.route.burst import BURST_STEP, CALM, FULL, STEP, STORM_STEP, WINDOW, speaks_at

NOON = datetime(2026, 1, 10, 12, 0, tzinfo=UTC)


def told(*messages: tuple[float, int]) -> list[Told]:
    """Return messages of (seconds ago, number of alerts)."""
    return [Told(at=NOON - timedelta(seconds=ago), alerts=alerts) for ago, alerts in messages]


def wait(messages: list[Told], waiting: int = 1, *, urgent: bool = False) -> timedelta:
    return speaks_at(messages, waiting, NOON, urgent=urgent) - NOON


def test_a_channel_that_was_silent_speaks_at_once_whatever_waits() -> None:
    assert wait([], waiting=500) == timedelta()
    assert wait(told((WINDOW.total_seconds(), 500))) == timedelta()


def test_in_calm_two_messages_are_half_a_minute_apart() -> None:
    assert wait(told((10, 1))) == STEP - timedelta(seconds=10)
    assert wait(told((300, 1))) < timedelta()


def test_more_than_six_alerts_in_ten_minutes_are_gathered_for_longer() -> None:
    assert wait(told((40, 1)), waiting=CALM - 1) == STEP - timedelta(seconds=40)
    assert wait(told((40, 1)), waiting=CALM) == BURST_STEP - timedelta(seconds=40)
    assert wait(told((500, 20), (60, 19))) == BURST_STEP - timedelta(seconds=60)


def test_more_than_forty_are_gathered_for_longer_still() -> None:
    assert wait(told((500, 20), (60, 20))) == STORM_STEP - timedelta(seconds=60)


def test_a_list_that_is_full_does_not_wait_to_become_two() -> None:
    assert wait(told((500, 20), (10, 20)), waiting=FULL) == STEP - timedelta(seconds=10)


def test_high_priority_does_not_wait_for_a_burst() -> None:
    assert wait(told((10, 50)), waiting=200, urgent=True) == STEP - timedelta(seconds=10)


def test_a_message_of_the_future_is_a_clock_that_was_set_back_and_holds_nothing_up() -> None:
    assert wait(told((-3600, 50))) == timedelta()
