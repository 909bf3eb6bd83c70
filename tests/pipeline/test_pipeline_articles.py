"""What happens between an alert that is due and its message: the article is read, and waited for, but not long."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import datetime, timedelta

import pytest
from pipeline.desk import HOME, LEAD, PAGE, Desk

from monitor.errors import FetchError
from monitor.model import Item, Section
from monitor.pipeline.articles import PATIENCE


@pytest.fixture
def desk(tmp_path) -> Iterator[Desk]:
    with closing(Desk(tmp_path / "monitor.db")) as desk:
        yield desk


def test_an_alert_goes_out_with_the_lead_and_the_time_of_its_article(desk):
    desk.publish("/501")
    (alert,) = desk.send()
    assert alert.article.lead == LEAD
    assert alert.article.published_at == datetime.fromisoformat("2026-03-02T07:40:00+00:00")
    assert alert.article.body is None
    assert [article.body for article in desk.store.articles({("marsa", alert.change.headline.key)}).values()] == [None]
    assert desk.asked == [f"{HOME}/501"]


@pytest.mark.parametrize(("listed", "told"), [("2026-03-02T08:10", "08:10"), ("2026-03-01T08:10", "00:00")])
def test_a_time_of_day_of_the_list_is_kept_where_the_article_names_only_the_same_day(desk, listed, told):
    desk.pages.answers[f"{HOME}/501"] = PAGE.replace("على الساعة 07:40".encode(), b"")
    desk.listed_at = datetime.fromisoformat(f"{listed}:00+00:00")
    desk.publish("/501")
    assert desk.send()[0].article.published_at == datetime.fromisoformat(f"2026-03-02T{told}:00+00:00")


def test_an_alert_waits_while_its_article_is_read(desk):
    desk.pages.slow = {f"{HOME}/501"}
    desk.publish("/501")
    assert desk.step() == 0
    desk.clock.advance(seconds=4)
    assert desk.step() == 0
    desk.pages.go.set()
    assert desk.send()[0].article.lead == LEAD


def test_an_alert_never_waits_longer_than_five_seconds(desk):
    assert PATIENCE == timedelta(seconds=5)
    desk.pages.slow = {f"{HOME}/501"}
    desk.publish("/501")
    desk.step()
    desk.clock.advance(seconds=5)
    assert desk.step() == 1
    assert [alert.article for alert in desk.channel.alerts] == [None]


def test_an_alert_that_was_due_while_the_program_was_down_goes_out_at_once(desk):
    desk.publish("/501")
    desk.clock.advance(minutes=10)
    assert desk.step() == 1
    assert desk.asked == []


@pytest.mark.parametrize(
    "answer",
    [
        FetchError("marsa.example answered 404", kind="status", status=404),
        b"<html><body><h1>another page</h1></body></html>",
        b"%PDF-1.7",
        None,
    ],
)
def test_a_page_that_cannot_be_read_sends_the_headline_alone_and_is_not_asked_for_again(desk, answer):
    desk.pages.answers[f"{HOME}/501"] = answer
    desk.publish("/501")
    assert [alert.article for alert in desk.send()] == [None]
    desk.shown.items[0] = Item(
        title="ميناء العيون يفتح رصيفين جديدين أمام سفن الصيد",
        section=Section.TICKER,
        url=f"{HOME}/501",
        breaking=True,
    )
    desk.publish()
    desk.send()
    assert len(desk.asked) == 1


def test_what_was_read_is_not_read_again_after_a_crash(desk, tmp_path):
    desk.publish("/501")
    desk.step()
    assert desk.articles.wait()
    desk.pool.shutdown(wait=True)
    desk.store.close()  # killed between the reading and the message
    desk.pool = ThreadPoolExecutor(4)
    desk.start(tmp_path / "monitor.db")
    desk.clock.advance(minutes=3)
    assert desk.step() == 1
    assert desk.channel.alerts[0].article.lead == LEAD
    assert len(desk.asked) == 1


def test_headlines_of_one_look_go_out_together_though_one_page_is_slow(desk):
    desk.pages.slow = {f"{HOME}/502"}
    desk.publish("/501", "/502", "/503")
    desk.step()
    desk.clock.advance(seconds=2)
    assert desk.step() == 0
    desk.clock.advance(seconds=3)
    assert desk.step() == 1
    assert len(desk.channel.alerts) == 3


def test_a_hanging_page_holds_up_no_later_headline(desk):
    desk.pages.slow = {f"{HOME}/501"}
    desk.publish("/501")
    desk.step()
    assert desk.pages.begun.acquire(timeout=10)
    desk.publish("/502", later=3)
    while not desk.step():
        assert desk.articles.wait()
    assert [alert.change.headline.url for alert in desk.channel.alerts] == [f"{HOME}/502"]


def test_of_a_flood_only_the_headlines_are_told_and_the_site_is_left_in_peace(desk):
    desk.publish(*(f"/60{number}" for number in range(6)))
    assert len(desk.send()) == 6
    assert desk.asked == []


def test_two_pages_of_a_site_are_read_at_a_time(desk):
    desk.pages.slow = {f"{HOME}/50{number}" for number in range(4)}
    desk.publish("/500", "/501", "/502", "/503")
    desk.step()
    assert desk.pages.begun.acquire(timeout=10)
    assert desk.pages.begun.acquire(timeout=10)
    desk.step()
    assert not desk.pages.begun.acquire(blocking=False)
    desk.pages.go.set()
    assert len(desk.send()) == 4
    assert len(desk.asked) == 4


def test_a_page_whose_turn_comes_too_late_is_not_asked_for(desk):
    go = threading.Event()
    for _ in range(4):  # all threads of the pool
        desk.pool.submit(go.wait, 20)
    desk.publish("/501")
    desk.step()
    desk.clock.advance(seconds=5)
    assert desk.step() == 1
    go.set()
    desk.pool.shutdown(wait=True)
    assert desk.asked == []


@pytest.mark.parametrize("url", ["https://other.example/501", "https://notmarsa.example/501", "http://10.0.0.7/admin"])
def test_pages_of_other_sites_are_not_asked_for(desk, url):
    desk.publish(url)
    assert [alert.article for alert in desk.send()] == [None]
    assert desk.asked == []


def test_pages_on_a_part_of_the_site_are(desk):
    desk.publish("https://news.marsa.example/501")
    assert desk.send()[0].article.lead == LEAD


def test_a_rule_that_wants_no_article_waits_for_none(tmp_path):
    with closing(Desk(tmp_path / "monitor.db", "none")) as desk:
        desk.publish("/501")
        assert desk.step() == 1
        assert desk.asked == []


def test_a_rule_that_wants_the_whole_text_gets_it(tmp_path):
    with closing(Desk(tmp_path / "monitor.db", "full")) as desk:
        desk.publish("/501")
        assert desk.send()[0].article.body == LEAD


def test_a_fault_while_reading_is_told_once_and_keeps_no_alert_back(desk):
    desk.pages.answers[f"{HOME}/501"] = object()  # nothing that a fetcher returns
    desk.publish("/501")
    assert [alert.article for alert in desk.send()] == [None]
    assert len(desk.asked) == 1
    desk.clock.advance(seconds=6)
    desk.publish("/502")
    with pytest.raises(Exception, match="object"):
        desk.step()
    assert len(desk.send()) == 2
