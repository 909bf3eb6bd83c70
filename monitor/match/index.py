"""Finds the terms that stand in a title; the cost grows with the title, not with the number of terms."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice

from monitor.match.terms import Hit, PatternTerm, Phrase, Term, TermKey, parse_term
from monitor.match.title import Title
from monitor.match.words import Codes
from monitor.text import Token, cores

_MOST_HITS = 32  # of one term in one title; whoever repeats a word more often is not writing a headline
_MOST_TRIES = 64  # places of one word in one title
_REMEMBERED = 16_384  # words of titles
_STEM = 3  # letters that no ending is taken from
_ENDINGS = "اتةهينوكمesx"

Found = Mapping[int, Sequence[Hit]]  # by the term's number


class TermIndex:
    """Terms by coarse keys of their anchor word: a key is shared by most forms of a word, and by few other words.

    Only keys are kept of every term. The term itself is read again when a title has its key, so that a hundred
    thousand of them need little memory.
    """

    def __init__(self, keys: Iterable[TermKey]) -> None:
        self.keys = tuple(keys)
        self._numbers: dict[str, tuple[int, ...]] = {}
        self._starts: dict[str, tuple[int, ...]] = {}
        self._patterns: list[tuple[int, PatternTerm]] = []
        self._known: dict[str, tuple[int, ...]] = {}  # what `candidates` answered
        for number, key in enumerate(self.keys):
            self._add(number, parse_term.__wrapped__(key))
        self._start_lengths = tuple(sorted({len(start) for start in self._starts}))

    def find(self, title: Title, spoken: Codes = ()) -> Found:
        """Return where each term (by its number) stands in the title, in order; only those that do.

        Args:
            title: the title.
            spoken: the languages of the title's source; empty when they are not known.
        """
        found: dict[int, list[Hit]] = {}
        for words in title.readings:
            self._find_phrases(words, spoken, found)
        for number, term in self._patterns:
            if hits := list(islice(term.hits(title), _MOST_HITS)):
                found[number] = hits
        return found

    def term(self, number: int) -> Term:
        """Return a term by its number."""
        return parse_term(self.keys[number])

    def by_key(self, found: Found) -> dict[TermKey, Sequence[Hit]]:
        """Return what was found by the terms themselves."""
        return {self.keys[number]: hits for number, hits in found.items()}

    def candidates(self, text: str) -> tuple[int, ...]:
        """Return the terms whose anchor a title's word may be."""
        known = self._known.get(text)
        if known is None:
            if len(self._known) >= _REMEMBERED:
                self._known = {}
            known = self._known[text] = tuple(sorted(set(self._look_up(text))))
        return known

    def _add(self, number: int, term: Term) -> None:
        if isinstance(term, PatternTerm):
            self._patterns.append((number, term))
            return
        anchor = term.words[term.anchor]
        if anchor.written.open:
            start = anchor.written.folded
            self._starts[start] = (*self._starts.get(start, ()), number)
            return
        for key in {_coarse(core) for core in anchor.indexed()}:
            self._numbers[key] = (*self._numbers.get(key, ()), number)

    def _look_up(self, text: str) -> Iterator[int]:
        for core in cores(text):
            yield from self._numbers.get(_coarse(core), ())
            for length in self._start_lengths:
                yield from self._starts.get(core[:length], ()) if length <= len(core) else ()

    def _find_phrases(self, words: Sequence[Token], spoken: Codes, found: dict[int, list[Hit]]) -> None:
        places: dict[str, list[int]] = {}
        for place, token in enumerate(words):
            places.setdefault(token.text, []).append(place)
        for text, here in places.items():
            for number in self.candidates(text):
                term = self.term(number)
                assert isinstance(term, Phrase), "expressions are no words"
                for place in here[:_MOST_TRIES]:
                    hit = term.hit(words, place, spoken)
                    if hit:
                        _keep(found.setdefault(number, []), hit)


def _keep(hits: list[Hit], hit: Hit) -> None:
    """Add a place, unless it is known: a title can be read in two ways."""
    if len(hits) < _MOST_HITS and all((hit.start, hit.end) != (known.start, known.end) for known in hits):
        hits.append(hit)


def _coarse(core: str) -> str:
    return core[:_STEM] + core[_STEM:].rstrip(_ENDINGS)
