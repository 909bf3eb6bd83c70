"""One word of a term against one word of a title: is it a form of it, and by which steps; asks the languages."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from functools import lru_cache

from monitor.match.written import Mode, WrittenWord
from monitor.ports import Forms, Reading
from monitor.text import LANGUAGES, Token, cores, forms_of, is_acronym, languages_of
from monitor.text.particles import ARTICLE, splits

_REMEMBERED = 2_048  # words whose forms, some kilobytes each, are kept at hand
_AS_IT_IS = Reading(article=False)

Codes = tuple[str, ...]  # of languages; empty: all that a word may belong to


@dataclass(frozen=True, slots=True)
class Word:
    """A written word with what the rule says about it."""

    written: WrittenWord
    mode: Mode
    family: bool = False
    languages: Codes = ()

    def read(self, token: Token, spoken: Codes = ()) -> Reading | None:
        """Return how the title's word comes from this one, or None: it is another word.

        Args:
            token: the title's word.
            spoken: the languages of the title's source.
        """
        if self.written.open:
            return _read_start(self.written.folded, token)
        if self.mode is Mode.EXACT:
            return _AS_IT_IS if token.text == self.written.folded else None
        if self.mode is Mode.AS_WRITTEN and languages_of(self.written.folded) == ("ar",):
            return next(_behind_particles(token.text, self.written.folded), None)
        reading = next(filter(None, (forms.read(token) for forms in self._forms(spoken))), None)
        return reading if self.mode is Mode.FORMS or token.text == self.written.folded else None

    def indexed(self) -> Collection[str]:
        """Return what an index must know this word under: some `cores` of every token that `read` accepts."""
        folded = self.written.folded
        if self.mode is not Mode.FORMS or self.written.open:
            return {folded, folded.removeprefix(ARTICLE)}
        return {core for forms in self._forms(()) for core in forms.cores}

    @property
    def article(self) -> bool:
        """Whether the word was written with the Arabic article."""
        return any(forms.article for forms in self._forms(()))

    def _forms(self, spoken: Codes) -> tuple[Forms, ...]:
        return forms_in(self.written.text, self.written.folded, self.languages or spoken, family=self.family)


@lru_cache(maxsize=_REMEMBERED)
def forms_in(text: str, folded: str, languages: Codes, *, family: bool) -> tuple[Forms, ...]:
    """Return the forms of a word in these of the languages it may belong to; in all of them if it is in none."""
    possible = languages_of(folded)
    wanted = [code for code in possible if code in languages]
    if is_acronym(text) or not wanted or len(wanted) == len(possible):
        return (forms_of(text, family=family),)
    return tuple(LANGUAGES[code].forms(text, family=family) for code in wanted)


def _read_start(start: str, token: Token) -> Reading | None:
    for core in sorted(cores(token.text), key=len, reverse=True):
        if core.startswith(start):
            particles = token.text.removesuffix(core)
            steps = (f"begins with {start}", *((f"behind {particles}",) if particles else ()))
            return Reading(article=particles.endswith(ARTICLE), steps=steps)
    return None


def _behind_particles(token: str, folded: str) -> Iterator[Reading]:
    """Yield how the title's word is the other one behind particles, whose article is its own."""
    for split in splits(token):
        if (ARTICLE if split.article else "") + split.rest == folded:
            yield Reading(article=split.article, steps=tuple(f"clitic {particle}" for particle in split.particles))
