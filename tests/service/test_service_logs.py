"""The log: lines that tools read, trouble once a minute, and no secret anywhere the program writes."""

from __future__ import annotations

import json
import logging
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from servers.newsite import NewsSite

from monitor.service.logs import Json, Logfmt, Repeats

ROOT = Path(__file__).parents[2]


def record(event: str, level: int = logging.ERROR, at: float = 1e9, **fields: object) -> logging.LogRecord:
    made = logging.LogRecord("monitor", level, "", 0, event, None, None)
    made.created, made.msecs = at, 0
    made.fields = fields
    return made


def test_json_lines_hold_the_same_as_logfmt() -> None:
    line = record("headline new", title='عاجل: "زلزال"\nفي الحوز', source="sada", rules=None)
    assert json.loads(Json().format(line)) == {
        "ts": "2001-09-09T01:46:40.000Z", "level": "error", "event": "headline new",
        "title": 'عاجل: "زلزال"\nفي الحوز', "source": "sada",
    }  # fmt: skip
    assert "\n" not in Json().format(line)
    assert Logfmt().format(line).endswith('title="عاجل: \\"زلزال\\"\\\\u000aفي الحوز" source=sada')
    assert json.loads(Json().format(record("odd", title="\ud800")))["title"]


def test_the_same_trouble_is_told_once_a_minute_with_how_often_it_came() -> None:
    repeats = Repeats()
    passed = [repeats.filter(record("tick failed", at=1e9 + n / 4, reason="disk full")) for n in range(240)]
    assert passed == [True] + [False] * 239
    again = record("tick failed", at=1e9 + 61, reason="disk full")
    assert repeats.filter(again)
    assert again.fields == {"reason": "disk full", "repeated": 239}  # type: ignore[attr-defined]


def test_other_troubles_and_news_are_never_held_back() -> None:
    repeats = Repeats()
    assert all(repeats.filter(record("poll failed", source=f"s{n}")) for n in range(5000))
    assert all(repeats.filter(record("headline new", logging.INFO, title="the same")) for _ in range(3))


PLANTED = {
    "WEBHOOK": "pl4nted-webhook-path",
    "SIGNING": "pl4nted-signing-secret",
    "HEADER": "pl4nted-header-token",
    "FEED": "pl4nted-feed-key",
    "BEAT": "pl4nted-heartbeat-id",
    "CHAT": "987654321:pl4nted_telegram_token_abcdef",
    "SLACK": "pl4ntedSLACKtokenabcdefgh",
    "DISCORD": "pl4nted-discord-token",
    "MAIL": "pl4nted-mail-password",
    "NTFY": "pl4nted-ntfy-password",
    "PAGER": "pl4ntedpushoverapplication1234",
    "PROGRAM": "pl4nted-json-password",
    "PROXY": "pl4nted-proxy-password",
}
# Nobody listens at port 9, which is the proxy of whatever is not on this machine, too.
SERVICES = {
    "CHAT": "tgram://{}/-1001234",
    "SLACK": "slack://T1JJ3T3L2/A1BRTD4JD/{}/#desk",
    "DISCORD": "discord://112233445566778899/{}",
    "MAIL": "mailto://desk:{}@127.0.0.1:9/?from=desk@example.org&to=night@example.org",
    "NTFY": "ntfy://desk:{}@127.0.0.1:9/topic",
    "PAGER": "pover://uuuuuuuuuuuuuuuuuuuuuuuuuuuuuu@{}",
    "PROGRAM": "json://desk:{}@127.0.0.1:9/hook",
}
CONFIG = """
allow_private: [127.0.0.0/8]
heartbeat: {{url: "${{BEAT}}", every: 10s}}
sources:
  - {{name: good, url: "{url}/", discover: false, every: 5s,
      endpoints: [{{type: html, url: "{url}/", ticker: {{items: li}}}}], headers: {{Authorization: "${{HEADER}}"}}}}
  - {{name: down, url: "{url}/", discover: false, every: 5s, endpoints: [{{type: feed, url: "${{FEED}}"}}]}}
rules: [{{name: port, any: [الميناء], notify: [hook, {names}], article: none}}]
operator: CHAT
channels:
  - {{name: hook, type: webhook, url: "${{WEBHOOK}}", secret: "${{SIGNING}}"}}
{channels}
"""
PAGE = "<html><ul>{}</ul></html>"
OLD = "<li><a href='/70001'>لقاء حول أشغال الطريق الساحلية</a></li>"
NEW = "<li><a href='/70002'>انطلاق أشغال الميناء الجديد في الشمال</a></li>"


@pytest.fixture
def site() -> Iterator[NewsSite]:
    with NewsSite() as made:
        made.pages = {"/": PAGE.format(OLD)}
        yield made


def test_no_secret_is_written_anywhere_although_everything_fails(tmp_path: Path, site: NewsSite) -> None:
    config = tmp_path / "monitor.yaml"
    channels = "\n".join(f'  - {{name: {name}, url: "${{{name}}}"}}' for name in SERVICES)
    config.write_text(CONFIG.format(url=site.url, names=", ".join(SERVICES), channels=channels), "utf-8")
    config.chmod(0o600)
    environ = {
        **os.environ,
        "PYTHONPATH": str(ROOT),
        "NOTIFY_SOCKET": str(tmp_path / "notify"),
        "STATE_DIRECTORY": str(tmp_path / "state"),
        "WEBHOOK": f"{site.url}/{PLANTED['WEBHOOK']}",
        "SIGNING": PLANTED["SIGNING"],
        "HEADER": PLANTED["HEADER"],
        "FEED": f"{site.url}/feed?key={PLANTED['FEED']}",
        "BEAT": f"{site.url}/{PLANTED['BEAT']}",
        **{name: address.format(PLANTED[name]) for name, address in SERVICES.items()},
        "HTTPS_PROXY": f"http://desk:{PLANTED['PROXY']}@127.0.0.1:9",
    }

    def call(*command: str) -> str:
        done = subprocess.run(
            [sys.executable, "-m", "monitor", *command],
            env=environ, capture_output=True, text=True, timeout=60, check=False,
        )  # fmt: skip
        return done.stdout + done.stderr

    listening = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    listening.bind(str(tmp_path / "notify"))
    listening.settimeout(30)
    heard = []
    command = [sys.executable, "-m", "monitor", "run", "-v", "--log-format", "json", "--config", str(config)]
    with subprocess.Popen(command, env=environ, stderr=subprocess.PIPE, text=True) as process:
        while "READY" not in (told := listening.recv(65536).decode()):
            heard.append(told)
        site.pages["/"] = PAGE.format(NEW + OLD)
        assert process.stderr is not None
        log = []
        for line in process.stderr:
            log.append(json.loads(line))
            if {"hook", *SERVICES} <= {each.get("channel") for each in log}:
                break
        arguments = Path(f"/proc/{process.pid}/cmdline").read_text()
        asked = [
            ("status",),
            ("status", "--json"),
            ("deliveries", "list", "--json"),
            ("check", "--config", str(config)),
        ]
        asked += [("doctor", "--config", str(config), "--json"), ("export",)]
        asked += [("notify", "test", name, "--config", str(config)) for name in ("MAIL", "PAGER")]
        with ThreadPoolExecutor() as pool:
            said = [*pool.map(lambda command: call(*command), asked)]
        process.send_signal(signal.SIGHUP)
        config.write_text(config.read_text("utf-8") + "nonsense: true\n", "utf-8")
        process.send_signal(signal.SIGTERM)
        rest = process.communicate(timeout=30)[1]
    listening.close()
    said += [json.dumps(log, ensure_ascii=False), rest, arguments, *heard]
    said += [file.read_bytes().decode("utf-8", "replace") for file in (tmp_path / "state").iterdir() if file.is_file()]

    assert "poll failed" in said[-1] + json.dumps(log)  # the test saw something
    leaks = {name for name, secret in PLANTED.items() for text in said if secret in text}
    assert leaks == set()
