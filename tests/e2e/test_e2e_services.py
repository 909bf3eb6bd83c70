"""The whole program, as people run it, against services that enforce their own rules."""

from __future__ import annotations

import html
import json
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import ExitStack
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from servers.internet import Internet
from servers.mail import MailServer
from servers.slack import PATH as SLACK_PATH
from servers.slack import SlackServer
from servers.telegram import TOKEN, Entity, TelegramServer

CONFIG = """
allow_private: [127.0.0.0/8]
sources:
  - name: الموقع
    url: {site}
    endpoints: [{{type: html, url: "{site}/", ticker: {{items: "li"}}}}]
rules:
  - {{name: ports, any: [الميناء, port], notify: [desk, team, mail]}}
channels:
  - {{name: desk, url: "${{TELEGRAM_URL}}"}}
  - {{name: team, url: "${{SLACK_URL}}"}}
  - {{name: mail, url: "${{MAIL_URL}}"}}
"""
HOSTILE = [
    "<b>الميناء</b> @everyone <!channel> <@U123> *x* _y_ `z` &amp; <script>alert(1)</script>",
    "الميناء <a href='https://evil.example'>click</a> [t](https://evil.example) <!here>",
    "port \u202egnip\u202c \x1b[31mred\x07 tg://resolve",
    "الميناء " + "ط" * 10_000,
]


class World:
    """A site, the three services, and the program's command line between them."""

    def __init__(self, folder: Path, stack: ExitStack) -> None:
        self.folder, self.titles = folder, ["خبر قديم"]
        self.telegram = stack.enter_context(TelegramServer())
        self.slack = stack.enter_context(SlackServer())
        self.mail = stack.enter_context(MailServer())
        self.internet = stack.enter_context(Internet({each.host: each for each in (self.telegram, self.slack)}))
        self.site = ThreadingHTTPServer(("127.0.0.1", 0), _page(self))
        threading.Thread(target=self.site.serve_forever, daemon=True).start()
        (folder / "monitor.yaml").write_text(
            CONFIG.format(site=f"http://127.0.0.1:{self.site.server_address[1]}"), encoding="utf-8"
        )

    def run(self, *command: str) -> tuple[int, str]:
        environ = {
            **self.internet.env(),
            "TELEGRAM_URL": f"tgram://{TOKEN}/42",
            "SLACK_URL": f"slack://{SLACK_PATH}/#desk",
            "MAIL_URL": f"{self.mail.url}&to=desk@newsroom.example",
        }
        place = ["--config", str(self.folder / "monitor.yaml"), "--state", str(self.folder / "state")]
        if command[0] in {"deliveries", "status"}:
            place = place[2:]
        done = subprocess.run(
            [sys.executable, "-m", "monitor", *command, *place],
            env=environ,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        return done.returncode, done.stdout + done.stderr

    def close(self) -> None:
        self.site.shutdown()
        self.site.server_close()


def _page(world: World) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            items = "".join(f"<li><a href='/n-{n}'>{html.escape(t)}</a></li>" for n, t in enumerate(world.titles))
            body = f"<html><meta charset=utf-8><ul>{items}</ul></html>".encode("utf-8", "replace")
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *args: object) -> None:
            pass

    return Handler


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    with ExitStack() as stack:
        playing = World(tmp_path, stack)
        yield playing
        playing.close()


@pytest.mark.slow
def test_a_headline_reaches_telegram_slack_and_mail_linked_marked_and_right_to_left(world: World) -> None:
    code, said = world.run("once")
    assert (code, "first look" in said) == (0, True), said
    world.titles.insert(0, "توسعة الميناء تبدأ غدا")

    code, said = world.run("once")

    assert code == 0, said
    (message,) = world.telegram.messages
    assert "\u2068توسعة الميناء تبدأ غدا\u2069" in message.text
    assert Entity("b", "الميناء") in message.entities
    assert any(entity.tag == "a" and str(entity.url).endswith("/n-0") for entity in message.entities)
    (told,) = world.slack.messages
    assert "توسعة الميناء تبدأ غدا" in told.text
    assert told.styled == ("الميناء",)
    (mail,) = world.mail.messages
    assert mail.subject == "الموقع: توسعة الميناء تبدأ غدا"
    assert 'dir="rtl"' in mail.part("text/html")


@pytest.mark.slow
def test_hostile_headlines_arrive_as_harmless_text(world: World) -> None:
    world.run("once")
    world.titles[:0] = HOSTILE

    code, said = world.run("once")

    assert code == 0, said
    seen = "\n".join(message.text for message in world.telegram.messages)
    assert "<script>alert(1)</script>" in seen
    links = {entity.url for message in world.telegram.messages for entity in message.entities if entity.tag == "a"}
    assert all(str(url).startswith("http://127.0.0.1") for url in links)
    assert [mention for message in world.slack.messages for mention in message.mentions] == []
    everything = seen + "".join(message.text for message in world.slack.messages)
    assert not any(c in everything for c in "\x1b\x07\u202e\u202d")


@pytest.mark.slow
def test_a_limit_is_waited_for_a_refusal_is_dead_and_neither_holds_up_the_others(world: World) -> None:
    world.run("once")
    world.telegram.fail_flood(3600)
    world.slack.fail_next(404, "no_service")
    world.titles.insert(0, "أول سفينة تغادر الميناء")

    code, said = world.run("once")

    assert code == 1, said
    assert len(world.mail.messages) == 1
    code, said = world.run("deliveries", "list", "--json")
    states = {row["channel"]: (row["state"], row["last_error"]) for row in json.loads(said)}
    assert states["desk"][0] == "pending"
    assert "retry after 3600" in states["desk"][1]
    assert states["team"][0] == "dead"
    asked = len(world.telegram.calls)
    world.run("once")
    assert len(world.telegram.calls) == asked, "the service asked to wait"

    world.run("deliveries", "retry", "--all")
    code, said = world.run("once")
    assert len(world.slack.messages) == 1, said
    assert TOKEN not in said
