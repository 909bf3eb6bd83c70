"""Apprise URLs as channels: one recipient each, labels without secrets, the usual services loaded alone."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
from collections.abc import Iterator
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from zoneinfo import ZoneInfo

import pytest
from fakes import START

from monitor.channels.apprise import AppriseChannel, AppriseOptions
from monitor.model import (
    Alert,
    Ambiguous,
    Change,
    ChangeKind,
    Delivered,
    Delivery,
    Headline,
    Match,
    Message,
    Outcome,
    Rejected,
    RetryLater,
    Section,
    Span,
)
from monitor.render.styles import telegram_size

TOKEN = "123456789:" + "A" * 35
HEADLINE = Headline(
    source="site", key="k", title="وصول السفينة إلى الميناء", section=Section.TICKER, url="https://site.example/1",
    first_seen_at=START,
)  # fmt: skip
CHANGE = Change(id="c", kind=ChangeKind.NEW, headline=HEADLINE, seen_at=START)


def channel(*urls: str) -> AppriseChannel:
    return AppriseChannel(AppriseOptions(name="desk", type="apprise", urls=urls), ZoneInfo("UTC"))


def alert(number: int) -> Alert:
    span = Span(start=0, end=4, term="وصول")
    return Alert(
        id=f"a{number}", change=CHANGE, matches=(Match(rule="r", spans=(span,)),), channel="desk", due_at=START
    )


def delivery() -> Delivery:
    message = Message(title="title", body="body", format="text", alert_ids=("a",))
    return Delivery(id="d", channel="desk", recipient="json", message=message, created_at=START, attempts=1)


def test_a_url_with_three_chats_is_three_recipients_each_sent_to_alone() -> None:
    desk = channel(f"tgram://{TOKEN}/42/43/44")

    assert list(desk.recipients) == ["tgram 42", "tgram 43", "tgram 44"]
    assert [len(target.service) for target in desk._targets.values()] == [1, 1, 1]
    assert TOKEN not in str(desk.recipients)


@pytest.mark.parametrize(
    "url",
    [
        f"tgram://{TOKEN}/42",
        "slack://T1JJ3T3L2/A1BRTD4JD/TIiajkdnlazkcOXrIdevi7FQ/#news",
        "discord://4174216298/JHMHI8qBe7bk2ZwO5U711o3dV_js",
        "mailto://user:pass@newsroom.example",
        "ntfy://127.0.0.1/topic",
        "json://127.0.0.1",
        "gotify://127.0.0.1/AAAAAAAAAAAAAAA",
        "mmost://127.0.0.1/3ccdd113474722377935511fc85d3dd4",
    ],
)
def test_urls_of_any_service_are_accepted(url: str) -> None:
    assert len(channel(url).recipients) == 1


@pytest.mark.parametrize("url", ["tgram://", "telegram", "nosuch://x", "slack://", "mailto://"])
def test_a_malformed_url_is_a_problem_that_does_not_show_it(url: str) -> None:
    ((key, problem),) = AppriseOptions(name="desk", type="apprise", url=url + "SECRET").problems() or [("", "")]

    assert key == "url" or url.startswith(("mailto", "slack", "tgram"))
    assert "SECRET" not in problem


def test_the_usual_services_load_alone_and_the_package_loads_none() -> None:
    script = (
        "import sys, monitor.channels as c; from zoneinfo import ZoneInfo\n"
        "assert 'apprise' not in sys.modules\n"
        "from monitor.channels.apprise import *\n"
        f"AppriseChannel(AppriseOptions(name='d', type='apprise', url='tgram://{TOKEN}/42'), ZoneInfo('UTC'))\n"
        "assert len([m for m in sys.modules if m.startswith('apprise.plugins.')]) < 20\n"
    )
    subprocess.run([sys.executable, "-c", script], check=True)


def test_many_alerts_become_few_messages_within_the_limit_that_carry_all() -> None:
    messages = channel(f"tgram://{TOKEN}/42").render([alert(n) for n in range(200)], START + timedelta(seconds=1))

    assert sum(len(message.alert_ids) for message in messages) == 200
    assert max(telegram_size(message.body) for message in messages) <= 4096
    assert len(messages) < 5


# --- answers ------------------------------------------------------------------------------------------


class Service(HTTPServer):
    """Answers each POST with what the test says; a status of 0 cuts the connection instead."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Answering)
        self.answers: list[tuple[int, dict[str, str], object]] = []
        self.url = f"json://127.0.0.1:{self.server_address[1]}/"
        threading.Thread(target=self.serve_forever, daemon=True).start()

    def handle_error(self, *args: object) -> None:
        pass


class Answering(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        self.rfile.read(int(self.headers.get("Content-Length", 0)))
        status, headers, body = self.server.answers.pop(0)  # type: ignore[attr-defined]
        if status == 0:
            self.connection.shutdown(2)
            return
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write((body if isinstance(body, str) else json.dumps(body)).encode())

    def log_message(self, *args: object) -> None:
        pass


@pytest.fixture
def service() -> Iterator[Service]:
    server = Service()
    yield server
    server.shutdown()
    server.server_close()


@pytest.mark.parametrize(
    ("status", "headers", "body", "expected"),
    [
        (200, {}, "", Delivered),
        (200, {}, {"ok": True, "result": {"message_id": 7}}, Delivered),
        (204, {}, "", Delivered),
        (400, {}, {"ok": False, "description": "Bad Request: can't parse entities"}, Rejected),
        (401, {}, "", Rejected),
        (403, {}, {"ok": False, "description": "Forbidden: bot was blocked by the user"}, Rejected),
        (404, {}, "no_service", Rejected),
        (410, {}, "channel_is_archived", Rejected),
        (408, {}, "", RetryLater),
        (429, {"Retry-After": "37"}, "", RetryLater),
        (429, {}, {"ok": False, "error_code": 429, "parameters": {"retry_after": 37}}, RetryLater),
        (500, {}, "", RetryLater),
        (503, {}, "", RetryLater),
        (502, {}, "", Ambiguous),
        (504, {}, "", Ambiguous),
        (0, {}, "", Ambiguous),
    ],
)
def test_each_answer_is_judged(
    service: Service, status: int, headers: dict[str, str], body: object, expected: type[Outcome]
) -> None:
    desk = channel(service.url)
    service.answers = [(status, headers, body)]

    outcome = desk.send(desk.recipients[0], delivery(), START)

    assert isinstance(outcome, expected), outcome
    if status == 429:
        assert isinstance(outcome, RetryLater)
        assert outcome.retry_after == timedelta(seconds=37)


def test_a_service_that_is_not_there_is_tried_again_later(service: Service) -> None:
    desk = channel("json://127.0.0.1:9/")

    outcome = desk.send(desk.recipients[0], delivery(), START)

    assert isinstance(outcome, RetryLater), outcome
    assert "could not be reached" in outcome.reason
