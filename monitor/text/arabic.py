"""Modern standard Arabic as newspapers write it: which tokens count as a word, particles and inflection included."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from monitor.ports import Reading, Token
from monitor.text.arabic_stems import Stem, Stems, name_stems, noun_stems, other_words, relatives, without_article
from monitor.text.forms import token_text
from monitor.text.lexicon import unlike
from monitor.text.particles import ARTICLE, CALL, joins, splits


@dataclass(frozen=True)
class ArabicForms:
    """A word's stems; particles and the article are read off the token."""

    stems: Stems
    article: bool  # the word itself was written with the article
    others: frozenset[str]  # words that particles and stems would make, and that are other words
    unlike: tuple[str, ...] = ()  # other words that only their hamza tells apart

    @cached_property
    def cores(self) -> frozenset[str]:
        """The stems."""
        return frozenset(self.stems)

    def read(self, token: Token) -> Reading | None:
        """Return how the token comes from the word, by as few particles as possible."""
        if self.unlike and any(other in _letters(token.written) for other in self.unlike):
            return None
        return self._read(token.text)

    def _read(self, text: str) -> Reading | None:
        for particles, article, rest in splits(text):
            if rest in self.others:
                return None
            stem = self.stems.get(rest)
            if stem and stem.takes(particles, article=article or particles.startswith(CALL)):  # ياسيسي: no article
                steps = _said(particles, article=article, written=self.article)
                return Reading(article, (*steps, *filter(None, [stem.step])))
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
        folded = token_text(word, between="")
        base = without_article(word, folded)
        stems = name_stems(folded) or noun_stems(base, written_article=base != folded)
        if family:
            stems = {**{form.text: Stem(form.step) for form in relatives(base)}, **stems}
        hamzas = unlike("arabic_hamzas").get(_letters(word).removeprefix(ARTICLE), ())
        return ArabicForms(stems, base != folded, frozenset(other_words(base, stems)), hamzas)


def cores(text: str) -> frozenset[str]:
    """Return what a token may be without particles."""
    return frozenset(split.rest for split in splits(text))


def _letters(written: str) -> str:
    """Return a word without its ornaments, but with the seats of its hamzas."""
    return "".join(char for char in unicodedata.normalize("NFC", written) if unicodedata.category(char) == "Lo")


def _said(particles: str, *, article: bool, written: bool) -> Iterator[str]:
    """Name what was taken off; the article is no step where the word itself was written with it."""
    for particle in ("يا", *particles.removeprefix("يا")) if particles.startswith("يا") else particles:
        yield f"clitic {particle}"
    if article != written:
        yield "article" if article else "no article"
