"""The database as a thing to keep, check and read elsewhere."""

from __future__ import annotations

import csv
import json
import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from lxml import etree
from store.building import headline, poll, spec

from monitor.cli.main import cli
from monitor.errors import MonitorError
from monitor.store import SqliteStore, open_store

NOW = datetime.now(UTC).replace(microsecond=0)
TITLE = '=HYPERLINK("x") فتح الميناء <الجديد> & أكثر'


@pytest.fixture
def state(tmp_path: Path) -> Path:
    return tmp_path / "state"


@pytest.fixture
def store(state: Path) -> Iterator[SqliteStore]:
    """A database with two headlines, one of which somebody is to be told."""
    opened = open_store(state / "monitor.db")
    opened.sync([spec()], NOW - timedelta(hours=2))
    poll(opened, NOW - timedelta(hours=2), [headline(1)])
    poll(opened, NOW - timedelta(hours=1), [headline(2, title=TITLE)], ["desk"])
    yield opened
    opened.close()


def call(*command: str, state: Path) -> Result:
    return CliRunner().invoke(cli, [*command, "--state", str(state)])


def test_a_backup_beside_a_running_service_is_whole_and_goes_back(store: SqliteStore, state: Path, tmp_path: Path):
    copy = tmp_path / "copy.db"

    assert call("backup", str(copy), state=state).exit_code == 0
    store.close()
    (state / "monitor.db").write_bytes(b"rubbish")
    done = call("restore", str(copy), state=state)

    assert done.exit_code == 0, done.output
    assert (copy.stat().st_mode & 0o777, (state / "monitor.db").stat().st_mode & 0o777) == (0o600, 0o600)
    with closing(open_store(state / "monitor.db")) as again:
        assert again.queries.counts().headlines == 2
    kept = [file for file in state.iterdir() if ".replaced-" in file.name]
    assert [file.read_bytes() for file in kept] == [b"rubbish"]


@pytest.mark.skipif(os.geteuid() != 0, reason="only root makes files for others")
def test_what_root_leaves_in_the_folder_of_the_service_belongs_to_the_service(
    store: SqliteStore, state: Path, tmp_path: Path
):
    copy = tmp_path / "copy.db"
    call("backup", str(copy), state=state)
    store.close()
    for file in state.iterdir():
        file.unlink()
    os.chown(state, 4321, 8765)

    assert call("restore", str(copy), state=state).exit_code == 0
    assert call("prune", "--older-than", "30d", state=state).exit_code == 0

    assert {(file.stat().st_uid, file.stat().st_gid) for file in state.iterdir()} == {(4321, 8765)}
    assert {"monitor.db", "monitor.db.lock", "instance.lock"} <= {file.name for file in state.iterdir()}


def test_what_was_put_back_tells_nothing_twice(store: SqliteStore, state: Path, tmp_path: Path):
    copy = tmp_path / "copy.db"
    call("backup", str(copy), state=state)
    store.close()
    call("restore", str(copy), state=state)

    with closing(open_store(state / "monitor.db")) as again:
        (endpoint,) = again.queries.endpoints_status()
        assert endpoint.baselined_at is None, "the source is learned again silently"
        assert not again.due_alerts(NOW + timedelta(days=1), 10)
        assert again.queries.counts().alerts_dropped == 1
        assert not again.audit()


def test_a_backup_never_overwrites_and_leaves_nothing_half_done(store: SqliteStore, state: Path, tmp_path: Path):
    there = tmp_path / "there.db"
    there.write_text("precious")

    done = call("backup", str(there), state=state)
    lost = call("backup", str(tmp_path / "no" / "folder.db"), state=state)

    assert isinstance(done.exception, MonitorError)
    assert isinstance(lost.exception, MonitorError)
    assert there.read_text() == "precious"
    assert [file.name for file in tmp_path.iterdir() if "part" in file.name] == []


@pytest.mark.parametrize("content", [b"", b"SQLite format 3\x00 but not really", b"rubbish " * 1000])
def test_only_a_whole_database_of_ours_is_put_back(store: SqliteStore, state: Path, tmp_path: Path, content: bytes):
    store.close()
    before = (state / "monitor.db").read_bytes()
    (tmp_path / "copy.db").write_bytes(content)

    done = call("restore", str(tmp_path / "copy.db"), state=state)

    assert isinstance(done.exception, MonitorError)
    assert (state / "monitor.db").read_bytes() == before


def test_a_copy_of_a_newer_version_is_refused(store: SqliteStore, state: Path, tmp_path: Path):
    copy = tmp_path / "copy.db"
    call("backup", str(copy), state=state)
    with closing(sqlite3.connect(copy)) as connection:
        connection.execute("PRAGMA user_version=999")
    store.close()

    done = call("restore", str(copy), state=state)

    assert "install the newer version" in str(done.exception)


def test_verify_says_that_all_is_well_and_what_is_not(store: SqliteStore, state: Path):
    well = call("verify", "--json", state=state)
    with store._database.tx() as db:
        db.execute("UPDATE alert SET state = 'queued'")
        db.execute("DELETE FROM headline_key WHERE headline_id = 1")
    wrong = call("verify", state=state)

    assert (well.exit_code, json.loads(well.output)["wrong"]) == (0, [])
    assert wrong.exit_code == 1
    assert "alerts that are queued without a message" in wrong.output
    assert "headlines without an identity: 1" in wrong.output


def test_prune_forgets_what_is_old_and_keeps_what_waits(store: SqliteStore, state: Path):
    poll(store, NOW, [])  # the page was read well just now, and shows neither of the others

    done = call("prune", "--older-than", "30m", state=state)

    assert "forgot 1 headlines and 0 alerts" in done.output
    assert call("prune", "--older-than", "soon", state=state).exit_code == 2


def test_export_as_json_lines_tells_everything(store: SqliteStore, state: Path):
    _, row = (json.loads(line) for line in call("export", state=state).output.splitlines())
    told = call("export", "--alerts", "--since", "90m", "--source", "marsa", state=state).output

    assert (row["title"], row["kind"], row["source"], row["channels"]) == (TITLE, "new", "marsa", ["desk"])
    assert row["rules"] == ["ports"]
    assert json.loads(told) == row
    assert not call("export", "--since", "10m", state=state).output
    assert not call("export", "--source", "other", state=state).output


def test_export_for_spreadsheets_runs_no_formula(store: SqliteStore, state: Path):
    (row,) = csv.DictReader(call("export", "--alerts", "--format", "csv", state=state).output.splitlines())

    assert row["title"] == f"'{TITLE}"
    assert row["channels"] == "desk"


def test_export_as_a_feed_is_well_formed(store: SqliteStore, state: Path):
    feed = etree.fromstring(call("export", "--alerts", "--format", "rss", state=state).output.encode())

    assert feed.xpath("//item/title/text()") == [TITLE]
    assert feed.xpath("//item/link/text()") == ["https://marsa.example/2"]


@pytest.mark.parametrize("command", [("backup", "x.db"), ("verify",), ("export",), ("prune", "--older-than", "1d")])
def test_without_a_database_the_next_step_is_named(command: tuple[str, ...], state: Path):
    done = call(*command, state=state)

    assert "start headline-monitor run" in str(done.exception)
