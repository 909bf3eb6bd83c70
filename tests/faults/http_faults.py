"""The catalogue of what sites do wrong: each fault as the answers to a few polls, and what is said of it."""

from __future__ import annotations

import gzip
import json
import socket
import struct
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import brotli
from fetch.hostile import Answer, redirect, reply
from servers.newsite import article, front

BASE = ""  # links within the site
HEAD = b"HTTP/1.1 200 OK\r\n"
KNOWN = tuple(range(12, 0, -1))  # the articles that were there before; the newest stands first
PAGE = front(BASE, list(KNOWN)).encode()
BOMB = gzip.compress(bytes(200_000_000), 9)

FINE = None


@dataclass(frozen=True, kw_only=True)
class Fault:
    """`said` is a part of the sentence that `status` shows after the last answer; FINE: it is no failure."""

    number: int  # in the catalogue
    name: str
    answers: Sequence[Answer]  # one for each poll
    said: str | None
    kind: str = "html"
    validators: bool = False  # the page before had an ETag
    memory: int = 48  # megabytes above what the program has anyway

    @property
    def id(self) -> str:
        return f"{self.number:02} {self.name}"


def fault(
    number: int, name: str, answer: Answer | Sequence[Answer], said: str | None, kind: str = "html", *,
    validators: bool = False, memory: int = 48,
) -> Fault:  # fmt: skip
    answers = answer if isinstance(answer, list | tuple) else [answer]
    return Fault(
        number=number, name=name, answers=[_once(one) for one in answers], said=said, kind=kind,
        validators=validators, memory=memory,
    )  # fmt: skip


def _once(answer: Answer) -> Answer:
    """Close the connection after what may be no complete answer."""
    return (lambda connection: connection.sendall(answer)) if isinstance(answer, bytes) else answer


def html(body: str | bytes, *headers: str) -> bytes:
    data = body.encode() if isinstance(body, str) else body
    return reply("200 OK", data, *(headers or ("Content-Type: text/html; charset=utf-8",)))


def until_closed(body: bytes) -> bytes:
    return HEAD + b"Content-Type: text/html\r\nConnection: close\r\n\r\n" + body


def page(numbers: Sequence[int], base: str = BASE) -> bytes:
    return html(front(base, list(numbers)))


def instead(title: str, text: str = "", status: str = "200 OK", *headers: str) -> bytes:
    body = f"<html><head><title>{title}</title></head><body><h1>{title}</h1><p>{text}</p></body></html>"
    return reply(status, body.encode(), "Content-Type: text/html; charset=utf-8", *headers)


# --- connections that do what they like --------------------------------------------------------------


def reset(connection: socket.socket) -> None:
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    connection.close()


def silence(connection: socket.socket) -> None:
    with suppress(OSError):
        connection.recv(1)  # returns when the other side gives up


def drip(connection: socket.socket) -> None:
    connection.sendall(HEAD + b"Content-Length: 100000\r\n\r\n")
    connection.settimeout(0.1)
    while True:
        connection.sendall(b"<p")
        with suppress(TimeoutError):
            if connection.recv(1) == b"":
                return


def endless(piece: bytes, head: bytes = HEAD + b"Connection: close\r\n\r\n") -> Callable[[socket.socket], None]:
    def send(connection: socket.socket) -> None:
        connection.sendall(head)
        while True:
            connection.sendall(piece)

    return send


def dies_while_kept(connection: socket.socket) -> None:
    """Answer, take the next question on the same connection, and hang up."""
    connection.sendall(html(PAGE))
    connection.recv(65536)


def talks_ahead(connection: socket.socket) -> None:
    """Answer twice: the second answer belongs to no question."""
    connection.sendall(html(PAGE) + page([90, 91, 92]))
    connection.recv(65536)


PROTOCOL = [
    fault(16, "garbage status line", b"\x00\x01garbage\r\n\r\n", "proper HTTP"),
    fault(17, "HTTP/0.9", b"<html>hello</html>\r\n\r\n", "proper HTTP"),
    fault(18, "header of 200 kB", HEAD + b"X: " + b"y" * 200_000 + b"\r\n\r\n", "proper HTTP"),
    fault(19, "5000 headers", HEAD + b"X: y\r\n" * 5000 + b"Content-Length: 1\r\n\r\na", "5001 headers"),
    fault(20, "length too long", HEAD + b"Content-Length: 99999\r\n\r\n" + PAGE, "ended in the middle"),
    fault(20, "length too short", HEAD + b"Content-Length: 60\r\n\r\n" + PAGE, "no headline found"),
    fault(21, "two lengths", HEAD + b"Content-Length: 4\r\nContent-Length: 5\r\n\r\nabcde", "proper HTTP"),
    fault(22, "bad chunk", HEAD + b"Transfer-Encoding: chunked\r\n\r\nzz\r\nabc\r\n", "proper HTTP"),
    fault(23, "chunk cut", HEAD + b"Transfer-Encoding: chunked\r\n\r\nfff\r\n" + PAGE[:99], "ended in the middle"),
    fault(24, "storm of 100 Continue", endless(b"HTTP/1.1 100 Continue\r\n\r\n" * 500, b""), ""),
    fault(25, "status 999", reply("999 Request Denied"), "answered 999"),
    fault(25, "status 000", reply("000 Nothing"), "proper HTTP"),
    fault(26, "reuse of a dead connection", [dies_while_kept, html(PAGE)], FINE),
    fault(27, "answer to no question", [talks_ahead, html(PAGE)], FINE),
    fault(28, "304 without being asked", b"HTTP/1.1 304 Not Modified\r\n\r\n", "although it was not asked"),
    fault(29, "304 for ever", [b"HTTP/1.1 304 Not Modified\r\n\r\n"] * 9, FINE, validators=True),
    fault(30, "a new ETag at every look", [html(PAGE, f'ETag: "{n}"') for n in range(4)], FINE, validators=True),
]

BODY = [
    fault(31, "empty page", html(""), "with an empty page"),
    fault(32, "two bytes at a time", drip, "did not answer in full within"),
    fault(33, "endless page", endless(b"<p>more</p>" * 5000), "larger than 5242880 bytes"),
    fault(34, "gzip bomb", html(BOMB, "Content-Encoding: gzip"), "larger than 5242880 bytes"),
    fault(
        34, "brotli bomb", html(brotli.compress(bytes(200_000_000), quality=1), "Content-Encoding: br"), "larger than"
    ),
    fault(35, "double gzip", html(gzip.compress(BOMB), "Content-Encoding: gzip, gzip"), "packed as 'gzip, gzip'"),
    fault(35, "double gzip, told once", html(gzip.compress(BOMB), "Content-Encoding: gzip"), "compressed data"),
    fault(36, "bad gzip", html(b"\x1f\x8b" + b"\xff" * 99, "Content-Encoding: gzip"), "it is not or it is damaged"),
    fault(37, "truncated gzip", html(gzip.compress(PAGE)[:-200], "Content-Encoding: gzip"), "ended in the middle"),
    fault(38, "brotli declared, plain sent", html(PAGE, "Content-Encoding: br"), "it is not or it is damaged"),
    fault(39, "wrong charset", html(PAGE, "Content-Type: text/html; charset=iso-8859-1"), FINE),
    fault(39, "no charset", html(PAGE.decode().encode("cp1256"), "Content-Type: text/html"), FINE),
    *(
        fault(39, f"charset {name}", html(PAGE, f"Content-Type: text/html; charset={name}"), FINE)
        for name in ("rot13", "idna", "hex", "utf-7", "undefined", "x" * 2000, "punycode", "'")
    ),
    fault(40, "two charsets in one page", html(PAGE.replace(b"</main>", "<p>ميناء</p>".encode("cp1256"))), FINE),
    fault(41, "UTF-16", html(PAGE.decode().encode("utf-16"), "Content-Type: text/html; charset=utf-8"), FINE),
    fault(42, "half a page, cut in a headline", until_closed(PAGE[: PAGE.rindex(b"</a>") - 30]), FINE),
    fault(42, "a page cut in its first headline", until_closed(PAGE[: PAGE.index(b"</a>") - 30]), FINE),
    fault(43, "200 kB of tags that begin", html("<a " * 66_000), "marsa"),
    fault(43, "200 000 nested tags", html("<div>" * 200_000), "marsa"),
    fault(43, "150 000 attributes", html(f"<div {' '.join(f'a{n}=1' for n in range(150_000))}></div>"), "marsa"),
    fault(43, "5 MB of links that say nothing", html("<a href=/a>x</a>" * 320_000), "marsa", memory=96),
]

_NOW = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)
WAITS = {
    "seconds": "120",
    "a date": format_datetime(_NOW + timedelta(hours=2), usegmt=True),
    "negative": "-5",
    "a billion": "1000000000",
    "garbage": "soon, insha'Allah",
}
REDIRECTS = {
    "to this machine": ("http://127.0.0.2:9/", "not on the public internet"),
    "to a cloud's metadata": ("http://169.254.169.254/latest/", "link-local"),
    "to IPv4 in disguise": ("http://[::ffff:7f00:2]/", "not on the public internet"),
    "to a file": ("file:///etc/passwd", "only http and https"),
    "to gopher": ("gopher://marsa.example/", "only http and https"),
    "to no address": ("http://[::1/", "not a web address"),
}
SEMANTICS = [
    fault(44, "maintenance", instead("صيانة", "نعود قريبا"), "under maintenance"),
    fault(44, "captcha", instead("Just a moment...", "<script src=/cdn-cgi/challenge-platform/x>"), "check against bots"),
    fault(44, "cookie wall", instead("Before you continue", "We and our 912 partners"), "consent"),
    fault(44, "login", instead("Connexion", "<form><input type=password></form>"), "marsa"),
    fault(44, "parked domain", instead("marsa.example is for sale", "Buy this domain"), "marsa"),
    fault(44, "another site's page", page(range(900, 920), "https://other.example"), "none of them is known"),
    fault(44, "blocked where we stand", instead("Blocked", "", "451 Unavailable"), "legal reasons"),
    fault(45, "redirects in a loop", redirect("/news"), "redirects in a loop"),
    *(fault(45, f"redirect {name}", redirect(*to[:1]), to[1]) for name, to in REDIRECTS.items()),
    fault(45, "redirect to nowhere", reply("302 Found"), "does not say where to"),
    *(
        fault(46, f"429, Retry-After {name}", reply("429 Too Many", b"", f"Retry-After: {wait}"), "429 too many requests")
        for name, wait in WAITS.items()
    ),
    fault(46, "503 with Retry-After", reply("503 Busy", b"", "Retry-After: 60"), "asks to wait 60 s"),
    fault(46, "every other answer fails", [reply("500 No"), html(PAGE)] * 4, FINE),
    fault(46, "an old copy and the page in turn", [page(KNOWN[3:]), html(PAGE)] * 4, FINE),
    fault(46, "another order at every look", [page(KNOWN[n:] + KNOWN[:n]) for n in range(4)], FINE),
    fault(
        46, "links that change at every look",
        [html(PAGE.replace(b'">\xd9', b'?v=%d&utm_source=x">\xd9' % n)) for n in range(4)], FINE,
    ),
    fault(46, "the whole archive again", page([*KNOWN, *range(-60, 0)]), FINE),
    fault(46, "a redesign that leaves nothing", html("<html><body><div id=app></div></body></html>"), "a script of the page"),
    fault(
        46, "a redesign that leaves the menu",
        html("<nav><ul>" + "".join(f"<li><a href='/s/{n}'>قسم {n}</a></li>" for n in range(9)) + "</ul></nav>"), "marsa",
    ),
]  # fmt: skip


def listing(numbers: Sequence[int]) -> bytes:
    """Return what an API tells of articles."""
    rows = [{"title": title, "url": url} for url, title in (article(BASE, number) for number in numbers)]
    return reply("200 OK", json.dumps({"items": rows}).encode(), "Content-Type: application/json")


def api(body: str) -> bytes:
    return reply("200 OK", body.encode(), "Content-Type: application/json")


JSON = [
    fault(46, "JSON null, an empty ticker", api("null"), FINE, "json"),
    fault(46, "JSON {}", api("{}"), "marsa", "json"),
    fault(46, "HTML from an API", html(PAGE), "marsa", "json"),
    fault(46, "[object Object]", api('"[object Object]"'), "marsa", "json"),
    fault(46, "not quite JSON", api("[object Object]"), "marsa", "json"),
    fault(46, "10 000 items", listing([*KNOWN, *range(-9_988, 0)]), FINE, "json"),
    fault(46, "items without titles", api(json.dumps({"items": [{"url": "/1"}, {"head": "عاجل"}, 5, None]})), "none with a title", "json"),
    fault(46, "JSON of a hundred thousand brackets", api("[" * 100_000), "marsa", "json"),
    fault(46, "JSON with a number of a million digits", api('{"items": ' + "9" * 1_000_000 + "}"), "marsa", "json"),
]  # fmt: skip

ANSWERED = [*PROTOCOL, *BODY, *SEMANTICS, *JSON]
