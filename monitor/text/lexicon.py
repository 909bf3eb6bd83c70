"""Reads the word lists of `lexicon/`; the rules that use them are the languages'.

A list is lines of words, each written as it is usually printed; `#` begins a comment. What a line means stands in the
list's first comment. All lists were written for this project.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache
from importlib.resources import files

from monitor.text.normalize import fold_text

Line = tuple[str, ...]
Lines = Mapping[str, tuple[Line, ...]]

_PARTICLES = [one + other for one in ("", "و", "ف") for other in ("", "ب", "ك", "ل")]
NAME_COLUMNS = ("ar", "fr", "en")  # of names.tsv; a dash stands where there is no name


def _rows(name: str) -> Iterator[str]:
    for line in files("monitor.text").joinpath("lexicon", f"{name}.tsv").read_text("utf-8").splitlines():
        if row := line.partition("#")[0].strip():
            yield row


def read(name: str) -> Iterator[Line]:
    """Yield the words of every line of a list, as written."""
    return (tuple(row.split()) for row in _rows(name))


@cache
def names(code: str) -> Mapping[str, Line]:
    """Return for every name in a language, folded, all its spellings as written."""
    column = NAME_COLUMNS.index(code)
    listed = [tuple(row.split("\t")[column].split()) for row in _rows("names")]
    return {fold_text(spelling): line for line in listed for spelling in line if spelling != "-"}


@cache
def by_word(name: str) -> Lines:
    """Return for every word of a list the lines it stands in; all folded."""
    found: dict[str, tuple[Line, ...]] = {}
    for line in read(name):
        folded = tuple(dict.fromkeys(map(fold_text, line)))
        for word in folded:
            found[word] = (*found.get(word, ()), folded)
    return found


@cache
def by_first(name: str) -> Mapping[str, frozenset[str]]:
    """Return for the first word of every line the others; all folded."""
    found: dict[str, frozenset[str]] = {}
    for first, *others in read(name):
        found[fold_text(first)] = found.get(fold_text(first), frozenset()).union(map(fold_text, others))
    return found


@cache
def unlike(name: str) -> Mapping[str, tuple[str, ...]]:
    """Return for the first word of every line the others, as they are written: folding would make them equal."""
    return {first.casefold(): tuple(other.casefold() for other in others) for first, *others in read(name)}


@cache
def compounds() -> Mapping[str, tuple[tuple[Line, str], ...]]:
    """Return by first part the compounds that are one word: their parts, and the text they count as.

    Arabic ones count as what they are without the space, and take particles (بأبو ظبي).
    """
    found: dict[str, list[tuple[Line, str]]] = {}
    for word in (word for line in read("compounds") for word in line):
        parts = tuple(fold_text(word).replace("'", "-").split("-"))
        for particle in ("",) if word[0] < "\u0600" else _PARTICLES:
            first = particle + parts[0]
            joined = ("-" if word[0] < "\u0600" else "").join((first, *parts[1:]))
            found.setdefault(first, []).append(((first, *parts[1:]), joined))
    return {first: tuple(sorted(listed, key=lambda one: -len(one[0]))) for first, listed in found.items()}
