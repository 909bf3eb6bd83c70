"""One instance per database, by whatever name it is called, and none that a dead one keeps away."""

from __future__ import annotations

import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from servers.newsite import NewsSite

CONFIG = """
allow_private: [127.0.0.0/8]
sources: [{{name: site, url: "{url}/", discover: false}}]
rules: [{{name: all, any: [headline], notify: [screen]}}]
channels: [{{name: screen, type: console}}]
"""
PAGE = "<html><ul><li><a href='/12345'>headline one of this site</a></li></ul></html>"


class Folder:
    """A configuration, and programs that work on it."""

    def __init__(self, folder: Path, site: NewsSite) -> None:
        self.config, self.state, self.site = folder / "monitor.yaml", folder / "state", site
        self.config.write_text(CONFIG.format(url=site.url), "utf-8")

    def start(self, command: str = "run", state: Path | None = None) -> subprocess.Popen[str]:
        arguments = ["--config", str(self.config), "--state", str(state or self.state)]
        return subprocess.Popen(
            [sys.executable, "-m", "monitor", command, *arguments],
            stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True,
        )  # fmt: skip

    def works(self, process: subprocess.Popen[str]) -> None:
        assert process.stderr
        assert any("event=started" in line for line in process.stderr)


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Folder]:
    with NewsSite() as site:
        site.pages = {"/": PAGE}
        yield Folder(tmp_path, site)


def test_of_two_that_start_at_the_same_moment_one_works_and_the_other_says_so(folder: Folder) -> None:
    pair = [folder.start(), folder.start()]
    over = next(process for process in _until_one_is_over(pair))
    (other,) = (process for process in pair if process is not over)
    folder.works(other)
    other.send_signal(signal.SIGTERM)

    assert other.wait(20) == 0
    assert over.returncode == 75
    assert "another headline-monitor works on" in _errors(over)
    _errors(other)


def test_another_name_of_the_folder_is_the_same_database(folder: Folder, tmp_path: Path) -> None:
    first = folder.start()
    folder.works(first)
    (tmp_path / "mounted").symlink_to(folder.state)
    again = [folder.start(state=tmp_path / "mounted"), folder.start("once"), folder.start("once", tmp_path / "mounted")]
    said = [_errors(process) for process in again]
    first.send_signal(signal.SIGTERM)

    assert [process.wait(20) for process in again] == [75, 75, 75], said
    assert first.wait(20) == 0
    _errors(first)


def test_one_that_was_killed_keeps_nobody_away(folder: Folder) -> None:
    first = folder.start()
    folder.works(first)
    first.kill()
    first.wait(20)
    _errors(first)
    second = folder.start()
    folder.works(second)
    second.send_signal(signal.SIGTERM)
    assert second.wait(20) == 0
    _errors(second)


def _until_one_is_over(processes: list[subprocess.Popen[str]]) -> Iterator[subprocess.Popen[str]]:
    while True:
        for process in processes:
            try:
                process.wait(0.05)
            except subprocess.TimeoutExpired:
                continue
            yield process


def _errors(process: subprocess.Popen[str]) -> str:
    assert process.stderr
    with process.stderr:
        return process.stderr.read()
