"""What is said about a word that counts, and about one that only just does not."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from monitor.match.rules import Rule, compile_rules
from monitor.match.verdicts import explain
from monitor.model import Headline, Section

HEADLINE = Headline(
    source="kifache", key="k", title="", section=Section.LIST, first_seen_at=datetime(2026, 3, 2, tzinfo=UTC)
)


def verdict(rule, title, *, languages=None):
    [one] = explain(compile_rules([rule], languages), replace(HEADLINE, title=title))
    return one


def test_a_word_is_told_with_its_place_and_the_steps_to_it():
    one = verdict(Rule(name="r", any=("أمن",), none=("فيلم",)), "«وبالأمن» في فيلم")
    assert [
        ("any", "أمن", "وبالأمن", 1, 8, ("clitic و", "clitic ب", "article")),
        ("none", "فيلم", "فيلم", 13, 17, ()),
    ] == [(e.list, e.term, e.text, e.start, e.end, e.steps) for e in one.evidence]


def test_an_expression_and_the_beginning_of_a_word_are_told_as_steps():
    one = verdict(Rule(name="r", all=("/قتل/", "attaqu*")), "مقتل l'attaquant")
    assert [("expression",), ("begins with attaqu",)] == [e.steps for e in one.evidence]


@pytest.mark.parametrize(
    ("term", "title", "miss"),
    [
        ("ONU", "il a onu", "'onu' is not in capitals as 'ONU' is; exact: ONU would count it"),
        ("مصر", "سطو على مصرف", "'مصرف' begins like 'مصر' but is another word; add it to any: if it should count"),
        ('"أمن"', "قوات الأمن", "'الأمن' is a form of 'أمن', which is to be found as written"),
        ("exact: أمن", "قوات الأمن", "'الأمن' is a form of 'أمن', which is to be found exact"),
        (
            "وزير الداخلية",
            "الداخلية تستقبل الوزير",
            "the words of 'وزير الداخلية' are in the headline, but not as this phrase",
        ),
    ],
)
def test_a_silent_rule_tells_what_it_only_just_missed(term, title, miss):
    assert (miss,) == verdict(Rule(name="r", any=(term,)), title).misses


def test_a_derived_word_and_one_of_another_language_are_near_misses():
    assert ("'مغربية' is derived from 'المغرب'; family: true would count it",) == verdict(
        Rule(name="r", any=("المغرب",)), "شركة مغربية"
    ).misses
    assert () == verdict(Rule(name="r", any=("المغرب",), family=True), "شركة مغربية").misses
    other = "'Voting' is a form of 'vote' in another language than the rule or the source speaks"
    assert (other,) == verdict(Rule(name="r", any=("vote",), languages=("fr",)), "Voting begins").misses
    assert (other,) == verdict(Rule(name="r", any=("vote",)), "Voting begins", languages={"kifache": ("fr",)}).misses


def test_a_word_of_two_lists_is_told_once_and_again_only_for_none():
    one = verdict(Rule(name="r", any=("أمن",), all=("أمن",), none=("أمن",)), "الأمن")
    assert ["any", "none"] == [e.list for e in one.evidence]


def test_nothing_is_missed_by_a_rule_that_fires_or_sees_nothing_alike():
    assert () == verdict(Rule(name="r", any=("أمن", "مصر")), "الأمن ومصرف").misses
    assert () == verdict(Rule(name="r", any=("مصر", "/قتل/")), "لا شيء هنا").misses


def test_only_a_few_misses_are_told():
    rule = Rule(name="r", any=tuple(f"قتل{letter}" for letter in "ابتثجحخدذرز"))
    title = " ".join(f"{word}س" for word in rule.any)
    assert 8 == len(verdict(rule, title).misses)
