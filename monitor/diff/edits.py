"""What an edit of a title changes: a slip, a number, a name, a verdict, the wording, or the whole story."""

from __future__ import annotations

from monitor.diff import identity
from monitor.diff.doubts import OTHER_NAMES, OTHER_PLACES, TEMPLATE
from monitor.diff.gist import Signs, gist, signs
from monitor.diff.kinship import one_letter_apart
from monitor.diff.likeness import VERSION, compare
from monitor.model import EditKind

_UNLIKE = 0.3  # likeness below which titles without common words are two stories under one link
_YEARS = range(1900, 2101)
ANOTHER = {OTHER_PLACES, OTHER_NAMES, TEMPLATE}  # doubts that no edit of an item without a link explains


def judge_edit(old: str, new: str) -> EditKind | None:
    """Return what changed, the weightiest first, or None when the link was used again for another story."""
    if identity.overlap(old, new) < identity.MIN_OVERLAP and compare(old, new).version < _UNLIKE:
        return None
    before, after = signs(old), signs(new)
    if _counts(before) - _counts(after) and _counts(after) - _counts(before):
        return EditKind.NUMBER
    if before.stages and after.stages and before.stages.isdisjoint(after.stages):
        return EditKind.VERDICT
    if _is_slip(gist(old).text, gist(new).text):
        return EditKind.SLIP
    if gist(new).names - gist(old).names or after.places - before.places:
        return EditKind.NAME
    return EditKind.WORDING


def is_version(old: str, new: str, least: float = VERSION) -> bool:
    """Tell whether an item without a link is a version of another, by a likeness of `least`; in doubt it is news."""
    likeness = compare(old, new)
    doubts = {what for what, _ in likeness.doubts}
    return likeness.version >= least and doubts.isdisjoint(ANOTHER) and signs(old).days == signs(new).days


def _counts(told: Signs) -> set[str]:
    """Return the numbers that count something; days and years do not."""
    found = {key[1:].removeprefix("o") for key in told.numbers}  # a third victim and three of them
    return {number for number in found if number.isdigit() and int(number) not in _YEARS}


def _is_slip(before: str, after: str) -> bool:
    """Tell whether every word is still there, spelt a little differently at most."""
    old, new = before.split(), after.split()
    return len(old) == len(new) and all(a == b or one_letter_apart(a, b) for a, b in zip(old, new, strict=True))
