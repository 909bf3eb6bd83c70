"""A service on loopback that keeps what it accepts and fails when it is told to; subclasses know one service's rules."""

from __future__ import annotations

import json
import threading
import time
from collections import deque
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass(frozen=True)
class Call:
    """One request."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)


@dataclass(frozen=True)
class Answer:
    status: int = 200
    body: bytes | str | dict[str, Any] = b""
    headers: dict[str, str] = field(default_factory=dict)

    @property
    def raw(self) -> bytes:
        if isinstance(self.body, dict):
            return json.dumps(self.body).encode()
        return self.body.encode() if isinstance(self.body, str) else self.body


HANG, CUT = "hang", "cut"  # instead of an answer
TAKE_AND_HANG, BREAK_OFF = "take and hang", "break off"  # the message is taken, and the answer does not come whole


class Service:
    """`messages` are those accepted, `calls` everything that came. Use as a context manager, or start and stop."""

    def __init__(self, port: int = 0) -> None:
        self.calls: list[Call] = []
        self.messages: list[Any] = []
        self._planned: deque[Answer | str] = deque()
        self._changed = threading.Condition()
        self._stopping = threading.Event()
        self._server = _Server(("127.0.0.1", port), _handler(self))
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02})

    @property
    def port(self) -> int:
        return self._server.server_port

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> Any:
        self._thread.start()
        return self

    def stop(self) -> None:
        self._stopping.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def __enter__(self) -> Any:
        return self.start()

    def __exit__(self, *_exc: object) -> None:
        self.stop()

    def fail_next(
        self,
        status: int,
        body: bytes | str | dict[str, Any] = b"",
        headers: dict[str, str] | None = None,
        times: int = 1,
    ) -> None:
        """Answer the next requests so, whatever they say."""
        self._planned.extend([Answer(status, body, headers or {})] * times)

    def hang_next(self, times: int = 1) -> None:
        """Read the next requests and never answer."""
        self._planned.extend([HANG] * times)

    def take_and_hang_next(self, times: int = 1) -> None:
        """Take the next messages and never answer."""
        self._planned.extend([TAKE_AND_HANG] * times)

    def break_off_next(self, times: int = 1) -> None:
        """Take the next messages and close the connection in the middle of the answer."""
        self._planned.extend([BREAK_OFF] * times)

    def cut_next(self, times: int = 1) -> None:
        """Read the next requests and close the connection without an answer."""
        self._planned.extend([CUT] * times)

    def wait_for(self, count: int, timeout: float = 10.0) -> list[Any]:
        """Return the messages once there are `count`; fail when they do not come."""
        end = time.monotonic() + timeout
        with self._changed:
            while len(self.messages) < count:
                left = end - time.monotonic()
                assert left > 0, f"only {len(self.messages)} of {count} messages came in {timeout} s"
                self._changed.wait(left)
            return list(self.messages)

    def take(self, call: Call) -> Answer:
        """Apply the service's rules; those of a subclass."""
        self.accept(call.json)
        return Answer()

    def accept(self, message: Any) -> None:
        with self._changed:
            self.messages.append(message)
            self._changed.notify_all()

    def answer(self, call: Call) -> Answer | None:
        self.calls.append(call)
        planned = self._planned.popleft() if self._planned else self.take(call)
        if isinstance(planned, Answer):
            return planned
        if planned == BREAK_OFF:
            real = self.take(call)
            return Answer(real.status, real.raw[: len(real.raw) // 2], {"Content-Length": str(len(real.raw) + 9)})
        if planned == TAKE_AND_HANG:
            self.take(call)
        if planned != CUT:
            self._stopping.wait(30)
        return None


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request: object, client_address: object) -> None:
        """A client that went away is no news."""


def _handler(service: Service) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            answer = service.answer(Call(self.command, self.path, dict(self.headers), body))
            self.close_connection = True
            if answer is None:
                return
            self.send_response(answer.status)
            for name, value in {
                "Content-Length": str(len(answer.raw)),
                "Connection": "close",
                **answer.headers,
            }.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(answer.raw)

        def do_GET(self) -> None:
            self.do_POST()

        def do_PUT(self) -> None:
            self.do_POST()

        def log_message(self, *_args: object) -> None:
            """Stay silent."""

    return Handler
