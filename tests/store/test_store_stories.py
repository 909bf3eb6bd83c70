"""Finding the headlines of other sites that may tell a story."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from store.building import EVERY, START, headline, poll, spec

from monitor.diff import stories
from monitor.model import Indexed
from monitor.store import SqliteStore, open_store
from monitor.store import stories as stories_of

TITLE = "مصرع ثلاثة أشخاص في انقلاب حافلة للركاب قرب سطات"
RETOLD = "حادثة سير خطيرة بسطات: ثلاثة قتلى في انقلاب حافلة"


@pytest.fixture
def store(tmp_path: Path) -> SqliteStore:
    opened = open_store(tmp_path / "monitor.db")
    opened.sync([spec(), spec("sahel")], START)
    return opened


def learn(store: SqliteStore, source: str, title: str, number: int = 1, story: int | None = None) -> None:
    told = replace(headline(number, source), title=title)
    poll(store, START + EVERY, [told], ["desk"])
    with store._database.tx() as db:
        id_ = db.execute("SELECT id FROM headline WHERE source = ? AND key = ?", (source, told.key)).fetchone()[0]
        indexed = Indexed(key=told.key, marks=stories.marks(title), story=story)
        stories_of.save(db, [indexed], {told.key: id_}, stories_of.ms(START))


def test_a_retold_headline_is_found_with_the_rules_that_told_it(store: SqliteStore) -> None:
    learn(store, "marsa", TITLE)

    found = store.carriers("sahel", [stories.marks(RETOLD)], START - timedelta(hours=1))

    assert [(one.source, one.title, bool(one.told)) for one in found[0]] == [("marsa", TITLE, True)]
    assert stories.kin(RETOLD, found[0]) == tuple(found[0])


def test_neither_the_own_site_nor_yesterday_is_looked_at(store: SqliteStore) -> None:
    learn(store, "marsa", TITLE)

    assert list(store.carriers("marsa", [stories.marks(RETOLD)], START - timedelta(hours=1))) == [()]
    assert list(store.carriers("sahel", [stories.marks(RETOLD)], START + timedelta(seconds=1))) == [()]


def test_a_dropped_alert_is_no_telling(store: SqliteStore) -> None:
    learn(store, "marsa", TITLE)
    store.drop_alerts([alert.id for alert in store.due_alerts(START + EVERY, 9)], "for the test")

    found = store.carriers("sahel", [stories.marks(RETOLD)], START - timedelta(hours=1))

    assert [one.told for one in found[0]] == [frozenset()]


def test_marks_are_forgotten_after_two_days_and_stories_stay(store: SqliteStore) -> None:
    learn(store, "marsa", TITLE)
    learn(store, "sahel", RETOLD, number=2, story=1)

    store.prune(START + timedelta(days=3), timedelta(days=90))

    assert list(store.carriers("sahel", [stories.marks(RETOLD)], START - timedelta(hours=1))) == [()]
    assert [past.same_story for past in store.past([1, 2])] == [(("sahel", RETOLD),), (("marsa", TITLE),)]
