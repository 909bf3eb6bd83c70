"""Rules as values: which of them fire on a headline, by which words, and why the others do not; tells nobody."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from monitor.match.index import TermIndex, build_index
from monitor.match.terms import Term, parse_term
from monitor.model import Headline, Match, Span
from monitor.text import fold, tokens

_Found = Mapping[str, tuple[Span, ...]]  # where each term that stands in the headline stands


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """Which headlines matter: all that is given must hold; a rule without words and `breaking` never fires."""

    name: str
    any: tuple[str, ...] = ()
    all: tuple[str, ...] = ()
    none: tuple[str, ...] = ()
    breaking: bool = False
    sources: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What one rule made of a headline, and why, in one sentence."""

    rule: str
    fired: bool
    reason: str


@dataclass(frozen=True, slots=True)
class RuleSet:
    """Compiled rules; made by `compile_rules`."""

    rules: tuple[Rule, ...]
    index: TermIndex
    needing: Mapping[str, tuple[int, ...]]  # rules that cannot fire without this term or one of its equals
    wordless: tuple[int, ...]  # rules to try on every breaking headline

    def evaluate(self, headline: Headline) -> tuple[Match, ...]:
        """Return the rules that fire, in their order, with the places of their words in the title."""
        found = self._find(headline)
        numbers = {number for term in found for number in self.needing.get(term, ())}
        numbers.update(self.wordless if headline.breaking else ())
        candidates = [self.rules[number] for number in sorted(numbers)]
        return tuple(
            Match(rule=rule.name, spans=_spans(rule, found))
            for rule in candidates
            if _obstacle(rule, headline, found) is None
        )

    def explain(self, headline: Headline) -> tuple[Verdict, ...]:
        """Return what every rule makes of the headline."""
        found = self._find(headline)
        return tuple(_verdict(rule, headline, found) for rule in self.rules)

    def _find(self, headline: Headline) -> _Found:
        return self.index.find(tokens(fold(headline.title)))


def compile_rules(rules: Iterable[Rule]) -> RuleSet:
    """Return the rules ready to be evaluated.

    Raises:
        ValueError: a rule has a term that cannot be looked for.
    """
    rules = tuple(rules)
    terms: dict[str, Term] = {}
    needing: dict[str, list[int]] = {}
    wordless = []
    for number, rule in enumerate(rules):
        for text in (*rule.any, *rule.all, *rule.none):
            if text not in terms:
                terms[text] = _parse(rule, text)
        # One word of `all` is as good as every: without it the rule cannot fire.
        for text in dict.fromkeys(rule.any or rule.all[:1]):
            needing.setdefault(text, []).append(number)
        if rule.breaking and not (rule.any or rule.all):
            wordless.append(number)
    return RuleSet(
        rules=rules,
        index=build_index(terms.values()),
        needing={text: tuple(numbers) for text, numbers in needing.items()},
        wordless=tuple(wordless),
    )


def _parse(rule: Rule, text: str) -> Term:
    try:
        return parse_term(text)
    except ValueError as error:
        raise ValueError(f"rule '{rule.name}': {error}") from None


def _obstacle(rule: Rule, headline: Headline, found: _Found) -> str | None:
    """Return the first thing that keeps a rule from firing, or None: it fires."""
    if rule.sources and headline.source not in rule.sources:
        return f"the rule is for {_listed(rule.sources, 'and')}, not for {headline.source}"
    if rule.breaking and not headline.breaking:
        return "the headline is not breaking"
    if not (rule.breaking or rule.any or rule.all):
        return "the rule has neither words to look for nor breaking: true"
    return _missing(rule, found) or _vetoed(rule, headline, found)


def _missing(rule: Rule, found: _Found) -> str | None:
    if rule.any and not any(text in found for text in rule.any):
        return f"no word of any: is in the headline ({_listed(_quoted(rule.any), 'or')})"
    missing = [text for text in rule.all if text not in found]
    return f"{_listed(_quoted(missing), 'and')} of all: {_are(missing)} not in the headline" if missing else None


def _vetoed(rule: Rule, headline: Headline, found: _Found) -> str | None:
    vetoes = [text for text in rule.none if text in found]
    return f"{_words_found(vetoes, headline, found)} of none: {_are(vetoes)} in the headline" if vetoes else None


def _verdict(rule: Rule, headline: Headline, found: _Found) -> Verdict:
    obstacle = _obstacle(rule, headline, found)
    if obstacle is not None:
        return Verdict(rule=rule.name, fired=False, reason=obstacle)
    hits = [text for text in dict.fromkeys((*rule.any, *rule.all)) if text in found]
    reasons = [f"{_words_found(hits, headline, found)} {_are(hits)} in the headline"] if hits else []
    if rule.breaking:
        reasons.append("the headline is breaking")
    return Verdict(rule=rule.name, fired=True, reason=" and ".join(reasons))


def _spans(rule: Rule, found: _Found) -> tuple[Span, ...]:
    spans = [span for text in dict.fromkeys((*rule.any, *rule.all)) for span in found.get(text, ())]
    return tuple(sorted(spans, key=lambda span: (span.start, span.end)))


def _words_found(texts: Iterable[str], headline: Headline, found: _Found) -> str:
    """Name terms, and how the headline writes them where that differs."""
    named = []
    for text in texts:
        written = headline.title[found[text][0].start : found[text][0].end]
        named.append(f"'{text}'" if written == text else f"'{text}' (as '{written}')")
    return _listed(named, "and")


def _are(texts: list[str]) -> str:
    return "is" if len(texts) == 1 else "are"


def _quoted(texts: Iterable[str]) -> list[str]:
    return [f"'{text}'" for text in texts]


_LISTED_AT_MOST = 8


def _listed(names: Iterable[str], conjunction: str) -> str:
    names = list(names)
    if len(names) > _LISTED_AT_MOST:
        names = [*names[: _LISTED_AT_MOST - 1], f"{len(names) - _LISTED_AT_MOST + 1} others"]
    return f" {conjunction} ".join(filter(None, [", ".join(names[:-1]), names[-1]]))
