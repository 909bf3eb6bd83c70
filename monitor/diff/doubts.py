"""What speaks against two headlines telling one story, and how much of their likeness is left in spite of it.

Each doubt is one thing that a desk editor would point at. What they share is not weighed here.
"""

from __future__ import annotations

from collections.abc import Iterator

from monitor.diff import lists
from monitor.diff.gist import Gist, Signs
from monitor.diff.kinship import kinship

OTHER_PLACES, OTHER_NAMES, OTHER_NUMBERS = "other places", "other names", "other numbers"
ANOTHER_STAGE, TEMPLATE = "another stage of the affair", "one thing in the place of another"

_DAYS_APART, _NUMBERS_APART, _COUNTED_OTHERWISE = 0.5, 0.6, 0.8
_STAGES_APART, _FOLLOW_UP, _STAGE_ADDED, _DENIED = 0.6, 0.75, 0.95, 0.75
_PLACES_APART, _PLACES_DIFFER, _NAMES_APART, _EVENTS_APART = 0.5, 0.75, 0.8, 0.88
_ANOTHER_OF_ROW, _HEADS_APART, _THINGS_APART, _ONE_ASKS = 0.85, 0.88, 0.88, 0.85
_SLOT = 0.6
_FRAME = 3  # words that a sentence and its double share at least around what differs, to be a template


def doubts(a: Gist, of_a: Signs, b: Gist, of_b: Signs) -> tuple[tuple[str, float], ...]:
    """Return what speaks against one story, and how much each leaves of the likeness."""
    return (*_of_numbers(of_a, of_b), *_of_stages(of_a, of_b), *_of_events(of_a, of_b), *_of_words(a, b))


def _of_numbers(a: Signs, b: Signs) -> Iterator[tuple[str, float]]:
    if a.row != b.row:
        yield "another one of a row", _ANOTHER_OF_ROW
    if a.numbers == b.numbers and a.counts == b.counts:
        return
    both = {thing for thing, _ in a.counts} & {thing for thing, _ in b.counts}
    mine, others = ({count for count in told.counts if count[0] in both} for told in (a, b))
    if a.days and b.days and a.days.isdisjoint(b.days):
        yield OTHER_NUMBERS, _DAYS_APART
    elif a.numbers and b.numbers and (a.numbers.isdisjoint(b.numbers) or (both and mine.isdisjoint(others))):
        yield OTHER_NUMBERS, _NUMBERS_APART  # 2 dead and 15 hurt are not 1 dead and 2 hurt
    elif mine != others:
        yield OTHER_NUMBERS, _COUNTED_OTHERWISE


def _of_stages(a: Signs, b: Signs) -> Iterator[tuple[str, float]]:
    if a.stages and b.stages and a.stages.isdisjoint(b.stages):
        yield ANOTHER_STAGE, _STAGES_APART
    elif own := [stages for stages in a.told ^ b.told if stages.isdisjoint(a.stages & b.stages)]:
        follows = any(not lists.followups().isdisjoint(stages) for stages in own)
        yield "a stage of its own", _FOLLOW_UP if follows else _STAGE_ADDED
    if a.denies != b.denies:
        yield "one says no", _DENIED
    if a.asks != b.asks:
        yield "one asks", _ONE_ASKS


def _of_events(a: Signs, b: Signs) -> Iterator[tuple[str, float]]:
    if _elsewhere(a.places, b.places) and _elsewhere(b.places, a.places):
        yield OTHER_PLACES, _PLACES_APART if a.places.isdisjoint(b.places) else _PLACES_DIFFER
    if a.events - b.events and b.events - a.events:
        yield "other events", _EVENTS_APART


def _elsewhere(mine: frozenset[int], others: frozenset[int]) -> bool:
    """Tell whether one of my places is none of the others', lies in none of them and has none of them within it."""
    within = lists.within()
    return any(
        place not in others and within.get(place) not in others and all(within.get(other) != place for other in others)
        for place in mine
    )


def _of_words(a: Gist, b: Gist) -> Iterator[tuple[str, float]]:
    if _names_stranger(a, b) and _names_stranger(b, a):
        yield OTHER_NAMES, _NAMES_APART
    elif a.head and b.head and _head_stranger(a, b) and _head_stranger(b, a):
        yield "another affair or speaker", _HEADS_APART
    if _things(a) - _things(b) and _things(b) - _things(a):
        yield "other people or things", _THINGS_APART
    if _is_template(a, b):
        yield TEMPLATE, _SLOT


def _names_stranger(mine: Gist, others: Gist) -> bool:
    """Tell whether I name somebody of whom the other headline has no word."""
    aliens = mine.names.difference(others.weights)
    return any(not any(kinship(name, key) for key in others.weights) for name in aliens)


def _things(told: Gist) -> set[str]:
    return {key for key in told.weights if key[0] == "~"}


def _head_stranger(mine: Gist, others: Gist) -> bool:
    """Tell whether the other headline has no word of what mine begins with, before a colon."""
    known = set(others.kin.values())
    return not any(mine.kin[key] in known or any(kinship(key, other) for other in others.weights) for key in mine.head)


def _is_template(a: Gist, b: Gist) -> bool:
    """Tell whether two headlines are one sentence with something else in one place."""
    one, other = a.order, b.order
    most = min(len(one), len(other))
    before = next((i for i in range(most) if one[i] != other[i]), most)
    after = next((i for i in range(most - before) if one[-1 - i] != other[-1 - i]), most - before)
    mine, others = one[before : len(one) - after], other[before : len(other) - after]
    if not (_says_much(a, mine) and _says_much(b, others)):
        return False  # another number or event is a doubt of its own
    if before + after < max(_FRAME, len(mine), len(others)):
        return False
    return not any(key == alien or kinship(key, alien) for key in mine for alien in others)


def _says_much(told: Gist, keys: tuple[str, ...]) -> bool:
    return any(key in told.own or key[0] in "@~" for key in keys)
