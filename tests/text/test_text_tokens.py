"""Words: where they begin and end, in the folded text and in the original."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.text import fold, fold_text, languages_of, tokens

anything = st.text(st.characters(codec=None, exclude_categories=()), max_size=80)
news = st.text("ابةلأنـَِّ abcé0123٤٥'’-:.…؟|ﷺ½\u200f\n", max_size=60)


def words(text):
    return [token.text for token in tokens(fold(text))]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("قال: المَغرِب يستقبل", ["قال", "المغرب", "يستقبل"]),
        ("حجز17متهمًا", ["حجز", "17", "متهما"]),
        ("ال24 ساعة", ["ال", "24", "ساعة"]),
        ('لـ"الأمن"', ["ل", "الامن"]),
        ("«الأمن»", ["الامن"]),
        ("l’Espagne d'Égypte", ["l", "espagne", "d", "egypte"]),
        ("Egypt's covid19 24h", ["egypt", "s", "covid19", "24h"]),
        ("Casablanca-Settat", ["casablanca", "settat"]),
        ("snake_case", ["snake", "case"]),
        ("Москва 北京", ["москва", "北京"]),
        ("🔴 !!! …", []),
        ("", []),
    ],
)
def test_text_is_cut_into_words(text, expected):
    assert expected == words(text)


@pytest.mark.parametrize("sign", [":", ".", "!", "?", "؟", "؛", "…", "|", " - foo: "])
def test_sentence_punctuation_breaks(sign):
    assert tokens(fold(f"الوزير{sign} الداخلية"))[-1].breaks


@pytest.mark.parametrize("sign", [" ", ", ", "، ", " - ", "-", " «", "' ", " – "])
def test_commas_quotes_and_dashes_do_not_break(sign):
    assert not tokens(fold(f"وزير{sign}الداخلية"))[-1].breaks


def test_nothing_breaks_before_the_first_word():
    assert not tokens(fold("...: كلمة"))[0].breaks


def test_a_word_takes_its_ornaments_along():
    title = "وزارة الأَمْـــنِ: بيان"
    token = tokens(fold(title))[1]
    assert "الأَمْـــنِ" == title[token.start : token.end]


def test_a_character_of_many_words_is_the_place_of_each():
    title = "النبي ﷺ قال"
    assert ["ﷺ"] * 4 == [title[t.start : t.end] for t in tokens(fold(title))[1:5]]


@given(anything | news)
def test_words_are_where_they_say(text):
    last = 0
    for token in tokens(fold(text)):
        assert 0 <= token.start < token.end <= len(text)
        assert token.start >= last
        assert token.text.replace("-", "") in re.sub(r"[\W_]", "", fold_text(text[token.start : token.end]))
        last = token.start


@pytest.mark.parametrize(
    ("word", "codes"),
    [("الامن", ("ar",)), ("etat", ("fr", "en")), ("2030", ()), ("москва", ()), ("covid19", ("fr", "en"))],
)
def test_the_script_tells_which_languages_to_ask(word, codes):
    assert codes == languages_of(word)
