"""English of newspapers: plural, -ing and -ed of a word; tokens split the possessive off."""

from __future__ import annotations

import re
from collections.abc import Iterator

from monitor.text.forms import PlainForms, name_forms, token_text
from monitor.text.lexicon import by_first, by_word

_VERB = 4  # letters; shorter verbs are listed
_ES = re.compile(r".*(?:s|x|z|ch|sh)")
_CONSONANT_Y = re.compile(r".*[^aeiou]y")
_DOUBLED = re.compile(r"[^aeiou]*[aeiou][bdgklmnprt]")  # stop, stopped; of one syllable
_PAST = re.compile(r"..+[^e]ed")
_NO_PLURAL = re.compile(r".*(?:ss|us|is|as|os)")
_FAMILY = ("n", "an", "ian", "ans", "ians", "i", "is", "ese", "ish", "ic", "al")


class English:
    """English of newspapers."""

    code = "en"

    def forms(self, word: str, *, family: bool = False) -> PlainForms:
        """Return the word, its plural or singular and the forms of the verb it may be; `family` adds Syrian to Syria.

        A word with accents is none of English.
        """
        folded = token_text(word)
        steps = name_forms(word, self.code)
        if not steps:
            apart = by_first("english_apart").get(folded, frozenset())
            steps = {folded: ""}
            for form, step in _inflections(folded) if word.isascii() else ():
                if form not in apart:
                    steps.setdefault(form, step)
        if family:
            steps = {**dict.fromkeys(_family(folded), "family"), **steps}
        return PlainForms(steps)


def _inflections(word: str) -> Iterator[tuple[str, str]]:
    for line in by_word("english_words").get(word, ()):
        yield from ((member, "irregular form") for member in line)
        yield from _of_base(line[0])
    verb = by_first("english_verbs").get(word, frozenset())
    yield from ((form, "verb form") for form in verb)
    yield from _of_base(word)
    for base, step in _bases(word):
        yield base, step
        yield from _of_base(base)


def _bases(word: str) -> Iterator[tuple[str, str]]:
    """Yield what a plural or a past form may be of: both kille and kill for killed, since only one is a word."""
    if singular := _singular(word):
        yield singular, "singular"
    if _PAST.fullmatch(word):
        root = word.removesuffix("ed")
        yield from (
            (base, "base") for base in (root, f"{root}e", re.sub(r"(.)\1$", r"\1", root), re.sub("i$", "y", root))
        )


def _of_base(base: str) -> Iterator[tuple[str, str]]:
    yield _plural(base), "plural"
    if len(base) < _VERB or base.endswith(("ing", "ed")):
        return
    root = base[:-1] if base.endswith("e") and not base.endswith(("ee", "oe")) else base
    if _DOUBLED.fullmatch(base):
        root += base[-1]
    yield f"{root}ing", "-ing"
    yield f"{root}ings", "-ing"
    past = re.sub(r"(?<=[^aeiou])y$", "i", root.removesuffix("e"))
    if base not in by_first("english_verbs"):
        yield f"{past}ed", "-ed"


def _plural(base: str) -> str:
    if _CONSONANT_Y.fullmatch(base):
        return f"{base[:-1]}ies"
    return f"{base}es" if _ES.fullmatch(base) else f"{base}s"


def _singular(word: str) -> str | None:
    """Return what a plural in -s is of; None for other words."""
    if len(word) < _VERB or not word.endswith("s") or _NO_PLURAL.fullmatch(word):
        return None
    if word.endswith("ies") and len(word) > _VERB:
        return f"{word[:-3]}y"
    without_es = word.removesuffix("es")
    return without_es if without_es != word and _ES.fullmatch(without_es) else word[:-1]


def _family(folded: str) -> Iterator[str]:
    yield from (word for line in by_word("english_family").get(folded, ()) for word in line)
    root = re.sub(r"(?:ia|a|e|o|y)$", "", folded)
    for stem in (folded, root):
        yield from (stem + ending for ending in _FAMILY)
