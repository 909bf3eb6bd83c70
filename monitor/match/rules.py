"""Rules as values: which of them fire on a headline, and by which words; tells nobody."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from monitor.match.index import Found, TermIndex
from monitor.match.nearness import words_between
from monitor.match.terms import TermKey
from monitor.match.title import Title
from monitor.match.words import Codes
from monitor.match.written import WrongTerm, problem
from monitor.model import Headline, Match, Span


@dataclass(frozen=True, slots=True, kw_only=True)
class Near:
    """Words that stand close together, in any order: at most `within` others between the first and the last."""

    words: tuple[str, ...]
    within: int = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """Which headlines matter: all that is given must hold; a rule without words and `breaking` never fires."""

    name: str
    any: tuple[str, ...] = ()
    all: tuple[str, ...] = ()
    none: tuple[str, ...] = ()
    near: Near | None = None
    also: Mapping[str, tuple[str, ...]] = field(default_factory=dict)  # other words that count as one of the above
    family: bool = False
    languages: Codes = ()
    breaking: bool = False
    sources: tuple[str, ...] = ()
    parts: tuple[str, ...] = ("title",)  # of the article that count beside the title: lead, body

    @property
    def wants_words(self) -> bool:
        """Whether it asks for any word at all."""
        return bool(self.any or self.all or self.near)

    def key(self, text: str) -> TermKey:
        """Return the term that one of its words is."""
        return TermKey(text, self.family, self.languages)


@dataclass(frozen=True, slots=True, kw_only=True)
class Compiled:
    """A rule whose words are numbers of the index; every word stands with those that `also` counts as it."""

    rule: Rule
    any: frozenset[int]
    all: tuple[frozenset[int], ...]
    none: frozenset[int]
    near: tuple[frozenset[int], ...]
    counting: frozenset[int]  # terms that speak for the rule

    def fires(self, headline: Headline, title: Title, found: Found) -> bool:
        """Tell whether everything that the rule asks for holds; a word of `none` outweighs all others."""
        rule = self.rule
        return (
            (not rule.sources or headline.source in rule.sources)
            and (headline.breaking or not rule.breaking)
            and (rule.breaking or rule.wants_words)
            and (not rule.any or not self.any.isdisjoint(found))
            and not any(one.isdisjoint(found) for one in self.all)
            and self.none.isdisjoint(found)
            and self.stands_near(title, found)
        )

    def stands_near(self, title: Title, found: Found) -> bool:
        """Tell whether the words of `near` stand close enough together."""
        if self.rule.near is None:
            return True
        if any(one.isdisjoint(found) for one in self.near):
            return False
        hits = [[hit for number in one if number in found for hit in found[number]] for one in self.near]
        return words_between(hits, title.words) <= self.rule.near.within


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleSet:
    """Compiled rules; made by `compile_rules`."""

    rules: tuple[Compiled, ...]
    index: TermIndex
    needing: Mapping[int, tuple[int, ...]]  # rules that cannot fire without this term or one of its equals
    wordless: tuple[int, ...]  # rules to try on every breaking headline
    languages: Mapping[str, Codes]  # of sources

    def evaluate(self, headline: Headline) -> tuple[Match, ...]:
        """Return the rules that fire, in their order, with the places of their words in the title."""
        title = Title(headline.title)
        found = self.find(headline, title)
        numbers = {number for term in found for number in self.needing.get(term, ())}
        numbers.update(self.wordless if headline.breaking else ())
        candidates = (self.rules[number] for number in sorted(numbers))
        return tuple(
            Match(rule=compiled.rule.name, spans=self._spans(compiled, found))
            for compiled in candidates
            if compiled.fires(headline, title, found)
        )

    def find(self, headline: Headline, title: Title) -> Found:
        """Return where every term of the rules stands in the headline's title."""
        return self.index.find(title, self.languages.get(headline.source, ()))

    def _spans(self, compiled: Compiled, found: Found) -> tuple[Span, ...]:
        spans = {
            Span(start=hit.start, end=hit.end, term=self.index.keys[number].text)
            for number, hits in found.items()
            if number in compiled.counting
            for hit in hits
        }
        return tuple(sorted(spans, key=lambda span: (span.start, span.end, span.term)))


def compile_rules(rules: Iterable[Rule], languages: Mapping[str, Codes] | None = None) -> RuleSet:
    """Return the rules ready to be evaluated.

    Args:
        rules: in the order in which they are to be told.
        languages: the codes of the languages that sources are written in, for those that say so.

    Raises:
        ValueError: a rule has a term that cannot be looked for.
    """
    rules = tuple(rules)
    numbers: dict[TermKey, int] = {}
    compiled = tuple(_compile(rule, numbers) for rule in rules)
    needing: dict[int, tuple[int, ...]] = {}
    for place, one in enumerate(compiled):
        for number in _needed(one):
            needing[number] = (*needing.get(number, ()), place)
    return RuleSet(
        rules=compiled,
        index=_index(rules, numbers),
        needing=needing,
        wordless=tuple(n for n, rule in enumerate(rules) if rule.breaking and not rule.wants_words),
        languages=languages or {},
    )


def _compile(rule: Rule, numbers: dict[TermKey, int]) -> Compiled:
    """Return the rule with its words as numbers; new ones are given out."""

    def number(text: str) -> int:
        return numbers.setdefault(rule.key(text), len(numbers))

    def wanted(text: str) -> frozenset[int]:
        return frozenset(number(other) for other in (text, *rule.also.get(text, ())))

    any_ = frozenset(number for text in rule.any for number in wanted(text))
    all_ = tuple(map(wanted, rule.all))
    near = tuple(map(wanted, rule.near.words)) if rule.near else ()
    return Compiled(
        rule=rule,
        any=any_,
        all=all_,
        none=frozenset(number for text in rule.none for number in wanted(text)),
        near=near,
        counting=any_.union(*all_, *near) if all_ or near else any_,
    )


def _index(rules: Iterable[Rule], keys: Iterable[TermKey]) -> TermIndex:
    try:
        return TermIndex(keys)
    except WrongTerm as wrong:
        name = next(rule.name for rule in rules if any(map(problem, _texts(rule))))
        raise ValueError(f"rule '{name}': {wrong}") from None


def _texts(rule: Rule) -> Iterator[str]:
    yield from (*rule.any, *rule.all, *rule.none, *(rule.near.words if rule.near else ()))
    for others in rule.also.values():
        yield from others


def _needed(compiled: Compiled) -> Iterator[int]:
    """Yield terms of which one must be there; one word of `all` is as good as every."""
    if compiled.any:
        yield from compiled.any
    else:
        for one in (*compiled.all, *compiled.near)[:1]:
            yield from one
