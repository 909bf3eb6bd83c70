"""What is wrong with a configuration file, and how it is shown; finds nothing itself.

A problem is printed as `file:line:column: path: message`, the source line with a caret, and a hint. A line with
Arabic in it gets no caret, since columns mean nothing once a terminal has reordered it: the place is repeated in
words instead.
"""

from __future__ import annotations

import difflib
import re
import unicodedata
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from monitor.errors import ConfigError

KeyPath = tuple[str | int, ...]
"""The way to a value, such as `("sources", 0, "url")`."""

MAX_SHOWN = 200  # problems; whoever has more made one mistake many times
_MAX_MESSAGE = 400
_LONGEST_LINE = 5000  # that is still shown, in part
_LONGEST_WORD = 100  # that could be a slip; comparing costs its square
_WINDOW = 70  # characters of a long line shown on each side of the place
_LINE_BREAK = re.compile("\r\n|[\n\r\x85\u2028\u2029]")  # as YAML 1.1 counts lines
_NOT_LATIN = re.compile("[^\x20-\u02ff]")
_RIGHT_TO_LEFT = "\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc"
_QUOTED_RTL = re.compile(f"'([^']*[{_RIGHT_TO_LEFT}][^']*)'")
_LRI, _FSI, _PDI = "\u2066", "\u2068", "\u2069"


@dataclass(frozen=True, slots=True)
class Place:
    """A stretch of the file; lines and columns count from 0, in characters."""

    line: int
    column: int
    end_line: int
    end_column: int


@dataclass(frozen=True, slots=True)
class Problem:
    """One mistake: what, where and what to do."""

    message: str
    place: Place | None = None
    path: KeyPath = ()
    hint: str | None = None


class WrongFile(Exception):
    """The file cannot be read any further than this problem; `load` turns it into a ConfigError."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.message)
        self.problem = problem


@dataclass(frozen=True, slots=True)
class Cover:
    """Hides what must not be printed: `line(number, text)` and `message(text)` return the text without it."""

    line: Callable[[int, str], str]
    message: Callable[[str], str]


def config_error(problems: Iterable[Problem], name: str, text: str, cover: Cover) -> ConfigError:
    """Return the error that lists all problems in the order of the file, each once."""
    ordered = sorted(dict.fromkeys(problems), key=_position)
    lines = _LINE_BREAK.split(text)
    shown = [_render(problem, name, lines, cover) for problem in ordered[:MAX_SHOWN]]
    if len(ordered) > MAX_SHOWN:
        shown.append(f"{name}: and {len(ordered) - MAX_SHOWN} more problems")
    return ConfigError("\n".join(shown))


def line_of(text: str, number: int) -> str:
    """Return a line of the text, counted from 0; empty when there is none."""
    lines = _LINE_BREAK.split(text)
    return lines[number] if 0 <= number < len(lines) else ""


def guess(word: str, known: Iterable[str]) -> str | None:
    """Return the known word that was probably meant."""
    if len(word) > _LONGEST_WORD:
        return None
    by_folded = {candidate.casefold(): candidate for candidate in known}
    close = difflib.get_close_matches(word.casefold().strip(), by_folded, n=1, cutoff=0.6)
    return by_folded[close[0]] if close else None


def suggest(word: str, known: Sequence[str], otherwise: str | None = None) -> str | None:
    """Return the hint for a word that is not among the known ones."""
    meant = guess(word, known)
    return f"did you mean '{meant}'?" if meant else otherwise


def invisible(text: str) -> str | None:
    """Return the code of the first invisible character in the text, such as `U+200F`."""
    for char in text:
        if unicodedata.category(char) == "Cf" or char == "\xa0":
            return f"U+{ord(char):04X}"
    return None


def dotted(path: KeyPath) -> str:
    """Return the path as it is printed, such as `sources.0.url`."""
    return ".".join(_short(str(step), 60) for step in path)


def _position(problem: Problem) -> tuple[int, int]:
    return (problem.place.line, problem.place.column) if problem.place else (-1, -1)


def _render(problem: Problem, name: str, lines: Sequence[str], cover: Cover) -> str:
    place = problem.place
    where = f"{name}:{place.line + 1}:{place.column + 1}" if place else name
    path = f"{dotted(problem.path)}: " if problem.path else ""
    out = [_line(f"{where}: {path}{_short(cover.message(problem.message), _MAX_MESSAGE)}")]
    if place and place.line < len(lines) and len(lines[place.line]) <= _LONGEST_LINE:
        out += _excerpt(lines[place.line], cover.line(place.line, lines[place.line]), place)
    if problem.hint:
        out.append(_line(f"    hint: {_short(cover.message(problem.hint), _MAX_MESSAGE)}"))
    return "\n".join(out)


def _excerpt(written: str, covered: str, place: Place) -> list[str]:
    """Return the source line, and below it where in it the problem is."""
    if not covered.strip():
        return []
    if covered[: place.column] != written[: place.column]:  # columns moved with what is hidden
        return [f"    {_printable(_short(covered.lstrip(), 2 * _WINDOW))}"]
    first = max(len(covered) - len(covered.lstrip()), place.column - _WINDOW)
    last = place.column + _WINDOW
    part = _printable(covered[first:last])
    before, after = "…" if covered[:first].strip() else "", "…" if covered[last:] else ""
    stop = min(last, len(covered), place.end_column if place.end_line == place.line else last)
    if covered != written:
        stop = place.column + 1
    if not _NOT_LATIN.search(part):
        caret = " " * (len(before) + place.column - first) + "^" * max(1, stop - place.column)
        return [f"    {before}{part}{after}", f"    {caret}"]
    if stop <= place.column + 1:
        stop = last  # one sign alone says nothing
    here = _short(_printable(covered[place.column : stop]).strip(), _WINDOW)
    return [f"    {_LRI}{before}{part}{after}{_PDI}", *([f"    here: {_FSI}{here}{_PDI}"] if here else [])]


def _line(text: str) -> str:
    return _QUOTED_RTL.sub(f"'{_FSI}\\1{_PDI}'", _printable(text))


def _printable(text: str) -> str:
    """Keep control characters, which a value may hold escaped, away from the terminal."""
    return "".join(" " if char in "\t\n\r" else char if _shows(char) else "\ufffd" for char in text)


def _shows(char: str) -> bool:
    return char.isprintable() or char in "\xa0\u200c\u200d\u3000"


def _short(text: str, length: int) -> str:
    return text if len(text) <= length else text[: length - 1] + "…"
