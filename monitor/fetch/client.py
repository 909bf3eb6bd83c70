"""Fetches a page: conditional, guarded, bounded; what the page says is others' business."""

from __future__ import annotations

import logging
import ssl
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urljoin

import certifi
import httpcore
import httpx
from tenacity import Retrying, retry_if_exception, stop_after_attempt

from monitor.errors import FetchError
from monitor.fetch import answers, decoding, guard
from monitor.fetch.resolve import Resolver
from monitor.fetch.transport import GuardedTransport, set_deadline
from monitor.model import Fetched, Request
from monitor.ports import Clock

_GOOD = {200, 203}
_NOT_MODIFIED = 304
_REDIRECTS = {301, 302, 303, 307, 308}
# Everything the libraries below may raise at what a server or an address does to them.
_FAILURES = (
    httpx.HTTPError,
    httpx.InvalidURL,
    httpcore.NetworkError,
    httpcore.ProtocolError,
    httpcore.TimeoutException,
    httpcore.UnsupportedProtocol,
    OSError,
    ValueError,
    RuntimeError,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    total: float = 30.0  # seconds, redirects included
    body: int = 5 << 20  # bytes, on the wire and decoded
    redirects: int = 5
    headers: int = 200


class HttpFetcher:
    """The fetcher of `monitor.ports` over HTTP; shared by all polling threads."""

    def __init__(
        self,
        *,
        clock: Clock,
        resolver: Resolver,
        user_agent: str,
        allow_private: Sequence[str] = (),
        limits: Limits = Limits(),
    ) -> None:
        for noisy in ("httpx", "httpcore"):
            logging.getLogger(noisy).setLevel(logging.WARNING)  # they log addresses, and addresses hold tokens
        self._clock, self._resolver, self._limits = clock, resolver, limits
        self._allow_private = tuple(allow_private)
        self._headers = {"User-Agent": user_agent, "Accept-Encoding": "gzip, deflate, br"}
        self._context: ssl.SSLContext | None = None
        self._transports: dict[tuple[str, ...], GuardedTransport] = {}
        self._lock = threading.Lock()

    def close(self) -> None:
        for transport in self._transports.values():
            transport.close()

    def fetch(self, request: Request, *, etag: str | None, last_modified: str | None) -> Fetched | None:
        """Return the page, or None when it is the one the validators are of.

        The validators go along on every hop: a site whose address redirects keeps them at its end.

        Raises:
            FetchError: there is no complete page.
        """
        started = time.monotonic()
        set_deadline(started + self._limits.total)
        headers = {**self._headers, **request.headers}
        if etag:
            headers["If-None-Match"] = etag
        if last_modified:
            headers["If-Modified-Since"] = last_modified
        url, seen = request.url, {request.url}
        while True:
            answer = self._exchange(url, headers, request.allow_private)
            if isinstance(answer, Fetched) or answer is None:
                return answer if answer is None else _finished(answer, request.url, started)
            url = answer
            if url in seen or len(seen) > self._limits.redirects:
                raise FetchError(f"{_host(request.url)} redirects in circles, lately to {url[:200]}", kind="redirect")
            seen.add(url)

    def _exchange(self, url: str, headers: dict[str, str], allow_private: tuple[str, ...]) -> Fetched | str | None:
        """Return the page, the address it redirects to, or None for "not modified"."""
        host = _host(url)
        try:
            for attempt in Retrying(stop=stop_after_attempt(2), retry=retry_if_exception(_went_stale), reraise=True):
                with attempt:
                    return self._ask(url, headers, allow_private)
        except FetchError:
            raise
        except _FAILURES as error:
            raise answers.broken(host, error) from error
        raise AssertionError("unreachable: the loop returns or raises")

    def _ask(self, url: str, headers: dict[str, str], allow_private: tuple[str, ...]) -> Fetched | str | None:
        host = _host(url)
        request = httpx.Request("GET", url, headers=headers)
        if request.url.scheme not in {"http", "https"} or request.url.userinfo or not host:
            raise FetchError(f"'{url[:200]}' is not an address to fetch; only http and https are", kind="url")
        answer = self._transport(allow_private).handle_request(request)
        try:
            return self._read(host, url, request, answer)
        finally:
            answer.close()

    def _read(self, host: str, url: str, request: httpx.Request, answer: httpx.Response) -> Fetched | str | None:
        if len(answer.headers) > self._limits.headers:
            raise FetchError(f"{host} sent {len(answer.headers)} headers; the page is not read", kind="protocol")
        if answer.status_code in _REDIRECTS:
            return _target(host, url, answer.headers.get("location"))
        if answer.status_code == _NOT_MODIFIED:
            if "if-none-match" in request.headers or "if-modified-since" in request.headers:
                return None
            raise FetchError(f"{host} says 'not modified' although nothing was asked about", kind="protocol")
        if answer.status_code not in _GOOD:
            wait = answers.retry_after(answer.headers.get("retry-after"), self._clock())
            raise answers.refused(host, answer.status_code, wait)
        length = answer.headers.get("content-length", "")
        body = decoding.read(
            answer.stream,  # type: ignore[arg-type]  # a synchronous stream by construction
            answer.headers.get("content-encoding", ""),
            int(length) if length.isdigit() else None,
            host,
            self._limits.body,
        )
        if not body:
            raise FetchError(f"{host} answers with an empty page", kind="truncated")
        return Fetched(
            url=url,
            final_url=url,
            status=answer.status_code,
            body=body,
            content_type=answer.headers.get("content-type"),
            etag=answer.headers.get("etag"),
            last_modified=answer.headers.get("last-modified"),
            fetched_at=self._clock(),
            elapsed_ms=0,
        )

    def _transport(self, allow_private: tuple[str, ...]) -> GuardedTransport:
        with self._lock:
            if allow_private not in self._transports:
                self._context = self._context or ssl.create_default_context(cafile=certifi.where())
                exceptions = guard.networks((*self._allow_private, *allow_private))
                self._transports[allow_private] = GuardedTransport(self._resolver, exceptions, self._context)
            return self._transports[allow_private]


def _went_stale(error: BaseException) -> bool:
    """Tell whether a kept connection had been closed by the server before it read our request."""
    return isinstance(error, httpcore.RemoteProtocolError) and "without sending a response" in str(error)


def _host(url: str) -> str:
    return url.partition("://")[2].partition("/")[0].rpartition("@")[2].partition("?")[0][:200]


def _target(host: str, url: str, location: str | None) -> str:
    if not location:
        raise FetchError(f"{host} redirects without saying where", kind="redirect")
    target = urljoin(url, location.strip())
    if not target.lower().startswith(("http://", "https://")):
        raise FetchError(f"{host} redirects to '{target[:200]}', which is not fetched", kind="redirect")
    return target


def _finished(answer: Fetched, url: str, started: float) -> Fetched:
    elapsed = round((time.monotonic() - started) * 1000)
    return Fetched(
        url=url,
        final_url=answer.final_url,
        status=answer.status,
        body=answer.body,
        content_type=answer.content_type,
        etag=answer.etag,
        last_modified=answer.last_modified,
        fetched_at=answer.fetched_at,
        elapsed_ms=elapsed,
    )
