"""`grep`: filter lines of text by words, as the rules would."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, TYPE_CHECKING

import click

from monitor.cli.context import isolate, use_color

if TYPE_CHECKING:
    from monitor.match.index import TermIndex
    from monitor.match.terms import Hit

FOUND, NOTHING, ERROR = 0, 1, 2
_STDIN = "-"
_BOM = "\ufeff"
_LIKE_A_FILE = re.compile(r"^[^/].*/|\.[a-z]{1,5}$")  # an /expression/ begins with its stroke


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """How lines are printed."""

    name: bool  # of the file, before each line
    number: bool
    count: bool
    invert: bool
    only: bool
    color: bool
    as_json: bool


@click.command()
@click.argument("operands", metavar="[KEYWORD]... [FILE]...", nargs=-1)
@click.option("-e", "--keyword", "more", metavar="KEYWORD", multiple=True, help="A word to look for; repeat for more.")
@click.option("-n", "--line-number", "number", is_flag=True, help="Print the number of the line before it.")
@click.option("-c", "--count", is_flag=True, help="Print only how many lines were found.")
@click.option("-o", "--only-matching", "only", is_flag=True, help="Print only what was found, each on its line.")
@click.option("-v", "--invert-match", "invert", is_flag=True, help="Print the lines in which nothing is found.")
@click.option("--family", is_flag=True, help="Derived words count too: مغربي for المغرب.")
@click.option("--exact", is_flag=True, help="Find the words only as they stand here.")
@click.option("--lang", type=click.Choice(["ar", "fr", "en"]), multiple=True, help="Languages of the words.")
@click.option("--color", type=click.Choice(["auto", "always", "never"]), default="auto", show_default=True)
@click.option("--json", "as_json", is_flag=True, help="Print JSON for scripts, one object per line.")
def grep(
    operands: tuple[str, ...],
    more: tuple[str, ...],
    lang: tuple[str, ...],
    color: str,
    *,
    number: bool,
    count: bool,
    only: bool,
    invert: bool,
    family: bool,
    exact: bool,
    as_json: bool,
) -> None:
    """Print the lines of FILEs in which a KEYWORD stands, in any of its forms, as rules find it.

    The first operand is a KEYWORD, and so are those after it up to the first that names a file or is -; with -e all
    operands are FILEs. Without FILE, or where it is -, standard input is read. A KEYWORD is written as in rules: a
    word, a phrase, '"as written"', 'exact: word', 'begin*' or '/expression/'. Exit status: 0 found, 1 not found,
    2 trouble.

    \b
    headline-monitor grep الأمن الدرك headlines.txt
    headline-monitor grep -n -e زلزال -e séisme *.txt
    tail -f feed.log | headline-monitor grep 'خلية إرهابية'
    """
    if not (more or operands):
        raise click.UsageError('say what to look for, such as: headline-monitor grep "حد السوالم" headlines.txt')
    words, files = (more, operands) if more else _told_apart(operands)
    files = files or (_STDIN,)
    look = Look(
        name=len(files) > 1,
        number=number,
        count=count,
        invert=invert,
        only=only and not invert,
        color=color == "always" or (color == "auto" and use_color()),
        as_json=as_json,
    )
    sys.exit(_run(_index(words, lang, family=family, exact=exact), files, look))


def _told_apart(operands: tuple[str, ...]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the keywords and the files."""
    number = next((n for n, one in enumerate(operands) if n and _names_a_file(one)), len(operands))
    return operands[:number], operands[number:]


def _names_a_file(operand: str) -> bool:
    """Tell whether it is a file, or is written like one: a file that is missing must not become a word."""
    return operand == _STDIN or Path(operand).exists() or bool(_LIKE_A_FILE.search(operand))


def _index(words: Iterable[str], lang: tuple[str, ...], *, family: bool, exact: bool) -> TermIndex:
    from monitor.match.index import TermIndex
    from monitor.match.terms import TermKey
    from monitor.match.written import WrongTerm

    keys = [TermKey(f"exact: {word}" if exact else word, family, lang) for word in words]
    try:
        return TermIndex(keys)
    except WrongTerm as wrong:
        raise click.UsageError(f"{wrong}; {wrong.hint}" if wrong.hint else str(wrong)) from None


def _run(index: TermIndex, files: Sequence[str], look: Look) -> int:
    found, trouble = False, False
    for name in files:
        try:
            with _opened(name) as lines:
                found |= _filter(index, name, lines, look)
        except OSError as error:
            if isinstance(error, BrokenPipeError):
                raise
            trouble = True
            click.echo(f"headline-monitor: cannot read '{name}': {(error.strerror or str(error)).lower()}", err=True)
    sys.stdout.flush()
    return ERROR if trouble else FOUND if found else NOTHING


@contextmanager
def _opened(name: str) -> Iterator[IO[bytes]]:
    if name == _STDIN:
        yield sys.stdin.buffer
        return
    with open(name, "rb") as file:  # noqa: PTH123  a name such as - or /dev/stdin is not a path of ours
        yield file


def _filter(index: TermIndex, name: str, lines: IO[bytes], look: Look) -> bool:
    """Print the lines of a file that are to be printed; tell whether there were any."""
    from monitor.match.title import Title

    kept = 0
    for number, raw in enumerate(lines, start=1):
        line = raw.decode("utf-8", "surrogateescape").rstrip("\r\n")
        text = line.removeprefix(_BOM) if number == 1 else line
        found = index.find(Title(text))
        if bool(found) is look.invert:
            continue
        kept += 1
        if not look.count:
            told = sorted(
                ((hit, index.keys[term].text) for term, hits in found.items() for hit in hits),
                key=lambda one: one[0][:2],
            )
            _print(_json(name, number, text, told) if look.as_json else _lines(name, number, text, told, look))
    if look.count:
        _print(_count(name, kept, look))
    return kept > 0


def _print(lines: str) -> None:
    """Write lines at once: whoever follows a log wants to see them."""
    sys.stdout.buffer.write(lines.encode("utf-8", "surrogateescape"))
    sys.stdout.buffer.flush()


def _json(name: str, number: int, text: str, told: Sequence[tuple[Hit, str]]) -> str:
    found = [
        {"keyword": word, "text": text[hit.start : hit.end], "start": hit.start, "end": hit.end, "steps": hit.steps()}
        for hit, word in told
    ]
    return json.dumps({"file": name, "line": number, "text": text, "found": found}, ensure_ascii=False) + "\n"


def _count(name: str, kept: int, look: Look) -> str:
    if look.as_json:
        return json.dumps({"file": name, "count": kept}, ensure_ascii=False) + "\n"
    return _before(name, None, look) + f"{kept}\n"


def _lines(name: str, number: int, text: str, told: Sequence[tuple[Hit, str]], look: Look) -> str:
    before = _before(name, number if look.number else None, look)
    spans = _merged(hit for hit, _ in told)
    if look.only:
        return "".join(f"{before}{_painted(text[start:end], look)}\n" for start, end in spans)
    shown, last = "", 0
    for start, end in spans:
        shown += text[last:start] + _painted(text[start:end], look)
        last = end
    shown += text[last:]
    return f"{before}{isolate(shown) if before and look.color else shown}\n"


def _before(name: str, number: int | None, look: Look) -> str:
    """Return file and line number, as grep prints them."""
    parts = [name] if look.name else []
    parts += [] if number is None else [str(number)]
    return "".join(f"{click.style(part, fg='cyan') if look.color else part}:" for part in parts)


def _painted(text: str, look: Look) -> str:
    return click.style(text, fg="red", bold=True) if look.color else text


def _merged(hits: Iterable[Hit]) -> list[tuple[int, int]]:
    """Return the places from left to right, those that overlap as one."""
    merged: list[tuple[int, int]] = []
    for hit in hits:
        if merged and hit.start < merged[-1][1]:
            merged[-1] = (merged[-1][0], max(merged[-1][1], hit.end))
        else:
            merged.append((hit.start, hit.end))
    return merged
