"""Doubts about a rule's words: what is allowed but probably not meant; refuses nothing."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from monitor.match.index import TermIndex
from monitor.match.rules import Rule
from monitor.match.terms import PatternTerm, Phrase, TermKey, parse_term
from monitor.match.title import Title
from monitor.match.written import Mode
from monitor.text import fold_text, is_acronym, is_breaking_label
from monitor.text.particles import ARTICLE

_SHORT = 2  # letters
_MOST_COMPARED = 5_000  # words of a rule; longer lists come from a program
_SAMPLES = (
    "انطلاق أشغال توسعة الميناء الجديد وسط استنفار السلطات المحلية",
    "La préfecture ouvre une enquête après l'incendie d'un entrepôt",
    "Officials promise quick repairs as storm damage cuts power lines",
)
_COMMON = frozenset(
    map(
        fold_text,
        (
            *(
                "في",
                "من",
                "على",
                "إلى",
                "عن",
                "مع",
                "هذا",
                "هذه",
                "التي",
                "الذي",
                "بعد",
                "قبل",
                "خلال",
                "بين",
                "كل",
                "ما",
            ),
            *("لا", "لم", "لن", "أن", "إن", "هل", "كيف", "أو", "ثم", "عند", "حول", "ضد", "غير", "اليوم", "أمس", "جديد"),
            *(
                "le",
                "la",
                "les",
                "l",
                "un",
                "une",
                "des",
                "du",
                "de",
                "d",
                "et",
                "en",
                "au",
                "aux",
                "dans",
                "pour",
                "par",
            ),
            *("sur", "avec", "sans", "qui", "que", "ce", "se", "est", "plus", "après", "avant", "nouveau", "nouvelle"),
            *(
                "the",
                "a",
                "an",
                "of",
                "in",
                "on",
                "at",
                "to",
                "and",
                "or",
                "for",
                "with",
                "from",
                "by",
                "as",
                "is",
                "are",
            ),
            *("after", "before", "over", "up", "its", "his", "new", "says", "said", "will", "not", "be", "has", "it"),
        ),
    )
)


@dataclass(frozen=True, slots=True)
class _Wide:
    """How much a term finds: one that is at least as wide can make another superfluous."""

    key: TermKey
    list: str
    title: str  # the term as a headline
    width: int

    def covers(self, other: _Wide) -> bool:
        return self.width >= other.width


_WIDTHS = {Mode.EXACT: 0, Mode.AS_WRITTEN: 1, Mode.FORMS: 2}
_OPEN = 3


def rule_doubts(rule: Rule) -> Iterator[str]:
    """Yield sentences on words that are too short or too common, or say what another one says."""
    lists = {"any": rule.any, "all": rule.all, "none": rule.none, "near": rule.near.words if rule.near else ()}
    for name, texts in lists.items():
        for text in texts:
            if doubt := _doubt(rule.key(text), text):
                yield f"{name}: {doubt}"
    listed = {text for texts in lists.values() for text in texts}
    for text in rule.also:
        if text not in listed:
            yield f"also: '{text}' stands in no other list of the rule, so what counts as it finds nothing"
    if sum(map(len, lists.values())) <= _MOST_COMPARED:
        yield from _superfluous(rule, lists)


def _doubt(key: TermKey, text: str) -> str | None:
    term = parse_term(key)
    if isinstance(term, PatternTerm):
        everywhere = all(any(True for _ in term.hits(Title(sample))) for sample in _SAMPLES)
        return f"{text} is found in nearly every headline" if everywhere else None
    if is_breaking_label(text):
        return f"'{text}' is a mark of breaking news, which is none of a headline's words; write breaking: true"
    if len(term.words) > 1 or is_acronym(term.words[0].written.text):
        return None
    folded = term.words[0].written.folded
    if folded in _COMMON:
        return f"'{text}' stands in very many headlines; write a phrase"
    if len(folded.removeprefix(ARTICLE)) <= _SHORT:
        return f"'{text}' is short and means many things; write a phrase"
    return None


def _superfluous(rule: Rule, lists: Mapping[str, Sequence[str]]) -> Iterator[str]:
    """Compare the words by looking for all of them in each of them."""
    wide = [one for name, texts in lists.items() for text in texts if (one := _wide(rule.key(text), name))]
    index = TermIndex(one.key for one in wide)
    told: set[frozenset[TermKey]] = set()
    for number, one in enumerate(wide):
        for other in (wide[found] for found in index.find(Title(one.title)) if found != number):
            pair, doubt = frozenset({one.key, other.key}), _doubt_of_two(one, other)
            if doubt and pair not in told:
                told.add(pair)
                yield doubt


def _doubt_of_two(one: _Wide, other: _Wide) -> str | None:
    """Return what is odd about two words of which the first is found by the second."""
    if one.key == other.key or not other.covers(one):
        return None
    text, wider = one.key.text, other.key.text
    if one.list == other.list:
        return f"{one.list}: wherever '{text}' stands '{wider}' is found too; one is enough"
    if other.list == "none":
        return f"{one.list}: '{text}' can never count, since '{wider}' of none: is found there too"
    return None


def _wide(key: TermKey, name: str) -> _Wide | None:
    term = parse_term(key)
    if not isinstance(term, Phrase):
        return None
    words = [word.written for word in term.words]
    width = _OPEN if any(word.open for word in words) else _WIDTHS[term.words[0].mode]
    return _Wide(key, name, " ".join(word.text for word in words), width)
