"""Reads the word lists of `data/`, all written for this project; what a line means stands in a list's first comment."""

from __future__ import annotations

from collections.abc import Iterator
from importlib.resources import files

from monitor.text import fold_text


def read(name: str) -> Iterator[tuple[str, ...]]:
    """Yield the words of every line of a list, folded as titles are."""
    for line in files("monitor.diff").joinpath("data", f"{name}.tsv").read_text("utf-8").splitlines():
        if words := line.partition("#")[0].split():
            yield tuple(folded(word) for word in words)


def folded(word: str) -> str:
    """Return a word as `title_key` gives it."""
    return fold_text(word).replace("ة", "ه")
