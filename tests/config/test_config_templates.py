"""Templates of channels in the configuration: where they come from, and where their mistakes stand."""

from __future__ import annotations

import importlib.util
import re
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from monitor.channels import CHANNELS
from monitor.config.load import load
from monitor.errors import ConfigError
from monitor.render.values import TITLE_VARIABLES
from monitor.sources import KINDS

WITH_JINJA = pytest.mark.skipif(
    importlib.util.find_spec("jinja2") is None, reason="the extra `templates` is not installed"
)
WORLD = {
    "source_kinds": KINDS,
    "channel_kinds": CHANNELS,
    "default_endpoints": lambda url: (),
    "environ": {
        "TELEGRAM_URL": "tgram://123456789:AAF0BbCcDdEeFfGgHhIiJjKkLlMmNnOoPpQ/42",
        "SLACK_URL": "slack://T1JJ3T3L2/A1BRTD4JD/TIiajkdnlazkcOXrIdevi7FQ/",
        "SMTP_URL": "mailto://user:password@mail.example?to=desk@mail.example",
    },
    "credentials": None,
}
BEFORE = """\
sources: [{name: sada, url: "https://sada.example"}]
rules: [{name: all, breaking: true, notify: [desk]}]
channels:
  - name: desk
    type: console
"""


def told(template: str, folder: Path) -> str:
    path = folder / "monitor.yaml"
    path.write_text(f"{BEFORE}{template}\n", encoding="utf-8")
    with pytest.raises(ConfigError) as caught:
        load(path, **WORLD)
    return re.sub("[\u2066-\u2069]", "", str(caught.value)).replace(f"{folder}/", "")


@WITH_JINJA
@pytest.mark.parametrize(
    "template",
    [
        "    template: |\n      {{ time }}\n      {{ headline }} {{ headlin }}",
        '    template: "{{ time }}\\n{{ headline }}\n      {{ headlin }}"',
        "    template: {alert: '{{ headline }}\n      {{ time }} {{ headlin }}'}",
    ],
)
def test_a_mistake_is_shown_at_its_place_however_the_template_is_quoted(template, tmp_path):
    said = told(template, tmp_path)
    lines = f"{BEFORE}{template}".split("\n")
    row = next(n for n, line in enumerate(lines) if "headlin }}" in line)
    assert f"monitor.yaml:{row + 1}:{lines[row].rindex('headlin') + 1}: channels.0.template" in said
    assert "there is no 'headlin' to show" in said
    assert "hint: did you mean 'headline'?" in said


@WITH_JINJA
def test_all_mistakes_of_all_templates_are_told_at_once_beside_others(tmp_path):
    said = told("    template: {alert: '{{ a }}', line: '{{ b }}', titel: '{{ c }}'}\n    colour: red", tmp_path)
    assert re.findall(r"there is no '(\w)' to show", said) == ["a", "b"]
    assert "did you mean 'title'?" in said
    assert "unknown key 'colour'" in said


@WITH_JINJA
def test_a_mistake_in_a_file_of_its_own_is_named_with_file_line_and_column(tmp_path):
    (tmp_path / "alert.j2").write_text("{{ time }}\n  {{ headline | blod }}\n", encoding="utf-8")
    said = told("    template: file:alert.j2", tmp_path)
    assert "monitor.yaml:6:15: channels.0.template: alert.j2:2:17: there is no filter 'blod'" in said


@WITH_JINJA
def test_the_text_of_a_file_beside_the_configuration_is_the_template(tmp_path):
    (tmp_path / "alert.j2").write_text("{{ headline }}\n", encoding="utf-8")
    (tmp_path / "monitor.yaml").write_text(f"{BEFORE}    template: file:alert.j2\n", encoding="utf-8")
    (channel,) = load(tmp_path / "monitor.yaml", **WORLD).channels
    assert channel.templates.alert == "{{ headline }}\n"


@pytest.mark.parametrize(
    ("content", "said"), [(None, "No such file or directory"), (b"\xff{{ headline }}", "it is not UTF-8 text")]
)
def test_a_file_that_cannot_be_read_is_a_mistake(content, said, tmp_path):
    if content:
        (tmp_path / "alert.j2").write_bytes(content)
    assert f"cannot read template alert.j2: {said}" in told("    template: file:alert.j2", tmp_path)


@WITH_JINJA
@pytest.mark.parametrize(
    ("template", "said"),
    [
        ("{% if edited %}{{ headline }}{% endif %}", "it writes nothing, when it is filled in with an Arabic headline"),
        ("{{ source }}{% if edited %}{{ headline }}{% endif %}", "it does not show the headline when it is filled in"),
        ("{{ headline }}{% if url > 3 %}{% endif %}", "'>' not supported between instances of 'str' and 'int'"),
        ("{{ headline | join(', ') }}", "a filter that wants a list"),
    ],
)
def test_a_template_is_filled_in_with_samples(template, said, tmp_path):
    assert said in told(f'    template: "{template}"', tmp_path)


@pytest.mark.parametrize("template", ["[a, b]", "true", "{alert: {a: b}}"])
def test_a_template_that_is_no_text_is_a_mistake(template, tmp_path):
    assert "channels.0.template" in told(f"    template: {template}", tmp_path)


def test_without_the_library_the_error_says_how_to_install_it(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "jinja2", None)
    said = told('    template: "{{ headline }}"', tmp_path)
    assert "channels.0.template: templates need Jinja2" in said
    assert "pip install 'headline-monitor[templates]'" in said


def reference() -> str:
    return (Path(__file__).parents[2] / "config" / "README.md").read_text("utf-8")


@WITH_JINJA
def test_the_templates_of_the_reference_can_be_copied(tmp_path):
    examples = re.findall(r"```yaml\n(channels:.*?)```", reference(), re.DOTALL)
    (tmp_path / "mail.j2").write_text("{{ headline }}", encoding="utf-8")
    names = [channel["name"] for example in examples for channel in yaml.safe_load(example)["channels"]]
    assert len(names) == 3
    text = BEFORE.replace("notify: [desk]", f"notify: {names}").partition("channels:")[0] + examples[0]
    (tmp_path / "monitor.yaml").write_text(text, encoding="utf-8")
    assert [one.name for one in load(tmp_path / "monitor.yaml", **WORLD).channels] == names


def test_every_name_a_template_may_use_stands_in_the_reference():
    for name in TITLE_VARIABLES:
        assert f"| `{name}` | " in reference()


def test_a_configuration_without_templates_does_not_load_the_library(tmp_path):
    (tmp_path / "monitor.yaml").write_text(BEFORE, encoding="utf-8")
    asked = "import sys; from monitor.cli.main import cli; cli(sys.argv[1:], standalone_mode=False)\nassert 'jinja2' not in sys.modules"
    channel = ["preview", "--channel", "desk", "--config", str(tmp_path / "monitor.yaml")]
    subprocess.run([sys.executable, "-c", asked, *channel], check=True, capture_output=True, timeout=60)
