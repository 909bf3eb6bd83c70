"""Writes JSON Schema of configuration dataclasses the way our loader reads them: no null, durations as text."""

from __future__ import annotations

from dataclasses import is_dataclass
from functools import cache
from typing import Any

from pydantic import TypeAdapter
from pydantic.json_schema import GenerateJsonSchema, JsonSchemaValue
from pydantic_core import core_schema

from monitor.values import Duration, Size

_UNITS = (("d", 86400), ("h", 3600), ("m", 60), ("s", 1))


class Generator(GenerateJsonSchema):
    """Pydantic's generator with our way of writing values."""

    def field_title_should_be_set(self, _schema: Any) -> bool:
        """Leave out titles that only repeat the key."""
        return False

    def function_after_schema(self, schema: core_schema.AfterValidatorFunctionSchema) -> JsonSchemaValue:
        """Name the values that have a notation of their own, such as durations."""
        written = super().function_after_schema(schema)
        owner = getattr(schema["function"]["function"], "__self__", None)
        return {**written, "title": owner.__name__} if isinstance(owner, type) else written

    def nullable_schema(self, schema: core_schema.NullableSchema) -> JsonSchemaValue:
        """Say nothing of null: a key that is not wanted is left out."""
        return self.generate_inner(schema["schema"])

    def default_schema(self, schema: core_schema.WithDefaultSchema) -> JsonSchemaValue:
        """Leave out the default of keys that are off when missing."""
        written = super().default_schema(schema)
        if written.get("default", ...) in (None, [], {}):
            del written["default"]
        return written

    def dataclass_schema(self, schema: core_schema.DataclassSchema) -> JsonSchemaValue:
        """Describe inherited keys too; pydantic reads the docstrings of a class's own keys only."""
        written = super().dataclass_schema(schema)
        for base in schema["cls"].__mro__[1:]:
            for key, meaning in _meanings(base).items():
                written["properties"][key].setdefault("description", meaning)
        return written

    def encode_default(self, dft: Any) -> Any:
        """Write a default as a person would."""
        if isinstance(dft, Duration):
            return duration_text(dft)
        return dft.text if isinstance(dft, Size) else super().encode_default(dft)


@cache
def _meanings(kind: type[Any]) -> dict[str, str]:
    """Return the docstring of every key of a dataclass."""
    if not is_dataclass(kind):
        return {}
    keys = TypeAdapter(kind).json_schema(schema_generator=Generator)["properties"]
    return {key: value["description"] for key, value in keys.items() if "description" in value}


def duration_text(length: Duration) -> str:
    """Return a duration as it is written in the file, such as `90d`."""
    seconds = round(length.total_seconds())
    unit, size = next((unit, size) for unit, size in _UNITS if seconds % size == 0)
    return f"{seconds // size}{unit}"
