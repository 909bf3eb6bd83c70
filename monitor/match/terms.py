"""A term is what a person wrote to look for, ready to be compared with titles; knows no rules and no index."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

from monitor.match.pattern import Pattern
from monitor.match.title import Title
from monitor.match.words import Codes, Word
from monitor.match.written import Expression, Mode, read_term
from monitor.ports import Reading
from monitor.text import Token, languages_of

_MOST_BETWEEN = 3  # words between a noun and its adjective
_LONGEST_WITH_GAPS = 4  # words; longer phrases are names
_REMEMBERED = 4_096


class TermKey(NamedTuple):
    """What makes two terms one: what was written, and what their rules say about words."""

    text: str
    family: bool = False
    languages: Codes = ()


class Hit(NamedTuple):
    """A place where a term stands in the title; `readings` say how each word comes from the term's."""

    start: int
    end: int
    readings: tuple[tuple[Token, Reading], ...] = ()

    def steps(self) -> tuple[str, ...]:
        """Return what leads from the term's words to the title's; nothing where it stands as it was written."""
        if not self.readings:
            return ("expression",)
        return tuple(step for _, reading in self.readings for step in reading.steps)


@dataclass(frozen=True, slots=True)
class Phrase:
    """One word or several; `anchor` is the place of the longest, thus the rarest, by which an index looks for it."""

    words: tuple[Word, ...]
    anchor: int
    between: int = 0  # so many other words may stand between two of them
    bare: tuple[bool, ...] = ()  # words that must not carry the article, since the next one's is theirs too

    def hit(self, title: Sequence[Token], place: int, spoken: Codes = ()) -> Hit | None:
        """Return where the phrase stands in the title if its anchor is the word at `place`."""
        reading = self._read(self.anchor, title[place], spoken)
        if reading is None:
            return None
        if len(self.words) == 1:
            return Hit(title[place].start, title[place].end, ((title[place], reading),))
        before = self._before(self.anchor, title, place, spoken)
        after = None if before is None else self._after(self.anchor, title, place, spoken)
        if before is None or after is None:
            return None
        all_ = (*before, (title[place], reading), *after)
        return Hit(all_[0][0].start, all_[-1][0].end, all_)

    def _read(self, number: int, token: Token, spoken: Codes) -> Reading | None:
        reading = self.words[number].read(token, spoken)
        return None if reading and reading.article and self.bare and self.bare[number] else reading

    def _after(
        self, number: int, title: Sequence[Token], place: int, spoken: Codes
    ) -> tuple[tuple[Token, Reading], ...] | None:
        """Return the words behind word `number`, which stands at `place`."""
        if number + 1 == len(self.words):
            return ()
        for there in range(place + 1, min(len(title), place + 2 + self.between)):
            token = title[there]
            if token.breaks and not self.words[number + 1].written.breaks:
                return None
            reading = self._read(number + 1, token, spoken)
            rest = self._after(number + 1, title, there, spoken) if reading else None
            if reading and rest is not None:
                return ((token, reading), *rest)
        return None

    def _before(
        self, number: int, title: Sequence[Token], place: int, spoken: Codes
    ) -> tuple[tuple[Token, Reading], ...] | None:
        """Return the words before word `number`, which stands at `place`."""
        if number == 0:
            return ()
        for there in range(place - 1, max(-1, place - 2 - self.between), -1):
            if title[there + 1].breaks and not self.words[number].written.breaks:
                return None
            reading = self._read(number - 1, title[there], spoken)
            rest = self._before(number - 1, title, there, spoken) if reading else None
            if reading and rest is not None:
                return (*rest, (title[there], reading))
        return None


@dataclass(frozen=True, slots=True)
class PatternTerm:
    """A regular expression."""

    pattern: Pattern
    raw: bool

    def hits(self, title: Title) -> Iterator[Hit]:
        """Yield where it stands in the title."""
        for start, end in self.pattern.find(title.raw if self.raw else title.folded):
            yield Hit(start, end)


Term = Phrase | PatternTerm


@lru_cache(maxsize=_REMEMBERED)
def parse_term(key: TermKey) -> Term:
    """Return the term that a person wrote; it is remembered for the next time.

    Raises:
        WrongTerm: it cannot be looked for.
    """
    return read_anew(key)


def read_anew(key: TermKey) -> Term:
    """Return the term without remembering it, for who goes through many; else as `parse_term`."""
    written = read_term(key.text)
    if isinstance(written, Expression):
        return PatternTerm(written.pattern, written.raw)
    words = tuple(Word(word, written.mode, key.family, key.languages) for word in written.words)
    anchor = max(range(len(words)), key=lambda place: len(words[place].written.folded))
    if len(words) == 1 or written.mode is not Mode.FORMS:
        return Phrase(words, anchor)
    articles = [word.article for word in words]
    bare = tuple(not here and there for here, there in zip(articles, [*articles[1:], False], strict=True))
    return Phrase(words, anchor, _MOST_BETWEEN if _agree(words, articles) else 0, bare)


def _agree(words: Sequence[Word], articles: Sequence[bool]) -> bool:
    """Tell whether they may be a noun and its adjectives, which other words can part (خلية نائمة إرهابية)."""
    if len(words) > _LONGEST_WITH_GAPS or len(set(articles)) > 1 or any(word.written.breaks for word in words):
        return False
    return all(languages_of(word.written.folded) == ("ar",) for word in words)
