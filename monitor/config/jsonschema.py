"""Writes JSON Schema of configuration dataclasses the way our loader reads them: no null, durations as text."""

from __future__ import annotations

from typing import Any

from pydantic.json_schema import GenerateJsonSchema, JsonSchemaValue
from pydantic_core import core_schema

from monitor.values import Duration

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

    def encode_default(self, dft: Any) -> Any:
        """Write a default as a person would."""
        return duration_text(dft) if isinstance(dft, Duration) else super().encode_default(dft)


def duration_text(length: Duration) -> str:
    """Return a duration as it is written in the file, such as `90d`."""
    seconds = round(length.total_seconds())
    unit, size = next((unit, size) for unit, size in _UNITS if seconds % size == 0)
    return f"{seconds // size}{unit}"
