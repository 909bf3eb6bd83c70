"""Looks around a link for its time; reads no titles."""

from __future__ import annotations

from datetime import datetime, tzinfo
from itertools import islice

from lxml.etree import _Element as Element

from monitor.sources.detect.page import Page
from monitor.sources.times import from_iso
from monitor.sources.tree import CLIMB, FEW_LINKS

_ATTRIBUTES = ("datetime", "title")


class Times:
    """The machine-readable times of a page."""

    def __init__(self, page: Page, zone: tzinfo) -> None:
        self._zone = zone
        self._at: dict[Element, list[Element]] = {}
        for element, look in page.looks.items():
            if ("time" in look.kinds or element.tag == "time") and any(map(element.get, _ATTRIBUTES)):
                for place in (element, *islice(element.iterancestors(), CLIMB)):
                    if _holds_several(page, place):
                        break
                    self._at.setdefault(place, []).append(element)

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


def _holds_several(page: Page, place: Element) -> bool:
    """Tell whether a place links to more than an article and its category."""
    keys = set()
    for key, _ in page.links_in(place):
        keys.add(key)
        if len(keys) > FEW_LINKS:
            return True
    return False
