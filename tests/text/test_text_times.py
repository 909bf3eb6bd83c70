"""Dates as Arabic, French and English sites print them. Each line of a table is a form with its own words."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.text.times import read_time

CASABLANCA = ZoneInfo("Africa/Casablanca")
NOW = datetime(2025, 3, 13, 16, 40, tzinfo=UTC)  # a Thursday in Ramadan: clocks in Morocco show 16:40
RLM = "\u200f"


def read(line: str, now: datetime = NOW, zone: ZoneInfo = CASABLANCA) -> str | None:
    moment = read_time(line, now, zone)
    assert moment is None or moment.tzinfo is UTC
    return moment.astimezone(zone).strftime("%Y-%m-%d %H:%M") if moment else None


ABSOLUTE = {
    # whole lines
    "الخميس 13 مارس 2025 على الساعة 11:20": "2025-03-13 11:20",
    "الأحد 22 أبريل 2018 على الساعة 08:05": "2018-04-22 08:05",
    "السبت 21 أبريل 2018": "2018-04-21 00:00",
    "الأربعاء 12 مارس 2025 - 19:45": "2025-03-12 19:45",
    "12 مارس 2025 | 19:45": "2025-03-12 19:45",
    "الإثنين، 10 فبراير 2020 12:31 م": "2020-02-10 12:31",
    "الأحد، 9 مارس 2025 10:15 ص": "2025-03-09 10:15",
    "2021/11/05 - 2:49 صباحًا": "2021-11-05 02:49",
    "12 مارس 2025 9:05 مساءً": "2025-03-12 21:05",
    # numbers
    "21/04/2018 20:11": "2018-04-21 20:11",
    "04/03/2025 07:30": "2025-03-04 07:30",
    "13.03.2025": "2025-03-13 00:00",
    "٠٢:٠٠ الأربعاء ١٢ / ٣ / ٢٠٢٥": "2025-03-12 02:00",
    "2025-03-12 23:59:59": "2025-03-12 23:59",
    "03/13/2025": "2025-03-13 00:00",  # there is no thirteenth month
    "09/03/25 11:20": "2025-03-09 11:20",
    # Moroccan months
    "23 غشت 2024": "2024-08-23 00:00",
    "7 شتنبر 2024 - 18:25": "2024-09-07 18:25",
    "19 نونبر 2024 على الساعة 06:10": "2024-11-19 06:10",
    "2 دجنبر 2024": "2024-12-02 00:00",
    "30 يوليوز 2024": "2024-07-30 00:00",
    "6 ماي 2024": "2024-05-06 00:00",
    # Levantine months
    "15 كانون الثاني 2025": "2025-01-15 00:00",
    "4 شباط 2025": "2025-02-04 00:00",
    "16 تشرين الأول 2024": "2024-10-16 00:00",
    "21 تشرين الثاني 2024 الساعة 15:35": "2024-11-21 15:35",
    "30 كانون الأول 2024": "2024-12-30 00:00",
    "11 أيار 2024": "2024-05-11 00:00",
    "9 آذار 2025": "2025-03-09 00:00",
    "18 نيسان 2024": "2024-04-18 00:00",
    "18 حزيران 2024": "2024-06-18 00:00",
    "18 تموز 2024": "2024-07-18 00:00",
    "18 آب 2024": "2024-08-18 00:00",
    "18 أيلول 2024": "2024-09-18 00:00",
    "15 كانون الثاني/يناير 2025": "2025-01-15 00:00",
    "نُشر الجمعة 7 آذار / مارس 2025 10:22 مساءً": "2025-03-07 22:22",
    "7 شباط (فبراير) 2025": "2025-02-07 00:00",
    # Tunisian and Algerian months
    "17 جانفي 2025": "2025-01-17 00:00",
    "8 فيفري 2025": "2025-02-08 00:00",
    "25 أفريل 2024": "2024-04-25 00:00",
    "12 جوان 2024": "2024-06-12 00:00",
    "27 جويلية 2024": "2024-07-27 00:00",
    "31 أوت 2024": "2024-08-31 00:00",
    # digits, marks and letters
    "١٢ مارس ٢٠٢٥": "2025-03-12 00:00",
    "١٢/٠٣/٢٠٢٥ ١٩:٤٥": "2025-03-12 19:45",
    "۱۲ مارس ۲۰۲۵ - ۰۸:۳۰ ص": "2025-03-12 08:30",
    f"{RLM}12{RLM} مارس{RLM} 2025": "2025-03-12 00:00",
    "مــارس 2025، 12 مارس 2025": "2025-03-12 00:00",
    "05 يونيو 2023م": "2023-06-05 00:00",
    # the Hijri calendar
    "13 رمضان 1446 هـ": "2025-03-13 00:00",
    "الأربعاء 12 رمضان 1446": "2025-03-12 00:00",
    "الخميس 12 رمضان 1446": "2025-03-13 00:00",  # where the month began a day later
    "3 ذو الحجة 1445هـ": "2024-06-09 00:00",
    "13/09/1446هـ": "2025-03-13 00:00",
    "12 رمضان 1446 هـ الموافق 13 مارس 2025": "2025-03-13 00:00",
    # with words around
    "الرباط: الاثنين، 03 مارس 2025 12:07 م": "2025-03-03 12:07",
    "كتبته سلمى الناجي في 3 مارس 2025 الساعة 14:07": "2025-03-03 14:07",
    "3 مارس 2025 الساعة 5 مساءً": "2025-03-03 17:00",
    "السبت 8 مارس 2025 - 3 تعليقات": "2025-03-08 00:00",
    # French and English
    "jeudi 13 mars 2025 à 11h20": "2025-03-13 11:20",
    "3 Novembre à 19h05": "2024-11-03 19:05",
    "Publié le 13/03/2025 à 11:20": "2025-03-13 11:20",
    "1er août 2024": "2024-08-01 00:00",
    "mar. 11 févr. 2025, 8 h 05": "2025-02-11 08:05",
    "Par Salma Naji, le 3 décembre 2024 à 13 heures": "2024-12-03 13:00",
    "Tue, 11 Mar 2025 08:05:00 GMT": "2025-03-11 08:05",
    "March 11, 2025 at 8:05 p.m.": "2025-03-11 20:05",
    "11th of March, 2025": "2025-03-11 00:00",
    "Sept. 3, 2024": "2024-09-03 00:00",
    "11-Mar-2025": "2025-03-11 00:00",
}

RELATIVE = {
    "منذ 4 دقائق": "2025-03-13 16:36",
    "منذ دقيقة": "2025-03-13 16:39",
    "منذ دقيقتين": "2025-03-13 16:38",
    "منذ ساعة": "2025-03-13 15:40",
    "قبل ساعتين": "2025-03-13 14:40",
    "منذ 5 ساعات": "2025-03-13 11:40",
    "قبل 13 ساعة": "2025-03-13 03:40",
    "قبل ٤ ساعات": "2025-03-13 12:40",
    "منذ ثلاث ساعات": "2025-03-13 13:40",
    "منذ حوالي نصف ساعة": "2025-03-13 16:10",
    "منذ ساعة و 10 دقائق": "2025-03-13 15:30",
    "منذ 20 ثانية": "2025-03-13 16:39",
    "منذ يوم": "2025-03-12 16:40",
    "منذ يومين": "2025-03-11 16:40",
    "قبل 4 أيام": "2025-03-09 16:40",
    "منذ أسبوع": "2025-03-06 16:40",
    "قبل أسبوعين": "2025-02-27 16:40",
    "منذ شهر": "2025-02-13 16:40",
    "قبل شهرين": "2025-01-13 16:40",
    "منذ 3 سنوات": "2022-03-13 16:40",
    "شؤون محلية - منذ 4 دقائق": "2025-03-13 16:36",
    "il y a 4 minutes": "2025-03-13 16:36",
    "il y a une heure": "2025-03-13 15:40",
    "Il y a 1 h 30": "2025-03-13 15:10",
    "il y a 2 jours à 09h15": "2025-03-11 09:15",
    "il y a un an": "2024-03-13 16:40",
    "an hour ago": "2025-03-13 15:40",
    "2 days, 3 hours ago": "2025-03-11 13:40",
    "7m ago": "2025-03-13 16:33",
    "الآن": "2025-03-13 16:40",
    "منذ لحظات": "2025-03-13 16:40",
    "à l’instant": "2025-03-13 16:40",
    "just now": "2025-03-13 16:40",
}

BY_THE_DAY = {
    "اليوم 09:25": "2025-03-13 09:25",
    "اليوم على الساعة 09:25": "2025-03-13 09:25",
    "أمس 18:50": "2025-03-12 18:50",
    "أول أمس على الساعة 18:50": "2025-03-11 18:50",
    "Hier à 18h50": "2025-03-12 18:50",
    "aujourd’hui à 9h25": "2025-03-13 09:25",
    "yesterday at 6:50 pm": "2025-03-12 18:50",
    "أمس": "2025-03-12 00:00",
    "الثلاثاء 18:50": "2025-03-11 18:50",
    "Lundi à 18h50": "2025-03-10 18:50",
    "الخميس 23:30": "2025-03-06 23:30",  # today's has not come
    "09:25": "2025-03-13 09:25",
    "٠٩:٢٥": "2025-03-13 09:25",
    "الساعة 09:25": "2025-03-13 09:25",
    "à 9h25": "2025-03-13 09:25",
    "12:10 ص": "2025-03-13 00:10",
    "10:10 ليلا": "2025-03-12 22:10",
    "1:10 ظهرا": "2025-03-13 13:10",
    "23:50": "2025-03-12 23:50",
    "16:41": "2025-03-13 16:41",  # a clock that is a minute ahead
}

NAMED_ZONES = {
    "13 مارس 2025 15:00 بتوقيت غرينتش": "2025-03-13 15:00",
    "13 مارس 2025 15:00 بتوقيت مكة المكرمة": "2025-03-13 12:00",
    "13/03/2025 15:00 (GMT+0400)": "2025-03-13 11:00",
    "13/03/2025 15:00 GMT+1": "2025-03-13 14:00",
    "2025-03-13 15:00:00 +0200": "2025-03-13 13:00",
    "13 March 2025 08:00 EST": "2025-03-13 13:00",
}

NO_TIME = [
    # nothing that exists
    *("", "عاجل", "31/02/2025", "2025/13/13", "الجمعة 13 مارس 2025", "13:00 ص", "00:30 م", "31 رمضان 1446 هـ", "24:10"),
    # far ahead, or before there were sites
    *("13 مارس 2035", "13 mars 1994", "13 mars 1890", "منذ 90 سنة", "منذ 2020"),
    # can mean several things
    *("5 أكتوبر 2024 - 6 أكتوبر 2024", "15:00 - 16:00", "28 شباط/يناير 2025", "13/09/1446", "mar 11", "11 mars 25"),
    *("م 05:30", "PM 05:30", "2 h", "13h", "13 مارس 2025 15:00 بتوقيت طوكيو", "15:00 heure de Paris", "6:05 p.m. ET"),
    # ahead of us: an event, not a publication
    *("غدا 14:30", "demain à 14h", "اليوم 23:00", "20 مارس", "4 juillet", "بعد 5 دقائق", "dans 2 heures"),
    # no number, or the number of something else
    *("منذ ساعات", "منذ أيام", "قبل قليل", "il y a quelques minutes", "5 min", "3 min de lecture", "2 h de lecture"),
    *("13/03", "10/15", "3-1", "7 تعليقات", "1200 مشاهدة", "الأربعاء", "شاهد الآن", "Coup d’envoi 15:00"),
    *("قبل يومين من الانتخابات", "15:00 | كرة القدم", "https://site.example/2025/x"),
]


@pytest.mark.parametrize(("line", "expected"), [*ABSOLUTE.items(), *RELATIVE.items(), *BY_THE_DAY.items()])
def test_a_printed_time_is_read(line, expected):
    assert read(line) == expected


@pytest.mark.parametrize(("line", "expected"), NAMED_ZONES.items())
def test_a_time_zone_on_the_line_counts_instead_of_the_sites(line, expected):
    assert read(line) == expected


@pytest.mark.parametrize("line", NO_TIME)
def test_what_is_no_time_or_an_unclear_one_gives_none(line):
    assert read(line) is None


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("الأحد، 04 آب/اغسطس 2013، آخر تحديث 02:21 (GMT+0400)", "2013-08-04 00:00"),
        ("Publié le 12/03/2025 à 13:00, mis à jour le 13/03/2025 à 14:00", "2025-03-12 13:00"),
        ("Updated 13 March 2025 14:00 - Published 12 March 2025 13:00", "2025-03-12 13:00"),
        ("آخر تحديث: الخميس 13 مارس 2025 14:00", None),
        ("Mis à jour il y a 5 minutes", None),
    ],
)
def test_the_time_of_an_update_is_passed_over(line, expected):
    assert read(line) == expected


def test_the_zone_of_the_site_decides():
    assert read_time("12 مارس 2025 - 10:00", NOW, ZoneInfo("Asia/Dubai")) == datetime(2025, 3, 12, 6, 0, tzinfo=UTC)


def test_a_time_of_day_is_that_of_the_sites_today():
    late = datetime(2025, 3, 12, 22, 30, tzinfo=UTC)
    assert read("01:10", late, ZoneInfo("Asia/Dubai")) == "2025-03-13 01:10"
    assert read("01:10", late) == "2025-03-12 01:10"


def test_winter_and_ramadan_time_are_told_apart():
    assert read_time("28 يناير 2025 13:00", NOW, CASABLANCA) == datetime(2025, 1, 28, 12, 0, tzinfo=UTC)
    assert read_time("12 مارس 2025 13:00", NOW, CASABLANCA) == datetime(2025, 3, 12, 13, 0, tzinfo=UTC)


def test_which_number_is_the_month_is_unclear_in_america():
    assert read("04/03/2025", zone=ZoneInfo("America/New_York")) is None
    assert read("13/03/2025", zone=ZoneInfo("America/New_York")) == "2025-03-13 00:00"


def test_a_month_ago_is_in_the_calendar_and_never_on_a_day_that_is_not_there():
    assert read("منذ شهر", datetime(2025, 3, 31, 12, 0, tzinfo=UTC)) == "2025-02-28 12:00"


def test_hours_ago_are_hours_though_clocks_were_changed_meanwhile_and_days_ago_keep_the_time_of_day():
    sunday = datetime(2025, 4, 6, 4, 0, tzinfo=UTC)  # 05:00; two hours before, Ramadan time ended at 02:00
    assert read("قبل 4 ساعات", sunday) == "2025-04-06 00:00"
    assert read("قبل يوم", sunday) == "2025-04-05 05:00"


def test_a_date_without_year_is_the_last_one_that_was():
    assert read("13 مارس") == "2025-03-13 00:00"
    assert read("12 نونبر 10:00") == "2024-11-12 10:00"


def test_the_week_ahead_may_come_from_another_clock():
    assert read("16/03/2025 10:00") == "2025-03-16 10:00"
    assert read("21/03/2025 10:00") is None


@given(st.text(st.sampled_from("0123456789:/-.,،hم صhie منذقبلساعةمارس janvier\u200f\u0660"), max_size=60))
def test_no_line_breaks_it_and_no_moment_lies_outside_the_time_of_news_sites(line):
    moment = read_time(line, NOW, CASABLANCA)
    assert moment is None or 1995 <= moment.year <= 2025
