"""How alike two headlines are, and whether they tell one story or are versions of one; keeps no memory.

The figures were set on the invented pairs of `tests/diff/pairs` (`python tests/benchmarks/stories.py`), on the
careful side: a story told twice is a nuisance, a story hidden behind another one is news that nobody gets.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from math import prod, sqrt

from monitor.diff.gist import Gist, Word, gist
from monitor.diff.lists import within
from monitor.diff.stems import root

SAME_STORY = 0.6  # score from which two headlines tell one story
VERSION = 0.65  # likeness from which an item without a link is a new version of another one

_ROOT, _TYPO = 0.85, 0.9  # how much of a word counts when only its root is shared, or all but one letter
_FEW = 3.5  # weight below which a headline is too short to be contained in another
_LEAST = 0.4  # share of the lesser headline's weight that no two wordings of one story go below
_FRAME = 3  # words that a sentence and its double share at least around what differs, to be a template
# How much of a likeness is left in spite of each doubt.
_NUMBERS_APART, _NUMBERS_DIFFER = 0.65, 0.95
_STAGES_APART, _STAGE_ADDED = 0.6, 0.8
_PLACES_APART, _NAMES_APART, _EVENTS_APART = 0.5, 0.75, 0.85
_SLOT = 0.7


@dataclass(frozen=True, slots=True)
class Likeness:
    """What two headlines share."""

    cosine: float
    contained: float  # how much of the one that says less
    letters: float  # groups of three letters
    doubts: tuple[tuple[str, float], ...] = ()  # what speaks against it, and how much is left

    @property
    def score(self) -> float:
        """How surely two headlines of different sites tell one story: 0 to 1."""
        alike = 0.45 * self.cosine + 0.5 * self.contained + 0.05 * self.letters
        return min(1.0, alike * prod(left for _, left in self.doubts))

    @property
    def version(self) -> float:
        """How much two titles look like versions of one headline: another number, name or outcome is a version."""
        alike = 0.5 * self.cosine + 0.3 * self.contained + 0.2 * self.letters
        return min(1.0, alike * prod(left for what, left in self.doubts if what in _NO_VERSION))


_OTHER_PLACES, _OTHER_NAMES, _OTHER_EVENTS = "other places", "other names", "other events"
_TEMPLATE = "one thing in the place of another"
_NO_VERSION = {_OTHER_PLACES, _OTHER_EVENTS}
ANOTHER = {_OTHER_PLACES, _OTHER_NAMES, _TEMPLATE}  # doubts that no edit of an item without a link explains


def compare(title: str, other: str) -> Likeness:
    """Return what two headlines share."""
    a, b = sorted((gist(title), gist(other)), key=lambda one: one.text)  # so that no side is the first
    if a.text == b.text:
        return Likeness(1.0, 1.0, 1.0)
    matched = _matched(a, b)
    least = min(a.weight, b.weight)
    return Likeness(
        cosine=matched / sqrt(a.weight * b.weight) if least else 0.0,
        contained=matched / max(least, _FEW),
        letters=_letters(a, b),
        doubts=(*_number_doubts(a, b), *_stage_doubts(a, b), *_other_doubts(a, b)),
    )


def same_story(title: str, other: str) -> bool:
    """Tell whether two headlines of different sites tell one story."""
    return compare(title, other).score >= SAME_STORY


def edit(title: str, other: str) -> float:
    """Return how much two titles look like versions of one headline: 0 to 1."""
    return compare(title, other).version


def may_be_one(title: str, other: str) -> bool:
    """Tell, at a tenth of the price, whether `compare` could find one story at all."""
    a, b = gist(title), gist(other)
    others = {root(word.key) or word.key for word in b.words}
    shared = sum(word.weight for word in a.words if (root(word.key) or word.key) in others)
    return shared >= _LEAST * min(a.weight, b.weight)


def _letters(a: Gist, b: Gist) -> float:
    """Return the share of common groups of three letters."""
    one, other = ({run[i : i + 3] for i in range(len(run) - 2)} for run in (" ".join(told.order) for told in (a, b)))
    return 2 * len(one & other) / max(1, len(one) + len(other))


def _matched(a: Gist, b: Gist) -> float:
    """Return the weight of the words that both have, in any order."""
    others = {word.key: word for word in b.words}
    total = 0.0
    mine: list[Word] = []
    for word in a.words:
        same = others.pop(word.key, None)
        if same:
            total += word.weight
        else:
            mine.append(word)
    for word in mine:
        best = max(others.values(), key=lambda one: _kinship(word.key, one.key), default=None)
        if best and (kin := _kinship(word.key, best.key)):
            total += kin * min(word.weight, best.weight)
            del others[best.key]
    return total


def _kinship(key: str, other: str) -> float:
    """Return how much of a word another one counts as."""
    if root(key) and root(key) == root(other):
        return _ROOT
    return _TYPO if one_letter_apart(key, other) else 0.0


def one_letter_apart(word: str, other: str) -> bool:
    """Tell whether two words of five letters or more differ by one letter, or by two neighbours that swapped."""
    short, long = (word, other) if len(word) <= len(other) else (other, word)
    if len(short) < 5 or len(long) - len(short) > 1 or not short[0].isalpha():
        return False
    start = next((i for i in range(len(short)) if short[i] != long[i]), len(short))
    most = len(short) - start
    end = next((i for i in range(most) if short[-1 - i] != long[-1 - i]), most)
    left = len(long) - start - end
    return left <= 1 or (left == 2 and len(short) == len(long) and short[start] == long[start + 1])


def _number_doubts(a: Gist, b: Gist) -> Iterator[tuple[str, float]]:
    if _apart(a.numbers, b.numbers):  # 2 dead and 15 hurt are not 1 dead and 2 hurt
        yield "other numbers", _NUMBERS_APART
    elif a.numbers != b.numbers:
        yield "numbers differ", _NUMBERS_DIFFER


def _stage_doubts(a: Gist, b: Gist) -> Iterator[tuple[str, float]]:
    if a.stages and b.stages and a.stages.isdisjoint(b.stages):
        yield "another stage of the affair", _STAGES_APART
    elif a.stages != b.stages:
        yield "a stage of its own", _STAGE_ADDED


def _other_doubts(a: Gist, b: Gist) -> Iterator[tuple[str, float]]:
    if _elsewhere(a.places, b.places) and _elsewhere(b.places, a.places):
        yield _OTHER_PLACES, _PLACES_APART
    if _apart(a.names, b.names):
        yield _OTHER_NAMES, _NAMES_APART
    if _apart(a.events, b.events):
        yield _OTHER_EVENTS, _EVENTS_APART
    if _is_template(a, b):
        yield _TEMPLATE, _SLOT


def _apart(mine: frozenset[str], others: frozenset[str]) -> bool:
    """Tell whether each has something that the other has not."""
    return bool(mine - others and others - mine)


def _elsewhere(mine: frozenset[int], others: frozenset[int]) -> bool:
    """Tell whether one of my places is none of the others', lies in none of them and has none of them within it."""
    return any(
        place not in others
        and within().get(place) not in others
        and all(within().get(other) != place for other in others)
        for place in mine
    )


def _says_much(told: Gist, keys: tuple[str, ...]) -> bool:
    return any(key in told.own or key[0] == "@" for key in keys)


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
    return not any(key == alien or _kinship(key, alien) for key in mine for alien in others)
