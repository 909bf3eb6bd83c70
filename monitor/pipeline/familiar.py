"""Remembers what each endpoint's last page was decided on, so that only what is new on the next is decided.

Deciding the same headlines again changes nothing as long as nobody else changed the memory of their source. Kept as
numbers, some fifty bytes a headline; decides nothing and is lost with the process.
"""

from __future__ import annotations

from array import array
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from itertools import accumulate, pairwise

from monitor.diff import identity
from monitor.diff.floods import GROWN_FROM
from monitor.model import Item, PollResult, PollState
from monitor.sources.packed import Packed

WHOLE_EVERY = timedelta(minutes=15)  # "last seen" of what stays on the page is moved then


@dataclass(frozen=True, slots=True)
class Familiar:
    """What a page showed when it was decided."""

    looks: array[int]  # a number for each headline
    keys: array[int]  # the same for each of its keys, all in a row
    number: bytes  # of its keys
    revision: int  # of the memory afterwards
    whole_at: datetime  # when all of a page was decided, at the latest
    page: Packed | None = None  # what has shown the same since; given again, it need not be unpacked

    def keys_by_look(self) -> dict[int, array[int]]:
        """Return the keys of each headline."""
        ends = [0, *accumulate(self.number)]
        return {look: self.keys[a:b] for look, (a, b) in zip(self.looks, pairwise(ends), strict=True)}


@dataclass(slots=True)
class LastPages:
    """The last pages of all endpoints; shared by all poll threads."""

    whole_every: timedelta = WHOLE_EVERY
    _known: dict[tuple[str, str], Familiar] = field(init=False, default_factory=dict)

    def of(self, state: PollState, now: datetime) -> Familiar | None:
        """Return the last page of an endpoint, unless all of its next one is to be decided."""
        known = self._known.get((state.source, state.endpoint))
        return known if known and state.baselined_at and self._is_fresh(known, now) else None

    def changed(self, state: PollState, shown: Sequence[Item], now: datetime) -> Sequence[Item] | None:
        """Return what a page shows; None when that is just what its endpoint's last one did."""
        known = self.of(state, now)
        if known and known.page is shown:
            return None
        items = [*shown]
        if known is None or known.looks != array("q", map(_look, items)):
            return items
        if isinstance(shown, Packed):
            self._known[state.source, state.endpoint] = replace(known, page=shown)
        return None

    def forget(self, state: PollState) -> None:
        """Let all of the endpoint's next page be decided."""
        self._known.pop((state.source, state.endpoint), None)

    def keep(self, result: PollResult, items: Sequence[Item]) -> None:
        """Remember a page that was decided, all of it or its news, and written."""
        assert result.revision is not None, "a page with items was compared with a memory"
        endpoint = result.state.source, result.state.endpoint
        before = self._known.get(endpoint)
        fresh = before and self._is_fresh(before, result.at)
        known = before.keys_by_look() if before else {}
        looks = array("q", map(_look, items))
        keys = [known.get(look) or _keys(item) for look, item in zip(looks, items, strict=True)]
        self._known[endpoint] = Familiar(
            looks=looks,
            keys=array("q", [key for own in keys for key in own]),
            number=bytes(map(len, keys)),
            revision=result.revision + bool(result.upserts or result.changes or result.alerts),
            whole_at=before.whole_at if before and fresh else result.at,
        )

    def _is_fresh(self, known: Familiar, now: datetime) -> bool:
        return timedelta(0) <= now - known.whole_at < self.whole_every


def news(before: Familiar, items: Sequence[Item]) -> Sequence[Item] | None:
    """Return what is to be decided of a page: the new headline, and all that share a key with what came or went.

    None when it is all of it: several are new, and where they stand among the others says whether they are news; or
    something has no link and is known by its neighbours.
    """
    if not all(item.url for item in items):
        return None
    looks = [_look(item) for item in items]
    known, shown = before.keys_by_look(), {*looks}
    wanted = shown - known.keys()
    familiar = {*before.keys}  # what only moved between ticker and list has the same keys as before
    unseen = [item for item, look in zip(items, looks, strict=True) if look in wanted]
    new = {item.url for item in unseen if not familiar.issuperset(_keys(item))}
    if len(new) >= GROWN_FROM or len(wanted) == len(shown):
        return None
    touched = {key for look, own in known.items() if look not in shown for key in own}
    touched.update(key for item, look in zip(items, looks, strict=True) if look in wanted for key in _keys(item))
    staying = {look: own for look, own in known.items() if look in shown}
    while near := [look for look, own in staying.items() if not touched.isdisjoint(own)]:
        for look in near:
            touched.update(staying.pop(look))
        wanted.update(near)
    return [item for item, look in zip(items, looks, strict=True) if look in wanted]


def _look(item: Item) -> int:
    return hash((item.title, item.url, item.guid, item.section, item.breaking))


def _keys(item: Item) -> array[int]:
    return array("q", map(hash, identity.keys_of(item)))
