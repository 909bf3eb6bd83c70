"""Compares a page with what its source is remembered to have shown: new, edited, promoted, or nothing.

Absent is not deleted, order means nothing, and no date decides. The function sees values only; remembering and
telling are done elsewhere.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from monitor.diff import identity
from monitor.diff.edits import is_version, judge_edit
from monitor.errors import ExtractError
from monitor.model import Change, ChangeKind, EditKind, Headline, Item, Memory, Remembered, Section, Upsert, make_id

REFRESH_SEEN = timedelta(hours=1)  # how exact "last seen" is kept: it only serves forgetting by age
PROMOTION_WINDOW = timedelta(hours=1)  # later arrivals in the ticker are old news taking its turn
FRESH = timedelta(minutes=15)  # what is so young is news even to an endpoint that only starts to learn ...
MOST_FRESH = 5  # ... unless it is many, which shows that the dates say nothing
EDITS_PER_HOUR = 3  # of one headline; further ones are kept and not told again
LOOSE_FOR = timedelta(hours=6)  # how long an item without a link may be followed by a new version of it
EDIT_LIMIT = 24  # versions of one headline; more is a counter in the title, not an editor
LONGEST_TITLE = 160  # characters; 99 % of headlines are shorter than 126, longer texts are leads
COLLAPSE = 0.3  # a page with less than this share of its usual headlines has collapsed ...
COLLAPSE_FROM = 8  # ... if it usually shows at least this many


@dataclass(frozen=True, slots=True, kw_only=True)
class Diff:
    """What to write and what to tell after one page."""

    upserts: tuple[Upsert, ...]
    seen_ids: tuple[int, ...]
    changes: tuple[Change, ...]
    known: int  # how many items were known before


@dataclass(slots=True)
class _Sighting:
    """One headline of the page while its items are collected."""

    known: Remembered | None
    items: list[Item] = field(default_factory=list)
    keys: set[str] = field(default_factory=set)


def compare(
    source: str,
    items: Sequence[Item],
    memory: Memory,
    now: datetime,
    *,
    baseline: bool,
    absent_since: datetime | None = None,
    backlog: int = 0,
) -> Diff:
    """Return what the page changes.

    Args:
        source: name of the source that all keys belong to.
        items: headlines of the page.
        memory: the source's headlines that share a key with the page (keys of `identity.keys_of_page`).
        now: when the page was fetched.
        baseline: learn everything silently, except what appeared while another endpoint of the source was watched:
            the new one may be the first to show it, and nobody would ever be told.
        absent_since: headlines last seen before it have reappeared; the source was read without them since. None:
            nothing ever reappears.
        backlog: how many of the newest headlines are told although the source is looked at for the first time.
    """
    sightings = _collect(items, memory, now)
    fresh = (*_fresh(sightings, memory, now), *_backlog(sightings, memory, backlog)) if baseline else ()
    upserts: list[Upsert] = []
    changes: list[Change] = []
    for sighting in sightings:
        upsert, change = (
            _judge_known(sighting, sighting.known, now, baseline=baseline, absent_since=absent_since)
            if sighting.known
            else (_judge_new(source, sighting, now, baseline=baseline and sighting not in fresh))
        )
        if upsert:
            upserts.append(upsert)
        if change:
            changes.append(change)
    known = [sighting.known for sighting in sightings if sighting.known]
    return Diff(
        upserts=tuple(upserts),
        seen_ids=tuple(k.id for k in known if now - k.last_seen_at >= REFRESH_SEEN),
        changes=tuple(changes),
        known=len(known),
    )


def check_plausible(diff: Diff, items: Sequence[Item], typical: int) -> None:
    """Refuse a page that has lost nearly all its headlines and shows only strangers: it is not the page we know.

    Raises:
        ExtractError: the page has collapsed.
    """
    if typical >= COLLAPSE_FROM and 0 < len(items) < typical * COLLAPSE and not diff.known:
        raise ExtractError(
            f"the page shows {len(items)} headlines instead of about {typical}, and none of them is known; "
            "it looks like an error page or a new layout; try: headline-monitor extract URL"
        )


def _collect(items: Sequence[Item], memory: Memory, now: datetime) -> list[_Sighting]:
    """Group the page's items into headlines: known ones by memory, new ones among themselves."""
    sightings: list[_Sighting] = []
    by_id: dict[int, _Sighting] = {}
    by_key: dict[str, list[Remembered]] = {}
    for headline in memory.headlines:
        for key in headline.keys:
            by_key.setdefault(key, []).append(headline)
    for item, keys in zip(items, identity.keys_of_page(items), strict=True):
        known = _find_known(item, keys, by_key)
        sighting = by_id.get(known.id) if known else _find_new(item, keys, sightings)
        if sighting is None:
            sighting = _Sighting(known)
            sightings.append(sighting)
            if known:
                by_id[known.id] = sighting
        sighting.items.append(item)
        sighting.keys |= keys
    _follow_loose(sightings, [known for known in memory.loose if known.id not in by_id], now)
    return sightings


def _follow_loose(sightings: Sequence[_Sighting], gone: list[Remembered], now: datetime) -> None:
    """Take a new item without a link for a version of one without a link that is gone from the page."""
    gone = [known for known in gone if now - known.headline.first_seen_at <= LOOSE_FOR]
    for sighting in sightings:
        if sighting.known or any(item.url for item in sighting.items):
            continue
        title = sighting.items[0].title
        known = next((known for known in gone if is_version(known.headline.title, title)), None)
        if known:
            gone.remove(known)
            sighting.known = known


def _find_known(item: Item, keys: Collection[str], by_key: Mapping[str, Sequence[Remembered]]) -> Remembered | None:
    """Return the remembered headline that shares most keys with the item, by the strongest of them."""
    near = {known.id: known for key in keys for known in by_key.get(key, ())}
    found = []
    for known in near.values():
        shared, was = known.keys.intersection(keys), known.headline
        if identity.same_headline(shared, item.title, item.url, was.title, was.url):
            strength = -identity.STRENGTH.index(identity.primary(shared)[0])
            found.append((len(shared), strength, was.breaking == item.breaking, known.id))
    return near[max(found)[-1]] if found else None


def _find_new(item: Item, keys: Collection[str], sightings: Sequence[_Sighting]) -> _Sighting | None:
    for sighting in sightings:
        shared = sighting.keys.intersection(keys)
        if sighting.known or not shared:
            continue
        # One without a link must not join two that have one: the next look would tell them apart.
        linked = [x for x in sighting.items if x.url and item.url]
        if any(identity.same_headline(shared, item.title, item.url, x.title, x.url) for x in linked or sighting.items):
            return sighting
    return None


def _fresh(sightings: Sequence[_Sighting], memory: Memory, now: datetime) -> Sequence[_Sighting]:
    """Return the unknown headlines that were published a moment ago, and after the source was first learned."""
    if memory.watched_since is None:
        return ()
    begin = max(memory.watched_since, now - FRESH)
    found = [
        sighting
        for sighting in sightings
        if not sighting.known and any(i.published_at and begin < i.published_at <= now for i in sighting.items)
    ]
    return found if len(found) <= MOST_FRESH else ()


def _backlog(sightings: Sequence[_Sighting], memory: Memory, most: int) -> Sequence[_Sighting]:
    """Return the newest headlines of a source that was never read: by date where there are dates, else the first."""
    if memory.watched_since is not None or most < 1:
        return ()
    return sorted(sightings, key=_published, reverse=True)[:most]


def _published(sighting: _Sighting) -> float:
    return max((item.published_at.timestamp() for item in sighting.items if item.published_at), default=0.0)


def _judge_new(source: str, sighting: _Sighting, now: datetime, *, baseline: bool) -> tuple[Upsert, Change | None]:
    headline = Headline(
        source=source,
        key=identity.primary(sighting.keys),
        title=_fullest([item.title for item in sighting.items]),
        section=_section(sighting.items),
        url=next((item.url for item in sighting.items if item.url), None),
        published_at=next((item.published_at for item in sighting.items if item.published_at), None),
        first_seen_at=now,
        breaking=any(item.breaking for item in sighting.items),
    )
    upsert = Upsert(headline=headline, new_keys=frozenset(sighting.keys), baseline=baseline)
    return upsert, None if baseline else _change(ChangeKind.NEW, headline, now)


def _judge_known(
    sighting: _Sighting, known: Remembered, now: datetime, *, baseline: bool, absent_since: datetime | None
) -> tuple[Upsert | None, Change | None]:
    old = known.headline
    breaking = any(item.breaking for item in sighting.items)
    promoted = breaking and not old.breaking
    title = _new_title(sighting, known)
    new_keys = frozenset(sighting.keys - known.keys)
    if title and old.version >= EDIT_LIMIT and identity.overlap(title, old.title) >= identity.MIN_OVERLAP:
        title, new_keys = None, frozenset(key for key in new_keys if not key.startswith("t:"))
    returned = absent_since is not None and known.last_seen_at < absent_since and not baseline
    if not (title or promoted or new_keys or returned):
        return None, None
    headline = replace(
        old,
        title=title or old.title,
        version=old.version + 1 if title else old.version,
        breaking=old.breaking or breaking,
        section=Section.TICKER if promoted else old.section,
        url=old.url or next((item.url for item in sighting.items if item.url), None),
        published_at=old.published_at or next((i.published_at for i in sighting.items if i.published_at), None),
    )
    upsert = Upsert(id=known.id, headline=headline, new_keys=new_keys, edits=known.edits, edits_since=known.edits_since)
    if title:
        upsert, edited = _judge_edit(upsert, known, sighting, now)
        return upsert, None if baseline else edited
    if baseline:
        return upsert, None
    if promoted and not known.baseline and now - old.first_seen_at <= PROMOTION_WINDOW:
        return upsert, _change(ChangeKind.PROMOTED, headline, now, fired=known.fired)
    if returned:
        return upsert, _change(ChangeKind.REAPPEARED, headline, now, of=known.last_seen_at.isoformat())
    return upsert, None


def _judge_edit(upsert: Upsert, known: Remembered, sighting: _Sighting, now: datetime) -> tuple[Upsert, Change]:
    """Return what a new title is: an edit, or another story under a link that is used again."""
    old, headline = known.headline, upsert.headline
    kind = judge_edit(old.title, headline.title)
    if kind is None:  # told in full, as if nothing had been told under the link
        dates = [item.published_at for item in sighting.items if item.published_at]
        headline = replace(headline, first_seen_at=now, published_at=next(iter(dates), None))
        return replace(upsert, headline=headline, edits=0, edits_since=None), _change(ChangeKind.NEW, headline, now)
    lately = known.edits if known.edits_since and now - known.edits_since < timedelta(hours=1) else 0
    change = _change(ChangeKind.EDITED, headline, now, fired=known.fired)
    return (
        replace(upsert, edits=lately + 1, edits_since=known.edits_since if lately else now),
        replace(
            change,
            previous_title=old.title,
            former=old,
            edit=EditKind.COUNTER if lately >= EDITS_PER_HOUR else kind,
        ),
    )


def _new_title(sighting: _Sighting, known: Remembered) -> str | None:
    """Return the fullest title of the page that the headline was never seen with."""
    unseen = [item.title for item in sighting.items if identity.key_of_title(item.title) not in known.keys]
    return _fullest(unseen) if unseen else None


def _fullest(titles: Sequence[str]) -> str:
    """Return the longest title that is no lead paragraph: bars and sliders cut what the list shows whole."""
    return max((title for title in titles if len(title) <= LONGEST_TITLE), key=len, default=titles[0])


def _section(items: Sequence[Item]) -> Section:
    return Section.TICKER if any(item.section is Section.TICKER for item in items) else items[0].section


def _change(
    kind: ChangeKind, headline: Headline, now: datetime, *, fired: frozenset[str] = frozenset(), of: str = ""
) -> Change:
    """Return a change; `of` tells apart what can happen to one version more than once."""
    return Change(
        id=make_id(headline.source, headline.key, kind, str(headline.version), *filter(None, [of])),
        kind=kind,
        headline=headline,
        seen_at=now,
        already_fired=fired,
    )
