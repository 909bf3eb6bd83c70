"""Tells whether alerts can flow, in sentences; serves nothing and mends nothing."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from monitor.errors import MonitorError
from monitor.ports import Clock
from monitor.service.pulse import Pulse
from monitor.store.store import SqliteStore
from monitor.store.vitals import Vitals

LATE_POLL = timedelta(minutes=5)  # beyond the due time; the wait for a free thread is seconds
LATE_ALERT = timedelta(minutes=15)  # longer than a burst, a rate or a short trouble of a service lasts
FRESH = timedelta(seconds=5)  # asking more often does not write more often


@dataclass(frozen=True, slots=True, kw_only=True)
class Findings:
    """How things stand at a moment."""

    at: datetime
    vitals: Vitals | None  # None: the database cannot be read
    troubles: tuple[str, ...]  # why alerts cannot flow; empty: they can


@dataclass(slots=True)
class Health:
    store: SqliteStore
    pulse: Pulse
    clock: Clock
    _last: Findings | None = field(init=False, default=None)
    _lock: threading.Lock = field(init=False, default_factory=threading.Lock)

    def alive(self) -> list[str]:
        """Return what is stuck; nothing of it ends without a restart."""
        return self.pulse.stuck()

    def findings(self) -> Findings:
        """Return how things stand; a moment old at most."""
        with self._lock:
            now = self.clock()
            if self._last is None or abs(now - self._last.at) > FRESH:
                self._last = self._look(now)
            return self._last

    def _look(self, now: datetime) -> Findings:
        troubles = [f"stuck: {what}" for what in self.pulse.stuck()]
        vitals = None
        try:
            vitals = self.store.vitals(now)
            troubles += _late(vitals)
            self.store.try_writing()
        except MonitorError as error:
            troubles.append(str(error))
        return Findings(at=now, vitals=vitals, troubles=tuple(troubles))


def _late(vitals: Vitals) -> list[str]:
    troubles = []
    if vitals.failing and not vitals.ok:
        troubles.append(f"every source fails ({len(vitals.failing)}); see: headline-monitor status")
    if vitals.overdue > LATE_POLL:
        troubles.append(f"a poll is overdue for {vitals.overdue.total_seconds():.0f} s")
    if vitals.oldest_waiting > LATE_ALERT:
        troubles.append(
            f"an alert waits for {vitals.oldest_waiting.total_seconds():.0f} s; see: headline-monitor status"
        )
    return troubles
