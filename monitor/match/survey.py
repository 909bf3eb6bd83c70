"""Holds one rule against many headlines and groups what it finds by how the headlines write it; reads no store."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from functools import lru_cache

from monitor.match.index import TermIndex
from monitor.match.misses import Miss, begins_like, loosened, stem, word_miss
from monitor.match.rules import Compiled, RuleSet
from monitor.match.terms import TermKey
from monitor.match.title import Title
from monitor.match.verdicts import Evidence, Lists
from monitor.match.words import Codes
from monitor.model import Headline
from monitor.text import fold_text

_MOST_TERMS = 2_000  # for which likenesses are looked for
_MOST_PAIRS = 65_536  # of term and word whose likeness is remembered


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """Headlines in which one word of the rule is written alike."""

    word: str  # of the rule
    text: str  # as the first headline writes it
    how: str  # the steps between the two, or why it does not count
    headlines: int
    source: str
    example: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Survey:
    """What one rule makes of many headlines; each list of groups begins with the largest."""

    rule: str
    seen: int
    fired: int
    found: tuple[Group, ...]
    vetoed: tuple[Group, ...]  # by words of none, where the rule would have fired
    almost: tuple[Group, ...]  # words that do not count, in headlines on which it stayed silent


class _Groups:
    """Groups under way."""

    def __init__(self) -> None:
        self._groups: dict[tuple[str, str], Group] = {}

    def add(self, word: str, text: str, how: str, headline: Headline) -> None:
        """Count one headline; the first of a group is its example."""
        key = word, fold_text(text)
        group = self._groups.get(key)
        if group is None:
            self._groups[key] = Group(
                word=word, text=text, how=how, headlines=1, source=headline.source, example=headline.title
            )
        else:
            self._groups[key] = replace(group, headlines=group.headlines + 1)

    def sorted(self) -> tuple[Group, ...]:
        return tuple(sorted(self._groups.values(), key=lambda group: -group.headlines))


def survey(rules: RuleSet, rule: str, headlines: Iterable[Headline]) -> Survey:
    """Return what the rule of this name makes of the headlines."""
    compiled = next(one for one in rules.rules if one.rule.name == rule)
    likeness, lists = _Likeness(compiled), Lists(compiled.rule)
    without_none = replace(compiled, none=frozenset())
    found, vetoed, almost = _Groups(), _Groups(), _Groups()
    seen = fired = 0
    for headline in headlines:
        seen += 1
        title = Title(headline.title)
        hits = rules.find(headline, title)
        evidence = list(lists.evidence(title, rules.index.by_key(hits)))
        if compiled.fires(headline, title, hits):
            fired += 1
            _add_evidence(found, (one for one in evidence if one.list != "none"), headline)
        elif without_none.fires(headline, title, hits):
            _add_evidence(vetoed, (one for one in evidence if one.list == "none"), headline)
        else:
            counted = {(one.start, one.end) for one in evidence}
            for miss in likeness.misses(title, rules.languages.get(headline.source, ()), counted):
                almost.add(miss.term, miss.text, miss.why, headline)
    return Survey(
        rule=rule,
        seen=seen,
        fired=fired,
        found=found.sorted(),
        vetoed=vetoed.sorted(),
        almost=almost.sorted(),
    )


def _add_evidence(groups: _Groups, evidence: Iterable[Evidence], headline: Headline) -> None:
    """Count a headline once for each way in which a word is written."""
    for one in {(one.term, fold_text(one.text)): one for one in evidence}.values():
        groups.add(one.term, one.text, ", ".join(one.steps), headline)


class _Likeness:
    """Finds the words that almost count for a rule, without comparing every word with every term at length."""

    def __init__(self, compiled: Compiled) -> None:
        rule = compiled.rule
        wanted = (*rule.any, *rule.all, *(rule.near.words if rule.near else ()))
        self._keys = [rule.key(text) for text in dict.fromkeys(wanted)][:_MOST_TERMS]
        self._loose = TermIndex(map(loosened, self._keys))
        self._stems = [(found, key) for key in self._keys if (found := stem(key))]
        self._like = lru_cache(maxsize=_MOST_PAIRS)(self._look_alike)

    def misses(self, title: Title, spoken: Codes, counted: set[tuple[int, int]]) -> Iterator[Miss]:
        """Yield the words that almost count, except those in places that do count."""
        for token in title.words:
            if (token.start, token.end) not in counted:
                for key in self._like(token.text):
                    if miss := word_miss(key, token, title, spoken):
                        yield miss
                        break

    def _look_alike(self, text: str) -> tuple[TermKey, ...]:
        """Return the terms worth comparing with a word."""
        loose = self._loose.find(Title(text))
        alike = (key for like, key in self._stems if begins_like(text, like))
        return tuple(dict.fromkeys((*(self._keys[number] for number in loose), *alike)))
