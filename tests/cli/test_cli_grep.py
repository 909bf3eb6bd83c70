"""`grep`: lines of text filtered by words, with grep's manners."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from monitor.cli.main import cli

LINES = """الأمن يوقف متهما
أمين عام جديد
تعزيز بالأمن وللأمن
La grève générale
l'ONU se réunit
il a onu
"""


@pytest.fixture
def lines(tmp_path: Path) -> Path:
    (tmp_path / "lines.txt").write_text(LINES, encoding="utf-8")
    return tmp_path / "lines.txt"


def grep(*arguments: str | Path, stdin: str | bytes = "") -> Result:
    return CliRunner().invoke(cli, ["grep", *map(str, arguments)], input=stdin)


def test_lines_with_a_form_of_the_word_are_printed_as_they_are(lines: Path) -> None:
    done = grep("أمن", lines)
    assert (done.exit_code, done.stdout) == (0, "الأمن يوقف متهما\nتعزيز بالأمن وللأمن\n")


@pytest.mark.parametrize("stdin_as", [[], ["-"]])
def test_standard_input_is_read_without_a_file_and_for_a_dash(stdin_as: list[str]) -> None:
    assert grep("grève", *stdin_as, stdin=LINES).stdout == "La grève générale\n"


def test_the_first_operand_is_the_word_and_with_e_all_are_files(lines: Path) -> None:
    assert grep("-e", "grève", "-e", "ONU", lines).stdout == "La grève générale\nl'ONU se réunit\n"
    assert grep("أمين", lines, lines).stdout == f"{lines}:أمين عام جديد\n" * 2


@pytest.mark.parametrize("words", [["grève", "ONU"], ["grève", "/onu$/", "ONU"]])
def test_operands_before_the_first_file_are_words(lines: Path, words: list[str]) -> None:
    found = [
        line for line in LINES.splitlines() if "gr" in line or "ONU" in line or ("/onu$/" in words and "onu" in line)
    ]
    assert grep(*words, lines).stdout.splitlines() == found
    assert grep(*words, "-", stdin=LINES).stdout.splitlines() == found
    assert grep(*words, stdin=LINES).stdout.splitlines() == found


@pytest.mark.parametrize("name", ["missing.txt", "folder/missing", "/tmp/none/missing.tsv"])
def test_a_missing_file_never_becomes_a_word(name: str) -> None:
    done = grep("grève", name, stdin=LINES)
    assert (done.exit_code, done.stdout) == (2, "")
    assert f"cannot read '{name}'" in done.stderr


def test_numbers_counts_and_pieces_are_printed_on_request(lines: Path) -> None:
    assert grep("-n", "ONU", lines).stdout == "5:l'ONU se réunit\n"
    assert grep("--count", "أمن", lines).stdout == "2\n"
    assert grep("-c", "أمن", lines, lines).stdout == f"{lines}:2\n" * 2
    assert grep("-on", "أمن", lines).stdout == "1:الأمن\n3:بالأمن\n3:وللأمن\n"
    assert grep("-vc", "أمن", lines).stdout == "4\n"


def test_words_are_written_as_in_rules(lines: Path) -> None:
    assert grep("-c", "exact: onu", lines).stdout == "2\n"
    assert grep("-c", "--exact", "onu", lines).stdout == "2\n"
    assert grep("-c", "--exact", "أمن", lines).stdout == "0\n"
    assert grep("-c", "/onu/", lines).stdout == "2\n"
    assert grep("-c", "gr*", lines).exit_code == 2
    assert grep("-c", "grè*", lines).stdout == "1\n"


def test_the_status_tells_found_from_not_found_from_trouble(lines: Path) -> None:
    assert grep("grève", lines).exit_code == 0
    assert grep("زلزال", lines).exit_code == 1
    assert grep("-c", "زلزال", lines).exit_code == 1
    missing = grep("grève", lines, lines.with_name("missing.txt"))
    assert (missing.exit_code, missing.stdout) == (2, f"{lines}:La grève générale\n")
    assert "missing.txt': no such file or directory" in missing.stderr
    assert "is a directory" in grep("x", lines.parent).stderr


@pytest.mark.parametrize("words", [["!!!"], ["/(a/"], ["/a"], ["-e", "قت*"]])
def test_a_word_that_cannot_be_looked_for_is_trouble(words: list[str]) -> None:
    process = subprocess.run(
        [sys.executable, "-m", "monitor", "grep", *words],
        capture_output=True, text=True, check=False, input="", env={**os.environ, "PYTHONIOENCODING": "utf-8"},
    )  # fmt: skip
    assert process.returncode == 2
    assert "Error: " in process.stderr
    assert "Traceback" not in process.stderr


def test_without_a_word_it_says_what_to_write() -> None:
    done = grep()
    assert done.exit_code == 2
    assert "say what to look for" in done.stderr


def test_found_words_are_coloured_only_on_request_away_from_a_terminal(lines: Path) -> None:
    assert "\x1b" not in grep("ONU", lines).stdout
    assert "\x1b" not in grep("--color", "never", "ONU", lines).stdout
    assert grep("--color", "always", "ONU", lines).stdout == "l'\x1b[31m\x1b[1mONU\x1b[0m se réunit\n"
    assert grep("--color", "always", "-e", "أمن", "-e", "بالأمن", lines).stdout.count("\x1b[31m") == 3


def test_json_tells_file_line_places_and_steps() -> None:
    [row] = [json.loads(line) for line in grep("--json", "أمن", stdin="x\n«وبالأمن»\n").stdout.splitlines()]
    assert row == {
        "file": "-",
        "line": 2,
        "text": "«وبالأمن»",
        "found": [
            {
                "keyword": "أمن",
                "text": "وبالأمن",
                "start": 1,
                "end": 8,
                "steps": ["clitic و", "clitic ب", "article"],
            }
        ],
    }
    assert json.loads(grep("--json", "-c", "أمن", stdin=LINES).stdout) == {"file": "-", "count": 2}


def test_bytes_that_are_no_utf8_pass_through_unchanged() -> None:
    done = grep("ONU", stdin=b"\xef\xbb\xbfONU \xff\xfe x\r\nsans fin ONU\x00")
    assert done.stdout_bytes == b"ONU \xff\xfe x\nsans fin ONU\x00\n"


def test_lines_are_printed_as_they_come() -> None:
    with subprocess.Popen(
        [sys.executable, "-m", "monitor", "grep", "ONU"], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as process:
        assert process.stdin
        assert process.stdout
        process.stdin.write(b"l'ONU se reunit\n")
        process.stdin.flush()
        assert process.stdout.readline() == b"l'ONU se reunit\n"
        process.stdin.close()
        assert process.wait(10) == 0
