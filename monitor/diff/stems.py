"""Cuts folded words to what their inflections share, so that two newsrooms' wordings can be compared.

Light on purpose: a wrong cut only costs a little likeness, and no rule of a user is read with it.
"""

from __future__ import annotations

from functools import cache, lru_cache

from monitor.diff.listing import read
from monitor.text import languages_of

_ARABIC_ENDINGS = ("يات", "تها", "تهم", "ات", "ين", "ون", "ان", "ها", "هم", "يه", "ته", "وا", "ه", "ي")
_ARABIC_LETTERS = ("ء", "ي")  # first and last
_BY_LAST_LETTER = {
    last: tuple(ending for ending in _ARABIC_ENDINGS if ending[-1] == last)
    for last in {ending[-1] for ending in _ARABIC_ENDINGS}
}
_ARABIC_WEAK = str.maketrans("", "", "اويءؤئى")
_ARABIC_FORMATIVES = "تمنيا"
_LATIN_ENDINGS = (
    *(
        "ations",
        "ation",
        "ements",
        "ement",
        "ments",
        "ment",
        "ives",
        "ive",
        "ings",
        "ing",
        "iers",
        "ier",
        "ants",
        "ant",
    ),
    *("ents", "ent", "ees", "ee", "eux", "euse", "ed", "es", "er", "e", "s", "x"),
)
_SHORT_ARABIC, _SHORT_LATIN = 3, 4  # letters that must be left


def stem(word: str) -> str:
    """Return a folded word without particles, article and endings."""
    return _arabic(word) if _is_arabic(word) else _latin(word)


@lru_cache(maxsize=1024)  # each word of a headline is held against each of another one
def root(stemmed: str) -> str:
    """Return what a stem's derivations share: consonants in Arabic, the beginning in Latin script; '' if too little."""
    if not _is_arabic(stemmed):
        return stemmed[:6] if len(stemmed) >= 6 else ""
    bones = stemmed.translate(_ARABIC_WEAK)
    while len(bones) > _SHORT_ARABIC and bones[0] in _ARABIC_FORMATIVES:
        bones = bones[1:]
    return bones if len(bones) >= _SHORT_ARABIC else ""


def _is_arabic(word: str) -> bool:
    first, last = _ARABIC_LETTERS
    return first <= word[-1:] <= last or languages_of(word) == ("ar",)  # the last letter mostly tells


def _arabic(word: str) -> str:
    rest = word.replace("ة", "ه")
    if len(rest) > 4 and rest[0] in "وف" and rest[1:3] in {"ال", "لل"}:
        rest = rest[1:]
    for article in ("بال", "كال", "ال", "لل") if "ل" in rest[:3] else ():
        if rest.startswith(article) and len(rest) - len(article) >= _SHORT_ARABIC - 1:
            rest = rest.removeprefix(article)
            break
    else:
        rest = _without_particle(rest)
    for ending in _BY_LAST_LETTER.get(rest[-1], ()):
        if rest.endswith(ending) and len(rest) - len(ending) >= _SHORT_ARABIC:
            return rest.removesuffix(ending)
    return rest


def _without_particle(word: str) -> str:
    """Take off a one-letter particle where that leaves a word that is known from the lists; guess nothing else."""
    known = _known()
    if len(word) > _SHORT_ARABIC and word[0] in "وفبلك" and word not in known and word[1:] in known:
        return word[1:]
    return word


@cache
def _known() -> frozenset[str]:
    return frozenset(word for name in ("places", "common", "events") for line in read(name) for word in line)


def _latin(word: str) -> str:
    for ending in _LATIN_ENDINGS:
        if word.endswith(ending) and len(word) - len(ending) >= _SHORT_LATIN:
            return word.removesuffix(ending)
    return word
