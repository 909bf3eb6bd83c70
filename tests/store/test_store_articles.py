"""What is remembered of the pages behind headlines."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from store.building import START, headline, poll, spec

from monitor.model import Article
from monitor.store import SqliteStore, open_store

ARTICLE = Article(
    title="فتح الميناء",
    lead="الفقرة الأولى",
    body="واحد\nاثنان",
    author="سلمى بن عمر",
    section="جهات",
    picture="https://marsa.example/7.jpg",
    published_at=START - timedelta(minutes=5),
    modified_at=START,
)
ONE, TWO = (("marsa", headline(number).key) for number in (1, 2))
URL = "https://marsa.example/1"


@pytest.fixture(autouse=True)
def _headlines(store: SqliteStore) -> None:
    store.sync([spec()], START)
    poll(store, START, [headline(1), headline(2)])


def test_an_article_comes_back_as_it_was_even_after_a_restart(store: SqliteStore, path: Path) -> None:
    store.save_article(ONE, URL, ARTICLE, START)
    store.close()
    again = open_store(path)
    assert again.articles({ONE, TWO}) == {ONE: ARTICLE}
    again.close()


def test_a_page_that_could_not_be_read_is_remembered_as_such(store: SqliteStore) -> None:
    store.save_article(ONE, URL, None, START)
    assert store.articles({ONE}) == {ONE: None}


def test_an_article_without_any_fact_is_not_one_that_could_not_be_read(store: SqliteStore) -> None:
    store.save_article(ONE, URL, Article(), START)
    assert store.articles({ONE}) == {ONE: Article()}


def test_the_first_reading_stays(store: SqliteStore) -> None:
    store.save_article(ONE, URL, ARTICLE, START)
    store.save_article(ONE, URL, None, START)
    assert store.articles({ONE}) == {ONE: ARTICLE}


def test_nothing_is_remembered_of_a_headline_that_is_not_there(store: SqliteStore) -> None:
    gone = ("marsa", "u:https://marsa.example/99")
    store.save_article(gone, URL, ARTICLE, START)
    assert store.articles({gone}) == {}


def test_no_question_has_no_answer(store: SqliteStore) -> None:
    assert store.articles(set()) == {}


def test_what_the_database_cannot_hold_is_written_as_near_as_it_can(store: SqliteStore) -> None:
    store.save_article(ONE, URL, replace(ARTICLE, lead="a\ud83db"), START)
    found = store.articles({ONE})[ONE]
    assert found
    assert found.lead == "a?b"


def test_an_article_is_forgotten_with_its_headline(store: SqliteStore) -> None:
    store.save_article(ONE, URL, ARTICLE, START)
    store.make_due(START + timedelta(days=200))
    poll(store, START + timedelta(days=200), [headline(3)])
    store.prune(START + timedelta(days=200), timedelta(days=90))
    assert store.articles({ONE}) == {}
