"""How problems look, whatever direction and length the line has."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml
from config_world import GOOD

from monitor.config import document
from monitor.config.problems import guess, invisible
from monitor.config.syntax import explain
from monitor.errors import ConfigError

FSI, LRI, PDI = "\u2068", "\u2066", "\u2069"


def _lines(read, text) -> list[str]:
    with pytest.raises(ConfigError) as caught:
        read(text)
    return str(caught.value).splitlines()


def test_the_caret_stands_under_the_place(read):
    _, line, caret = _lines(read, GOOD.replace("20/min", "often"))
    assert line[caret.index("^") : caret.rindex("^") + 1] == "often"


def test_a_line_with_arabic_has_no_caret_but_names_the_place_in_isolation(read):
    said = _lines(read, GOOD.replace('"حد السوالم"', "الأمن، الإرهاب"))
    assert said[1:3] == [f"    {LRI}any: [الأمن, الأمن، الإرهاب]{PDI}", f"    here: {FSI}الأمن، الإرهاب{PDI}"]
    assert "^" not in "".join(said)


def test_arabic_inside_a_message_is_isolated(read):
    said = _lines(read, GOOD.replace('"حد السوالم"', "الأمن، الإرهاب"))
    assert f"'{FSI}الأمن، الإرهاب{PDI}' holds" in said[0]


def test_accents_keep_the_caret(read):
    _, line, caret = _lines(read, GOOD.replace("name: sada", "name: [étéà]"))[:3]
    assert line[caret.index("^")] == "["


def test_a_long_line_is_shown_around_the_place(read):
    text = GOOD.replace(
        "rate: 20/min", f"digest: [{', '.join(['08:00'] * 100)}, '25:00', {', '.join(['09:00'] * 100)}]"
    )
    _, line, caret = _lines(read, text)
    assert line.startswith("    …")
    assert line.endswith("…")
    assert len(line) < 160
    assert line[caret.index("^") : caret.rindex("^") + 1] == "'25:00'"


def test_a_place_over_several_lines_is_shown_at_its_start(read):
    said = _lines(read, GOOD.replace("timezone: Africa/Casablanca", 'timezone: "Africa\n  Nowhere"'))
    assert said[0].startswith("monitor.yaml:1:11: timezone: 'Africa Nowhere' is not a time zone")
    assert said[1] == '    timezone: "Africa'
    assert said[2] == "              ^^^^^^^"


def test_escapes_of_the_terminal_are_never_printed(read):
    said = "\n".join(_lines(read, GOOD.replace("timezone: Africa/Casablanca", r'timezone: "\e[2J\a\u202Eabc"')))
    assert not {"\x1b", "\x07", "\u202e"} & set(said)


def test_a_problem_that_is_found_twice_is_told_once(read):
    said = _lines(read, GOOD.replace("every: 30s", "every: 1s"))
    assert sum(line.startswith("monitor.yaml") for line in said) == 1


def test_a_huge_value_is_not_repeated_in_full(read):
    said = _lines(read, GOOD.replace("Africa/Casablanca", "x" * 100_000))
    assert max(map(len, said)) < 500


@pytest.mark.parametrize(
    ("word", "known", "meant"),
    [
        ("evry", ["every", "url"], "every"),
        ("Desk", ["desk"], "desk"),
        (" desk", ["desk"], "desk"),
        ("كيفش", ["كيفاش", "هسبريس"], "كيفاش"),
        ("xyzzy", ["every", "url"], None),
        ("e" * 10_000, ["every"], None),
        ("any", [], None),
    ],
)
def test_a_slip_is_traced_to_the_word_that_was_meant(word, known, meant):
    assert guess(word, known) == meant


@pytest.mark.parametrize(("text", "char"), [("a\u200fb", "U+200F"), ("\xa0a", "U+00A0"), ("a b é ع", None)])
def test_invisible_characters_are_found(text, char):
    assert invisible(text) == char


def test_where_pyyaml_has_no_libyaml_the_same_files_are_read_and_refused(read, read_file, monkeypatch):
    expected = read(GOOD)
    monkeypatch.setattr(document, "_LOADER", yaml.SafeLoader)
    assert read(GOOD) == expected
    broken = sorted((Path(__file__).parent / "broken").glob("*.yaml"))
    for path in broken:
        with pytest.raises(ConfigError) as caught:
            read_file(path)
        assert "not YAML" not in str(caught.value)
    assert len(broken) >= 100


def test_an_error_without_a_place_is_told_as_the_parser_put_it():
    assert explain(yaml.YAMLError("odd"), "").message == "not YAML: odd"
