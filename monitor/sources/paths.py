"""Paths such as `data.items[].title` to values inside JSON, and addresses with such paths in them; reads no text."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from monitor.sources.jsontext import as_text

_FIRST = re.compile(r"(?P<name>[^.\[\]{}\s](?:[^.\[\]{}]*[^.\[\]{}\s])?)|\[(?P<index>\d{0,6})\]")
_NEXT = re.compile(rf"\.{_FIRST.pattern}")
_PLACE = re.compile(r"\{([^{}]*)\}")
_MOST_VALUES = 10_000
_KEYS_SHOWN = 12


class Missing(LookupError):
    """A path leads nowhere; the message says where it ends."""


@dataclass(frozen=True, slots=True)
class Every:
    """The step `[]`: every member of a list, every value of an object; anything else stands for itself."""


@dataclass(frozen=True, slots=True)
class Path:
    """A way into JSON."""

    text: str
    steps: tuple[str | int | Every, ...]

    def values(self, start: Any) -> list[Any]:
        """Return what the path leads to: one value without `[]`, any number with it; null leads to nothing.

        Raises:
            Missing: a name or an index is not there.
        """
        found = [start]
        for step in self.steps:
            present = [value for value in found if value is not None]
            found = [inner for value in present for inner in _inside(value, step)][:_MOST_VALUES]
            if present and not found and not isinstance(step, Every):
                raise Missing(f"{_shown(step)}{_beside(present[0])}")
        return [value for value in found if value is not None]

    def first_text(self, start: Any) -> str:
        """Return the first text or number, empty when there is none."""
        return next(iter(self.texts(start)), "")

    def texts(self, start: Any) -> list[str]:
        """Return all texts and numbers, those of a list at the end too; none when the path leads nowhere."""
        try:
            values = self.values(start)
        except Missing:
            return []
        flat = [inner for value in values for inner in (value if isinstance(value, list) else [value])]
        return [text for value in flat if (text := as_text(value))]


@dataclass(frozen=True, slots=True)
class Template:
    """An address with paths in it, such as `/news/{id}`."""

    texts: tuple[str, ...]  # around the paths: one more than there are paths
    paths: tuple[Path, ...]

    def fill(self, start: Any) -> str:
        """Return the address, or nothing when one of its paths leads to no text."""
        values = [path.first_text(start) for path in self.paths]
        if not all(values):
            return ""
        return self.texts[0] + "".join(value + text for value, text in zip(values, self.texts[1:], strict=True))


def parse(text: str) -> Path:
    """Return the path that is written as names with dots between, `[]` for every member and `[0]` for the first.

    Raises:
        ValueError: it is none, in a sentence that says how to write it.
    """
    steps: list[str | int | Every] = []
    at = 0
    while at < len(text):
        step = (_NEXT if at else _FIRST).match(text, at)
        if not step:
            break
        steps.append(step["name"] or (int(step["index"]) if step["index"] else Every()))
        at = step.end()
    if at < len(text) or not steps:
        where = f" from '{text[at:]}' on" if at else ""
        raise ValueError(f"'{text}' is not a path{where}; write names with dots between, such as data.items[].title")
    return Path(text, tuple(steps))


def parse_template(text: str) -> Template:
    """Return the template; a text without braces and slashes is a single path.

    Raises:
        ValueError: a path in it is none, or a brace is not closed.
    """
    if "{" not in text and "/" not in text:
        return Template(("", ""), (parse(text),))
    pieces = _PLACE.split(text)
    around, inside = pieces[::2], pieces[1::2]
    if any(brace in piece for piece in around for brace in "{}"):
        raise ValueError(f"'{text}' has a brace without its other half; write it such as /news/{{id}}")
    return Template(tuple(around), tuple(map(parse, inside)))


def _inside(value: Any, step: str | int | Every) -> Iterable[Any]:
    match value, step:
        case list(), Every():
            return value
        case dict(), Every():
            return value.values()
        case _, Every():
            return (value,)
        case list(), int():
            return value[step : step + 1]
        case dict(), str() if step in value:
            return (value[step],)
    return ()


def _shown(step: str | int | Every) -> str:
    return f"no '{step}'" if isinstance(step, str) else f"no member [{step}]"


def _beside(value: Any) -> str:
    """Say what is there instead."""
    if isinstance(value, dict):
        return f" among the keys {_listed(list(value))}" if value else " in an object without keys"
    return f" in a list of {len(value)}" if isinstance(value, list) else " in a value that is neither object nor list"


def _listed(keys: Sequence[str]) -> str:
    more = ", …" if len(keys) > _KEYS_SHOWN else ""
    return ", ".join(f"'{key[:40]}'" for key in keys[:_KEYS_SHOWN]) + more
