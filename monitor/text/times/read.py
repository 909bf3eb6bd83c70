"""Reads the moment that a line of a page names, in the site's time zone; a wrong moment is worse than none.

Takes Arabic, French and English: absolute («الثلاثاء 28 يناير 2025 على الساعة 13:00»), relative («قبل ساعتين») and
times of day alone. It is for elements that are made for a time: in a sentence, «6 أكتوبر» is a city, 10/15 a score.
"""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time, timedelta, tzinfo

from monitor.text.normalize import fold_text
from monitor.text.times.ages import Age, take_age
from monitor.text.times.calendars import WEEKDAYS, any_of, by_word
from monitor.text.times.clocks import take_clock, take_zone
from monitor.text.times.dates import Unclear, take_dates

_FIRST_YEAR = 1995  # there were no news sites before
_LONGEST = 200  # characters of a line that tells a time
_AHEAD = timedelta(
    days=7
)  # a date further ahead was misread, or is an event's; a nearer one may be another time zone's
_SKEW = timedelta(minutes=2)  # clocks differ by so much: a time of day so little ahead is today's

_UPDATED = re.compile(
    r"(?<!\w)(?:[اآ]خر تحديث|تم التحديث|التحديث|تحديث|تم تعديل\w*|تعديل|mise? a jour|maj|modifiee?s?|actualisee?s?"
    r"|last (?:updated?|modified)|updated?|modified|edited)(?!\w)"
)
_PUBLISHED = re.compile(r"(?<!\w)(?:نشر\w*|النشر|كتب\w*|publiee?s?|published|posted)(?!\w)")
_NOW = re.compile(
    r"(?<!\w)(?:الان|(?:منذ|قبل) لحظات|just now|now|maintenant|a l'instant"
    r"|il y a quelques (?:instants|secondes)|(?:a few )?(?:seconds|moments) ago)(?!\w)"
)
_DAYS_AGO = by_word(
    {
        0: "اليوم today aujourd'hui",
        1: "امس البارحة البارحه yesterday hier",
        2: "اول_امس اول_من_امس avant-hier",
    }
)
_DAY_WORD = re.compile(rf"(?<![\w-])(?P<word>{any_of(_DAYS_AGO)})(?!\w)")
_WEEKDAY = re.compile(rf"(?<!\w)(?P<word>{any_of(WEEKDAYS)})(?!\w)")
_HOURS = re.compile(r"\d+\s?(?:h|heures?)")  # at that hour, or so many hours ago
_WORD = re.compile(r"\w+")
# What may stand beside a time of day that has no date: with anything else it can be a kick-off or a duration.
_FILLERS = by_word(
    {
        "ar": "علي في الساعة الساعه تمام يوم نشر نشرت تم نشره نشرها النشر بتاريخ تاريخ التاريخ وقت كتب",
        "fr": "le la a publie publiee date heure vers",
        "en": "at on the posted published",
    }
)


def read_time(text: str, now: datetime, zone: tzinfo) -> datetime | None:
    """Return the moment in UTC, or None when there is none, it is unclear or cannot be: ahead, or before 1995.

    A day alone is its midnight in `zone`. Where a line names the moment of an update too, that is passed over.
    """
    line = " ".join(fold_text(text[: _LONGEST + 1]).split())
    if len(text) > _LONGEST or not line or _HOURS.fullmatch(line):
        return None
    try:
        moment = _read(_without_updates(line), now, zone)
        found = moment.astimezone(UTC) if moment else None
    except (ValueError, OverflowError):
        return None
    return found if found and is_plausible(found, now) else None


def is_plausible(moment: datetime, now: datetime) -> bool:
    """Tell whether something can have been published then."""
    return moment.year >= _FIRST_YEAR and moment <= now + _AHEAD


def _without_updates(line: str) -> str:
    while update := _UPDATED.search(line):
        again = _PUBLISHED.search(line, update.end())
        line = line[: update.start()] + (line[again.start() :] if again else "")
    return line


def _read(line: str, now: datetime, zone: tzinfo) -> datetime | None:
    local = now.astimezone(zone)
    dates, rest = take_dates(line, local.date(), day_first=_day_first(zone))
    if len(dates) > 1:
        raise Unclear
    offset, rest = take_zone(rest)
    age, rest = take_age(rest)
    clock, rest = take_clock(rest)
    place = offset or zone
    if dates:
        return datetime.combine(dates.pop(), clock or time(), place if clock else zone)
    if age:
        return _by_age(age, clock, now, place)
    return _by_words(rest, clock, now.astimezone(place))


def _day_first(zone: tzinfo) -> bool:
    """Tell whether 03/02 can only be the third of February; in America it can be March, too."""
    return not str(zone).startswith(("America/", "US/"))


def _by_age(age: Age, clock: time | None, now: datetime, zone: tzinfo) -> datetime:
    moment = age.before(now.astimezone(zone) if age.in_days else now)
    return datetime.combine(moment.date(), clock, zone) if clock and age.in_days else moment


def _by_words(rest: str, clock: time | None, local: datetime) -> datetime | None:
    """Return the moment of a line without any date: now, a day named by a word, or a time of day."""
    if _NOW.search(rest) and not clock:
        return local if _says_no_more(_NOW.sub(" ", rest)) else None
    for pattern in (_DAY_WORD, _WEEKDAY):
        word = pattern.search(rest)
        if word and _says_no_more(rest[: word.start()] + rest[word.end() :]):
            return _on(word["word"], clock, local)
    if clock is None or not _says_no_more(rest):
        return None
    moment = datetime.combine(local.date(), clock, local.tzinfo)
    return moment if moment <= local + _SKEW else datetime.combine(_earlier(local, 1), clock, local.tzinfo)


def _on(word: str, clock: time | None, local: datetime) -> datetime | None:
    if word in _DAYS_AGO:
        moment = datetime.combine(_earlier(local, _DAYS_AGO[word]), clock or time(), local.tzinfo)
        return moment if moment <= local + _SKEW else None
    if clock is None:
        return None
    days = (local.weekday() - WEEKDAYS[word]) % 7
    moment = datetime.combine(_earlier(local, days), clock, local.tzinfo)
    return moment if moment <= local else datetime.combine(_earlier(local, days + 7), clock, local.tzinfo)


def _earlier(local: datetime, days: int) -> date:
    return local.date() - timedelta(days=days)


def _says_no_more(rest: str) -> bool:
    return all(word in _FILLERS for word in _WORD.findall(rest))
