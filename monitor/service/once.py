"""One pass over all sources, to the end of every delivery that can be made now; for cron and first looks."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from time import sleep

from monitor.model import PollResult
from monitor.pipeline.build import Line
from monitor.pipeline.scout import Finding
from monitor.ports import Clock, Store
from monitor.service import journal


def run_once(
    line: Line, store: Store, clock: Clock, workers: int, told: Callable[[PollResult], None]
) -> Sequence[PollResult]:
    """Poll every endpoint once, then send everything that is due.

    `told` is called after each poll, so that long work shows its progress.
    """
    store.release_leases()
    for former, name in store.sync(line.endpoints, clock()):
        journal.renamed(former, name)
    store.make_due(clock())
    results: list[PollResult] = []
    with ThreadPoolExecutor(workers, thread_name_prefix="poll") as pool:
        for result in pool.map(line.poller.poll, line.poller.claim(clock(), len(line.endpoints))):
            told(result)
            results.append(result)
    send_all(line, store, clock)
    return results


def look_around(line: Line, clock: Clock, workers: int) -> Sequence[Finding]:
    """Look for the endpoints of the sources where that is due; they join at the next pass."""
    with ThreadPoolExecutor(workers, thread_name_prefix="scout") as pool:
        return list(pool.map(line.scout.look, line.scout.due(clock())))


def send_all(line: Line, store: Store, clock: Callable[[], datetime], pause: Callable[[float], None] = sleep) -> None:
    """Flush and deliver until nothing more is due now; recipients of a service that is down are left for later."""
    while line.unread and (line.unread.step(clock()) or line.unread.wait()):
        pass
    flusher, messages = line.flusher.at_once(), 0
    while made := flusher.step(clock()) or (flusher.articles is not None and flusher.articles.wait()):
        messages += made
    _deliver(line, store, clock, pause, several=messages > 1)
    if line.fallbacks.step(clock()):
        _deliver(line, store, clock, pause, several=True)


def _deliver(
    line: Line, store: Store, clock: Callable[[], datetime], pause: Callable[[float], None], *, several: bool
) -> None:
    for channel, recipient in store.due_recipients(clock()):
        pace = line.deliverer.pace(channel, recipient).total_seconds()
        sent = line.deliverer.step(channel, recipient, clock())
        if sent is None and pace:  # somebody else who counts for the same limit was told a moment ago
            pause(pace)
            sent = line.deliverer.step(channel, recipient, clock())
        while sent:
            if several:
                pause(pace)
            sent = line.deliverer.step(channel, recipient, clock())
