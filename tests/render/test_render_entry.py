from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from servers.samples import ARABIC, FRENCH, NOW, ZONE, alert

from monitor.model import Article, ChangeKind, Match, Section, Span
from monitor.render.entry import entry
from monitor.render.safe import FSI, LRM, PDI, RLM
from monitor.render.words import WORDS


def told(given, lang="en", now=NOW):
    invisible = str.maketrans("", "", FSI + PDI + LRM + RLM)
    return [note.translate(invisible) for note in entry(given, now, ZONE, WORDS[lang]).notes]


def test_an_alert_names_source_section_time_rule_and_words_in_one_line():
    given = alert(hits=("الأمن",))
    assert told(given) == ["أصداء الأطلس · ticker · first seen 13:05 · rule: أمن (الأمن)"]


def test_the_published_time_is_told_when_it_is_known():
    given = alert(published_at=NOW - timedelta(minutes=2))
    assert "published 13:03" in told(given)[0]


def test_the_published_time_of_the_article_is_told_rather_than_that_of_the_list():
    article = Article(published_at=NOW - timedelta(minutes=12))
    assert "published 12:53" in told(alert(published_at=NOW - timedelta(hours=1), article=article))[0]


def test_a_day_without_a_time_of_day_is_told_as_a_day():
    assert told(alert(published_at=datetime(2026, 3, 2, tzinfo=ZONE)))[0].count("published 2026-03-02 ·") == 1


def test_a_lead_is_cut_at_the_end_of_a_word():
    lead = "أوضحت مصالح الأرصاد أن الأمطار ستستمر، " * 9
    shown = entry(alert(article=Article(lead=lead)), NOW, ZONE, WORDS["ar"]).lead
    assert lead.startswith(shown.removesuffix("…"))
    assert shown.endswith("ستستمر…")
    assert 180 < len(shown) <= 201


def test_a_lead_is_harmless():
    assert entry(alert(article=Article(lead="a\u202eb\x1b[2Jc")), NOW, ZONE, WORDS["en"]).lead == "ab[2Jc"


def test_times_are_those_of_the_configured_zone():
    given = alert(seen_at=NOW + timedelta(days=60))  # Morocco is an hour ahead again
    assert "first seen 14:05" in told(given, now=NOW + timedelta(days=60))[0]


def test_a_time_of_another_day_has_its_date():
    given = alert(published_at=NOW - timedelta(days=1))
    assert "published 2026-03-01 13:05" in told(given)[0]


def test_an_alert_that_is_more_than_two_minutes_late_says_so():
    given = alert(seen_at=NOW - timedelta(minutes=3))
    assert "first seen 13:02, 3 min ago" in told(given)[0]


def test_an_alert_that_is_two_minutes_late_does_not_say_so():
    assert "ago" not in told(alert(seen_at=NOW - timedelta(minutes=2)))[0]


@pytest.mark.parametrize(("late", "said"), [(119, "119 min"), (120, "2 h"), (47 * 60, "47 h"), (48 * 60, "2 d")])
def test_lateness_is_told_in_one_unit(late, said):
    assert f", {said} ago" in told(alert(seen_at=NOW - timedelta(minutes=late)))[0]


def test_an_edit_shows_the_title_as_it_was_and_when_it_changed():
    given = alert(
        kind=ChangeKind.EDITED, previous_title="الأمن يراقب", first_seen_at=NOW - timedelta(hours=2), seen_at=NOW
    )
    was, facts = told(given)
    assert was == "edited, was: الأمن يراقب"
    assert "first seen 11:05 · edited 13:05" in facts
    assert "ago" not in facts


def test_a_promoted_headline_says_that_it_is_now_in_the_ticker():
    assert " · now in the ticker · " in told(alert(kind=ChangeKind.PROMOTED))[0]


def test_a_breaking_headline_outside_the_ticker_says_so():
    assert " · feed, breaking · " in told(alert(section=Section.FEED, breaking=True))[0]


def test_several_rules_are_all_named():
    matches = (
        Match(rule="security", spans=(Span(start=6, end=11, term="الأمن"), Span(start=29, end=37, term="حد السوالم"))),
        Match(rule="everything urgent"),
    )
    assert told(alert(matches=matches))[0].endswith("rule: security (الأمن, حد السوالم) · also: everything urgent")


def test_a_rule_with_very_many_words_is_cut_with_a_mark():
    spans = tuple(Span(start=n, end=n + 1, term=f"word{n}") for n in range(9))
    assert told(alert(matches=(Match(rule="r", spans=spans),)))[0].endswith("word3, word4, …)")


@pytest.mark.parametrize(
    ("lang", "line"),
    [
        ("fr", "أصداء الأطلس · bandeau · vu à 13:05 · règle : أمن (الأمن)"),
        ("ar", "أصداء الأطلس · شريط الأخبار · رُصد 13:05 · القاعدة: أمن (الأمن)"),
    ],
)
def test_the_fixed_words_come_in_the_language_of_the_channel(lang, line):
    assert told(alert(hits=("الأمن",)), lang) == [line]


def test_every_language_has_a_word_for_every_section():
    assert all(set(words.sections) == set(Section) for words in WORDS.values())


def test_a_line_of_ours_gets_its_direction_from_its_language_whatever_the_source_is_called():
    assert [entry(alert(), NOW, ZONE, WORDS[lang]).notes[0][:2] for lang in ("en", "fr", "ar")] == [
        LRM + FSI,
        LRM + FSI,
        RLM + FSI,
    ]


def test_names_and_times_are_isolated_from_the_rest_of_the_line():
    note = entry(alert(hits=("الأمن",)), NOW, ZONE, WORDS["en"]).notes[0]
    for isolated in ("أصداء الأطلس", "13:05", "أمن", "الأمن"):
        assert f"{FSI}{isolated}{PDI}" in note


def test_matched_words_are_marked_in_the_title():
    given = entry(alert(hits=("الأمن", "حد السوالم")), NOW, ZONE, WORDS["en"])
    assert [piece.text for piece in given.headline if piece.hit] == ["الأمن", "حد السوالم"]
    assert given.title == ARABIC


def test_overlapping_matches_make_one_mark():
    spans = (Span(start=0, end=6, term="a"), Span(start=3, end=9, term="b"), Span(start=8, end=900, term="c"))
    given = entry(alert(FRENCH, matches=(Match(rule="r", spans=spans),)), NOW, ZONE, WORDS["en"])
    assert [(piece.text, piece.hit) for piece in given.headline] == [(FRENCH, True)]


def test_marks_stay_on_their_words_when_invisible_characters_before_them_are_removed():
    title = "\u202e\u200fعاجل: \x00الأمن اليوم"
    given = entry(alert(title, hits=("الأمن",)), NOW, ZONE, WORDS["en"])
    assert [piece.text for piece in given.headline if piece.hit] == ["الأمن"]


def test_a_title_of_which_nothing_is_left_is_still_told():
    assert entry(alert("\u202e\u200f"), NOW, ZONE, WORDS["en"]).title == "…"


@pytest.mark.parametrize(
    ("lang", "begin"), [("en", "same story as on"), ("fr", "même sujet que sur"), ("ar", "الخبر نفسه في")]
)
def test_a_followup_names_the_site_and_headline_that_told_the_story_first(lang, begin):
    followup = replace(alert(), same_story=("Le Sahel", "Un autre titre"))
    assert told(followup, lang)[0] == f"{begin} Le Sahel: Un autre titre"
