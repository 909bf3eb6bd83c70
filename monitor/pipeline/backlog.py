"""After an outage: what waited becomes a few lists, and what a channel cannot tell goes to its fallback."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from monitor.model import Delivery, Message, make_id
from monitor.ports import Channel, Store

OLD = timedelta(minutes=5)  # a message that waits longer is no longer fresh
FEW = 2  # old messages that are sent as they are


@dataclass(frozen=True, slots=True, kw_only=True)
class Fallback:
    """Where the alerts of a channel go that does not work."""

    channel: str
    after: timedelta  # of an outage; at once when the service refuses for good


@dataclass(frozen=True, slots=True, kw_only=True)
class Fallbacks:
    store: Store
    channels: Mapping[str, Channel]
    wanted: Mapping[str, Fallback]  # by the channel that may fail

    def step(self, now: datetime) -> int:
        """Hand what is stranded to the fallbacks and return how many messages were made."""
        return sum(self._rescue(name, fallback, now) for name, fallback in self.wanted.items())

    def _rescue(self, name: str, fallback: Fallback, now: datetime) -> int:
        other = self.channels[fallback.channel]
        ids = self.store.stranded(name, fallback.channel, now - fallback.after, now)
        if not ids:
            return 0
        messages = [replace(made, instead_of=name) for made in other.render(self.store.alerts(ids), now)]
        self.store.freeze(
            [_delivery(other, to, message, now) for message in messages for to in other.recipients],
        )
        return len(messages)


def condense(store: Store, channel: Channel, recipient: str, now: datetime) -> int:
    """Make lists of the messages that waited long for a recipient that people read; return how many were merged."""
    waiting = store.backlog(channel.name, recipient, now - OLD) if channel.read_by_people else ()
    waiting = [one for one in waiting if not one.message.instead_of]  # these say so, each by itself
    if len(waiting) <= FEW:
        return 0
    alerts = store.alerts([alert for delivery in waiting for alert in delivery.message.alert_ids])
    messages = channel.render(alerts, now)
    if len(messages) >= len(waiting):
        return 0
    store.merge(waiting, [_delivery(channel, recipient, message, now) for message in messages], now)
    return len(waiting)


def _delivery(channel: Channel, recipient: str, message: Message, now: datetime) -> Delivery:
    return Delivery(
        id=make_id(channel.name, recipient, now.isoformat(), *sorted(message.alert_ids)),
        channel=channel.name,
        recipient=recipient,
        message=message,
        created_at=now,
    )
