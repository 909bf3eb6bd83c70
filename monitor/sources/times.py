"""Reads when a headline was published from the elements that tell it: machine-readable values first, then words."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, date, datetime, time, tzinfo
from itertools import islice

from bs4.element import Tag

from monitor.sources.visible import classes
from monitor.text.times import is_plausible, read_time

_SHORTEST = len("2026-01-01T00:00")  # a date without a time is not a moment
_YEARS = range(1995, 2100)
_DAY = re.compile(r"\d{4}-\d\d-\d\d")
_EPOCH = re.compile(r"\d{10}|\d{13}")  # seconds or milliseconds
_ATTRIBUTES = ("datetime", "content", "title")
_DATA = re.compile(r"data-(?!.*(?:updat|modif|expir|end|start|until)).*(?:time|date|stamp|publi|epoch)", re.IGNORECASE)
_MODIFIED = re.compile(r"updated|modified", re.IGNORECASE)
_PUBLISHED = re.compile(r"publi", re.IGNORECASE)
_LENGTH = re.compile(r"duration|length|runtime|video-?time|reading|read-?time|lecture", re.IGNORECASE)  # of a film
_MOST_ELEMENTS = 10  # of one item that are looked at
_MOST_LINES = 3  # that may tell one moment: the day here, the time of day there
_MOST_STRINGS = 20
_MOST_TEXT = 200  # characters


def published(elements: Iterable[Tag], zone: tzinfo, now: datetime) -> datetime | None:
    """Return the moment that the time elements of one headline name, in UTC, or None.

    `zone` is the site's, for times without an offset; `now` is what «قبل ساعتين» counts from. A day alone is its
    midnight there.
    """
    chosen = [element for element in islice(elements, _MOST_ELEMENTS) if not _tells_update(element)]
    return told([value for element in chosen for value in _values(element)], map(_line, chosen), zone, now)


def told(values: Sequence[str], lines: Iterable[str], zone: tzinfo, now: datetime) -> datetime | None:
    """Return the moment that values made for machines, or else the lines beside them, tell."""
    moments = (_machine_readable(value, zone) for value in values)
    exact = next((moment for moment in moments if moment and is_plausible(moment, now)), None)
    if exact:
        return exact
    days = {value: _day(value) for value in values}
    words = filter(None, [*lines, *(value for value in values if not days[value])])
    return _in_words(list(words), next(filter(None, days.values()), None), zone, now)


def from_iso(text: str, zone: tzinfo) -> datetime | None:
    """Return the moment of an ISO 8601 date and time, in UTC, or None."""
    text = text.strip()
    if len(text) < _SHORTEST:
        return None
    try:
        moment = datetime.fromisoformat(text)
        moment = (moment if moment.tzinfo else moment.replace(tzinfo=zone)).astimezone(UTC)
    except (ValueError, OverflowError):
        return None
    return moment if moment.year in _YEARS else None


def _tells_update(element: Tag) -> bool:
    names = " ".join([*classes(element), str(element.get("itemprop") or "")])
    return bool(_MODIFIED.search(names)) and not _PUBLISHED.search(names)


def _values(element: Tag) -> Iterator[str]:
    names = (*_ATTRIBUTES, *filter(_DATA.match, element.attrs))
    return (value.strip() for name in names if isinstance(value := element.get(name), str) and value.strip())


def _machine_readable(value: str, zone: tzinfo) -> datetime | None:
    if _EPOCH.fullmatch(value):
        return datetime.fromtimestamp(int(value[:10]), UTC)
    return from_iso(value, zone)


def _day(value: str) -> date | None:
    try:
        return date.fromisoformat(value) if _DAY.fullmatch(value) else None
    except ValueError:
        return None


def _line(element: Tag) -> str:
    """Return what a person reads there; nothing when it is long, or how long a film is."""
    if any(_LENGTH.search(name) for name in classes(element)):
        return ""
    text = " ".join(islice(element.stripped_strings, _MOST_STRINGS))
    return text if len(text) <= _MOST_TEXT else ""


def _in_words(lines: list[str], day: date | None, zone: tzinfo, now: datetime) -> datetime | None:
    """Return what the lines say together, else what the first does that says anything; never another day than `day`."""
    together = " ".join(lines[:_MOST_LINES])
    for line in dict.fromkeys([together, *lines]):
        for text in (line, f"{day} {line}") if day else (line,):
            moment = read_time(text, now, zone)
            if moment and (day is None or moment.astimezone(zone).date() == day):
                return moment
    midnight = datetime.combine(day, time(), zone).astimezone(UTC) if day else None
    return midnight if midnight and is_plausible(midnight, now) else None
