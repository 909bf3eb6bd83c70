"""Says which words of a title almost count as a term, and what would make them count; decides nothing."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import islice
from typing import NamedTuple

from monitor.match.terms import PatternTerm, Phrase, TermKey, parse_term
from monitor.match.title import Title
from monitor.match.words import Codes, Word
from monitor.match.written import Mode
from monitor.text import Token, cores, is_acronym
from monitor.text.particles import ARTICLE

_MOST_TERMS = 2_000  # looked at; a list of more words is not read by hand
_MOST_MISSES = 8
_SHORTEST_LIKENESS = 3  # letters


class Miss(NamedTuple):
    """A word of the title that almost counts as a term, and why it does not, in a sentence."""

    term: str
    text: str
    why: str


def near_misses(keys: Sequence[TermKey], title: Title, spoken: Codes) -> Iterator[Miss]:
    """Yield one for each term that does not stand in the title although something like it does."""
    misses = (_miss(key, title, spoken) for key in keys[:_MOST_TERMS])
    return islice((miss for miss in misses if miss), _MOST_MISSES)


def word_miss(key: TermKey, token: Token, title: Title, spoken: Codes) -> Miss | None:
    """Return why a word of the title is none of a term's, if it is like it and the term is one word."""
    term = parse_term(key)
    if isinstance(term, PatternTerm) or len(term.words) > 1:
        return None
    text = title.text[token.start : token.end]
    why = _why(key.text, term.words[0], token, text, spoken)
    return Miss(key.text, text, why) if why else None


def stem(key: TermKey) -> str | None:
    """Return what words that look like a term begin with; None for what is not one word."""
    term = parse_term(key)
    if isinstance(term, PatternTerm) or len(term.words) > 1:
        return None
    return term.words[0].written.folded.removeprefix(ARTICLE)


def loosened(key: TermKey) -> TermKey:
    """Return the term that also finds what only almost counts as this one."""
    term = parse_term(key)
    if isinstance(term, PatternTerm):
        return key
    text = " ".join(word.written.text for word in term.words)
    return TermKey(f"exact: {text}" if is_acronym(text) else text, family=True)


def _miss(key: TermKey, title: Title, spoken: Codes) -> Miss | None:
    term = parse_term(key)
    if isinstance(term, Phrase) and len(term.words) > 1:
        return _parted(key.text, term, title, spoken)
    told = (word_miss(key, token, title, spoken) for words in title.readings for token in words)
    return next(filter(None, told), None)


def _why(term: str, word: Word, token: Token, text: str, spoken: Codes) -> str | None:
    if is_acronym(word.written.text) and token.text == word.written.folded and not token.capitals:
        return f"'{text}' is not in capitals as '{term}' is; exact: {word.written.text} would count it"
    if word.mode is not Mode.FORMS and replace(word, mode=Mode.FORMS).read(token, spoken):
        return f"'{text}' is a form of '{word.written.text}', which is to be found {word.mode}"
    if not word.family and replace(word, family=True).read(token, spoken):
        return f"'{text}' is derived from '{term}'; family: true would count it"
    if replace(word, languages=()).read(token):
        return f"'{text}' is a form of '{term}' in another language than the rule or the source speaks"
    if begins_like(token.text, word.written.folded.removeprefix(ARTICLE)):
        return f"'{text}' begins like '{term}' but is another word; add it to any: if it should count"
    return None


def begins_like(text: str, stem: str) -> bool:
    """Tell whether a folded word begins like another, particles aside."""
    return len(stem) >= _SHORTEST_LIKENESS and stem in text and any(core.startswith(stem) for core in cores(text))


def _parted(text: str, phrase: Phrase, title: Title, spoken: Codes) -> Miss | None:
    """Tell of a phrase whose words are all there, but not together."""
    if all(any(word.read(token, spoken) for token in title.words) for word in phrase.words):
        return Miss(text, text, f"the words of '{text}' are in the headline, but not as this phrase")
    return None
