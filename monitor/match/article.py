"""Matches what the page behind a headline says, for the rules that ask for more than the title; reads no page."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace

from monitor.match.rules import Compiled, RuleSet
from monitor.model import Article, Headline, Match, Span

_LONGEST = 50_000  # characters of a text that are looked at
_BETWEEN = " . "  # words of a title and of a text do not make a phrase together


def wants_article(rules: RuleSet, headline: Headline, matches: Collection[Match]) -> bool:
    """Tell whether a rule that did not fire on a headline's title may fire on its article."""
    fired = {match.rule for match in matches}
    return any(_may_fire(one, headline) and one.rule.name not in fired for one in rules.rules)


def evaluate_article(rules: RuleSet, headline: Headline, article: Article) -> tuple[Match, ...]:
    """Return the rules that fire on a headline with its article, of those that ask for it.

    A word that only the article holds has an empty span at the end of the title.
    """
    found = []
    for part, text in (("lead", article.lead), ("body", article.body or article.lead)):
        asking = {one.rule.name for one in rules.rules if part in one.rule.parts and _may_fire(one, headline)}
        if text and asking:
            whole = replace(headline, title=f"{headline.title}{_BETWEEN}{text[:_LONGEST]}")
            found += [match for match in rules.evaluate(whole) if match.rule in asking]
    once = {match.rule: match for match in found}
    return tuple(replace(match, spans=_in_title(match.spans, len(headline.title))) for match in once.values())


def _may_fire(compiled: Compiled, headline: Headline) -> bool:
    rule = compiled.rule
    return (
        not {"lead", "body"}.isdisjoint(rule.parts)
        and (not rule.sources or headline.source in rule.sources)
        and (headline.breaking or not rule.breaking)
    )


def _in_title(spans: tuple[Span, ...], end: int) -> tuple[Span, ...]:
    placed = (span if span.end <= end else replace(span, start=end, end=end) for span in spans)
    return tuple(dict.fromkeys(placed))
