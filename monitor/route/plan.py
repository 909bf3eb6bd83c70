"""Turns a change and the rules that fired into one alert per channel, due at the right moment; sends nothing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from zoneinfo import ZoneInfo

from monitor.model import Alert, Carrier, Change, ChangeKind, EditKind, Match, make_id
from monitor.values import DailyWindow, TimeOfDay

OnEdit = Literal["notify", "matched", "ignore"]
Repeat = Literal["never", "followup", "always"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """Where a rule's alerts go."""

    channels: tuple[str, ...]
    high_priority: bool = False
    low_priority: bool = False
    on_edit: OnEdit = "matched"
    repeat: Repeat = "never"
    min_sources: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Hush:
    """Why a rule does not tell a headline in full."""

    same_story: tuple[str, str] | None = None  # source and title under which the story was told before
    dropped: str | None = None
    again: bool = False

    @property
    def weight(self) -> int:
        """How much less than in full: 1 short, 2 not at all, 3 not now."""
        return 1 if self.dropped is None else 3 if self.again else 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Hours:
    """When a channel may be used."""

    zone: ZoneInfo
    quiet: DailyWindow | None = None
    digest: tuple[TimeOfDay, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Router:
    """The routes of all rules and the hours of all channels."""

    routes: Mapping[str, Route]
    hours: Mapping[str, Hours]

    @property
    def patient(self) -> frozenset[str]:
        """The rules that wait until several sites carry a story."""
        return frozenset(rule for rule, route in self.routes.items() if route.min_sources > 1)

    def plan(self, change: Change, matches: Sequence[Match], now: datetime, kin: Sequence[Carrier] = ()) -> list[Alert]:
        """Return one alert for each channel that a fired rule names, those that nobody gets among them.

        Rules that already alerted for this headline stay silent, unless an edit is worth telling again. `kin` are the
        headlines of other sites that tell the same.
        """
        told = self._told(change, now)
        by_channel: dict[str, list[tuple[Match, Hush | None]]] = {}
        for match in matches:
            route = self.routes[match.rule]
            if self._wants(route, change, fired=match.rule in change.already_fired):
                hush = hushed(match.rule, route, change.headline.source, kin)
                for channel in route.channels:
                    if channel not in told:
                        by_channel.setdefault(channel, []).append((match, hush))
        return [self._alert(change, channel, found, now) for channel, found in by_channel.items()]

    def _wants(self, route: Route, change: Change, *, fired: bool) -> bool:
        if change.kind is not ChangeKind.EDITED:
            return not fired
        if not fired or route.on_edit == "ignore":
            return route.on_edit != "ignore"
        if route.on_edit == "matched":
            return change.edit is EditKind.NUMBER
        return change.edit not in {EditKind.SLIP, EditKind.COUNTER}

    def _told(self, change: Change, now: datetime) -> set[str]:
        """Return the channels for which entering the ticker is no news, since they were told the headline.

        A channel that holds its alerts now may have been told nothing yet.
        """
        if change.kind is not ChangeKind.PROMOTED:
            return set()
        routes = [self.routes[rule] for rule in change.already_fired if rule in self.routes]
        channels = {channel for route in routes for channel in route.channels}
        return {channel for channel in channels if due(self.hours[channel], now) <= now}

    def _alert(self, change: Change, channel: str, found: Sequence[tuple[Match, Hush | None]], now: datetime) -> Alert:
        """Return one channel's alert: in full when one rule wants it so, else short, else dropped."""
        matches = tuple(match for match, _ in found)
        least = min((hush for _, hush in found), key=lambda hush: hush.weight if hush else 0)
        high = any(self.routes[match.rule].high_priority for match in matches)
        return Alert(
            id=make_id(change.id, channel),
            change=change,
            matches=matches,
            channel=channel,
            due_at=now if high else due(self.hours[channel], now),
            high_priority=high,
            low_priority=all(self.routes[match.rule].low_priority for match in matches),
            same_story=least.same_story if least else None,
            dropped=least.dropped if least else None,
            again=bool(least and least.again),
        )


def hushed(rule: str, route: Route, source: str, kin: Sequence[Carrier]) -> Hush | None:
    """Return why a rule keeps quiet about a headline whose story other sites tell, or None: it does not."""
    first = next((carrier for carrier in kin if rule in carrier.told), None)
    if first:
        if route.repeat == "always":
            return None
        same = (first.source, first.title)
        if route.repeat == "followup":
            return Hush(same_story=same)
        return Hush(same_story=same, dropped=f"same story as «{first.title}» on {first.source}")
    sites = {source, *(carrier.source for carrier in kin)}
    if len(sites) < route.min_sources:
        return Hush(dropped=f"only {len(sites)} of {route.min_sources} sites carry the story so far", again=True)
    return None


def due(hours: Hours, now: datetime) -> datetime:
    """Return the first moment at which an alert of normal priority may go out.

    Holding never drops: everything held for one moment goes out together then.
    """
    moment = min((at.next_after(now, hours.zone) for at in hours.digest), default=now)
    if hours.quiet and hours.quiet.contains(moment, hours.zone):
        return TimeOfDay(hours.quiet.end).next_after(moment, hours.zone)
    return moment
