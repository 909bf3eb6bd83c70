"""`history` on a database with an edited headline."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner
from store.building import START, headline, poll, spec

from monitor.cli.history import history
from monitor.store import open_store


@pytest.fixture
def state(tmp_path: Path) -> Path:
    store = open_store(tmp_path / "monitor.db")
    store.sync([spec()], START)
    poll(store, START, [headline(1), replace(headline(2), title="مَقتل شخصين في انقلاب حافلة")], ["desk"])
    store.make_due(START + timedelta(hours=1))
    poll(store, START + timedelta(hours=1), [headline(3, title="Le pont de Sebou rouvre")], [])
    store.close()
    return tmp_path


def call(*arguments: str, state: Path) -> str:
    done = CliRunner().invoke(history, [*arguments, "--state", str(state)])
    assert done.exit_code == 0, done.output
    return done.output


def test_history_finds_headlines_by_folded_text_and_shows_their_alerts(state: Path) -> None:
    shown = call("مقتل شخصين", state=state)

    assert "مَقتل شخصين في انقلاب حافلة" in shown
    assert "desk waiting" in shown
    assert "Sebou" not in shown


def test_history_without_text_begins_with_what_changed_last(state: Path) -> None:
    found = json.loads(call("--json", state=state))

    assert found[0]["title"] == "Le pont de Sebou rouvre"
    assert [version["kind"] for version in found[0]["versions"]] == ["new"]
    assert len(found) == 3


def test_history_of_an_id_is_that_headline_alone(state: Path) -> None:
    first = json.loads(call("--json", state=state))[-1]

    assert [past["id"] for past in json.loads(call(str(first["id"]), "--json", state=state))] == [first["id"]]


def test_history_says_so_when_nothing_is_found(state: Path, tmp_path: Path) -> None:
    assert "no headline has 'مطار' in its title" in call("مطار", state=state)
    assert "no headline has changed so far" in call(state=tmp_path / "empty")
