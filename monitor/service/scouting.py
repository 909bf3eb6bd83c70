"""The threads that look for further endpoints, apart from those that poll; what to look at is the line's to say."""

from __future__ import annotations

import logging
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import datetime, timedelta

from monitor.errors import MonitorError
from monitor.pipeline.build import Line
from monitor.service import journal
from monitor.service.logs import log

AT_ONCE = 2  # sites that are looked at at the same time
AFTER_A_BUG = timedelta(hours=1)  # a look that left nothing behind would otherwise start again at once, on and on


class Scouting:
    """Hands out looks, one per source at a time."""

    def __init__(self, found: Callable[[], None]) -> None:
        """Call `found`, from a thread of its own, whenever the schedule has to follow."""
        self._found = found
        self._pool = ThreadPoolExecutor(AT_ONCE, thread_name_prefix="scout")
        self._looks: dict[str, Future[None]] = {}
        self._not_before: dict[str, datetime] = {}

    def hand_out(self, line: Line, now: datetime) -> None:
        """Start the looks that are due."""
        for source in line.scout.due(now):
            waits = source in self._not_before and timedelta() <= self._not_before[source] - now <= AFTER_A_BUG
            if not waits and (source not in self._looks or self._looks[source].done()):
                self._not_before[source] = now + AFTER_A_BUG
                self._looks[source] = self._pool.submit(self._look, line, source)

    def under_way(self) -> set[Future[None]]:
        """Return the looks that are not done."""
        return {look for look in self._looks.values() if not look.done()}

    def stop(self) -> None:
        """Start no more."""
        self._pool.shutdown(wait=False, cancel_futures=True)

    def _look(self, line: Line, source: str) -> None:
        try:
            finding = line.scout.look(source)
            self._not_before.pop(source, None)
            journal.look(finding)
            if finding.changed:
                self._found()
        except MonitorError as error:
            log(logging.ERROR, "look for endpoints not saved", source=source, reason=str(error))
        except Exception as error:  # noqa: BLE001  thread top: one site's bug is no other's
            log(logging.ERROR, "bug in a look for endpoints", source=source, error=error)
