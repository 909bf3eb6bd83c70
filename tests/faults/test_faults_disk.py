"""The running service while its disk is full or its database is locked: it stays, and goes on by itself afterwards."""

from __future__ import annotations

import contextlib
import json
import os
import queue
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


class Service:
    """`run` on a folder, with its alerts, its log and what it tells systemd."""

    def __init__(self, folder: Path, state: Path, url: str) -> None:
        self.notify = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.notify.bind(str(folder / "notify"))
        self.notify.settimeout(30)
        config = folder / "monitor.yaml"
        config.write_text(CONFIG.format(url=url), "utf-8")
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
def disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of two megabytes."""
    folder = tmp_path / "disk"
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=2m", "tmpfs", str(folder)]
    try:
        subprocess.run(mount, check=True, capture_output=True)
    except (OSError, subprocess.CalledProcessError):
        pytest.skip("needs the right to mount a small disk")
    yield folder
    subprocess.run(["umount", "-l", str(folder)], check=True)


def test_a_full_disk_neither_ends_the_service_nor_loses_a_headline(tmp_path: Path, disk: Path, site: NewsSite) -> None:
    service = Service(tmp_path, disk / "state", site.url)
    service.hears("READY=1")
    with contextlib.suppress(OSError), (disk / "filler").open("wb", buffering=0) as filler:
        while True:
            filler.write(bytes(4096))

    site.pages = {"/": OLD.format(NEWS)}
    trouble = service.logs({"poll not saved", "tick failed"})
    service.hears("WATCHDOG=1")
    asked = len(site.asked)
    (disk / "filler").unlink()
    service.alerts_of(TITLE)

    assert "disk" in trouble["reason"]
    assert asked
    assert service.ends() == 0
    assert not any(TITLE in line for line in list(service.alerts.queue))


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
