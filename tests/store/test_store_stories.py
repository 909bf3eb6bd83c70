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


def learn(store: SqliteStore, source: str, *titles: str, number: int = 1, story: int | None = None) -> None:
    told = [replace(headline(at, source), title=title) for at, title in enumerate(titles, number)]
    poll(store, START + EVERY, told, ["desk"])
    with store._database.tx() as db:
        ids = dict(db.execute("SELECT key, id FROM headline WHERE source = ?", (source,)).fetchall())
        indexed = [Indexed(key=one.key, marks=stories.marks(one.title), story=story) for one in told]
        stories_of.save(db, indexed, ids, stories_of.ms(START))


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


@pytest.mark.parametrize(
    ("title", "retold"),
    [
        ("توقيف سائق حافلة بعد إصابة تلاميذ", "الأمن يعتقل سائق باص إثر جرح طلاب"),
        ("Un chauffeur de car arrêté, des élèves blessés", "Élèves blessés : le conducteur du bus interpellé"),
        ("Bus driver arrested after pupils hurt", "Schoolchildren injured: bus driver held"),
    ],
)
def test_a_headline_with_few_words_of_its_own_is_found_by_what_happens_to_whom(
    store: SqliteStore, title: str, retold: str
) -> None:
    learn(store, "marsa", title)

    found = store.carriers("sahel", [stories.marks(retold)], START - timedelta(hours=1))

    assert [one.title for one in found[0]] == [title]


def test_one_word_in_common_is_no_story_to_look_at(store: SqliteStore) -> None:
    learn(store, "marsa", "Le phare de Valmer repeint par des bénévoles")

    found = store.carriers("sahel", [stories.marks("Valmer : la fanfare cherche un tromboniste")], START)

    assert list(found) == [()]


def test_what_many_headlines_share_says_less_than_what_few_do(store: SqliteStore) -> None:
    learn(store, "marsa", *[f"Tournoi Valmer jury{n} match{n}" for n in range(12)], "Valmer tournoi trompette")

    found = store.carriers(
        "sahel", [stories.marks("Tournoi Valmer trompette"), stories.marks("Tournoi Valmer oboe")], START
    )

    assert [[one.title for one in near] for near in found] == [["Valmer tournoi trompette"], []]
