"""What Arabic knows about its words: the article and the particles written together with them; no inflection."""

from __future__ import annotations

from monitor.text.normalize import fold_text

_ARTICLE = "ال"
_CONJUNCTIONS = ("", "و", "ف")
_PREPOSITIONS = ("", "ب", "ك", "ل")
_HAMZA_ON_ALEF = "أإآ"  # so written, the first letter belongs to the word: ألمانيا, إلغاء, آلية
_SHORT = 2  # letters; shorter words are not taken apart, and words of this length take one particle only

# Without the article these two letters are another, very common word (الله, الآن).
_NEEDS_ARTICLE = frozenset(
    {
        *("ان", "ام", "او", "اي", "له", "لي", "لم", "لن", "لو", "لا", "لك", "من", "عن", "في", "ما", "مع"),
        *("قد", "هل", "هو", "هي", "يا", "ذا", "ذي", "تي", "بل", "به", "بك", "كي"),
    }
)


class Arabic:
    """Modern standard Arabic as newspapers write it."""

    code = "ar"

    def forms(self, word: str) -> frozenset[str]:
        """Return the word bare, with the article, and with و ف ب ك ل before either.

        The word may come as a person wrote it: that tells an article (الأمن) from a first letter (ألمانيا), which
        look the same once folded.
        """
        folded = fold_text(word)
        base = _without_article(word, folded)
        needs_article = base != folded and base in _NEEDS_ARTICLE
        return frozenset(
            form
            for spelling in _spellings(base)
            for form in (*_definite(spelling), *(() if needs_article else _indefinite(spelling)))
        )


def _without_article(word: str, folded: str) -> str:
    base = folded.removeprefix(_ARTICLE)
    return folded if len(base) < _SHORT or word[0] in _HAMZA_ON_ALEF else base


def _spellings(base: str) -> tuple[str, ...]:
    """Return the base, and its sloppy spelling with ه when it ends in ة."""
    return (base, base[:-1] + "ه") if base.endswith("ة") else (base,)


def _indefinite(base: str) -> list[str]:
    if len(base) < _SHORT:
        return [base]
    if len(base) == _SHORT:
        return [base, *(particle + base for particle in (*_CONJUNCTIONS, *_PREPOSITIONS))]
    return [first + second + base for first in _CONJUNCTIONS for second in _PREPOSITIONS]


def _definite(base: str) -> list[str]:
    if len(base) < _SHORT:
        return []
    # ل swallows the alef of the article, and one of three ل in a row is not written: للأمن, للغة, لله
    contracted = "ل" + base if base.startswith("ل") else "لل" + base
    return [
        first + rest
        for first in _CONJUNCTIONS
        for rest in (contracted, *(second + _ARTICLE + base for second in _PREPOSITIONS))
    ]
