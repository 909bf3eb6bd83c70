"""Words in the article behind a headline, for the rules that ask for them."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from monitor.match.article import evaluate_article, wants_article
from monitor.match.rules import Near, Rule, compile_rules
from monitor.model import Article, Headline, Match, Section, Span

TITLE = "Le port de Safi ferme une journée"
ARTICLE = Article(
    lead="La houle a endommagé une digue, selon la capitainerie.",
    body="La houle a endommagé une digue, selon la capitainerie.\nUn chalutier attend au large.",
)


def headline(**other: object) -> Headline:
    at = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)
    values = {"source": "safi", "key": "1", "title": TITLE, "section": Section.LIST, "first_seen_at": at}
    return Headline(**{**values, **other})


def fired(rule: Rule, article: Article = ARTICLE, **other: object) -> list[str]:
    found = evaluate_article(compile_rules([rule]), headline(**other), article)
    return [f"{span.term}@{span.start}-{span.end}" for match in found for span in match.spans]


END = f"{len(TITLE)}-{len(TITLE)}"


def test_a_word_of_the_title_stands_where_it_is_and_one_of_the_article_at_the_end():
    rule = Rule(name="r", all=("port", "digue"), parts=("title", "lead"))
    assert fired(rule) == ["port@3-7", f"digue@{END}"]


@pytest.mark.parametrize(
    ("parts", "words"),
    [(("title",), []), (("lead",), []), (("body",), ["chalutier"]), (("title", "lead", "body"), ["chalutier"])],
)
def test_a_word_counts_where_the_rule_looks(parts, words):
    assert fired(Rule(name="r", any=("chalutier",), parts=parts)) == [f"{word}@{END}" for word in words]


def test_a_page_of_which_only_the_lead_is_known_is_searched_that_far():
    assert fired(Rule(name="r", any=("digue",), parts=("body",)), Article(lead=ARTICLE.lead)) == [f"digue@{END}"]
    assert fired(Rule(name="r", any=("digue",), parts=("body",)), Article()) == []


def test_the_end_of_the_title_and_the_beginning_of_the_text_are_no_phrase():
    assert fired(Rule(name="r", any=("journée la houle",), parts=("lead",))) == []


def test_a_rule_that_looks_in_both_is_told_once():
    rule = Rule(name="r", any=("digue",), parts=("lead", "body"))
    assert len(evaluate_article(compile_rules([rule]), headline(), ARTICLE)) == 1


def test_near_words_may_stand_in_the_article():
    assert fired(Rule(name="r", near=Near(words=("chalutier", "large"), within=3), parts=("body",)))


ASKING = Rule(name="r", any=("digue",), parts=("title", "body"))


@pytest.mark.parametrize(
    ("rule", "other", "wanted"),
    [
        (ASKING, {}, True),
        (Rule(name="r", any=("digue",)), {}, False),
        (Rule(name="r", any=("digue",), parts=("lead",), sources=("rabat",)), {}, False),
        (Rule(name="r", any=("digue",), parts=("lead",), sources=("safi",)), {}, True),
        (Rule(name="r", any=("digue",), parts=("lead",), breaking=True), {}, False),
        (Rule(name="r", any=("digue",), parts=("lead",), breaking=True), {"breaking": True}, True),
    ],
)
def test_an_article_is_wanted_when_a_rule_may_fire_on_it(rule, other, wanted):
    assert wants_article(compile_rules([rule]), headline(**other), ()) is wanted


def test_no_article_is_wanted_for_a_rule_that_fired_on_the_title():
    fired = Match(rule="r", spans=(Span(start=0, end=2, term="x"),))
    assert wants_article(compile_rules([ASKING]), headline(), [fired]) is False
