"""`once` and `status` on a site of which only the address is known."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from servers.newsite import NewsSite, front, rss

from monitor.model import Discovery, EndpointSpec
from monitor.store import open_store

CONFIG = """
allow_private: [127.0.0.0/8]
sources: [{{name: sada, url: "{url}"}}]
rules: [{{name: port, any: [الميناء], notify: [screen]}}]
channels: [{{name: screen, type: console}}]
"""


@pytest.fixture
def site() -> NewsSite:
    with NewsSite() as one:
        yield one


def call(folder: Path, *command: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "monitor", *command, "--state", str(folder / "state")],
        capture_output=True, text=True, timeout=60, check=False,
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])},
    )  # fmt: skip


def test_the_page_alerts_at_the_second_pass_and_the_feed_that_was_found_is_watched_too(
    tmp_path: Path, site: NewsSite
) -> None:
    config = tmp_path / "monitor.yaml"
    config.write_text(CONFIG.format(url=site.url), "utf-8")
    head = '<link rel="alternate" type="application/rss+xml" href="/ar/feed/">'
    site.pages = {"/": front(site.url, [1, 2, 3, 4, 5], head), "/ar/feed/": rss(site.url, [1, 2, 3])}

    first = call(tmp_path, "once", "--config", str(config))
    site.pages["/"] = front(site.url, [6, 1, 2, 3, 4, 5], head)
    told = call(tmp_path, "once", "--config", str(config), "--json").stdout  # the alert, then the report
    second = json.loads(told[told.index("{") :])
    status = call(tmp_path, "status")

    assert "sada (html): first look, 5 headlines learned" in first.stdout
    assert f"sada: found feed {site.url}/ar/feed/, watched from the next pass on" in first.stdout
    assert {poll["endpoint"]: poll["outcome"] for poll in second["polls"]} == {"html": "changed", "feed": "learned"}
    assert [delivery["state"] for delivery in second["deliveries"]] == ["sent"]
    assert second["found"] == []
    assert f" ago, found feed {site.url}/ar/feed/\n" in status.stdout


def test_status_shows_what_the_operator_was_told(tmp_path: Path) -> None:
    now = datetime.now(UTC)
    store = open_store(tmp_path / "state" / "monitor.db")
    page = EndpointSpec(
        source="sada",
        name="html",
        kind="html",
        url="https://sada.example/",
        config_hash="1",
        every=timedelta(minutes=1),
    )
    store.sync([page], now)
    found = Discovery(
        source="sada", url="https://sada.example/", looked_at=now, next_look_at=now, notice="html failed 3 times: 403",
        trouble=("html",),
    )  # fmt: skip
    store.save_discovery(found)
    store.close()

    said = call(tmp_path, "status").stdout

    assert "source sada: looked for endpoints" in said
    assert "found nothing more\nsource sada: html failed 3 times: 403" in said
