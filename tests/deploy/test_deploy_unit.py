"""The unit file, by systemd's own tools where they are at hand."""

from __future__ import annotations

import ipaddress
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

UNIT = Path(__file__).parents[2] / "deploy" / "monitor.service"
STRICT = UNIT.with_name("strict.conf")

needs_systemd = pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="systemd-analyze is not installed")


@pytest.fixture
def unit(tmp_path: Path) -> Path:
    """The unit with a program that exists here."""
    text = re.sub(r"^ExecStart=\S+", f"ExecStart={sys.executable}", UNIT.read_text("utf-8"), flags=re.MULTILINE)
    file = tmp_path / "headline-monitor.service"
    file.write_text(text)
    return file


@pytest.fixture
def strict(unit: Path) -> Path:
    """The unit together with the drop-in."""
    unit.write_text(unit.read_text("utf-8").replace("[Install]", STRICT.read_text("utf-8") + "\n[Install]"))
    return unit


@needs_systemd
@pytest.mark.parametrize("which", ["unit", "strict"])
def test_systemd_finds_nothing_wrong_with_the_unit(which: str, request: pytest.FixtureRequest) -> None:
    file = request.getfixturevalue(which)
    done = subprocess.run(["systemd-analyze", "verify", str(file)], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")


@needs_systemd
@pytest.mark.parametrize(("which", "most"), [("unit", 1.1), ("strict", 0.9)])
def test_the_service_is_confined(which: str, most: float, request: pytest.FixtureRequest) -> None:
    """Systemd counts from 0 (nothing allowed) to 10."""
    command = ["systemd-analyze", "security", "--offline=yes", "--no-pager", str(request.getfixturevalue(which))]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    found = re.search(r"Overall exposure level for \S+: (\d+\.\d+)", done.stdout)
    assert found, done.stdout + done.stderr
    assert float(found[1]) <= most


@pytest.mark.parametrize(
    ("address", "allowed"),
    [
        ("8.8.8.8", True), ("185.15.59.224", True), ("2a02:ec80::1", True), ("127.0.0.53", True),
        ("10.1.2.3", False), ("192.168.1.1", False), ("172.20.0.1", False), ("169.254.169.254", False),
        ("100.100.1.1", False), ("127.0.0.1", False), ("224.0.0.1", False), ("fd00::1", False), ("::1", False),
    ],
)  # fmt: skip
def test_the_strict_service_connects_to_public_addresses_only(address: str, allowed: bool) -> None:
    lines = re.findall(r"^IPAddressAllow=(.*)$", STRICT.read_text("utf-8"), re.MULTILINE)
    networks = [ipaddress.ip_network(network) for line in lines for network in line.split()]
    asked = ipaddress.ip_address(address)
    assert any(asked in network for network in networks) is allowed
