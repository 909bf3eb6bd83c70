"""What an edit of a title changes: a slip, a number, a name, a verdict, the wording, or the whole story."""

from __future__ import annotations

from monitor.diff import identity
from monitor.diff.gist import Gist, gist
from monitor.diff.likeness import ANOTHER, VERSION, compare, one_letter_apart
from monitor.model import EditKind

_UNLIKE = 0.3  # likeness below which titles without common words are two stories under one link
_YEARS = range(1900, 2101)


def judge_edit(old: str, new: str) -> EditKind | None:
    """Return what changed, the weightiest first, or None when the link was used again for another story."""
    if identity.overlap(old, new) < identity.MIN_OVERLAP and compare(old, new).version < _UNLIKE:
        return None
    before, after = gist(old), gist(new)
    if _counts(before) - _counts(after) and _counts(after) - _counts(before):
        return EditKind.NUMBER
    if before.stages and after.stages and before.stages.isdisjoint(after.stages):
        return EditKind.VERDICT
    if _is_slip(before, after):
        return EditKind.SLIP
    if after.names - before.names or after.places - before.places:
        return EditKind.NAME
    return EditKind.WORDING


def is_version(old: str, new: str) -> bool:
    """Tell whether an item without a link is a new version of another; in doubt it is news."""
    likeness = compare(old, new)
    doubts = {what for what, _ in likeness.doubts}
    return likeness.version >= VERSION and doubts.isdisjoint(ANOTHER) and _days(gist(old)) == _days(gist(new))


def _days(told: Gist) -> set[str]:
    return {key for key in told.numbers if key.startswith("#d")}


def _counts(told: Gist) -> set[str]:
    """Return the numbers that count something; days and years do not."""
    found = {key[1:] for key in told.numbers}
    return {number for number in found if number.isdigit() and int(number) not in _YEARS}


def _is_slip(before: Gist, after: Gist) -> bool:
    """Tell whether every word is still there, spelt a little differently at most."""
    old, new = before.text.split(), after.text.split()
    return len(old) == len(new) and all(a == b or one_letter_apart(a, b) for a, b in zip(old, new, strict=True))
