"""Small values that people write in the configuration: durations, rates, times of day, daily windows.

Each class knows how to `parse` its text and says in one sentence what is wrong with another.
"""

from __future__ import annotations

import ipaddress
import re
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Any, Self
from zoneinfo import ZoneInfo

SHORTEST_RETENTION = timedelta(days=7)  # what is forgotten sooner comes back as news
_UNITS = {"s": 1, "m": 60, "min": 60, "h": 3600, "d": 86400, "w": 604800}
_DURATION = re.compile(r"(?:\d+\s*(?:min|[smhdw])\s*)+")
_DURATION_PART = re.compile(r"(\d+)\s*(min|[smhdw])")
_TIME = re.compile(r"([01]?\d|2[0-3]):([0-5]\d)")
_BYTES = {"M": 10**6, "G": 10**9}
_SIZE = re.compile(r"(\d+)\s*([MG])B")
_RATE = re.compile(r"(\d+)\s*/\s*(s|min|m|h|d)")


class _Written:
    """A value that the configuration holds as text.

    The core schema is built as plain data, so that only `monitor.config` needs the validation library.
    """

    @classmethod
    def parse(cls, text: str) -> Self:
        raise NotImplementedError

    @classmethod
    def __get_pydantic_core_schema__(cls, _source: Any, handler: Any) -> dict[str, Any]:
        return {
            "type": "function-after",
            "function": {"type": "no-info", "function": cls.parse},
            "schema": handler(str),
        }


class Duration(_Written, timedelta):
    """A length of time such as `30s`, `5m`, `2h`, `1d` or `1h 30m`."""

    @classmethod
    def parse(cls, text: str) -> Self:
        if not _DURATION.fullmatch(text.strip()):
            raise ValueError(f"'{text}' is not a duration; write a number and s, m, h, d or w, such as 30s or 5m")
        try:
            return cls(seconds=sum(int(n) * _UNITS[unit] for n, unit in _DURATION_PART.findall(text)))
        except (OverflowError, ValueError):
            raise ValueError("a duration that long cannot be meant; write one such as 30s or 5m") from None


class Size(_Written, int):
    """An amount of data such as `500MB` or `2GB`, in bytes; as disks count, in thousands."""

    @classmethod
    def parse(cls, text: str) -> Self:
        found = _SIZE.fullmatch(text.strip())
        if not found:
            raise ValueError(f"'{text}' is not a size; write a number and MB or GB, such as 500MB or 2GB")
        return cls(int(found[1]) * _BYTES[found[2]])

    @property
    def text(self) -> str:
        """Return it as a person would write it."""
        unit = "G" if self % _BYTES["G"] == 0 else "M"
        return f"{self // _BYTES[unit]}{unit}B"


@dataclass(frozen=True, slots=True)
class Rate(_Written):
    """So many messages per period, such as `20/min`."""

    count: int
    per: timedelta

    @classmethod
    def parse(cls, text: str) -> Self:
        found = _RATE.fullmatch(text.strip())
        if not found or int(found[1]) == 0:
            raise ValueError(f"'{text}' is not a rate; write a number and a period, such as 20/min or 100/h")
        return cls(int(found[1]), timedelta(seconds=_UNITS[found[2]]))


def _time_of_day(text: str) -> time:
    found = _TIME.fullmatch(text.strip())
    if not found:
        raise ValueError(f"'{text}' is not a time of day; write hours and minutes, such as 08:00 or 23:30")
    return time(int(found[1]), int(found[2]))


@dataclass(frozen=True, slots=True)
class TimeOfDay(_Written):
    """A time of day such as `08:00`, in the time zone of the configuration."""

    at: time

    @classmethod
    def parse(cls, text: str) -> Self:
        return cls(_time_of_day(text))

    def next_after(self, now: datetime, zone: ZoneInfo) -> datetime:
        """Return the first moment after `now` (any zone) at which clocks in `zone` show this time."""
        local = now.astimezone(zone)
        for day in range(3):
            moment = datetime.combine(local.date() + timedelta(days=day), self.at, tzinfo=zone)
            if moment.timestamp() > now.timestamp():
                return moment.astimezone(now.tzinfo)
        raise AssertionError("unreachable: every three days hold each time of day")


@dataclass(frozen=True, slots=True)
class DailyWindow(_Written):
    """A part of every day such as `23:30-06:30`, in the time zone of the configuration."""

    start: time
    end: time

    @classmethod
    def parse(cls, text: str) -> Self:
        start, dash, end = text.partition("-")
        if not dash:
            raise ValueError(f"'{text}' is not a part of the day; write two times, such as 23:30-06:30")
        window = cls(_time_of_day(start), _time_of_day(end))
        if window.start == window.end:
            raise ValueError(f"'{text}' starts when it ends; write two different times, such as 23:30-06:30")
        return window

    def contains(self, now: datetime, zone: ZoneInfo) -> bool:
        """Tell whether clocks in `zone` show a time inside the window; the end does not belong to it."""
        at = now.astimezone(zone).time()
        if self.start < self.end:
            return self.start <= at < self.end
        return at >= self.start or at < self.end


@dataclass(frozen=True, slots=True)
class ListenAddress(_Written):
    """Where a server listens on this machine only: `127.0.0.1:9797`, `[::1]:9797` or `unix:/run/monitor.sock`."""

    host: str  # empty for a socket file
    port: int
    path: str = ""

    @classmethod
    def parse(cls, text: str) -> Self:
        if text.startswith("unix:/"):
            return cls("", 0, text.removeprefix("unix:"))
        host, _, port = text.rpartition(":")
        try:
            loopback = ipaddress.ip_address(host.strip("[]")).is_loopback
        except ValueError:
            loopback = False
        if not loopback or not port.isdecimal() or not 0 <= int(port) <= 65535:
            raise ValueError(f"'{text}' is no address of this machine alone; write 127.0.0.1:9797 or unix:/path")
        return cls(host.strip("[]"), int(port))
