"""Rules: when they fire, in which order, with which spans, and what they say about it."""

import time
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.match.rules import Near, Rule, compile_rules
from monitor.match.verdicts import explain
from monitor.model import Headline, Section

BASE = Headline(
    source="kifache",
    key="k",
    title="الأمن يوقف خلية إرهابية بحد السوالم",
    section=Section.LIST,
    first_seen_at=datetime(2026, 3, 2, tzinfo=UTC),
)
WORDS = ["الأمن", "وزير", "خلية إرهابية", "حد السوالم", "police", "grève", "2030", "أمن غذائي", "غذائي"]


def fired(rules, **changes):
    return [match.rule for match in compile_rules(rules).evaluate(replace(BASE, **changes))]


def reason(rule, **changes):
    [verdict] = explain(compile_rules([rule]), replace(BASE, **changes))
    return verdict


def test_any_needs_one_of_its_words():
    assert ["r"] == fired([Rule(name="r", any=("police", "الأمن"))])
    assert [] == fired([Rule(name="r", any=("police", "grève"))])


def test_all_needs_every_one_of_its_words():
    assert ["r"] == fired([Rule(name="r", all=("الأمن", "حد السوالم"))])
    assert [] == fired([Rule(name="r", all=("الأمن", "police"))])
    assert [] == fired([Rule(name="r", all=("police", "الأمن"))])


def test_any_and_all_must_both_hold():
    assert ["r"] == fired([Rule(name="r", any=("police", "خلية"), all=("الأمن",))])
    assert [] == fired([Rule(name="r", any=("police",), all=("الأمن",))])


def test_none_vetoes():
    rule = Rule(name="r", any=("الأمن",), none=("الأمن الغذائي",))
    assert ["r"] == fired([rule])
    assert [] == fired([rule], title="الأمن الغذائي في خطر")


def test_none_wins_over_everything():
    rule = Rule(name="r", any=("الأمن",), all=("خلية",), near=Near(words=("الأمن", "خلية")), none=("حد السوالم",))
    assert [] == fired([rule])
    assert [] == fired([replace(rule, breaking=True)], breaking=True)
    assert ["r"] == fired([replace(rule, none=())])


@pytest.mark.parametrize(
    ("within", "title", "fires"),
    [
        (2, "La réforme contestée des retraites", True),
        (1, "La réforme contestée des retraites", False),
        (1, "Retraites : la réforme avance", True),
        (0, "Retraites, réforme", True),
        (3, "réforme un deux trois quatre cinq retraites, puis réforme des retraites", True),
        (9, "réforme de la santé", False),
    ],
)
def test_near_asks_for_words_close_together_in_any_order(within, title, fires):
    rule = Rule(name="r", near=Near(words=("réforme", "retraites"), within=within))
    assert (["r"] if fires else []) == fired([rule], title=title)


def test_near_takes_more_than_two_words_and_phrases():
    rule = Rule(name="r", near=Near(words=("حد السوالم", "الأمن", "خلية"), within=2))
    assert ["r"] == fired([rule])
    assert [] == fired([rule], title="الأمن يوقف ثلاثة متهمين في خلية إرهابية بحد السوالم")


def test_also_names_other_words_that_count_as_one_of_the_rule():
    also = {"زلزال": ("هزة أرضية", "séisme"), "الحوز": ("Al Haouz",)}
    rule = Rule(name="r", all=("زلزال", "الحوز"), none=("فيلم",), also={**also, "فيلم": ("مسلسل",)})
    assert ["r"] == fired([rule], title="هزة أرضية تضرب إقليم الحوز")
    assert ["r"] == fired([rule], title="Séisme d'Al Haouz : un an après")
    assert [] == fired([rule], title="زلزال في تركيا")
    assert [] == fired([rule], title="مسلسل عن زلزال الحوز")


def test_a_word_counted_through_another_is_told_as_that_other():
    [match] = compile_rules([Rule(name="r", any=("زلزال",), also={"زلزال": ("هزة أرضية",)})]).evaluate(
        replace(BASE, title="هزة أرضية في البحر")
    )
    assert ["هزة أرضية"] == [span.term for span in match.spans]


@pytest.mark.parametrize(
    ("rule", "spoken", "fires"),
    [
        (Rule(name="r", any=("vote",)), {}, True),
        (Rule(name="r", any=("vote",), languages=("fr",)), {}, False),
        (Rule(name="r", any=("vote",)), {"kifache": ("fr", "ar")}, False),
        (Rule(name="r", any=("vote",), languages=("en",)), {"kifache": ("fr",)}, True),
        (Rule(name="r", any=("vote",)), {"kifache": ("ar",)}, True),
    ],
)
def test_rules_and_else_sources_say_what_language_words_are_in(rule, spoken, fires):
    rules = compile_rules([rule], languages=spoken)
    elsewhere = rules.evaluate(replace(BASE, source="goud", title="Voting begins"))
    assert fires == bool(rules.evaluate(replace(BASE, title="Voting begins")))
    assert bool(elsewhere) == (rule.languages != ("fr",))


def test_an_abbreviation_is_one_in_every_language():
    rule = Rule(name="r", any=("UE",), languages=("fr",))
    assert ["r"] == fired([rule], title="L'UE vote")
    assert [] == fired([rule], title="il a ue")


def test_one_word_can_mean_different_things_in_two_rules():
    rules = [Rule(name="plain", any=("mark",)), Rule(name="exact", any=("exact: mark",))]
    assert ["plain", "exact"] == fired(rules, title="A mark")


def test_breaking_asks_for_breaking_headlines():
    rules = [Rule(name="all of it", breaking=True), Rule(name="words", any=("الأمن",), breaking=True)]
    assert [] == fired(rules)
    assert ["all of it", "words"] == fired(rules, breaking=True)
    assert ["all of it"] == fired(rules, breaking=True, title="خبر آخر")


def test_breaking_and_none_alone_let_the_others_through():
    rule = Rule(name="r", breaking=True, none=("رياضة",))
    assert ["r"] == fired([rule], breaking=True)
    assert [] == fired([rule], breaking=True, title="رياضة: فوز كبير")


def test_sources_restrict_a_rule():
    rule = Rule(name="r", any=("الأمن",), sources=("hespress", "kifache"))
    assert ["r"] == fired([rule])
    assert [] == fired([rule], source="goud")


@pytest.mark.parametrize("rule", [Rule(name="r"), Rule(name="r", none=("x",)), Rule(name="r", sources=("kifache",))])
def test_a_rule_that_asks_for_nothing_never_fires(rule):
    assert [] == fired([rule], breaking=True)
    assert not reason(rule, breaking=True).fired


def test_rules_fire_in_their_order():
    rules = [
        Rule(name="silent", any=("police",)),
        Rule(name="c", any=("حد السوالم",)),
        Rule(name="b", breaking=True),
        *[Rule(name="silent", any=("police",))] * 5,
        Rule(name="a", any=("الأمن", "خلية")),
    ]
    assert ["c", "b", "a"] == fired(rules, breaking=True)


def test_spans_stand_in_the_order_of_the_title_and_name_their_words():
    rules = compile_rules([Rule(name="r", any=("حد السوالم", "أمن"), all=("خلية إرهابية",))])
    [match] = rules.evaluate(BASE)
    assert [("الأمن", "أمن"), ("خلية إرهابية", "خلية إرهابية"), ("بحد السوالم", "حد السوالم")] == [
        (BASE.title[span.start : span.end], span.term) for span in match.spans
    ]


def test_a_word_given_twice_is_told_once():
    [match] = compile_rules([Rule(name="r", any=("أمن", "أمن"), all=("أمن",))]).evaluate(BASE)
    assert 1 == len(match.spans)


def test_a_rule_without_words_has_no_spans():
    [match] = compile_rules([Rule(name="r", breaking=True)]).evaluate(replace(BASE, breaking=True))
    assert () == match.spans


@pytest.mark.parametrize(
    ("rule", "words"),
    [
        (Rule(name="r", any=("police", "grève")), "no word of any: is in the headline ('police' or 'grève')"),
        (Rule(name="r", all=("الأمن", "police")), "'police' of all: is not in the headline"),
        (Rule(name="r", all=("grève", "police")), "'grève' and 'police' of all: are not in the headline"),
        (Rule(name="r", any=("الأمن",), none=("سوالم",)), "'سوالم' (as 'السوالم') of none: is in the headline"),
        (
            Rule(name="r", all=("police",), parts=("title", "lead", "body")),
            "'police' of all: is not in the headline; the article's lead and body may have it",
        ),
        (Rule(name="r", breaking=True), "the headline is not breaking"),
        (
            Rule(name="r", near=Near(words=("الأمن", "حد السوالم"), within=2)),
            "the words of near: stand further apart than 2 words",
        ),
        (Rule(name="r", near=Near(words=("الأمن", "police"))), "'police' of near: is not in the headline"),
        (Rule(name="r", any=("الأمن",), sources=("goud", "le360")), "the rule is for goud and le360, not for kifache"),
        (Rule(name="r"), "the rule has neither words to look for nor breaking: true"),
        (
            Rule(name="r", any=tuple(f"w{n}" for n in range(20))),
            "no word of any: is in the headline ('w0', 'w1', 'w2', 'w3', 'w4', 'w5', 'w6' or 13 others)",
        ),
    ],
)
def test_a_silent_rule_says_why(rule, words):
    verdict = reason(rule)
    assert (False, words) == (verdict.fired, verdict.reason)


def test_a_firing_rule_says_why():
    verdict = reason(Rule(name="r", any=("أمن", "خلية", "police"), breaking=True), breaking=True)
    assert verdict.fired
    assert "'أمن' (as 'الأمن') and 'خلية' are in the headline and the headline is breaking" == verdict.reason


words = st.lists(st.sampled_from(WORDS), max_size=3, unique=True).map(tuple)
some_rules = st.lists(
    st.builds(
        Rule,
        name=st.uuids().map(str),
        any=words,
        all=words,
        none=words,
        breaking=st.booleans(),
        sources=st.sampled_from([(), ("kifache",), ("goud",)]),
        near=st.none() | st.builds(Near, words=st.tuples(*[st.sampled_from(WORDS)] * 2), within=st.integers(0, 4)),
        also=st.dictionaries(st.sampled_from(WORDS), words, max_size=2),
        family=st.booleans(),
        languages=st.sampled_from([(), ("ar",), ("fr",)]),
    ),
    max_size=6,
)


@given(some_rules, st.lists(st.sampled_from([*WORDS, ":", "x"]), max_size=8).map(" ".join), st.booleans())
def test_what_is_explained_is_what_fires(rules, title, breaking):
    compiled = compile_rules(rules)
    headline = replace(BASE, title=title, breaking=breaking)
    verdicts = explain(compiled, headline)
    assert [rule.name for rule in rules] == [verdict.rule for verdict in verdicts]
    assert [v.rule for v in verdicts if v.fired] == [match.rule for match in compiled.evaluate(headline)]
    assert all(verdict.reason for verdict in verdicts)


@given(some_rules, st.lists(st.sampled_from([*WORDS, ":", "x"]), max_size=8).map(" ".join), st.randoms())
def test_rules_compiled_anew_or_with_their_words_in_another_order_find_the_same(rules, title, chance):
    def shuffled(words):
        return tuple(chance.sample(words, len(words)))

    again = [replace(rule, any=shuffled(rule.any), all=shuffled(rule.all), none=shuffled(rule.none)) for rule in rules]
    headline = replace(BASE, title=title, breaking=True)
    assert compile_rules(rules).evaluate(headline) == compile_rules(again).evaluate(headline)


@given(some_rules, st.lists(st.sampled_from([*WORDS, ":", "«"]), max_size=8).map(" ".join))
def test_spans_are_pieces_of_the_title(rules, title):
    for match in compile_rules(rules).evaluate(replace(BASE, title=title, breaking=True)):
        for span in match.spans:
            assert 0 <= span.start < span.end <= len(title)
            assert title[span.start : span.end].strip() == title[span.start : span.end]


@given(st.text(st.characters(codec=None, exclude_categories=()), max_size=100))
def test_no_title_is_too_odd(title):
    compile_rules([Rule(name="r", any=tuple(WORDS))]).evaluate(replace(BASE, title=title))


@pytest.mark.parametrize("title", ["", "\ud800\udc00\udfff", "الأمن " * 2_000, "x" * 10_000, "\u0651" * 10_000])
def test_a_hostile_title_is_evaluated(title):
    assert len(compile_rules([Rule(name="r", any=("الأمن",))]).evaluate(replace(BASE, title=title))) <= 1


def _cost(rules):
    compiled = compile_rules(rules)
    rounds = []
    for _ in range(7):
        start = time.process_time()
        for _ in range(50):
            compiled.evaluate(BASE)
        rounds.append(time.process_time() - start)
    return min(rounds)


def test_the_cost_of_a_headline_does_not_grow_with_the_number_of_rules():
    many = [Rule(name=str(n), any=tuple(f"كلمة{n}x{k}" for k in "abcde")) for n in range(1000)]
    assert _cost([*many, Rule(name="r", any=("الأمن",))]) < 5 * _cost([Rule(name="r", any=("الأمن",))])
