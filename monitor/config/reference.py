"""Writes the reference of the configuration file from the docstrings of its dataclasses: JSON Schema and tables."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from copy import deepcopy
from pathlib import Path
from typing import Any, Literal

from pydantic import TypeAdapter

from monitor.config.jsonschema import Generator
from monitor.config.reading import DEFAULT_CHANNEL
from monitor.config.schema import Config, RuleConfig, SourceConfig
from monitor.config.shape import shape_of
from monitor.ports import ChannelKind, SourceKind
from monitor.render.values import TITLE_VARIABLES

Schema = dict[str, Any]

_INTRODUCTION = """\
<!-- Written by `make docs` from the docstrings in monitor/; do not edit. -->
# The configuration file

`monitor.example.yaml` explains every line of a small file; `newsroom.example.yaml` shows a large one;
`schema.json` lets editors complete and check while you type. `headline-monitor check` says what is wrong with a
file, all of it at once, and what is probably not meant.

- **Sizes** are a number and `MB` or `GB`: `500MB`, `2GB`.
- **Durations** are a number and `s`, `m`, `h`, `d` or `w`: `30s`, `5m`, `1h 30m`.
- **Lists**: where a list is expected, a single value may stand alone: `notify: desk`.
- **Quotes**: put a text in quotes when it begins with one of ``* & ! % @ ` # [ { " '``, or holds `: ` or ` #`. Words
  such as `no`, `on`, `2026`, `010` and `12:30` need none: what looks like a word is that word.
- **Words** in rules: `الأمن` stands for all its inflections (بالأمن, وللأمن), `حد السوالم` for these words together,
  ONU for itself in capitals. `'"الأمن"'` (double quotes inside single ones) is found as it is written, with و ف ب ك ل
  before it; `'exact: onu'` as this very word; `قتل*` at the beginning of a word; `/قتل(ى|ت)/` is a regular expression
  on the folded headline, `/ONU/r` on the headline as it is written, `/ONU/ri` likewise in any case.
- **Secrets**: in `channels`, `heartbeat`, `headers`, `cookies`, `proxy`, and in the `url` of a source or endpoint, a
  whole value may be `${NAME}`, taken from the environment, or `file:name`, the first line of a file: in systemd's
  credentials folder (`$CREDENTIALS_DIRECTORY`), else beside the configuration file, or at an absolute path. Other
  users of the machine must not be able to read the file. Secrets are never printed.
- Unknown keys, duplicate keys, YAML aliases, anchors and tags are refused.

## Templates

`template:` of a channel says how its alerts look, in the language of [Jinja2](https://jinja.palletsprojects.com), of
which `{{ name }}`, `{{ name | filter }}`, `{% if %}` and `{% for %}` may be used. It needs
`pip install headline-monitor[templates]`. The same template does for every service: bold text and links become
Telegram's HTML, Slack's marks or Discord's, and whatever a headline holds is shown as it is and in its own direction.

```yaml
channels:
  - name: desk                          # short: a linked headline, and one line below it
    url: "${TELEGRAM_URL}"
    lang: ar
    template: |
      {% if urgent %}🔴 {% endif %}{{ headline | link }}
      {{ source }} · {{ time }}{% if late %} ({{ late }}){% endif %}
      {% if edited %}
      كان: {{ previous }}
      {% endif %}
  - name: security                      # the words first, then the headline, the lead and the address in letters
    url: "${SLACK_URL}"
    template:
      alert: |
        {% if words %}{{ words | join(" + ") | upper | bold }}: {% endif %}{{ headline }}
        {% if lead %}
        {{ lead | cut(120) }}
        {% endif %}
        {{ url }}
        {{ facts }}
      line: "{{ time }} {{ headline | link }} – {{ source }}"
  - name: press-mail                    # an own subject, and an own text in a file beside this one
    url: "${SMTP_URL}"
    template:
      title: "{% if count > 1 %}{{ count }} titres, dont : {% endif %}{{ headline | cut(80) }} [{{ rule }}]"
      alert: file:mail.j2
```

`alert` is one alert in full (a text alone stands for it), `line` its line in a list of more than six, `title` the
subject of an e-mail. Messages are put together and cut where a service wants it as without templates. Filters are
`bold`, `link` (to the headline's page; where a service has no links the address stands below), `cut(80)`, `upper` and
`lower`, and for lists `join(", ")`, `first`, `last` and `length`. `headline-monitor check` fills every template in with
samples and names each mistake with its place; `headline-monitor preview --channel desk` shows what it makes of them.
A template that fails all the same is left aside: the alert goes out in the built-in form, and the operator is told.

| name | what it is | |
|---|---|---|
VARIABLES
"""
_NOTATIONS = {
    "Duration": "duration",
    "Size": "size",
    "Rate": "rate",
    "TimeOfDay": "time of day",
    "DailyWindow": "part of the day",
    "ListenAddress": "address of this machine",
    "string": "text",
    "boolean": "`true` or `false`",
    "integer": "whole number",
    "number": "number",
    "object": "block of keys and texts",
}


_BLOCKS = {"SourceConfig": "source", "RuleConfig": "rule", "EndpointOptions": "endpoint", "ChannelOptions": "channel"}


def json_schema(source_kinds: Mapping[str, SourceKind], channel_kinds: Mapping[str, ChannelKind]) -> Schema:
    """Return the JSON Schema (draft 7) of the whole file, for these kinds of endpoints and channels."""
    kinds: dict[str, type[Any]] = {
        **{f"endpoint {name}": kind.options for name, kind in source_kinds.items()},
        **{f"channel {name}": kind.options for name, kind in channel_kinds.items()},
    }
    written, defs = _schemas({"": Config, **kinds})
    top = _resolve(written.pop(""), defs)
    for name, ref in written.items():
        _say_type(_resolve(ref, defs), name.partition(" ")[2])
    endpoints = [ref for name, ref in written.items() if name.startswith("endpoint ")]
    channels = [ref for name, ref in written.items() if name.startswith("channel ")]
    defs["SourceConfig"]["properties"]["endpoints"]["items"] = {"oneOf": endpoints}
    top["properties"]["channels"]["items"] = {"oneOf": channels}
    for unused in ("Config", "EndpointOptions", "ChannelOptions"):
        defs.pop(unused, None)
    _accept_lone_values([top, defs])
    return {"$schema": "http://json-schema.org/draft-07/schema#", **top, "title": "headline-monitor", "$defs": defs}


def _schemas(kinds: Mapping[str, type[Any]]) -> tuple[dict[str, Schema], Schema]:
    """Return a reference to the schema of each dataclass, and the definitions that they share."""
    inputs: list[tuple[str, Literal["validation"], TypeAdapter[Any]]] = [
        (name, "validation", shape_of(kind).adapter) for name, kind in kinds.items()
    ]
    written, shared = TypeAdapter.json_schemas(inputs, schema_generator=Generator)
    return {name: dict(schema) for (name, _), schema in written.items()}, shared["$defs"]


def write_reference(
    folder: Path, source_kinds: Mapping[str, SourceKind], channel_kinds: Mapping[str, ChannelKind]
) -> None:
    """Write `schema.json` and `README.md` into the folder."""
    for name, text in reference(source_kinds, channel_kinds).items():
        (folder / name).write_text(text, encoding="utf-8")


def reference(source_kinds: Mapping[str, SourceKind], channel_kinds: Mapping[str, ChannelKind]) -> dict[str, str]:
    """Return the files of the reference by name."""
    schema = json_schema(source_kinds, channel_kinds)
    return {
        "schema.json": json.dumps(schema, ensure_ascii=False, indent=2) + "\n",
        "README.md": _tables(source_kinds, channel_kinds),
    }


def _tables(source_kinds: Mapping[str, SourceKind], channel_kinds: Mapping[str, ChannelKind]) -> str:
    sections = [
        ("## At the top", shape_of(Config).schema),
        ("## `sources`", shape_of(SourceConfig).schema),
        *((f"### An endpoint of `type: {name}`", _typed(kind.options, name)) for name, kind in source_kinds.items()),
        ("## `rules`", shape_of(RuleConfig).schema),
        *((f"## A channel of `type: {name}`", _typed(kind.options, name)) for name, kind in channel_kinds.items()),
    ]
    parts = [_INTRODUCTION.replace("VARIABLES", "\n".join(_variables()))]
    told: set[str] = set()
    for heading, schema in sections:
        parts.append("\n".join([heading, _one_line(schema.get("description", "")), "", *_table(schema, schema)]) + "\n")
        parts += _inner_blocks(schema, told)
    return "\n".join(parts)


def _variables() -> Iterator[str]:
    for name, variable in TITLE_VARIABLES.items():
        yield f"| `{name}` | {variable.sort} | {variable.meaning} |"


def _typed(options: type[Any], name: str) -> Schema:
    schema = deepcopy(shape_of(options).schema)
    _say_type(schema, name)
    return schema


def _inner_blocks(schema: Schema, told: set[str]) -> Iterator[str]:
    """Yield the tables of blocks inside this one, each once in the whole text."""
    for name, inner in schema.get("$defs", {}).items():
        if name in told or name in _BLOCKS:
            continue
        told.add(name)
        lines = [f"#### A `{name}` block", _one_line(inner.get("description", "")), "", *_table(inner, schema)]
        yield "\n".join(lines) + "\n"


def _table(block: Schema, root: Schema) -> Iterator[str]:
    yield "| key | value | when missing | meaning |"
    yield "|---|---|---|---|"
    for key, value in block["properties"].items():
        needed = key in block.get("required", ())
        default = "**needed**" if needed else f"`{_default(value['default'])}`" if "default" in value else ""
        yield f"| `{key}` | {_notation(value, root)} | {default} | {_one_line(value.get('description', ''))} |"


def _notation(value: Schema, root: Schema) -> str:
    """Say in words what a value looks like."""
    if "anyOf" in value:
        return " or ".join(dict.fromkeys(_notation(branch, root) for branch in value["anyOf"]))
    if "$ref" in value:
        name = value["$ref"].rpartition("/")[2]
        inner = _resolve(value, root["$defs"])
        return _BLOCKS.get(name, f"`{name}` block") if "properties" in inner else _notation(inner, root)
    if words := value.get("enum", [value["const"]] if "const" in value else []):
        return " or ".join(f"`{word}`" for word in words)
    if value.get("type") == "array":
        return f"list of: {_notation(value['items'], root)}"
    return _NOTATIONS.get(value.get("title", ""), _NOTATIONS.get(value.get("type", ""), ""))


def _default(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _one_line(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")


def _resolve(schema: Schema, defs: Schema) -> Schema:
    found: Schema = defs[schema["$ref"].rpartition("/")[2]] if "$ref" in schema else schema
    return found


def _say_type(options: Schema, name: str) -> None:
    """Pin `type` to the kind's name, so that editors know by it which keys belong to the block."""
    written = options["properties"]["type"]
    options["properties"]["type"] = {"const": name, "description": written.get("description", "")}
    required = [key for key in options.get("required", ()) if key != "type"]
    if name == DEFAULT_CHANNEL:
        options["properties"]["type"]["default"] = name
        options["required"] = required
    else:
        options["required"] = [*required, "type"]


def _accept_lone_values(schema: Any) -> None:
    """Allow what the loader allows: one value in place of a list of texts, and numbers among words."""
    if isinstance(schema, dict):
        items = schema.get("items")
        if schema.get("type") == "array" and isinstance(items, dict) and items.get("type") == "string":
            schema["type"] = ["array", "string"]
            if set(items) == {"type"}:
                items["type"] = ["string", "number", "boolean"]
                schema["type"] = ["array", "string", "number", "boolean"]
    children: Sequence[Any] = ()
    if isinstance(schema, dict):
        children = list(schema.values())
    elif isinstance(schema, list):
        children = schema
    for child in children:
        _accept_lone_values(child)
