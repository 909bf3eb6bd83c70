"""Reads how long ago something was («قبل ساعتين», il y a 5 minutes, 3 hours ago) in folded text."""

from __future__ import annotations

import re
from calendar import monthrange
from dataclasses import dataclass
from datetime import datetime, timedelta

from monitor.text.times.calendars import any_of, by_word
from monitor.text.times.dates import Unclear

_SECOND, _MINUTE, _HOUR, _DAY, _WEEK = (timedelta(seconds=s) for s in (1, 60, 3600, 86_400, 604_800))
_MONTH, _YEAR = 1, 12  # these have no fixed length
_Unit = timedelta | int

_SINGULAR: dict[_Unit, str] = {
    _SECOND: "ثانية ثانيه",
    _MINUTE: "دقيقة دقيقه",
    _HOUR: "ساعة ساعه",
    _DAY: "يوم يوما",
    _WEEK: "اسبوع اسبوعا",
    _MONTH: "شهر شهرا",
    _YEAR: "سنة سنه عام عاما",
}
_DUAL: dict[_Unit, str] = {
    _SECOND: "ثانيتين ثانيتان",
    _MINUTE: "دقيقتين دقيقتان",
    _HOUR: "ساعتين ساعتان",
    _DAY: "يومين يومان",
    _WEEK: "اسبوعين اسبوعان",
    _MONTH: "شهرين شهران",
    _YEAR: "سنتين سنتان عامين عامان",
}
_OTHERS: dict[_Unit, str] = {
    _SECOND: "ثوان ثواني ث seconds second secs sec s secondes seconde",
    _MINUTE: "دقايق دق د minutes minute mins min mn m",
    _HOUR: "ساعات س hours hour hrs hr h heures heure",
    _DAY: "ايام days day d jours jour j",
    _WEEK: "اسابيع weeks week wks wk w semaines semaine sem",
    _MONTH: "اشهر شهور months month mois",
    _YEAR: "سنوات سنين اعوام years year yrs yr y ans an annees annee",
}
# The unit, and how many of it the word itself says; 0: it needs a number.
_UNITS: dict[str, tuple[_Unit, int]] = {
    word: (unit, count)
    for count, words in ((1, _SINGULAR), (2, _DUAL), (0, _OTHERS))
    for word, unit in by_word(words).items()
}
_NUMBERS = by_word(
    {
        1: "un une a an one",
        2: "deux two",
        3: "ثلاث ثلاثة trois three",
        4: "اربع اربعة quatre four",
        5: "خمس خمسة cinq five",
        6: "ست ستة six",
        7: "سبع سبعة sept seven",
        8: "ثمان ثماني ثمانية huit eight",
        9: "تسع تسعة neuf nine",
        10: "عشر عشرة dix ten",
    }
)
_FRACTIONS = by_word({15: "ربع_ساعة ربع_ساعه", 30: "نصف_ساعة نصف_ساعه une_demi-heure half_an_hour"})
_LONGEST = timedelta(days=366 * 30)
_MOST_MONTHS = 12 * 30
_ONE = (
    rf"(?:(?:{any_of(_FRACTIONS)})|\d{{1,2}}\s?h\s?[0-5]\d"
    rf"|(?:(?:\d{{1,4}}|{any_of(_NUMBERS)})\s?)?(?:{any_of(_UNITS)}))(?!\w)"
)
_SOME = rf"{_ONE}(?:(?:\s?,\s?|\s)?(?:و\s?|et\s|and\s)?{_ONE})?"
_ABOUT = r"(?:(?:حوالي|نحو|قرابة|environ|about|pres de|plus de|moins de)\s|(?:plus|moins) d')?"
_SENTENCE_GOES_ON = r"(?!\s(?:من|علي)\s)"  # قبل يومين من …
_AGE = re.compile(
    rf"(?<!\w)(?:(?:منذ|قبل|il y a)\s{_ABOUT}(?P<after>{_SOME}){_SENTENCE_GOES_ON}"
    rf"|(?P<before>{_SOME})\s(?:ago|مضت)(?!\w))"
)
_PART = re.compile(
    rf"(?P<fraction>{any_of(_FRACTIONS)})|(?P<hours>\d+)\s?h\s?(?P<minutes>[0-5]\d)"
    rf"|(?:(?P<n>\d+|{any_of(_NUMBERS)})\s?)?(?P<unit>{any_of(_UNITS)})(?!\w)"
)


@dataclass(frozen=True, slots=True)
class Age:
    """A length of time as people say it: months have no fixed length."""

    span: timedelta
    months: int
    in_days: bool  # says nothing about the time of day

    def before(self, moment: datetime) -> datetime:
        """Return the moment that lies so long before another one."""
        earlier = moment - self.span
        if not self.months:
            return earlier
        year, month = divmod(earlier.year * 12 + earlier.month - 1 - self.months, 12)
        return earlier.replace(year=year, month=month + 1, day=min(earlier.day, monthrange(year, month + 1)[1]))


def take_age(text: str) -> tuple[Age | None, str]:
    """Return the age that a text tells, and the text without it.

    Raises:
        Unclear: it tells several, or one without a number («منذ ساعات»).
    """
    found = list(_AGE.finditer(text))
    if not found:
        return None, text
    if len(found) > 1:
        raise Unclear
    return _age(found[0]["after"] or found[0]["before"]), f"{text[: found[0].start()]} {text[found[0].end() :]}"


def _age(text: str) -> Age:
    span, months, in_days = timedelta(), 0, True
    for part in _PART.finditer(text):
        unit, count = _part(part)
        if isinstance(unit, int):
            months += unit * count
        else:
            span += unit * count
            in_days = in_days and unit >= _DAY
    if span > _LONGEST or months > _MOST_MONTHS:
        raise Unclear
    return Age(span, months, in_days)


def _part(part: re.Match[str]) -> tuple[_Unit, int]:
    if part["fraction"]:
        return _MINUTE, _FRACTIONS[part["fraction"]]
    if part["hours"]:
        return _MINUTE, int(part["hours"]) * 60 + int(part["minutes"])
    unit, count = _UNITS[part["unit"]]
    number = part["n"]
    if number:
        count = _NUMBERS.get(number) or int(number)
    if not count:
        raise Unclear
    return unit, count
