"""Sends a form to an address and says whether it was taken: how hubs are asked. Reads no page.

Bounded in time and size, and checked where it connects like every other request.
"""

from __future__ import annotations

import ssl
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing
from time import monotonic
from urllib.parse import urlencode

import httpx

from monitor.errors import FetchError
from monitor.fetch import answers, guard, target
from monitor.fetch.network import GuardedBackend, trusted
from monitor.fetch.polite import Hosts
from monitor.fetch.resolve import Resolver
from monitor.fetch.transport import Transport
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
        self._transport = Transport(
            lambda allowed: GuardedBackend(resolver=resolver, allowed=allowed, trust=trust, max_read=MOST_BYTES)
        )

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
        try:
            with closing(self._transport.handle_request(self._request(url, body, allowed))) as response:
                response.headers.encoding = "latin-1"  # as `follow` expects it
                if response.status_code in _MOVED and response.headers.get("location"):
                    return target.follow(url, response.headers["location"])
                if not response.is_success:
                    raise self._refused(url, response)
        except answers.EXPECTED as error:
            raise answers.explain(error, url, self._seconds) from error
        return None

    def _request(self, url: httpx.URL, body: bytes, allowed: tuple[guard.Network, ...]) -> httpx.Request:
        end = monotonic() + self._seconds
        headers = {
            "Host": url.netloc.decode("ascii"),
            "User-Agent": self._user_agent,
            "Content-Type": "application/x-www-form-urlencoded",
            "Content-Length": str(len(body)),
            "Connection": "close",  # hubs are asked once in days
        }
        return httpx.Request(
            "POST",
            url,
            headers=headers,
            stream=httpx.ByteStream(body),
            extensions={
                "timeout": {"connect": end, "read": end, "write": end},
                "allowed": allowed,
                "proxy": None,
            },
        )

    def _refused(self, url: httpx.URL, response: httpx.Response) -> FetchError:
        why = " ".join(next(_text(response), "").split())[:_SHOWN]
        return FetchError(
            f"{target.name(url)} answered {response.status_code}{f' ({why})' if why else ''}",
            kind="status",
            status=response.status_code,
            retry_after=answers.retry_after(response.headers.get("retry-after"), self._clock()),
        )


def _text(response: httpx.Response) -> Iterator[str]:
    """Yield the beginning of what an answer says, unless it is a page."""
    if response.headers.get("content-type", "text/plain").startswith("text/plain"):
        for part in response.iter_raw():
            yield part.decode("utf-8", "replace")
