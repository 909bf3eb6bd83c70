"""The hooks see every exchange of the thread that records, and nothing else."""

from __future__ import annotations

import smtplib
import threading

import pytest
import requests
from servers.mail import MailServer
from servers.service import Service

from monitor.channels import capture
from monitor.channels.capture import MOST, Exchange, install, recording


@pytest.fixture
def server():
    with Service() as running:
        yield running


def post(server, **given):
    return requests.post(server.url, json={"a": 1}, timeout=5, **given)


def test_status_wish_and_body_are_recorded(server):
    server.fail_next(429, "slow down", {"Retry-After": "37"})
    with recording() as record:
        post(server)
    assert record.http == [Exchange(status=429, retry_after="37", body=b"slow down")]


def test_the_caller_still_reads_the_answer(server):
    server.fail_next(200, {"ok": True})
    with recording():
        answer = post(server)
    assert answer.json() == {"ok": True}
    assert answer.content == b'{"ok": true}'


def test_a_request_is_amended_on_its_way(server):
    with recording(lambda body: body.replace(b"1", b"17")) as record:
        requests.post(server.url, data='{"a": 1}', timeout=5)
    assert server.messages == [{"a": 17}]
    assert server.calls[0].headers["Content-Length"] == "9"
    assert record.http[0].status == 200


def test_an_exception_is_recorded_and_raised(server):
    server.cut_next()
    with recording() as record, pytest.raises(requests.ConnectionError) as raised:
        post(server)
    assert record.http == [Exchange(error=raised.value)]


def test_an_answer_is_read_up_to_its_cap(server):
    server.fail_next(200, b"x" * (30 * MOST))
    with recording() as record:
        answer = post(server)
    assert len(answer.content) == len(record.http[0].body) == MOST


def test_a_compressed_answer_is_read_up_to_its_cap(server):
    import gzip

    server.fail_next(200, gzip.compress(b"x" * (300 * MOST)), {"Content-Encoding": "gzip"})
    with recording() as record:
        post(server)
    assert len(record.http[0].body) == MOST


def test_an_answer_that_ends_early_keeps_its_status(server):
    server.fail_next(200, b"short", {"Content-Length": "500"})
    with recording() as record:
        post(server)
    assert (record.http[0].status, record.http[0].body, record.http[0].broken) == (200, b"short", True)


def test_an_answer_that_trickles_is_given_up_in_time(server, monkeypatch):
    monkeypatch.setattr(capture, "SLOWEST", 0.0)
    server.fail_next(200, b"never read")
    with recording() as record:
        post(server)
    assert (record.http[0].status, record.http[0].body) == (200, b"")


def test_after_429_nothing_more_is_sent_in_the_same_recording(server):
    server.fail_next(429)
    with recording() as record:
        post(server)
        with pytest.raises(capture.HeldBack):
            post(server)
    assert len(server.calls) == len(record.http) == 1


def test_outside_a_recording_nothing_changes(server):
    install()
    server.fail_next(200, b"x" * (3 * MOST), times=2)
    assert len(post(server).content) == 3 * MOST
    assert post(server, stream=True).raw.read(5) == b"xxxxx"


def test_installing_twice_hooks_once():
    install()
    hooks = requests.Session.send, smtplib.SMTP.getreply, smtplib.SMTP.data
    install()
    assert (requests.Session.send, smtplib.SMTP.getreply, smtplib.SMTP.data) == hooks


def test_threads_record_only_their_own(server):
    seen = {}
    barrier = threading.Barrier(3)

    def work(status):
        with recording() as record:
            barrier.wait(5)
            server.fail_next(status)
            requests.get(server.url + f"/{status}", timeout=5)
            seen[status] = len(record.http)

    threads = [threading.Thread(target=work, args=(status,)) for status in (200, 201, 202)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert seen == {200: 1, 201: 1, 202: 1}


def test_the_replies_of_a_mail_server_are_recorded():
    with MailServer() as server, recording() as record:
        server.fail_next(451, "greylisted", stage="RCPT")
        with smtplib.SMTP("127.0.0.1", server.port, timeout=5) as client, pytest.raises(smtplib.SMTPRecipientsRefused):
            client.sendmail("a@example.org", ["b@example.org"], "hello")
    assert 451 in [reply.code for reply in record.smtp]
    assert "greylisted" in [reply.text for reply in record.smtp]
