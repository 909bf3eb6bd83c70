"""Looks up which headlines of other sites tell the stories of changes; decides nothing about alerts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from monitor.diff import stories
from monitor.model import Carrier, Change, Indexed
from monitor.ports import Store


def find_kin(
    store: Store, source: str, changes: Sequence[Change], now: datetime
) -> tuple[Mapping[str, Sequence[Carrier]], Sequence[Indexed]]:
    """Return by change which headlines tell the same, and where the changed ones will be found."""
    marks = [stories.marks(change.headline.title) for change in changes]
    near = store.carriers(source, marks, now - stories.WINDOW) if changes else ()
    kin: dict[str, Sequence[Carrier]] = {}
    indexed = []
    for change, found, own in zip(changes, near, marks, strict=True):
        kin[change.id] = same = stories.kin(change.headline.title, found)
        indexed.append(Indexed(key=change.headline.key, marks=own, story=same[0].story if same else None))
    return kin, indexed


def first_told(kin: Mapping[str, Sequence[Carrier]]) -> Mapping[str, datetime]:
    """Return by change when another site was first seen with its story, where one was."""
    return {change: min(carrier.seen_at for carrier in carriers) for change, carriers in kin.items() if carriers}
