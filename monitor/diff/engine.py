"""Compares a page with what its source is remembered to have shown: new, edited, promoted, or nothing.

Absent is not deleted, order means nothing, and no date decides. The function sees values only; remembering and
telling are done elsewhere.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Literal

from monitor.diff import identity, learning
from monitor.diff.edits import is_version, judge_edit
from monitor.diff.sightings import Sighting, collect
from monitor.errors import ExtractError
from monitor.model import Change, ChangeKind, EditKind, Headline, Item, Memory, Remembered, Section, Upsert, make_id
from monitor.text import title_key

REFRESH_SEEN = timedelta(hours=1)  # how exact "last seen" is kept: it only serves forgetting by age
PROMOTION_WINDOW = timedelta(hours=1)  # later arrivals in the ticker are old news taking its turn
EDITS_PER_HOUR = 3  # of one headline; further ones are kept and not told again
EDIT_LIMIT = 24  # versions of one headline; a title of which then only the number moves has a counter in it
LONGEST_TITLE = 160  # characters; 99 % of headlines are shorter than 126, longer texts are leads
MOST_EDITED = 1 / 2  # share of the known titles that editors change while an endpoint's options are changed
ON_ONE_LINK = 0.5  # likeness of two titles that a live page or a section shows one after the other
COLLAPSE = 0.3  # a page with less than this share of its usual headlines has collapsed ...
COLLAPSE_FROM = 8  # ... if it usually shows at least this many


@dataclass(frozen=True, slots=True, kw_only=True)
class Diff:
    """What to write and what to tell after one page."""

    upserts: tuple[Upsert, ...]
    seen_ids: tuple[int, ...]
    changes: tuple[Change, ...]
    known: int  # how many headlines were known before
    items: int = 0  # of the page
    below: frozenset[str] = frozenset()  # ids of new ones that stand under an old link, or below what was there before
    leading: frozenset[str] = frozenset()  # ids of new ones above all, or in the ticker
    apart: frozenset[str] = frozenset()  # ids of new ones in a block of the page that shows nothing familiar
    trailing: frozenset[str] = frozenset()  # ids of new ones at the end of a feed
    bar: tuple[str, ...] = ()  # items without a link, as the next look at the endpoint wants to know them


def compare(
    source: str,
    items: Sequence[Item],
    memory: Memory,
    now: datetime,
    *,
    baseline: bool,
    absent_since: datetime | None = None,
    backlog: int = 0,
    read_at: datetime | None = None,
    bar: Sequence[str] = (),
    page: Sequence[Item] = (),
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
        read_at: when the endpoint was last read well; it learns again when it is read otherwise since.
        page: all that the page shows, where `items` are only a part of it.
        bar: as the last look at the endpoint returned it.
    """
    sightings, shown = collect(items, memory, now, bar, page)
    fresh = learning.news(sightings, memory, now, read_at, backlog) if baseline else ()
    upserts: list[Upsert] = []
    changes: list[Change] = []
    odd: dict[str, set[str]] = {"below": set(), "apart": set(), "leading": set(), "trailing": set(), "": set()}
    quiet_edits = baseline and not _few_edits(sightings, now, read_at)
    for sighting in sightings:
        upsert, change = (
            _judge_known(sighting, sighting.known, now, baseline=baseline, quiet=quiet_edits, absent_since=absent_since)
            if sighting.known
            else _judge_new(source, sighting, now, baseline=baseline and sighting not in fresh)
        )
        if upsert:
            upserts.append(upsert)
        if change:
            changes.append(change)
        if change and change.kind is ChangeKind.NEW:
            odd[_place(sighting, baseline=baseline)].add(change.id)
            if not sighting.known and all(place.trails for place in sighting.places):
                odd["trailing"].add(change.id)
    known = [sighting.known for sighting in sightings if sighting.known]
    return Diff(
        upserts=tuple(upserts),
        seen_ids=tuple(k.id for k in known if now - k.last_seen_at >= REFRESH_SEEN),
        changes=tuple(changes),
        known=len(known),
        items=len(items),
        below=frozenset(odd["below"]),
        leading=frozenset(odd["leading"]),
        apart=frozenset(odd["apart"]),
        trailing=frozenset(odd["trailing"]),
        bar=shown,
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


def _place(sighting: Sighting, *, baseline: bool) -> Literal["leading", "", "below", "apart"]:
    """Return where a new headline stands: news appears above what was there before, or in the ticker."""
    if sighting.known:
        return "below"
    if any(place.ticker or (place.leads and not baseline) for place in sighting.places):
        return "leading"
    if any(place.above and not baseline for place in sighting.places):
        return ""
    return "below" if any(place.share for place in sighting.places) else "apart"


def _few_edits(sightings: Sequence[Sighting], now: datetime, read_at: datetime | None) -> bool:
    """Tell whether an endpoint that is read otherwise now shows the titles that it showed before, but for a few."""
    known = [sighting for sighting in sightings if sighting.known]
    edited = sum(_new_title(sighting, sighting.known) is not None for sighting in known if sighting.known)
    return learning.was_read(read_at, now) and edited < MOST_EDITED * len(known)


def _judge_new(source: str, sighting: Sighting, now: datetime, *, baseline: bool) -> tuple[Upsert, Change | None]:
    headline = Headline(
        source=source,
        key=identity.primary(sighting.keys),
        title=_fullest([item.title for item in sighting.items]),
        section=_section(sighting.items),
        url=sighting.url,
        published_at=next((item.published_at for item in sighting.items if item.published_at), None),
        first_seen_at=now,
        breaking=any(item.breaking for item in sighting.items),
    )
    upsert = Upsert(headline=headline, new_keys=frozenset(sighting.keys), baseline=baseline)
    return upsert, None if baseline else _change(ChangeKind.NEW, headline, now)


def _judge_known(
    sighting: Sighting,
    known: Remembered,
    now: datetime,
    *,
    baseline: bool,
    quiet: bool,  # edits are not told
    absent_since: datetime | None,
) -> tuple[Upsert | None, Change | None]:
    old = known.headline
    breaking = any(item.breaking for item in sighting.items)
    promoted = breaking and not old.breaking
    title = _new_title(sighting, known)
    new_keys = frozenset(sighting.keys - known.keys)
    if title and old.version >= EDIT_LIMIT and _without_numbers(title) == _without_numbers(old.title):
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
        url=old.url or sighting.url,
        published_at=old.published_at or next((i.published_at for i in sighting.items if i.published_at), None),
    )
    upsert = Upsert(id=known.id, headline=headline, new_keys=new_keys, edits=known.edits, edits_since=known.edits_since)
    if title:
        upsert, edited = _judge_edit(upsert, known, sighting, now)
        return upsert, None if quiet else edited
    if baseline:
        return upsert, None
    if promoted and not known.baseline and now - old.first_seen_at <= PROMOTION_WINDOW:
        return upsert, _change(ChangeKind.PROMOTED, headline, now, fired=known.fired)
    if returned:
        return upsert, _change(ChangeKind.REAPPEARED, headline, now, of=known.last_seen_at.isoformat())
    return upsert, None


def _judge_edit(upsert: Upsert, known: Remembered, sighting: Sighting, now: datetime) -> tuple[Upsert, Change]:
    """Return what a new title is: an edit, or another story under a link that is used again."""
    old, headline = known.headline, upsert.headline
    kind = judge_edit(old.title, headline.title)
    if kind and old.url and identity.says_little(old.url) and not is_version(old.title, headline.title, ON_ONE_LINK):
        kind = None  # a live page or a section: its link says nothing about the story
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


def _new_title(sighting: Sighting, known: Remembered) -> str | None:
    """Return the fullest title of the page that the headline was never seen with."""
    shown = zip(sighting.items, sighting.names, strict=True)
    unseen = [item.title for item, names in shown if names.isdisjoint(known.keys)]
    return _fullest(unseen) if unseen else None


def _without_numbers(title: str) -> str:
    return re.sub(r"\d+", "0", title_key(title))


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
