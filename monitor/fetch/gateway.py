"""The only way out of the browser: a proxy on loopback, for one page, that connects where the guard allows.

A browser looks names up by itself and follows redirects unasked, so what it asks for is checked where it connects.
Encrypted traffic passes unread.
"""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import NamedTuple, Self

import httpx

from monitor.errors import FetchError
from monitor.fetch import answers
from monitor.fetch.failures import NotConnected
from monitor.fetch.guard import Network
from monitor.fetch.network import checked_addresses
from monitor.fetch.resolve import Resolver

_CHUNK = 64 * 1024
_CONNECT_SECONDS = 10.0
_REFUSED = b"HTTP/1.1 502 Bad Gateway\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
_CONNECTED = b"HTTP/1.1 200 Connection established\r\n\r\n"
_NOT_FORWARDED = (b"proxy-", b"connection:", b"keep-alive:")
_INTERIM = (b"HTTP/1.1 1", b"HTTP/1.0 1")


class _Asked(NamedTuple):
    """What the browser asks the proxy for; `head` is what the site gets to see of it, nothing for a tunnel."""

    url: httpx.URL
    head: bytes
    length: int  # bytes of a body that follow


class Gateway:
    """Listens while it is entered; no more than `max_bytes` pass through it."""

    def __init__(self, *, resolver: Resolver, allowed: Sequence[Network], max_bytes: int) -> None:
        self.failures: dict[str, FetchError] = {}  # by host: why there is no connection to it
        self.is_spent = False  # more was asked for than may pass
        self.on_spent: Callable[[], object] = lambda: None  # is told at once
        self._resolver = resolver
        self._allowed = allowed
        self._left = max_bytes
        self._serving: set[asyncio.Task[None]] = set()
        self._server: asyncio.Server | None = None

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._accept, "127.0.0.1", 0)
        return self

    async def __aexit__(self, *_: object) -> None:
        assert self._server
        self._server.close()
        for serving in self._serving:
            serving.cancel()
        await asyncio.gather(*self._serving, return_exceptions=True)

    @property
    def url(self) -> str:
        """Return the proxy's address."""
        assert self._server
        return f"http://127.0.0.1:{self._server.sockets[0].getsockname()[1]}"

    def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        serving = asyncio.create_task(self._serve(reader, writer))
        self._serving.add(serving)
        serving.add_done_callback(self._serving.discard)
        serving.add_done_callback(lambda _done: writer.close())

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        # Connections break off, on either side, at any time: the browser copes, and says so where it matters.
        with suppress(OSError, EOFError, asyncio.LimitOverrunError, httpx.InvalidURL, ValueError):
            asked = _parsed(await reader.readuntil(b"\r\n\r\n"))
            try:
                site_reader, site_writer = await self._connect(asked.url)
            except FetchError as failure:
                self.failures.setdefault(asked.url.host, failure)
                writer.write(_REFUSED)
                await writer.drain()
                return
            try:
                await self._pass(asked, (reader, writer), (site_reader, site_writer))
            finally:
                site_writer.close()

    async def _connect(self, url: httpx.URL) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        port = url.port or (443 if url.scheme == "https" else 80)
        addresses = await asyncio.to_thread(
            checked_addresses, url.host, port, self._resolver, _CONNECT_SECONDS, self._allowed
        )
        reason: OSError = OSError()
        for address in addresses:
            try:
                async with asyncio.timeout(_CONNECT_SECONDS / len(addresses)):
                    return await asyncio.open_connection(address, port)
            except OSError as error:  # a timeout too
                reason = error
        failure = reason if isinstance(reason, TimeoutError) else NotConnected(reason)
        raise answers.explain(failure, url, _CONNECT_SECONDS) from reason

    async def _pass(
        self,
        asked: _Asked,
        browser: tuple[asyncio.StreamReader, asyncio.StreamWriter],
        site: tuple[asyncio.StreamReader, asyncio.StreamWriter],
    ) -> None:
        """Let both sides talk until one of them ends."""
        if asked.head:
            site[1].write(asked.head)
            both = self._ask(asked, browser[0], site[1]), self._answer(site[0], browser[1])
        else:
            browser[1].write(_CONNECTED)
            both = self._copy(browser[0], site[1]), self._copy(site[0], browser[1])
        talks = [asyncio.create_task(talk) for talk in both]
        try:
            await asyncio.wait(talks, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for talk in talks:
                talk.cancel()
            await asyncio.gather(*talks, return_exceptions=True)

    async def _ask(self, asked: _Asked, browser: asyncio.StreamReader, site: asyncio.StreamWriter) -> None:
        """Pass on the body of a question, and nothing more: another question may be meant for another site."""
        await self._copy(browser, site, asked.length)
        while await browser.read(_CHUNK):
            pass

    async def _answer(self, site: asyncio.StreamReader, browser: asyncio.StreamWriter) -> None:
        """Pass on an answer, told as the last of its connection."""
        while (head := await site.readuntil(b"\r\n\r\n")).startswith(_INTERIM):
            browser.write(head)
        browser.write(_last(head))
        await self._copy(site, browser)

    async def _copy(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, most: int = sys.maxsize) -> None:
        while most > 0 and (data := await reader.read(min(_CHUNK, most))):
            most -= len(data)
            self._left -= len(data)
            if self._left < 0:
                self.is_spent = True
                self.on_spent()
                return
            writer.write(data)
            await writer.drain()


def _parsed(request: bytes) -> _Asked:
    """Return what a request to a proxy asks for (RFC 9112, 3.2).

    Raises:
        ValueError: it is none.
    """
    first, *fields = request[:-4].split(b"\r\n")
    method, target, _ = first.split(b" ")
    if method == b"CONNECT":
        return _Asked(httpx.URL(f"https://{target.decode('ascii')}"), b"", 0)
    url = httpx.URL(target.decode("ascii"))
    if url.scheme != "http" or not url.host:
        raise ValueError("only http is asked for in the clear")
    length = next((int(field[15:]) for field in fields if field.lower().startswith(b"content-length:")), 0)
    return _Asked(url, _last(b"\r\n".join([b" ".join((method, url.raw_path, b"HTTP/1.1")), *fields, b"", b""])), length)


def _last(head: bytes) -> bytes:
    """Return the head of a message, told as the last of its connection and without what is meant for proxies."""
    first, *fields = head[:-4].split(b"\r\n")
    kept = [field for field in fields if not field.lower().startswith(_NOT_FORWARDED)]
    return b"\r\n".join([first, *kept, b"Connection: close", b"", b""])
