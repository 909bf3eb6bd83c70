"""`held` on a database with a flood."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from store.building import LEASE, START, alert, change, good, headline, spec, upsert

from monitor.cli.held import held
from monitor.model import Flood, PollOutcome
from monitor.route.hold import hold
from monitor.store import SqliteStore, open_store


@pytest.fixture
def state(tmp_path: Path) -> Path:
    store = open_store(tmp_path / "monitor.db")
    store.sync([spec()], START)
    _flood(store)
    store.close()
    return tmp_path


def _flood(store: SqliteStore) -> None:
    (polled,) = store.claim_polls("me", START, LEASE, 1)
    told = [headline(number, title=f"خبر قديم من الأرشيف رقم {number}") for number in range(1, 8)]
    changes = [change(one) for one in told]
    flood = Flood(id="f10d", changes=frozenset(one.id for one in changes[1:]), reason="6 headlines at once, all old")
    alerts = hold([alert(one, channel) for one in changes for channel in ("desk", "mail")], flood)
    upserts = [upsert(one) for one in told]
    more = {"outcome": PollOutcome.CHANGED, "revision": 0, "upserts": upserts, "changes": changes, "alerts": alerts}
    store.commit_poll(replace(good(polled, START, **more), flood=flood))


def call(*arguments: str, state: Path) -> Result:
    return CliRunner().invoke(held, [*arguments, "--state", str(state)])


def waiting(state: Path) -> list[tuple[str, str, int]]:
    store = open_store(state / "monitor.db", read_only=True)
    found = [(one.channel, one.change.headline.title[-1], one.held_beside) for one in store.due_alerts(START, 99)]
    store.close()
    return sorted(found)


def test_one_alert_per_channel_goes_out_and_says_how_many_are_held(state: Path) -> None:
    assert waiting(state) == [("desk", "1", 0), ("desk", "2", 5), ("mail", "1", 0), ("mail", "2", 5)]


def test_the_list_names_the_reason_and_the_headlines(state: Path) -> None:
    shown = call("list", state=state).output
    (flood,) = json.loads(call("list", "--json", state=state).output)

    assert "6 headlines at once, all old; 10 alerts held" in shown
    assert "خبر قديم من الأرشيف رقم 3" in shown
    assert (flood["id"], flood["alerts"], len(flood["headlines"])) == ("f10d", 10, 5)


def test_one_flood_is_shown_whole_with_the_way_out(state: Path) -> None:
    shown = call("show", "f1", state=state).output
    (flood,) = json.loads(call("show", "f1", "--json", state=state).output)

    assert "خبر قديم من الأرشيف رقم 7\u2069 (desk, mail)" in shown
    assert "https://marsa.example/7" in shown
    assert "if they are news: headline-monitor held release f10d; if not: headline-monitor held drop f10d" in shown
    assert flood["reason"] == "6 headlines at once, all old"
    assert flood["headlines"][4]["channels"] == ["desk", "mail"]
    assert call("show", "abc", state=state).exit_code == 2


def test_what_is_released_goes_out(state: Path) -> None:
    assert "10 alerts released" in call("release", "f1", state=state).output
    assert len(waiting(state)) == 14
    assert "nothing is held" in call("list", state=state).output


def test_what_is_dropped_never_goes_out(state: Path) -> None:
    assert "10 alerts dropped" in call("drop", "--all", state=state).output
    assert len(waiting(state)) == 4
    assert "0 alerts released" in call("release", "--all", state=state).output


def test_a_flood_that_is_not_held_is_refused_with_the_next_step(state: Path) -> None:
    refused = call("release", "abc", state=state)

    assert refused.exit_code == 2
    assert "no flood 'abc' is held; headline-monitor held list shows the ids" in refused.output
    assert "say which" in call("drop", state=state).output


def test_nothing_is_held_before_the_first_run(tmp_path: Path) -> None:
    assert "nothing is held" in call("list", state=tmp_path / "new").output
