"""A wall clock that setting the machine's clock does not fool; it only measures, the service corrects."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

TOLERATED = timedelta(seconds=2)  # smaller differences are a clock being slewed, and wait for company


class SteadyClock:
    """Runs on monotonic time from the wall time it was started at, until it is told to follow the wall again."""

    def __init__(
        self,
        wall: Callable[[], datetime] = lambda: datetime.now(UTC),
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._wall, self._monotonic = wall, monotonic
        self._anchor = (wall(), monotonic())

    def __call__(self) -> datetime:
        wall, monotonic = self._anchor
        return wall + timedelta(seconds=self._monotonic() - monotonic)

    def jump(self) -> timedelta | None:
        """Return how far the machine's clock was set forward (or back, negative); None when it was not."""
        difference = self._wall() - self()
        return difference if abs(difference) > TOLERATED else None

    def follow(self) -> None:
        """Continue from what the machine's clock shows now."""
        self._anchor = (self._wall(), self._monotonic())
