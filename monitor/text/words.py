"""Words as an editor means them: asks the languages a word may belong to; knows none of them."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from monitor.ports import Forms, Language
from monitor.text.arabic import Arabic
from monitor.text.arabic import cores as arabic_cores
from monitor.text.detect import languages_of
from monitor.text.english import English
from monitor.text.forms import PlainForms
from monitor.text.french import French
from monitor.text.lexicon import by_word
from monitor.text.normalize import fold, fold_text
from monitor.text.tokens import tokens

LANGUAGES: dict[str, Language] = {language.code: language for language in (Arabic(), French(), English())}
_ACRONYM = range(2, 6)  # letters
_VOWELS = frozenset("AEIOUY")
_SURE = 3  # letters without a vowel are no word (but pm and km are)


def forms_of(word: str, *, family: bool = False) -> Forms:
    """Return all tokens that count as a word, as a person wrote it: one token, with its ornaments.

    Two to five capitals are an acronym, which counts in capitals only (EU is not eu), or also with one (Onu).
    """
    folded = _text(word)
    codes = languages_of(folded)
    if not codes or (is_acronym(word) and codes != (Arabic.code,)):
        return PlainForms({folded: ""}, acronym=bool(codes), wordlike=_is_wordlike(word))
    known = [LANGUAGES[code].forms(word, family=family) for code in codes]
    return known[0] if len(known) == 1 else _merged(folded, known)


def _merged(folded: str, known: Iterable[Forms]) -> PlainForms:
    """Return what counts as the word in any of its languages, the steps of the first before the others'."""
    plain = [forms for forms in known if isinstance(forms, PlainForms)]
    steps = {form: step for forms in reversed(plain) for form, step in forms.steps.items()}
    return PlainForms({**steps, folded: ""}, unlike=tuple(other for forms in plain for other in forms.unlike))


def is_acronym(word: str) -> bool:
    """Tell whether a word is written like EU or E.U."""
    letters = word.replace(".", "")
    return len(letters) in _ACRONYM and letters.isascii() and letters.isalpha() and letters.isupper()


def _is_wordlike(word: str) -> bool:
    """Tell whether an acronym may also be written like a word, since it can be no other: Onu, Fbi, Cnss."""
    letters = word.replace(".", "")
    return fold_text(letters) in by_word("acronyms") or (len(letters) >= _SURE and _VOWELS.isdisjoint(letters))


def cores(text: str) -> Collection[str]:
    """Return the keys under which an index of `Forms.cores` finds the words that a headline's token may be."""
    return arabic_cores(text) if languages_of(text) == ("ar",) else (text,)


def _text(word: str) -> str:
    found = tokens(fold(word))
    return found[0].text if len(found) == 1 else fold_text(word)
