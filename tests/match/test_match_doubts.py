"""Words that are allowed but probably not meant."""

import pytest

from monitor.match.doubts import rule_doubts
from monitor.match.rules import Near, Rule


def doubts(**lists):
    return list(rule_doubts(Rule(name="r", **lists)))


@pytest.mark.parametrize(
    ("term", "doubt"),
    [
        ("حد", "any: 'حد' is short and means many things; write a phrase"),
        ("الحد", "any: 'الحد' is short and means many things; write a phrase"),
        ("or", "any: 'or' stands in very many headlines; write a phrase"),
        ("bo", "any: 'bo' is short and means many things; write a phrase"),
        ("اليوم", "any: 'اليوم' stands in very many headlines; write a phrase"),
        ("après", "any: 'après' stands in very many headlines; write a phrase"),
        (r"/\w+/", r"any: /\w+/ is found in nearly every headline"),
    ],
)
def test_words_that_find_too_much_are_doubted(term, doubt):
    assert [doubt] == doubts(any=(term,))


@pytest.mark.parametrize("term", ["الأمن", "حد السوالم", "ONU", "UE", "IS", "/حد/", "exact: séisme", "2030", "قتل*"])
def test_other_words_are_not_doubted(term):
    assert [] == doubts(any=(term,), none=("زلزال",))


@pytest.mark.parametrize(
    ("terms", "doubt"),
    [
        (("أمن", "أمن غذائي"), "any: wherever 'أمن غذائي' stands 'أمن' is found too; one is enough"),
        (('"أمن"', "أمن"), "any: wherever '\"أمن\"' stands 'أمن' is found too; one is enough"),
        (("exact: أمن", "أمن"), "any: wherever 'exact: أمن' stands 'أمن' is found too; one is enough"),
        (("attaqu", "attaqu*"), "any: wherever 'attaqu' stands 'attaqu*' is found too; one is enough"),
        (("attaqu*", "atta*"), "any: wherever 'attaqu*' stands 'atta*' is found too; one is enough"),
        (("attaquants", "attaqu*"), "any: wherever 'attaquants' stands 'attaqu*' is found too; one is enough"),
    ],
)
def test_a_word_that_says_what_another_says_is_doubted(terms, doubt):
    assert [doubt] == doubts(any=terms)
    assert [doubt] == doubts(any=tuple(reversed(terms)))


def test_two_spellings_of_one_word_are_doubted_once():
    assert ["any: wherever 'الأمن' stands 'أمن' is found too; one is enough"] == doubts(any=("الأمن", "أمن"))


@pytest.mark.parametrize("terms", [("الأمن", "/الأمن/"), ("أمن", "أمين"), ("أمن غذائي", "أمن مائي"), ("ONU", "UE")])
def test_words_that_find_different_things_are_not_doubted(terms):
    assert [] == doubts(any=terms)


def test_a_wanted_word_that_none_always_forbids_is_doubted():
    assert ["any: 'الأمن الغذائي' can never count, since 'أمن' of none: is found there too"] == doubts(
        any=("الأمن الغذائي", "خبز"), none=("أمن",)
    )
    assert [] == doubts(any=("أمن",), none=("الأمن الغذائي",))


def test_other_words_for_a_word_that_is_not_there_are_doubted():
    assert ["also: 'سوريا' stands in no other list of the rule, so what counts as it finds nothing"] == doubts(
        near=Near(words=("زلزال", "الحوز")), also={"سوريا": ("سورية",), "زلزال": ("رجة",)}
    )


def test_very_long_lists_are_not_compared():
    assert [] == doubts(any=(*(f"كلمة{n}x" for n in range(5_000)), "الأمن", "أمن"))
