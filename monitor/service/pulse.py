"""Tells which work has been under way for too long; kills nothing: that is the watchdog's, who is then not fed."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta

from monitor.pipeline import deliver, poll


@dataclass(frozen=True, slots=True, kw_only=True)
class Bounds:
    """How long each piece of work may take; all waiting inside it has a shorter end of its own."""

    tick: timedelta = timedelta(seconds=30)
    poll: timedelta = poll.LEASE
    delivery: timedelta = deliver.LEASE


@dataclass(slots=True)
class Pulse:
    """What is being done, and since when; used from all threads."""

    bounds: Bounds = field(default_factory=Bounds)
    monotonic: Callable[[], float] = time.monotonic
    polled: int = 0  # polls that ended, whichever way
    _lock: threading.Lock = field(init=False, default_factory=threading.Lock)
    _ticked: float = field(init=False)
    _work: dict[object, tuple[str, float, float]] = field(init=False, default_factory=dict)  # what, start, end at most

    def __post_init__(self) -> None:
        self.tick()

    def tick(self) -> None:
        """Note that the tick went through, whether or not the database let it do something."""
        self._ticked = self.monotonic()

    @contextmanager
    def poll(self, source: str, endpoint: str) -> Iterator[None]:
        """Watch over one poll."""
        try:
            with self._watched(f"poll of {source}/{endpoint}", self.bounds.poll):
                yield
        finally:
            self.polled += 1

    @contextmanager
    def delivery(self, channel: str, recipient: str) -> Iterator[None]:
        """Watch over one attempt to send."""
        with self._watched(f"delivery by {channel} to {recipient}", self.bounds.delivery):
            yield

    def stuck(self) -> list[str]:
        """Return a phrase for everything that should have ended."""
        now = self.monotonic()
        with self._lock:
            work = [*self._work.values()]
        found = [f"{what} for {_seconds(now - start)}" for what, start, end in work if now > end]
        if now - self._ticked > self.bounds.tick.total_seconds():
            found.insert(0, f"schedule for {_seconds(now - self._ticked)}")
        return found

    @contextmanager
    def _watched(self, what: str, within: timedelta) -> Iterator[None]:
        key, start = object(), self.monotonic()
        with self._lock:
            self._work[key] = (what, start, start + within.total_seconds())
        try:
            yield
        finally:
            with self._lock:
                del self._work[key]


def _seconds(seconds: float) -> str:
    return f"{round(seconds)} s" if seconds < 120 else f"{round(seconds / 60)} min"
