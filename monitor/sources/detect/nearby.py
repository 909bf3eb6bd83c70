"""Looks around a link for its time and for a mark such as «عاجل»; reads no titles."""

from __future__ import annotations

from datetime import datetime, tzinfo
from itertools import islice
from typing import cast

from lxml.etree import _Element as Element

from monitor.sources.detect.reading import is_mark
from monitor.sources.times import from_iso
from monitor.sources.tree import CLIMB

_ATTRIBUTES = ("datetime", "title")
_TIMES = (
    "//*[@datetime or (@title and (contains(@class,'date') or contains(@class,'time') or contains(@class,'publish')))]"
)


class Times:
    """The machine-readable times of a page."""

    def __init__(self, root: Element, zone: tzinfo) -> None:
        self._zone = zone
        self._at: dict[Element, list[Element]] = {}
        for time in cast("list[Element]", root.xpath(_TIMES)):
            for place in (time, *islice(time.iterancestors(), CLIMB)):
                self._at.setdefault(place, []).append(time)

    def near(self, link: Element) -> datetime | None:
        """Return the one time in or around a link, in UTC; None when there is none, or several."""
        if not self._at:
            return None
        for place in (link, *islice(link.iterancestors(), CLIMB)):
            times = self._at.get(place)
            if times:
                return self._read(times[0]) if len(times) == 1 else None
        return None

    def _read(self, time: Element) -> datetime | None:
        values = (time.get(name) for name in _ATTRIBUTES)
        return next((moment for value in values if value and (moment := from_iso(value, self._zone))), None)


def is_marked(link: Element) -> bool:
    """Tell whether a mark stands in a link or beside it."""
    parent = link.getparent()
    beside = () if parent is None or len(parent) > CLIMB else parent
    return any(map(is_mark, beside)) or (len(link) > 0 and any(map(is_mark, link.iterdescendants())))
