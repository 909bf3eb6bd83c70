"""Whether two headlines tell one story: the invented pairs as a whole, and each guard by example."""

from __future__ import annotations

import pytest
from benchmarks.stories import HELD_OUT, invented, report
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.diff.likeness import SAME_STORY, VERSION, compare, edit, same_story

TITLES = sorted({title for a, b, _ in invented() for title in (a, b)})


def test_stories_are_told_from_others_as_well_as_when_it_was_last_measured() -> None:
    found = report(invented())

    assert found["AUC"] >= 0.93
    assert found["AUC edits"] >= 0.96
    assert found["precision"] >= 0.86
    assert found["recall"] >= 0.57


def test_pairs_that_nothing_was_tuned_on_are_told_apart_as_carefully() -> None:
    found = report(invented(HELD_OUT))

    assert found["AUC"] >= 0.87
    assert found["precision"] >= 0.95
    assert found["recall"] >= 0.2


@pytest.mark.parametrize(
    ("title", "other"),
    [
        ("القبض على المتهم بسرقة مجوهرات بمكناس", "أمن مكناس يعتقل مشتبها به في سرقة المجوهرات"),
        ("Deux morts dans l'incendie d'un hôtel à Fès", "Incendie dans un hôtel de Fès : deux personnes décédées"),
        ("Ferry runs aground off Tarifa with 200 on board", "Ferry with 200 passengers aground near Tarifa"),
        ("زلزال بقوة 5.4 درجات يضرب إزمير", "تركيا: هزة أرضية بقوة 5.4 درجات في إزمير"),
        ("حجز 12 ألف قرص مهلوس بميناء طنجة", "طنجة: ضبط 12000 قرص مهلوس بالميناء"),
        ("توقيف سائق شاحنة بعد دهس طفلين قرب مدرسة بالنواصر", "الأمن يعتقل سائق شاحنة دهست طفلين أمام مدرسة بالنواصر"),
        ("استجواب مدير المصرف الفلاحي في ملف القروض الوهمية", "التحقيق مع مدير المصرف الفلاحي في قضية القروض الوهمية"),
        (
            "Un chalutier coule au large de Kerdoël, trois marins disparus",
            "Kerdoël : trois marins disparus après le naufrage",
        ),
        ("Le PDG de Nortec quitte ses fonctions", "Nortec : le patron démissionne"),
        ("Lawmakers back tax on sugary drinks", "Parliament approves levy on sugary drinks"),
        ("Gazans queue for bread as bakeries close", "Bakeries close in Gaza as residents queue for bread"),
    ],
)
def test_one_event_in_the_words_of_two_sites_is_one_story(title: str, other: str) -> None:
    assert same_story(title, other)


@pytest.mark.parametrize(
    ("title", "other", "doubt"),
    [
        ("مصرع 3 عمال في انهيار ورش بناء بتطوان", "مصرع 7 عمال في انهيار ورش بناء بتطوان", "other numbers"),
        ("طقس الثلاثاء: زخات رعدية بالأطلس", "طقس الخميس: زخات رعدية بالأطلس", "other numbers"),
        ("Incendie dans un hôtel de Fès", "Incendie dans un hôtel d'Agadir", "other places"),
        ("وفاة الممثل حسن الزرهوني", "جنازة مهيبة للممثل حسن الزرهوني", "a stage of its own"),
        ("مدرب الاتحاد يغادر الفريق", "مدرب الاتحاد: لن أغادر الفريق", "one says no"),
        ("محاكمة مدير الوكالة الحضرية", "براءة مدير الوكالة الحضرية", "another stage of the affair"),
        ("Court convicts ex-mayor Dunmore", "Court acquits ex-mayor Dunmore", "another stage of the affair"),
        ("ارتفاع أسعار الطماطم بأسواق الجملة", "انخفاض أسعار الطماطم بأسواق الجملة", "another stage of the affair"),
        (
            "Un hommage national rendu au peintre Bertrand Lussac",
            "Un hommage national rendu au peintre Michel Oriol",
            "other names",
        ),
        (
            "النقابات تعلن إضرابا وطنيا بقطاع التعليم الأسبوع المقبل",
            "النقابات تعلن إضرابا وطنيا بقطاع العدل الأسبوع المقبل",
            "one thing in the place of another",
        ),
        (
            "Kerdoël. Nos idées de sorties ce week-end",
            "Plouvan. Nos idées de sorties pour le week-end",
            "another affair or speaker",
        ),
        (
            "Le médiateur des impôts reçoit les maires",
            "Le médiateur des impôts reçoit les avocats",
            "other people or things",
        ),
        ("House approves the river pact", "Senate approves the river pact", "other people or things"),
    ],
)
def test_what_differs_in_one_decisive_thing_is_another_story(title: str, other: str, doubt: str) -> None:
    assert not same_story(title, other)
    assert doubt in dict(compare(title, other).doubts)


@pytest.mark.parametrize(
    ("title", "other", "doubt"),
    [
        ("ثالث مصاب بالحصبة في مدرسة الزيتون", "مصاب بالحصبة في مدرسة الزيتون", "another one of a row"),
        ("Une troisième pensionnaire hospitalisée", "Une pensionnaire hospitalisée", "another one of a row"),
        ("Second body found in Larkin reservoir", "Body found in Larkin reservoir", "another one of a row"),
        ("ماذا يعني تعيين مبعوث خاص للدلتا؟", "تعيين مبعوث خاص للدلتا", "one asks"),
        ("Delta : pourquoi nommer un médiateur spécial", "Delta : un médiateur spécial nommé", "one asks"),
        ("What is a special envoy for the delta?", "Special envoy for the delta named", "one asks"),
        ("رباب: نقابة المخابز تلوح بالإضراب", "زهير: نقابة المخابز تضرب", "another affair or speaker"),
    ],
)
def test_what_speaks_against_one_story_is_heard_from_either_side(title: str, other: str, doubt: str) -> None:
    assert dict(compare(title, other).doubts)[doubt] < 1
    assert dict(compare(other, title).doubts)[doubt] < 1
    assert doubt not in dict(compare(title, title).doubts)


@pytest.mark.parametrize(
    ("title", "other"),
    [
        ("Lormia win the cup for the third time", "Lormia win the cup"),
        ("الاتحاد يتوج بالكأس للمرة الثالثة", "الاتحاد يتوج بالكأس"),
        ("Valmer sacré pour la deuxième fois", "Valmer sacré"),
    ],
)
def test_how_often_something_happened_does_not_make_it_another_one(title: str, other: str) -> None:
    assert "another one of a row" not in dict(compare(title, other).doubts)


def test_a_word_that_may_tell_several_stages_stands_against_none_of_them() -> None:
    likeness = compare("Les députés votent la loi sur le littoral", "Littoral : vote de la loi par les députés")

    assert likeness.doubts == ()


def test_a_country_and_a_city_in_it_are_not_two_places() -> None:
    likeness = compare("إجلاء سياح من إزمير بعد حرائق", "تركيا: إجلاء سياح بعد حرائق")

    assert "other places" not in dict(likeness.doubts)


def test_headlines_of_two_languages_are_two_stories() -> None:
    assert not same_story("زلزال بقوة 5.4 درجات يضرب إزمير", "Séisme de magnitude 5,4 à Izmir")


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("السلطت تمنع السباحة بشاطئ الحوزية", "السلطات تمنع السباحة بشاطئ الحوزية"),
        ("Le fondateur de Cryptéo en garde a vue", "Le fondateur de Cryptéo en garde à vue pour fraude"),
        ("Two dead in ferry fire off Tarifa", "Six dead in ferry fire off Tarifa"),
        ("إدانة مدير الوكالة الحضرية بالرشوة", "براءة مدير الوكالة الحضرية من الرشوة"),
    ],
)
def test_a_mended_word_a_new_number_and_a_new_verdict_are_versions(old: str, new: str) -> None:
    assert edit(old, new) >= VERSION


@settings(max_examples=60, deadline=None)
@given(st.sampled_from(TITLES), st.sampled_from(TITLES) | st.text(max_size=60))
def test_likeness_has_no_first_side_and_stays_between_nothing_and_all(title: str, other: str) -> None:
    found = compare(title, other)

    assert found == compare(other, title)
    assert 0.0 <= found.score <= 1.0
    assert 0.0 <= found.version <= 1.0


@settings(max_examples=30, deadline=None)
@given(st.text(max_size=80))
def test_every_headline_is_its_own_story(title: str) -> None:
    assert compare(title, title).score == 1.0
    assert SAME_STORY <= 1.0


def test_numbers_that_only_one_of_two_headlines_tells_make_another_story() -> None:
    told = "Collision on the coast road: 2 dead, 15 hurt"
    assert same_story(told, "Collision on the coast road: 2 dead, 15 injured")
    assert not same_story(told, "Collision on the coast road: 1 dead, 2 hurt")
