"""What each language accepts as one of its words."""

import pytest

from monitor.text import LANGUAGES, fold_text

ARABIC = LANGUAGES["ar"]


def accepts(keyword, word):
    return fold_text(word) in ARABIC.forms(keyword)


@pytest.mark.parametrize("code", LANGUAGES)
@pytest.mark.parametrize("word", ["الأمن", "أمن", "لا", "و", "الله", "état", "police", "x"])
def test_a_word_counts_as_itself_in_every_language(code, word):
    assert code == LANGUAGES[code].code
    assert fold_text(word) in LANGUAGES[code].forms(word)
    assert fold_text(word) in LANGUAGES[code].forms(fold_text(word))


@pytest.mark.parametrize("keyword", ["الأمن", "أمن", "الامن", "الأَمْنُ"])
@pytest.mark.parametrize(
    "word",
    ["أمن", "الأمن", "والأمن", "فالأمن", "بالأمن", "كالأمن", "للأمن", "وللأمن", "فللأمن", "وبالأمن", "وأمن", "بأمن"],
)
def test_article_and_particles_make_no_difference(keyword, word):
    assert accepts(keyword, word)


@pytest.mark.parametrize(
    ("keyword", "word"),
    [
        ("الأمن", "أمين"),
        ("الأمن", "أمنية"),
        ("الأمن", "آمنة"),
        ("مصر", "مصرف"),
        ("قطر", "قطرات"),
        ("ملك", "ملكة"),
        ("حج", "حجة"),
        ("إلغاء", "بغاء"),
        ("ألعاب", "لعاب"),
        ("ألمانيا", "مانيا"),
        ("ألم", "لم"),
        ("الله", "له"),
        ("الآن", "أن"),
        ("الحكم", "بلحكم"),
    ],
)
def test_other_words_are_other_words(keyword, word):
    assert not accepts(keyword, word)


@pytest.mark.parametrize(
    ("keyword", "word"),
    [
        ("إلغاء", "بإلغاء"),
        ("ألمانيا", "لألمانيا"),
        ("ألمانيا", "وألمانيا"),
        ("الله", "لله"),
        ("الله", "والله"),
        ("اللغة", "للغة"),
        ("السد", "سد"),
        ("سد", "بالسد"),
        ("حد", "بحد"),
        ("الرباط", "والرباط"),
    ],
)
def test_first_letters_that_look_like_the_article_are_told_apart(keyword, word):
    assert accepts(keyword, word)


def test_a_short_word_takes_one_particle_only():
    assert accepts("سد", "وسد")
    assert not accepts("سد", "فلسد")


def test_ta_marbuta_may_be_spelled_sloppily_but_a_final_ha_is_none():
    assert accepts("المحكمة", "بالمحكمه")
    assert not accepts("وجه", "وجة")


def test_one_letter_is_only_itself():
    assert ["ب"] == list(ARABIC.forms("ب"))
