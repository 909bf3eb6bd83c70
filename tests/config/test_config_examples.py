"""The shipped examples load, and what is generated from the code is what is shipped."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from monitor.channels import CHANNELS
from monitor.config import template
from monitor.config.load import load, loads, warnings
from monitor.config.reference import json_schema, reference, write_reference
from monitor.config.schema import Config
from monitor.errors import ConfigError
from monitor.sources import KINDS, default_endpoints
from monitor.urls import canonical

# Python 3.11 and 3.12 warn of a module that Apprise imports when it is there
pytestmark = pytest.mark.filterwarnings("ignore:'imghdr' is deprecated:DeprecationWarning")

FOLDER = Path(__file__).parents[2] / "config"
REAL = {
    "source_kinds": KINDS,
    "channel_kinds": CHANNELS,
    "default_endpoints": default_endpoints,
    "credentials": None,
}
ACCOUNTS = {
    "TELEGRAM_URL": "tgram://123456789:abcdefghijklmnopqrstuvwxyz0123456789/42",
    "SMTP_URL": "mailtos://press:secret@mail.example.org?to=press@example.org",
    "SLACK_URL": "slack://T1JJ3T3L2/A1BRTD4JD/TIiajkdnlazkcOXrIdevi7FQ/#security",
}


@pytest.mark.parametrize("name", ["monitor.example.yaml", "newsroom.example.yaml", "starter.example.yaml"])
def test_an_example_loads_without_a_doubt(name):
    config = load(FOLDER / name, environ=ACCOUNTS, **REAL)
    assert warnings(config) == []


def test_the_newsroom_watches_many_sites_in_three_languages():
    config = load(FOLDER / "newsroom.example.yaml", environ=ACCOUNTS, **REAL)
    assert 25 <= len(config.sources) <= 50
    assert all(source.endpoints for source in config.sources)


def test_the_starter_set_says_of_every_site_only_its_address_and_its_time():
    """A newcomer copies a block as it is: nothing in it refers to another, and nothing is switched off."""
    text = (FOLDER / "starter.example.yaml").read_text("utf-8")
    config = load(FOLDER / "starter.example.yaml", environ={}, **REAL)
    assert len(config.sources) >= 40
    assert all(source.enabled and source.discover and source.timezone for source in config.sources)
    assert "endpoints" not in text
    assert "unverified" in text.lower()
    arabic = [source for source in config.sources if any("\u0621" <= letter <= "\u064a" for letter in source.name)]
    assert len(arabic) >= 25


def test_no_site_of_the_starter_set_stands_there_twice():
    urls = [canonical(s.url) for s in load(FOLDER / "starter.example.yaml", environ={}, **REAL).sources]
    assert len(urls) == len(set(urls))


def test_the_examples_name_their_schema_for_editors():
    for path in FOLDER.glob("*.example.yaml"):
        assert path.read_text("utf-8").splitlines()[0] == "# yaml-language-server: $schema=schema.json"


def test_the_template_runs_without_any_account():
    config = loads(template(), "monitor.yaml", environ={}, **REAL)
    assert [channel.type for channel in config.channels] == ["console"]
    assert warnings(config) == []


def test_the_template_with_its_comments_taken_in_still_loads():
    text = template().replace("  # - name: desk ", "  - name: desk ").replace("  #   ", "    ")
    config = loads(text.replace("notify: [screen]", "notify: [screen, desk]"), "m", environ=ACCOUNTS, **REAL)
    assert [channel.name for channel in config.channels] == ["screen", "desk"]


@pytest.mark.parametrize("name", ["schema.json", "README.md"])
def test_the_generated_reference_is_not_stale(name):
    shipped = (FOLDER / name).read_text("utf-8")
    assert shipped == reference(KINDS, CHANNELS)[name], "run: make docs"


def test_the_reference_is_written_into_a_folder(tmp_path):
    write_reference(tmp_path, KINDS, CHANNELS)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["README.md", "schema.json"]
    assert json.loads((tmp_path / "schema.json").read_text("utf-8")) == json_schema(KINDS, CHANNELS)


def _properties(schema: object) -> list[tuple[str, dict[str, object]]]:
    found: list[tuple[str, dict[str, object]]] = []
    if isinstance(schema, dict):
        found += list(schema.get("properties", {}).items())
        found += [pair for value in schema.values() for pair in _properties(value)]
    if isinstance(schema, list):
        found += [pair for value in schema for pair in _properties(value)]
    return found


def test_every_key_is_described_in_the_schema_and_in_the_reference():
    schema, text = json_schema(KINDS, CHANNELS), reference(KINDS, CHANNELS)["README.md"]
    undescribed = [key for key, value in _properties(schema) if not value.get("description")]
    assert undescribed == []
    assert [key for key, _ in _properties(schema) if f"| `{key}` |" not in text] == []


def test_every_reference_inside_the_schema_leads_somewhere():
    schema = json_schema(KINDS, CHANNELS)
    refs = {part.split('"')[0] for part in json.dumps(schema).split('"#/$defs/')[1:]}
    assert refs == set(schema["$defs"])


def test_the_schema_tells_kinds_apart_by_their_type():
    schema = json_schema(KINDS, CHANNELS)
    for choices, kinds in (
        (schema["$defs"]["SourceConfig"]["properties"]["endpoints"]["items"]["oneOf"], KINDS),
        (schema["properties"]["channels"]["items"]["oneOf"], CHANNELS),
    ):
        types = [schema["$defs"][ref["$ref"].rpartition("/")[2]]["properties"]["type"]["const"] for ref in choices]
        assert types == list(kinds)


def test_the_only_channel_without_a_type_is_the_one_for_addresses():
    schema = json_schema(KINDS, CHANNELS)
    optional = [
        block["properties"]["type"]["const"]
        for block in schema["$defs"].values()
        if "type" in block["properties"] and "type" not in block["required"]
    ]
    assert optional == ["apprise"]


def test_two_dataclasses_of_one_name_do_not_mix(read: Callable[..., Config]):
    """The kinds of the tests and the real ones live in one schema."""
    import config_world as own

    mixed = json_schema({"html": KINDS["html"], "other": own.KINDS["html"]}, CHANNELS)
    assert len(mixed["$defs"]["SourceConfig"]["properties"]["endpoints"]["items"]["oneOf"]) == 2


def test_a_slip_inside_a_list_of_blocks_is_traced_in_the_real_kinds():
    text = template().replace("{type: feed,", "{type: html, list: [{item: h2}],")
    with pytest.raises(ConfigError, match=r"(?s)endpoints\.0\.list\.0: unknown key 'item'.*did you mean 'items'\?$"):
        loads(text, "monitor.yaml", environ={}, **REAL)
