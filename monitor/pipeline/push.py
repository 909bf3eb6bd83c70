"""Subscribes to the hubs that endpoints name (WebSub) and hurries the polls that their pings ask for.

Starts no thread: the service calls it. What the hubs say is heard in `callback.py`.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Protocol

from monitor.cadence import subscribing
from monitor.errors import FetchError, StoreUnavailable
from monitor.model import Fetched, PollResult, PollState, Subscription
from monitor.pipeline.pings import Pings
from monitor.ports import Clock, Random
from monitor.sources.hubs import offered

APART = timedelta(seconds=2)  # from the last poll to one that is hurried
AT_ONCE = 20  # hubs handed out at a time
PLACE = "/push/"  # below the public address


class Shelf(Protocol):
    """Where subscriptions outlive a restart; `monitor.store.push` is one."""

    def every(self) -> Sequence[Subscription]: ...

    def due(self, now: datetime, limit: int) -> Sequence[Subscription]: ...

    def of_token(self, token: str) -> Subscription | None: ...

    def of_endpoint(self, source: str, endpoint: str) -> Subscription | None: ...

    def add(self, new: Subscription) -> None: ...

    def change(self, token: str, decide: Callable[[Subscription], Subscription | None]) -> Subscription | None: ...

    def hurry(self, source: str, endpoint: str, now: datetime, gap: timedelta) -> None: ...


class Poster(Protocol):
    def post(self, url: str, form: Mapping[str, str], allow_private: Sequence[str]) -> None:
        """Send a form and return when it was taken.

        Raises:
            FetchError: it was not.
        """


@dataclass(frozen=True, slots=True, kw_only=True)
class Push:
    """What push needs besides a configuration; lives longer than one."""

    shelf: Shelf
    poster: Poster
    pings: Pings
    token: Callable[[], str]  # makes a text that nobody can guess, fit for an address


@dataclass(slots=True, kw_only=True)
class Subscriber:
    """Asks hubs on behalf of the endpoints of one configuration."""

    push: Push
    public: str  # address below which the world reaches us
    clock: Clock
    random: Random
    allowed: Mapping[str, Sequence[str]]  # by source, networks that its hubs may be in although they are not public
    endpoints: Collection[tuple[str, str]]
    gap: Callable[[str, str], timedelta]  # between two polls of an endpoint, as its host asks
    _left_others: bool = field(init=False, default=False)

    def begins(self, state: PollState) -> None:
        """Note that a poll begins."""
        self.push.pings.begins(state.source, state.endpoint)

    def ends(self, result: PollResult) -> None:
        """Note what a poll showed that went well."""
        self.push.pings.ends(result.state.source, result.state.endpoint, news=bool(result.changes))

    def hurry(self, now: datetime) -> None:
        """Make due what hubs have pinged for, again and again until a poll begins."""
        for source, endpoint in self.push.pings.due():
            if (source, endpoint) in self.endpoints:
                self.push.shelf.hurry(source, endpoint, now, max(APART, self.gap(source, endpoint)))
            else:
                self.push.pings.begins(source, endpoint)

    def notice(self, state: PollState, page: Fetched) -> None:
        """Look for a hub in a page; if it is a new one, it is asked at the next step."""
        offer = offered(page)
        if offer is None:
            return
        shelf, now = self.push.shelf, self.clock()
        with suppress(StoreUnavailable):  # a poll must not fail for it; the next one looks again
            known = shelf.of_endpoint(state.source, state.endpoint)
            if not subscribing.wants(known, offer, self._place, now):
                return
            if known:
                shelf.change(known.token, lambda one: subscribing.leaving(one, now))
            token = self.push.token()
            shelf.add(
                Subscription(
                    token=token,
                    source=state.source,
                    endpoint=state.endpoint,
                    offer=offer,
                    callback=f"{self._place}{token}",
                    secret=self.push.token(),
                    since=now,
                    next_at=now,
                )
            )

    def due(self, now: datetime) -> list[str]:
        """Return the tokens of the subscriptions whose hubs are to be asked now."""
        if not self._left_others:
            self._leave_others(now)
            self._left_others = True
        return [one.token for one in self.push.shelf.due(now, AT_ONCE)]

    def ask(self, token: str) -> Subscription | None:
        """Ask a hub to begin, go on or end, and return what came of it so far; None: it is forgotten."""
        shelf, now = self.push.shelf, self.clock()
        known = shelf.of_token(token)
        if known and known.awaiting:
            return shelf.change(token, lambda one: subscribing.failed(one, subscribing.NEVER_CAME, now, self.random()))
        known = shelf.change(token, lambda one: subscribing.asking(one, now))
        if known is None:
            return None
        try:
            self.push.poster.post(known.hub, subscribing.form(known), self.allowed.get(known.source, ()))
        except FetchError as error:
            why, wait, then = str(error), error.retry_after, self.clock()
            return shelf.change(token, lambda one: subscribing.failed(one, why, then, self.random(), wait))
        return known

    def _leave_others(self, now: datetime) -> None:
        """End what was agreed for endpoints that are gone, or under another address of ours."""
        for one in self.push.shelf.every():
            stays = (one.source, one.endpoint) in self.endpoints and one.callback.startswith(self._place)
            if not stays and not one.leaving:
                self.push.shelf.change(one.token, lambda known: subscribing.leaving(known, now))

    @property
    def _place(self) -> str:
        return f"{self.public.rstrip('/')}{PLACE}"
