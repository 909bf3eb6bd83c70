"""A site on loopback that may misbehave in any way, since it speaks raw bytes, and names that lead anywhere."""

from __future__ import annotations

import socket
import ssl
import threading
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime

import pytest

from monitor.errors import FetchError
from monitor.fetch.client import HttpFetcher
from monitor.model import Fetched, Request

NOW = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)
PAGE = (
    "<html><body><ul class='ticker'><li>عاجل: فتح الطريق الساحلية بعد توقف دام ساعات</li></ul></body></html>".encode()
)

Answer = bytes | Callable[[socket.socket], None]
"""What the site does with one request: bytes to send, or anything done with the connection."""


def ok(body: bytes = PAGE, *headers: str) -> bytes:
    return reply("200 OK", body, *headers)


def reply(status: str, body: bytes = b"", *headers: str) -> bytes:
    head = [f"HTTP/1.1 {status}", f"Content-Length: {len(body)}", *headers]
    return "\r\n".join(head).encode() + b"\r\n\r\n" + body


def redirect(location: str, status: str = "302 Found") -> bytes:
    return f"HTTP/1.1 {status}\r\nContent-Length: 0\r\nLocation: {location}\r\n\r\n".encode()


class Site:
    """Answers by path; each connection has a thread of its own."""

    def __init__(self, tls: ssl.SSLContext | None = None, address: str = "127.0.0.1") -> None:
        self.answers: dict[str, Answer | list[Answer]] = {}
        self.asked: list[str] = []  # request heads
        self.connections = 0
        self.ended = threading.Semaphore(0)  # released for each connection that is over
        self.stopping = threading.Event()
        self._tls = tls
        self._open: list[socket.socket] = []
        self._threads: list[threading.Thread] = []
        family = socket.AF_INET6 if ":" in address else socket.AF_INET
        self._listener = socket.create_server((address, 0), family=family)
        self.port = self._listener.getsockname()[1]
        self._start(self._accept)

    def url(self, path: str = "/", host: str = "127.0.0.1") -> str:
        return f"{'https' if self._tls else 'http'}://{host}:{self.port}{path}"

    def close(self) -> None:
        self.stopping.set()
        with suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        for connection in list(self._open):
            with suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)
        for thread in self._threads:
            thread.join(5)
        assert not any(thread.is_alive() for thread in self._threads)

    def _start(self, work: Callable[..., None], *args: object) -> None:
        thread = threading.Thread(target=work, args=args)
        self._threads.append(thread)
        thread.start()

    def _accept(self) -> None:
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            self.connections += 1
            self._open.append(connection)
            self._start(self._serve, connection)

    def _serve(self, connection: socket.socket) -> None:
        with connection, suppress(OSError):
            stream = self._tls.wrap_socket(connection, server_side=True) if self._tls else connection
            with stream:
                self._talk(stream)
        self.ended.release()

    def _talk(self, stream: socket.socket) -> None:
        closing = False
        while not closing and (head := _head(stream)):
            self.asked.append(head)
            answer = self._answer(head.split(" ")[1])
            if isinstance(answer, bytes):
                stream.sendall(answer)
            else:
                answer(stream)
            closing = not isinstance(answer, bytes) or b"close" in answer.partition(b"\r\n\r\n")[0].lower()

    def _answer(self, path: str) -> Answer:
        answer = self.answers.get(path, reply("404 Not Found"))
        return (answer.pop(0) if len(answer) > 1 else answer[0]) if isinstance(answer, list) else answer


def _head(connection: socket.socket) -> str:
    data = b""
    while not data.endswith(b"\r\n\r\n"):
        more = connection.recv(65536)
        if not more:
            return ""
        data += more
    return data.decode("latin-1")


@dataclass(slots=True)
class Names:
    """A name server under the test's hand: each look-up takes the next answer, the last one stays."""

    known: dict[str, list[Sequence[str]]] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)

    def __call__(self, host: str, port: int, timeout: float) -> Sequence[str]:
        self.asked.append(host)
        answers = self.known.get(host)
        if answers is None:
            raise FetchError(f"the name '{host}' does not exist", kind="dns")
        return answers.pop(0) if len(answers) > 1 else answers[0]


def get(
    fetcher: HttpFetcher,
    url: str,
    *,
    etag: str | None = None,
    last_modified: str | None = None,
    headers: Mapping[str, str] = {},
    allow_private: tuple[str, ...] = (),
) -> Fetched | None:
    request = Request(url=url, headers=headers, allow_private=allow_private)
    return fetcher.fetch(request, etag=etag, last_modified=last_modified)


def failure(fetcher: HttpFetcher, url: str, **kwargs) -> FetchError:
    """Fetch what must fail, and return how."""
    with pytest.raises(FetchError) as caught:
        get(fetcher, url, **kwargs)
    sentence = str(caught.value)
    assert sentence
    assert not sentence.endswith(".")
    assert "\n" not in sentence
    return caught.value
