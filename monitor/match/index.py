"""Finds the terms that stand in a headline; the cost grows with the headline, not with the number of terms."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from monitor.match.terms import Term
from monitor.model import Span
from monitor.text import Token


@dataclass(frozen=True, slots=True)
class TermIndex:
    """Terms by every form of their anchor word."""

    by_form: Mapping[str, tuple[Term, ...]]

    def find(self, headline: Sequence[Token]) -> dict[str, tuple[Span, ...]]:
        """Return where each term (by its text) stands in the headline, in order; only those that do."""
        found: dict[str, tuple[Span, ...]] = {}
        for place, token in enumerate(headline):
            for term in self.by_form.get(token.text, ()):
                if span := term.span_at(headline, place):
                    found[term.text] = (*found.get(term.text, ()), span)
        return found


def build_index(terms: Iterable[Term]) -> TermIndex:
    """Return the index of different terms."""
    by_form: dict[str, list[Term]] = {}
    for term in terms:
        for form in term.words[term.anchor].forms:
            by_form.setdefault(form, []).append(term)
    return TermIndex({form: tuple(listed) for form, listed in by_form.items()})
