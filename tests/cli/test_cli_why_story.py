"""`why` on a headline whose story another site told."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from store.building import headline, poll, spec

from monitor.cli.why import why
from monitor.diff import stories
from monitor.model import Indexed
from monitor.store import open_store
from monitor.store import stories as stories_of

TITLE = "مصرع ثلاثة أشخاص في انقلاب حافلة للركاب قرب سطات"
RETOLD = "حادثة سير خطيرة بسطات: ثلاثة قتلى في انقلاب حافلة"
CONFIG = """
sources:
  - {name: sahel, url: https://sahel.example, endpoints: [{type: feed, url: https://sahel.example/feed}]}
  - {name: marsa, url: https://marsa.example, endpoints: [{type: feed, url: https://marsa.example/feed}]}
rules:
  - {name: ports, any: [حافلة], notify: [desk]}
channels:
  - {name: desk, type: console}
"""


@pytest.fixture
def room(tmp_path: Path) -> Path:
    now = datetime.now(UTC)
    store = open_store(tmp_path / "monitor.db")
    store.sync([spec()], now)
    told = replace(headline(1), title=TITLE)
    poll(store, now, [told], ["desk"])
    with store._database.tx() as db:
        indexed = Indexed(key=told.key, marks=stories.marks(TITLE), story=None)
        stories_of.save(db, [indexed], {told.key: 1}, stories_of.ms(now))
    store.close()
    (tmp_path / "monitor.yaml").write_text(CONFIG, "utf-8")
    return tmp_path


def call(title: str, source: str, room: Path) -> Result:
    return CliRunner().invoke(
        why, [title, "--source", source, "--config", str(room / "monitor.yaml"), "--state", str(room)]
    )


def test_why_names_the_headline_that_told_the_story_and_exits_with_1(room: Path) -> None:
    done = call(RETOLD, "sahel", room)

    assert f"would not go to desk: \u2068same story as «{TITLE}» on marsa\u2069" in done.output
    assert "nobody would be told" in done.output
    assert done.exit_code == 1


def test_why_lets_another_number_through(room: Path) -> None:
    done = call(RETOLD.replace("ثلاثة", "تسعة"), "sahel", room)

    assert "would go to desk" in done.output
    assert done.exit_code == 0
