"""Modern standard Arabic as newspapers write it: which tokens count as a word, particles and inflection included."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

from monitor.ports import Reading, Token
from monitor.text.arabic_nouns import Stem, inflect
from monitor.text.normalize import fold_text
from monitor.text.particles import ARTICLE, joins, splits

_HAMZA_ON_ALEF = "أإآ"  # so written, the first letter belongs to the word: ألمانيا, إلغاء, آلية
_SHORT = 2  # letters; words of this length take one particle only, shorter ones are not taken apart


@dataclass(frozen=True)
class ArabicForms:
    """A word's stems; particles and the article are read off the token."""

    stems: Mapping[str, Stem]
    article: bool  # the word itself was written with the article
    apart: frozenset[str] = frozenset()  # other words that its rules would make

    @cached_property
    def cores(self) -> frozenset[str]:
        """The stems."""
        return frozenset(self.stems)

    def read(self, token: Token) -> Reading | None:
        """Return how the token comes from the word, by as few particles as possible."""
        return self._read(token.text)

    def _read(self, text: str) -> Reading | None:
        if text in self.apart:
            return None
        for particles, article, rest in splits(text):
            stem = self.stems.get(rest)
            if stem and stem.takes(particles, article=article):
                return Reading(article, (*_said(particles, article=article, written=self.article), *stem.steps))
        return None

    def __contains__(self, text: object) -> bool:
        return isinstance(text, str) and self._read(text) is not None

    def __iter__(self) -> Iterator[str]:
        written = (
            form
            for rest, stem in self.stems.items()
            for form in joins(rest, bare=stem.bare, definite=stem.definite)
            if form in self
        )
        return iter(dict.fromkeys(written))

    def __len__(self) -> int:
        return sum(1 for _ in self)


class Arabic:
    """Modern standard Arabic."""

    code = "ar"

    def forms(self, word: str, *, family: bool = False) -> ArabicForms:
        """Return the word in its inflections, with and without the article, و ف ب ك ل and يا before either.

        The word may come as a person wrote it: that tells an article (الأمن) from a first letter (ألمانيا), which
        look the same once folded.
        """
        folded = fold_text(word)
        base = _without_article(word, folded)
        return ArabicForms(inflect(base, written=word, article=base != folded, family=family), base != folded)


def cores(text: str) -> frozenset[str]:
    """Return what a token may be without particles."""
    return frozenset(split.rest for split in splits(text))


def _without_article(word: str, folded: str) -> str:
    base = folded.removeprefix(ARTICLE)
    return folded if len(base) < _SHORT or word[0] in _HAMZA_ON_ALEF else base


def _said(particles: str, *, article: bool, written: bool) -> Iterator[str]:
    """Name what was taken off; the article is no step where the word itself was written with it."""
    for particle in ("يا", *particles.removeprefix("يا")) if particles.startswith("يا") else particles:
        yield f"clitic {particle}"
    if article != written:
        yield "article" if article else "no article"
