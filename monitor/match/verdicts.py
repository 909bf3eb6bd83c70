"""Says why rules fire on a headline or stay silent, by which words and steps, and what they only just missed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from monitor.match.index import Found
from monitor.match.misses import near_misses
from monitor.match.rules import Compiled, Rule, RuleSet
from monitor.match.terms import Hit, TermKey
from monitor.match.title import Title
from monitor.model import Headline

_LISTED_AT_MOST = 8
Hits = Mapping[TermKey, Sequence[Hit]]  # what was found in a title


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """A word of a rule in the title: where, as what, and the steps from the one to the other."""

    list: str  # of the rule: any, all, near or none
    term: str
    text: str  # as the title writes it
    start: int
    end: int
    steps: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What one rule made of a headline, and why, in one sentence."""

    rule: str
    fired: bool
    reason: str
    evidence: tuple[Evidence, ...] = ()
    misses: tuple[str, ...] = ()  # sentences on words of the title that almost count


def explain(rules: RuleSet, headline: Headline) -> tuple[Verdict, ...]:
    """Return what every rule makes of the headline."""
    title = Title(headline.title)
    found = rules.find(headline, title)
    hits = rules.index.by_key(found)
    spoken = rules.languages.get(headline.source, ())
    return tuple(_verdict(one, headline, title, found, hits, spoken) for one in rules.rules)


def _verdict(
    compiled: Compiled, headline: Headline, title: Title, found: Found, hits: Hits, spoken: tuple[str, ...]
) -> Verdict:
    rule = compiled.rule
    evidence = tuple(Lists(rule).evidence(title, hits))
    obstacle = _obstacle(compiled, headline, title, found, evidence)
    missing = [] if obstacle is None else [rule.key(text) for text in _wanted(rule) if not _stands(rule, text, hits)]
    return Verdict(
        rule=rule.name,
        fired=obstacle is None,
        reason=obstacle or _merits(rule, evidence),
        evidence=evidence,
        misses=tuple(miss.why for miss in near_misses(missing, title, spoken)),
    )


class Lists:
    """In which of a rule's lists each of its terms stands first; those of `none` apart."""

    def __init__(self, rule: Rule) -> None:
        wanted = {"any": rule.any, "all": rule.all, "near": rule.near.words if rule.near else ()}
        self._wanted, self._none = _first_lists(rule, wanted), _first_lists(rule, {"none": rule.none})

    def evidence(self, title: Title, hits: Hits) -> Iterator[Evidence]:
        """Yield where the rule's words stand in the title, in the order of its lists, those of `none` last."""
        for lists in (self._wanted, self._none):
            known = [(*lists[key], key) for key in hits if key in lists]
            for _, name, key in sorted(known, key=lambda one: one[0]):
                for hit in hits[key]:
                    yield Evidence(
                        list=name,
                        term=key.text,
                        text=title.text[hit.start : hit.end],
                        start=hit.start,
                        end=hit.end,
                        steps=hit.steps(),
                    )


def _first_lists(rule: Rule, lists: Mapping[str, Sequence[str]]) -> dict[TermKey, tuple[int, str]]:
    """Return for every term its rank and its list."""
    found: dict[TermKey, tuple[int, str]] = {}
    for name, texts in lists.items():
        for text in texts:
            for other in (text, *rule.also.get(text, ())):
                found.setdefault(rule.key(other), (len(found), name))
    return found


def _wanted(rule: Rule) -> Iterable[str]:
    return dict.fromkeys((*rule.any, *rule.all, *(rule.near.words if rule.near else ())))


def _stands(rule: Rule, text: str, hits: Hits) -> bool:
    return any(rule.key(other) in hits for other in (text, *rule.also.get(text, ())))


def _obstacle(
    compiled: Compiled, headline: Headline, title: Title, found: Found, evidence: Iterable[Evidence]
) -> str | None:
    """Return the first thing that keeps a rule from firing, or None: it fires."""
    rule = compiled.rule
    if compiled.fires(headline, title, found):
        return None
    if rule.sources and headline.source not in rule.sources:
        return f"the rule is for {_listed(rule.sources, 'and')}, not for {headline.source}"
    if rule.breaking and not headline.breaking:
        return "the headline is not breaking"
    if not (rule.breaking or rule.wants_words):
        return "the rule has neither words to look for nor breaking: true"
    if not compiled.none.isdisjoint(found):
        vetoes = [one for one in evidence if one.list == "none"]
        return f"{_told(vetoes)} of none: {_are({one.term for one in vetoes})} in the headline"
    further = [part for part in rule.parts if part != "title"]
    return _lack(compiled, found) + (f"; the article's {_listed(further, 'and')} may have it" if further else "")


def _lack(compiled: Compiled, found: Found) -> str:
    """Return which words a rule misses in the headline."""
    rule = compiled.rule
    if rule.any and compiled.any.isdisjoint(found):
        return f"no word of any: is in the headline ({_listed(_quoted(rule.any), 'or')})"
    near = rule.near.words if rule.near else ()
    for name, texts, wanted in (("all", rule.all, compiled.all), ("near", near, compiled.near)):
        if missing := [text for text, one in zip(texts, wanted, strict=True) if one.isdisjoint(found)]:
            return f"{_listed(_quoted(missing), 'and')} of {name}: {_are(missing)} not in the headline"
    assert rule.near, "nothing else is left"
    return f"the words of near: stand further apart than {rule.near.within} words"


def _merits(rule: Rule, evidence: Iterable[Evidence]) -> str:
    for_it = [one for one in evidence if one.list != "none"]
    reasons = [f"{_told(for_it)} {_are({one.term for one in for_it})} in the headline"] if for_it else []
    if rule.breaking:
        reasons.append("the headline is breaking")
    return " and ".join(reasons)


def _told(evidence: Iterable[Evidence]) -> str:
    """Name terms, and how the headline first writes them where that differs."""
    first: dict[str, str] = {}
    for one in evidence:
        first.setdefault(one.term, one.text)
    named = (f"'{term}'" if text == term else f"'{term}' (as '{text}')" for term, text in first.items())
    return _listed(named, "and")


def _are(terms: Iterable[str]) -> str:
    return "is" if len(list(terms)) == 1 else "are"


def _quoted(texts: Iterable[str]) -> list[str]:
    return [f"'{text}'" for text in texts]


def _listed(names: Iterable[str], conjunction: str) -> str:
    names = list(names)
    if len(names) > _LISTED_AT_MOST:
        names = [*names[: _LISTED_AT_MOST - 1], f"{len(names) - _LISTED_AT_MOST + 1} others"]
    return f" {conjunction} ".join(filter(None, [", ".join(names[:-1]), names[-1]]))
