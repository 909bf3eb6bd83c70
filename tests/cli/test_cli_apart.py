from __future__ import annotations

import pickle
import subprocess
import sys
from pathlib import Path

import pytest

from monitor import __version__
from monitor.cli import apart
from monitor.cli.apart import load_apart
from monitor.cli.context import load_config
from monitor.errors import ConfigError

CONFIG = """
timezone: Africa/Tunis
sources:
  - {name: مثال, url: https://news.example/, every: 90s, headers: {X-Key: "${KEY}"}, budget: 60/h}
  - {name: flux, url: https://flux.example/, endpoints: [{type: html, url: https://flux.example/, list: {items: li}}]}
rules: [{name: حرائق, any: [حريق, incendie], in: [title, lead], notify: [desk]}]
channels: [{name: desk, type: webhook, url: "https://hook.example/", quiet_hours: "22:00-06:30"}]
"""
LOADED = """
import sys
from pathlib import Path
from monitor.cli.serving import Serving
from monitor.store import open_store
serving = Serving(Path(sys.argv[1]), open_store(Path(sys.argv[2])))
loaded = serving.load()
loaded.close()
serving.close()
serving.store.close()
print(*{name.partition(".")[0] for name in sys.modules})
"""


@pytest.fixture
def file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("KEY", "a-key")
    path = tmp_path / "monitor.yaml"
    path.write_text(CONFIG)
    path.chmod(0o604)
    return path


def test_what_another_process_reads_is_what_this_one_would_read(file: Path) -> None:
    config = load_apart(file)

    assert config == load_config(file)
    assert config.sources[0].headers == {"X-Key": "a-key"}


def test_what_is_wrong_is_told_in_the_same_words(file: Path) -> None:
    file.write_text(CONFIG.replace("every: 90s", "evry: 90s"))

    with pytest.raises(ConfigError) as apart:
        load_apart(file)
    with pytest.raises(ConfigError, match="did you mean 'every'") as here:
        load_config(file)
    assert str(apart.value) == str(here.value)


def test_something_else_is_done_while_it_is_read(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The other process waits for nothing but the path, so that both load their modules at once."""
    done: list[str] = []
    answer = subprocess.Popen.communicate
    monkeypatch.setattr(
        subprocess.Popen, "communicate", lambda *asked, **how: (done.append("asked"), answer(*asked, **how))[1]
    )

    config = load_apart(file, meanwhile=lambda: done.append("something else"))

    assert config == load_config(file)
    assert done == ["something else", "asked"]


@pytest.mark.parametrize("python", ["/nowhere/python", "/bin/true", "/bin/false"])
def test_without_another_process_it_is_read_in_this_one(
    file: Path, python: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "executable", python)

    assert load_apart(file).sources[0].name == "مثال"


def answering(said: bytes, folder: Path) -> str:
    """Return a program that says this, whatever it is asked."""
    python = folder / "python"
    python.write_text(f"#!{sys.executable}\nimport sys\nsys.stdin.read()\nsys.stdout.buffer.write({said!r})\n")
    python.chmod(0o755)
    return str(python)


def test_what_another_version_makes_of_it_is_not_used(
    file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The program may have been replaced since this process was started."""
    later = pickle.dumps("9.0") + b"cmonitor.config.schema\nThingsToCome\n."
    monkeypatch.setattr(sys, "executable", answering(later, tmp_path))

    with pytest.raises(ConfigError, match=r"version 9\.0 was installed .* restart"):
        load_apart(file)


@pytest.mark.parametrize(
    "end", [b"cmonitor.config.schema\nThingsToCome\n.", b"cnowhere\nNothing\n.", b"", b"\x80\xff", b"h\x09."]
)
def test_an_answer_that_nobody_can_read_costs_no_service(
    file: Path, tmp_path: Path, end: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "executable", answering(pickle.dumps(__version__) + end, tmp_path))

    assert load_apart(file).sources[0].name == "مثال"


@pytest.fixture
def waited_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Let the other process hang, and return what is there once it has come to its end by itself."""
    mark, python = tmp_path / "waited for", tmp_path / "python"
    python.write_text(f"#!{sys.executable}\nimport time\ntime.sleep(20)\nopen({str(mark)!r}, 'w').close()\n")
    python.chmod(0o755)
    monkeypatch.setattr(sys, "executable", str(python))
    return mark


def test_another_process_that_hangs_is_ended_in_time(
    file: Path, waited_for: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(apart, "SECONDS", 0.5)

    assert load_apart(file).sources[0].name == "مثال"
    assert not waited_for.exists()


def test_another_process_is_not_waited_for_when_this_one_breaks_off(file: Path, waited_for: Path) -> None:
    def broken() -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        load_apart(file, meanwhile=broken)
    assert not waited_for.exists()


def test_a_running_service_keeps_nothing_of_what_checked_its_configuration(file: Path, tmp_path: Path) -> None:
    command = [sys.executable, "-c", LOADED, str(file), str(tmp_path / "m.db")]
    loaded = set(subprocess.run(command, stdout=subprocess.PIPE, check=True, text=True).stdout.split())

    assert "httpx" in loaded
    assert not {"pydantic", "pydantic_core"} & loaded
