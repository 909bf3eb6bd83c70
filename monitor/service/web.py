"""Answers /healthz, /readyz and /metrics on this machine; shows no headline and changes nothing."""

from __future__ import annotations

import json
import os
import socket
import stat
import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, HTTPServer, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from monitor.errors import MonitorError
from monitor.service.health import Health
from monitor.values import ListenAddress

TEXT = "text/plain; charset=utf-8"


@dataclass(frozen=True, slots=True, kw_only=True)
class Answers:
    """What is said at each address: status, type, body."""

    health: Health
    metrics: Callable[[], bytes] | None  # None: the library for it is not installed

    def answer(self, path: str) -> tuple[int, str, bytes]:
        """Return the answer to GET."""
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

    def _ready(self) -> tuple[int, str, bytes]:
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


class _Request(BaseHTTPRequestHandler):
    server: _Server
    timeout = 10  # seconds that somebody who asks may take
    server_version, sys_version = "headline-monitor", ""

    def do_GET(self) -> None:
        status, kind, body = self.server.answers.answer(self.path.partition("?")[0])
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Cache-Control", "no-store")
        self.end_headers()
        with suppress(OSError):  # whoever asked has gone
            self.wfile.write(body)

    def address_string(self) -> str:
        return "local"

    def log_message(self, *_: object) -> None:
        """Say nothing of every look."""


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, address: ListenAddress, answers: Answers) -> None:
        self.answers = answers
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
