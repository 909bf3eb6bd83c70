"""What the exchanges of a send mean for the message: delivered, later, never, or nobody knows. Pure; sends nothing."""

from __future__ import annotations

import json
import re
import ssl
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any

import requests
from urllib3.exceptions import ConnectTimeoutError, MaxRetryError, NewConnectionError, SSLError

from monitor.channels.advice import advice
from monitor.channels.capture import Exchange, Record, Reply
from monitor.model import Ambiguous, Delivered, Outcome, Rejected, RetryLater
from monitor.render.safe import harmless

_LATER = {408, 409, 423, 425, 429}
_UNKNOWN = {502, 504}  # a gateway speaks: what is behind it may have taken the message
_SERVER_ERROR = 500
_OK = range(200, 300)
_LONGEST_REASON = 200
# Slack says these with 200: https://docs.slack.dev/reference/methods/chat.postMessage
_SLACK_LATER = {
    "ratelimited", "rate_limited", "internal_error", "fatal_error", "service_unavailable", "request_timeout",
    "team_added_to_org",
}  # fmt: skip
_SMTP_DATA = 354  # "go ahead": what follows is the message
_SMTP_REFUSED = 400
_SMTP_FOR_EVER = 500
_QUEUED_AS = re.compile(r"queued as <?([^\s>]+)", re.IGNORECASE)


def of_record(record: Record, now: datetime, *, accepted: bool, told: str) -> Outcome:
    """Judge a whole send: what was exchanged, whether Apprise took it for success, and what it logged."""
    judged = [of_exchange(exchange, now) for exchange in record.http]
    if record.smtp and not accepted:
        return of_replies(record.smtp)
    if judged and not (accepted and isinstance(judged[-1], Delivered)):
        failed = [outcome for outcome in judged if not isinstance(outcome, Delivered)]
        return failed[-1] if failed else _not_accepted(record.http[-1])
    if accepted:
        # Of a message in several parts the first is the one that later ones follow.
        named = (one for one in judged if isinstance(one, Delivered) and one.remote_id)
        return next(named, judged[-1]) if judged else Delivered(remote_id=_queue_id(record.smtp))
    return RetryLater(reason=_short(told) or "failed without a word")


def _not_accepted(last: Exchange) -> Outcome:
    """Judge an answer that looks well and in which Apprise missed the service's yes."""
    if last.broken:
        return Ambiguous(reason="the answer broke off; it may have taken the message")
    return RetryLater(reason=f"did not accept: {_said(last.body)}")


def reached_nobody(record: Record) -> bool:
    """Tell whether certainly nothing was sent and another try at once may help: refused, or a name not found."""
    if record.smtp or not record.http:
        return False
    return all(isinstance(_cause(x.error), NewConnectionError) for x in record.http)


def without(outcome: Outcome, secrets: Iterable[str]) -> Outcome:
    """Return the outcome with a reason that repeats none of the secrets."""
    if isinstance(outcome, Delivered):
        return outcome
    reason = outcome.reason
    for secret in secrets:
        reason = reason.replace(secret, "***")
    return replace(outcome, reason=reason)


# --- HTTP -----------------------------------------------------------------------------------------------


def of_exchange(exchange: Exchange, now: datetime) -> Outcome:
    """Judge one HTTP request and its answer."""
    if exchange.status is None:
        return of_failure(exchange.error)
    said = _json(exchange.body)
    refused = said.get("ok") is False
    status = _status(exchange.status, said) if refused else exchange.status
    if status in _OK and not refused:
        return Delivered(remote_id=_remote_id(said))
    reason = f"answered {status}: {_said(exchange.body)}"
    if status in _UNKNOWN:
        return Ambiguous(reason=reason)
    if status in _LATER or status >= _SERVER_ERROR:
        return RetryLater(reason=reason, retry_after=_wish(said, exchange.retry_after, now))
    moved_to = _moved_to(said)
    if moved_to:
        return Rejected(reason=f"{reason}; the group is now {moved_to}, put that into the url", moved_to=moved_to)
    return Rejected(reason=reason + advice(reason, _who(said)))


def of_failure(error: BaseException | None) -> Outcome:
    """Judge an exception that came instead of an answer: could the service have read anything?"""
    cause = _cause(error)
    name = type(cause).__name__
    if isinstance(error, requests.exceptions.InvalidURL | requests.exceptions.InvalidSchema):
        return Rejected(reason=f"could not be sent ({name}); correct the address")
    if isinstance(error, requests.exceptions.ProxyError) or isinstance(cause, ConnectTimeoutError):
        return RetryLater(reason=f"could not be reached ({name})")
    handshake = isinstance(error, requests.exceptions.SSLError) and not _broke_off(error)
    if handshake or isinstance(error, requests.ConnectTimeout):
        return RetryLater(reason=f"could not be reached ({name})")
    return Ambiguous(reason=f"gave no answer ({name}); it may have taken the message")


def _chain(error: BaseException | None) -> Iterator[BaseException]:
    seen: set[int] = set()
    while error is not None and id(error) not in seen:
        seen.add(id(error))
        yield error
        inner = next((arg for arg in error.args if isinstance(arg, BaseException)), None)
        error = error.reason if isinstance(error, MaxRetryError) else inner or error.__cause__


def _cause(error: BaseException | None) -> BaseException | None:
    """Return the exception that urllib3 met, below what requests and its retries made of it."""
    ours = (requests.RequestException, MaxRetryError)
    return next((each for each in _chain(error) if not isinstance(each, ours)), error)


def _broke_off(error: BaseException) -> bool:
    """Tell whether an encrypted connection ended at once, which may also happen after the request was sent."""
    ends = (ssl.SSLEOFError, ssl.SSLZeroReturnError)
    return any(isinstance(each, ends) for each in _chain(error)) or not any(
        isinstance(each, SSLError | ssl.SSLError) for each in _chain(error)
    )


def _status(status: int, said: dict[str, Any]) -> int:
    """Return the status behind a 200 that says `ok: false`: Telegram repeats it inside, Slack names the error."""
    code = said.get("error_code")
    if isinstance(code, int):
        return code
    if status not in _OK:
        return status
    return 429 if said.get("error") in _SLACK_LATER else 400


def _who(said: dict[str, Any]) -> str:
    """Return the service whose answers have this form, as far as advice depends on it."""
    if "error_code" in said:
        return "Telegram"
    return "ntfy" if {"code", "http", "error"} <= said.keys() else ""


def _moved_to(said: dict[str, Any]) -> str | None:
    parameters = said.get("parameters")
    moved_to = parameters.get("migrate_to_chat_id") if isinstance(parameters, dict) else None
    return None if moved_to is None else str(moved_to)


def wait_wished(value: object, now: datetime) -> timedelta | None:
    """Return the wait of a Retry-After in seconds or as a date (RFC 9110, 10.2.3), None when it is neither."""
    text = str(value)
    try:
        wait = timedelta(seconds=float(text))
    except (ValueError, OverflowError):
        try:
            wait = parsedate_to_datetime(text) - now
        except (ValueError, TypeError, OverflowError):
            return None
    return wait if wait > timedelta() else None


def _wish(said: dict[str, Any], header: str | None, now: datetime) -> timedelta | None:
    """Return the longest wait that the answer asks for, in its body (Telegram, Discord) or its header."""
    parameters = said.get("parameters")
    inside = parameters.get("retry_after") if isinstance(parameters, dict) else said.get("retry_after")
    wishes = (wait_wished(inside, now), wait_wished(header, now))
    return max((wish for wish in wishes if wish is not None), default=None)


def _json(body: bytes) -> dict[str, Any]:
    try:
        data = json.loads(body)
    except (ValueError, RecursionError):
        return {}
    return data if isinstance(data, dict) else {}


def _said(body: bytes) -> str:
    said = _json(body)
    texts = [str(said[key]) for key in ("description", "error", "message", "errors") if said.get(key)]
    return _short("; ".join(texts)) or _short(body[: 4 * _LONGEST_REASON].decode("utf-8", "replace")) or "nothing more"


def _short(text: str) -> str:
    return " ".join(harmless(text).split())[:_LONGEST_REASON]


def _remote_id(said: dict[str, Any]) -> str | None:
    result = said.get("result")
    found = result.get("message_id") if isinstance(result, dict) else said.get("ts") or said.get("id")
    return str(found) if isinstance(found, str | int) else None


# --- SMTP -----------------------------------------------------------------------------------------------


def of_replies(replies: Sequence[Reply]) -> Outcome:
    """Judge the replies of a mail server to a message that was not accepted."""
    codes = [reply.code for reply in replies if reply.code is not None]
    broken = next((reply.error for reply in replies if reply.error is not None), None)
    if broken is not None and codes and codes[-1] == _SMTP_DATA:
        return Ambiguous(reason=f"the mail server gave no answer to the message ({type(broken).__name__})")
    refused = [reply for reply in replies if reply.code is not None and reply.code >= _SMTP_REFUSED]
    if not refused:
        what = f"hung up ({type(broken).__name__})" if broken is not None else "did not take the message"
        return RetryLater(reason=f"the mail server {what}")
    last = refused[-1]
    reason = f"the mail server answered {last.code}: {_short(last.text)}"
    assert last.code is not None, "chosen by its code"
    return Rejected(reason=reason + advice(reason)) if last.code >= _SMTP_FOR_EVER else RetryLater(reason=reason)


def _queue_id(replies: Sequence[Reply]) -> str | None:
    found = [match[1] for reply in replies if (match := _QUEUED_AS.search(reply.text))]
    return found[-1] if found else None
