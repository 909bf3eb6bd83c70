"""Says which words of a title almost count as a term, and what would make them count; decides nothing."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import islice

from monitor.match.terms import PatternTerm, Phrase, TermKey, parse_term
from monitor.match.title import Title
from monitor.match.words import Codes, Word
from monitor.match.written import Mode
from monitor.text import Token, is_acronym
from monitor.text.particles import ARTICLE

_MOST_TERMS = 2_000  # looked at; a list of more words is not read by hand
_MOST_MISSES = 8
_SHORTEST_LIKENESS = 3  # letters


def near_misses(keys: Sequence[TermKey], title: Title, spoken: Codes) -> Iterator[str]:
    """Yield a sentence for each term that does not stand in the title although something like it does."""
    sentences = (_miss(key, title, spoken) for key in keys[:_MOST_TERMS])
    return islice((sentence for sentence in sentences if sentence), _MOST_MISSES)


def _miss(key: TermKey, title: Title, spoken: Codes) -> str | None:
    term = parse_term(key)
    if isinstance(term, PatternTerm):
        return None
    if len(term.words) > 1:
        return _parted(key.text, term, title, spoken)
    told = (_word_miss(key.text, term.words[0], token, title, spoken) for words in title.readings for token in words)
    return next(filter(None, told), None)


def _word_miss(term: str, word: Word, token: Token, title: Title, spoken: Codes) -> str | None:
    text = title.text[token.start : token.end]
    if is_acronym(word.written.text) and token.text == word.written.folded and not token.capitals:
        return f"'{text}' is not in capitals as '{term}' is; exact: {term} would count it"
    if word.mode is not Mode.FORMS and replace(word, mode=Mode.FORMS).read(token, spoken):
        return f"'{text}' is a form of '{word.written.text}', which is to be found {word.mode}"
    if not word.family and replace(word, family=True).read(token, spoken):
        return f"'{text}' is derived from '{term}'; family: true would count it"
    if replace(word, languages=()).read(token):
        return f"'{text}' is a form of '{term}' in another language than the rule or the source speaks"
    stem = word.written.folded.removeprefix(ARTICLE)
    if len(stem) >= _SHORTEST_LIKENESS and stem in token.text:
        return f"'{text}' holds '{term}' but is another word; add it to any: if it should count"
    return None


def _parted(term: str, phrase: Phrase, title: Title, spoken: Codes) -> str | None:
    """Tell of a phrase whose words are all there, but not together."""
    if all(any(word.read(token, spoken) for token in title.words) for word in phrase.words):
        return f"the words of '{term}' are in the headline, but not together and in this order"
    return None
