"""The right half of the line: one attempt to send one message to one recipient, and what it leaves behind.

At least once: after a crash between sending and settling, the message is sent again under the same key.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from monitor.cadence import sending
from monitor.model import Delivery, DeliveryState, Lane, Outcome, RecipientState, Rejected, Settlement
from monitor.pipeline.backlog import condense
from monitor.ports import Channel, Clock, Random, Store

LEASE = timedelta(minutes=2)  # twice the longest attempt: connect and read time-outs and the retries inside it


@dataclass(frozen=True, slots=True, kw_only=True)
class Deliverer:
    store: Store
    channels: Mapping[str, Channel]
    clock: Clock
    random: Random
    owner: str
    watch: Callable[[Delivery, Settlement], None] = lambda _delivery, _settlement: None

    def step(self, channel: str, recipient: str, now: datetime) -> Settlement | None:
        """Send the recipient's next due message; None when there is none.

        Raises:
            LeaseLost: the attempt took longer than its lease; another worker settles it.
        """
        lanes = self._lanes(channel, recipient)
        claimed = self.store.claim_delivery(channel, recipient, self.owner, now, LEASE, lanes)
        if claimed is None:
            return None
        delivery, state = claimed
        outcome = self._send(delivery, now)
        settlement = self._settle(delivery, state, outcome, now, lanes)
        if settlement.state is DeliveryState.SENT:
            condense(self.store, self.channels[channel], recipient, self.clock())
        return settlement

    def pace(self, channel: str, recipient: str) -> timedelta:
        """Return the time after which a service surely takes another message to a recipient."""
        return max((lane.gap for lane in self._lanes(channel, recipient)), default=timedelta())

    def _lanes(self, channel: str, recipient: str) -> Sequence[Lane]:
        known = self.channels.get(channel)
        return known.lanes(recipient) if known and recipient in known.recipients else ()

    def _send(self, delivery: Delivery, now: datetime) -> Outcome:
        channel = self.channels.get(delivery.channel)
        if channel is None or delivery.recipient not in channel.recipients:
            return Rejected(
                reason=f"'{delivery.channel}' no longer has the recipient '{delivery.recipient}'; "
                "put it back into the configuration and run: headline-monitor deliveries retry"
            )
        return channel.send(delivery.recipient, delivery, now)

    def _settle(
        self, delivery: Delivery, state: RecipientState, outcome: Outcome, started: datetime, lanes: Sequence[Lane]
    ) -> Settlement:
        now = self.clock()
        settlement = sending.after_attempt(delivery, state, outcome, now, self.random(), lanes)
        elapsed_ms = max(0, round((now - started).total_seconds() * 1000))
        self.store.settle(delivery, self.owner, settlement, now, elapsed_ms)
        self.watch(delivery, settlement)
        return settlement
