"""What was done but could not be written down, kept until it can be; decides nothing and forgets all with the process.

Without it a disk that is full for a moment, or a backup that locks the file, would blind an endpoint until its lease
runs out, and send again a message that was sent.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime

from monitor.errors import LeaseLost, MemoryChanged, StoreBusy, StoreUnavailable
from monitor.model import Delivery, PollResult, Settlement
from monitor.store import outbox, polls
from monitor.store.sqlite import Database


@dataclass(frozen=True, slots=True)
class Settling:
    """The result of one attempt to send."""

    delivery: Delivery
    owner: str
    settlement: Settlement
    now: datetime
    elapsed_ms: int


@dataclass(slots=True)
class Late:
    """At most one poll per endpoint and one attempt per recipient: nothing newer begins before it is written."""

    database: Database
    _polls: dict[tuple[str, str], PollResult] = field(default_factory=dict)
    _settlings: dict[tuple[str, str], Settling] = field(default_factory=dict)

    def commit(self, result: PollResult) -> None:
        """Write a poll, or keep it and raise."""
        try:
            polls.commit(self.database, result)
        except StoreUnavailable:
            self._polls[result.state.source, result.state.endpoint] = result
            raise

    def settle(self, settling: Settling) -> None:
        """Write the result of an attempt, or keep it and raise."""
        try:
            self._settle(settling)
        except StoreUnavailable:
            self._settlings[settling.delivery.channel, settling.delivery.recipient] = settling
            raise

    def write_polls(self) -> None:
        """Write the polls that are kept, as far as there is room.

        Raises:
            StoreBusy: another process is still in the way.
        """
        for endpoint, result in list(self._polls.items()):
            try:
                polls.commit(self.database, result)
            except StoreBusy:
                raise
            except StoreUnavailable:
                return  # a big one that finds no room must not keep the others from being polled
            except (LeaseLost, MemoryChanged):
                pass  # it was or will be polled again
            if self._polls.get(endpoint) is result:
                del self._polls[endpoint]

    def write_settling(self, channel: str, recipient: str) -> None:
        """Write what is kept of a recipient.

        Raises:
            StoreUnavailable: it still cannot be written, so nothing more must be sent to it.
        """
        settling = self._settlings.get((channel, recipient))
        if settling is None:
            return
        with suppress(LeaseLost):  # it was taken over
            self._settle(settling)
        self._settlings.pop((channel, recipient), None)

    def _settle(self, one: Settling) -> None:
        outbox.settle(self.database, one.delivery, one.owner, one.settlement, one.now, one.elapsed_ms)
