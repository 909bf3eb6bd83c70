"""Every mistake of `broken/` is told with its place and a way out: NAME.yaml is the mistake, NAME.txt what is said."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from monitor.errors import ConfigError

BROKEN = Path(__file__).parent / "broken"
NAMES = sorted(path.stem for path in BROKEN.glob("*.yaml"))
ISOLATES = re.compile("[\u2066-\u2069]")


def _told(name, read_file, monkeypatch) -> str:
    monkeypatch.chdir(BROKEN)
    with pytest.raises(ConfigError) as caught:
        read_file(Path(f"{name}.yaml"))
    return str(caught.value)


@pytest.mark.parametrize("name", NAMES)
def test_the_mistake_is_told_as_expected(name, read_file, monkeypatch):
    expected = (BROKEN / f"{name}.txt").read_text("utf-8").rstrip("\n")
    assert ISOLATES.sub("", _told(name, read_file, monkeypatch)) == expected


@pytest.mark.parametrize("name", NAMES)
def test_what_is_told_keeps_the_house_style(name, read_file, monkeypatch):
    first = _told(name, read_file, monkeypatch).splitlines()[0]
    assert re.match(rf"{name}\.yaml(:\d+:\d+)?: ", first)
    assert not first.endswith(".")


def test_there_are_many_mistakes_and_each_has_its_expectation():
    assert len(NAMES) >= 100
    assert NAMES == sorted(path.stem for path in BROKEN.glob("*.txt"))


def test_no_secret_of_a_broken_file_is_shown(read_file, monkeypatch):
    holding = [name for name in NAMES if "SECRETTOKEN" in (BROKEN / f"{name}.yaml").read_bytes().decode("latin-1")]
    assert len(holding) >= 3
    for name in holding:
        assert "SECRETTOKEN" not in _told(name, read_file, monkeypatch)
