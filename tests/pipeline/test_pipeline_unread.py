"""Rules that look for their words in articles: the title counts at once, the article when it is read."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest
from pipeline.desk import HOME, LEAD, PAGE, TITLE, Desk

from monitor.errors import FetchError
from monitor.match.rules import Rule

BODY = "<p>وأضافت أن مصنعا لتجميد السردين سيفتح قرب الرصيف قبل نهاية السنة، وأن ثمانين شخصا سيعملون فيه.</p>"
WHOLE = PAGE.decode().replace("</body>", BODY + "</body>").encode()
IN_TITLE = Rule(name="fishing", any=("سفن الصيد",), parts=("title", "lead", "body"))
IN_LEAD = Rule(name="boats", any=("مركب",), parts=("title", "lead"))
IN_BODY = Rule(name="sardine", any=("السردين",), parts=("title", "body"))
LEAD_ONLY = replace(IN_BODY, parts=("lead",))
TITLES = Rule(name="titles", any=("السردين", "مركب"))
DOWN = FetchError("marsa.example answered 503", kind="status", status=503)


@pytest.fixture
def make(tmp_path) -> Iterator:
    opened = []

    def run(*rules: Rule, page: object = WHOLE) -> Desk:
        desk = Desk(tmp_path / "monitor.db", rules=rules)
        desk.pages.answers[f"{HOME}/501"] = page
        opened.append(desk)
        return desk

    yield run
    for desk in opened:
        desk.close()


def told(desk: Desk) -> list[tuple[str, list[str]]]:
    """Which rules told what, and by which words."""
    desk.send()
    return [
        (match.rule, [span.term for span in match.spans]) for alert in desk.channel.alerts for match in alert.matches
    ]


def test_a_word_of_the_lead_leads_to_an_alert_that_names_it(make):
    desk = make(IN_LEAD)
    desk.publish("/501")
    desk.read()
    assert told(desk) == [("boats", ["مركب"])]
    (alert,) = desk.channel.alerts
    assert [(span.start, span.end) for span in alert.matches[0].spans] == [(len(TITLE), len(TITLE))]
    assert alert.article.lead == LEAD
    assert desk.asked == [f"{HOME}/501"]


def test_a_word_of_the_text_is_found_by_rules_that_look_there_and_by_no_others(make):
    desk = make(IN_BODY, LEAD_ONLY, TITLES)
    desk.publish("/501")
    desk.read()
    assert told(desk) == [("sardine", ["السردين"])]


def test_a_title_that_matches_is_told_at_once_and_its_page_is_not_read_for_matching(make):
    desk = make(replace(IN_TITLE, name="all"))
    desk.pages.slow = {f"{HOME}/501"}
    desk.publish("/501")
    assert desk.store.unread(desk.clock(), 9) == []
    assert len(desk.store.due_alerts(desk.clock(), 9)) == 1


def test_words_that_must_not_be_there_count_in_the_article_too(make):
    desk = make(replace(IN_BODY, none=("تجميد",)))
    desk.publish("/501")
    desk.read()
    assert told(desk) == []


def test_rules_that_look_at_titles_only_have_no_page_read(make):
    desk = make(TITLES)
    desk.publish("/501")
    desk.read()
    assert desk.asked == []


@pytest.mark.parametrize("rule", [replace(IN_BODY, sources=("other",))])
def test_a_rule_for_other_sources_has_no_page_read(make, rule):
    desk = make(rule)
    desk.publish("/501")
    desk.read()
    assert desk.asked == []


def test_only_new_headlines_are_read(make):
    desk = make(replace(IN_BODY, any=("قطار",)))
    desk.publish("/501")
    desk.read()
    desk.shown.items[0] = replace(desk.shown.items[0], title=TITLE + " والشحن")
    desk.publish()
    assert desk.store.unread(desk.clock(), 9) == []


def test_a_page_that_is_down_is_tried_again_and_three_times_at_most(make):
    desk = make(IN_BODY, page=DOWN)
    desk.publish("/501")
    desk.read()
    assert len(desk.asked) == 1
    desk.clock.advance(seconds=59)
    desk.read()
    assert len(desk.asked) == 1
    for _ in range(4):
        desk.clock.advance(minutes=1)
        desk.read()
    assert len(desk.asked) == 3


def test_a_page_that_was_down_for_a_moment_is_no_headline_missed(make):
    desk = make(IN_BODY, page=DOWN)
    desk.publish("/501")
    desk.read()
    desk.pages.answers[f"{HOME}/501"] = WHOLE
    desk.clock.advance(minutes=1)
    desk.read()
    assert told(desk) == [("sardine", ["السردين"])]


def test_a_program_that_was_killed_reads_afterwards(make, tmp_path):
    desk = make(IN_BODY)
    desk.publish("/501")
    desk.store.close()
    desk.start(tmp_path / "monitor.db")
    desk.read()
    assert told(desk) == [("sardine", ["السردين"])]


def test_a_program_that_was_killed_between_reading_and_matching_reads_the_page_once(make, tmp_path):
    desk = make(IN_BODY)
    desk.publish("/501")
    (change,) = desk.store.unread(desk.clock(), 9)
    desk.store.postpone_unread(change.id, desk.clock() + timedelta(minutes=1))
    desk.store.save_article(
        ("marsa", change.headline.key), f"{HOME}/501", desk.articles.pages.read(change.headline), desk.clock()
    )
    desk.clock.advance(minutes=1)
    desk.read()
    assert told(desk) == [("sardine", ["السردين"])]
    assert len(desk.asked) == 1


def test_a_rule_that_fired_for_the_article_stays_silent_when_the_title_is_edited(make):
    desk = make(IN_BODY)
    desk.publish("/501")
    desk.read()
    desk.shown.items[0] = replace(desk.shown.items[0], title=TITLE + " ومصنعا لتجميد السردين")
    desk.publish()
    desk.read()
    assert told(desk) == [("sardine", ["السردين"])]


def test_a_channel_that_was_told_by_the_title_is_not_told_again_by_the_article(make):
    desk = make(replace(IN_TITLE, name="title"), IN_BODY)
    desk.publish("/501")
    desk.read()
    assert [rule for rule, _ in told(desk)] == ["title"]
    assert len(desk.channel.alerts) == 1


def test_a_page_read_for_an_alert_is_not_read_again_for_matching(make):
    desk = make(replace(IN_TITLE, name="title"), IN_BODY)
    desk.pages.slow = {f"{HOME}/501"}
    desk.publish("/501")
    desk.step()
    assert desk.unread.step(desk.clock()) == 0
    desk.pages.go.set()
    desk.send()
    desk.read()
    assert len(desk.asked) == 1


def test_two_pages_of_a_site_are_read_at_a_time(make):
    desk = make(IN_BODY)
    desk.pages.slow = {f"{HOME}/70{number}" for number in range(6)}
    desk.publish(*(f"/70{number}" for number in range(6)))
    assert desk.unread.step(desk.clock()) == 2
    assert desk.unread.step(desk.clock()) == 0
    desk.pages.go.set()
    desk.read()
    assert len(desk.asked) == 6


def test_pages_of_other_sites_are_not_read(make):
    desk = make(IN_BODY)
    desk.publish("https://other.example/501")
    desk.read()
    assert desk.asked == []
    assert desk.store.unread(desk.clock() + timedelta(hours=1), 9) == []


def test_a_clock_that_is_set_back_postpones_nothing_for_long(make):
    desk = make(IN_BODY)
    desk.publish("/501")
    desk.clock.now -= timedelta(days=1)
    desk.read()
    assert len(desk.asked) == 1


def test_a_fault_while_reading_is_told_and_tried_again(make):
    desk = make(IN_BODY, page=object())
    desk.publish("/501")
    desk.unread.step(desk.clock())
    desk.unread.wait()
    with pytest.raises(Exception, match="object"):
        desk.unread.step(desk.clock())
    desk.pages.answers[f"{HOME}/501"] = WHOLE
    desk.clock.advance(minutes=1)
    desk.read()
    assert told(desk) == [("sardine", ["السردين"])]
