"""A desk under a virtual clock: headlines come into the real store, messages go to a service that is told how to fail."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from fakes import ManualClock
from servers.telegram import parse_entities
from store import building

from monitor.channels.apprise import AppriseChannel, AppriseOptions
from monitor.model import Delivered, Delivery, DeliveryState, Outcome
from monitor.pipeline.deliver import Deliverer
from monitor.pipeline.flush import Flusher
from monitor.route.plan import Hours, due
from monitor.store import open_store

TICK = timedelta(seconds=1)
TITLE = re.compile(r"خبر رقم (\d+) ")
TOKEN = "123456789:AAF0BbCcDdEeFfGgHhIiJjKkLlMmNnOoPpQ"

Answer = Callable[[datetime], Outcome | None]
"""Says what a service answers at a moment; None: it takes the message."""


@dataclass
class Desk:
    """A Telegram chat as a channel writes for it; what it takes is kept as people see it."""

    written: AppriseChannel
    answer: Answer = lambda _now: None
    taken: list[tuple[datetime, str, Delivery]] = field(default_factory=list)
    asked: list[datetime] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.name, self.recipients = self.written.name, self.written.recipients
        self.read_by_people, self.lanes = self.written.read_by_people, self.written.lanes
        self.render: Callable[..., Any] = self.written.render

    def send(self, recipient: str, delivery: Delivery, now: datetime) -> Outcome:
        self.asked.append(now)
        refused = self.answer(now)
        if refused is None:
            text, _ = parse_entities(delivery.message.body)
            assert len(text.encode("utf-16-le")) // 2 <= 4096
            self.taken.append((now, text, delivery))
        return refused or Delivered(remote_id=str(len(self.taken)))


class Newsroom:
    """One site, one desk, and the two loops that send, stepped second by second."""

    def __init__(self, folder: Path, hours: Hours | None = None, url: str = f"tgram://{TOKEN}/42") -> None:
        self.clock = ManualClock()
        self.store = open_store(folder / "monitor.db")
        self.hours = hours or Hours(zone=ZoneInfo("UTC"))
        self.desk = Desk(AppriseChannel(AppriseOptions(name="desk", type="apprise", url=url), ZoneInfo("UTC")))
        channels = {"desk": self.desk}
        self.flusher = Flusher(store=self.store, channels=channels, rates={})
        self.deliverer = Deliverer(
            store=self.store, channels=channels, clock=self.clock, random=lambda: 0.5, owner="test"
        )
        self.store.sync([building.spec()], self.clock())
        self.told: dict[int, datetime] = {}
        self._settled: list[DeliveryState] = []

    def tell(self, numbers: Iterable[int], *, high: bool = False) -> None:
        """Let headlines of these numbers come in now."""
        now = self.clock()
        self.store.make_due(now)
        (state,) = self.store.claim_polls("me", now, building.LEASE, 1)
        heads = [
            building.headline(n, title=f"خبر رقم {n} عن الأمن وحركة السير في ميناء المدينة القديمة", first_seen_at=now)
            for n in numbers
        ]
        self.told |= dict.fromkeys(numbers, now)
        changes = [building.change(head, at=now) for head in heads]
        moment = now if high else due(self.hours, now)
        self.store.commit_poll(
            building.good(
                state,
                now,
                outcome="changed",
                revision=self.store.recall(state.source, ()).revision,
                upserts=[building.upsert(head) for head in heads],
                changes=changes,
                alerts=[replace(building.alert(one), due_at=moment, high_priority=high) for one in changes],
            )
        )

    def step(self, tick: timedelta = TICK) -> None:
        """Do what is due now; then it is a tick later."""
        self.flusher.step(self.clock())
        for pair in self.store.due_recipients(self.clock()):
            while settled := self.deliverer.step(*pair, self.clock()):
                self._settled.append(settled.state)
        self.clock.now += tick

    def run(self, span: timedelta, tick: timedelta = TICK) -> None:
        end = self.clock() + span
        while self.clock() < end:
            self.step(tick)

    def shown(self) -> list[int]:
        """Return the numbers of the headlines as the desk saw them, in order."""
        return [int(n) for _, text, _ in self.desk.taken for n in TITLE.findall(text)]

    def delays(self, numbers: Iterable[int] | None = None) -> list[float]:
        """Return the seconds from coming in to being taken, of each headline."""
        wanted = None if numbers is None else set(numbers)
        return [
            (at - self.told[int(n)]).total_seconds()
            for at, text, _ in self.desk.taken
            for n in TITLE.findall(text)
            if wanted is None or int(n) in wanted
        ]
