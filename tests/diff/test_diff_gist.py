"""What a headline tells: weights, places, counts, and when two words are one."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.diff.edits import is_version, judge_edit
from monitor.diff.gist import _word, gist, signs
from monitor.diff.kinship import kinship
from monitor.diff.stories import MOST_MARKS, marks


@pytest.mark.parametrize(
    ("title", "key"),
    [
        ("Réforme du port : les dockers défilent à Valmer", "reform"),
        ("Réforme du port. Les dockers défilent à Valmer", "reform"),
        ("إصلاح الموانئ.. عمال الشحن يتظاهرون بالساحل", "اصلاح"),
    ],
)
def test_what_stands_before_a_colon_says_less_than_the_same_word_behind_it(title: str, key: str) -> None:
    bare = title.replace(" :", "").replace(".", "")

    assert gist(title).weights[key] < gist(bare).weights[key]


@pytest.mark.parametrize(
    "title",
    ["Le maire annonce : oui", "Le ministre de la Mer et de la Pêche côtière dit : les ports resteront ouverts lundi"],
)
def test_a_colon_that_leaves_too_little_or_comes_too_late_ends_no_kicker(title: str) -> None:
    assert gist(title).weights == gist(title.replace(" :", "")).weights


def test_what_newsrooms_call_by_several_names_is_one_word() -> None:
    assert gist("Un autocar").order == gist("Un bus").order
    assert gist("تلميذ").order == gist("طلاب").order
    assert gist("Firefighters").order == gist("A firefighter").order
    assert gist("خمور").order == gist("مشروبات كحولية").order[:1]


@pytest.mark.parametrize("title", ["يقدم منطادا", "Il propose un zeppelin", "Plan for a zeppelin"])
def test_a_word_of_daily_news_says_less_than_a_rare_one(title: str) -> None:
    weights = gist(title).weights

    assert len(weights) == 2
    assert min(weights, key=weights.__getitem__) == gist(title).order[0]


@pytest.mark.parametrize(
    ("title", "named"),
    [
        ("حريق مهول بالعيون", True),
        ("دموع في عيون المشجعين", False),
        ("الحكومة السودانية تستقيل", True),
        ("استقالة حكومة السودان", True),
        ("وزير سوداني يستقيل", True),
    ],
)
def test_a_place_with_the_article_is_none_without_it_and_its_people_are_the_place(title: str, *, named: bool) -> None:
    assert bool(signs(title).places) == named


@pytest.mark.parametrize(
    "two", ["مصرع شخصان في حريق", "قتيلان في حريق", "إنقاذ طفلين من حريق", "deux morts dans un incendie"]
)
def test_a_dual_is_a_two(two: str) -> None:
    assert signs(two).numbers == signs("2 dead in fire").numbers


def test_numbers_stand_with_what_they_count() -> None:
    assert signs("Collision: 2 dead, 15 hurt").counts == signs("15 hurt, 2 dead in collision").counts
    assert signs("Collision: 2 dead, 15 hurt").counts != signs("Collision: 15 dead, 2 hurt").counts


@pytest.mark.parametrize(
    ("key", "other", "kin"),
    [
        ("بلازما", "ببلازما", True),
        ("موسكو", "وموسكو", True),
        ("متظاهر", "تظاهر", True),
        ("بلازما", "بلاغات", False),
    ],
)
def test_a_word_is_itself_behind_a_particle_and_in_its_derivations(key: str, other: str, *, kin: bool) -> None:
    assert bool(kinship(key, other)) == kin
    assert kinship(key, other) == kinship(other, key)


SYMBOLS = st.text(alphabet="#@!~+-.:9٣اàe \x1b", max_size=20)


@settings(max_examples=120, deadline=None)
@given(st.text(max_size=80) | SYMBOLS, st.text(max_size=80) | SYMBOLS)
def test_any_text_can_be_judged(title: str, other: str) -> None:
    assert len(marks(title)) <= MOST_MARKS
    judge_edit(title, other)
    assert is_version(title, other) == is_version(other, title)


def test_all_names_of_a_place_are_kept_as_one_word() -> None:
    first, *others = map(_word, ("فرنسا", "فرنسي", "الفرنسي", "france"))

    assert first is not None
    assert all(other is first for other in others)
