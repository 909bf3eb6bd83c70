"""What services answer, and what we make of it. The answers are written after the services' documentation."""

from __future__ import annotations

import json
import ssl
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import pytest
import requests
from urllib3.exceptions import (
    ConnectTimeoutError,
    MaxRetryError,
    NameResolutionError,
    NewConnectionError,
    ProtocolError,
    ReadTimeoutError,
    SSLError,
)
from urllib3.exceptions import ProxyError as PoolProxyError

from monitor.channels.capture import Exchange, Record, Reply
from monitor.channels.outcome import of_exchange, of_record, of_replies, reached_nobody, wait_wished, without
from monitor.model import Ambiguous, Delivered, Rejected, RetryLater

NOW = datetime(2026, 3, 2, 13, 5, tzinfo=UTC)
POOL = SimpleNamespace(host="api.example", port=443)


def telegram(code, description, **parameters):
    said = {"ok": False, "error_code": code, "description": description}
    return json.dumps({**said, "parameters": parameters} if parameters else said)


ANSWERS = [
    # status, body, Retry-After, outcome, what it must say, seconds to wait
    (200, '{"ok":true,"result":{"message_id":7,"text":"x"}}', None, Delivered, "7", None),
    (200, "ok", None, Delivered, None, None),
    (200, "", None, Delivered, None, None),
    (201, '{"id":"abc"}', None, Delivered, "abc", None),
    (202, "", None, Delivered, None, None),
    (204, "", None, Delivered, None, None),
    (200, '{"ok":true,"ts":"1700000000.000100"}', None, Delivered, "1700000000.000100", None),
    (200, "[1,2]", None, Delivered, None, None),
    (200, "{not json", None, Delivered, None, None),
    (400, telegram(400, "Bad Request: chat not found"), None, Rejected, "chat not found", None),
    (400, telegram(400, "Bad Request: can't parse entities: Unsupported start tag"), None, Rejected, "parse", None),
    (400, telegram(400, "Bad Request: message is too long"), None, Rejected, "message is too long", None),
    (400, telegram(400, "Bad Request: message text is empty"), None, Rejected, "text is empty", None),
    (
        400,
        telegram(400, "Bad Request: group chat was upgraded to a supergroup chat", migrate_to_chat_id=-1001234),
        None,
        Rejected,
        "the group is now -1001234",
        None,
    ),
    (401, telegram(401, "Unauthorized"), None, Rejected, "answered 401: Unauthorized", None),
    (403, telegram(403, "Forbidden: bot was blocked by the user"), None, Rejected, "bot was blocked", None),
    (403, telegram(403, "Forbidden: bot was kicked from the supergroup chat"), None, Rejected, "was kicked", None),
    (403, telegram(403, "Forbidden: user is deactivated"), None, Rejected, "deactivated", None),
    (404, telegram(404, "Not Found"), None, Rejected, "Not Found", None),
    (429, telegram(429, "Too Many Requests: retry after 37", retry_after=37), None, RetryLater, "429", 37),
    (429, telegram(429, "Too Many Requests: retry after 43837", retry_after=43837), "1", RetryLater, "429", 43837),
    (500, telegram(500, "Internal Server Error"), None, RetryLater, "500", None),
    (502, telegram(502, "Bad Gateway"), None, Ambiguous, "502", None),
    (200, telegram(400, "Bad Request: chat not found"), None, Rejected, "answered 400", None),
    (200, telegram(429, "Too Many Requests", retry_after=5), None, RetryLater, "answered 429", 5),
    (200, '{"ok":false,"error":"channel_not_found"}', None, Rejected, "channel_not_found", None),
    (200, '{"ok":false,"error":"invalid_auth"}', None, Rejected, "invalid_auth", None),
    (200, '{"ok":false,"error":"ratelimited"}', "30", RetryLater, "ratelimited", 30),
    (200, '{"ok":false,"error":"internal_error"}', None, RetryLater, "internal_error", None),
    (200, '{"ok":false}', None, Rejected, "400", None),
    (400, "invalid_payload", None, Rejected, "invalid_payload", None),
    (403, "action_prohibited", None, Rejected, "action_prohibited", None),
    (404, "channel_not_found", None, Rejected, "channel_not_found", None),
    (410, "channel_is_archived", None, Rejected, "channel_is_archived", None),
    (429, "rate_limited", "12", RetryLater, "rate_limited", 12),
    (429, '{"message":"You are being rate limited.","retry_after":1.5,"global":false}', "2", RetryLater, "rate", 2),
    (401, '{"message":"Invalid Webhook Token","code":50027}', None, Rejected, "Invalid Webhook Token", None),
    (404, '{"message":"Unknown Webhook","code":10015}', None, Rejected, "Unknown Webhook", None),
    (400, '{"content":["Must be 2000 or fewer in length."]}', None, Rejected, "Must be 2000", None),
    (408, "", None, RetryLater, "408", None),
    (409, "", None, RetryLater, "409", None),
    (413, "too large", None, Rejected, "413: too large", None),
    (423, "", None, RetryLater, "423", None),
    (425, "", None, RetryLater, "425", None),
    (429, "", None, RetryLater, "429", None),
    (429, "", "Mon, 02 Mar 2026 13:06:00 GMT", RetryLater, "429", 60),
    (429, "", "Mon, 02 Mar 2026 13:00:00 GMT", RetryLater, "429", None),
    (429, "", "soon", RetryLater, "429", None),
    (503, "", "120", RetryLater, "503", 120),
    (504, "", None, Ambiguous, "504", None),
    (507, "", None, RetryLater, "507", None),
    (301, "", None, Rejected, "a redirect", None),
    (302, "<html>sign in</html>", None, Rejected, "a redirect", None),
    (418, '{"errors":["no tea"]}', None, Rejected, "no tea", None),
    (400, "\x1b[2Jevil\r\nlog: line\u202e", None, Rejected, "400: [2Jevil log: line", None),
    (500, "[" * 50_000, None, RetryLater, "500", None),
]


@pytest.mark.parametrize(("status", "body", "header", "kind", "says", "wait"), ANSWERS)
def test_every_answer_has_one_meaning(status, body, header, kind, says, wait):
    outcome = of_exchange(Exchange(status=status, body=body.encode(), retry_after=header), NOW)
    assert isinstance(outcome, kind)
    if isinstance(outcome, Delivered):
        assert outcome.remote_id == says
        return
    assert says in outcome.reason
    assert len(outcome.reason) < 300
    if isinstance(outcome, RetryLater):
        assert outcome.retry_after == (None if wait is None else timedelta(seconds=wait))


def met(inner, outer=requests.ConnectionError):
    """Return what requests raises when its pool met that."""
    return outer(MaxRetryError(POOL, "/bot/secret", inner))


REFUSED = NewConnectionError(POOL, "[Errno 111] Connection refused")
NO_NAME = NameResolutionError("api.example", POOL, OSError("Name or service not known"))
FAILURES = [
    (met(REFUSED), RetryLater),
    (met(NO_NAME), RetryLater),
    (met(ConnectTimeoutError(POOL, "timed out"), requests.ConnectTimeout), RetryLater),
    (met(SSLError(ssl.SSLCertVerificationError(1, "self-signed")), requests.exceptions.SSLError), RetryLater),
    (met(SSLError(ssl.SSLError(1, "wrong version number")), requests.exceptions.SSLError), RetryLater),
    (met(SSLError(ssl.SSLEOFError(8, "EOF")), requests.exceptions.SSLError), Ambiguous),
    (met(PoolProxyError("Cannot connect to proxy.", OSError()), requests.exceptions.ProxyError), RetryLater),
    (requests.ReadTimeout(ReadTimeoutError(POOL, "/", "Read timed out.")), Ambiguous),
    (requests.ConnectionError(ProtocolError("Connection aborted.", ConnectionResetError(104, "reset"))), Ambiguous),
    (requests.ConnectionError(ProtocolError("Connection aborted.", BrokenPipeError(32, "pipe"))), Ambiguous),
    (requests.exceptions.ChunkedEncodingError("cut"), Ambiguous),
    (requests.exceptions.InvalidURL("bad"), Rejected),
    (requests.exceptions.InvalidSchema("bad"), Rejected),
    (RuntimeError("unheard of"), Ambiguous),
    (None, Ambiguous),
]


@pytest.mark.parametrize(("error", "kind"), FAILURES)
def test_every_failure_tells_whether_the_message_may_have_been_taken(error, kind):
    outcome = of_exchange(Exchange(error=error), NOW)
    assert isinstance(outcome, kind)
    assert "secret" not in outcome.reason


@pytest.mark.parametrize(("error", "nobody"), [(met(REFUSED), True), (met(NO_NAME), True), (FAILURES[2][0], False)])
def test_only_a_refused_connection_or_an_unknown_name_is_worth_another_try_at_once(error, nobody):
    assert reached_nobody(Record(http=[Exchange(error=error)])) is nobody


def test_after_any_answer_nothing_is_tried_again_at_once():
    assert not reached_nobody(Record(http=[Exchange(status=200), Exchange(error=met(REFUSED))]))
    assert not reached_nobody(Record())


GREETED = [Reply(code=220, text="hello"), Reply(code=250, text="mail.example")]
IN_DATA = [*GREETED, Reply(code=250, text="ok"), Reply(code=250, text="ok"), Reply(code=354, text="go ahead")]
RESET = [Reply(code=250, text="reset"), Reply(code=221, text="bye")]
HUNG_UP = Reply(error=ConnectionResetError())
MAILS = [
    ([], RetryLater, "did not take the message"),
    ([HUNG_UP], RetryLater, "hung up"),
    ([Reply(code=421, text="too busy")], RetryLater, "421: too busy"),
    ([Reply(code=554, text="no service here")], Rejected, "554"),
    ([*GREETED, Reply(code=535, text="bad credentials")], Rejected, "535: bad credentials"),
    ([*GREETED, Reply(code=454, text="try auth later")], RetryLater, "454"),
    ([*GREETED, Reply(code=550, text="sender refused"), *RESET], Rejected, "550"),
    ([*GREETED, Reply(code=250, text="ok"), Reply(code=550, text="no such user"), *RESET], Rejected, "no such user"),
    ([*GREETED, Reply(code=250, text="ok"), Reply(code=451, text="greylisted"), *RESET], RetryLater, "greylisted"),
    ([*IN_DATA, Reply(code=552, text="too big"), *RESET], Rejected, "too big"),
    ([*IN_DATA, Reply(code=452, text="disk full"), *RESET], RetryLater, "disk full"),
    ([*IN_DATA, HUNG_UP], Ambiguous, "no answer to the message"),
    ([*IN_DATA, Reply(error=TimeoutError())], Ambiguous, "TimeoutError"),
    ([*GREETED, HUNG_UP], RetryLater, "hung up"),
    ([Reply(code=220), Reply(code=502, text="no EHLO"), *IN_DATA[2:], HUNG_UP], Ambiguous, "no answer"),
]


@pytest.mark.parametrize(("replies", "kind", "says"), MAILS)
def test_every_way_a_mail_server_says_no_has_one_meaning(replies, kind, says):
    outcome = of_replies(replies)
    assert isinstance(outcome, kind)
    assert says in outcome.reason


def test_an_accepted_mail_carries_the_number_of_its_queue():
    record = Record(smtp=[*IN_DATA, Reply(code=250, text="2.0.0 Ok: queued as 4X9bQ"), Reply(code=221, text="bye")])
    assert of_record(record, NOW, accepted=True, told="") == Delivered(remote_id="4X9bQ")


def test_a_mail_is_judged_by_its_replies_when_it_was_not_accepted():
    record = Record(smtp=[*GREETED, Reply(code=535, text="bad credentials")])
    assert isinstance(of_record(record, NOW, accepted=False, told=""), Rejected)


def test_an_ok_that_is_none_is_a_failure_although_apprise_took_it_for_success():
    record = Record(http=[Exchange(status=200, body=telegram(403, "Forbidden").encode())])
    assert isinstance(of_record(record, NOW, accepted=True, told=""), Rejected)


def test_a_service_that_answers_ok_and_is_not_believed_by_apprise_is_tried_again():
    record = Record(http=[Exchange(status=200, body=b"please sign in")])
    assert of_record(record, NOW, accepted=False, told="x") == RetryLater(reason="did not accept: please sign in")


def test_an_answer_that_broke_off_before_its_yes_leaves_it_open():
    broken, whole = (Record(http=[Exchange(status=200, body=b"o", broken=cut)]) for cut in (True, False))
    assert isinstance(of_record(broken, NOW, accepted=False, told=""), Ambiguous)
    assert isinstance(of_record(whole, NOW, accepted=False, told=""), RetryLater)
    assert isinstance(of_record(broken, NOW, accepted=True, told=""), Delivered)


def test_of_several_exchanges_the_last_that_failed_counts():
    record = Record(http=[Exchange(status=200), Exchange(status=400, body=b"no"), Exchange(status=200)])
    assert of_record(record, NOW, accepted=False, told="") == Rejected(reason="answered 400: no")


@pytest.mark.parametrize(("told", "reason"), [("broker is down", "broker is down"), ("", "failed without a word")])
def test_a_service_that_is_neither_web_nor_mail_is_tried_again(told, reason):
    assert of_record(Record(), NOW, accepted=False, told=told) == RetryLater(reason=reason)
    assert of_record(Record(), NOW, accepted=True, told=told) == Delivered()


@pytest.mark.parametrize(("wish", "seconds"), [("0", None), ("-5", None), ("1e400", None), ("nan", None), (None, None)])
def test_a_wish_that_is_none_is_no_wait(wish, seconds):
    assert wait_wished(wish, NOW) is seconds


def test_secrets_are_taken_out_of_reasons():
    assert without(Rejected(reason="bad token s3cret"), ["s3cret"]) == Rejected(reason="bad token ***")
    assert without(Delivered(remote_id="s3cret"), ["s3cret"]) == Delivered(remote_id="s3cret")
