"""Finds the terms that stand in a title; the cost grows with the title, not with the number of terms."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice
from operator import itemgetter

from monitor.match.table import WordTable
from monitor.match.terms import Hit, PatternTerm, Phrase, Term, TermKey, parse_term, read_anew
from monitor.match.title import Title
from monitor.match.words import Codes
from monitor.match.written import SHORTEST_START
from monitor.ports import Reading
from monitor.text import Token, cores

_MOST_HITS = 32  # of one term in one title; whoever repeats a word more often is not writing a headline
_MOST_TRIES = 64  # places of one word in one title
_REMEMBERED = 8_192  # words of titles

# What a title's word is read by: its text and how it is written, wherever it stands.
_LOOK = itemgetter(*(place for place, name in enumerate(Token._fields) if name not in {"start", "end", "breaks"}))
_Anchored = dict[tuple[object, ...], tuple[tuple[int, Reading], ...]]  # by a title's word and how it is written
Found = Mapping[int, Sequence[Hit]]  # by the term's number


class TermIndex:
    """Terms by what is left of the forms of their anchor word without particles.

    Nothing else is kept of a term: it is read again when a title has such a word, and what became of that is
    remembered by the title's word. So a hundred thousand terms need little memory, and the words that titles repeat
    cost a look into a dictionary.
    """

    def __init__(self, keys: Iterable[TermKey]) -> None:
        self.keys = tuple(keys)
        self._single = bytearray(len(self.keys))  # terms of one word
        self._starts: dict[str, tuple[int, ...]] = {}  # terms with a *, by what their anchor begins with
        self._patterns: list[tuple[int, PatternTerm]] = []
        self._table = WordTable(self._pairs())
        self._heads = {start[:SHORTEST_START] for start in self._starts}
        self._remembered: dict[Codes, _Anchored] = {}  # by the languages of the title

    def find(self, title: Title, spoken: Codes = ()) -> Found:
        """Return where each term (by its number) stands in the title, in order; only those that do.

        Args:
            title: the title.
            spoken: the languages of the title's source; empty when they are not known.
        """
        found: dict[int, list[Hit]] = {}
        for words in title.readings:
            self._find_words(words, spoken, found)
        for number, term in self._patterns:
            if hits := list(islice(term.hits(title), _MOST_HITS)):
                found[number] = hits
        return found

    def by_key(self, found: Found) -> dict[TermKey, Sequence[Hit]]:
        """Return what was found by the terms themselves."""
        return {self.keys[number]: hits for number, hits in found.items()}

    def _pairs(self) -> Iterator[tuple[str, int]]:
        """Yield what is left of the forms of every term's anchor, and put aside what is no plain word."""
        for number, key in enumerate(self.keys):
            term = read_anew(key)
            if isinstance(term, PatternTerm):
                self._patterns.append((number, term))
                continue
            self._single[number] = len(term.words) == 1
            anchor = term.words[term.anchor]
            if anchor.written.open:
                start = anchor.written.folded
                self._starts[start] = (*self._starts.get(start, ()), number)
            else:
                yield from ((core, number) for core in anchor.indexed())

    def _find_words(self, words: Sequence[Token], spoken: Codes, found: dict[int, list[Hit]]) -> None:
        known = self._known(spoken)
        tries: dict[str, int] = {}
        for place, token in enumerate(words):
            look = _LOOK(token)
            anchored = known.get(look)
            if anchored is None:
                anchored = known[look] = self._read(token, spoken)
            if anchored:
                tries[token.text] = tries.get(token.text, 0) + 1
                if tries[token.text] <= _MOST_TRIES:
                    self._find_at(words, place, anchored, spoken, found)

    def _known(self, spoken: Codes) -> _Anchored:
        """Return what words of titles were read as; all is forgotten when it has become much."""
        known = self._remembered.get(spoken)
        if known is None or len(known) >= _REMEMBERED:
            known = self._remembered[spoken] = {}
        return known

    def _find_at(
        self,
        words: Sequence[Token],
        place: int,
        anchored: Sequence[tuple[int, Reading]],
        spoken: Codes,
        found: dict[int, list[Hit]],
    ) -> None:
        token = words[place]
        for number, reading in anchored:
            if self._single[number]:
                hit: Hit | None = Hit(token.start, token.end, ((token, reading),))
            else:
                hit = self._phrase(number).hit(words, place, spoken)
            if hit:
                _keep(found.setdefault(number, []), hit)

    def _read(self, token: Token, spoken: Codes) -> tuple[tuple[int, Reading], ...]:
        """Return the terms whose anchor a title's word is."""
        numbers = self._candidates(token.text)
        return tuple(self._anchors(sorted(numbers), token, spoken)) if numbers else ()

    def _anchors(self, numbers: Iterable[int], token: Token, spoken: Codes) -> Iterator[tuple[int, Reading]]:
        for number in numbers:
            term = self._phrase(number)
            if reading := term.words[term.anchor].read(token, spoken):
                yield number, reading

    def _candidates(self, text: str) -> set[int]:
        """Return the terms that share with a title's word what is left without particles."""
        found: set[int] = set()
        for core in cores(text):
            if numbers := self._table.get(core):
                found.update(numbers)
            if core[:SHORTEST_START] in self._heads:
                for length in range(SHORTEST_START, len(core) + 1):
                    found.update(self._starts.get(core[:length], ()))
        return found

    def _phrase(self, number: int) -> Phrase:
        term: Term = parse_term(self.keys[number])
        assert isinstance(term, Phrase), "expressions have no anchor"
        return term


def _keep(hits: list[Hit], hit: Hit) -> None:
    """Add a place, unless it is known: a title can be read in two ways."""
    if len(hits) < _MOST_HITS and all((hit.start, hit.end) != (known.start, known.end) for known in hits):
        hits.append(hit)
