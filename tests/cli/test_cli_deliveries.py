"""`deliveries list`: the way of each headline, and what is in no message."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner
from store.building import LEASE, START, delivery, headline, poll, settlement, spec

from monitor.cli.deliveries import deliveries
from monitor.model import DeliveryState, Message
from monitor.store import open_store

SECOND = timedelta(seconds=1)


@pytest.fixture
def state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("TZ", "Africa/Casablanca")
    store = open_store(tmp_path / "monitor.db")
    store.sync([spec()], START)
    published = headline(1, published_at=START - timedelta(minutes=5))
    alerts = poll(store, START, [published, headline(2)], ["desk"])
    made = delivery(alerts[:1], START + 5 * SECOND)
    store.freeze([made])
    store.drop_alerts([alerts[1].id], "silence 3 by salma: storm")
    claimed = store.claim_delivery("desk", "42", "me", START + 6 * SECOND, LEASE)
    assert claimed
    sent = settlement(DeliveryState.SENT, claimed[0], remote_id="17")
    store.settle(claimed[0], "me", sent, START + 8 * SECOND, 1500)
    store.close()
    return tmp_path


def call(state: Path, *more: str) -> str:
    done = CliRunner().invoke(deliveries, ["list", "--state", str(state), *more])
    assert done.exit_code == 0, done.output
    return done.output


def test_each_headline_shows_its_way_from_publication_to_acceptance(state: Path) -> None:
    shown = call(state)
    assert "to 42 (message 17)" in shown
    assert (
        "→ first seen +5.0 min → matched +0.0 s → due +0.0 s → written +5.0 s → sent +1.5 s → accepted +1.5 s" in shown
    )


def test_scripts_get_every_moment(state: Path) -> None:
    (row,) = json.loads(call(state, "--json"))
    assert row["headlines"][0]["published_at"] == "2026-03-02T07:55:00+00:00"
    assert (row["sent_at"], row["settled_at"]) == ("2026-03-02T08:00:06.500000+00:00", "2026-03-02T08:00:08+00:00")


def test_what_was_dropped_is_shown_with_its_reason_when_asked_for(state: Path) -> None:
    shown = call(state, "--state-is", "dropped")
    assert "dropped for desk" in shown
    assert "silence 3 by salma: storm" in shown
    assert "accepted" not in shown


def test_what_an_operator_was_told_is_shown_as_it_was_written(tmp_path: Path) -> None:
    store = open_store(tmp_path / "monitor.db")
    notice = Message(title="headline-monitor", body="source 'sada' cannot be read", format="text", alert_ids=())
    made = delivery([], START)
    store.record_incidents([], [replace(made, message=notice)])
    assert list(store.audit()) == []
    store.close()
    assert "source 'sada' cannot be read" in call(tmp_path)
