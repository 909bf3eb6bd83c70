"""Makes one item of what a page shows several times; whether it was seen before is not asked here."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace

from monitor.model import Item, Section
from monitor.text import title_key
from monitor.urls import canonical

_CUT = re.compile(r"\s*(?:…|\.\.\.)$")
_SURE = 12  # characters of a cut title that tell which one it is, under one address


def merge(items: Iterable[Item]) -> list[Item]:
    """Return each headline once, in order.

    Items are one when they share address and title, or the title where one of them has no address. A title that is
    cut off («…») is the whole one's. Two different texts under one address stay two items, since the words that
    matter may stand in either; the diff knows them for one headline. The ticker wins over lists.
    """
    merged: list[Item] = []
    places: dict[str, list[int]] = {}
    for item in items:
        if not item.title:
            continue  # of a damaged text nothing may be left
        names = _names(item)
        near = [index for name in names for index in places.get(name, ())]
        twin = next((index for index in near if _is_same(merged[index], item)), None)
        if twin is None:
            twin = len(merged)
            merged.append(item)
        else:
            merged[twin] = _joined(merged[twin], item)
        for name in names:
            places.setdefault(name, []).append(twin)
    return merged


def _names(item: Item) -> list[str]:
    title = "t:" + title_key(item.title)
    return ["u:" + canonical(item.url), title] if item.url else [title]


def _is_same(one: Item, other: Item) -> bool:
    same_title = title_key(one.title) == title_key(other.title)
    if one.url and other.url:
        return canonical(one.url) == canonical(other.url) and (same_title or _is_cut(one.title, other.title))
    return same_title


def _is_cut(title: str, other: str) -> bool:
    """Tell whether one title is the beginning of the other, cut off."""
    short, long = sorted((title, other), key=len)
    start = _CUT.sub("", short)
    return start != short and len(start) >= _SURE and long.startswith(start)


def _joined(one: Item, other: Item) -> Item:
    swap = other.section is Section.TICKER and one.section is not Section.TICKER
    leading, second = (other, one) if swap else (one, other)
    return replace(
        leading,
        title=max(leading.title, second.title, key=len) if _is_cut(leading.title, second.title) else leading.title,
        url=leading.url or second.url,
        guid=leading.guid or second.guid,
        published_at=leading.published_at or second.published_at,
        summary=leading.summary or second.summary,
        category=leading.category or second.category,
        breaking=leading.breaking or second.breaking,
    )
