"""Turns a rule of the configuration into a rule of the matcher, and doubts its words; compiles nothing."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from monitor.config.schema import RuleConfig
from monitor.match.doubts import rule_doubts
from monitor.match.rules import Near, Rule


def as_rule(rule: RuleConfig) -> Rule:
    """Return the rule without what only routing needs."""
    return Rule(
        name=rule.name,
        any=rule.any,
        all=rule.all,
        none=rule.none,
        near=Near(words=rule.near.words, within=rule.near.within) if rule.near else None,
        also=rule.also,
        family=rule.family,
        languages=rule.lang,
        breaking=rule.breaking,
        sources=rule.sources,
        parts=rule.parts,
    )


def word_warnings(rules: Iterable[RuleConfig]) -> Iterator[str]:
    """Yield what is allowed but probably not meant in the words of rules, one sentence each."""
    for rule in rules:
        for doubt in rule_doubts(as_rule(rule)):
            yield f"rule '{rule.name}': {doubt}"
