"""Metrics: what happened is counted, and the rules and the dashboard that are shipped ask for nothing else."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import yaml

pytest.importorskip("prometheus_client", reason="the extra `metrics` is not installed")

from monitor.model import (
    Change,
    ChangeKind,
    Delivery,
    DeliveryState,
    Headline,
    Message,
    PollOutcome,
    PollResult,
    PollState,
    RecipientState,
    Section,
    Settlement,
)
from monitor.service.health import Health
from monitor.service.metrics import Metrics
from monitor.service.pulse import Pulse
from monitor.store import SqliteStore, open_store

NOW = datetime(2026, 11, 25, 8, tzinfo=UTC)
DEPLOY = Path(__file__).parents[2] / "deploy"
STATE = PollState(source="sada", endpoint="html", config_hash="1", every=timedelta(minutes=1), next_poll_at=NOW)
FAILED = PollResult(owner="t", state=STATE, outcome=PollOutcome.FAILED, at=NOW, elapsed_ms=1500)
SENT = Delivery(
    id="d1", channel="desk", recipient="@editors", created_at=NOW,
    message=Message(title="", body="زلزال يضرب الحوز", format="text", alert_ids=("a1",)),
)  # fmt: skip


@pytest.fixture
def store(tmp_path: Path) -> Iterator[SqliteStore]:
    opened = open_store(tmp_path / "monitor.db")
    yield opened
    opened.close()


@pytest.fixture
def metrics(store: SqliteStore) -> Metrics:
    return Metrics(store, Health(store, Pulse(), lambda: NOW), lambda: NOW)


def settled(state: DeliveryState) -> Settlement:
    return Settlement(state=state, recipient=RecipientState(channel="desk", recipient="@editors"))


def test_polls_headlines_and_deliveries_are_counted(metrics: Metrics) -> None:
    headline = Headline(
        source="sada", key="1", title="زلزال يضرب الحوز", section=Section.TICKER, url=None,
        published_at=NOW - timedelta(seconds=90), first_seen_at=NOW,
    )  # fmt: skip
    seen = Change(id="c1", kind=ChangeKind.NEW, headline=headline, seen_at=NOW)
    metrics.poll(FAILED)
    metrics.poll(replace(FAILED, outcome=PollOutcome.CHANGED, changes=(seen,)))
    metrics.delivery(SENT, settled(DeliveryState.PENDING))
    metrics.delivery(SENT, settled(DeliveryState.SENT))
    metrics.ping("unsigned")

    told = metrics.text().decode()

    for line in (
        'monitor_polls_total{outcome="failed"} 1.0',
        'monitor_polls_total{outcome="changed"} 1.0',
        'monitor_headlines_total{kind="new"} 1.0',
        "monitor_published_to_seen_seconds_sum 90.0",
        'monitor_deliveries_total{channel="desk",state="retried"} 1.0',
        'monitor_deliveries_total{channel="desk",state="sent"} 1.0',
        'monitor_pings_total{outcome="unsigned"} 1.0',
        "monitor_ready 1.0",
        'monitor_sources{state="failing"} 0.0',
    ):
        assert line in told.splitlines()
    assert "sada" not in told
    assert "@editors" not in told


@pytest.mark.parametrize("file", ["prometheus-rules.yml", "grafana.json"])
def test_what_is_shipped_asks_for_metrics_that_exist(metrics: Metrics, file: str) -> None:
    metrics.poll(FAILED)
    metrics.delivery(SENT, settled(DeliveryState.SENT))
    told = metrics.text().decode()
    known = {line.split()[2] for line in told.splitlines() if line.startswith("# TYPE")}
    known |= {f"{name}_bucket" for name in known}
    text = (DEPLOY / file).read_text("utf-8")
    read = json.loads(text) if file.endswith("json") else yaml.safe_load(text)
    asked = set(re.findall(r"\b(?:monitor|process)_[a-z_]+", " ".join(_expressions(read))))
    assert len(asked) > 4
    assert asked <= known


def _expressions(node: object) -> Iterator[str]:
    if isinstance(node, dict):
        for key, value in node.items():
            yield from [value] if key == "expr" else _expressions(value)
    elif isinstance(node, list):
        for each in node:
            yield from _expressions(each)
