"""Modern standard Arabic as newspapers write it: which tokens count as a word, particles and inflection included.

Puts together the rules of inflection, the particles and the word lists; knows none of their details.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from typing import NamedTuple

from monitor.ports import Reading, Token
from monitor.text.arabic_nouns import SLOPPY, Form, family, inflections, inflections_of_plural, singulars
from monitor.text.forms import token_text
from monitor.text.lexicon import Line, by_first, by_word, names, unlike
from monitor.text.normalize import fold_text
from monitor.text.particles import ARTICLE, CALL, joins, splits

_HAMZA_ON_ALEF = "أإآ"  # so written, the first letter belongs to the word: ألمانيا, إلغاء, آلية
_SHORT = 2  # letters; words of this length take one particle only, shorter ones are not taken apart
_LONG_NAME = 5  # letters
_MOST = 4  # letters that particles before a word can have
_PARTICLES = ("و", "ف", "ب", "ك", "ل", "وب", "وك", "ول", "فب", "فك", "فل")
_WORDS = "arabic_words"

# Without the article these two letters are another, very common word (الله, الآن).
_NEEDS_ARTICLE = frozenset(
    {
        *("ان", "ام", "او", "اي", "له", "لي", "لم", "لن", "لو", "لا", "لك", "من", "عن", "في", "ما", "مع"),
        *("قد", "هل", "هو", "هي", "يا", "ذا", "ذي", "تي", "بل", "به", "بك", "كي"),
    }
)


class Stem(NamedTuple):
    """A form without particles, and which particles can stand before it."""

    step: str = ""
    bare: bool = True  # may stand without the article
    definite: bool = True  # may stand with it
    most: int = _MOST  # letters of particles where it stands without

    def takes(self, particles: str, *, article: bool) -> bool:
        """Tell whether the form can stand behind these."""
        return self.definite if article else self.bare and len(particles) <= self.most


Stems = Mapping[str, Stem]


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
        base = _without_article(word, folded)
        stems = _name(folded) or _noun(base, written_article=base != folded)
        if family:
            stems = {**{form.text: Stem(form.step) for form in _family(base)}, **stems}
        hamzas = unlike("arabic_hamzas").get(_letters(word).removeprefix(ARTICLE), ())
        return ArabicForms(stems, base != folded, frozenset(_others(base, stems)), hamzas)


def cores(text: str) -> frozenset[str]:
    """Return what a token may be without particles."""
    return frozenset(split.rest for split in splits(text))


def _letters(written: str) -> str:
    """Return a word without its ornaments, but with the seats of its hamzas."""
    return "".join(char for char in unicodedata.normalize("NFC", written) if unicodedata.category(char) == "Lo")


def _without_article(word: str, folded: str) -> str:
    base = folded.removeprefix(ARTICLE)
    return folded if len(base) < _SHORT or word[0] in _HAMZA_ON_ALEF else base


def _name(folded: str) -> dict[str, Stem]:
    """Return the stems of a name: its spellings, each with its article or without, as it is; empty for others."""
    stems: dict[str, Stem] = {}
    for spelling in names(Arabic.code).get(folded, ()):
        written = fold_text(spelling)
        base = _without_article(spelling, written)
        stem = Stem("" if written == folded else "spelling", bare=base == written, definite=base != written)
        stems[base] = _either(stems[base], stem) if base in stems else stem
        if written.startswith("ل") and len(written) >= _LONG_NAME:
            stems[written[1:]] = Stem("spelling", bare=False)  # اليبيا: one of two ل is missing
    return stems


def _either(one: Stem, other: Stem) -> Stem:
    return one._replace(bare=one.bare or other.bare, definite=one.definite or other.definite)


def _noun(base: str, *, written_article: bool) -> dict[str, Stem]:
    if len(base) < _SHORT:
        return {base: Stem(definite=False, most=0)}
    stems: dict[str, Stem] = {}
    for spelling in (base, *(other for line in by_word("arabic_spellings").get(base, ()) for other in line)):
        for text, stem in _all_numbers(spelling, "" if spelling == base else "spelling").items():
            stems.setdefault(text, stem)
    if written_article and base in _NEEDS_ARTICLE:
        stems[base] = Stem(bare=False)
    return stems


def _all_numbers(word: str, step: str) -> dict[str, Stem]:
    """Return the forms of a word, and of its broken plurals or of what it is the plural of."""
    lines = _lines(word)
    stems = _inflected(word, step, plural=bool(lines) and lines[0][0] != word)
    for line in lines or _lines(_singular(word)):
        for member in line:
            plural = member != line[0]
            how = "broken plural" if plural else "singular"
            for text, stem in _inflected(member, how, plural=plural).items() if member != word else ():
                stems.setdefault(text, stem)
    return stems


def _lines(word: str) -> Sequence[Line]:
    """Return the lines of a listed word: its own, or else those where it is another's plural."""
    lines = by_word(_WORDS).get(word, ())
    return [line for line in lines if line[0] == word] or lines


def _singular(word: str) -> str:
    """Return the listed word that this one is a sound plural of; the word itself when there is none."""
    found = (singular for singular in singulars(word) if singular in by_word(_WORDS))
    return next(found, word)


def _inflected(word: str, step: str, *, plural: bool) -> dict[str, Stem]:
    """Return the word and its inflections; none for the shortest words, whose forms would be other words."""
    if len(word) <= _SHORT:
        return {word: Stem(step, most=1)}
    own = {word, _singular(word)}
    stems: dict[str, Stem] = {}
    for form in inflections_of_plural(word) if plural else inflections(word, listed=word in by_word(_WORDS)):
        if form.text in own or not _is_other(form.text, own):
            bare = form.step != SLOPPY or word[:-1] not in by_word(_WORDS)  # وجهه: of وجه rather than of وجهة
            definite = not form.bound and (form.text == word or ARTICLE + form.text not in names(Arabic.code))
            stems.setdefault(form.text, Stem(step or form.step, bare=bare, definite=definite))
    return stems


def _is_other(form: str, own: set[str]) -> bool:
    """Tell whether what the rules made of a word, or what it is the plural of, is listed as a word of its own."""
    if form in names(Arabic.code):
        return True
    looks = (form, form.removeprefix(ARTICLE), *singulars(form))
    listed = next((by_word(_WORDS)[other] for other in looks if other in by_word(_WORDS)), ())
    return bool(listed) and not any(own.intersection(line) for line in listed)


def _others(base: str, stems: Stems) -> Iterator[str]:
    """Yield listed words, inflected, that look like this word behind a particle: بطاقة is not ب and طاقة."""
    yield from by_first("arabic_apart").get(base, ())
    for looks in {looks for stem in stems for looks in _behind_particles().get(stem, ())}:
        if looks in by_word(_WORDS):
            yield from (text for text in _all_numbers(looks, "") if text not in stems)
        elif looks not in stems:
            yield looks


@cache
def _behind_particles() -> Mapping[str, Sequence[str]]:
    """Return the listed words that begin like particles, by what would be left without these."""
    found: dict[str, list[str]] = {}
    for word in (*by_word(_WORDS), *names(Arabic.code)):
        for particle in _PARTICLES:
            if word.startswith(particle) and len(word) > len(particle):
                found.setdefault(word[len(particle) :], []).append(word)
    return found


def _family(base: str) -> Iterator[Form]:
    yield from family(base)
    for name in (base, ARTICLE + base):
        for member in by_first("arabic_family").get(name, ()):
            yield from inflections(member, listed=False)


def _said(particles: str, *, article: bool, written: bool) -> Iterator[str]:
    """Name what was taken off; the article is no step where the word itself was written with it."""
    for particle in ("يا", *particles.removeprefix("يا")) if particles.startswith("يا") else particles:
        yield f"clitic {particle}"
    if article != written:
        yield "article" if article else "no article"
