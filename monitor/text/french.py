"""French of newspapers: plural and feminine of a word, no verbs; elided words are split off by the tokens."""

from __future__ import annotations

import re
from collections.abc import Iterator

from monitor.text.forms import PlainForms, name_forms, token_text
from monitor.text.lexicon import by_first, by_word, unlike
from monitor.text.normalize import fold_text

_SINGULARS = (
    (re.compile(r"(.+(?:eau|eu|ou))x"), r"\1"),
    (re.compile(r"(.{2,}[^e])aux"), r"\1al"),
    (re.compile(r"(.{2,}[^s])s"), r"\1"),
)
_LONG = 5  # letters; of shorter words the feminine would be another word (port, porte)
# Endings of adjectives and persons with their feminine; accents are folded (policiere), but for a final é.
_FEMININES = (
    (re.compile(r"(.+é)"), r"\1e"),
    (re.compile(r"(.+(?:ant|[^m]ent|and|ain|in|ois|ais|al|ier|ger|cher))"), r"\1e"),
    (re.compile(r"(.+(?:ien|een))"), r"\1ne"),
    (re.compile(r"(.+[^p]el)"), r"\1le"),
    (re.compile(r"(.+i)f"), r"\1ve"),
    (re.compile(r"(.+eu)x"), r"\1se"),
    (re.compile(r"(.+eu)r"), r"\1se"),
    (re.compile(r"(.+t)eur"), r"\1rice"),
)
_FAMILY = ("ien", "ienne", "ais", "aise", "ois", "oise", "ain", "aine", "ique", "al", "ale", "aux")


class French:
    """French of newspapers."""

    code = "fr"

    def forms(self, word: str, *, family: bool = False) -> PlainForms:
        """Return the word, its plural or singular, and the feminine; `family` adds adjectives of what it names."""
        folded = token_text(word)
        steps = name_forms(word, self.code)
        if not steps:
            apart = by_first("french_apart").get(folded, frozenset())
            steps = {folded: ""}
            for form, step in _inflections(folded, word.casefold()):
                if form not in apart:
                    steps.setdefault(form, step)
        if family:
            steps = {**dict.fromkeys(_family(folded), "family"), **steps}
        return PlainForms(steps, unlike=unlike("french_accents").get(word.casefold(), ()))


def _inflections(folded: str, written: str) -> Iterator[tuple[str, str]]:
    for line in by_word("french_words").get(folded, ()):
        yield from ((member, "irregular form") for member in line)
    yield from _of_singular(folded, written)
    for plural, singular in _SINGULARS:
        if plural.fullmatch(folded):
            yield plural.sub(singular, folded), "singular"
            yield from _of_singular(plural.sub(singular, folded), plural.sub(singular, written))
            return


def _of_singular(folded: str, written: str) -> Iterator[tuple[str, str]]:
    """Yield the plurals and the feminine of a word; both spellings, since only `written` has its accents."""
    yield from ((plural, "plural") for plural in _plurals(folded))
    if len(folded) < _LONG or folded in by_word("french_words"):
        return
    for masculine, feminine in _FEMININES:
        ending = written if "é" in feminine + masculine.pattern else folded
        if masculine.fullmatch(ending):
            found = fold_text(masculine.sub(feminine, ending))
            yield found, "feminine"
            yield f"{found}s", "feminine"


def _plurals(singular: str) -> Iterator[str]:
    if not singular.endswith(("s", "x", "z")):
        yield f"{singular}s"
    if singular.endswith("al"):
        yield f"{singular[:-1]}ux"
    if singular.endswith(("eau", "eu")):
        yield f"{singular}x"


def _family(folded: str) -> Iterator[str]:
    """Yield Maroc: marocain, marocaines; Algérie: algérien; climat: climatique."""
    yield from (word for line in by_word("french_family").get(folded, ()) for word in line)
    root = re.sub(r"(?:ie|e|s)$", "", folded)
    for ending in _FAMILY:
        yield from (root + ending, f"{root}{ending}s")
