"""Reads what a person wrote as a term: which words, taken how, or which expression; knows no forms of words."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

from monitor.match.pattern import Pattern, compile_pattern
from monitor.match.translation import WrongPattern
from monitor.text import fold, tokens

SHORTEST_START = 3  # letters before a *
_EXPRESSION = re.compile(r"/(?P<body>.*)/(?P<flags>[^\W\d_]*)", re.DOTALL)
_EXACT = re.compile(r"exact\s*:(.*)", re.IGNORECASE | re.DOTALL)
_QUOTED = re.compile(r'"([^"]*)"|“([^“”]*)”|«([^«»]*)»', re.DOTALL)
_FLAGS = {"", "i", "r", "ir", "ri"}


class Mode(StrEnum):
    """How a word stands for others."""

    FORMS = "forms"  # all its inflections and clitics
    AS_WRITTEN = "as written"  # clitics only
    EXACT = "exact"


class WrittenWord(NamedTuple):
    """One word of a term."""

    text: str  # as written
    folded: str
    breaks: bool  # the term itself has sentence punctuation before it (St. Petersburg)
    open: bool  # a * follows: it may go on


@dataclass(frozen=True, slots=True)
class Words:
    """A word, or several that stand together."""

    mode: Mode
    words: tuple[WrittenWord, ...]


@dataclass(frozen=True, slots=True)
class Expression:
    """A regular expression, looked for in the folded title or in the title as the site writes it."""

    pattern: Pattern
    raw: bool


class WrongTerm(ValueError):
    """A term that cannot be looked for: what is wrong with it, and the way out."""

    def __init__(self, message: str, hint: str | None = None) -> None:
        super().__init__(message)
        self.hint = hint


def read_term(text: str) -> Words | Expression:
    """Return what a person wrote.

    Raises:
        WrongTerm: it cannot be looked for.
    """
    written = text.strip()
    if written.startswith("/"):
        return _expression(written)
    if exact := _EXACT.fullmatch(written):
        return _words(text, exact[1], Mode.EXACT)
    if quoted := _QUOTED.fullmatch(written):
        return _words(text, next(inner for inner in quoted.groups() if inner is not None), Mode.AS_WRITTEN)
    return _words(text, written, Mode.FORMS)


def _words(term: str, inner: str, mode: Mode) -> Words:
    words = tuple(
        WrittenWord(
            text=inner[token.start : token.end],
            folded=token.text,
            breaks=token.breaks,
            open=inner.startswith("*", token.end) and not inner[token.end + 1 : token.end + 2].isalnum(),
        )
        for token in tokens(fold(inner))
    )
    if not words:
        raise WrongTerm(f"'{term}' has no letter or digit to look for", "write a word or several words")
    _check_stars(term, inner, words, mode)
    return Words(mode, words)


def _check_stars(term: str, inner: str, words: tuple[WrittenWord, ...], mode: Mode) -> None:
    stars = inner.count("*")
    if not stars:
        return
    if mode is not Mode.FORMS:
        raise WrongTerm(f"'{term}' holds a * but is to be found as it is written", "write the word alone, such as قتل*")
    if stars > sum(word.open for word in words):
        raise WrongTerm(f"in '{term}' a * stands elsewhere than at the end of a word", "write it as قتل* or attaqu*")
    for word in words:
        if word.open and len(word.folded) < SHORTEST_START:
            raise WrongTerm(
                f"'{word.text}*' begins too many words", f"write {SHORTEST_START} letters or more before the *"
            )


def _expression(written: str) -> Expression:
    parts = _EXPRESSION.fullmatch(written)
    if parts is None:
        raise WrongTerm(f"'{written}' begins like an expression and has no / at its end", "write it as /قتل|جرح/")
    if parts["flags"].lower() not in _FLAGS:
        raise WrongTerm(
            f"'{written}' ends with the unknown sign '{parts['flags']}'",
            "write /…/ for the folded title, /…/r for the title as it is written, /…/ri likewise in any case",
        )
    raw = "r" in parts["flags"].lower()
    try:
        pattern = compile_pattern(parts["body"], folded=not raw, ignore_case="i" in parts["flags"].lower())
    except WrongPattern as wrong:
        raise WrongTerm(f"'{written}' is no expression to look for: {wrong}") from None
    return Expression(pattern, raw)


def problem(text: str) -> WrongTerm | None:
    """Return what is wrong with a term, or None."""
    try:
        read_term(text)
    except WrongTerm as wrong:
        return wrong
    return None
