"""Reads the word lists of `lexicon/`; the rules that use them are the languages'.

Every list is lines of words, each as it is usually printed; `#` begins a comment. What a line means depends on the
list and stands in its first comment. All lists were written for this project.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache
from importlib.resources import files

from monitor.text.normalize import fold_text

Groups = Mapping[str, tuple[str, ...]]


def lines(name: str) -> Iterator[tuple[str, ...]]:
    """Yield the words of every line of a list, as written; underscores stand for spaces."""
    for line in files("monitor.text").joinpath("lexicon", name).read_text("utf-8").splitlines():
        if words := line.partition("#")[0].split():
            yield tuple(words)


@cache
def groups(name: str) -> Groups:
    """Return for every folded word of a list all words of its lines, folded, in their order."""
    found: dict[str, dict[str, None]] = {}
    for line in lines(name):
        folded = dict.fromkeys(map(fold_text, line))
        for word in folded:
            found.setdefault(word, {}).update(folded)
    return {word: tuple(others) for word, others in found.items()}


@cache
def heads(name: str) -> Groups:
    """Return for the folded first word of every line the others, folded."""
    found: dict[str, tuple[str, ...]] = {}
    for first, *others in lines(name):
        found[fold_text(first)] = (*found.get(fold_text(first), ()), *map(fold_text, others))
    return found


@cache
def words(name: str) -> frozenset[str]:
    """Return all words of a list, folded."""
    return frozenset(fold_text(word) for line in lines(name) for word in line)


@cache
def compounds() -> Mapping[str, tuple[tuple[tuple[str, ...], str], ...]]:
    """Return by first part the compounds that are one word: their parts, and the text they count as."""
    found: dict[str, list[tuple[tuple[str, ...], str]]] = {}
    for line in lines("compounds.tsv"):
        for word in line:
            parts = tuple(fold_text(word).replace("'", "-").split("-"))
            found.setdefault(parts[0], []).append((parts, "-".join(parts)))
    return {first: tuple(sorted(listed, key=lambda one: -len(one[0]))) for first, listed in found.items()}
