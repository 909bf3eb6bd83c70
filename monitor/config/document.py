"""Reads YAML text into a tree of nodes that know their places; knows nothing of what the keys mean.

Scalars follow YAML 1.2 and less: only `true`/`false`, plain decimal numbers and empty values are special, so that
`no`, `12:30`, `010` and `2026-11-23` stay the text they look like. Aliases, anchors, tags, merge keys, duplicate
keys and several documents are refused.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import yaml

from monitor.config.problems import KeyPath, Place, Problem, WrongFile
from monitor.config.syntax import QUOTE, explain

MAX_DEPTH = 20
MAX_NODES = 200_000  # a file of 2,000 sources has 40,000

_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # libyaml where PyYAML was built with it: 20 times faster
_INT = re.compile(r"[-+]?(0|[1-9][0-9]{0,17})")
_FLOAT = re.compile(r"[-+]?(0|[1-9][0-9]{0,17})\.[0-9]{1,30}")
_TRUE, _FALSE = {"true", "True", "TRUE"}, {"false", "False", "FALSE"}
_EMPTY = {"", "~", "null", "Null", "NULL"}

Plain = str | int | float | bool | list["Plain"] | dict[str, "Plain"] | None
"""A value as JSON knows it."""


@dataclass(slots=True, eq=False)
class Scalar:
    """A single value. `as_text` and `as_list` are set when the place it stands in asks for that."""

    place: Place
    text: str
    quoted: bool
    as_text: bool = False
    as_list: bool = False

    @property
    def is_empty(self) -> bool:
        return not self.quoted and self.text in _EMPTY


@dataclass(slots=True, eq=False)
class Items:
    """A list."""

    place: Place
    nodes: list[Node] = field(default_factory=list)


@dataclass(slots=True, eq=False)
class Block:
    """Keys with values, in the order of the file."""

    place: Place
    nodes: dict[str, Node] = field(default_factory=dict)
    keys: dict[str, Place] = field(default_factory=dict)


Node = Scalar | Items | Block


def parse(text: str) -> Block:
    """Return the tree of a configuration file.

    Raises:
        WrongFile: the text is not one YAML document with keys at its top.
    """
    try:
        return _Builder().build(yaml.parse(text, Loader=_LOADER))
    except yaml.YAMLError as error:
        raise WrongFile(explain(error, text)) from None


def plain(node: Node) -> Plain:
    """Return the node as plain data."""
    if isinstance(node, Block):
        return {key: plain(value) for key, value in node.nodes.items()}
    if isinstance(node, Items):
        return [plain(value) for value in node.nodes]
    value = node.text if node.quoted or node.as_text else _resolve(node.text)
    return [value] if node.as_list else value


def _resolve(text: str) -> Plain:
    if text in _EMPTY:
        return None
    if text in _TRUE or text in _FALSE:
        return text in _TRUE
    if _INT.fullmatch(text):
        return int(text)
    return float(text) if _FLOAT.fullmatch(text) else text


def find(node: Node, path: KeyPath) -> tuple[Node, KeyPath]:
    """Return the deepest node on the path, and the part of the path that leads to it.

    Steps that do not exist are skipped: validators name the branch of a choice among the steps.
    """
    found: list[str | int] = []
    for step in path:
        if isinstance(node, Block) and step in node.nodes:
            node = node.nodes[str(step)]
        elif isinstance(node, Items) and isinstance(step, int) and step < len(node.nodes):
            node = node.nodes[step]
        else:
            continue
        found.append(step)
    return node, tuple(found)


def scalars(node: Node, path: KeyPath = ()) -> Iterator[tuple[KeyPath, Scalar]]:
    """Yield every single value below the node with its path."""
    if isinstance(node, Scalar):
        yield path, node
        return
    steps = node.nodes.items() if isinstance(node, Block) else enumerate(node.nodes)
    for step, value in steps:
        yield from scalars(value, (*path, step))


class _Builder:
    """Builds the tree from parser events, on a stack of its own, so that depth and size are bounded."""

    def __init__(self) -> None:
        self._open: list[Items | Block] = []
        self._keys: list[tuple[str, Place] | None] = []  # the key that waits for its value, per open node
        self._count = 0
        self._top: Node | None = None

    def build(self, events: Iterator[Any]) -> Block:
        for event in events:
            self._take(event)
        if self._top is None or (isinstance(self._top, Scalar) and self._top.is_empty):
            raise WrongFile(
                Problem("the file is empty", hint="delete it, then write one to start from with: headline-monitor init")
            )
        if not isinstance(self._top, Block):
            raise WrongFile(
                Problem(
                    "expected keys such as 'sources:', 'rules:' and 'channels:' at the top of the file",
                    self._top.place,
                    hint="see how they look: headline-monitor init --config new.yaml",
                )
            )
        return self._top

    def _take(self, event: Any) -> None:
        if isinstance(event, yaml.DocumentStartEvent) and self._top is not None:
            raise WrongFile(
                Problem("a second document starts here", _place(event), hint="remove the line '---' or what follows")
            )
        if isinstance(event, yaml.NodeEvent):
            _refuse_references(event)
            self._count += 1
            if self._count > MAX_NODES:
                raise WrongFile(Problem(f"more than {MAX_NODES} values in one file", _place(event)))
        if isinstance(event, yaml.ScalarEvent):
            self._add(Scalar(_place(event), event.value, quoted=not event.implicit[0]))
        elif isinstance(event, yaml.SequenceStartEvent):
            self._enter(Items(_place(event)))
        elif isinstance(event, yaml.MappingStartEvent):
            self._enter(Block(_place(event)))
        elif isinstance(event, yaml.CollectionEndEvent):
            self._open.pop()
            self._keys.pop()

    def _enter(self, node: Items | Block) -> None:
        if len(self._open) >= MAX_DEPTH:
            raise WrongFile(Problem(f"more than {MAX_DEPTH} levels of blocks and lists", node.place))
        self._add(node)
        self._open.append(node)
        self._keys.append(None)

    def _add(self, node: Node) -> None:
        if not self._open:
            self._top = node
            return
        parent = self._open[-1]
        if isinstance(parent, Items):
            parent.nodes.append(node)
        elif self._keys[-1] is None:
            self._keys[-1] = _key(node, parent)
        else:
            key, place = self._keys[-1]
            parent.nodes[key], parent.keys[key] = node, place
            self._keys[-1] = None


def _key(node: Node, parent: Block) -> tuple[str, Place]:
    if not isinstance(node, Scalar) or (node.is_empty and not node.text):
        raise WrongFile(Problem("a key must be a word", node.place, hint="write: key: value"))
    if node.text == "<<":
        raise WrongFile(
            Problem("merge keys ('<<') are not supported", node.place, hint="write the keys out in each block")
        )
    if node.text in parent.keys:
        first = parent.keys[node.text]
        raise WrongFile(
            Problem(
                f"key '{node.text}' stands here and in line {first.line + 1}, column {first.column + 1}",
                node.place,
                hint="keep one of the two",
            )
        )
    return node.text, node.place


def _refuse_references(event: Any) -> None:
    if isinstance(event, yaml.AliasEvent):
        sign, what = "*", "aliases"
    elif event.anchor is not None:
        sign, what = "&", "anchors"
    elif event.tag is not None:
        sign, what = "!", "tags"
    else:
        return
    message = f"YAML's {what} ('{sign}') are not supported"
    raise WrongFile(Problem(message, _place(event), hint=QUOTE.format(sign)))


def _place(event: Any) -> Place:
    start, end = event.start_mark, event.end_mark
    return Place(start.line, start.column, end.line, end.column)
