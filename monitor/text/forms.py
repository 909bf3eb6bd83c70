"""The tokens that count as a word of a language whose words stand alone; which ones is the language's to say."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from monitor.ports import Reading, Token
from monitor.text.lexicon import NAME_COLUMNS, names
from monitor.text.normalize import fold_text

_SIGNS = re.compile(r"[\W_]+")


def token_text(word: str, between: str = "-") -> str:
    """Return a written word as the tokens have it: folded, the parts of a compound with one sign between them."""
    return between.join(filter(None, _SIGNS.split(fold_text(word))))


@dataclass(frozen=True, slots=True)
class PlainForms:
    """Forms by their text, and the step that leads to each; an empty step is the word as written."""

    steps: Mapping[str, str]
    acronym: bool = False  # counts only where it stands in capitals,
    wordlike: bool = False  # or where it begins with one (Onu)
    unlike: tuple[str, ...] = ()  # beginnings of other words that only their accents tell apart
    article: bool = False

    @property
    def cores(self) -> frozenset[str]:
        """The forms themselves."""
        return frozenset(self.steps)

    def read(self, token: Token) -> Reading | None:
        """Return how the token comes from the word."""
        if token.text not in self.steps:
            return None
        if self.acronym and not (token.capitals or (self.wordlike and token.written[:1].isupper())):
            return None
        if self.unlike and not token.capitals and token.written.casefold().startswith(self.unlike):
            return None
        step = self.steps[token.text]
        return Reading(article=False, steps=(step,) if step else ())

    def __contains__(self, text: object) -> bool:
        return text in self.steps

    def __iter__(self) -> Iterator[str]:
        return iter(self.steps)

    def __len__(self) -> int:
        return len(self.steps)


def name_forms(word: str, code: str) -> dict[str, str]:
    """Return the spellings of a listed name with their steps; empty for others, and where it has no capital.

    What is a name in one language is one in all (Holland is not inflected in French).
    """
    folded = token_text(word)
    if not word[:1].isupper() or not any(folded in names(other) for other in NAME_COLUMNS):
        return {}
    return {folded: ""} | {fold_text(name): "spelling" for name in names(code).get(folded, ())} | {folded: ""}
