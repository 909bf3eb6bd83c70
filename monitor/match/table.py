"""A multimap from words to small numbers in ten bytes per pair or so; may answer too much, so ask again."""

from __future__ import annotations

from array import array
from bisect import bisect_left
from collections.abc import Iterable, Sequence

_NUMBER_BITS = 24
MOST_NUMBERS = 1 << _NUMBER_BITS
_NUMBER = MOST_NUMBERS - 1
_HASH = (1 << (64 - _NUMBER_BITS)) - 1  # two words share 40 bits of hash once in a million million
_PARTS = 64  # sorted one by one, since sorting takes four times the memory


class WordTable:
    """Sorted pairs of a word's hash and a number; a dictionary of strings takes ten times as much."""

    def __init__(self, pairs: Iterable[tuple[str, int]]) -> None:
        self._parts = [array("Q") for _ in range(_PARTS)]
        for word, number in pairs:
            assert number < MOST_NUMBERS, "more terms than anybody has"
            mark = hash(word) & _HASH
            self._parts[mark % _PARTS].append(mark << _NUMBER_BITS | number)
        for place, part in enumerate(self._parts):
            self._parts[place] = array("Q", sorted(part))

    def get(self, word: str) -> Sequence[int]:
        """Return the numbers of a word, in order; very rarely one of another word among them."""
        mark = hash(word) & _HASH
        part, first = self._parts[mark % _PARTS], mark << _NUMBER_BITS
        place = bisect_left(part, first)
        if place == len(part) or part[place] > first | _NUMBER:
            return ()
        return [pair & _NUMBER for pair in part[place : bisect_left(part, first + MOST_NUMBERS, place)]]
