"""The package that is installed: complete without the source tree, and the same whoever builds it."""

from __future__ import annotations

import hashlib
import os
import zipfile
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).parents[2]


def test_the_wheel_holds_every_file_of_the_program_and_nothing_else(wheel: Path) -> None:
    here = {
        str(file.relative_to(ROOT))
        for file in (ROOT / "monitor").rglob("*")
        if file.is_file() and "__pycache__" not in file.parts
    }
    held = {name for name in zipfile.ZipFile(wheel).namelist() if ".dist-info/" not in name}
    assert held == here


def test_building_again_gives_the_same_bytes(wheel: Path, build: Callable[[Path], Path], tmp_path: Path) -> None:
    before = os.umask(0o077)
    try:
        again = build(tmp_path)
    finally:
        os.umask(before)
    assert hashlib.sha256(again.read_bytes()).hexdigest() == hashlib.sha256(wheel.read_bytes()).hexdigest()
