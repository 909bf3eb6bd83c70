"""The middle of the line: due alerts become messages in the outbox, as few as the services' limits allow.

Everything a channel is due goes out together, so that a burst, the end of quiet hours and a digest are one case.
How long a channel waits while many headlines come is `route.burst`'s to say.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from monitor.model import Alert, Delivery, Told, make_id
from monitor.pipeline.articles import Articles
from monitor.pipeline.silencing import heard
from monitor.ports import Channel, Store
from monitor.route.burst import WINDOW, calm, speaks_at
from monitor.values import Rate

BATCH = 500  # alerts per step; more wait for the next
HELD = timedelta(minutes=2)  # who waited longer waited for a digest or the end of quiet hours


@dataclass(frozen=True, slots=True, kw_only=True)
class Flusher:
    store: Store
    channels: Mapping[str, Channel]
    rates: Mapping[str, Rate]  # of the channels that have one
    articles: Articles | None = None  # of the alerts; without, headlines are told alone
    gather: bool = True  # in a burst, for channels that people read

    def step(self, now: datetime) -> int:
        """Freeze what is due into deliveries and return how many messages were made."""
        by_channel: dict[str, list[Alert]] = {}
        for alert in self.store.due_alerts(now, BATCH):
            by_channel.setdefault(alert.channel, []).append(alert)
        return sum(self._flush(name, alerts, now) for name, alerts in by_channel.items())

    def _flush(self, name: str, due: Sequence[Alert], now: datetime) -> int:
        channel = self.channels.get(name)
        if channel is None:
            reason = f"channel '{name}' is no longer in the configuration"
            self.store.drop_alerts([alert.id for alert in due], reason)
            return 0
        due = heard(self.store, due, now)
        room = self._room(name, now)
        if room == 0:
            return 0
        alerts = self.articles.ready(due, now) if self.articles else due
        told = self.store.told_since(name, now - WINDOW) if channel.read_by_people else ()
        if not alerts or not self._may_speak(channel, alerts, told, now):
            return 0
        parts = self._parts(channel, alerts, told, now) if channel.read_by_people else [alerts]
        messages = [message for part in parts for message in channel.render(part, now)][:room]
        self.store.freeze(
            [
                Delivery(
                    id=make_id(name, recipient, *sorted(message.alert_ids)),
                    channel=name,
                    recipient=recipient,
                    message=message,
                    created_at=now,
                )
                for message in messages
                for recipient in channel.recipients
            ]
        )
        return len(messages)

    def at_once(self) -> Flusher:
        """Return a flusher that gathers nothing, for a single pass."""
        return replace(self, gather=False)

    def _parts(
        self, channel: Channel, alerts: Sequence[Alert], told: Sequence[Told], now: datetime
    ) -> list[Sequence[Alert]]:
        """Return apart what follows up an earlier message, so that it can stand under it.

        In a burst, a digest or at the end of quiet hours everything stays together.
        """
        held = any(alert.due_at - alert.change.seen_at > HELD for alert in alerts)
        if held or channel.name in self.rates or not calm(told, len(alerts), now):
            return [alerts]
        first = self.store.first_told(channel.name, [alert.id for alert in alerts])
        parts: dict[str | None, list[Alert]] = {}
        for alert in alerts:
            parts.setdefault(first.get(alert.id), []).append(alert)
        return list(parts.values())

    def _may_speak(self, channel: Channel, alerts: Sequence[Alert], told: Sequence[Told], now: datetime) -> bool:
        """Tell whether it is time for a message; while many headlines come they are gathered for people."""
        if not (self.gather and channel.read_by_people):
            return True
        return now >= speaks_at(told, len(alerts), now, urgent=any(alert.high_priority for alert in alerts))

    def _room(self, name: str, now: datetime) -> int | None:
        """Return how many messages the channel's rate still allows; None means any number."""
        rate = self.rates.get(name)
        return None if rate is None else max(0, rate.count - self.store.messages_since(name, now - rate.per))
