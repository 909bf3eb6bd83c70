"""How alike two headlines are, and whether they tell one story or are versions of one; keeps no memory.

The figures were set on real pairs of headlines of several outlets and on the invented ones of `tests/diff/pairs`
(`python tests/benchmarks/stories.py`), on the careful side: a story told twice is a nuisance, a story hidden behind
another one is news that nobody gets.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from math import prod, sqrt

from monitor.diff.doubts import ANOTHER_STAGE, doubts
from monitor.diff.gist import SIGNS, Gist, gist, signs
from monitor.diff.kinship import kinship

SAME_STORY = 0.56  # score from which two headlines tell one story
VERSION = 0.65  # likeness from which an item without a link is a new version of another one

_FEW, _LITTLE = 5.0, 3.5  # weight below which a headline is too short to be contained in another, or in an edit
_LEAST = 0.4  # share of the lesser headline's weight that no two wordings of one story go below


@dataclass(frozen=True, slots=True)
class Likeness:
    """What two headlines share."""

    shared: float  # weight of the words that both have
    less: float  # weight of the headline that says less
    more: float
    letters: float  # share of common groups of three letters
    doubts: tuple[tuple[str, float], ...] = ()  # what speaks against one story, and how much is left

    @property
    def score(self) -> float:
        """How surely two headlines of different sites tell one story: 0 to 1."""
        contained = self.shared / max(self.less, _FEW)
        alike = 0.3 * self._cosine + 0.55 * contained + 0.15 * self.letters
        return min(1.0, alike * prod(left for _, left in self.doubts))

    @property
    def version(self) -> float:
        """How much two titles look like versions of one headline: another number or outcome may be an edit."""
        contained = self.shared / max(self.less, _LITTLE)
        alike = 0.6 * self._cosine + 0.2 * contained + 0.2 * self.letters
        return min(1.0, alike * sqrt(prod(left for what, left in self.doubts if what != ANOTHER_STAGE)))

    @property
    def _cosine(self) -> float:
        return self.shared / sqrt(self.less * self.more) if self.less else 0.0


def compare(title: str, other: str) -> Likeness:
    """Return what two headlines share."""
    title, other = sorted((title, other))  # so that no side is the first
    a, b = gist(title), gist(other)
    if a.text == b.text:
        return Likeness(shared=_FEW, less=_FEW, more=_FEW, letters=1.0)
    return Likeness(
        shared=_matched(a, b),
        less=min(a.weight, b.weight),
        more=max(a.weight, b.weight),
        letters=_letters(a, b),
        doubts=doubts(a, signs(title), b, signs(other)),
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
    others = set(b.kin.values())
    shared = sum([weight for key, weight in a.weights.items() if a.kin[key] in others])
    return shared >= _LEAST * min(a.weight, b.weight)


def _letters(a: Gist, b: Gist) -> float:
    """Return the share of common groups of three letters."""
    one, other = _threes(" ".join(a.order)), _threes(" ".join(b.order))
    return 2 * len(one & other) / max(1, len(one) + len(other))


@lru_cache(maxsize=256)  # one headline is compared with several
def _threes(run: str) -> frozenset[str]:
    return frozenset([run[at : at + 3] for at in range(len(run) - 2)])


def _matched(a: Gist, b: Gist) -> float:
    """Return the weight of the words that both have, in any order."""
    mine, others = a.weights, b.weights
    both = mine.keys() & others.keys()
    total = sum([min(mine[key], others[key]) for key in both])
    left = [key for key in others if key not in both and key[0] not in SIGNS]
    for key in mine:
        if key in both or key[0] in SIGNS or not left:
            continue
        kin, best = max([(kinship(key, other), other) for other in left])
        if kin:
            total += kin * min(mine[key], others[best])
            left.remove(best)
    return total
