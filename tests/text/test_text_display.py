"""The display form of titles: what is removed, and above all what stays."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.text import clean

anything = st.text(st.characters(codec=None, exclude_categories=()), max_size=80)
PIECES = [
    *("22:30", "22h30", "منذ 5 دقائق", "قبل ساعتين", "5 min", "il y a", "5 minutes", "ago", "12/03/2026", "#3"),
    *("-", "|", "•", "[", "]", "…", ":", "\u200d", "\u200f", "\u0301" * 5, "الوزير", "Fire", "a"),
]
dressed = st.tuples(st.sampled_from(["", " "]), st.lists(st.sampled_from(PIECES), max_size=12)).map(
    lambda drawn: drawn[0].join(drawn[1])
)


@pytest.mark.parametrize(
    ("raw", "shown"),
    [
        ("  وزير \n\t الداخلية\u00a0يصل ", "وزير الداخلية يصل"),
        ("\u202bوزير\u202c \u2067الداخلية\u2069\u200f", "وزير الداخلية"),
        ("Port\u00ad de\u200b Tanger\ufeff", "Port de Tanger"),
        ("A\x00B\x07C\x9f", "ABC"),
        ("titre\ud800\udfff coupé", "titre coupé"),
        ("flag\U000e0067\U000e007f and \ufdd0\uffff\U0001fffe", "flag and"),
        ("icon \ue801 font", "icon font"),
        ("می\u200cخواهد", "می\u200cخواهد"),
        ("كلمة\u200c أخرى\u200d", "كلمة أخرى"),
        ("a\u200d\u200d\u200db", "a\u200db"),
        ("Z\u0301\u0302\u0303\u0304\u0305\u0306\u0307algo", "Z\u0301\u0302\u0303\u0304algo"),
        ("مُتَّهَمًا", "مُتَّهَمًا"),
        ("one\u2028two\u2029three", "one two three"),
    ],
)
def test_a_title_becomes_one_clean_line(raw, shown):
    assert shown == clean(raw)


@pytest.mark.parametrize(
    ("raw", "shown"),
    [
        ("22:30 Le conseil se réunit", "Le conseil se réunit"),
        ("9:05 | سفينة تصل إلى الميناء", "سفينة تصل إلى الميناء"),
        ("١٢:٠٥ سفينة تصل إلى الميناء", "سفينة تصل إلى الميناء"),
        ("22h30 - Le conseil se réunit", "Le conseil se réunit"),
        ("22h30 Le conseil se réunit", "Le conseil se réunit"),
        ("7:00 AM Bridge reopens", "Bridge reopens"),
        ("[ 28 janvier 2025 ] Le conseil se réunit", "Le conseil se réunit"),
        ("[ 3 مارس 2026 ] سفينة تصل", "سفينة تصل"),
        ("[12/03/2026 14:00] Bridge reopens", "Bridge reopens"),
        ("December 3, 2015 | Bridge reopens", "Bridge reopens"),
        ("#3 Bridge reopens", "Bridge reopens"),
        ("• Bridge reopens |", "Bridge reopens"),
        ("» Bridge reopens", "Bridge reopens"),
        ("منذ 5 دقائق وصول السفينة", "وصول السفينة"),
        ("وصول السفينة منذ ساعتين", "وصول السفينة"),
        ("وصول السفينة - قبل 3 أيام", "وصول السفينة"),
        ("قبل ساعة | وصول السفينة", "وصول السفينة"),
        ("il y a 5 minutes Le conseil se réunit", "Le conseil se réunit"),
        ("Le conseil se réunit il y a 1 h", "Le conseil se réunit"),
        ("Le conseil se réunit · il y a 3 jours", "Le conseil se réunit"),
        ("5 minutes ago Bridge reopens", "Bridge reopens"),
        ("Bridge reopens 5 minutes ago", "Bridge reopens"),
        ("Bridge reopens (an hour ago)", "Bridge reopens"),
        ("5 min · Bridge reopens", "Bridge reopens"),
        ("Bridge reopens - 5 min", "Bridge reopens"),
        ("•\u200dBridge reopens", "Bridge reopens"),
        ("• 22:30 | #3 Bridge reopens", "Bridge reopens"),
    ],
)
def test_what_sites_print_around_a_title_goes(raw, shown):
    assert shown == clean(raw)


@pytest.mark.parametrize(
    "title",
    [
        "قبل 3 أيام من الانتخابات، الأحزاب تحشد",
        "قبل ساعتين من المباراة الجمهور يملأ الملعب",
        "منذ 3 أيام والسكان بلا ماء",
        "منذ ساعة والسكان ينتظرون",
        "السكان بلا ماء منذ 3 أيام",
        "فتاة مفقودة منذ 48 ساعة",
        "10 tués dans un accident",
        "24 heures chrono",
        "11 septembre: les familles se souviennent",
        "11 septembre 2001, un matin d'automne",
        "22h30, l'heure du crime",
        "18:00 بتوقيت غرينتش: انطلاق العملية",
        "Il y a 50 ans, la ville tremblait",
        "il y a 5 minutes que le train est parti",
        "5 minutes de silence",
        "20 minutes : la durée d'un trajet",
        "2026 : une année de sécheresse",
        "-10% sur le prix du pain",
        "«الأسود» يفوزون",
        "»الأسود« يفوزون",
        "[Vidéo 2] Le conseil se réunit",
        "(5) leçons d'une élection",
        "Le match commence à 20:00",
        "Long ago",
        "22:30",
        "منذ 5 دقائق",
        "•",
        "Qui a gagné ? …",
    ],
)
def test_what_may_belong_to_the_sentence_stays(title):
    assert title == clean(title)


def test_a_long_title_is_cut_with_an_ellipsis():
    shown = clean("كلمة " * 200)
    assert len(shown) <= 500
    assert shown.endswith("كلمة…")


def test_nothing_stands_between_a_cut_title_and_its_ellipsis():
    assert "x" * 498 + "…" == clean("x" * 498 + " " + "y" * 20)


def test_a_title_of_the_greatest_length_is_not_cut():
    assert "x" * 500 == clean("x" * 500)


@given(anything | dressed)
def test_cleaning_twice_changes_nothing(text):
    once = clean(text)
    assert once == clean(once)


@given(anything | dressed)
def test_a_clean_title_is_one_encodable_line(text):
    shown = clean(text)
    assert shown == " ".join(shown.split())
    assert len(shown) <= 500
    shown.encode()


@given(dressed)
def test_a_title_with_words_never_becomes_empty(text):
    assert bool(clean(text)) >= any(char.isalnum() for char in text)


@pytest.mark.parametrize("text", ["\u0301" * 10_000, "\u200d" * 10_000, "[" * 10_000, "- " * 5_000, "1:" * 5_000])
def test_hostile_titles_are_cleaned(text):
    assert len(clean(text)) <= 500
