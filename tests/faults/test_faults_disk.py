"""The running service while its disk is full or its database is locked: it stays, and goes on by itself afterwards."""

from __future__ import annotations

import contextlib
import json
import os
import queue
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import IO

import pytest
from servers.newsite import NewsSite

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[2]
CONFIG = """
allow_private: [127.0.0.0/8]
sources:
  - {{name: sada, url: "{url}/", discover: false, every: 5s,
      endpoints: [{{type: html, url: "{url}/", ticker: {{items: li}}}}]}}
rules: [{{name: port, any: [الميناء], notify: [screen], article: none}}]
channels: [{{name: screen, type: console}}]
"""
OLD = "<html><ul><li><a href='/70001'>لقاء حول أشغال الطريق الساحلية</a></li>{}</ul></html>"
TITLE = "انطلاق أشغال الميناء الجديد في الشمال"
NEWS = f"<li><a href='/70002'>{TITLE}</a></li>"
# More than the room that the file keeps for a full disk.
MUCH = "".join(f"<li><a href='/{n}'>{n} {'نشرة أخبار المدينة ' * 15}</a></li>" for n in range(80_000, 84_000))


class Service:
    """`run` on a folder, with its alerts, its log and what it tells systemd."""

    def __init__(self, folder: Path, state: Path, url: str, more: str = "") -> None:
        self.notify = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.notify.bind(str(folder / "notify"))
        self.notify.settimeout(30)
        config = folder / "monitor.yaml"
        config.write_text(CONFIG.format(url=url) + more, "utf-8")
        command = [sys.executable, "-m", "monitor", "run", "--log-format", "json", "--config", str(config)]
        self.process = subprocess.Popen(
            [*command, "--state", str(state)], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
            env={**os.environ, "PYTHONPATH": str(ROOT), "NOTIFY_SOCKET": str(folder / "notify")},
        )  # fmt: skip
        self.log: queue.Queue[dict[str, str]] = queue.Queue()
        self.alerts: queue.Queue[str] = queue.Queue()
        self.readers: list[threading.Thread] = []
        for stream, keep in (
            (self.process.stderr, lambda line: self.log.put(json.loads(line))),
            (self.process.stdout, self.alerts.put),
        ):
            self.readers.append(threading.Thread(target=_read, args=(stream, keep), daemon=True))
            self.readers[-1].start()

    def hears(self, wanted: str) -> None:
        while wanted not in self.notify.recv(65536).decode():
            pass

    def logs(self, events: set[str]) -> dict[str, str]:
        """Wait for one of these events."""
        while (line := self.log.get(timeout=40))["event"] not in events:
            pass
        return line

    def alerts_of(self, title: str) -> str:
        while title not in (line := self.alerts.get(timeout=40)):
            pass
        return line

    def ends(self) -> int:
        self.process.send_signal(signal.SIGTERM)
        code = self.process.wait(30)
        for reader in self.readers:
            reader.join(10)
        self.notify.close()
        return code


def _read(stream: IO[str], keep: Callable[[str], None]) -> None:
    with stream:
        for line in stream:
            keep(line)


@pytest.fixture
def site() -> Iterator[NewsSite]:
    with NewsSite() as made:
        made.pages = {"/": OLD.format("")}
        yield made


@pytest.fixture
def disk(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Path]:
    """A disk of so many megabytes."""
    folder = tmp_path / "disk"
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", f"size={request.param}m", "tmpfs", str(folder)]
    try:
        subprocess.run(mount, check=True, capture_output=True)
    except (OSError, subprocess.CalledProcessError):
        pytest.skip("needs the right to mount a small disk")
    yield folder
    subprocess.run(["umount", "-l", str(folder)], check=True)


@pytest.mark.parametrize("disk", [48], indirect=True)
def test_a_full_disk_neither_ends_the_service_nor_loses_a_headline(tmp_path: Path, disk: Path, site: NewsSite) -> None:
    service = Service(tmp_path, disk / "state", site.url)
    service.hears("READY=1")
    fill(disk)

    site.pages = {"/": OLD.format(NEWS + MUCH)}
    trouble = service.logs({"poll not saved", "tick failed"})
    service.hears("WATCHDOG=1")
    asked = len(site.asked)
    (disk / "filler").unlink()
    service.alerts_of(TITLE)

    assert "disk" in trouble["reason"]
    assert asked
    assert service.ends() == 0
    assert not any(TITLE in line for line in list(service.alerts.queue))


@pytest.mark.parametrize("disk", [24], indirect=True)
def test_the_room_kept_in_the_file_lets_polls_and_sends_go_on_while_the_disk_is_full(
    tmp_path: Path, disk: Path, site: NewsSite
) -> None:
    service = Service(tmp_path, disk / "state", site.url, "operator: screen")
    service.hears("READY=1")
    fill(disk)

    site.pages = {"/": OLD.format(NEWS)}
    lines = [service.alerts.get(timeout=40)]
    while TITLE not in "".join(lines) or "are free on the disk" not in "".join(lines):
        lines.append(service.alerts.get(timeout=40))

    assert shutil.disk_usage(disk).free == 0
    assert service.ends() == 0


@pytest.mark.parametrize("disk", [8], indirect=True)
def test_a_folder_that_cannot_be_written_at_the_start_is_named_and_no_bug(tmp_path: Path, disk: Path) -> None:
    config = tmp_path / "monitor.yaml"
    config.write_text(CONFIG.format(url="http://127.0.0.1:9"), "utf-8")
    command = [sys.executable, "-m", "monitor", "run", "--config", str(config), "--state", str(disk / "state")]

    fill(disk)
    full = subprocess.run(command, capture_output=True, text=True, timeout=30, check=False)
    (disk / "filler").unlink()
    subprocess.run(["mount", "-o", "remount,ro", str(disk)], check=True)
    closed = subprocess.run(command, capture_output=True, text=True, timeout=30, check=False)

    assert (full.returncode, closed.returncode) == (1, 1), full.stderr + closed.stderr
    assert "disk of database" in full.stderr
    assert "Read-only file system" in closed.stderr


def fill(disk: Path) -> None:
    with contextlib.suppress(OSError), (disk / "filler").open("wb", buffering=0) as filler:
        while True:
            filler.write(bytes(4096))


def test_a_database_that_is_locked_for_long_is_waited_for(tmp_path: Path, site: NewsSite) -> None:
    service = Service(tmp_path, tmp_path / "state", site.url)
    service.hears("READY=1")
    with contextlib.closing(sqlite3.connect(tmp_path / "state" / "monitor.db", isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        site.pages = {"/": OLD.format(NEWS)}
        begun = time.monotonic()
        trouble = service.logs({"poll not saved", "tick failed"})
        service.hears("WATCHDOG=1")
        other.execute("ROLLBACK")
    service.alerts_of(TITLE)

    assert time.monotonic() - begun > 9  # longer than one wait for the lock
    assert "monitor.db" in trouble["reason"]
    assert service.ends() == 0
    assert not any(TITLE in line for line in list(service.alerts.queue))
