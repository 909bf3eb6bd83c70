from __future__ import annotations

import hashlib
import hmac
import json
from datetime import timedelta

import pytest
from servers.samples import ARABIC, NOW, ZONE, alert, delivery

from monitor.channels import CHANNELS
from monitor.model import Delivered, Rejected

KIND = CHANNELS["webhook"]


def sent(line, given, **options):
    (message,) = line.channel.render([given], NOW)
    made = delivery(message, "webhook", **options)
    assert isinstance(line.channel.send("webhook", made, NOW), Delivered)
    return made, line.server.calls[-1]


def test_the_receiver_gets_the_alert_and_what_is_known_only_now(open_line):
    line = open_line("webhook")
    given = alert(hits=("الأمن",), seen_at=NOW - timedelta(seconds=90), id="abc")
    _, call = sent(line, given, attempts=3)
    told = call.json
    assert (told["id"], told["headline"], told["words"], told["rules"]) == ("abc", ARABIC, ["الأمن"], ["أمن"])
    assert (told["attempt"], told["late_by"]) == (3, 90.0)
    assert call.headers["Content-Type"] == "application/json; charset=utf-8"


def test_every_attempt_carries_the_same_key(open_line):
    line = open_line("webhook")
    first, one = sent(line, alert(), attempts=1)
    second, two = sent(line, alert(), attempts=2)
    assert one.headers["Idempotency-Key"] == two.headers["Idempotency-Key"] == first.id == second.id


def test_the_signature_covers_the_time_and_the_body(open_line):
    _, call = sent(open_line("webhook"), alert())
    stamp, signature = (part.partition("=")[2] for part in call.headers["X-Headline-Signature"].split(","))
    assert stamp == str(int(NOW.timestamp()))
    signed = f"{stamp}.".encode() + call.body
    assert signature == hmac.new(b"s3cret-key", signed, hashlib.sha256).hexdigest()


def test_without_a_secret_there_is_no_signature(open_line):
    line = open_line("webhook")
    url = line.channel._options.url
    line.channel = KIND.build(KIND.options(name="d", type="webhook", url=url, headers={"X-Desk": "night"}), ZONE)
    _, call = sent(line, alert())
    assert "X-Headline-Signature" not in call.headers
    assert call.headers["X-Desk"] == "night"


def test_each_alert_is_a_request_of_its_own_and_the_urgent_come_first(open_line):
    line = open_line("webhook")
    alerts = [alert("a", id="1"), alert("b", id="2", high_priority=True), alert("c", id="3")]
    made = line.channel.render(alerts, NOW)
    assert [message.alert_ids for message in made] == [("2",), ("1",), ("3",)]
    assert [json.loads(message.body)["headline"] for message in made] == ["b", "a", "c"]


@pytest.mark.parametrize(
    ("url", "usable"),
    [
        ("https://hooks.example.org/x", True),
        ("http://10.0.0.5:8080/x", True),
        ("http://localhost/x", True),
        ("http://169.254.169.254/latest/meta-data", False),
        ("http://[fe80::1]/x", False),
        ("ftp://example.org/x", False),
        ("hooks.example.org", False),
        ("http://", False),
        ("http://[::1", False),
        ("", False),
    ],
)
def test_the_address_is_a_web_address_and_not_link_local(url, usable):
    problems = KIND.options(name="d", type="webhook", url=url).problems()
    assert [path for path, _ in problems] == ([] if usable else ["url"])


@pytest.mark.parametrize(("name", "value"), [("idempotency-key", "x"), ("X-A", "a\r\nB: c"), ("X-É", "x")])
def test_headers_that_are_ours_or_break_the_request_are_refused(name, value):
    problems = KIND.options(name="d", type="webhook", url="http://a.example/", headers={name: value}).problems()
    assert [path for path, _ in problems] == [f"headers.{name}"]


def test_an_address_that_requests_cannot_read_is_rejected():
    channel = KIND.build(KIND.options(name="d", type="webhook", url="http://*.example.org/"), ZONE)
    (message,) = channel.render([alert()], NOW)
    assert isinstance(channel.send("webhook", delivery(message), NOW), Rejected)
