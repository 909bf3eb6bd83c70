"""Secrets come from the environment or from files, and never go to the screen."""

from __future__ import annotations

from pathlib import Path

import pytest
from config_world import CHANNELS, GOOD, WORLD

from monitor.config.load import load, warnings
from monitor.errors import ConfigError

TOKEN = "tgram://99887766:SECRETTOKEN/42"


def _with(value: str) -> str:
    return GOOD.replace('"${CHAT}"', value)


def _file(folder: Path, name: str, data: bytes, mode: int = 0o600) -> Path:
    path = folder / name
    path.write_bytes(data)
    path.chmod(mode)
    return path


@pytest.fixture
def config_file(tmp_path):
    """A configuration whose channel is `file:telegram`."""
    return _file(tmp_path, "monitor.yaml", _with("file:telegram").encode())


def test_a_variable_is_replaced_by_its_value(read):
    assert read(GOOD).channels[0].url == TOKEN


def test_variables_work_in_headers_and_addresses_of_sources_too(read):
    text = GOOD.replace("    every", '    headers: {Authorization: "${PASS}"}\n    every')
    config = read(
        text.replace("url: https://sada.example/feed", 'url: "${FEED}"'),
        environ=WORLD["environ"]
        | {
            "PASS": "Bearer abc",
            "FEED": "https://sada.example/feed?key=1",
        },
    )
    assert config.sources[0].headers == {"Authorization": "Bearer abc"}
    assert config.sources[0].endpoints[1].url == "https://sada.example/feed?key=1"


def test_proxies_and_cookies_may_be_secrets_too(read):
    text = GOOD.replace("    every", '    proxy: "${PROXY}"\n    cookies: {consent: "${CONSENT}"}\n    every')
    secrets = {"PROXY": "http://desk:0123456789abc@proxy.example:3128", "CONSENT": "yes"}
    config = read(text, environ=WORLD["environ"] | secrets)
    assert config.sources[0].proxy == secrets["PROXY"]
    assert config.sources[0].cookies == {"consent": "yes"}
    assert "0123456789abc" not in repr(config)


def test_a_variable_that_looks_like_a_number_stays_text(read):
    text = GOOD.replace(
        '{name: desk, url: "${CHAT}"', '{name: desk, type: webhook, url: https://x.example, secret: "${N}"'
    )
    assert read(text, environ={"N": "0123"}).channels[0].secret == "0123"


@pytest.mark.parametrize("word", ["${CHAT}", "file:telegram"])
def test_words_of_rules_are_never_taken_for_secrets(read, word):
    config = read(GOOD.replace("[الأمن,", f'["{word}",'))
    assert config.rules[0].any[0] == word


def test_a_file_beside_the_configuration_is_read(read_file, config_file, tmp_path):
    _file(tmp_path, "telegram", TOKEN.encode())
    assert read_file(config_file).channels[0].url == TOKEN


@pytest.mark.parametrize("data", [b"\xef\xbb\xbf" + TOKEN.encode(), TOKEN.encode() + b"\n", TOKEN.encode() + b"\r\n"])
def test_marks_of_editors_do_not_belong_to_the_secret(read_file, config_file, tmp_path, data):
    _file(tmp_path, "telegram", data)
    assert read_file(config_file).channels[0].url == TOKEN


def test_the_credentials_of_systemd_come_first(read_file, config_file, tmp_path):
    folder = tmp_path / "credentials"
    folder.mkdir()
    _file(folder, "telegram", TOKEN.encode(), 0o444)
    _file(tmp_path, "telegram", b"json://other.example")
    assert read_file(config_file, credentials=folder).channels[0].url == TOKEN


def test_without_such_a_credential_the_file_beside_the_configuration_counts(read_file, config_file, tmp_path):
    _file(tmp_path, "telegram", TOKEN.encode())
    assert read_file(config_file, credentials=tmp_path / "credentials").channels[0].url == TOKEN


def test_an_absolute_path_is_read_as_it_is(read_file, tmp_path):
    secret = _file(tmp_path, "elsewhere", TOKEN.encode())
    path = _file(tmp_path, "monitor.yaml", _with(f"file:{secret}").encode())
    assert read_file(path, credentials=tmp_path / "credentials").channels[0].url == TOKEN


def _complaint(read_file, config_file, **changes) -> str:
    with pytest.raises(ConfigError) as caught:
        read_file(config_file, **changes)
    return str(caught.value)


def test_a_missing_file_is_told_with_all_places_looked_at(read_file, config_file, tmp_path):
    said = _complaint(read_file, config_file, credentials=tmp_path / "credentials")
    assert f"secret file {tmp_path}/credentials/telegram or {tmp_path}/telegram does not exist" in said
    assert "chmod 600" in said


@pytest.mark.parametrize(
    ("data", "mode", "complaint"),
    [
        (b"", 0o600, "is empty"),
        (b"\n", 0o600, "is empty"),
        (b"a\nb", 0o600, "holds line breaks"),
        (b"\xff\xfe", 0o600, "is not UTF-8 text"),
        (b"x" * 70_000, 0o600, "is larger than 64 KiB"),
        (TOKEN.encode(), 0o644, "can be read by every user of this machine"),
        (TOKEN.encode(), 0o604, "can be read by every user of this machine"),
    ],
)
def test_a_file_that_is_no_safe_secret_is_refused(read_file, config_file, tmp_path, data, mode, complaint):
    path = _file(tmp_path, "telegram", data, mode)
    said = _complaint(read_file, config_file)
    assert f"channels.0.url: secret file {path} {complaint}" in said
    assert "SECRETTOKEN" not in said


def test_a_folder_in_place_of_a_secret_is_refused(read_file, config_file, tmp_path):
    (tmp_path / "telegram").mkdir()
    assert f"cannot read secret file {tmp_path}/telegram: Is a directory" in _complaint(read_file, config_file)


def test_a_variable_with_broken_bytes_is_refused(told):
    assert "environment variable CHAT holds" in told(GOOD, environ={"CHAT": "a\udcff"})


SECRETS = {"CHAT": "unknown://99887766:SECRETTOKEN/42", "SHORT": "s3cr"}


@pytest.mark.parametrize(
    "mistake",
    [
        GOOD,
        _with("unknown://99887766:SECRETTOKEN/42"),
        _with("[unknown://99887766:SECRETTOKEN/42]"),
        _with("tgram://99887766:SECRETTOKEN/42, rate: x"),
        _with("tgram://99887766:SECRETTOKEN/42, tokn: SECRETTOKEN"),
        GOOD.replace('url: "${CHAT}"', "urls: ['${CHAT}', unknown://SECRETTOKEN]"),
        _with('"unknown://99887766:SECRETTOKEN/42\n    and more"'),
        GOOD.replace("{name: desk, url", "{name: desk, type: webhook, secret: SECRETTOKEN, headers: {a: b}, url"),
        GOOD.replace("    every", "    headers: {X-Key: SECRETTOKEN, 'a b': SECRETTOKEN}\n    every"),
        GOOD.replace("url: https://sada.example\n", "url: https://me:SECRETTOKEN@sada.example\n"),
        GOOD.replace("url: https://sada.example\n", "url: tgram://SECRETTOKEN/42\n"),
        _with('"https://hooks.example/SECRETTOKEN'),
        _with("https://hooks.example/SECRETTOKEN: x"),
        GOOD + "  - {name: x, type: webhook, secret: !SECRETTOKEN, url: x}\n",
        GOOD + "  - {name: x, type: webhook, secret: @SECRETTOKEN, url: x}\n",
        GOOD + "  - {name: x, type: webhook, secret: SECRETTOKEN, secret: SECRETTOKEN}\n",
        GOOD + "channels_: [tgram://SECRETTOKEN/1]\n",
        GOOD.replace("channels:\n  - ", "channels:\n  "),
        GOOD.replace("channels:\n  - ", "channels:\n  ").replace('"${CHAT}"', "tgram://99:SECRETTOKEN/42"),
    ],
)
def test_no_problem_shows_a_secret(told, mistake):
    assert "SECRETTOKEN" not in told(mistake, environ=SECRETS)


def test_a_short_secret_is_hidden_too(told):
    text = GOOD.replace('"${CHAT}"', '"unknown"').replace("rate: 20/min", 'urls: ["unknown-${X}"]')
    assert "'***' is not a known service" in told(text.replace("unknown-${X}", "${U}"), environ={"U": "unknown1"})


def test_the_source_line_shows_references_and_hides_the_rest(told):
    said = told(GOOD.replace("20/min", "often").replace('"${CHAT}"', '"${CHAT}", urls: [json://a.example/SECRET]'))
    assert '    - {name: desk, url: "${CHAT}", urls: [***], quiet_hours: "23:30-06:30", rate: often}' in said


@pytest.mark.parametrize(("mode", "doubts"), [(0o600, 0), (0o640, 0), (0o644, 1)])
def test_a_token_in_a_file_that_everybody_can_read_is_doubted(read_file, tmp_path, mode, doubts):
    path = _file(tmp_path, "monitor.yaml", _with(TOKEN).encode(), mode)
    found = warnings(read_file(path))
    assert len(found) == doubts
    assert all(f"chmod 600 {path}" in doubt for doubt in found)


def test_a_readable_file_with_references_only_is_fine(read_file, tmp_path):
    path = _file(tmp_path, "monitor.yaml", GOOD.replace("rate: 20/min", "color: true").encode(), 0o644)
    text = GOOD.replace('url: "${CHAT}"', "type: console").replace("rate: 20/min", "color: false")
    path.write_text(text, "utf-8")
    assert warnings(load(path, **WORLD)) == []
    assert CHANNELS


def test_a_file_in_a_folder_is_found_under_the_name_that_systemd_gives_it(read_file, tmp_path):
    credentials = tmp_path / "credentials"
    credentials.mkdir()
    _file(credentials, "secrets_telegram", TOKEN.encode())
    path = _file(tmp_path, "monitor.yaml", _with("file:secrets/telegram").encode())
    assert read_file(path, credentials=credentials).channels[0].url == TOKEN


def test_the_heartbeat_may_be_a_secret_and_is_never_shown(read_file, tmp_path):
    _file(tmp_path, "beat", b"https://switch.example/ping/0a1b2c3d4e5f")
    path = _file(tmp_path, "monitor.yaml", (GOOD + "\nheartbeat: {url: file:beat}\n").encode())
    config = read_file(path)
    assert config.heartbeat.url == "https://switch.example/ping/0a1b2c3d4e5f"
    assert "0a1b2c3d4e5f" not in repr(config)
    wrong = _file(tmp_path, "wrong.yaml", (GOOD + "\nheartbeat: {url: file:beat, every: 1s}\n").encode())
    said = _complaint(read_file, wrong)
    assert "shorter than 10s" in said
    assert "0a1b2c3d4e5f" not in said
