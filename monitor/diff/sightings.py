"""Groups the items of a page into headlines, remembered or new; decides about news nowhere."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cached_property

from monitor.diff import identity
from monitor.diff.edits import is_version
from monitor.diff.places import Place, in_place, places
from monitor.model import Item, Memory, Remembered

LOOSE_FOR = timedelta(hours=6)  # how long an item without a link may be followed by a new version of it
REPOSTED = timedelta(hours=2)  # how long a long title under another link is taken for the headline it was before
MOVED = timedelta(days=30)  # the same where the site uses no addresses any more of the kind that it was under
MANY_PASSED_ON = 1 / 4  # share of the links of a kind by which they are those of places
# Likeness of versions: where another text stands in an item's place, and where it stands elsewhere.
IN_PLACE, ELSEWHERE = 0.6, 0.84


@dataclass(slots=True)
class Sighting:
    """One headline of the page while its items are collected."""

    known: Remembered | None
    items: list[Item] = field(default_factory=list)
    keys: set[str] = field(default_factory=set)
    names: list[frozenset[str]] = field(default_factory=list)  # of each item, the keys of its title
    places: list[Place] = field(default_factory=list)

    @property
    def url(self) -> str | None:
        return next((item.url for item in self.items if item.url), None)

    def add(self, item: Item, keys: frozenset[str]) -> None:
        self.items.append(item)
        self.keys |= keys
        self.names.append(frozenset(key for key in keys if key[0] == "t"))


class _Links:
    """The links of a page, as far as somebody asks for them."""

    def __init__(self, items: Sequence[Item]) -> None:
        self._linked = [(item.url, item.title) for item in items if item.url]

    @cached_property
    def forms(self) -> frozenset[str]:
        """Of which kinds they are."""
        return frozenset(identity.form(url) for url, _ in self._linked)

    def has_elsewhere(self, title: str, url: str) -> bool:
        """Tell whether a title that nobody gives twice stands under a link that leads to another place."""
        others = self._places.get(identity.key_of_title(title), ()) if identity.says_enough(title) else ()
        return any(not identity.same_place(url, other) for other in others)

    @cached_property
    def _places(self) -> Mapping[str, list[str]]:
        places: dict[str, list[str]] = {}
        for url, title in self._linked:
            places.setdefault(identity.key_of_title(title), []).append(url)
        return places


def collect(
    items: Sequence[Item], memory: Memory, now: datetime, last: Sequence[str] = (), page: Sequence[Item] = ()
) -> tuple[list[Sighting], tuple[str, ...]]:
    """Return the page's headlines, and its items without a link as they will be known at the next look.

    Known ones are found by memory, new ones among themselves. `last` is what was returned at the last look,
    `page` all that the page shows, where `items` are only a part of it.
    """
    sightings: list[Sighting] = []
    by_id: dict[int, Sighting] = {}
    by_key: dict[str, list[Remembered]] = {}
    for headline in memory.headlines:
        for key in headline.keys:
            by_key.setdefault(key, []).append(headline)
    links = _Links(page or items)
    owners: list[Sighting] = []
    page_keys = identity.keys_of_page(items)
    turned = _turned(items, page_keys, by_key, links, Counter(map(_kind, page or items)))
    for item, keys, (passed, named) in zip(items, page_keys, turned, strict=True):
        own = frozenset(key for key in keys if key[0] in "gt") if passed else keys
        known = named if passed else _find_known(item, keys, by_key, now, links)
        sighting = by_id.get(known.id) if known else _find_new(item, own, sightings)
        if sighting is None:
            sighting = Sighting(known)
            sightings.append(sighting)
            if known:
                by_id[known.id] = sighting
        sighting.add(item, own)
        owners.append(sighting)
    bar = tuple(identity.key_of_title(item.title) for item in items if not item.url)
    seen = [owner.known.headline.first_seen_at if owner.known else None for owner in owners]
    for owner, place in zip(owners, places(items, seen), strict=True):
        owner.places.append(place)
    _follow_loose(sightings, [known for known in memory.loose if known.id not in by_id], now, last, bar)
    return sightings, bar


def _follow_loose(
    sightings: Sequence[Sighting], gone: list[Remembered], now: datetime, last: Sequence[str], bar: Sequence[str]
) -> None:
    """Take a new item without a link for a version of one without a link that is gone from the page."""
    gone = [known for known in gone if now - known.headline.first_seen_at <= LOOSE_FOR]
    for sighting in sightings:
        if sighting.known or any(item.url for item in sighting.items):
            continue
        title = sighting.items[0].title
        known = next((known for known in gone if _follows(known, title, last, bar)), None)
        if known:
            gone.remove(known)
            sighting.known = known


def _follows(known: Remembered, title: str, last: Sequence[str], bar: Sequence[str]) -> bool:
    """Tell whether a title is a new version of an item that is gone: by its likeness, and by where it stands."""
    new = identity.key_of_title(title)
    stood = next((key for key in last if key in known.keys), "")
    placed = in_place(stood, new, last, bar)
    if placed is None:
        return is_version(known.headline.title, title)
    return is_version(known.headline.title, title, IN_PLACE if placed else ELSEWHERE)


def _find_known(
    item: Item,
    keys: Collection[str],
    by_key: Mapping[str, Sequence[Remembered]],
    now: datetime,
    links: _Links,
) -> Remembered | None:
    """Return the remembered headline that shares most keys with the item, by the strongest of them."""
    near = {known.id: known for key in keys for known in by_key.get(key, ())}
    found = []
    for known in near.values():
        shared, was = known.keys.intersection(keys), known.headline
        same = identity.same_headline(shared, item.title, item.url, was.title, was.url)
        if same or _is_moved(item, known, shared, now, links):
            strength = -identity.STRENGTH.index(identity.primary(shared)[0])
            found.append((len(shared), strength, was.breaking == item.breaking, known.id))
    return near[max(found)[-1]] if found else None


def _turned(
    items: Sequence[Item],
    page_keys: Sequence[Collection[str]],
    by_key: Mapping[str, Sequence[Remembered]],
    links: _Links,
    shown: Mapping[tuple[str, str], int],  # how many of each kind the page has
) -> list[tuple[bool, Remembered | None]]:
    """Tell of each item whether its link is passed on; in doubt it is where many of its kind are.

    One alone may be an article that the site published twice, or under a wrong title.
    """
    found = [_passed_on(item, keys, by_key, links) for item, keys in zip(items, page_keys, strict=True)]
    counts = Counter(_kind(item) for item, (passed, _) in zip(items, found, strict=True) if passed)
    sure = {kind for kind, count in counts.items() if count >= MANY_PASSED_ON * shown[kind]}
    return [
        (_kind(item) in sure if passed is None else passed, known)
        for item, (passed, known) in zip(items, found, strict=True)
    ]


def _kind(item: Item) -> tuple[str, str]:
    return item.section, identity.form(item.url or "")


def _passed_on(
    item: Item, keys: Collection[str], by_key: Mapping[str, Sequence[Remembered]], links: _Links
) -> tuple[bool | None, Remembered | None]:
    """Tell whether a link is passed on from one headline to the next, and whose title now stands under it.

    Such a link («/ticker/1») is that of a place. Its former headline stands elsewhere on the page, or what stands
    under it now was known before it got there. None: a title that nobody knew may be an edit, or in a place.
    """
    owners = next((by_key[key] for key in keys if key[0] == "u" and key in by_key), ())
    titles = [key for key in keys if key[0] == "t"]
    if any(title in owner.keys for owner in owners for title in titles):
        return False, None  # the usual case
    if not owners or not item.url or not identity.says_enough(item.title):
        return False, None
    named = [known for title in titles for known in by_key.get(title, ())]
    if named:
        linked = [known for known in named if known.headline.url]
        return bool(linked), max(linked, key=lambda known: known.id, default=None)
    return any(links.has_elsewhere(owner.headline.title, item.url) for owner in owners) or None, None


def _is_moved(item: Item, known: Remembered, shared: Collection[str], now: datetime, links: _Links) -> bool:
    """Tell whether an item is a headline that the site has put under another link.

    Short titles («نشرة الأخبار») are given again and again; a long one only to the same news, as long as that is on
    the site, or when the site uses no links any more of the kind that it had.
    """
    url = known.headline.url
    if not (url and item.url and identity.says_enough(item.title)) or all(key[0] != "t" for key in shared):
        return False
    absent = now - known.last_seen_at
    return absent <= REPOSTED or (absent <= MOVED and identity.form(url) not in links.forms)


def _find_new(item: Item, keys: Collection[str], sightings: Sequence[Sighting]) -> Sighting | None:
    for sighting in sightings:
        shared = sighting.keys.intersection(keys)
        if sighting.known or not shared:
            continue
        if identity.says_enough(item.title) and any(key[0] == "t" for key in shared):
            return sighting
        # One without a link must not join two that have one: the next look would tell them apart.
        linked = [x for x in sighting.items if x.url and item.url]
        if any(identity.same_headline(shared, item.title, item.url, x.title, x.url) for x in linked or sighting.items):
            return sighting
    return None
