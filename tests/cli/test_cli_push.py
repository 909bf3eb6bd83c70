"""`status` and `doctor` say which hubs call, and why others do not."""

from __future__ import annotations

import json
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from servers.newsite import NewsSite, Reply

from monitor.cadence import subscribing
from monitor.cli.main import cli
from monitor.model import HubOffer, Subscription
from monitor.service.web import GREETING
from monitor.store import open_store

NOW = datetime.now(UTC)
CONFIG = """
allow_private: [127.0.0.0/8]
health: 127.0.0.1:9797
push: "{public}"
sources: [{{name: sada, url: "{public}", enabled: false}}]
rules: [{{name: port, any: [الميناء], notify: [screen]}}]
channels: [{{name: screen, type: console}}]
"""


def one(endpoint: str) -> Subscription:
    return Subscription(
        token=f"token-{endpoint}", source="sada", endpoint=endpoint, callback=f"https://desk.example/push/token-{endpoint}",
        offer=HubOffer(hubs=("https://hub.example/",), topic=f"https://sada.example/{endpoint}"),
        secret="nobody-knows", since=NOW, next_at=NOW,
    )  # fmt: skip


@pytest.fixture
def state(tmp_path: Path) -> Path:
    """A database with a subscription of every standing."""
    with closing(open_store(tmp_path / "monitor.db")) as store:
        asked = subscribing.asking(one("refused"), NOW)
        for each in (
            one("pending"),
            subscribing.verified(one("well"), "864000", NOW, 0.5),
            subscribing.denied(asked, "no ports here", NOW),
            subscribing.leaving(subscribing.asking(one("gone"), NOW), NOW),
        ):
            assert each
            store.subscriptions.add(each)
    return tmp_path


def called(*command: str) -> Result:
    return CliRunner().invoke(cli, command)


def test_status_says_who_calls_and_why_others_do_not(state: Path) -> None:
    lines = called("status", "--state", str(state)).output.splitlines()
    until, again = NOW + timedelta(days=10), NOW + timedelta(days=1)
    assert lines[:4] == [
        "source sada (gone): https://hub.example/ is asked to call no more",
        "source sada (pending): https://hub.example/ is asked to call, and has not come back yet",
        (
            "source sada (refused): no hub calls: https://hub.example/ refused: no ports here; asked again "
            f"{again:%Y-%m-%d %H:%M} UTC, polling goes on"
        ),
        f"source sada (well): https://hub.example/ calls until {until:%Y-%m-%d %H:%M} UTC, called never",
    ]


def test_status_tells_scripts_the_same_and_nobody_how_to_call(state: Path) -> None:
    told = called("status", "--json", "--state", str(state)).output
    states = {row["endpoint"]: row["state"] for row in json.loads(told)["push"]}
    assert states == {"gone": "leaving", "pending": "pending", "refused": "refused", "well": "subscribed"}
    assert "nobody-knows" not in told
    assert "token-" not in told


def doctor(folder: Path, public: str, *options: str) -> dict[str, dict[str, str]]:
    config = folder / "monitor.yaml"
    config.write_text(CONFIG.format(public=public), "utf-8")
    done = called("doctor", "--json", "--config", str(config), "--state", str(folder), *options)
    return {found["about"]: found for found in json.loads(done.output)}


def test_doctor_names_what_keeps_a_hub_from_calling(state: Path) -> None:
    found = doctor(state, "https://desk.example", "--offline")["hubs"]
    assert found["state"] == "doubt"
    assert found["what"].startswith("1 leaving, 1 pending, 1 refused, 1 subscribed; https://hub.example/ refused")


def test_doctor_knocks_at_the_public_address(tmp_path: Path) -> None:
    with NewsSite() as site:
        site.pages = {"/push/": Reply(GREETING), "/": "a page"}
        assert doctor(tmp_path, site.url)["public address"]["state"] == "ok"
        site.pages["/healthz"] = "ok"
        exposed = doctor(tmp_path, site.url)["public address"]
        assert (exposed["state"], exposed["what"]) == ("doubt", "it shows /healthz to everybody")
        site.pages["/push/"] = "welcome to our newsroom"
        assert doctor(tmp_path, site.url)["public address"]["state"] == "wrong"
        del site.pages["/push/"]
        assert "404" in doctor(tmp_path, site.url)["public address"]["what"]
        assert "hubs" in doctor(tmp_path, site.url)
