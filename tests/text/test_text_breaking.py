"""Marks of breaking news: which words, and what must stand after them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.text import headline_start, is_breaking_label, split_mark

anything = st.text(st.characters(codec=None, exclude_categories=()), max_size=60)


@pytest.mark.parametrize(
    ("title", "mark", "rest"),
    [
        ("عاجل: إغلاق الميناء", "عاجل", "إغلاق الميناء"),
        ("عاجل إغلاق الميناء", "عاجل", "إغلاق الميناء"),
        ("عاجل.. إغلاق الميناء", "عاجل", "إغلاق الميناء"),
        ("عاجل- إغلاق الميناء", "عاجل", "إغلاق الميناء"),
        ("عـــاجِل | إغلاق الميناء", "عـــاجِل", "إغلاق الميناء"),
        ("#عاجل إغلاق الميناء", "عاجل", "إغلاق الميناء"),
        ("«عاجل» إغلاق الميناء", "عاجل", "إغلاق الميناء"),
        ("🔴 عاجل 🔴 إغلاق الميناء", "عاجل", "إغلاق الميناء"),
        ("خبر عاجل : إغلاق الميناء", "خبر عاجل", "إغلاق الميناء"),
        ("أخبار عاجلة - إغلاق الميناء", "أخبار عاجلة", "إغلاق الميناء"),
        ("عاجل: «الأسود» يفوزون", "عاجل", "«الأسود» يفوزون"),
        ("عاجل: -10% في الأسعار", "عاجل", "-10% في الأسعار"),
        ("URGENT - Séisme au large", "URGENT", "Séisme au large"),
        ("[Urgent] Séisme au large", "Urgent", "Séisme au large"),
        ("Alerte info : séisme au large", "Alerte info", "séisme au large"),
        ("Dernière minute… séisme au large", "Dernière minute", "séisme au large"),
        ("FLASH: 3 blessés", "FLASH", "3 blessés"),
        ("🚨BREAKING🚨 Bridge closed", "BREAKING", "Bridge closed"),
        ("Breaking news | 10 hurt", "Breaking news", "10 hurt"),
        ("Just in: bridge closed", "Just in", "bridge closed"),
        ("Última hora: cierra el puente", "Última hora", "cierra el puente"),
        ("ULTIM'ORA - chiuso il ponte", "ULTIM'ORA", "chiuso il ponte"),
    ],
)
def test_a_mark_is_split_from_its_headline(title, mark, rest):
    assert (mark, rest) == split_mark(title)


@pytest.mark.parametrize(
    "title",
    [
        "عاجل إلى وزير الصحة",
        "عاجلا أم آجلا",
        "خبر عاجل يشغل المدينة",
        "Flash mob à Rabat",
        "Flash-mob : la place pleine",
        "Alerte météo : fortes pluies",
        "Alerte rouge - fortes pluies",
        "Urgent care opens downtown",
        "Breaking Bad : la série revient",
        "Just in time for summer",
        "Urgentistes : la grève continue",
        "الأمن: توضيح عاجل",
        "عاجل",
        "عاجل :",
        "BREAKING 🔴",
        "",
    ],
)
def test_other_beginnings_are_no_marks(title):
    assert (None, title) == split_mark(title)


@pytest.mark.parametrize(
    "label",
    ["عاجل", "عاجل :", "خبر عاجل!", "أخبار عاجلة", "URGENT", "Flash info »", "Dernière minute", "BREAKING NEWS"],
)
def test_labels_of_breaking_tickers_are_known(label):
    assert is_breaking_label(label)


@pytest.mark.parametrize("label", ["آخر الأخبار", "En continu", "Latest", "À la une", "Trending", "عاجل مقتل شخص", ""])
def test_labels_of_ordinary_lists_are_not_breaking(label):
    assert not is_breaking_label(label)


@given(anything, st.sampled_from(["عاجل: ", "عاجل ", "URGENT : ", "[Breaking] ", "#عاجل ", ""]))
def test_mark_and_rest_are_pieces_of_the_title(text, mark):
    title = mark + text
    found, rest = split_mark(title)
    assert title.endswith(rest) or title.rstrip().endswith(rest)
    assert found is None or found in title


@pytest.mark.parametrize("text", ["🔴" * 10_000, "عاجل " * 2_000, "عاجل:" + ":" * 10_000, "urgent" + " " * 10_000])
def test_hostile_titles_are_split_quickly(text):
    split_mark(text)


@pytest.mark.parametrize(
    "title", ["عاجل | خبر عاجل: إغلاق الميناء", "URGENT - ALERTE : séisme", "[Breaking] flash: quake", "عاجل إغلاق"]
)
def test_the_headline_begins_behind_all_its_marks(title):
    rest = title[headline_start(title) :]
    assert rest in {"إغلاق الميناء", "séisme", "quake", "إغلاق"}


def test_a_headline_without_mark_begins_at_its_beginning():
    assert 0 == headline_start("إغلاق الميناء") == headline_start("عاجل") == headline_start("")
