"""`preview`: rules held against the headlines that were seen."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from monitor.cli.main import cli
from monitor.model import EndpointSpec, Headline, PollOutcome, PollResult, Section, Upsert
from monitor.store import open_store

CONFIG = """
sources: [{name: kifache, url: 'https://kifache.com'}]
rules:
  - {name: أمن, any: [الأمن, حد السوالم], none: [الأمن الغذائي], notify: [screen]}
  - {name: quiet, any: [زلزال], notify: [screen]}
channels: [{name: screen, type: console}]
"""
TITLES = [
    "الأمن يوقف متهما",
    "تعزيز بالأمن في الأسواق",
    "رجال الأمن وبالأمن",
    "حريق بحد السوالم",
    "الأمن الغذائي في خطر",
    "تعيين أمين عام جديد",
    "الأمنيون يجتمعون",
]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "monitor.yaml").write_text(CONFIG, encoding="utf-8")
    return tmp_path


def remember(folder: Path, titles: list[str], age: timedelta = timedelta(hours=1)) -> None:
    store, at = open_store(folder / "state" / "monitor.db"), datetime.now(UTC) - age
    store.sync(
        [EndpointSpec(source="kifache", name="p", kind="feed", url="https://x", config_hash="1", every=timedelta(1))],
        at,
    )
    [state] = store.claim_polls("me", at, timedelta(seconds=9), 1)
    upserts = [
        Upsert(
            headline=Headline(source="kifache", key=title, title=title, section=Section.LIST, first_seen_at=at),
            new_keys=frozenset({title}),
        )
        for title in titles
    ]
    revision = store.recall("kifache", ()).revision
    store.commit_poll(
        PollResult(
            owner="me",
            state=state,
            outcome=PollOutcome.CHANGED,
            at=at,
            elapsed_ms=1,
            revision=revision,
            upserts=upserts,
        )
    )
    store.close()


def preview(folder: Path, *arguments: str) -> Result:
    places = ["-c", str(folder / "monitor.yaml"), "--state", str(folder / "state")]
    return CliRunner().invoke(cli, ["preview", *arguments, *places])


def test_hits_are_grouped_by_spelling_with_counts_and_an_example(folder: Path) -> None:
    remember(folder, TITLES)
    done = preview(folder, "أمن", "--json")
    [found] = json.loads(done.stdout)
    assert (done.exit_code, found["rule"], found["seen"], found["fired"]) == (0, "أمن", 7, 4)
    assert {("الأمن", 2), ("بالأمن", 1), ("وبالأمن", 1), ("بحد السوالم", 1)} == {
        (group["text"], group["headlines"]) for group in found["found"]
    }
    assert found["found"][0]["example"] == "رجال الأمن وبالأمن"
    assert [("الأمن الغذائي", 1)] == [(group["word"], group["headlines"]) for group in found["vetoed"]]
    assert "الأمنيون" in {group["text"] for group in found["almost"]}


def test_every_rule_is_shown_in_words(folder: Path) -> None:
    remember(folder, TITLES)
    shown = preview(folder).stdout.replace("\u2068", "").replace("\u2069", "")
    assert "rule أمن: 4 of 7 headlines first seen since" in shown
    assert "    2 × الأمن\n          kifache: رجال الأمن وبالأمن\n" in shown
    assert "    1 × بالأمن ← الأمن: clitic ب\n" in shown
    assert "kept away by none:" in shown
    assert "almost, not counted:" in shown
    assert "rule quiet: 0 of 7" in shown


def test_only_headlines_since_then_are_asked(folder: Path) -> None:
    remember(folder, TITLES, age=timedelta(days=10))
    assert "0 of 0" in preview(folder, "أمن").stdout
    assert preview(folder, "أمن").exit_code == 1
    assert "4 of 7" in preview(folder, "أمن", "--since", "2w").stdout


def test_what_cannot_be_asked_says_what_can(folder: Path) -> None:
    assert "rules are: أمن, quiet" in preview(folder, "nope").stderr
    assert "such as 30s or 5m" in preview(folder, "--since", "soon").stderr
    assert preview(folder, "nope").exit_code == 2
    assert "nothing has run yet" in preview(folder).stdout


def test_the_messages_of_a_channel_are_shown_with_its_templates(folder: Path):
    pytest.importorskip("jinja2", reason="the extra `templates` is not installed")
    text = CONFIG.replace("type: console}", "type: console, template: '>> {{ headline }} ({{ source }})'}")
    (folder / "monitor.yaml").write_text(text, encoding="utf-8")
    shown = re.sub("[\u2066-\u2069\u200e\u200f]", "", preview(folder, "--channel", "screen").output)
    assert ">> Fish prices fall (Le Rivage)" in shown
    assert "--- three at once" in shown
    assert "8 headlines" in shown


def test_a_channel_without_templates_shows_the_built_in_form(folder: Path):
    result = preview(folder, "--channel", "screen", "--json")
    found = json.loads(result.output)
    assert "many at once" in {one["of"] for one in found}
    assert all(one["format"] == "text" for one in found)


def test_an_unknown_channel_is_wrong_usage(folder: Path):
    assert preview(folder, "--channel", "nobody").exit_code == 2
