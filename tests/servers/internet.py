"""The services' own host names on loopback: a CONNECT proxy that speaks TLS for them with a throw-away CA.

A program started with `env()` reaches the servers here under https://api.telegram.org and so on, unchanged.
"""

from __future__ import annotations

import contextlib
import os
import socket
import socketserver
import ssl
import tempfile
import threading
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Protocol

import trustme


class _Reachable(Protocol):
    @property
    def port(self) -> int: ...


class Internet:
    """`connects` are the names that were asked for. Use as a context manager, or start and stop."""

    def __init__(self, routes: Mapping[str, _Reachable]) -> None:
        self.connects: list[str] = []
        self._routes = routes
        self._authority = trustme.CA()
        self._contexts = {host: self._context(host) for host in routes}
        self._folder = tempfile.TemporaryDirectory()
        self._bundle = Path(self._folder.name) / "ca.pem"
        self._authority.cert_pem.write_to_path(str(self._bundle))
        self._server = _Proxy(("127.0.0.1", 0), _tunnel(self))
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02})

    def env(self) -> dict[str, str]:
        """Return the environment variables that lead `requests` here; add them to the program's own."""
        proxy = f"http://127.0.0.1:{self._server.server_address[1]}"
        plain = {k: v for k, v in os.environ.items() if not k.lower().endswith("_proxy")}
        return {**plain, "HTTPS_PROXY": proxy, "NO_PROXY": "127.0.0.1", "REQUESTS_CA_BUNDLE": str(self._bundle)}

    def start(self) -> Internet:
        self._thread.start()
        return self

    def stop(self) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()
        self._folder.cleanup()

    __enter__ = start

    def __exit__(self, *_exc: object) -> None:
        self.stop()

    def _context(self, host: str) -> ssl.SSLContext:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self._authority.issue_cert(host).configure_cert(context)
        return context

    def serve(self, client: socket.socket) -> None:
        """Answer one CONNECT and carry its bytes."""
        head = b""
        while b"\r\n\r\n" not in head:
            more = client.recv(4096)
            if not more:
                return
            head += more
        host = head.split()[1].decode().partition(":")[0]
        self.connects.append(host)
        if host not in self._routes:
            client.sendall(b"HTTP/1.1 502 Bad Gateway\r\nContent-Length: 0\r\n\r\n")
            return
        client.sendall(b"HTTP/1.1 200 Connection established\r\n\r\n")
        with (
            contextlib.suppress(OSError),
            self._contexts[host].wrap_socket(client, server_side=True) as inside,
            socket.create_connection(("127.0.0.1", self._routes[host].port)) as outside,
        ):
            back = threading.Thread(target=_carry, args=(outside, inside), daemon=True)
            back.start()
            _carry(inside, outside)
            back.join(10)


def _carry(source: socket.socket, target: socket.socket) -> None:
    with contextlib.suppress(OSError):
        while piece := source.recv(65536):
            target.sendall(piece)
    with contextlib.suppress(OSError):
        target.shutdown(socket.SHUT_RDWR)


class _Proxy(socketserver.ThreadingTCPServer):
    daemon_threads = True
    allow_reuse_address = True

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that went away is no news."""


def _tunnel(internet: Internet) -> type[socketserver.BaseRequestHandler]:
    class Tunnel(socketserver.BaseRequestHandler):
        def handle(self) -> None:
            internet.serve(self.request)

    return Tunnel
