"""Who polls next: one endpoint of a host after the other, and those that hang apart; decides nothing about when.

Polls that hang must not use up the threads of those that are well. So a poll that takes long is not counted as one any
more, and an endpoint whose last one did begins in threads that are there for such only.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable
from concurrent.futures import Executor, Future
from contextlib import suppress
from dataclasses import dataclass, field
from enum import Enum
from time import monotonic

from monitor.fetch.polite import PATIENCE, host_of
from monitor.model import PollState
from monitor.pipeline.build import Line
from monitor.pipeline.poll import LEASE

HANGING = 128  # polls that may hang beside those that do not
AHEAD = 4  # polls that are claimed for each thread, so that none waits for the next tick

_Endpoint = tuple[str, str]


class _Sort(Enum):
    WELL = "well"
    FAILING = "failing"  # or new
    HANGING = "hanging"


_Key = tuple[str, _Sort]


@dataclass(slots=True, eq=False)
class _Poll:
    line: Line
    state: PollState
    claimed_at: float
    key: _Key
    done: Future[None] = field(default_factory=Future)
    began_at: float = 0.0

    @property
    def endpoint(self) -> _Endpoint:
        return self.state.source, self.state.endpoint

    def drop(self) -> None:
        self.done.cancel()
        self.done.set_running_or_notify_cancel()  # until then, who waits for it goes on waiting


@dataclass(slots=True)
class _Lane:
    """The polls of one host and sort, one at a time."""

    waiting: deque[_Poll] = field(default_factory=deque)
    under_way: _Poll | None = None


class Turns:
    """Hands polls to a pool of at least `workers` + HANGING threads."""

    def __init__(
        self,
        pool: Executor,
        poll: Callable[[Line, PollState], None],
        *,
        workers: int,
        now: Callable[[], float] = monotonic,
    ) -> None:
        self.workers = workers  # may be changed at any time
        self._pool, self._poll, self._now = pool, poll, now
        self._lock = threading.Lock()
        self._lanes: dict[_Key, _Lane] = {}
        self._ready: deque[_Key] = deque()  # lanes that wait for a thread
        self._ready_to_hang: deque[_Key] = deque()
        self._under_way: set[_Poll] = set()
        self._all: set[Future[None]] = set()
        self._hung: set[_Endpoint] = set()  # endpoints whose last poll took long
        self._stopped = False

    def room(self) -> int:
        """Return how many more polls should be claimed."""
        with self._lock:
            waiting = sum(len(lane.waiting) for key, lane in self._lanes.items() if key[1] is not _Sort.HANGING)
            return max(0, self.workers * AHEAD - waiting) if self._has_thread() else 0

    def add(self, line: Line, state: PollState) -> Future[None]:
        """Poll a claimed endpoint when it is its turn."""
        url = line.poller.extractors[state.source, state.endpoint].request().url
        with self._lock:
            poll = _Poll(line, state, self._now(), (host_of(url), self._sort(state)))
            if self._stopped:
                poll.drop()
                return poll.done
            self._all.add(poll.done)
            poll.done.add_done_callback(self._all.discard)
            lane = self._lanes.get(poll.key)
            if lane is None:
                lane = self._lanes[poll.key] = _Lane()
                self._make_ready(poll.key)
            lane.waiting.append(poll)
            self._begin()
            return poll.done

    def relieve(self) -> None:
        """Let others go on where a poll hangs before them."""
        with self._lock:
            for key, lane in self._lanes.items():
                if lane.waiting and lane.under_way and self._takes_long(lane.under_way):
                    lane.under_way = None
                    self._make_ready(key)
            self._begin()

    def under_way(self) -> set[Future[None]]:
        """Return what to wait for until every poll that was added is done."""
        return {*self._all}

    def stop(self) -> None:
        """Let nothing more begin."""
        with self._lock:
            self._stopped = True
            for lane in self._lanes.values():
                while lane.waiting:
                    lane.waiting.popleft().drop()

    def _sort(self, state: PollState) -> _Sort:
        if (state.source, state.endpoint) in self._hung:
            return _Sort.HANGING
        return _Sort.FAILING if state.failures or state.last_ok_at is None else _Sort.WELL

    def _takes_long(self, poll: _Poll) -> bool:
        return self._now() - poll.began_at > PATIENCE

    def _make_ready(self, key: _Key) -> None:
        (self._ready_to_hang if key[1] is _Sort.HANGING else self._ready).append(key)

    def _begin(self) -> None:
        while poll := self._next():
            with suppress(RuntimeError):  # no further thread can be started: it waits in the pool for one that is free
                self._pool.submit(self._work, poll)

    def _has_thread(self) -> bool:
        return len(self._under_way) - min(self._hanging(), HANGING) < self.workers

    def _hanging(self) -> int:
        return sum(poll.key[1] is _Sort.HANGING or self._takes_long(poll) for poll in self._under_way)

    def _next(self) -> _Poll | None:
        """Return the poll that begins now, if one may."""
        while not self._stopped:
            if self._ready and self._has_thread():
                key = self._ready.popleft()
            elif self._ready_to_hang and self._hanging() < HANGING:
                key = self._ready_to_hang.popleft()
            else:
                return None
            if poll := self._take(key):
                return poll
        return None

    def _take(self, key: _Key) -> _Poll | None:
        lane = self._lanes[key]
        while lane.waiting:
            poll, now = lane.waiting.popleft(), self._now()
            if now - poll.claimed_at < LEASE.total_seconds() / 2:  # else it is claimed again after its lease
                poll.began_at, lane.under_way = now, poll
                self._under_way.add(poll)
                return poll
            poll.drop()
        del self._lanes[key]
        return None

    def _work(self, poll: _Poll | None) -> None:
        while poll:
            try:
                self._poll(poll.line, poll.state)
            finally:
                self._end(poll)
            with self._lock:
                poll = self._next()

    def _end(self, poll: _Poll) -> None:
        with self._lock:
            self._under_way.discard(poll)
            (self._hung.add if self._takes_long(poll) else self._hung.discard)(poll.endpoint)
            lane = self._lanes.get(poll.key)
            if lane and lane.under_way is poll:  # else it hung, and another goes on
                lane.under_way = None
                if lane.waiting:
                    self._make_ready(poll.key)
                else:
                    del self._lanes[poll.key]
        poll.done.set_result(None)
