"""A term is what a person wrote to look for: one word, or several that stand together; knows no rules.

Each word stands for all the forms its languages know; the headline's words are only compared with those.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from monitor.model import Span
from monitor.text import LANGUAGES, Token, fold, languages_of, tokens

# Signs that ask for more than whole words. Read as plain words they would silently find something else.
_UNKNOWN_SIGNS = re.compile(r"\s*(?:/.*/\w*|exact\s*:.*|.*\*)\s*", re.IGNORECASE | re.DOTALL)


@dataclass(frozen=True, slots=True)
class Word:
    """One word of a term: the folded tokens that count as it."""

    forms: frozenset[str]
    breaks: bool  # the term itself has sentence punctuation before it (St. Petersburg)


@dataclass(frozen=True, slots=True)
class Term:
    """`anchor` is the place of the word by which an index should look for it: the longest, thus the rarest."""

    text: str  # as written in the rule
    words: tuple[Word, ...]
    anchor: int

    def span_at(self, headline: Sequence[Token], place: int) -> Span | None:
        """Return where the term stands in the headline if its anchor is the token at `place`."""
        first = place - self.anchor
        if first < 0 or first + len(self.words) > len(headline):
            return None
        for number, word in enumerate(self.words):
            token = headline[first + number]
            if token.text not in word.forms or (number and token.breaks and not word.breaks):
                return None
        last = headline[first + len(self.words) - 1]
        return Span(start=headline[first].start, end=last.end, term=self.text)


def problem(term: str) -> str | None:
    """Return what is wrong with a term in one sentence, or None."""
    if _UNKNOWN_SIGNS.fullmatch(term):
        return f"'{term}' is not made of words; write whole words, without / / or * or exact:"
    if not tokens(fold(term)):
        return f"'{term}' has no letter or digit to look for; write a word or several words"
    return None


def parse_term(text: str) -> Term:
    """Return the term that a person wrote.

    Raises:
        ValueError: `problem` finds one.
    """
    if wrong := problem(text):
        raise ValueError(wrong)
    written = tokens(fold(text))
    return Term(
        text=text,
        words=tuple(Word(_forms(token, text), token.breaks) for token in written),
        anchor=max(range(len(written)), key=lambda place: len(written[place].text)),
    )


def _forms(token: Token, text: str) -> frozenset[str]:
    """Ask every language the word may belong to.

    They see it as it was written: folding hides what tells إلغاء from a word with an article.
    """
    as_written = text[token.start : token.end]
    codes = languages_of(token.text)
    return frozenset({token.text}).union(*(LANGUAGES[code].forms(as_written) for code in codes))
