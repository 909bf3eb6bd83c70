"""The whole program, as people run it, against services that enforce their own rules."""

from __future__ import annotations

import email
import email.policy
import json
import os
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from e2e.services import Proxy, Slack, Telegram, too_many

TOKEN = "123456789:" + "A" * 35
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


class Inbox:
    def __init__(self) -> None:
        self.mails: list[Any] = []

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        self.mails.append(email.message_from_bytes(envelope.content, policy=email.policy.default))
        return "250 OK"


class World:
    """A site, the three services, and the program's command line between them."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.titles = folder, ["خبر قديم"]
        self.telegram, self.slack, self.inbox = Telegram(TOKEN), Slack(), Inbox()
        self.proxy = Proxy(folder, {"api.telegram.org": self.telegram, "hooks.slack.com": self.slack})
        with socket.create_server(("127.0.0.1", 0)) as free:
            self.smtp_port = free.getsockname()[1]
        self.smtp = Controller(self.inbox, hostname="127.0.0.1", port=self.smtp_port)
        self.smtp.start()
        self.site = ThreadingHTTPServer(("127.0.0.1", 0), _page(self))
        threading.Thread(target=self.site.serve_forever, daemon=True).start()
        (folder / "monitor.yaml").write_text(
            CONFIG.format(site=f"http://127.0.0.1:{self.site.server_address[1]}"), encoding="utf-8"
        )

    def run(self, *command: str) -> tuple[int, str]:
        environ = {
            **os.environ,
            "HTTPS_PROXY": self.proxy.url,
            "REQUESTS_CA_BUNDLE": str(self.proxy.ca_file),
            "TELEGRAM_URL": f"tgram://{TOKEN}/42",
            "SLACK_URL": "slack://T1JJ3T3L2/A1BRTD4JD/TIiajkdnlazkcOXrIdevi7FQ/#news",
            "MAIL_URL": f"mailto://127.0.0.1:{self.smtp_port}/?from=monitor@newsroom.example&to=desk@newsroom.example",
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
        self.smtp.stop()
        self.proxy.close()


def _page(world: World) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            import html

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
    playing = World(tmp_path)
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
    assert "\u2068توسعة الميناء تبدأ غدا\u2069" in message["seen"]
    assert ("b", "") in message["entities"]
    assert any(tag == "a" and href.endswith("/n-0") for tag, href in message["entities"])
    assert "توسعة *الميناء* تبدأ غدا" in world.slack.texts[0]
    (mail,) = world.inbox.mails
    assert mail["Subject"] == "الموقع: توسعة الميناء تبدأ غدا"
    assert 'dir="rtl"' in mail.get_body(("html",)).get_content()


@pytest.mark.slow
def test_hostile_headlines_arrive_as_harmless_text(world: World) -> None:
    world.run("once")
    world.titles[:0] = HOSTILE

    code, said = world.run("once")

    assert code == 0, said
    seen = "\n".join(message["seen"] for message in world.telegram.messages)
    assert "<script>alert(1)</script>" in seen
    links = {href for message in world.telegram.messages for tag, href in message["entities"] if tag == "a"}
    assert all(href.startswith("http://127.0.0.1") for href in links)
    assert world.slack.mentions == []
    everything = seen + "".join(world.slack.texts)
    assert not any(c in everything for c in "\x1b\x07\u202e\u202d")


@pytest.mark.slow
def test_a_limit_is_waited_for_a_refusal_is_dead_and_neither_holds_up_the_others(world: World) -> None:
    world.run("once")
    world.telegram.troubles = [too_many(3600)]
    world.slack.troubles = [(404, {}, "no_service")]
    world.titles.insert(0, "أول سفينة تغادر الميناء")

    code, said = world.run("once")

    assert code == 1, said
    assert len(world.inbox.mails) == 1
    code, said = world.run("deliveries", "list", "--json")
    states = {row["channel"]: (row["state"], row["last_error"]) for row in json.loads(said)}
    assert states["desk"][0] == "pending"
    assert "retry after 3600" in states["desk"][1]
    assert states["team"][0] == "dead"
    asked = world.telegram.asked
    world.run("once")
    assert world.telegram.asked == asked, "the service asked to wait"

    world.run("deliveries", "retry", "--all")
    code, said = world.run("once")
    assert len(world.slack.texts) == 1, said
    assert TOKEN not in said
