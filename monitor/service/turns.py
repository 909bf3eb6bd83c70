"""Polls of one host one after the other, each host in a thread of its own; decides nothing about when."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable
from concurrent.futures import Executor, Future
from dataclasses import dataclass, field
from time import monotonic

from monitor.fetch.polite import PATIENCE, host_of
from monitor.model import PollState
from monitor.pipeline.build import Line
from monitor.pipeline.poll import LEASE

_Key = tuple[str, bool]
_Work = tuple[Line, PollState, float]


@dataclass(slots=True)
class _Lane:
    waiting: deque[_Work] = field(default_factory=deque)
    worker: object = None  # who takes the next one
    since: float = 0.0  # when it took the last one


class Turns:
    """Hands polls to a pool. Endpoints that fail, or never answered yet, wait apart from those that are well."""

    def __init__(
        self, pool: Executor, poll: Callable[[Line, PollState], None], now: Callable[[], float] = monotonic
    ) -> None:
        self._pool, self._poll, self._now = pool, poll, now
        self._lock = threading.Lock()
        self._lanes: dict[_Key, _Lane] = {}
        self._began: dict[object, float] = {}  # when each worker began its poll
        self._stopped = False

    def add(self, line: Line, state: PollState) -> Future[None] | None:
        """Poll a claimed endpoint when it is its turn; return what to wait for when a further thread does it."""
        url = line.poller.extractors[state.source, state.endpoint].request().url
        key = (host_of(url), state.failures > 0 or state.last_ok_at is None)
        with self._lock:
            lane = self._lanes.get(key)
            begins = lane is None
            lane = self._lanes.setdefault(key, _Lane())
            lane.waiting.append((line, state, self._now()))
            return self._begin(key, lane) if begins else None

    def relieve(self) -> list[Future[None]]:
        """Let others go on where a poll hangs before them; return what to wait for."""
        with self._lock:
            late = self._now() - PATIENCE
            return [self._begin(key, lane) for key, lane in self._lanes.items() if lane.waiting and lane.since < late]

    def busy(self) -> int:
        """Return how many polls are under way, without those that hang: they keep nobody from work."""
        with self._lock:
            late = self._now() - PATIENCE
            return sum(1 for began in self._began.values() if began >= late)

    def stop(self) -> None:
        """Let nothing more begin."""
        self._stopped = True

    def _begin(self, key: _Key, lane: _Lane) -> Future[None]:
        lane.worker, lane.since = object(), self._now()
        self._began[lane.worker] = lane.since
        return self._pool.submit(self._work, key, lane.worker)

    def _work(self, key: _Key, worker: object) -> None:
        while work := self._next(key, worker):
            line, state, claimed_at = work
            if self._now() - claimed_at < LEASE.total_seconds() / 2:  # else it is claimed again after its lease
                self._poll(line, state)

    def _next(self, key: _Key, worker: object) -> _Work | None:
        with self._lock:
            lane = self._lanes.get(key)
            if lane is not None and lane.worker is worker:  # else it hung, and another goes on
                if lane.waiting and not self._stopped:
                    lane.since = self._began[worker] = self._now()
                    return lane.waiting.popleft()
                del self._lanes[key]
            del self._began[worker]
            return None
