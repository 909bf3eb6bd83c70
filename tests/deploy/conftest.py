"""A wheel of this tree, built once."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="session")
def build() -> Callable[[Path], Path]:
    """Return what builds a wheel into a folder; the build backend comes from the index that pip is configured for."""

    def run(folder: Path) -> Path:
        command = [
            sys.executable,
            "-m",
            "pip",
            "wheel",
            "--quiet",
            "--no-deps",
            "--no-input",
            "-w",
            str(folder),
            str(ROOT),
        ]
        environ = {**os.environ, "SOURCE_DATE_EPOCH": "1700000000", "PIP_DEFAULT_TIMEOUT": "5", "PIP_RETRIES": "0"}
        done = subprocess.run(command, capture_output=True, text=True, check=False, env=environ, timeout=100)
        if done.returncode and "hatchling" in done.stderr:
            pytest.skip(f"the build backend cannot be had here: {done.stderr.strip().splitlines()[-1]}")
        assert done.returncode == 0, done.stderr
        return next(folder.glob("*.whl"))

    return run


@pytest.fixture(scope="session")
def wheel(tmp_path_factory: pytest.TempPathFactory, build: Callable[[Path], Path]) -> Path:
    return build(tmp_path_factory.mktemp("wheel"))
