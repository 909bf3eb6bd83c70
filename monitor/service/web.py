"""Answers /healthz, /readyz, /metrics and /push/ on this machine; shows no headline and decides nothing."""

from __future__ import annotations

import io
import json
import os
import socket
import stat
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, HTTPServer, ThreadingHTTPServer
from pathlib import Path
from time import monotonic
from typing import Any
from urllib.parse import parse_qsl

from monitor.errors import MonitorError, StoreError
from monitor.pipeline.callback import Callback
from monitor.pipeline.push import PLACE
from monitor.service.health import Health
from monitor.values import ListenAddress

TEXT = "text/plain; charset=utf-8"
SECONDS = 10.0  # that somebody who asks may take, from the first byte to the last
AT_ONCE = 64  # of those who ask
FAIR = 0.25  # seconds that each of them has in any case; then whoever takes longest gives way to the next
MOST_BYTES = 5 * 2**20  # of what a hub sends
CHUNK = 64 * 1024
GREETING = b"hubs tell a headline monitor here that there is news\n"

Answer = tuple[int, str, bytes]  # status, type, body


@dataclass(frozen=True, slots=True, kw_only=True)
class Answers:
    """What is said at each address: status, type, body."""

    health: Health
    metrics: Callable[[], bytes] | None  # None: the library for it is not installed
    hubs: Callback | None = None  # None: nobody calls

    def answer(self, path: str, query: str = "") -> Answer:
        """Return the answer to GET."""
        if path.startswith(PLACE):
            return self._confirmed(path.removeprefix(PLACE), query)
        if path == "/healthz":
            stuck = self.health.alive()
            return (503, TEXT, "\n".join(stuck).encode()) if stuck else (200, TEXT, b"ok\n")
        if path == "/readyz":
            return self._ready()
        if path == "/metrics":
            if self.metrics is None:
                return 501, TEXT, b"not installed; run: pip install 'headline-monitor[metrics]'\n"
            return 200, "text/plain; version=0.0.4; charset=utf-8", self.metrics()
        return 404, TEXT, b"there are /healthz, /readyz and /metrics\n"

    def ping(self, path: str, signature: str, body: Iterator[bytes]) -> Answer:
        """Return the answer to POST; what is not signed is taken all the same, and comes to nothing (WebSub, 7.1)."""
        if self.hubs is None or not path.startswith(PLACE):
            return 404, TEXT, b"nothing is taken here\n"
        wanted = self.hubs.ping(path.removeprefix(PLACE), signature, body)
        return (202, TEXT, b"") if wanted else (410, TEXT, b"there is no such subscription any more\n")

    def _confirmed(self, token: str, query: str) -> Answer:
        if self.hubs and not token:
            return 200, TEXT, GREETING
        asked = dict(parse_qsl(query, max_num_fields=20)) if self.hubs else {}
        challenge = self.hubs.confirm(token, asked) if self.hubs else None
        if challenge is None:
            return 404, TEXT, b"there is no such subscription\n"
        return 200, TEXT, challenge.encode("utf-8", "replace")

    def _ready(self) -> Answer:
        found = self.health.findings()
        report: dict[str, object] = {"ready": not found.troubles, "troubles": found.troubles}
        if vitals := found.vitals:
            report |= {
                "sources_ok": len(vitals.ok),
                "sources_failing": len(vitals.failing),
                "poll_overdue_seconds": round(vitals.overdue.total_seconds()),
                "oldest_waiting_seconds": round(vitals.oldest_waiting.total_seconds()),
            }
        return 503 if found.troubles else 200, "application/json", json.dumps(report).encode()


class _Slow(io.RawIOBase):
    """What comes over a connection until a moment, however slowly."""

    def __init__(self, connection: socket.socket) -> None:
        self._connection, self._end = connection, monotonic() + SECONDS

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        self._connection.settimeout(max(0.001, self._end - monotonic()))
        return self._connection.recv_into(buffer)


class _Request(BaseHTTPRequestHandler):
    server: _Server
    server_version, sys_version = "headline-monitor", ""

    def setup(self) -> None:
        super().setup()
        self.rfile = io.BufferedReader(_Slow(self.connection))

    def do_GET(self) -> None:
        path, _, query = self.path.partition("?")
        self._say(lambda: self.server.answers.answer(path, query))

    def do_POST(self) -> None:
        path, signature = self.path.partition("?")[0], self.headers.get("X-Hub-Signature", "")
        if self.headers.get("Transfer-Encoding", "").lower() == "chunked":
            self._say(lambda: self.server.answers.ping(path, signature, self._in_chunks()))
            return
        length = self.headers.get("Content-Length", "")
        if not (length.isascii() and length.isdigit()):
            self._say(lambda: (411, TEXT, b"its length must be said\n"))
        elif len(length) > 9 or int(length) > MOST_BYTES:
            self._say(lambda: (413, TEXT, b"too long\n"))
        else:
            self._say(lambda: self.server.answers.ping(path, signature, self._body(int(length))))

    def _in_chunks(self) -> Iterator[bytes]:
        """Yield a body whose length nobody knew when it was sent (RFC 9112, 7.1); trailers are left alone."""
        left = MOST_BYTES
        while size := int(self.rfile.readline(100).partition(b";")[0], 16):
            left -= size
            if size < 0 or left < 0:
                raise ValueError
            yield from self._body(size)
            self.rfile.readline(3)

    def _body(self, length: int) -> Iterator[bytes]:
        while length:
            part = self.rfile.read1(min(length, CHUNK))
            if not part:
                raise ConnectionError
            length -= len(part)
            yield part

    def _say(self, answer: Callable[[], Answer]) -> None:
        try:
            status, kind, body = answer()
        except StoreError as error:
            status, kind, body = 503, TEXT, f"{error}\n".encode()
        except ValueError:
            status, kind, body = 400, TEXT, b"that is no question\n"
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Cache-Control", "no-store")
        self.send_header("X-Content-Type-Options", "nosniff")
        self.end_headers()
        with suppress(OSError):  # whoever asked has gone
            self.wfile.write(body)

    def address_string(self) -> str:
        return "local"

    def log_message(self, *_: object) -> None:
        """Say nothing of every look."""


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 512  # whoever finds no room here asks again only after seconds

    def __init__(self, address: ListenAddress, answers: Answers) -> None:
        self.answers = answers
        self._free = threading.BoundedSemaphore(AT_ONCE)
        self._since: dict[Any, float] = {}  # by connection; the longest first
        self._lock = threading.Lock()
        if address.path or ":" in address.host:
            self.address_family = socket.AF_UNIX if address.path else socket.AF_INET6
        where: Any = address.path or (address.host, address.port)
        super().__init__(where, _Request)

    def server_bind(self) -> None:
        """Bind without asking the resolver for this machine's name; a socket file of a former run gives way."""
        if self.address_family == socket.AF_UNIX:
            path = Path(str(self.server_address))
            if path.exists() and stat.S_ISSOCK(path.stat().st_mode):
                path.unlink()
        super(HTTPServer, self).server_bind()

    def process_request(self, request: Any, client_address: Any) -> None:
        """Answer in a thread of its own, as long as there are not too many."""
        if not self._has_place():
            self.shutdown_request(request)
            return
        with self._lock:
            self._since[request] = monotonic()
        try:
            super().process_request(request, client_address)
        except RuntimeError:  # no further thread can be started
            self._free.release()
            raise

    def shutdown_request(self, request: Any) -> None:
        """End a connection, whose number may be another's from now on."""
        with self._lock:
            self._since.pop(request, None)
        super().shutdown_request(request)

    def _has_place(self) -> bool:
        """Find a place: a crowd that hangs on must not keep out who asks whether the service is alive."""
        if self._free.acquire(blocking=False):
            return True
        with self._lock:
            longest: tuple[Any, float] = next(iter(self._since.items()), (None, 0.0))
        connection, since = longest
        if self._free.acquire(timeout=max(0.0, since + FAIR - monotonic())):
            return True
        with self._lock, suppress(OSError):
            if self._since.pop(connection, None):
                connection.shutdown(socket.SHUT_RDWR)  # its thread sees the end and goes
        return self._free.acquire(timeout=FAIR)

    def process_request_thread(self, request: Any, client_address: Any) -> None:
        """Answer, and let another in."""
        try:
            super().process_request_thread(request, client_address)
        finally:
            self._free.release()

    def handle_error(self, *_: object) -> None:
        """Leave whoever hangs up alone."""


class Door:
    """Answers at one address at a time, in a thread of its own."""

    def __init__(self) -> None:
        self._address: ListenAddress | None = None
        self._server: _Server | None = None

    @property
    def bound(self) -> Any:
        """What was bound; None while nothing is listened at."""
        return self._server and self._server.server_address

    def follow(self, address: ListenAddress | None, answers: Answers) -> None:
        """Listen at this address from now on, and no longer at the one before.

        Raises:
            MonitorError: it is taken, or not allowed; the one before goes on.
        """
        if address != self._address:
            server = _listening(address, answers) if address else None
            self.close()
            self._address, self._server = address, server
        elif self._server:
            self._server.answers = answers

    def close(self) -> None:
        """Listen no more."""
        if self._server and self._address:
            self._server.shutdown()
            self._server.server_close()
            if self._address.path:
                Path(self._address.path).unlink(missing_ok=True)
        self._address, self._server = None, None


def _listening(address: ListenAddress, answers: Answers) -> _Server:
    try:
        server = _Server(address, answers)
    except OSError as error:
        where = address.path or f"{address.host}:{address.port}"
        raise MonitorError(f"health: cannot listen on {where}: {os.strerror(error.errno or 0)}; name another") from None
    threading.Thread(target=server.serve_forever, name="health", daemon=True).start()
    return server
