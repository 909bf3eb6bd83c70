"""Words as an editor means them: asks the languages a word may belong to; knows none of them."""

from __future__ import annotations

from collections.abc import Collection

from monitor.ports import Forms, Language
from monitor.text.arabic import Arabic
from monitor.text.arabic import cores as arabic_cores
from monitor.text.detect import languages_of
from monitor.text.english import English
from monitor.text.forms import PlainForms
from monitor.text.french import French
from monitor.text.normalize import fold, fold_text
from monitor.text.tokens import tokens

_ARABIC, _FRENCH, _ENGLISH = Arabic(), French(), English()
LANGUAGES: dict[str, Language] = {language.code: language for language in (_ARABIC, _FRENCH, _ENGLISH)}
_ACRONYM = range(2, 6)  # letters


def forms_of(word: str, *, family: bool = False) -> Forms:
    """Return all tokens that count as a word, as a person wrote it: one token, with its ornaments.

    Two to five capitals are an acronym, which counts only in capitals (EU is not eu).
    """
    folded = _text(word)
    codes = languages_of(folded)
    if codes == (_ARABIC.code,):
        return _ARABIC.forms(word, family=family)
    if not codes or is_acronym(word):
        return PlainForms({folded: ""}, acronym=bool(codes))
    english, french = (language.forms(word, family=family).steps for language in (_ENGLISH, _FRENCH))
    return PlainForms({**english, **french, folded: ""})


def is_acronym(word: str) -> bool:
    """Tell whether a word is written like ONU or O.N.U."""
    letters = word.replace(".", "")
    return len(letters) in _ACRONYM and letters.isascii() and letters.isalpha() and letters.isupper()


def cores(text: str) -> Collection[str]:
    """Return the keys under which an index of `Forms.cores` finds the words that a headline's token may be."""
    return arabic_cores(text) if languages_of(text) == ("ar",) else (text,)


def _text(word: str) -> str:
    found = tokens(fold(word))
    return found[0].text if len(found) == 1 else fold_text(word)
