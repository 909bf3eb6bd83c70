"""The installer, in a temporary root: without systemd, root rights or another package than the wheel."""

from __future__ import annotations

import os
import sqlite3
import stat
import subprocess
import sys
import sysconfig
from contextlib import closing
from pathlib import Path

import pytest
from store.building import START, spec

from monitor.store import open_store
from monitor.store.copies import backup

pytestmark = pytest.mark.slow

SCRIPT = Path(__file__).parents[2] / "deploy" / "install.sh"


class Machine:
    """A folder that stands for a server."""

    def __init__(self, root: Path, wheel: Path) -> None:
        self.root, self.wheel = root, wheel
        self.home = root / "opt/headline-monitor"
        self.config = root / "etc/headline-monitor/monitor.yaml"

    def install(self, *options: str, package: Path | None = None) -> subprocess.CompletedProcess[str]:
        environ = {
            **os.environ,
            "PYTHON": sys.executable,
            "PIP_NO_DEPS": "1",  # what the program needs is taken from the environment of the tests
            "PYTHONPATH": sysconfig.get_paths()["purelib"],
        }
        command = [str(SCRIPT), "--root", str(self.root), *options]
        if not {"--rollback", "--uninstall"} & {*options}:
            command.append(str(package or self.wheel))
        return subprocess.run(command, capture_output=True, text=True, check=False, env=environ, timeout=110, cwd="/")

    def current(self) -> Path:
        return (self.home / "current").resolve(strict=True)

    def files(self) -> set[Path]:
        return set(self.root.rglob("*"))


@pytest.fixture
def machine(tmp_path: Path, wheel: Path) -> Machine:
    return Machine(tmp_path / "root", wheel)


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_it_installs_upgrades_keeps_the_configuration_and_goes_back(machine: Machine) -> None:
    done = machine.install()
    assert done.returncode == 0, done.stderr
    first = machine.current()
    assert (machine.root / "etc/systemd/system/headline-monitor.service").exists()
    assert (mode(machine.config), mode(machine.config.parent / "secrets")) == (0o644, 0o700)

    machine.config.write_text(machine.config.read_text("utf-8") + "# ours\n", "utf-8")
    done = machine.install()
    assert done.returncode == 0, done.stderr
    assert machine.config.read_text("utf-8").endswith("# ours\n")
    assert machine.current() != first
    assert (machine.home / "previous").resolve() == first

    state = machine.root / "var/lib/headline-monitor"
    with closing(open_store(state / "monitor.db")) as store:
        backup(state / "monitor.db", state / "monitor.db.before-99")
        store.sync([spec()], START)
    with closing(sqlite3.connect(state / "monitor.db")) as newer:
        newer.execute("PRAGMA user_version=99")  # as the version after next would leave it

    done = machine.install("--rollback")
    assert done.returncode == 0, done.stderr
    assert "copy from before the upgrade" in done.stdout
    assert machine.current() == first
    with closing(open_store(state / "monitor.db")) as store:
        assert store.poll_states() == []  # it is the copy
    assert [file.name for file in state.glob("*.replaced-*Z")] != []

    assert machine.install("--uninstall").returncode == 0
    assert not machine.home.exists()
    assert machine.config.exists()


def test_a_version_that_cannot_use_the_configuration_is_not_taken(machine: Machine) -> None:
    machine.config.parent.mkdir(parents=True)
    machine.config.write_text("sources: []\n", "utf-8")

    done = machine.install()

    assert done.returncode == 1
    assert "the configuration does not fit this version" in done.stderr
    assert not (machine.home / "current").exists()
    assert list((machine.home / "releases").iterdir()) == []


def test_a_dry_run_says_what_it_would_do_and_does_nothing(machine: Machine) -> None:
    done = machine.install("--dry-run")

    assert done.returncode == 0, done.stderr
    assert "would run: " in done.stdout
    assert "pip install" in done.stdout
    assert not machine.root.exists()


@pytest.mark.parametrize(
    ("options", "said"),
    [(("--rollback",), "no version before this one"), (("--frobnicate",), "usage:"), (("a", "b"), "one package only")],
)
def test_what_cannot_be_done_is_said(machine: Machine, options: tuple[str, ...], said: str) -> None:
    done = machine.install(*options)
    assert done.returncode != 0
    assert said in done.stderr
    assert not machine.root.exists()
