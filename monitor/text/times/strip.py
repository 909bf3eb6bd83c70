"""Strips what sites print around a title: clock times, ages («منذ 5 دقائق»), list numbers, bullets and bars.

Losing a word is worse than keeping a time, so what could belong to the sentence stays.
"""

from __future__ import annotations

import re

_BULLETS = r"•·●▪◦■►▶‣∙○|¦"
_BAR = rf"(?:[{_BULLETS}]|[-–—*](?=\s|$))"
_CLOCK = r"(?:[01]?\d|2[0-3]):[0-5]\d(?::[0-5]\d)?(?:\s?(?:[ap]\.?m\b\.?|[صم](?!\w)))?"
_FRENCH_CLOCK = r"(?:[01]?\d|2[0-3])\s?h\s?[0-5]\d"
_CLOCK_GOES_ON = r"(?:heures?|gmt|utc|صباحا|ظهرا|مساء|ليلا|بتوقيت)"  # 22:30 GMT : …

_SECONDS = r"(?:ثانيتين|ثوان[يٍ]?|ثاني[ةه])"
_MINUTES = r"(?:دقيقتين|دقا[ئي]ق|دقيق[ةه])"
_HOURS = r"(?:ساعتين|ساعات|ساع[ةه])"
_DAYS = r"(?:يومين|أيام|ايام|يوم|[أا]سبوعين|[أا]سابيع|[أا]سبوع|شهرين|[أا]شهر|شهور|شهر|سنتين|سنوات|سن[ةه])"
_UPTO_59 = r"(?:[0-5]?\d\s)?"
_UPTO_23 = r"(?:(?:1?\d|2[0-3])\s)?"
# Ages that run on while one looks; older ones are told from the sentence by a bar only.
_FRESH = (
    rf"(?:(?:منذ|قبل)\s(?:{_UPTO_59}(?:{_SECONDS}|{_MINUTES})|{_UPTO_23}{_HOURS}|لحظات)(?!\w)"
    r"|il\sy\sa\s(?:(?:[0-5]?\d|une?)\s?(?:secondes?|sec|s|minutes?|min|mn|m|heures?|h)|(?:quelques|un)\sinstants?)\b"
    r"|(?:(?:[0-5]?\d\s?|an?\s)(?:seconds?|secs?|s|minutes?|mins?|m|hours?|hrs?|h)\sago|just\snow)\b)"
)
_OLD = (
    rf"(?:(?:منذ|قبل)\s(?:\d{{1,3}}\s)?(?:{_DAYS}|{_HOURS})(?!\w)"
    r"|il\sy\sa\s(?:\d{1,3}|une?)\s?(?:heures?|h|jours?|j|semaines?|sem|mois|ans?)\b"
    r"|(?:\d{1,3}\s?|an?\s)(?:hours?|h|days?|d|weeks?|w|months?|years?)\sago\b"
    r"|\d{1,2}\s?(?:min|mn|د)(?!\w))"
)
# After an age the sentence goes on: «قبل ساعتين من …», «منذ ساعة والسكان …», «il y a 5 minutes que …».
_GOES_ON = r"(?:من|على|عن|في|إلى|حتى|و?أن|وهو|وهي|وهم|وال\w+|فقط|كانت?)(?!\w)"

_MONTH = (
    r"(?:jan|f[eé]v|feb|mar|avr|apr|abr|ma[iy]|jui|jun|jul|ao[uû]|aug|ago|sep|oct|okt|nov|d[eé]c|dez|dic|ene|gen|giu"
    r"|lug|set|ott)\w{0,6}\.?"
    r"|يناير|فبراير|مارس|[أا]بريل|ما[يى]و?|يونيو|يوليوز?|[أا]غسطس|غشت|سبتمبر|شتنبر|[أا]كتوبر|نوفمبر|نونبر|ديسمبر|دجنبر"
    r"|جانفي|فيفري|[أا]فريل|جوان|جويلي[ةه]|[أا]وت|شباط|[آا]ذار|نيسان|[أا]يار|حزيران|تموز|[آا]ب|[أا]يلول"
    r"|(?:كانون|تشرين)\s(?:ال[أا]ول|الثاني)"
)
_NUMERIC_DATE = r"\d{1,2}[/.-]\d{1,2}[/.-]\d{2,4}|\d{4}[/.-]\d{1,2}[/.-]\d{1,2}"
_WRITTEN_DATE = rf"\d{{1,2}}(?:\.|er)?\s(?:{_MONTH})(?:\s\d{{4}})?|(?:{_MONTH})\s\d{{1,2}}(?:,?\s\d{{4}})?"
_DATE = rf"(?:{_NUMERIC_DATE}|{_WRITTEN_DATE})(?:,?\s(?:[-–à@]\s?)?(?:{_CLOCK}|{_FRENCH_CLOCK}))?"
_CAPITAL = r"(?:(?-i:[^\W\da-zà-öø-ÿœ_])|[«\"“‘\d])"  # or a letter of a script that has none
_FLAGS = re.VERBOSE | re.IGNORECASE

_LEADING = re.compile(
    rf"""
      {_BAR}\s*                                        # • title
    | »\s+(?!.*«)                                      # » title, but not a quotation in the wrong order
    | \#\d{{1,3}}\s+                                   # #3 title
    | \[\s*(?:{_DATE}|{_CLOCK}|{_FRENCH_CLOCK}|{_FRESH}|{_OLD})\s*\]\s*
    | \(\s*(?:{_CLOCK}|{_FRENCH_CLOCK}|{_FRESH}|{_OLD})\s*\)\s*
    | {_CLOCK}\s*(?:[{_BULLETS}:]|[-–—](?=\s)|(?<=\s)(?!{_CLOCK_GOES_ON}))\s*
    | {_FRENCH_CLOCK}\s*(?:[{_BULLETS}]|[-–—:](?=\s)|(?<=\s)(?={_CAPITAL})(?!{_CLOCK_GOES_ON}))\s*
    | {_DATE}\s*[{_BULLETS}]\s*
    | (?:{_FRESH}|{_OLD})\s?(?:[{_BULLETS}]|(?<=\s)[-–—](?=\s))\s*
    | {_FRESH}\s(?={_CAPITAL})(?!{_GOES_ON})
    """,
    _FLAGS,
)
_TRAILING = re.compile(
    rf"""
      \s*(?:[{_BULLETS}]|\s[-–—])\s*$
    | \s*[{_BULLETS}]\s*(?:{_CLOCK}|{_FRENCH_CLOCK})$
    | \s*(?:[{_BULLETS}]|\s[-–—])\s*(?:{_FRESH}|{_OLD})$
    | \s*[\[(]\s*(?:{_FRESH}|{_OLD})\s*[\])]$
    | \s{_FRESH}$
    """,
    _FLAGS,
)
# Quick looks before the patterns above are tried: most titles have none of these.
_MAY_LEAD = re.compile(rf"[\d#\[(»{_BULLETS}*–—-]|منذ|قبل|il\sy\sa|an?\s|just\s|\w+\s\d{{1,2}},?\s\d", re.IGNORECASE)
_MAY_TRAIL = re.compile(rf"[{_BULLETS}]|منذ|قبل|il\sy\sa|ago[\])]?$|now$|[-–—]$|(?:min|mn|د)[\])]?$", re.IGNORECASE)
_TAIL = 40  # characters; no age is longer
_ARABIC_DIGITS = str.maketrans("٠١٢٣٤٥٦٧٨٩۰۱۲۳۴۵۶۷۸۹", "0123456789" * 2)
_WORD = re.compile(r"\w")
_EDGES = " \u200c\u200d"  # a joiner joins nothing where the neighbour is gone


def strip_times(title: str) -> str:
    """Return a title (one line, single spaces) without them; a title that is nothing else stays as it is."""
    while (shorter := _strip_start(_strip_end(title)).strip(_EDGES)) != title:
        if not _WORD.search(shorter):
            break
        title = shorter
    return title


def _strip_start(title: str) -> str:
    plain = title.translate(_ARABIC_DIGITS)
    found = _LEADING.match(plain) if _MAY_LEAD.match(plain) else None
    return title[found.end() :] if found else title


def _strip_end(title: str) -> str:
    start = max(0, len(title) - _TAIL)
    plain = title.translate(_ARABIC_DIGITS)
    found = _TRAILING.search(plain, start) if _MAY_TRAIL.search(plain, start) else None
    return title[: found.start()] if found else title
