"""Databases that the first version left behind are opened by every later one, with every row and every promise."""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest
from store.building import LEASE, START

from monitor.store import open_store
from monitor.store.migrate import migrations

FILLED = Path(__file__).with_name("first_schema.sql")
FIRST = "55095f53"  # whoever has to change this writes a further migration instead

Rows = dict[str, list[dict[str, object]]]


@pytest.fixture
def old(path: Path) -> Iterator[Path]:
    """A filled database of the first schema."""
    path.parent.mkdir()
    with closing(sqlite3.connect(path)) as connection:
        for statement in migrations()[0][1]:
            connection.execute(statement)
        connection.executescript(FILLED.read_text("utf-8"))
        connection.execute("PRAGMA user_version=1")
    return path


def rows(path: Path) -> Rows:
    with closing(sqlite3.connect(path)) as connection:
        connection.row_factory = sqlite3.Row
        tables = connection.execute("SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%'")
        return {name: [dict(row) for row in connection.execute(f"SELECT * FROM {name}")] for (name,) in list(tables)}


def test_what_was_released_is_never_changed() -> None:
    number, statements = migrations()[0]
    written = "".join(" ".join(statement.split()) for statement in statements)
    assert (number, hashlib.sha256(written.encode()).hexdigest()[:8]) == (1, FIRST)


def test_the_filled_database_has_a_row_in_every_table(old: Path) -> None:
    assert [table for table, held in rows(old).items() if not held] == []


def test_every_row_of_the_first_schema_is_kept(old: Path) -> None:
    before = rows(old)
    open_store(old).close()
    after = rows(old)
    for table, held in before.items():
        columns = held[0].keys()
        assert [{name: row[name] for name in columns} for row in after[table]] == held, table


def test_what_was_promised_before_the_upgrade_is_kept_after_it(old: Path) -> None:
    with closing(open_store(old)) as store:
        assert store.audit() == []
        later = START + timedelta(minutes=5)
        assert [alert.change.headline.source for alert in store.due_alerts(later, 10)] == ["sada"]
        claimed = store.claim_delivery("desk", "42", "me", later, LEASE)
        assert claimed is not None
        assert claimed[0].message.body == "فتح الميناء الجديد أمام السفن رقم 2"
        (known,) = store.recall("marsa", ["u:https://marsa.example/1"]).headlines
        assert known.fired == {"ports"}
        assert [flood.id for flood in store.floods()] == ["f1"]
        assert [state.source for state in store.poll_states()] == ["marsa", "sada"]
        assert [one.why for one in store.silences(START)] == ["exercise in the port"]
        assert [one.key for one in store.known_incidents(START)] == ["source sada"]
