"""How Arabic nouns and adjectives are inflected by rule: pronouns, dual, sound plurals, feminine; no word lists.

Every function takes folded words without the article and yields forms with the step that leads to them. Forms bound to
a pronoun or to the word that follows never carry the article.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

_PRONOUNS = ("ه", "ها", "هم", "هما", "هن", "نا", "ك", "كم", "كن")
_FEMALE = "ة"
SLOPPY = "ه for ة"
FEMININE = "feminine"
_LONG = 4  # letters; shorter words have no sound plural by rule: too many of them would be other words
# Shapes of participles, which are persons more often than things: متظاهر, مستثمر, مهاجر, مسؤول, معتقل, منسحب.
_PERSON = re.compile(r"م(?:ت..|ست|.ا.|..و.|.ت.|ن..).*")
# مهاجر has مهاجرات, but مفاوضات are talks rather than women who negotiate.
_TALKS = re.compile(r"م.ا..")
_NO_PLURAL = re.compile(r".{1,3}(?:ون|ين)|..ا.ين")  # قانون, تامين, قوانين


class Form(NamedTuple):
    """A form of a word; `step` names how it was made, and is empty for the word itself."""

    text: str
    step: str
    bound: bool = False


def inflections(base: str, *, listed: bool) -> Iterator[Form]:
    """Yield the forms of a word of three letters or more, the word itself first.

    A listed word is what it looks like; others in ات, ون and ين are taken for plurals.
    """
    yield Form(base, "")
    if base.endswith(_FEMALE):
        yield from _feminine(base[:-1])
    elif base.endswith("ات") and len(base) > _LONG:
        yield from _with_pronouns(base, "pronoun")
        yield from () if listed else _singulars_of_at(base[:-2])
    elif base.endswith(("ون", "ين")) and not listed and not _NO_PLURAL.fullmatch(base):
        yield from _person(base[:-2])
    else:
        yield from _other(base)


def singulars(plural: str) -> Iterator[str]:
    """Yield what a word may be the sound plural of, the likelier first."""
    if plural.endswith("ات"):
        yield from (f"{plural[:-2]}ة", plural[:-2])
    elif plural.endswith(("ون", "ين")) and not _NO_PLURAL.fullmatch(plural):
        yield plural[:-2]


def inflections_of_plural(plural: str) -> Iterator[Form]:
    """Yield the forms of a broken plural: pronouns, but neither dual nor another plural."""
    yield Form(plural, "")
    if plural.endswith(_FEMALE):
        yield Form(f"{plural[:-1]}ه", SLOPPY)
        yield from _with_pronouns(f"{plural[:-1]}ت", "pronoun")
    else:
        yield from _singular(plural)


def family(base: str) -> Iterator[Form]:
    """Yield the adjectives of belonging (nisba) made from a word: مغربي, مغربية, مغربيون from المغرب."""
    root = re.sub(r"(?:يا|ة|ا|ه)$", "", base)
    for adjective in (f"{root}ي", f"{root}وي", f"{root}اوي"):
        for ending in ("", "ة", "ه", "ا", "ون", "ين", "ان", "ات", "تان", "تين"):
            yield Form(adjective + ending, "family")


def _with_pronouns(stem: str, step: str) -> Iterator[Form]:
    for pronoun in _PRONOUNS:
        yield Form(stem + pronoun, f"{step} {pronoun}" if step == "pronoun" else step, bound=True)


def _feminine(stem: str) -> Iterator[Form]:
    yield Form(f"{stem}ه", SLOPPY)
    yield from _with_pronouns(f"{stem}ت", "pronoun")
    for case in ("ا", "ي"):
        yield Form(f"{stem}ت{case}ن", "dual")
        yield Form(f"{stem}ت{case}", "dual", bound=True)
        yield from _with_pronouns(f"{stem}ت{case}", "dual")
    if not stem.endswith("ا"):
        yield from _plural_in_at(stem)


def _plural_in_at(stem: str) -> Iterator[Form]:
    yield Form(f"{stem}ات", "plural")
    yield from _with_pronouns(f"{stem}ات", "plural")


def _dual(stem: str) -> Iterator[Form]:
    yield Form(f"{stem}ان", "dual")
    yield Form(f"{stem}ين", "dual")


def _singular(base: str) -> Iterator[Form]:
    """Yield what every word without ة takes: pronouns, and the ending of the accusative."""
    yield from _with_pronouns(base, "pronoun")
    if base.endswith("ء"):
        for seat in "وي":  # ؤ and ئ: وزراؤهم, وزرائهم
            yield from _with_pronouns(base[:-1] + seat, "pronoun")
    if base.endswith("ي"):
        yield from _with_pronouns(f"{base[:-1]}ا", "pronoun")  # ى, which folds to ي: مستشفاه
    if not base.endswith(("ا", "اء")):
        yield Form(f"{base}ا", "accusative", bound=True)


def _other(base: str) -> Iterator[Form]:
    yield from _singular(base)
    if base.endswith("ا"):
        return
    yield from _dual(base)
    if base.endswith("ء"):
        yield from _dual(f"{base[:-1]}ي")
    if len(base) >= _LONG:
        yield from _long(base)


def _long(base: str) -> Iterator[Form]:
    nisba = base.endswith("ي")
    if not _TALKS.fullmatch(base):
        yield from _plural_in_at(f"{base}ه" if base.endswith("و") else base)  # فيديوهات
    if nisba:
        yield from _feminine_of_adjective(base)
    yield Form(f"{base}ون", "plural")
    if nisba or _PERSON.match(base):
        yield from _plural_in_un(base)


def _feminine_of_adjective(base: str) -> Iterator[Form]:
    for ending in ("ة", "ه", "تان", "تين"):
        yield Form(base + ending, FEMININE)


def _plural_in_un(stem: str) -> Iterator[Form]:
    """مهاجرون, مهاجرين; مهاجرو and مهاجري before the word they belong to."""
    yield Form(f"{stem}ون", "plural")
    yield Form(f"{stem}ين", "plural")
    for case in ("و", "ي"):
        yield Form(stem + case, "plural", bound=True)
        yield from _with_pronouns(stem + case, "plural")


def _person(stem: str) -> Iterator[Form]:
    """Yield what belongs to a plural in ون or ين: مهاجرين, also مهاجر and مهاجرة."""
    yield Form(stem, "singular")
    yield Form(f"{stem}ا", "singular", bound=True)
    yield Form(f"{stem}ان", "dual")
    yield from _with_pronouns(stem, "singular")
    if not stem.endswith("ي"):  # المصريين are people; مصرية is mostly said of things
        yield Form(f"{stem}ة", FEMININE)
    yield from _plural_in_un(stem)
    yield from _plural_in_at(stem)


def _singulars_of_at(stem: str) -> Iterator[Form]:
    """Yield what belongs to a plural in ات: انتخاب or محاكمة, whichever it is."""
    yield Form(f"{stem}ة", "singular")
    for form in _feminine(stem):
        yield form._replace(step="singular") if "plural" not in form.step else form
    if not _TALKS.fullmatch(stem):
        yield Form(stem, "singular")
        yield Form(f"{stem}ا", "singular", bound=True)
        yield from _dual(stem)
        yield from _with_pronouns(stem, "singular")
