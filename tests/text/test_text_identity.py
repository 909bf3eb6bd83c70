"""Which titles say the same."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.text import title_key

anything = st.text(st.characters(codec=None, exclude_categories=()), max_size=60)


@pytest.mark.parametrize(
    ("title", "other"),
    [
        ("إحالة الملف على القضاء", "احالة المَلفّ  على القضاء"),
        ("المحكمة تؤجل الجلسة", "المحكمه توجل الجلسه"),
        ("مستشفى جديد", "مستشفي جديد"),
        ("«الأسود» يفوزون", '"الأسود" يفوزون...'),
        ("الأسود يفوزون", "الأسـود\u200f يفوزون"),
        ("ميزانية ٢٠٢٦", "ميزانية 2026"),
        ("L’accord signé à Rabat", "L'ACCORD SIGNE A RABAT"),
        ("Casablanca – Settat : l’accord", "Casablanca-Settat: l'accord…"),
        ("عاجل | إغلاق الميناء", "إغلاق الميناء"),
        ("عاجل - خبر عاجل : إغلاق الميناء", "إغلاق الميناء"),
        ("[URGENT] Séisme au large", "Séisme au large"),
        ("BREAKING: bridge closed", "Bridge closed"),
        ("−10% sur le pain", "–10 % sur le pain"),
    ],
)
def test_cosmetic_differences_disappear(title, other):
    assert title_key(title) == title_key(other)


@pytest.mark.parametrize(
    ("title", "other"),
    [
        ("Bilan : 3 morts", "Bilan : 7 morts"),
        ("+10% sur le pain", "-10% sur le pain"),
        ("عاجل: +10% في الأسعار", "عاجل: -10% في الأسعار"),
        ("الوداد 2-1 الرجاء", "الوداد 1-2 الرجاء"),
        ("تعيين الوزير", "إقالة الوزير"),
        ("Flash mob à Rabat", "mob à Rabat"),
        ("🔴", "🔵"),
        ("عاجل", "BREAKING"),
    ],
)
def test_what_says_something_else_stays_apart(title, other):
    assert title_key(title) != title_key(other)


def test_a_dash_inside_words_is_no_sign():
    assert title_key("saison 2025-2026") == title_key("saison 2025 2026")


@given(anything)
def test_only_an_empty_title_has_an_empty_key(title):
    assert bool(title) == bool(title_key(title))


@given(anything.filter(str.strip))
def test_spaces_around_and_case_make_no_difference(title):
    assert title_key(title) == title_key(f"  {title}  ")
    if title.isascii():
        assert title_key(title) == title_key(title.upper())


def test_a_very_long_title_has_a_key():
    assert title_key("عاجل: " + "كلمة " * 2000)
