"""Which stems an Arabic word has: its inflections by rule, what the word lists add, and what they veto.

A stem is a form without particles and article; reading those off a title's word is not done here.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from typing import NamedTuple

from monitor.text.arabic_nouns import FEMININE, SLOPPY, Form, family, inflections, inflections_of_plural, singulars
from monitor.text.lexicon import Line, by_first, by_word, names
from monitor.text.normalize import fold_text
from monitor.text.particles import ARTICLE

_HAMZA_ON_ALEF = "أإآ"  # so written, the first letter belongs to the word: ألمانيا, إلغاء, آلية
_SHORT = 2  # letters; words of this length take one particle only, shorter ones are not taken apart
_LONG_NAME = 5  # letters
_MOST = 4  # letters that particles before a word can have
_PARTICLES = ("و", "ف", "ب", "ك", "ل", "وب", "وك", "ول", "فب", "فك", "فل")
_WORDS = "arabic_words"
_CODE = "ar"

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


def without_article(word: str, folded: str) -> str:
    """Return the folded word without its article; `word` is as it was written, which tells أل apart."""
    base = folded.removeprefix(ARTICLE)
    return folded if len(base) < _SHORT or word[0] in _HAMZA_ON_ALEF else base


def name_stems(folded: str) -> dict[str, Stem]:
    """Return the stems of a name: its spellings, each with its article or without, as it is; empty for others."""
    stems: dict[str, Stem] = {}
    for spelling in names(_CODE).get(folded, ()):
        written = fold_text(spelling)
        base = without_article(spelling, written)
        stem = Stem("" if written == folded else "spelling", bare=base == written, definite=base != written)
        stems[base] = _either(stems[base], stem) if base in stems else stem
        if written.startswith("ل") and len(written) >= _LONG_NAME:
            stems[written[1:]] = Stem("spelling", bare=False)  # اليبيا: one of two ل is missing
    return stems


def _either(one: Stem, other: Stem) -> Stem:
    return one._replace(bare=one.bare or other.bare, definite=one.definite or other.definite)


def noun_stems(base: str, *, written_article: bool) -> dict[str, Stem]:
    """Return the stems of a word that is no name, without its article: all its spellings, numbers and pronouns."""
    if len(base) < _SHORT:
        return {base: Stem(definite=False, most=0)}
    stems: dict[str, Stem] = {}
    for spelling in (base, *(other for line in by_word("arabic_spellings").get(base, ()) for other in line)):
        for text, stem in _all_numbers(spelling, "" if spelling == base else "spelling").items():
            stems.setdefault(text, stem)
    marbuta = f"{base[:-1]}ة"
    if base.endswith("ه") and marbuta in by_word(_WORDS):  # a keyword can be spelled sloppily, too: المحكمه
        stems = {**_all_numbers(marbuta, SLOPPY), **stems}
    if written_article and base in _NEEDS_ARTICLE:
        stems[base] = Stem(bare=False)
    return stems


def _all_numbers(word: str, step: str) -> dict[str, Stem]:
    """Return the forms of a word, and of its broken plurals or of what it is the plural of."""
    lines = _lines(word)
    stems = _inflected(word, step, plural=bool(lines) and lines[0][0] != word)
    for line in lines or _lines(_singular(word)):
        for member in line:
            how = "singular" if member == line[0] else "broken plural"
            for text, stem in _inflected(member, "", plural=member != line[0]).items() if member != word else ():
                # المصريين are people, while مصرية is mostly said of things
                if (how, stem.step) != ("singular", FEMININE):
                    stems.setdefault(text, stem._replace(step=how))
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
    taken = f"{word}ه" if plural and f"{word}ة" in by_word(_WORDS) else ""  # محاكمه: a trial rather than his courts
    for form in inflections_of_plural(word) if plural else inflections(word, listed=word in by_word(_WORDS)):
        if form.text in own or not (form.text == taken or _is_other(form.text, own)):
            bare = form.step != SLOPPY or word[:-1] not in by_word(_WORDS)  # وجهه: of وجه rather than of وجهة
            definite = not form.bound and (form.text == word or ARTICLE + form.text not in names(_CODE))
            stems.setdefault(form.text, Stem(step or form.step, bare=bare, definite=definite))
    return stems


def _is_other(form: str, own: set[str]) -> bool:
    """Tell whether what the rules made of a word, or what it is the plural of, is listed as a word of its own."""
    if form in names(_CODE):
        return True
    looks = (form, form.removeprefix(ARTICLE), *singulars(form))
    listed = next((by_word(_WORDS)[other] for other in looks if other in by_word(_WORDS)), ())
    return bool(listed) and not any(own.intersection(line) for line in listed)


def other_words(base: str, stems: Stems) -> Iterator[str]:
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
    for word in (*by_word(_WORDS), *names(_CODE)):
        for particle in _PARTICLES:
            if word.startswith(particle) and len(word) > len(particle):
                found.setdefault(word[len(particle) :], []).append(word)
    return found


def relatives(base: str) -> Iterator[Form]:
    """Yield the adjectives of what the word names, by rule and by list: مغربي and مغاربة of المغرب."""
    yield from family(base)
    for name in (base, ARTICLE + base):
        for member in by_first("arabic_family").get(name, ()):
            yield from inflections(member, listed=False)
