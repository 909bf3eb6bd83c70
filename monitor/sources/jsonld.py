"""Reads what a page says of its article in JSON-LD (schema.org), however broken; knows no other markup."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from monitor.urls import canonical

Node = Mapping[str, Any]

_ARTICLE = re.compile(r"(?:Article|Posting|Report|Review)$")
_WRAPPING = re.compile(r"^\s*(?:<!--|/\*|//)?\s*<!\[CDATA\[(?:\*/)?|(?:/\*|//)?\s*\]\]>\s*(?:\*/|-->)?\s*;?\s*$|;\s*$")
_TRAILING_COMMA = re.compile(r",(?=\s*[}\]])")
_FACT = re.compile(
    r'"(headline|description|datePublished|dateModified|articleSection|articleBody|url)"\s*:\s*"((?:[^"\\]|\\.)*)"'
)
_MOST_NODES = 500
_MOST_TEXT = 400_000  # characters of one script; articles carry their whole text
_DEEPEST = 6


def article_node(scripts: Iterable[str], address: str) -> tuple[Node, Mapping[str, Node]]:
    """Return the node of the page's article, empty when there is none, and all nodes by their @id.

    Of several articles it is the one whose address is the page's, else the first.
    """
    nodes = [node for script in scripts for node in _nodes(script)]
    articles = [node for node in nodes if any(map(_ARTICLE.search, types(node)))]
    here = canonical(address)
    chosen = next((node for node in articles if here in _addresses(node)), articles[0] if articles else {})
    return chosen, {str(node["@id"]): node for node in reversed(nodes) if "@id" in node and len(node) > 1}


def types(node: Node) -> list[str]:
    """Return the names of what a node is."""
    return [kind for kind in _list(node.get("@type")) if isinstance(kind, str)]


def text(value: Any) -> str | None:
    """Return a value's first text, or None."""
    return next(texts(value, {}), None)


def texts(value: Any, by_id: Mapping[str, Node], keys: Sequence[str] = ("name", "@value")) -> Iterator[str]:
    """Yield the texts of a value: its own, or those under one of the keys of the nodes it holds or refers to."""
    for one in _list(value):
        if isinstance(one, Mapping):
            node = {**by_id.get(str(one.get("@id")), {}), **one}
            one = next((node[key] for key in keys if isinstance(node.get(key), str)), None)  # noqa: PLW2901  unwrapped
        if isinstance(one, str) and (shown := " ".join(html.unescape(one).split())):
            yield shown


def _nodes(script: str) -> Iterator[Node]:
    data = _loaded(script[:_MOST_TEXT])
    stack: list[tuple[Any, int]] = [(data, 0)]
    for _ in range(_MOST_NODES):
        if not stack:
            return
        one, depth = stack.pop()
        if isinstance(one, list):
            stack += [(inner, depth + 1) for inner in reversed(one) if depth < _DEEPEST]
        elif isinstance(one, Mapping):
            yield one
            inner = [one[key] for key in ("mainEntity", "mainEntityOfPage", "@graph") if key in one]
            stack += [(each, depth + 1) for each in inner if depth < _DEEPEST]


def _loaded(script: str) -> Any:
    """Return the data of a script; from one that is no JSON the facts that can be told without its structure."""
    bare = _WRAPPING.sub("", _WRAPPING.sub("", script)).strip()
    for attempt in (bare, _TRAILING_COMMA.sub("", bare), html.unescape(bare)):
        try:
            return json.loads(attempt, strict=False)
        except (ValueError, RecursionError):
            continue
    if not re.search(r'"@type"\s*:\s*\[?\s*"\w*(?:Article|Posting)"', bare):
        return None
    return {"@type": "Article", **{key: _unescaped(value) for key, value in reversed(_FACT.findall(bare))}}


def _unescaped(value: str) -> str:
    try:
        return str(json.loads(f'"{value}"', strict=False))
    except ValueError:
        return value


def _addresses(node: Node) -> set[str]:
    found = [node.get(key) for key in ("url", "@id", "mainEntityOfPage")]
    return {canonical(address.partition("#")[0]) for value in found for address in texts(value, {}, ("@id", "url"))}


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]
