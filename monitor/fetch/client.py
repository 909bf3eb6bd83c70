"""Gets one page over HTTP: conditional, bounded in time and size, redirects followed and checked one by one.

Keeps cookies for the redirects of one fetch and no longer, obeys no environment variables, does not read charsets, and
does not decide when to come back.
"""

from __future__ import annotations

import ssl
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from time import monotonic

import httpx

from monitor.errors import FetchError
from monitor.fetch import answers, decode, guard, proxy, target
from monitor.fetch.cookies import Cookies
from monitor.fetch.failures import NotConnected, StaleConnection
from monitor.fetch.freshness import fresh_for
from monitor.fetch.guard import Network
from monitor.fetch.network import Connector, Origin, origin_of, trusted
from monitor.fetch.resolve import Resolver
from monitor.fetch.transport import Transport
from monitor.fetch.wire import SENDABLE, Answer
from monitor.model import Fetched, Request
from monitor.ports import Clock

ACCEPT = "text/html,application/xhtml+xml,application/xml;q=0.9,application/json;q=0.9,*/*;q=0.8"
_PAGE = {200, 203}
_NOT_MODIFIED = 304
_REDIRECT = {301, 302, 303, 307, 308}
_HARMLESS = {"accept", "accept-language", "user-agent"}  # configured headers that any host may see
_MAX_HEADERS = 200
_MAX_HEADER_BYTES = 64 * 1024
_MAX_VALIDATOR = 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What one fetch may cost, whatever the server does."""

    seconds: float = 30.0  # from the look-up of the name to the last byte, redirects included
    connect_seconds: float = 10.0  # for each new connection, TLS included
    wire_bytes: int = 5 * 1024 * 1024  # of the answer as it is sent
    body_bytes: int = 5 * 1024 * 1024  # of the page, unpacked
    redirects: int = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class _Errand:
    """What stays the same over the redirects of one fetch."""

    request: Request
    first: httpx.URL
    allowed: tuple[Network, ...]
    validators: Mapping[str, str]
    started: float
    cookies: Cookies = field(default_factory=Cookies)


class HttpFetcher:
    """The Fetcher of the product; one instance is shared by all poll threads."""

    def __init__(
        self,
        *,
        clock: Clock,
        resolver: Resolver,
        user_agent: str,
        allow_private: Sequence[str] = (),
        limits: Limits = Limits(),
        trust: Callable[[], ssl.SSLContext] = trusted,
    ) -> None:
        self._clock = clock
        self._limits = limits
        self._headers = {"user-agent": user_agent, "accept": ACCEPT}
        self._allow_private = tuple(allow_private)
        self._networks = lru_cache(maxsize=256)(guard.networks)
        self._transport = Transport(
            Connector(resolver=resolver, trust=trust, max_read=limits.wire_bytes + _MAX_HEADER_BYTES)
        )
        self._allowed(())  # a mistake in the general list shows at the start

    def close(self) -> None:
        """Close every connection; fetches under way fail."""
        self._transport.close()

    def fetch(self, request: Request, *, etag: str | None, last_modified: str | None) -> Fetched | None:
        """Return the complete page, unpacked, or None when the server says it is unchanged (304).

        The validators go along on every redirect: they came from the last address of the chain, and an entity tag
        means nothing to the others.

        Raises:
            FetchError: everything else.
        """
        url = target.parse(request.url)
        errand = _Errand(
            request=request,
            first=url,
            allowed=self._allowed(request.allow_private),
            validators=_validators(etag, last_modified),
            started=monotonic(),
        )
        visited = [(url, errand.cookies.of(url.host))]
        while True:
            result = self._visit(errand, visited[-1][0])
            if not isinstance(result, httpx.URL):
                return result
            hop = result, errand.cookies.of(result.host)
            self._check_hop([url for url, _ in visited], result, is_loop=hop in visited)
            visited.append(hop)

    def _allowed(self, more: Sequence[str]) -> tuple[Network, ...]:
        try:
            return self._networks((*self._allow_private, *more))
        except ValueError as error:
            raise FetchError(str(error), kind="address") from None

    def _check_hop(self, visited: Sequence[httpx.URL], hop: httpx.URL, *, is_loop: bool) -> None:
        if is_loop:
            raise FetchError(
                f"{target.name(visited[0])} redirects in a loop over {target.name(hop)}; "
                "it may want a cookie (the source's cookies) or refuse our user agent: see in a browser where it leads",
                kind="redirect",
            )
        if len(visited) > self._limits.redirects:
            raise FetchError(
                f"{target.name(visited[0])} redirects more than {self._limits.redirects} times, "
                f"last to {target.name(hop)}; correct the source's url to where a browser ends up",
                kind="redirect",
            )

    def _visit(self, errand: _Errand, url: httpx.URL) -> Fetched | httpx.URL | None:
        """Return what one address answers: a page, None for "not modified", or the address to go to."""
        through = errand.request.proxy
        if through:
            proxy.check(url, errand.first, errand.allowed)
        origin = origin_of(url, errand.allowed, through)
        try:
            answer = self._ask(errand, origin, proxy.question(url, self._headers_for(errand, url), through))
            try:
                return self._read(errand, url, answer)
            finally:
                self._transport.end(origin, answer)
        except answers.EXPECTED as error:
            refused = proxy.explain(error, target.name(url)) if through else None
            raise refused or answers.explain(error, url, self._seconds(errand)) from error

    def _ask(self, errand: _Errand, origin: Origin, question: bytes) -> Answer:
        """Ask once more where the request surely was not answered and a new connection may help at once."""
        until = errand.started + self._seconds(errand)
        try:
            return self._ask_once(origin, question, until)
        except StaleConnection:
            pass
        except NotConnected as error:
            if isinstance(error.reason, (ssl.SSLError, ValueError)):
                raise
        return self._ask_once(origin, question, until)

    def _ask_once(self, origin: Origin, question: bytes, until: float) -> Answer:
        connected_by = min(until, monotonic() + self._limits.connect_seconds)
        return self._transport.ask(origin, question, connected_by=connected_by, until=until)

    def _seconds(self, errand: _Errand) -> float:
        return min(self._limits.seconds, errand.request.seconds or self._limits.seconds)

    def _headers_for(self, errand: _Errand, url: httpx.URL) -> list[tuple[bytes, bytes]]:
        known = target.may_know(errand.first, url)
        configured = {
            key.lower(): value for key, value in errand.request.headers.items() if known or key.lower() in _HARMLESS
        }
        headers = {
            "host": url.netloc.decode("ascii"),
            **self._headers,
            **configured,
            "accept-encoding": decode.ACCEPTED,
            **errand.validators,
        }
        if cookie := errand.cookies.header(url.host, headers.get("cookie")):
            headers["cookie"] = cookie
        return [(key.title().encode("latin-1"), value.encode("latin-1")) for key, value in headers.items()]

    def _read(self, errand: _Errand, url: httpx.URL, answer: Answer) -> Fetched | httpx.URL | None:
        _check_headers(url, answer)
        status, headers = answer.status, answer.headers()
        if status == _NOT_MODIFIED:
            _finish_unmodified(errand, url, answer)
            return None
        if status in _REDIRECT and headers.get("location"):
            errand.cookies.take(url.host, answer.values(b"set-cookie"))
            return target.follow(url, headers["location"])
        if status not in _PAGE:
            raise answers.refused(url, status, headers, self._clock())
        body = decode.decode(answer.body(), headers.get("content-encoding"), self._limits.body_bytes)
        if not body:
            raise FetchError(
                f"{target.name(url)} answered {status} with an empty page; it is asked again later",
                kind="truncated",
            )
        return Fetched(
            url=errand.request.url,
            final_url=str(url),
            status=status,
            body=body,
            content_type=headers.get("content-type"),
            etag=_usable(headers.get("etag")),
            last_modified=_usable(headers.get("last-modified")),
            fetched_at=self._clock(),
            elapsed_ms=round((monotonic() - errand.started) * 1000),
            fresh_for=fresh_for(headers),
            link=headers.get("link"),
        )


def _finish_unmodified(errand: _Errand, url: httpx.URL, answer: Answer) -> None:
    if not errand.validators:
        raise FetchError(
            f"{target.name(url)} answered 304, not modified, although it was not asked; "
            "a proxy before it is broken, it is asked again later",
            kind="protocol",
            status=_NOT_MODIFIED,
        )
    list(answer.body())  # there is no body, but the connection is free only after its end


def _check_headers(url: httpx.URL, answer: Answer) -> None:
    lines = answer.lines
    if len(lines) > _MAX_HEADERS or sum(len(name) + len(value) for name, value in lines) > _MAX_HEADER_BYTES:
        raise FetchError(
            f"{target.name(url)} answered with {len(lines)} headers, more than any page needs; check the source's url",
            kind="protocol",
        )


def _validators(etag: str | None, last_modified: str | None) -> dict[str, str]:
    found = {"if-none-match": _usable(etag), "if-modified-since": _usable(last_modified)}
    return {key: value for key, value in found.items() if value}


def _usable(validator: str | None) -> str | None:
    """Return a validator that can go back as it came."""
    if not validator or len(validator) > _MAX_VALIDATOR:
        return None
    return validator if SENDABLE.fullmatch(validator.encode("latin-1", "replace")) else None
