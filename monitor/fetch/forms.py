"""Sends a form to an address and says whether it was taken: how hubs are asked. Reads no page.

Bounded in time and size, and checked where it connects like every other request.
"""

from __future__ import annotations

import ssl
from collections.abc import Callable, Mapping, Sequence
from time import monotonic
from urllib.parse import urlencode

import httpx

from monitor.errors import FetchError
from monitor.fetch import answers, guard, target
from monitor.fetch.network import Connector, origin_of, trusted
from monitor.fetch.polite import Hosts
from monitor.fetch.resolve import Resolver
from monitor.fetch.transport import Transport
from monitor.fetch.wire import Answer, written
from monitor.ports import Clock

SECONDS = 10.0  # for the whole exchange
MOST_BYTES = 256 * 1024  # of an answer, its headers among them
REDIRECTS = 3
_MOVED = {301, 302, 307, 308}
_SHOWN = 200  # characters of what a refusal says


class FormPoster:
    """Shared by the threads that ask hubs."""

    def __init__(
        self,
        *,
        clock: Clock,
        resolver: Resolver,
        user_agent: str,
        hosts: Hosts,
        allow_private: Sequence[str] = (),
        seconds: float = SECONDS,
        trust: Callable[[], ssl.SSLContext] = trusted,
    ) -> None:
        self._clock, self._hosts, self._seconds = clock, hosts, seconds
        self._user_agent, self._allow_private = user_agent, tuple(allow_private)
        self._transport = Transport(Connector(resolver=resolver, trust=trust, max_read=MOST_BYTES))

    def post(self, url: str, form: Mapping[str, str], allow_private: Sequence[str]) -> None:
        """Send a form, to where the address leads, and return when it was taken.

        Raises:
            FetchError: it was not.
        """
        allowed = guard.networks((*self._allow_private, *allow_private))
        where: httpx.URL | None = target.parse(url)
        for _ in range(REDIRECTS + 1):
            if where is None:
                return
            with self._hosts.turn(str(where)):
                where = self._exchange(where, urlencode(form).encode(), allowed)
        if where:
            raise FetchError(
                f"{url} redirects more than {REDIRECTS} times, last to {target.name(where)}", kind="redirect"
            )

    def close(self) -> None:
        """Close every connection."""
        self._transport.close()

    def _exchange(self, url: httpx.URL, body: bytes, allowed: tuple[guard.Network, ...]) -> httpx.URL | None:
        """Return where the form should go instead, or None when it was taken."""
        end, origin = monotonic() + self._seconds, origin_of(url, allowed)
        try:
            answer = self._transport.ask(origin, self._request(url, body), connected_by=end, until=end)
            try:
                return self._read(url, answer)
            finally:
                self._transport.end(origin, answer)
        except answers.EXPECTED as error:
            raise answers.explain(error, url, self._seconds) from error

    def _request(self, url: httpx.URL, body: bytes) -> bytes:
        headers = {
            b"Host": url.netloc,
            b"User-Agent": self._user_agent.encode("latin-1"),
            b"Content-Type": b"application/x-www-form-urlencoded",
            b"Content-Length": b"%d" % len(body),
            b"Connection": b"close",  # hubs are asked once in days
        }
        return written(b"POST", url.raw_path, headers.items()) + body

    def _read(self, url: httpx.URL, answer: Answer) -> httpx.URL | None:
        headers = answer.headers()
        if answer.status in _MOVED and headers.get("location"):
            return target.follow(url, headers["location"])
        if 200 <= answer.status < 300:
            return None
        why = " ".join(_text(answer, headers).split())[:_SHOWN]
        raise FetchError(
            f"{target.name(url)} answered {answer.status}{f' ({why})' if why else ''}",
            kind="status",
            status=answer.status,
            retry_after=answers.retry_after(headers.get("retry-after"), self._clock()),
        )


def _text(answer: Answer, headers: Mapping[str, str]) -> str:
    """Return the beginning of what an answer says, unless it is a page."""
    if not headers.get("content-type", "text/plain").startswith("text/plain"):
        return ""
    return next(answer.body(), b"").decode("utf-8", "replace")
