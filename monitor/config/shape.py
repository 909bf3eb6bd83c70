"""Fits blocks of the file to frozen dataclasses and says in plain words where they do not fit; checks no meaning.

The only module that validates with pydantic. A number where text is wanted becomes the text it was written as, and a
single value where a list is wanted a list of one: people write `any: 2026` and `notify: desk`.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Mapping, Sequence
from functools import cached_property
from typing import Any, Generic, TypeVar

from pydantic import TypeAdapter, ValidationError

from monitor.config.document import Block, Items, Node, Plain, Scalar, find, plain, scalars
from monitor.config.jsonschema import Generator
from monitor.config.problems import KeyPath, Problem, guess, invisible, suggest

T = TypeVar("T")

_WANTED = {
    "string_type": "text",
    "bool_type": "true or false",
    "int_type": "a whole number",
    "int_from_float": "a whole number",
    "float_type": "a number",
    "tuple_type": "a list",
    "list_type": "a list",
    "dict_type": "a block of keys",
    "mapping_type": "a block of keys",
    "dataclass_type": "a block of keys",
}
_UNKNOWN = {"unexpected_keyword_argument", "extra_forbidden"}
_MISSING = {"missing", "missing_argument"}
_OTHER_NAMES = {  # how other programs and other people call our keys
    "interval": "every",
    "keywords": "any",
    "words": "any",
    "exclude": "none",
    "not": "none",
    "channel": "notify",
    "channels": "notify",
    "feeds": "endpoints",
    "selector": "items",
    "tz": "timezone",
    "urgent": "breaking",
}


class Shape(Generic[T]):
    """A dataclass that a block of the file must fit."""

    def __init__(self, kind: type[T]) -> None:
        self.adapter: TypeAdapter[T] = TypeAdapter(kind)

    def fit(self, node: Block, path: KeyPath, given: Mapping[str, Plain]) -> tuple[T | None, list[Problem]]:
        """Return the dataclass and every problem; `given` holds values that stand in for those of the file.

        With problems, the dataclass lacks the keys that have them, or is None when it cannot do without.
        """
        node = Block(node.place, {key: value for key, value in node.nodes.items() if key not in given}, node.keys)
        empty = {at: _nothing(value, path + at) for at, value in scalars(node) if value.is_empty}
        fitted, errors = self._validate(node, given, without={str(at[0]) for at in empty})
        while [error for error in errors if _mend(node, error)]:
            fitted, errors = self._validate(node, given, without={str(at[0]) for at in empty})
        if not errors:
            return fitted, list(empty.values())
        told = self._problems(node, path, list(_without_noise(node, errors)))
        faulty = {str(step) for error in errors for step in error["loc"][:1]} | {str(at[0]) for at in empty}
        fitted, _ = self._validate(node, given, without=faulty)
        return fitted, [*empty.values(), *(problem for at, problem in told if at not in empty)]

    def _validate(
        self, node: Block, given: Mapping[str, Plain], without: Collection[str]
    ) -> tuple[T | None, Sequence[Any]]:
        data = {key: value for key, value in (_data(node) | dict(given)).items() if key not in without}
        try:
            return self.adapter.validate_json(json.dumps(data), strict=True), ()
        except ValidationError as error:
            return None, error.errors(include_url=False, include_input=False)
        except OverflowError:  # a duration of more digits than time has
            return None, [{"type": "overflow", "loc": (), "msg": "a number in this block is too large"}]

    def _problems(self, node: Block, path: KeyPath, errors: Sequence[Any]) -> Iterator[tuple[KeyPath, Problem]]:
        """Yield the problems with the paths of what they are about; a mistyped key is not missing too."""
        meant: set[tuple[KeyPath, str | None]] = set()
        for error in (one for one in errors if one["type"] in _UNKNOWN):
            above, name = find(node, error["loc"][:-1])[1], str(error["loc"][-1])
            meant.add((above, self._meant(name, above)))
            yield (*above, name), self._unknown(node, path, above, name)
        for error in errors:
            name = str(error["loc"][-1]) if error["loc"] else ""
            at, inner = find(node, error["loc"][:-1] if error["type"] in _MISSING else error["loc"])
            if error["type"] in _MISSING and (inner, name) not in meant:
                hint = self._meaning(name, inner)
                yield (*inner, name), Problem(f"key '{name}' is missing", at.place, path + inner, hint)
            elif error["type"] not in _UNKNOWN | _MISSING:
                message, hint = _wording(at, error)
                if "a block of keys" in message and not isinstance(at, Block):
                    hint = self._example(inner)
                yield inner, Problem(message, at.place, path + inner, hint)

    def _unknown(self, node: Block, path: KeyPath, above: KeyPath, name: str) -> Problem:
        block = find(node, above)[0]
        assert isinstance(block, Block)
        meant, known = self._meant(name, above), ", ".join(self.keys(above))
        hint = f"did you mean '{meant}'?" if meant else f"known keys: {known}"
        if char := invisible(name):
            hint = f"the key holds an invisible character ({char}); write it anew"
        return Problem(f"unknown key '{name}'", block.keys[name], (*path, *above), hint)

    def _meant(self, name: str, above: KeyPath) -> str | None:
        known = self.keys(above)
        other = _OTHER_NAMES.get(guess(name, _OTHER_NAMES) or "")
        return guess(name, known) or (other if other in known else None)

    def _meaning(self, name: str, above: KeyPath) -> str | None:
        meaning: str = self.keys(above).get(name, {}).get("description", "")
        sentence = " ".join(meaning.split()).partition(". ")[0].rstrip(".")
        return f"{name}: {sentence[0].lower()}{sentence[1:]}" if sentence else None

    def _example(self, path: KeyPath) -> str | None:
        needed = [key for key, value in self.keys(path).items() if value.get("needed")]
        return f"such as {{{', '.join(f'{key}: ...' for key in needed)}}}" if needed else None

    def keys(self, path: KeyPath = ()) -> dict[str, Any]:
        """Return the JSON Schema of every key that a block at the path can have, and whether it is `needed`."""
        found = [self.schema]
        for step in path:
            found = [inner for outer in found for inner in _inside(self.schema, outer, step)]
        return {key: value for each in found for key, value in _properties(self.schema, each).items()}

    @cached_property
    def schema(self) -> dict[str, Any]:
        """The JSON Schema of the dataclass."""
        return self.adapter.json_schema(schema_generator=Generator)


_SHAPES: dict[Any, Shape[Any]] = {}  # building one takes milliseconds


def shape_of(kind: type[T]) -> Shape[T]:
    """Return the shape of a dataclass."""
    if kind not in _SHAPES:
        _SHAPES[kind] = Shape(kind)
    return _SHAPES[kind]


def _data(node: Block) -> dict[str, Plain]:
    data = plain(node)
    assert isinstance(data, dict)
    return data


def _mend(node: Block, error: Any) -> bool:
    """Read a value the way its place asks for, if it can be read so; tell whether that changed anything."""
    at, _ = find(node, error["loc"])
    if not isinstance(at, Scalar) or at.is_empty:
        return False
    if error["type"] == "string_type" and not at.as_text and not at.quoted:
        at.as_text = True
        return True
    if error["type"] in {"tuple_type", "list_type"} and not at.as_list:
        at.as_list = True
        return True
    return False


def _without_noise(node: Block, errors: Sequence[Any]) -> Iterator[Any]:
    """Drop what the branches of a choice say about a value that another branch understood better.

    A branch that wanted another sort of value is silent when one got further, and two that both wanted another
    sort speak with one voice.
    """
    paths = [find(node, error["loc"])[1] for error in errors]
    deeper = {path[:length] for path in paths for length in range(len(path))}
    wanted: dict[KeyPath, list[str]] = {}
    for path, error in zip(paths, errors, strict=True):
        if error["type"] in _WANTED and _WANTED[error["type"]] not in wanted.setdefault(path, []):
            wanted[path].append(_WANTED[error["type"]])
    understood = {path for path, error in zip(paths, errors, strict=True) if error["type"] not in _WANTED}
    for path, error in zip(paths, errors, strict=True):
        if error["type"] not in _WANTED:
            yield error
        elif path not in deeper and path not in understood and path in wanted:
            yield {**error, "wanted": " or ".join(wanted.pop(path))}


def _wording(at: Node, error: Any) -> tuple[str, str | None]:
    """Return message and hint for a value that does not fit."""
    if wanted := error.get("wanted"):
        return _mismatch(at, wanted)
    context = error.get("ctx", {})
    if error["type"] == "literal_error":
        known = [word.strip(" '") for word in context["expected"].replace(" or ", ", ").split(",")]
        value = at.text if isinstance(at, Scalar) else "this"
        return f"'{value}' is not one of: {', '.join(known)}", suggest(value, known)
    message = str(context["error"]) if "error" in context else error["msg"]
    return message[:1].lower() + message[1:], None


def _mismatch(at: Node, wanted: str) -> tuple[str, str | None]:
    if isinstance(at, Block):
        quote = "a text that contains ': ' must stand in quotes" if wanted == "text" else None
        return f"expected {wanted}, found a block of keys", quote
    if isinstance(at, Items):
        return f"expected {wanted}, found a list", None
    return f"expected {wanted}, found '{at.text}'", _boolean_hint(at.text, wanted)


def _nothing(at: Scalar, path: KeyPath) -> Problem:
    hint = (
        f"put '{at.text}' in quotes if it is meant as a word"
        if at.text
        else "write a value, or remove the key; a text that begins with # must stand in quotes, else it is a comment"
    )
    return Problem("no value here", at.place, path, hint)


def _boolean_hint(text: str, wanted: str) -> str | None:
    if wanted != "true or false":
        return None
    meant = {"yes": "true", "on": "true", "1": "true", "no": "false", "off": "false", "0": "false"}
    return f"write: {meant[text.casefold()]}" if text.casefold() in meant else None


def _resolved(root: dict[str, Any], schema: Any) -> dict[str, Any]:
    while "$ref" in schema:
        schema = root["$defs"][schema["$ref"].rpartition("/")[2]]
    return dict(schema)


def _properties(root: dict[str, Any], schema: dict[str, Any]) -> dict[str, Any]:
    schema = _resolved(root, schema)
    needed = schema.get("required", ())
    found = {key: {**value, "needed": key in needed} for key, value in schema.get("properties", {}).items()}
    for branch in schema.get("anyOf", ()):
        found |= _properties(root, branch)
    return found


def _inside(root: dict[str, Any], schema: dict[str, Any], step: str | int) -> Iterator[dict[str, Any]]:
    """Yield the schemas that may apply one step below a schema."""
    schema = _resolved(root, schema)
    for branch in schema.get("anyOf", ()):
        yield from _inside(root, branch, step)
    if isinstance(step, int) and isinstance(schema.get("items"), dict):
        yield schema["items"]
    elif step in schema.get("properties", {}):
        yield schema["properties"][step]
