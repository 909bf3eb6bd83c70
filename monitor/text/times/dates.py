"""Finds calendar dates («28 يناير 2025», 28/01/2025, «28 رجب 1446 هـ») in folded text; knows nothing of clocks."""

from __future__ import annotations

import re
from datetime import date, timedelta

from monitor.text.times.calendars import HIJRI_MONTHS, MONTHS, WEEKDAYS, any_of, from_hijri

_HIJRI_YEARS = range(1343, 1501)  # those the calendar is known for
_OLD_WITHOUT_YEAR = timedelta(days=183)  # a date of last year without its year; older ones say which year they mean


class Unclear(ValueError):
    """What is printed can mean several things, or nothing that exists."""


_DAY = r"(?<![\w:/.,-])(?P<d>\d{1,2})(?:er|st|nd|rd|th)?\.?"
_MONTH = rf"(?P<m>{any_of([*MONTHS, *HIJRI_MONTHS])})(?!\w)\.?"
_OTHER_NAME = rf"(?:\s?[/(–-]\s?(?P<m2>{any_of(MONTHS)})(?!\w)\)?)?"  # كانون الثاني/يناير
_ERA = r"(?:\s?(?P<era>[مه])(?!\w))?"
_YEAR = rf"(?:[\s,،/-]{{1,3}}(?P<y>\d{{4}})(?!\d){_ERA})"
_WEEKDAY = rf"(?<!\w)(?:(?P<w>{any_of(WEEKDAYS)})(?!\w)[\s,،.:-]{{1,3}}(?:(?:الموافق|le|the)\s)?)?"
_WRITTEN = re.compile(rf"{_WEEKDAY}{_DAY}[\s-]?(?:(?:de|of|من)\s)?{_MONTH}{_OTHER_NAME}{_YEAR}?")
_MONTH_FIRST = re.compile(rf"{_WEEKDAY}(?<!\w){_MONTH}\s(?P<d>\d{{1,2}})(?:st|nd|rd|th)?(?!\d|\s?h|\s?:){_YEAR}?")
_NUMERIC = re.compile(
    rf"""{_WEEKDAY}(?<![\d/.:-])(?:
      (?P<y>\d{{4}})(?P<s>[/.-]|\s/\s)(?P<m>\d{{1,2}})(?P=s)(?P<d>\d{{1,2}})
    | (?P<d2>\d{{1,2}})(?P<s2>[/.-]|\s/\s)(?P<m2>\d{{1,2}})(?P=s2)(?P<y2>\d{{4}}|\d\d)
    )(?![\d/]|[.:-]\d){_ERA}""",
    re.VERBOSE,
)
_NUMBER_FOLLOWS = re.compile(r"[\s,،/'-]+\d+(?!\d|\s?[:h]|\s(?:am|pm|ص|م)\b)")


def take_dates(text: str, today: date, *, day_first: bool) -> tuple[set[date], str]:
    """Return the dates of a text, and the text without them. Of two calendars side by side the Gregorian one counts.

    Raises:
        Unclear: one of them cannot be told.
    """
    gregorian: set[date] = set()
    hijri: set[date] = set()
    for pattern in (_WRITTEN, _MONTH_FIRST, _NUMERIC):
        while found := pattern.search(text):
            if pattern is _NUMERIC:
                moment, is_hijri = _numeric(found, day_first=day_first)
            else:
                moment, is_hijri = _written(found, text, today)
            (hijri if is_hijri else gregorian).add(moment)
            text = f"{text[: found.start()]} ; {text[found.end() :]}"
    return gregorian or hijri, text


def _written(found: re.Match[str], text: str, today: date) -> tuple[date, bool]:
    weekday = WEEKDAYS.get(found["w"] or "")
    year, day = found["y"], int(found["d"])
    hijri = HIJRI_MONTHS.get(found["m"])
    if hijri:
        return _checked(_hijri(year, hijri, day, weekday), weekday), True
    month = MONTHS[found["m"]]
    other = found.groupdict().get("m2")
    if other and MONTHS[other] != month:
        raise Unclear
    if year:
        return _checked(_date(int(year), month, day), weekday), False
    if _NUMBER_FOLLOWS.match(text, found.end()) or (found["m"] in WEEKDAYS and found.start("m") < found.start("d")):
        raise Unclear  # 28 janvier 25; mar 28
    return _checked(_without_year(month, day, today), weekday), False


def _numeric(found: re.Match[str], *, day_first: bool) -> tuple[date, bool]:
    weekday = WEEKDAYS.get(found["w"] or "")
    year = int(found["y"] or found["y2"])
    month, day = int(found["m"] or found["m2"]), int(found["d"] or found["d2"])
    if found["era"] == "ه":
        return _checked(_hijri(str(year), month, day, weekday), weekday), True
    if found["d2"]:
        if month > 12:
            month, day = day, month
        elif not day_first and month != day and day <= 12:
            raise Unclear
        year += 2000 if year < 100 else 0
    return _checked(_date(year, month, day), weekday), False


def _hijri(year: str | None, month: int, day: int, weekday: int | None) -> date | None:
    return from_hijri(int(year), month, day, weekday) if year and int(year) in _HIJRI_YEARS else None


def _without_year(month: int, day: int, today: date) -> date | None:
    """Return this year's day if it has come, last year's if that is not long ago, else None: it may lie ahead."""
    this_year = _date(today.year, month, day)
    if this_year and this_year <= today:
        return this_year
    last_year = _date(today.year - 1, month, day)
    return last_year if last_year and today - last_year <= _OLD_WITHOUT_YEAR else None


def _date(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


def _checked(found: date | None, weekday: int | None) -> date:
    if found is None or (weekday is not None and found.weekday() != weekday):
        raise Unclear
    return found
