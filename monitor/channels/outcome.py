"""What a service's answer means for the message: delivered, later, never, or nobody knows; pure."""

from __future__ import annotations

import json
import re
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any

import requests
import urllib3

from monitor.channels.capture import Exchange
from monitor.model import Ambiguous, Delivered, Outcome, Rejected, RetryLater

_LATER = {408, 409, 423, 425, 429}
_UNKNOWN = {502, 504}  # a gateway speaks: what is behind it may have taken the message
_SERVER_ERROR = 500
_OK = range(200, 300)
_SMTP_CODE = re.compile(r"\b([45]\d\d)\b")


def of_exchange(exchange: Exchange, now: datetime) -> Outcome:
    """Judge the last exchange of a send."""
    if exchange.error is not None or exchange.status is None:
        return of_failure(exchange.error)
    said = _json(exchange.body)
    status = int(said.get("error_code") or exchange.status) if said.get("ok") is False else exchange.status
    reason = f"answered {status}: {_reason(said, exchange.body)}"
    if status in _OK and said.get("ok") is not False:
        return Delivered(remote_id=_remote_id(said))
    if status in _UNKNOWN:
        return Ambiguous(reason=reason)
    if status in _LATER or status >= _SERVER_ERROR:
        return RetryLater(reason=reason, retry_after=_wish(said, exchange.retry_after, now))
    return Rejected(reason=reason)


def of_failure(error: BaseException | None) -> Outcome:
    """Judge an exception: was anything sent?"""
    cause = _innermost(error)
    nothing_sent = (
        requests.exceptions.ConnectTimeout,
        requests.exceptions.SSLError,
        requests.exceptions.ProxyError,
        urllib3.exceptions.NewConnectionError,
        urllib3.exceptions.NameResolutionError,
        ConnectionRefusedError,
    )
    name = type(cause or error).__name__
    if isinstance(error, nothing_sent) or isinstance(cause, nothing_sent):
        return RetryLater(reason=f"could not be reached ({name})")
    return Ambiguous(reason=f"gave no answer ({name}); it may have taken the message")


def of_log(lines: str) -> Outcome:
    """Judge a failed send of a service without HTTP by what was logged of it (mail: the SMTP code)."""
    found = _SMTP_CODE.search(lines)
    reason = f"failed: {lines[:200] or 'no reason given'}"
    if found and found[1].startswith("5"):
        return Rejected(reason=reason)
    return RetryLater(reason=reason)


def wait_wished(value: str | None, now: datetime) -> timedelta | None:
    """Return the wait of a Retry-After header in seconds or as a date."""
    if not value:
        return None
    try:
        wait = timedelta(seconds=float(value))
    except (ValueError, OverflowError):
        try:
            wait = parsedate_to_datetime(value) - now
        except (ValueError, TypeError):
            return None
    return wait if wait > timedelta() else None


def _wish(said: dict[str, Any], header: str | None, now: datetime) -> timedelta | None:
    parameters = said.get("parameters")
    inside = parameters.get("retry_after") if isinstance(parameters, dict) else said.get("retry_after")
    wishes = [wait_wished(str(inside) if inside is not None else None, now), wait_wished(header, now)]
    return max((wish for wish in wishes if wish), default=None)


def _innermost(error: BaseException | None) -> BaseException | None:
    while error is not None:
        reason = getattr(error, "reason", None) or (error.args[0] if error.args else None)
        if not isinstance(reason, BaseException):
            return error
        error = reason
    return None


def _json(body: str) -> dict[str, Any]:
    try:
        data = json.loads(body)
    except ValueError:
        return {}
    return data if isinstance(data, dict) else {}


def _reason(said: dict[str, Any], body: str) -> str:
    text = said.get("description") or said.get("error") or said.get("message") or body
    return " ".join(str(text).split())[:200] or "without a word"


def _remote_id(said: dict[str, Any]) -> str | None:
    result = said.get("result")
    found = result.get("message_id") if isinstance(result, dict) else said.get("ts") or said.get("id")
    return str(found) if found is not None else None
