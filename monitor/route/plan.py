"""Turns a change and the rules that fired into one alert per channel, due at the right moment; sends nothing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from zoneinfo import ZoneInfo

from monitor.model import Alert, Change, ChangeKind, EditKind, Match, make_id
from monitor.values import DailyWindow, TimeOfDay

OnEdit = Literal["notify", "matched", "ignore"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """Where a rule's alerts go."""

    channels: tuple[str, ...]
    high_priority: bool = False
    on_edit: OnEdit = "matched"


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

    def plan(self, change: Change, matches: Sequence[Match], now: datetime) -> list[Alert]:
        """Return one alert for each channel that a fired rule names.

        Rules that already alerted for this headline stay silent, unless an edit is worth telling again.
        """
        told = self._told(change, now)
        by_channel: dict[str, list[Match]] = {}
        for match in matches:
            if self._wants(self.routes[match.rule], change, fired=match.rule in change.already_fired):
                for channel in self.routes[match.rule].channels:
                    if channel in told:
                        continue
                    by_channel.setdefault(channel, []).append(match)
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

    def _alert(self, change: Change, channel: str, matches: Sequence[Match], now: datetime) -> Alert:
        high = any(self.routes[match.rule].high_priority for match in matches)
        return Alert(
            id=make_id(change.id, channel),
            change=change,
            matches=tuple(matches),
            channel=channel,
            due_at=now if high else due(self.hours[channel], now),
            high_priority=high,
        )


def due(hours: Hours, now: datetime) -> datetime:
    """Return the first moment at which an alert of normal priority may go out.

    Holding never drops: everything held for one moment goes out together then.
    """
    moment = min((at.next_after(now, hours.zone) for at in hours.digest), default=now)
    if hours.quiet and hours.quiet.contains(moment, hours.zone):
        return TimeOfDay(hours.quiet.end).next_after(moment, hours.zone)
    return moment
