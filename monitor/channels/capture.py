"""Watches what the libraries under Apprise exchange with a service, which Apprise itself does not tell.

Three hooks, installed once: `requests.Session.send` for services over HTTP, `smtplib.SMTP.getreply` and `data` for
mail. Outside `recording()` they do nothing but pass on. What is sent may be amended on its way, for what Apprise has no
words for. Judges nothing; that is `outcome`.
"""

from __future__ import annotations

import functools
import smtplib
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any

import requests
from urllib3.exceptions import HTTPError

MOST = 65_536  # bytes of an answer that are read, after decompression
SLOWEST = 30.0  # seconds for the body of an answer
_TOO_MANY_REQUESTS = 429


@dataclass(frozen=True, slots=True, kw_only=True)
class Exchange:
    """One request and its answer, or what happened instead of an answer."""

    status: int | None = None
    retry_after: str | None = None
    body: bytes = b""
    broken: bool = False  # the body ended early
    error: BaseException | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """One reply of a mail server, or what happened instead of one."""

    code: int | None = None
    text: str = ""
    error: BaseException | None = None


@dataclass(slots=True)
class Record:
    """Everything that was exchanged while recording, in order."""

    amend: Callable[[bytes], bytes] | None = None
    http: list[Exchange] = field(default_factory=list)
    smtp: list[Reply] = field(default_factory=list)


_record: ContextVar[Record | None] = ContextVar("monitor_exchanges", default=None)


class HeldBack(requests.RequestException):
    """The service asked for a pause a moment ago: what would have been sent at once was not."""


@contextmanager
def recording(amend: Callable[[bytes], bytes] | None = None) -> Iterator[Record]:
    """Record the exchanges of the current thread until the block ends.

    `amend` is given the body of each request, or the whole mail, and returns what is sent instead.
    """
    install()
    record = Record(amend=amend)
    token = _record.set(record)
    try:
        yield record
    finally:
        _record.reset(token)


def install() -> None:
    """Put the hooks in place; doing it again changes nothing."""
    if not hasattr(requests.Session.send, "monitor_hook"):
        requests.Session.send = _watch_http(requests.Session.send)  # type: ignore[method-assign]  # the hook
    if not hasattr(smtplib.SMTP.getreply, "monitor_hook"):
        smtplib.SMTP.getreply = _watch_smtp(smtplib.SMTP.getreply)  # type: ignore[method-assign]  # the hook
    if not hasattr(smtplib.SMTP.data, "monitor_hook"):
        smtplib.SMTP.data = _amend_mail(smtplib.SMTP.data)  # type: ignore[method-assign]  # the hook


def _watch_http(send: Any) -> Any:
    @functools.wraps(send)
    def watched(session: requests.Session, request: requests.PreparedRequest, **kwargs: Any) -> requests.Response:
        record = _record.get()
        if record is None:
            return send(session, request, **kwargs)  # type: ignore[no-any-return]  # what requests returns
        if record.http and record.http[-1].status == _TOO_MANY_REQUESTS:
            raise HeldBack("held back after 429", request=request)
        if record.amend and isinstance(request.body, bytes | str):
            body = request.body.encode() if isinstance(request.body, str) else request.body
            request.prepare_body(record.amend(body), None)
        try:
            response: requests.Response = send(session, request, **{**kwargs, "stream": True})
            whole = _read(response)
        except requests.RequestException as error:
            record.http.append(Exchange(error=error))
            raise
        record.http.append(
            Exchange(
                status=response.status_code,
                retry_after=response.headers.get("Retry-After"),
                body=response.content,
                broken=not whole,
            )
        )
        return response

    watched.monitor_hook = True  # type: ignore[attr-defined]  # marks the hook for install()
    return watched


def _read(response: requests.Response) -> bool:
    """Read the answer's body up to MOST bytes and close; `requests` would read whatever comes.

    A body that ends early or is unreadable is kept as far as it came: the status says what happened. Returns whether
    it was whole.
    """
    whole = False
    deadline = time.monotonic() + SLOWEST
    body = bytearray()
    with response, suppress(OSError, HTTPError):
        while len(body) < MOST and time.monotonic() < deadline:
            chunk = response.raw.read1(MOST - len(body), decode_content=True)
            if not chunk:
                whole = True
                break
            body += chunk
    response._content = bytes(body)  # noqa: SLF001 - the only way to hand requests a body that was read for it
    response._content_consumed = True  # type: ignore[attr-defined]  # noqa: SLF001 - as above
    return whole


def _watch_smtp(getreply: Any) -> Any:
    @functools.wraps(getreply)
    def watched(connection: smtplib.SMTP) -> tuple[int, bytes]:
        record = _record.get()
        if record is None:
            return getreply(connection)  # type: ignore[no-any-return]  # what smtplib returns
        try:
            code, text = getreply(connection)
        except (OSError, smtplib.SMTPException) as error:
            record.smtp.append(Reply(error=error))
            raise
        record.smtp.append(Reply(code=code, text=text.decode("utf-8", "replace")))
        return code, text

    watched.monitor_hook = True  # type: ignore[attr-defined]  # marks the hook for install()
    return watched


def _amend_mail(data: Any) -> Any:
    @functools.wraps(data)
    def amended(connection: smtplib.SMTP, mail: bytes) -> tuple[int, bytes]:
        record = _record.get()
        if record and record.amend and isinstance(mail, bytes):
            mail = record.amend(mail)
        return data(connection, mail)  # type: ignore[no-any-return]  # what smtplib returns

    amended.monitor_hook = True  # type: ignore[attr-defined]  # marks the hook for install()
    return amended
