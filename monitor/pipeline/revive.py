"""Makes all failing endpoints due when the own network is back, whatever their patience was; polls nothing."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from monitor.cadence.polling import FAILURE_CEILING
from monitor.ports import Store

RECENT = timedelta(minutes=3)
AT_LEAST = 2  # endpoints that fail together; of one it cannot be said whose fault it is


@dataclass(slots=True)
class Revival:
    """Asked by one thread, every few seconds."""

    store: Store
    _dark: bool = field(init=False, default=False)

    def step(self, now: datetime) -> int:
        """Return how many endpoints were made due, since one was read well after all had failed."""
        polled, well = self.store.polled_since(now - RECENT)
        if well and self._dark:
            self._dark = False
            # What waits for longer was asked to by its site.
            return self.store.retry_failing(now, now + FAILURE_CEILING * 1.1)
        self._dark = self._dark or (polled >= AT_LEAST and not well)
        return 0
