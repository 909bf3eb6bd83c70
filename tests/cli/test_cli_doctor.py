"""`doctor` names what is in the way and the next step; `reload` reaches the running service."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from servers.newsite import NewsSite

ROOT = Path(__file__).parents[2]
PAGE = "<html><body><ul><li><a href='/70001'>انطلاق أشغال الميناء الجديد</a></li></ul></body></html>"
CONFIG = """
allow_private: [127.0.0.0/8]
sources:
  - {{name: sada, url: "{url}/", discover: false, endpoints: [{{type: html, url: "{url}/", ticker: {{items: li}}}}]}}
rules: [{{name: port, any: [الميناء], notify: [{channel}]}}]
channels: [{{name: {channel}, {settings}}}]
"""


class Desk:
    def __init__(self, folder: Path, url: str) -> None:
        self.folder, self.url = folder, url
        self.config = folder / "monitor.yaml"
        self.environ = {**os.environ, "STATE_DIRECTORY": str(folder / "state"), "PYTHONPATH": str(ROOT)}
        self.write()

    def write(self, channel: str = "screen", settings: str = "type: console") -> None:
        self.config.write_text(CONFIG.format(url=self.url, channel=channel, settings=settings), "utf-8")
        self.config.chmod(0o600)

    def call(self, *command: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "monitor", *command],
            capture_output=True, text=True, timeout=60, check=False, env=self.environ,
        )  # fmt: skip

    def doctor(self, *options: str) -> tuple[int, dict[str, dict[str, str]]]:
        done = self.call("doctor", "--json", "--config", str(self.config), *options)
        assert done.stdout, done.stderr
        return done.returncode, {found["about"]: found for found in json.loads(done.stdout)}


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    with NewsSite() as site:
        site.pages = {"/": PAGE}
        made = Desk(tmp_path, site.url)
        made.site = site  # type: ignore[attr-defined]
        yield made


def test_a_healthy_machine_has_nothing_wrong(desk: Desk) -> None:
    code, found = desk.doctor()
    assert code == 0, [f for f in found.values() if f["state"] == "wrong"]
    assert found["source sada/html"] == {
        "about": "source sada/html", "state": "ok", "what": "1 headlines", "next": None
    }  # fmt: skip
    assert {found[about]["state"] for about in ("clock", "certificates", "state", "configuration", "time zone")} == {
        "ok"
    }
    assert found["service"]["state"] == "doubt"  # nobody started it


def test_offline_asks_nobody(desk: Desk) -> None:
    desk.site.asked.clear()  # type: ignore[attr-defined]
    code, found = desk.doctor("--offline")
    assert code == 0, [f for f in found.values() if f["state"] == "wrong"]
    assert not any(about.startswith(("source", "channel")) for about in found)
    assert desk.site.asked == []  # type: ignore[attr-defined]


def test_a_site_that_is_down_and_a_service_that_nobody_answers_for_are_named(desk: Desk) -> None:
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        port = nobody.getsockname()[1]
        desk.write("hook", f'type: webhook, url: "http://127.0.0.1:{port}/T0KENT0KENT0KEN"')
        desk.site.pages = {}  # type: ignore[attr-defined]
        done = desk.call("doctor", "--config", str(desk.config))
    assert done.returncode == 1
    assert "wrong source sada/html: " in done.stdout
    assert f"wrong channel hook: 127.0.0.1:{port} cannot be reached: Connection refused" in done.stdout
    assert "next: is outgoing traffic to it allowed?" in done.stdout
    assert "T0KENT0KENT0KEN" not in done.stdout + done.stderr


def test_a_wrong_configuration_a_readable_state_and_quiet_hours_in_utc_are_told(desk: Desk) -> None:
    state = desk.folder / "state"
    state.mkdir(mode=0o755)
    desk.write(settings='type: console, quiet_hours: "23:00-06:00"')
    code, found = desk.doctor("--offline")
    assert (code, found["state"]["next"]) == (0, f"run: chmod 700 {state}")
    assert found["time zone"]["state"] == "doubt"

    desk.config.write_text("sources: []\n")
    code, found = desk.doctor("--offline")
    assert (code, found["configuration"]["state"]) == (1, "wrong")


def test_who_hears_of_trouble_is_told(desk: Desk) -> None:
    assert "operator:" in desk.doctor("--offline")[1]["who watches the monitor"]["next"]
    written = desk.config.read_text("utf-8")
    desk.config.write_text(written + "operator: screen\n", "utf-8")
    assert "heartbeat:" in desk.doctor("--offline")[1]["who watches the monitor"]["next"]
    desk.config.write_text(written + "operator: screen\nheartbeat: {url: 'https://beat.example/1'}\n", "utf-8")
    assert desk.doctor("--offline")[1]["who watches the monitor"]["state"] == "ok"


@pytest.mark.skipif(os.geteuid() != 0, reason="only root makes files of others")
def test_a_file_that_the_service_cannot_use_is_told(desk: Desk) -> None:
    state = desk.folder / "state"
    state.mkdir(mode=0o700)
    (state / "monitor.db").touch()
    os.chown(state, 4321, 4321)
    found = desk.doctor("--offline")[1]["state"]
    assert (found["state"], found["next"]) == ("wrong", f"run: chown -R --reference={state} {state}")


def test_a_damaged_database_is_told(desk: Desk) -> None:
    (desk.folder / "state").mkdir(mode=0o700)
    (desk.folder / "state" / "monitor.db").write_bytes(b"no database at all" * 100)
    code, found = desk.doctor("--offline")
    assert (code, found["state"]["state"]) == (1, "wrong")


def test_reload_reaches_the_running_service(desk: Desk) -> None:
    listening = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    listening.bind(str(desk.folder / "notify"))
    listening.settimeout(20)
    environ = {**desk.environ, "NOTIFY_SOCKET": str(desk.folder / "notify")}
    command = [sys.executable, "-m", "monitor", "run", "--config", str(desk.config)]
    with subprocess.Popen(command, env=environ, stderr=subprocess.PIPE, text=True) as process:
        while "READY" not in listening.recv(65536).decode():
            pass
        done = desk.call("reload")
        while "RELOADING" not in listening.recv(65536).decode():
            pass
        found = desk.doctor("--offline")[1]
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=30)
    listening.close()
    assert (done.returncode, done.stdout) == (
        0, f"asked process {process.pid}; its log says whether the configuration was accepted\n"
    )  # fmt: skip
    assert found["service"]["what"] == f"runs as process {process.pid}"
    assert process.returncode == 0


def test_reload_says_when_nothing_runs(desk: Desk) -> None:
    done = desk.call("reload")
    assert done.returncode == 1
    assert "nothing runs on" in done.stderr
