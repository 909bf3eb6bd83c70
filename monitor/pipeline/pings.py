"""Which endpoints are said to have news, and how often that may hurry a poll; polls nothing."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from time import monotonic
from typing import NamedTuple

SAVED = 6  # polls that pings may ask for one after the other ...
EVERY = 30.0  # ... and then one in so many seconds, however often a hub calls
AGAIN = (15.0, 60.0)  # seconds after a poll that showed nothing new: the site's cache may be behind its hub

_Endpoint = tuple[str, str]


class _Wanted(NamedTuple):
    at: float  # from when on a poll may be hurried
    before: int  # polls for the same ping that showed nothing new


@dataclass(slots=True)
class Pings:
    """Shared by whoever hears hubs and whoever polls; lives as long as the process."""

    now: Callable[[], float] = monotonic
    _wanted: dict[_Endpoint, _Wanted] = field(init=False, default_factory=dict)
    _looking: dict[_Endpoint, int] = field(init=False, default_factory=dict)  # what it began for, `before`
    _paid_until: dict[_Endpoint, float] = field(init=False, default_factory=dict)
    _lock: threading.Lock = field(init=False, default_factory=threading.Lock)

    def ping(self, source: str, endpoint: str) -> None:
        """Want a poll that begins from now on; one that has not begun yet serves for all."""
        with self._lock:
            waiting = self._wanted.get((source, endpoint))
            if waiting is None or waiting.before:
                self._want((source, endpoint), self.now(), 0)

    def due(self) -> list[_Endpoint]:
        """Return the endpoints whose next poll is to be hurried."""
        if not self._wanted:
            return []
        with self._lock:
            now = self.now()
            return [key for key, wanted in self._wanted.items() if wanted.at <= now]

    def begins(self, source: str, endpoint: str) -> None:
        """Note that a poll begins, which will see what was published until now."""
        with self._lock:
            self._looking.pop((source, endpoint), None)
            if wanted := self._wanted.pop((source, endpoint), None):
                self._looking[source, endpoint] = wanted.before

    def ends(self, source: str, endpoint: str, *, news: bool) -> None:
        """Note what a poll showed that went well; when a ping had called for it and there is nothing, look again."""
        with self._lock:
            key = source, endpoint
            before = self._looking.pop(key, len(AGAIN))
            if not news and before < len(AGAIN) and key not in self._wanted:
                self._want(key, self.now() + AGAIN[before], before + 1)

    def _want(self, key: _Endpoint, at: float, before: int) -> None:
        paid = max(self.now(), self._paid_until.get(key, 0.0))
        self._wanted[key] = _Wanted(max(at, paid - (SAVED - 1) * EVERY), before)
        self._paid_until[key] = paid + EVERY
