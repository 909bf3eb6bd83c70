"""The pace of every endpoint: `every` where no budget is given, else what the learned rhythms make of the budget.

Keeps the rhythms in memory beside the database, so that a quiet poll reads and writes nothing for it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from threading import Lock
from zoneinfo import ZoneInfo

from monitor.cadence import pace
from monitor.cadence.polling import Turn
from monitor.cadence.rhythm import Forecast, Sighting, begin, forecast, learn
from monitor.model import Change, ChangeKind, PollResult, PollState, Rhythm
from monitor.ports import Random

_UTC = ZoneInfo("UTC")
_NEWS = {ChangeKind.NEW, ChangeKind.PROMOTED}

Endpoint = tuple[str, str]
"""Names of a source and of its endpoint."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """What a source says about its pace."""

    zone: ZoneInfo = _UTC  # of the newsroom
    heeds: timedelta = timedelta()  # how long its Cache-Control may put off a look


_PLAIN = Site()


@dataclass(frozen=True, slots=True)
class _Known:
    rhythm: Rhythm
    expected: Forecast


@dataclass(slots=True)
class Pacer:
    """Says when an endpoint is looked at next; shared by all poll threads."""

    random: Random = lambda: 0.5  # only budgets are spread
    limits: Sequence[pace.Limit] = ()
    sites: Mapping[str, Site] = field(default_factory=dict)
    _known: dict[Endpoint, _Known] = field(init=False, default_factory=dict)
    _allowed: dict[Endpoint, float] = field(init=False, default_factory=dict)  # requests per second
    _calendars: dict[str, dict[Endpoint, datetime]] = field(init=False, default_factory=dict)  # next polls, by host
    _writing: Lock = field(init=False, default_factory=Lock)

    def remember(self, rhythms: Mapping[Endpoint, Rhythm], now: datetime) -> None:
        """Begin with what was learned before."""
        limited = frozenset[Endpoint]().union(*(limit.endpoints for limit in self.limits))
        for endpoint in limited | rhythms.keys():
            self._learn(endpoint, rhythms.get(endpoint) or begin(now.timestamp()), now)
        self._share()

    def turn(self, state: PollState, now: datetime, learned: Rhythm | None, fresh_for: timedelta | None) -> Turn:
        """Return when to look next after a poll that went well, and learned something or not."""
        put_off = min(fresh_for or timedelta(), self._site(state.source).heeds)
        allowed = self._allowed.get(_endpoint(state))
        if allowed is None:
            return Turn(wait=max(state.every, put_off))
        credit = _credit(state, now, allowed)
        seconds = pace.wait(
            forecast(learned, self._offset(state.source, now)) if learned else self._of(state, now).expected,
            now.timestamp(),
            allowed=allowed,
            credit=credit,
            fastest=state.every.total_seconds(),
            random=self.random(),
        )
        return Turn(wait=max(timedelta(seconds=seconds), put_off), credit=credit)

    def turn_after_failure(self, state: PollState, now: datetime) -> Turn:
        """Return the pace that failures slow down."""
        allowed = self._allowed.get(_endpoint(state))
        if allowed is None:
            return Turn(wait=state.every)
        return Turn(wait=max(state.every, timedelta(seconds=1 / allowed)), credit=_credit(state, now, allowed))

    def spaced(self, state: PollState, now: datetime, host: str, gap: timedelta) -> PollState:
        """Return the state with its next poll so far from now, and from those of the host's other endpoints."""
        if not gap:
            return state
        with self._writing:
            calendar = self._calendars.setdefault(host, {})
            calendar.pop(_endpoint(state), None)
            at = max(state.next_poll_at, now + gap)
            for taken in sorted(calendar.values()):
                if taken - gap < at < taken + gap:
                    at = taken + gap
            calendar[_endpoint(state)] = at
        return replace(state, next_poll_at=at)

    def learned(self, state: PollState, changes: Sequence[Change], now: datetime) -> Rhythm | None:
        """Return the endpoint's rhythm with the headlines that this poll saw first; None when there are none."""
        news = [change.headline for change in changes if change.kind in _NEWS]
        if not news or state.baselined_at is None or state.last_ok_at is None:
            return None
        sighting = Sighting(
            since=state.last_ok_at.timestamp(),
            until=now.timestamp(),
            count=len(news),
            times=[told.published_at.timestamp() for told in news if told.published_at],
        )
        known = self._of(state, now)
        return learn(known.rhythm, sighting, known.expected)

    def keep(self, result: PollResult) -> None:
        """Go on with what a poll learned, now that it is written down."""
        if result.rhythm:
            endpoint = _endpoint(result.state)
            self._learn(endpoint, result.rhythm, result.at)
            if endpoint in self._allowed:
                self._share()

    def _of(self, state: PollState, now: datetime) -> _Known:
        endpoint = _endpoint(state)
        if endpoint not in self._known:
            self._learn(endpoint, begin((state.baselined_at or now).timestamp()), now)
        return self._known[endpoint]

    def _learn(self, endpoint: Endpoint, rhythm: Rhythm, now: datetime) -> None:
        self._known[endpoint] = _Known(rhythm, forecast(rhythm, self._offset(endpoint[0], now)))

    def _share(self) -> None:
        efforts = {endpoint: known.expected.effort for endpoint, known in self._known.items()}
        self._allowed.update(pace.shares(self.limits, efforts))

    def _site(self, source: str) -> Site:
        return self.sites.get(source, _PLAIN)

    def _offset(self, source: str, now: datetime) -> float:
        offset = now.astimezone(self._site(source).zone).utcoffset()
        return offset.total_seconds() if offset else 0.0


def _endpoint(state: PollState) -> Endpoint:
    return state.source, state.endpoint


def _credit(state: PollState, now: datetime, allowed: float) -> float:
    elapsed = (now - state.last_poll_at).total_seconds() if state.last_poll_at else 0.0
    return pace.credit_after(state.credit, max(0.0, elapsed), allowed)
