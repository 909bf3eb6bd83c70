"""`silence`, as a shell sees it."""

from __future__ import annotations

import json
from pathlib import Path

from click.testing import CliRunner

from monitor.cli.silence import silence
from monitor.cli.why import why


def call(folder: Path, *command: str) -> tuple[int, str]:
    done = CliRunner().invoke(silence, [*command, "--state", str(folder)])
    return done.exit_code, done.output


def test_a_silence_is_added_listed_and_ended(tmp_path: Path) -> None:
    code, added = call(
        tmp_path, "add", "--rule", "weather", "--word", "عاصفة", "--for", "2h", "--why", "storm", "--who", "salma"
    )
    assert (code, "silence 1: rule" in added, "silence expire 1" in added) == (0, True, True)
    assert "by salma: \u2068storm\u2069" in call(tmp_path, "list")[1]
    assert call(tmp_path, "expire", "1") == (0, "silence 1 is over\n")
    assert call(tmp_path, "list") == (0, "no silences\n")
    assert "over since" in call(tmp_path, "list", "--all")[1]


def test_the_list_is_json_for_scripts(tmp_path: Path) -> None:
    call(tmp_path, "add", "--source", "sada", "--for", "30m", "--why", "test", "--who", "salma")
    (found,) = json.loads(call(tmp_path, "list", "--json")[1])
    assert (found["sources"], found["words"], found["who"]) == (["sada"], [], "salma")


def test_wrong_usage_says_what_to_write(tmp_path: Path) -> None:
    assert "name what to silence" in call(tmp_path, "add", "--for", "2h", "--why", "x")[1]
    assert "--for: 'soon' is not a duration" in call(tmp_path, "add", "--rule", "a", "--for", "soon", "--why", "x")[1]
    assert call(tmp_path, "add", "--word", "/(/", "--for", "2h", "--why", "x")[0] == 2
    assert call(tmp_path, "expire", "7") == (1, "no silence 7 is on; see: headline-monitor silence list --all\n")


CONFIG = """
sources: [{name: sada, url: "https://sada.example"}]
rules: [{name: weather, any: [عاصفة], notify: [desk]}]
channels: [{name: desk, type: console}]
"""


def test_why_says_that_a_headline_would_be_silenced_and_by_whom(tmp_path: Path) -> None:
    (tmp_path / "monitor.yaml").write_text(CONFIG, "utf-8")
    call(tmp_path, "add", "--rule", "weather", "--for", "2h", "--why", "the desk knows", "--who", "salma")
    place = ["--config", str(tmp_path / "monitor.yaml"), "--state", str(tmp_path)]
    shown = CliRunner().invoke(why, ["عاصفة تضرب السواحل", *place]).output
    assert "would not go to desk: \u2068silence 1 by salma: the desk knows (until" in shown
