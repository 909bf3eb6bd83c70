"""Tells the operator what is wrong with the monitor itself, through the outbox; what is wrong is said elsewhere."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from monitor.errors import StoreUnavailable
from monitor.model import Delivery, Incident, Message, Pauses, PollState, Trouble, make_id
from monitor.ports import Channel, Store
from monitor.route import incidents

PAUSES_EVERY = timedelta(minutes=10)  # it walks through two weeks of news
PAUSES_OF = timedelta(days=14)
UNWRITABLE_FOR = timedelta(minutes=1)  # then the operator hears of it without the database, which keeps all else
SETTLING = timedelta(minutes=6)  # after our own network was down, until every source was asked again


@dataclass(slots=True, kw_only=True)
class Operator:
    """Asked by one thread, every few seconds."""

    store: Store
    channel: Channel
    started: datetime
    own: Callable[[], Sequence[Trouble]] = tuple  # what is wrong with the process and its machine
    channels: Sequence[Channel] = ()  # whose templates may fail
    _pauses: Sequence[Pauses] = field(init=False, default=())
    _pauses_at: datetime | None = field(init=False, default=None)
    _dark_since: datetime | None = field(init=False, default=None)
    _settled_at: datetime | None = field(init=False, default=None)
    _unwritable_since: datetime | None = field(init=False, default=None)
    _cried_at: datetime | None = field(init=False, default=None)

    def step(self, now: datetime) -> int:
        """Look at everything and tell what changed; return the number of lines.

        Raises:
            StoreUnavailable: nothing can be written; the operator was told of it without the database, in time.
        """
        try:
            self.store.try_writing()
        except StoreUnavailable as error:
            self._cry(str(error), now)
            raise
        self._recovered(now)
        known = self.store.known_incidents(now - incidents.AGAIN_AFTER)
        sources = incidents.by_source(self.store.poll_states())
        if incidents.network_down(sources, now):
            return self._in_the_dark(known, now)
        if self._dark_since:
            self._dark_since, self._settled_at = None, now + SETTLING
        if self._settled_at and now < self._settled_at:
            return 0
        return self._tell(incidents.follow(known, self._troubles(sources, now), now), now)

    def happened(self, key: str, text: str, now: datetime) -> None:
        """Remember an event, which is told at the next step."""
        event = Incident(key=key, text=text, since=now, ended_at=now, once=True)
        self.store.record_incidents([event], ())

    def _cry(self, reason: str, now: datetime) -> None:
        """Tell once an hour, past the outbox, that there is none."""
        self._unwritable_since = self._unwritable_since or now
        if now - self._unwritable_since < UNWRITABLE_FOR or (
            self._cried_at and timedelta() <= now - self._cried_at < incidents.AGAIN_AFTER
        ):
            return
        self._cried_at = now
        message = self.channel.notice([f"nothing can be saved, so that no alert goes out: {reason}"])
        for delivery in self._deliveries(message, now):
            self.channel.send(delivery.recipient, delivery, now)

    def _recovered(self, now: datetime) -> None:
        if self._cried_at and self._unwritable_since:
            since = incidents.clock(self._unwritable_since)
            self.happened("unwritable", f"what is found can be saved again, and alerts go out (not since {since})", now)
        self._unwritable_since = self._cried_at = None

    def _in_the_dark(self, known: Sequence[Incident], now: datetime) -> int:
        """Say nothing while our own network is down, unless it lasts and the operator can be told all the same."""
        self._dark_since = self._dark_since or now
        failing = {one.channel for one in self.store.failing_recipients()}
        if now - self._dark_since < incidents.TELL_NETWORK_AFTER or self.channel.name in failing:
            return 0
        text = "most sources cannot be read; probably this machine's own network is down"
        kept = [Trouble(key=one.key, text=one.text) for one in known if not one.ended_at and one.key != "network"]
        return self._tell(incidents.follow(known, [Trouble(key="network", text=text), *kept], now), now)

    def _troubles(self, sources: dict[str, list[PollState]], now: datetime) -> list[Trouble]:
        return [
            *incidents.source_troubles(sources, now),
            *(
                Trouble(key=f"endpoint {look.source}", text=f"source '{look.source}': {look.notice}")
                for look in self.store.discoveries().values()
                if look.trouble and look.notice and look.source in sources
            ),
            *incidents.silent_troubles(self._lately(now), self.started, now),
            *incidents.channel_troubles(self.store.failing_recipients(), self.channel.name),
            *(
                Trouble(
                    key=f"flood {id_}",
                    text=f"{alerts} alerts of source '{source}' came at once and are held: headline-monitor held list",
                )
                for id_, source, alerts in self.store.held_floods()
            ),
            *(
                Trouble(key=f"template {channel.name}", text=f"channel '{channel.name}': {channel.trouble}")
                for channel in self.channels
                if channel.trouble
            ),
            *self.own(),
        ]

    def _lately(self, now: datetime) -> Sequence[Pauses]:
        if self._pauses_at is None or not timedelta() <= now - self._pauses_at < PAUSES_EVERY:
            self._pauses, self._pauses_at = self.store.pauses(now - PAUSES_OF), now
        return self._pauses

    def _tell(self, changed: Sequence[Incident], now: datetime) -> int:
        lines = incidents.notice(changed, now)
        deliveries = []
        if lines:
            deliveries = self._deliveries(self.channel.notice(lines), now)
        if changed:
            self.store.record_incidents(changed, deliveries)
        return len(lines)

    def _deliveries(self, message: Message, now: datetime) -> list[Delivery]:
        return [
            Delivery(
                id=make_id("operator", self.channel.name, recipient, now.isoformat(), message.body),
                channel=self.channel.name,
                recipient=recipient,
                message=message,
                created_at=now,
            )
            for recipient in self.channel.recipients
        ]
