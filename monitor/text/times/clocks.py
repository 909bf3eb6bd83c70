"""Finds times of day («13:00», «12:57 م», 17h45) and their time zones in folded text; knows no dates."""

from __future__ import annotations

import re
from datetime import time, timedelta, timezone

from monitor.text.times.calendars import by_word
from monitor.text.times.dates import Unclear

_HALVES = {
    "am": r"صباحا|فجرا|ص|a\.?m\.?|du\smatin",
    "noon": r"ظهرا",
    "pm": r"مساء|عصرا|بعد\sالظهر|م|p\.?m\.?|du\ssoir|de\sl'apres-midi",
    "night": r"ليلا",
}
_HALF = "|".join(f"(?P<{name}>{words})" for name, words in _HALVES.items())
_ANY_HALF = "|".join(_HALVES.values())
_CLOCK = re.compile(
    rf"""(?<![\d:.,/+-])(?P<h>[01]?\d|2[0-3])
    (?: \s?[:h]\s?(?P<min>[0-5]\d)(?::[0-5]\d(?:\.\d+)?)?(?!\d|:\d)h?    # 13:00, 13h00
      | \s?(?:h|heures?)(?:\s(?P<min2>[0-5]\d)(?!\d))?(?!\w)               # 13h, 13 heures 30
      | (?=\s?(?:{_ANY_HALF})(?!\w))                                       # 5 pm
    )(?:\s?(?:{_HALF})(?!\w))?""",
    re.VERBOSE,
)
_LONE_HALF = re.compile(rf"(?<!\w)(?:{_ANY_HALF})(?!\w)")

_HOURS_FROM_UTC = by_word(
    {
        0: "gmt utc wet غرينتش جرينتش غرينيتش جرينيتش",
        1: "cet west bst",
        2: "cest eet",
        3: "eest msk مكة مكه السعودية",
        -5: "est",
        -4: "edt",
        -8: "pst",
        -7: "pdt",
    }
)
_LOCAL = frozenset({"المحلي", "المحلية", "locale", "local"})
_ZONE = re.compile(
    r"\(?(?<!\w)(?P<utc>gmt|utc)\s?(?P<off>[+-]\d{1,2}(?::?\d\d)?)?(?![\w:])\)?"
    r"|(?<=\d)\s?(?P<bare>[+-]\d{4})(?!\d)"
    r"|\(?(?<!\w)(?P<abbr>wet|west|bst|cet|cest|eet|eest|msk|est|edt|pst|pdt)(?!\w)\)?"
    r"|(?<!\w)(?:ب?(?:ال)?توقيت)\s(?P<city>\w+)(?:\s(?:المكرمة|المكرمه|العالمي))?"
    r"|(?<!\w)(?:heure)\s(?P<heure>locale|gmt)(?!\w)"
    r"|(?<!\w)heure (?:de|du|d')\s?\w+|(?<=m)\.?\s(?:et|ct|mt|pt)(?!\w)"  # summer or winter?
)


def take_zone(text: str) -> tuple[timezone | None, str]:
    """Return the time zone that a text names, and the text without it.

    Raises:
        Unclear: it names one that is not known, or several.
    """
    found = list(_ZONE.finditer(text))
    if not found:
        return None, text
    if len(found) > 1:
        raise Unclear
    one = found[0]
    return _zone(one), f"{text[: one.start()]} {text[one.end() :]}"


def _zone(found: re.Match[str]) -> timezone | None:
    offset = found["off"] or found["bare"]
    if offset:
        digits = offset[1:].replace(":", "")
        hours, minutes = (int(digits), 0) if len(digits) < 3 else (int(digits[:-2]), int(digits[-2:]))
        if hours > 14 or minutes > 59:
            raise Unclear
        return timezone((1 if offset[0] == "+" else -1) * timedelta(hours=hours, minutes=minutes))
    name = found["utc"] or found["abbr"] or found["city"] or found["heure"] or ""
    if name in _LOCAL:
        return None
    if name not in _HOURS_FROM_UTC:
        raise Unclear
    return timezone(timedelta(hours=_HOURS_FROM_UTC[name]))


def take_clock(text: str) -> tuple[time | None, str]:
    """Return the time of day of a text, and the text without it.

    Raises:
        Unclear: there are several, or a half of the day that belongs to none.
    """
    found = list(_CLOCK.finditer(text))
    if not found:
        return None, text
    clocks = {_time(one) for one in found}
    rest = _CLOCK.sub(" ", text)
    if len(clocks) > 1 or _LONE_HALF.search(rest):
        raise Unclear
    return clocks.pop(), rest


def _time(found: re.Match[str]) -> time:
    hour, minute = int(found["h"]), int(found["min"] or found["min2"] or 0)
    return time(_hour(hour, found), minute)


def _hour(hour: int, half: re.Match[str]) -> int:
    """Return the hour of 24; «13:00 م» says the same thing twice, «13:00 ص» and «00:30 م» say two things."""
    if half["am"]:
        if hour > 12:
            raise Unclear
        return hour % 12
    if half["pm"]:
        if hour == 0:
            raise Unclear
        return hour if hour >= 12 else hour + 12
    if half["noon"]:
        return hour + 12 if hour < 4 else hour
    if half["night"]:
        return 0 if hour == 12 else hour + 12 if 6 < hour < 12 else hour
    return hour
