"""Reads the templates of channels from their files and checks them all with samples; sends and stores nothing."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from importlib.util import find_spec
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

from monitor.config.document import Block, Items, Scalar
from monitor.config.problems import KeyPath, Place, Problem
from monitor.render.marks import unmarked
from monitor.render.samples import sample_values
from monitor.render.values import TITLE_VARIABLES, VARIABLES

if TYPE_CHECKING:
    from monitor.render.mistakes import Mistake

_MAX_FILE = 64 * 1024
_INSTALL = "install it: pip install 'headline-monitor[templates]'"
_PARTS = ("alert", "line", "title")
_BEGINNING = 12  # characters of a headline that tell that it is shown


@dataclass(slots=True)
class TemplateFiles:
    """Which template came from which file, and what could not be read."""

    problems: list[Problem] = field(default_factory=list)
    names: dict[KeyPath, str] = field(default_factory=dict)


def read_files(root: Block, folder: Path) -> TemplateFiles:
    """Put the text of template files in the place of `file:name` in the tree."""
    found = TemplateFiles()
    for path, _, scalar in _templates(root):
        if not scalar.text.startswith("file:"):
            continue
        name = scalar.text.removeprefix("file:").strip()
        try:
            with (folder / name).open("rb") as file:
                data = file.read(_MAX_FILE + 1)
            scalar.text, scalar.quoted = data[:_MAX_FILE].decode("utf-8-sig"), True
            found.names[path] = name
        except (OSError, ValueError) as error:
            why = getattr(error, "strerror", None) or "it is not UTF-8 text"
            hint = "a template file stands beside the configuration file, or at an absolute path"
            found.problems.append(Problem(f"cannot read template {folder / name}: {why}", scalar.place, path, hint))
    return found


def template_problems(root: Block, text: str, files: TemplateFiles) -> Iterator[Problem]:
    """Yield what is wrong with the templates of a file whose text is given, each at its place."""
    yield from files.problems
    if find_spec("jinja2") is None:
        for path, _, scalar in islice(_templates(root), 1):  # it is said once
            yield Problem("templates need Jinja2", scalar.place, path, _INSTALL)
        return
    unread = {problem.path for problem in files.problems}
    for path, part, scalar in _templates(root):
        if path in unread or scalar.is_empty:
            continue
        name = files.names.get(path)
        for mistake in _mistakes(scalar.text, part):
            message, place = mistake.message, scalar.place
            if name is None:
                place = _place(text, place, mistake)
            else:
                message = f"{name}:{mistake.line}:{_column(scalar.text, mistake)}: {message}"
            yield Problem(message, place, path, mistake.hint)


def _templates(root: Block) -> Iterator[tuple[KeyPath, str, Scalar]]:
    """Yield every template with its path and the part of a message that it writes."""
    channels = root.nodes.get("channels")
    for index, channel in enumerate(channels.nodes if isinstance(channels, Items) else ()):
        given = channel.nodes.get("template") if isinstance(channel, Block) else None
        if isinstance(given, Scalar):
            yield ("channels", index, "template"), "alert", given
        elif isinstance(given, Block):
            for part, node in given.nodes.items():
                if isinstance(node, Scalar) and part in _PARTS:
                    yield ("channels", index, "template", part), part, node


def _mistakes(text: str, part: str) -> Iterable[Mistake]:
    """Return what is wrong with a template by itself, else what goes wrong when it is filled in."""
    from monitor.render.mistakes import Mistake, mistakes
    from monitor.render.template import TemplateFailed, read

    needs = None if part == "title" else "headline"
    found = mistakes(text, TITLE_VARIABLES if part == "title" else VARIABLES, needs)
    if found:
        return found
    template = read(text)
    for what, (title, known) in sample_values().items():
        try:
            written = template.fill({**known, "count": 7})
        except TemplateFailed as failed:
            return [Mistake(f"{failed}, when it is filled in with {what}")]
        if needs and title[:_BEGINNING].casefold() not in unmarked(written).casefold():
            return [Mistake(f"it does not show the headline when it is filled in with {what}")]
    return []


def _place(text: str, place: Place, mistake: Mistake) -> Place:
    """Return where in the file a word of a template stands, whatever quotes or indents it is written with."""
    lines = text.splitlines(keepends=True)
    begin = sum(map(len, lines[: place.line])) + place.column
    end = sum(map(len, lines[: place.end_line])) + place.end_column
    at = _nth(text[begin:end], mistake)
    if at is None:
        return place
    before = text[: begin + at]
    line, column = before.count("\n"), len(before) - (before.rfind("\n") + 1)
    return Place(line, column, line, column + len(mistake.word))


def _column(text: str, mistake: Mistake) -> int:
    """Return the column, from 1, of a mistake in a file of its own."""
    at = _nth(text, mistake) or 0
    return at - text.rfind("\n", 0, at)


def _nth(text: str, mistake: Mistake) -> int | None:
    """Return where the word of a mistake stands for the nth time, from 0."""
    places = [found.start() for found in re.finditer(re.escape(mistake.word), text)] if mistake.word else []
    return places[mistake.nth] if mistake.nth < len(places) else None
