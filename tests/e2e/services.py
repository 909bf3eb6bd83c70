"""Telegram and Slack on loopback behind a CONNECT proxy, with the services' own rules; written after their manuals."""

from __future__ import annotations

import json
import re
import socket
import ssl
import threading
from collections.abc import Callable
from html.parser import HTMLParser
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any

import trustme

ALLOWED_TAGS = {"b", "strong", "i", "em", "u", "s", "a", "code", "pre"}
Answer = tuple[int, dict[str, str], Any]


class TelegramParser(HTMLParser):
    """The Bot API's HTML: known tags, closed in order; yields the text and the entities people see."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.text, self.open, self.error = "", [], ""
        self.entities: list[tuple[str, str]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in ALLOWED_TAGS:
            self.error = f'Unsupported start tag "{tag}"'
        self.open.append(tag)
        self.entities.append((tag, dict(attrs).get("href") or ""))

    def handle_endtag(self, tag: str) -> None:
        if not self.open or self.open.pop() != tag:
            self.error = f'Unexpected end tag "{tag}"'

    def handle_data(self, data: str) -> None:
        self.text += data


class Telegram:
    """api.telegram.org with one bot; `troubles` are answered first, one a request."""

    def __init__(self, token: str) -> None:
        self.token, self.troubles = token, []
        self.messages: list[dict[str, Any]] = []
        self.asked = 0

    def __call__(self, path: str, body: bytes, headers: Any) -> Answer:
        self.asked += 1
        if self.troubles:
            return self.troubles.pop(0)
        if not path.startswith(f"/bot{self.token}/"):
            return 401, {}, {"ok": False, "error_code": 401, "description": "Unauthorized"}
        if not path.endswith("/sendMessage"):
            return 404, {}, {"ok": False, "error_code": 404, "description": "Not Found"}
        data = json.loads(body)
        parser = TelegramParser()
        if str(data.get("parse_mode", "")).upper() == "HTML":
            parser.feed(data["text"])
            parser.close()
        else:
            parser.text = data["text"]
        if parser.error or parser.open:
            return self._bad(f"can't parse entities: {parser.error or 'no end tag'}")
        if not 1 <= len(parser.text.encode("utf-16-le")) // 2 <= 4096:
            return self._bad("message is too long")
        self.messages.append({**data, "seen": parser.text, "entities": parser.entities})
        return 200, {}, {"ok": True, "result": {"message_id": len(self.messages)}}

    def _bad(self, why: str) -> Answer:
        return 400, {}, {"ok": False, "error_code": 400, "description": f"Bad Request: {why}"}


def too_many(seconds: int) -> Answer:
    """Return Telegram's 429."""
    parameters = {"retry_after": seconds}
    said = f"Too Many Requests: retry after {seconds}"
    return 429, {}, {"ok": False, "error_code": 429, "description": said, "parameters": parameters}


class Slack:
    """hooks.slack.com with one webhook; keeps what its mrkdwn would turn into mentions."""

    def __init__(self) -> None:
        self.troubles: list[Answer] = []
        self.texts: list[str] = []

    def __call__(self, path: str, body: bytes, headers: Any) -> Answer:
        if self.troubles:
            return self.troubles.pop(0)
        if not path.startswith("/services/"):
            return 404, {}, "no_team"
        data = json.loads(body)
        text = "\n".join([data.get("text") or "", *(a.get("text") or "" for a in data.get("attachments", []))])
        if len(text) > 40_000:
            return 400, {}, "msg_too_long"
        self.texts.append(text)
        return 200, {}, "ok"

    @property
    def mentions(self) -> list[str]:
        return [found for text in self.texts for found in re.findall(r"<[!@#][^>]*>", text)]


class Proxy:
    """A CONNECT proxy that ends every tunnel itself, under the name that was asked for."""

    def __init__(self, folder: Path, services: dict[str, Callable[[str, bytes, Any], Answer]]) -> None:
        self._services = services
        self._ca = trustme.CA()
        self.ca_file = folder / "ca.pem"
        self._ca.cert_pem.write_to_path(self.ca_file)
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._socket.getsockname()[1]}"
        threading.Thread(target=self._accept, daemon=True).start()

    def close(self) -> None:
        self._socket.close()

    def _accept(self) -> None:
        while True:
            try:
                connection, _ = self._socket.accept()
            except OSError:
                return
            threading.Thread(target=self._tunnel, args=(connection,), daemon=True).start()

    def _tunnel(self, connection: socket.socket) -> None:
        head = b""
        while b"\r\n\r\n" not in head:
            head += connection.recv(4096)
        host = head.split()[1].decode().partition(":")[0]
        connection.sendall(b"HTTP/1.1 200 Connection established\r\n\r\n")
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self._ca.issue_cert(host).configure_cert(context)
        with context.wrap_socket(connection, server_side=True) as stream:
            _handler(self._services[host])(stream, ("proxy", 0), None)


def _handler(service: Callable[[str, bytes, Any], Answer]) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            status, headers, said = service(self.path, body, self.headers)
            raw = (said if isinstance(said, str) else json.dumps(said)).encode()
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(raw)))
            self.send_header("Connection", "close")
            self.end_headers()
            self.wfile.write(raw)
            self.close_connection = True

        do_GET = do_POST

        def log_message(self, *args: object) -> None:
            pass

    return Handler
