"""Whether many changes at one look are news or what a site dug out: a new layout, a back-fill, an archive.

Judges by what can be proven (dates, article numbers, known titles and stories), then by where on the page the
headlines stand. When nothing speaks against them, however many they are, they are news.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property

from monitor.diff import identity
from monitor.diff.age import is_old, known_numbers
from monitor.diff.engine import Diff
from monitor.model import Change, ChangeKind, Flood, Memory, PollState, make_id

FLOOD_FROM = 12  # changes of one kind at one look
TRAILING_FROM = 2  # new ones below all others of a feed whose news comes at the top
GROWN_FROM = 2  # new ones below the familiar ones of a page that shows many more headlines than before ...
GROWN = 1.5  # ... so many times as many ...
GROWN_BY = 4  # ... and so many more: a ticker of two shows three now and then
SHORT_GAP = timedelta(minutes=30)  # between two looks, within which no page changes wholly by itself
TOLD_LATELY = timedelta(hours=1)  # a story that another site has had for no longer is news


def judge(
    diff: Diff, memory: Memory, state: PollState, now: datetime, elsewhere: Mapping[str, datetime] | None = None
) -> Flood | None:
    """Return what is to be held back of one look's changes, or None.

    Args:
        diff: what the page changes.
        memory: the headlines that the page was compared with.
        state: of the endpoint, as the last look left it.
        now: when the page was fetched.
        elsewhere: by id of a change, when another site was first seen with its story.
    """
    if state.last_ok_at is None:
        return None
    by_kind = {kind: [change for change in diff.changes if change.kind is kind] for kind in ChangeKind}
    look = _Look(memory, state.last_ok_at, now, state.typical_items, elsewhere or {})
    held = [
        _old_ones(by_kind[ChangeKind.NEW], diff, look),
        _dressed_ones(by_kind[ChangeKind.EDITED], diff),
        _returned_ones(by_kind[ChangeKind.REAPPEARED]),
    ]
    ids = frozenset[str]().union(*(found for found, _ in held))
    if not ids:
        return None
    reason = "; ".join(why for _, why in held if why)
    return Flood(id=make_id("flood", state.source, state.endpoint, now.isoformat()), changes=ids, reason=reason)


@dataclass(frozen=True)
class _Look:
    """What is known of the look that brought the changes."""

    memory: Memory
    looked_at: datetime  # the last time
    now: datetime
    usual: int  # headlines of the page
    elsewhere: Mapping[str, datetime]

    @property
    def soon(self) -> bool:
        return self.now - self.looked_at <= SHORT_GAP

    @cached_property
    def numbers(self) -> Sequence[int]:
        return known_numbers(self.memory)

    @cached_property
    def titles(self) -> frozenset[str]:
        return frozenset(key for known in self.memory.headlines for key in known.keys if key[0] == "t")

    def is_old(self, change: Change, shared_date: datetime | None) -> tuple[bool | None, str]:
        """Tell whether a headline was there before the last look, and what says so; None: nothing proves anything."""
        told = change.headline
        old = is_old(told.url, told.published_at, self.numbers, self.looked_at)
        proof = "article number" if is_old(None, told.published_at, (), self.looked_at) is None else "date"
        if old is False and shared_date is not None and told.published_at == shared_date:
            old, proof = is_old(told.url, None, self.numbers, self.looked_at), "article number"
        if old is None and change.id in self.elsewhere:
            old, proof = self.now - self.elsewhere[change.id] > TOLD_LATELY, "what other sites told"
        if old is None and identity.says_enough(told.title) and identity.key_of_title(told.title) in self.titles:
            old, proof = True, "title"
        return old, proof


def _old_ones(new: Sequence[Change], diff: Diff, look: _Look) -> tuple[set[str], str]:
    """Return what is held of the new headlines, and why."""
    if len(new) < GROWN_FROM:
        return set(), ""
    shared = _shared_date(new)
    verdicts = {change.id: look.is_old(change, shared) for change in new}
    old = {id_: proof for id_, (verdict, proof) in verdicts.items() if verdict}
    doubtful = {id_ for id_, (verdict, _) in verdicts.items() if verdict is not False}
    return _dug_out(old, doubtful, len(new), diff, look) or _out_of_place(old, doubtful, len(new), diff, look)


def _dug_out(
    old: Mapping[str, str], doubtful: set[str], new: int, diff: Diff, look: _Look
) -> tuple[set[str], str] | None:
    """Return what is held since it is many, and half of it old, or since nothing else is on the page."""
    if new < FLOOD_FROM:
        return None
    if len(old) * 2 >= new:
        return doubtful, f"{new} headlines at once, {len(old)} of them old ({_proofs(old.values())})"
    if look.soon and diff.known == 0 and new >= look.usual / 2 and len(doubtful) * 2 > new:
        return doubtful, f"{new} headlines at once and not one that was there before"
    return None


def _out_of_place(
    old: Mapping[str, str], doubtful: set[str], new: int, diff: Diff, look: _Look
) -> tuple[set[str], str]:
    """Return what is held since it stands where new headlines do not appear."""
    below, apart, proven = old.keys() | (doubtful & diff.below), doubtful & diff.apart, old.keys() & diff.below
    if len(below) >= GROWN_FROM and diff.items >= max(GROWN * look.usual, look.usual + GROWN_BY) and look.usual:
        dug_out = not look.soon or new * 2 >= diff.items - look.usual  # what the page grew by is mostly new
        others = doubtful - diff.leading if dug_out else set[str]()
        where = "not on top" if dug_out else "below the others, or in places of their own"
        grown = f"{new} headlines at once on a page of {diff.items} instead of {look.usual}"
        return below | apart | others, f"{grown}; these are {where}"
    if len(proven) >= GROWN_FROM:
        return proven, f"{len(proven)} headlines below the others are old ({_proofs(old[one] for one in proven)})"
    trailing = doubtful & diff.trailing
    if len(trailing) >= TRAILING_FROM and look.soon:
        return trailing, f"{len(trailing)} headlines at once at the end of a feed"
    odd = below | apart
    if len(odd) >= FLOOD_FROM and len(odd) * 2 >= new and look.soon:
        return odd, f"{new} headlines at once, {len(odd)} of them where new ones do not appear"
    return set(), ""


def _proofs(proofs: Iterable[str]) -> str:
    return ", ".join(f"{count} by {proof}" for proof, count in Counter(proofs).most_common())


def _dressed_ones(edits: Sequence[Change], diff: Diff) -> tuple[set[str], str]:
    """Return many edits when they are half of the known headlines: that is a template, not an editor."""
    if len(edits) < FLOOD_FROM or len(edits) * 2 < diff.known:
        return set(), ""
    return {change.id for change in edits}, f"{len(edits)} of {diff.known} titles changed at once"


def _returned_ones(returns: Sequence[Change]) -> tuple[set[str], str]:
    if len(returns) < FLOOD_FROM:
        return set(), ""
    return {change.id for change in returns}, f"{len(returns)} headlines came back at once"


def _shared_date(new: Sequence[Change]) -> datetime | None:
    """Return the date that half of the headlines have: that of an import, or of a day, and no proof of youth."""
    dates = Counter(change.headline.published_at for change in new if change.headline.published_at)
    date, count = dates.most_common(1)[0] if dates else (None, 0)
    return date if count * 2 >= len(new) else None
