"""Which endpoints are said to have news, and how often that may hurry a poll; polls nothing."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from time import monotonic

SAVED = 4  # polls that pings may ask for one after the other ...
EVERY = 30.0  # ... and then one in so many seconds, however often a hub calls

_Endpoint = tuple[str, str]


@dataclass(slots=True)
class Pings:
    """Shared by whoever hears hubs and whoever polls; lives as long as the process."""

    now: Callable[[], float] = monotonic
    _wanted: dict[_Endpoint, float] = field(init=False, default_factory=dict)  # from when on a poll may be hurried
    _paid_until: dict[_Endpoint, float] = field(init=False, default_factory=dict)
    _lock: threading.Lock = field(init=False, default_factory=threading.Lock)

    def ping(self, source: str, endpoint: str) -> None:
        """Want a poll that begins from now on; one that has not begun yet serves for all."""
        with self._lock:
            key = source, endpoint
            if key not in self._wanted:
                now = self.now()
                paid = max(now, self._paid_until.get(key, now))
                self._wanted[key] = max(now, paid - (SAVED - 1) * EVERY)
                self._paid_until[key] = paid + EVERY

    def due(self) -> list[_Endpoint]:
        """Return the endpoints whose next poll is to be hurried."""
        if not self._wanted:
            return []
        with self._lock:
            now = self.now()
            return [key for key, at in self._wanted.items() if at <= now]

    def begins(self, source: str, endpoint: str) -> None:
        """Note that a poll begins, which will see what was published until now."""
        with self._lock:
            self._wanted.pop((source, endpoint), None)
