"""The running process: ready, reloading, draining, alone on its database."""

from __future__ import annotations

import os
import signal
import socket
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from monitor.service.clock import SteadyClock

CONFIG = """
allow_private: [127.0.0.0/8]
sources:
  - {{name: site, url: "{url}", every: 5s, endpoints: [{{type: html, url: "{url}/{path}", ticker: {{items: li}}}}]}}
rules:
  - {{name: all, any: [headline], notify: [screen]}}
channels:
  - {{name: screen, type: console}}
"""


class Site(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Page)
        self.asked = threading.Event()
        self.release = threading.Event()
        self.url = f"http://127.0.0.1:{self.server_address[1]}"
        threading.Thread(target=self.serve_forever, daemon=True).start()

    def handle_error(self, *args: object) -> None:
        pass


class Page(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.server.asked.set()  # type: ignore[attr-defined]
        if self.path == "/hangs":
            self.server.release.wait(60)  # type: ignore[attr-defined]
        body = b"<html><ul><li><a href='/12345'>headline one of this site</a></li></ul></html>"
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args: object) -> None:
        pass


@pytest.fixture
def site() -> Iterator[Site]:
    server = Site()
    yield server
    server.release.set()
    server.shutdown()
    server.server_close()


class Program:
    """`run` in a process of its own, with a notification socket as systemd would give it."""

    def __init__(self, folder: Path, url: str, path: str = "", more: str = "") -> None:
        self.config = folder / "monitor.yaml"
        self.config.write_text(CONFIG.format(url=url, path=path) + more)
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.socket.bind(str(folder / "notify"))
        self.socket.settimeout(20)
        self.command = [
            sys.executable, "-m", "monitor", "run", "--config", str(self.config), "--state", str(folder / "state")
        ]  # fmt: skip
        self.environ = {**os.environ, "NOTIFY_SOCKET": str(folder / "notify")}
        self.process = subprocess.Popen(
            self.command, env=self.environ, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )

    def hears(self, wanted: str) -> str:
        while True:
            told = self.socket.recv(65536).decode()
            if wanted in told:
                return told

    def ends(self, how: int = signal.SIGTERM) -> tuple[int, str, float]:
        begun = time.monotonic()
        self.process.send_signal(how)
        _, errors = self.process.communicate(timeout=30)
        self.socket.close()
        return self.process.returncode, errors, time.monotonic() - begun


def test_it_tells_ready_its_status_and_stopping_and_ends_well(tmp_path: Path, site: Site) -> None:
    program = Program(tmp_path, site.url)
    program.hears("READY=1")
    program.hears("STATUS=1 sources ok, 0 failing, 0 alerts waiting")

    code, errors, _ = program.ends()

    assert code == 0, errors
    assert "event=stopped" in errors


def test_the_running_program_answers_whether_alerts_can_flow(tmp_path: Path, site: Site) -> None:
    program = Program(tmp_path, site.url, more=f"health: unix:{tmp_path}/health")
    program.hears("READY=1")

    answer = ask(tmp_path / "health", b"/readyz")

    assert program.ends()[0] == 0
    assert b" 200 " in answer.splitlines()[0]
    assert b'"ready": true' in answer


def test_a_hanging_site_does_not_keep_it_from_ending_in_ten_seconds(tmp_path: Path, site: Site) -> None:
    program = Program(tmp_path, site.url, "hangs")
    assert site.asked.wait(20)

    code, errors, seconds = program.ends()

    assert code == 0, errors
    assert seconds < 10


def test_a_wrong_configuration_is_refused_at_reload_and_the_old_one_goes_on(tmp_path: Path, site: Site) -> None:
    program = Program(tmp_path, site.url)
    program.hears("READY=1")
    good = program.config.read_text()
    program.config.write_text(good.replace("notify: [screen]", "notify: [scren]"))

    program.process.send_signal(signal.SIGHUP)

    program.hears("RELOADING=1")
    assert "the old one stays" in program.hears("STATUS=configuration refused")
    program.config.write_text(good.replace("headline]", "headline, site]"))
    program.process.send_signal(signal.SIGHUP)
    program.hears("RELOADING=1")
    program.hears("READY=1")
    code, errors, _ = program.ends()
    assert code == 0, errors
    assert "did you mean" in errors
    assert "configuration reloaded" in errors


def lines_of(program: Program, wanted: str) -> list[str]:
    """Return what was printed until a line has what is wanted, that one last."""
    assert program.process.stdout
    lines: list[str] = []
    while not lines or wanted not in lines[-1]:
        lines.append(program.process.stdout.readline())
        assert lines[-1], f"ended without '{wanted}': {lines}"
    return lines


def test_the_operator_hears_once_of_a_refused_configuration_and_of_its_mending(tmp_path: Path, site: Site) -> None:
    program = Program(tmp_path, site.url, more="operator: screen\n")
    program.hears("READY=1")
    good = program.config.read_text()
    program.config.write_text(good + "nonsense: true\n")
    program.process.send_signal(signal.SIGHUP)

    (*_, told) = lines_of(program, "refused")
    assert "the old one goes on" in told
    assert "unknown key 'nonsense'" in told
    with closing(sqlite3.connect(tmp_path / "state" / "monitor.db")) as database:
        database.execute("UPDATE incident SET told_at = told_at - 61000")  # no two messages within a minute
        database.commit()
    program.config.write_text(good)
    program.process.send_signal(signal.SIGHUP)

    (*before, over) = lines_of(program, "over: ")
    assert "nonsense" in over
    assert not any("refused" in line for line in before)
    assert program.ends()[0] == 0


def test_a_reload_moves_the_health_page(tmp_path: Path, site: Site) -> None:
    program = Program(tmp_path, site.url)
    program.hears("READY=1")
    program.config.write_text(program.config.read_text() + f"health: unix:{tmp_path}/health\n")
    program.process.send_signal(signal.SIGHUP)
    program.hears("RELOADING=1")
    program.hears("READY=1")

    assert b'"ready": true' in ask(tmp_path / "health", b"/readyz")
    assert program.ends()[0] == 0
    assert not (tmp_path / "health").exists()


def ask(path: Path, what: bytes) -> bytes:
    with socket.socket(socket.AF_UNIX) as asking:
        asking.connect(str(path))
        asking.sendall(b"GET %s HTTP/1.0\r\n\r\n" % what)
        return b"".join(iter(lambda: asking.recv(65536), b""))


def test_a_second_one_on_the_same_database_says_so_and_leaves(tmp_path: Path, site: Site) -> None:
    program = Program(tmp_path, site.url)
    program.hears("READY=1")

    second = subprocess.run(program.command, capture_output=True, text=True, timeout=30, check=False)

    assert second.returncode == 75
    assert "another headline-monitor works on" in second.stderr
    assert program.ends()[0] == 0


def test_a_damaged_database_is_set_aside_and_the_watch_goes_on(tmp_path: Path, site: Site) -> None:
    database = tmp_path / "state" / "monitor.db"
    database.parent.mkdir()
    database.write_bytes(b"SQLite format 3\x00" + b"rubbish " * 4096)

    program = Program(tmp_path, site.url, more="operator: screen\n")
    program.hears("STATUS=1 sources ok, 0 failing, 0 alerts waiting")
    (*_, told) = lines_of(program, "the database was damaged")

    code, errors, _ = program.ends()
    (kept,) = database.parent.glob("monitor.db.damaged-*")
    assert code == 0, errors
    assert str(kept) in told
    assert kept.read_bytes().endswith(b"rubbish ")
    assert "set aside" in errors


def test_a_database_that_is_damaged_while_it_is_used_is_set_aside_too(tmp_path: Path, site: Site) -> None:
    database = tmp_path / "state" / "monitor.db"
    program = Program(tmp_path, site.url)
    program.hears("STATUS=1 sources ok, 0 failing, 0 alerts waiting")
    with closing(sqlite3.connect(database)) as other:
        other.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        pages = other.execute("PRAGMA page_count").fetchone()[0]
        with database.open("r+b") as file:
            for page in range(1, pages):  # all but the first
                file.seek(page * 4096)
                file.write(b"\xff" * 4096)
        other.execute("PRAGMA user_version=1")  # makes the program read its pages anew

    deadline = time.monotonic() + 20
    while not list(database.parent.glob("monitor.db.damaged-*")) and time.monotonic() < deadline:
        time.sleep(0.1)
    program.hears("STATUS=1 sources ok, 0 failing, 0 alerts waiting")

    code, errors, _ = program.ends()
    assert code == 0, errors
    assert "set aside" in errors


def test_a_clock_that_is_set_is_noticed_and_followed_only_when_told() -> None:
    wall, monotonic = [datetime(2026, 1, 1, tzinfo=UTC)], [100.0]
    clock = SteadyClock(lambda: wall[0], lambda: monotonic[0])
    monotonic[0] += 5
    wall[0] += timedelta(seconds=5) - timedelta(hours=1)

    assert clock() == datetime(2026, 1, 1, 0, 0, 5, tzinfo=UTC)
    assert clock.jump() == timedelta(hours=-1)
    clock.follow()
    assert clock.jump() is None
    assert clock() == wall[0]


def test_a_storm_of_signals_never_stops_it_for_good(tmp_path: Path, site: Site) -> None:
    program = Program(tmp_path, site.url)
    program.hears("READY=1")

    for _ in range(300):
        program.process.send_signal(signal.SIGHUP)
        time.sleep(0.001)
    code, errors, _ = program.ends()

    assert code == 0, errors
    assert "configuration reloaded" in errors
