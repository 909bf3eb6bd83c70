"""Overhears what services answer, since Apprise tells neither status nor Retry-After; changes nothing."""

from __future__ import annotations

import functools
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any

import requests

_LONGEST_BODY = 65536


@dataclass(frozen=True, slots=True, kw_only=True)
class Exchange:
    """One HTTP request of a send: an answer, or the exception that came instead."""

    status: int | None = None
    retry_after: str | None = None
    body: str = ""
    error: BaseException | None = None


_heard: ContextVar[list[Exchange] | None] = ContextVar("heard", default=None)


@contextmanager
def overheard() -> Iterator[list[Exchange]]:
    """Collect every exchange that this context makes through `requests`."""
    _install()
    exchanges: list[Exchange] = []
    token = _heard.set(exchanges)
    try:
        yield exchanges
    finally:
        _heard.reset(token)


def _install() -> None:
    original = requests.Session.send
    if getattr(original, "overhears", False):
        return

    @functools.wraps(original)
    def send(self: requests.Session, request: requests.PreparedRequest, **kwargs: Any) -> requests.Response:
        heard = _heard.get()
        try:
            answer = original(self, request, **kwargs)
        except requests.RequestException as error:
            if heard is not None:
                heard.append(Exchange(error=error))
            raise
        if heard is not None:
            body = answer.content[:_LONGEST_BODY].decode("utf-8", "replace")
            heard.append(Exchange(status=answer.status_code, retry_after=answer.headers.get("Retry-After"), body=body))
        return answer

    send.overhears = True  # type: ignore[attr-defined]
    requests.Session.send = send  # type: ignore[method-assign]
