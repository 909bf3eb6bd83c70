"""The service: a tick that hands out what is due, pools that do it, signals that stop and reload it.

The database says what is due; nothing here decides what is news or what is sent.
"""

from __future__ import annotations

import logging
import signal
import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor, wait
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from queue import Empty, SimpleQueue
from typing import Any

from apscheduler.schedulers.background import BackgroundScheduler
from apscheduler.triggers.base import BaseTrigger

from monitor.errors import LeaseLost, MonitorError, StoreCorrupt
from monitor.model import PollResult, PollState
from monitor.pipeline.build import Line
from monitor.ports import Store
from monitor.service import journal, memory
from monitor.service.clock import SteadyClock
from monitor.service.logs import log
from monitor.service.pulse import Pulse
from monitor.service.pushing import Pushing
from monitor.service.scouting import Scouting
from monitor.service.sdnotify import Notifier
from monitor.service.turns import HANGING, Turns

TICK = timedelta(seconds=0.25)
HOUSEKEEPING = timedelta(hours=1)
SCOUTING = timedelta(seconds=5)
MINDING = timedelta(seconds=5)
PUSHING = timedelta(seconds=1)
WORTH_TELLING = timedelta(minutes=1)  # a clock that was set by less is nobody's business
DRAIN = timedelta(seconds=8)  # after SIGTERM; systemd and the user get their answer within ten
MAX_THREADS = 256
BEAT = timedelta(seconds=2)
REPORT = timedelta(seconds=5)  # between two status lines


class After(BaseTrigger):  # type: ignore[misc]  # the library is untyped
    """Fires `delay` after each run; a clock set forward leaves no missed runs to walk through."""

    def __init__(self, delay: timedelta) -> None:
        self.delay = delay

    def get_next_fire_time(self, _previous: datetime | None, now: datetime) -> datetime:
        return now + self.delay


@dataclass(frozen=True, slots=True, kw_only=True)
class Loaded:
    """A configuration that was accepted, and the line built from it."""

    line: Line
    workers: int
    retention: timedelta
    max_size: int | None = None  # bytes of the database
    close: Callable[[], None]  # ends the connections of its polls
    beat: Callable[[datetime], None] = lambda _now: None  # asked every few seconds; tells that the monitor lives
    again: Callable[[], Loaded]  # builds the line anew from the same configuration, with what was found since


@dataclass(slots=True)
class Service:
    """Runs a line until it is told to stop."""

    store: Store
    load: Callable[[], Loaded]
    clock: SteadyClock
    notifier: Notifier
    status: Callable[[], str]  # one sentence on how things stand
    stop_when: Callable[[], bool] = lambda: False  # asked once per tick; ends the demo
    pulse: Pulse = field(default_factory=Pulse)
    polled: Callable[[PollState, PollResult], None] = journal.poll
    refused: str | None = field(init=False, default=None)  # why the configuration of the last reload is not used
    _now: Loaded = field(init=False)
    _swap: threading.Lock = field(init=False, default_factory=threading.Lock)
    # Unlike an event's, its `put` may be called by a signal in the middle of its `get`.
    _wake: SimpleQueue[None] = field(init=False, default_factory=SimpleQueue)
    _stop: bool = field(init=False, default=False)
    _damage: StoreCorrupt | None = field(init=False, default=None)
    _reload: bool = field(init=False, default=False)
    _refresh: bool = field(init=False, default=False)
    _polls: ThreadPoolExecutor = field(init=False)
    _turns: Turns = field(init=False)
    _scouting: Scouting = field(init=False)
    _pushing: Pushing = field(init=False, default_factory=Pushing)
    _senders: dict[tuple[str, str], ThreadPoolExecutor] = field(init=False, default_factory=dict)
    _sending: dict[tuple[str, str], Future[None]] = field(init=False, default_factory=dict)
    _last_report: datetime | None = field(init=False, default=None)
    _ready: bool = field(init=False, default=False)
    _ticked: bool = field(init=False, default=False)
    _stuck: list[str] = field(init=False, default_factory=list)
    _replaced: list[tuple[Loaded, set[Future[None]]]] = field(init=False, default_factory=list)  # and their last polls

    def run(self) -> bool:
        """Work until SIGTERM or SIGINT; reload at SIGHUP.

        Returns whether every thread had finished when the time to drain was over.

        Raises:
            ConfigError: the configuration cannot be used at the start; later ones only keep the old one running.
            StoreCorrupt: the database is damaged; nothing can be promised on it any more.
        """
        self._now = self.load()
        self._polls = ThreadPoolExecutor(MAX_THREADS + HANGING, thread_name_prefix="poll")
        self._turns = Turns(self._polls, self._poll, workers=self._now.workers)
        self._scouting = Scouting(self._ask_refresh)
        self.store.release_leases()
        self._sync(self._now)
        self._listen()
        scheduler = self._start_scheduler()
        log(logging.INFO, "started", sources=len({e.source for e in self._now.line.endpoints}))
        while not self._stop:
            with suppress(Empty):
                self._wake.get(timeout=1.0)
            self._mind_clock(scheduler)
            if self._reload:
                self._reload = False
                self._load_again()
            elif self._refresh:
                self._refresh = False
                self._follow_findings()
            self._report()
            self._close_replaced()
        clean = self._drain(scheduler)
        if self._damage:
            raise self._damage
        return clean

    def stop(self) -> None:
        """Ask the service to end, from any thread."""
        self._stop = True
        self._wake.put(None)

    def _give_up(self, error: StoreCorrupt) -> None:
        self._damage = error
        self.stop()

    # --- main thread -----------------------------------------------------------------------------------

    def _listen(self) -> None:
        if threading.current_thread() is not threading.main_thread():
            return  # signals are the main thread's
        signal.signal(signal.SIGTERM, lambda *_: self.stop())
        signal.signal(signal.SIGINT, lambda *_: self.stop())
        signal.signal(signal.SIGHUP, lambda *_: self._ask_reload())

    def _ask_reload(self) -> None:
        self._reload = True
        self._wake.put(None)

    def _ask_refresh(self) -> None:
        self._refresh = True
        self._wake.put(None)

    def _start_scheduler(self) -> Any:
        scheduler = BackgroundScheduler(
            timezone=UTC,
            job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": None},
        )
        jobs = (
            (self._tick, TICK),
            (self._scout, SCOUTING),
            (self._mind, MINDING),
            (self._push, PUSHING),
            (self._keep_house, HOUSEKEEPING),
            (self._beat, BEAT),
            (memory.give_back, memory.EVERY),
        )
        for job, delay in jobs:
            scheduler.add_job(job, After(delay), id=job.__name__)
        scheduler.start()
        return scheduler

    def _mind_clock(self, scheduler: Any) -> None:
        """Move everything that is due along when the machine's clock was set."""
        jump = self.clock.jump()
        if jump is None:
            return
        log(logging.WARNING, "clock was set", seconds=round(jump.total_seconds(), 1))
        with self._swap:
            try:
                self.store.shift_due(jump, self.clock())
            except MonitorError as error:  # the clock is not followed yet: the next turn tries again
                log(logging.ERROR, "what is due was not moved along yet", reason=str(error))
                return
            self.clock.follow()
            self._tell_of_clock(jump)
        for job in scheduler.get_jobs():
            job.modify(next_run_time=datetime.now(UTC) + job.trigger.delay)

    def _tell_of_clock(self, jump: timedelta) -> None:
        operator = self._now.line.operator
        if operator and abs(jump) >= WORTH_TELLING:
            text = f"the machine's clock was set by {round(jump.total_seconds())} s; what is due moved along"
            try:
                operator.happened("clock", text, self.clock())
            except MonitorError as error:
                log(logging.ERROR, "the operator was not told of the clock", reason=str(error))

    def _load_again(self) -> None:
        self.notifier.reloading()
        try:
            loaded = self.load()
            self._use(loaded, shares=False)
        except MonitorError as error:
            self.refused = str(error)
            log(logging.ERROR, "configuration refused, the old one stays", reason=self.refused)
            self.notifier.ready()
            self.notifier.status(f"configuration refused, the old one stays: {self.refused.splitlines()[0]}")
            return
        self.refused = None
        self._last_report = None  # the status says so at once
        log(logging.INFO, "configuration reloaded", sources=len({e.source for e in loaded.line.endpoints}))
        self.notifier.ready()

    def _follow_findings(self) -> None:
        try:
            self._use(self._now.again(), shares=True)
        except MonitorError as error:
            log(logging.ERROR, "endpoints that were found are not used yet", reason=str(error))

    def _use(self, loaded: Loaded, *, shares: bool) -> None:
        """Go on with another line; `shares` says that it uses the connections of the one before."""
        with self._swap:
            self._sync(loaded)
            if not shares:
                self._replaced.append((self._now, self._works_with_it()))
            self._now = loaded
            self._turns.workers = loaded.workers

    def _sync(self, loaded: Loaded) -> None:
        """Make the schedule follow a line; what was found and learned of renamed sources joins at once."""
        for former, name in self.store.sync(loaded.line.endpoints, self.clock()):
            journal.renamed(former, name)
            self._ask_refresh()

    def _works_with_it(self) -> set[Future[None]]:
        """Return what uses the connections of the line."""
        return {*self._turns.under_way(), *self._scouting.under_way(), *self._pushing.under_way()}

    def _close_replaced(self) -> None:
        """Close what a reload replaced, once its last polls are done."""
        done = [each for each in self._replaced if all(poll.done() for poll in each[1])]
        for each in done:
            self._replaced.remove(each)
            each[0].close()

    def _report(self) -> None:
        self._get_ready()
        stuck = self.pulse.stuck()
        if not stuck:
            self.notifier.alive()
        elif not self._stuck:
            log(logging.ERROR, "stuck; the watchdog is not fed any more", work="; ".join(stuck))
        self._stuck = stuck
        now = self.clock()
        if self.notifier.listened_to and (self._last_report is None or abs(now - self._last_report) >= REPORT):
            self._last_report = now
            self.notifier.status(f"stuck: {'; '.join(stuck)}" if stuck else self._status())

    def _status(self) -> str:
        try:
            return self.status()
        except MonitorError as error:
            return str(error)

    def _get_ready(self) -> None:
        """Say that the service is ready once a site was looked at, successfully or not, or none is to be yet."""
        if not self._ready and self._ticked and (self.pulse.polled or not self._turns.under_way()):
            self._ready = True
            self._last_report = None  # what the status says now is worth reading
            self.notifier.ready()

    def _hurry(self) -> None:
        """Let the main thread see at once whether the service is ready now."""
        if not self._ready:
            self._wake.put(None)

    def _drain(self, scheduler: Any) -> bool:
        """Stop handing out work, let what is under way finish, and leave the rest to the leases."""
        self.notifier.stopping()
        scheduler.shutdown(wait=False)
        self._turns.stop()
        with self._swap:
            under_way = {*self._works_with_it(), *self._sending.values()}
        _, late = wait(under_way, timeout=DRAIN.total_seconds())
        for pool in (self._polls, *self._senders.values()):
            pool.shutdown(wait=False, cancel_futures=True)
        self._scouting.stop()
        self._pushing.stop()
        if not late:
            self._now.close()
        log(logging.INFO, "stopped", unfinished=len(late))
        return not late

    # --- scheduler thread ------------------------------------------------------------------------------

    def _tick(self) -> None:
        try:
            with self._swap:
                if not self._stop:
                    self._hand_out(self.clock())
            self._ticked = True
            self.pulse.tick()
            self._hurry()
            if self.stop_when():
                self.stop()
        except StoreCorrupt as error:
            self._give_up(error)
        except MonitorError as error:
            self._ticked = True  # a full disk is no reason to be started again
            self.pulse.tick()
            log(logging.ERROR, "tick failed", reason=str(error))
        except Exception as error:  # noqa: BLE001  thread top: the next tick must come
            log(logging.ERROR, "bug in the tick", error=error)

    def _hand_out(self, now: datetime) -> None:
        line = self._now.line
        self._turns.relieve()
        if line.subscriber:
            line.subscriber.hurry(now)
        for state in line.poller.claim(now, self._turns.room()):
            self._turns.add(line, state)
        line.flusher.step(now)
        if line.unread:
            line.unread.step(now)
        for pair in self.store.due_recipients(now):
            if pair not in self._sending or self._sending[pair].done():
                sender = self._senders.get(pair) or ThreadPoolExecutor(1, thread_name_prefix="send")
                self._senders[pair] = sender
                self._sending[pair] = sender.submit(self._deliver, line, *pair)

    def _scout(self) -> None:
        try:
            with self._swap:
                if not self._stop:
                    self._scouting.hand_out(self._now.line, self.clock())
        except MonitorError as error:
            log(logging.ERROR, "scouting failed", reason=str(error))
        except Exception as error:  # noqa: BLE001  thread top: the next round must come
            log(logging.ERROR, "bug in scouting", error=error)

    def _push(self) -> None:
        try:
            with self._swap:
                if not self._stop and self._now.line.subscriber:
                    self._pushing.hand_out(self._now.line.subscriber, self.clock())
        except MonitorError as error:
            log(logging.ERROR, "hubs were not asked", reason=str(error))
        except Exception as error:  # noqa: BLE001  thread top: the next round must come
            log(logging.ERROR, "bug in asking hubs", error=error)

    def _mind(self) -> None:
        try:
            with self._swap:
                if not self._stop:
                    line, now = self._now.line, self.clock()
                    line.fallbacks.step(now)
                    if again := line.revival.step(now):
                        log(logging.INFO, "network is back", failing_asked_again=again)
                    if line.operator:
                        line.operator.step(now)
        except MonitorError as error:
            log(logging.ERROR, "fallbacks or the operator were not told", reason=str(error))
        except Exception as error:  # noqa: BLE001  thread top: the next round must come
            log(logging.ERROR, "bug in what is told to fallbacks or the operator", error=error)

    def _keep_house(self) -> None:
        try:
            self.store.prune(self.clock(), self._now.retention, self._now.max_size)
        except MonitorError as error:
            log(logging.ERROR, "pruning failed", reason=str(error))

    def _beat(self) -> None:
        try:
            self._now.beat(self.clock())
        except Exception as error:  # noqa: BLE001  thread top: the next beat must come
            log(logging.ERROR, "bug in the heartbeat", error=error)

    # --- worker threads --------------------------------------------------------------------------------

    def _poll(self, line: Line, state: PollState) -> None:
        try:
            with self.pulse.poll(state.source, state.endpoint):
                result = line.poller.poll(state)
            self._hurry()
            self.polled(state, result)
        except LeaseLost:
            log(logging.WARNING, "poll overtaken", source=state.source, endpoint=state.endpoint)
        except StoreCorrupt as error:
            self._give_up(error)
        except MonitorError as error:
            log(logging.ERROR, "poll not saved", source=state.source, endpoint=state.endpoint, reason=str(error))
        except Exception as error:  # noqa: BLE001  thread top: one source's bug is no other's
            log(logging.ERROR, "bug in a poll", source=state.source, endpoint=state.endpoint, error=error)

    def _deliver(self, line: Line, channel: str, recipient: str) -> None:
        try:
            sent = True
            while sent and not self._stop and line is self._now.line:  # after a reload the address may be another
                with self.pulse.delivery(channel, recipient):
                    sent = line.deliverer.step(channel, recipient, self.clock()) is not None
        except LeaseLost:
            log(logging.WARNING, "delivery overtaken", channel=channel, recipient=recipient)
        except StoreCorrupt as error:
            self._give_up(error)
        except MonitorError as error:
            log(logging.ERROR, "delivery not saved", channel=channel, recipient=recipient, reason=str(error))
        except Exception as error:  # noqa: BLE001  thread top: one channel's bug is no other's
            log(logging.ERROR, "bug in a channel", channel=channel, recipient=recipient, error=error)
