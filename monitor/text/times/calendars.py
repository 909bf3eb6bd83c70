"""Names of months and weekdays in Arabic, French and English, and the Hijri calendar; finds no dates.

Words are written folded (`monitor.text.normalize`), with spaces between them and low lines inside.
Arabic has five traditions of month names: Moroccan (غشت), Egyptian (أغسطس), Levantine (آب), Tunisian and Algerian
(أوت), and the Hijri months, which are another calendar.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from typing import TypeVar

from hijridate import Hijri

Meaning = TypeVar("Meaning")


def by_word(meanings: Mapping[Meaning, str]) -> dict[str, Meaning]:
    """Return the meaning of every word, from the words of every meaning."""
    return {word.replace("_", " "): meaning for meaning, words in meanings.items() for word in words.split()}


def any_of(names: Iterable[str]) -> str:
    """Return a pattern for any of the names, the longest first."""
    return "|".join(sorted(map(re.escape, names), key=len, reverse=True))


MONTHS = by_word(
    {
        1: "يناير جانفي كانون_الثاني janvier janv january jan",
        2: "فبراير فيفري شباط fevrier fevr fev february feb",
        3: "مارس اذار mars march mar",
        4: "ابريل افريل نيسان avril avr april apr",
        5: "مايو ماي ايار mai may",
        6: "يونيو يونيه جوان حزيران juin june jun",
        7: "يوليوز يوليو يوليه جويلية جويليه تموز juillet juil july jul",
        8: "غشت اغسطس اوت اب aout august aug",
        9: "شتنبر سبتمبر ايلول septembre september sept sep",
        10: "اكتوبر تشرين_الاول octobre october oct",
        11: "نونبر نوفمبر تشرين_الثاني novembre november nov",
        12: "دجنبر ديسمبر كانون_الاول decembre december dec",
    }
)
HIJRI_MONTHS = by_word(
    {
        1: "محرم المحرم محرم_الحرام",
        2: "صفر",
        3: "ربيع_الاول",
        4: "ربيع_الثاني ربيع_الاخر",
        5: "جمادي_الاولي جمادي_الاول",
        6: "جمادي_الثانية جمادي_الثانيه جمادي_الاخرة جمادي_الاخره جمادي_الثاني",
        7: "رجب",
        8: "شعبان",
        9: "رمضان",
        10: "شوال",
        11: "ذو_القعدة ذو_القعده ذي_القعدة ذي_القعده",
        12: "ذو_الحجة ذو_الحجه ذي_الحجة ذي_الحجه",
    }
)
WEEKDAYS = by_word(
    {
        0: "الاثنين اثنين lundi lun monday mon",
        1: "الثلاثاء ثلاثاء mardi mar tuesday tues tue",
        2: "الاربعاء اربعاء mercredi mer wednesday wed",
        3: "الخميس خميس jeudi jeu thursday thur thurs thu",
        4: "الجمعة الجمعه جمعة vendredi ven friday fri",
        5: "السبت سبت samedi sam saturday sat",
        6: "الاحد احد dimanche dim sunday sun",
    }
)


def from_hijri(year: int, month: int, day: int, weekday: int | None) -> date | None:
    """Return the day of a Hijri date by the Umm al-Qura calendar, or None when it has no such day.

    Countries begin a month up to a day apart; the weekday, when it is given, says which day is meant.
    """
    try:
        found = date.fromordinal(Hijri(year, month, day).to_gregorian().toordinal())
    except (ValueError, OverflowError):
        return None
    if weekday is None:
        return found
    near = (found + timedelta(days=days) for days in (0, 1, -1))
    return next((one for one in near if one.weekday() == weekday), None)
