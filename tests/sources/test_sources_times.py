"""Which element tells when a headline was published, and which of its values is believed."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from bs4 import BeautifulSoup

from monitor.sources.times import from_iso, published

NOW = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
CASABLANCA = ZoneInfo("Africa/Casablanca")  # on this day an hour behind, since it is Ramadan: 12:00 too


@pytest.fixture
def told():
    """The moment that the elements of one item tell, as a clock in Casablanca shows it."""

    def read(*elements: str) -> str | None:
        soup = BeautifulSoup("".join(elements), "lxml")
        found = published(soup.body.find_all(recursive=False), CASABLANCA, NOW)
        assert found is None or found.tzinfo is UTC
        return found.astimezone(CASABLANCA).strftime("%Y-%m-%d %H:%M") if found else None

    return read


@pytest.mark.parametrize(
    ("element", "expected"),
    [
        ('<time datetime="2026-03-02T09:30:00Z">x</time>', "2026-03-02 09:30"),
        ('<time datetime="2026-03-02T09:30:00+01:00">x</time>', "2026-03-02 08:30"),
        ('<time datetime="2026-03-02T09:30:00+0100">x</time>', "2026-03-02 08:30"),
        ('<time datetime="2026-03-02 09:30">x</time>', "2026-03-02 09:30"),
        ('<p class="published" title="2026-03-02T09:30:00+00:00">2 Mar</p>', "2026-03-02 09:30"),
        ('<p itemprop="datePublished" content="2026-03-02T09:30:00+00:00"></p>', "2026-03-02 09:30"),
        ('<p class="ago" data-time="1772443800">منذ ساعات</p>', "2026-03-02 09:30"),
        ('<p class="ago" data-timestamp="1772443800000"></p>', "2026-03-02 09:30"),
        ('<p class="ago" data-publish-date="2026-03-02T09:30"></p>', "2026-03-02 09:30"),
    ],
)
def test_what_machines_write_is_read_from_attributes(told, element, expected):
    assert told(element) == expected


def test_an_attribute_is_believed_before_the_words(told):
    assert told('<time datetime="2026-03-02T09:30:00Z">منذ 5 دقائق</time>') == "2026-03-02 09:30"


def test_an_attribute_of_a_later_element_is_believed_before_the_words_of_an_earlier_one(told):
    assert told("<p>2 مارس 2026</p>", '<time datetime="2026-03-02T09:30:00Z"></time>') == "2026-03-02 09:30"


def test_words_are_read_in_the_zone_of_the_site(told):
    assert told("<p>الجمعة 30 يناير 2026 على الساعة 13:00</p>") == "2026-01-30 13:00"
    assert told("<time>قبل ساعتين</time>") == "2026-03-02 10:00"


def test_words_in_an_attribute_are_read_too(told):
    assert told('<abbr title="الاثنين 2 مارس 2026 على الساعة 08:15">منذ ساعات</abbr>') == "2026-03-02 08:15"


def test_a_day_and_a_time_of_day_in_two_elements_are_one_moment(told):
    assert told("<p>28 فبراير 2026</p>", "<p>17:45</p>") == "2026-02-28 17:45"


def test_an_element_inside_another_says_the_same_and_is_no_second_moment(told):
    assert told("<div><b>28 فبراير 2026</b> <i>17:45</i></div>", "<p>28 فبراير 2026</p>") == "2026-02-28 17:45"


def test_a_day_in_an_attribute_gets_its_time_of_day_from_the_words(told):
    assert told('<time datetime="2026-02-28">17:45</time>') == "2026-02-28 17:45"
    assert told('<time datetime="2026-03-02">قبل ساعتين</time>') == "2026-03-02 10:00"


def test_a_day_alone_is_its_midnight(told):
    assert told('<time datetime="2026-02-28">x</time>') == "2026-02-28 00:00"
    assert told("<p>28 فبراير 2026</p>") == "2026-02-28 00:00"


def test_words_never_name_another_day_than_the_attribute(told):
    assert told('<time datetime="2026-02-28">27 فبراير 2026 - 17:45</time>') == "2026-02-28 00:00"


def test_elements_that_contradict_each_other_are_read_one_by_one(told):
    assert told("<p>28 فبراير 2026</p>", "<p>27 فبراير 2026</p>") == "2026-02-28 00:00"


@pytest.mark.parametrize(
    "element",
    [
        '<time class="updated" datetime="2026-03-02T09:30:00Z">x</time>',
        '<p itemprop="dateModified" content="2026-03-02T09:30:00Z"></p>',
        '<p class="date" data-updated-time="1772443800"></p>',
        "<p>آخر تحديث: 2 مارس 2026 - 09:30</p>",
    ],
)
def test_the_time_of_an_update_is_not_when_it_was_published(told, element):
    assert told(element) is None


def test_an_element_that_tells_both_is_believed(told):
    assert told('<time class="published updated" datetime="2026-03-02T09:30:00Z">x</time>') == "2026-03-02 09:30"


def test_the_length_of_a_film_is_no_time_of_day(told):
    assert told('<p class="video-duration time">03:45</p>') is None
    assert told('<p class="time">03:45</p>') == "2026-03-02 03:45"


@pytest.mark.parametrize(
    "value",
    ["0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00", "2026-02-30T10:00:00Z", "1980-01-01", "2031-01-01"],
)
def test_an_impossible_value_is_passed_over(told, value):
    assert told(f'<time datetime="{value}">x</time>') is None


def test_a_moment_weeks_ahead_is_passed_over_in_favour_of_the_words(told):
    assert told('<time datetime="2026-06-01T10:00:00Z">منذ ساعة</time>') == "2026-03-02 11:00"


def test_a_long_text_is_no_time(told):
    assert told(f"<p>2 مارس 2026 {'كلام ' * 60}</p>") is None


def test_a_moment_without_zone_is_the_sites(told):
    assert from_iso("2026-01-05T09:30:00", CASABLANCA) == datetime(2026, 1, 5, 8, 30, tzinfo=UTC)
    assert from_iso("2026-01-05", CASABLANCA) is None
