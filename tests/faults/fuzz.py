"""Mutated answers through the real fetch over real sockets and through every reader: no exception without a sentence.

    python tests/faults/fuzz.py --count 100000 --seed 1

Every case is made of its seed and number alone, so `--first N --count 1` shows one again. Pages are those of
`tests/golden`, packed, framed and damaged at random; each is read by the kind of endpoint it was made for and by one
other reader.
"""

from __future__ import annotations

import argparse
import gzip
import queue
import random
import socket
import sys
import threading
import time
import traceback
import zlib
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from unicodedata import category
from zoneinfo import ZoneInfo

import brotli
import yaml
from pydantic import TypeAdapter

from monitor.errors import FetchError, SourceError
from monitor.fetch.client import HttpFetcher, Limits
from monitor.model import Fetched, Item, Request
from monitor.ports import Extractor, SiteContext
from monitor.sources import KINDS, default_endpoints
from monitor.sources.article import read_article
from monitor.sources.decode import decode
from monitor.sources.discovery import candidates
from monitor.sources.robots import read_robots
from monitor.sources.sitemap import children

GOLDEN = Path(__file__).parent.parent / "golden"
LIMIT = 300_000  # bytes of a page
SECONDS = 2.0  # for one answer
SLOW = 4.0  # processor seconds of one case that are a finding
CONTEXT = SiteContext(source="fuzz", zone=ZoneInfo("Africa/Casablanca"), allow_private=("127.0.0.0/8",))
BOMB = gzip.compress(bytes(50_000_000), 9)

Reader = Callable[[Fetched], object]


@dataclass(frozen=True)
class Sample:
    """A page, and what reads it."""

    name: str
    body: bytes
    kind: str
    reader: Reader


# --- what is damaged ---------------------------------------------------------------------------------

STATUSES = ["200 OK"] * 120 + ["203 Mine", "204 No Content", "206 Part", "301 Moved", "302 Found", "304 Not Modified",
    "403 No", "404 Not Found", "429 Slow down", "500 No", "503 Busy", "999 Denied", "000 x", "20 OK", "-1", "2OO OK", "200"]  # fmt: skip
TYPES = ["text/html", "text/html; charset=utf-8", "application/rss+xml", "application/json", "text/xml", "image/png",
    "text/html; charset=windows-1256", "text/html; charset=rot13", "text/html; charset=idna", "text/html;charset='",
    "text/html; charset=" + "x" * 300, "application/xhtml+xml; charset=utf-16", "text/plain; charset=utf-7", ";", ""]  # fmt: skip
HEADERS = ["Retry-After: 120", "Retry-After: soon", "Retry-After: 99999999999999999999", 'ETag: W/""', "ETag: " + "e" * 3000,
    "Last-Modified: never", "Location: /again", "Location: javascript:alert(1)", "Location: http://[::1", "Location: \xff\xfe",
    "Location: //127.0.0.2:1/x", "Location: http://user:secret@127.0.0.1/", 'Cache-Control: max-age=-1, private="', "Age: ١٢",
    "Cache-Control: max-age=99999999999", "Set-Cookie: a=b; domain=\x01", "Server: cloudflare", "cf-mitigated: challenge",
    "Connection: keep-alive", "Connection: close", "Content-Length: 5", "Transfer-Encoding: chunked", "Trailer: x", "X" * 500 + ": y",
    "Content-Encoding: zstd", "Content-Encoding: gzip, gzip", "Upgrade: h2c", " folded: value", "no colon here", ": no name"]  # fmt: skip
TOKENS = [b"\x00", b"\xff\xfe", b"\xef\xbb\xbf", b"<", b">", b"</", b"<![CDATA[", b"]]>", b"<!--", b"-->", b"<script>", b"</title>",
    b"&#0;", b"&#xD800;", b"&#x110000;", b"&nbsp", b"&amp;lt;", b"<!DOCTYPE x [<!ENTITY a 'b'>]>&a;", b"\\ud800", b"\\u0000", b"{", b"[",
    b"null", b"1e999", b"NaN", b'"', b"\\", b"\r\n\r\n", b"\xd8", b"\xe2\x80\xae", "عاجل".encode(), "عاجل".encode("cp1256"),
    b"<base href='http://[::1'>", b"<a href='http://[x/'>", b"<a href='//'>x</a>", b"<a href='http://a:99999999/'>long enough title</a>",
    b"<time datetime='99999-99-99T99:99:99+99:99'>", b"9" * 5000, b"<link>javascript:x</link>", b"<pubDate>Mon, 99 Foo 0000</pubDate>",
    b"<meta charset=hex>", b"<meta charset=utf-16>", b"<?xml version='1.0' encoding='punycode'?>", b"<loc>http://[</loc>",
    b"<li>", b"</ul>", b"<table>", b"<svg><a>", b"<template>", b"<frameset>", b"<plaintext>", b"<p " + b"a=1 " * 700]  # fmt: skip


def damaged(data: bytes, rng: random.Random) -> bytes:
    """Return the bytes with one thing wrong."""
    at, length = rng.randrange(len(data) + 1), rng.choice((1, 3, 20, 400))
    match rng.randrange(7):
        case 0:
            return data[:at]
        case 1:
            return data[:at] + data[at + length :]
        case 2:
            return data[:at] + rng.randbytes(length) + data[at + length :]
        case 3:
            return data[:at] + rng.choice(TOKENS) + data[at:]
        case 4:
            return data[:at] + data[at : at + length] * rng.choice((2, 50)) + data[at:]
        case 5:
            return data[:at] + rng.choice(TOKENS) * rng.choice((1, 3, 1000)) + data[at:]
    old, new = rng.choice((b"<", b">", b'"', b"=", b"/", b":", b"a", b"1")), rng.choice(TOKENS)
    return data.replace(old, new, rng.choice((1, 5, 200)))


def answer(body: bytes, rng: random.Random) -> bytes:
    """Return an answer that carries the body, packed and framed at random."""
    for _ in range(rng.choice((0, 1, 1, 2, 5))):
        body = damaged(body, rng)[: 2 * LIMIT]
    headers = [f"Content-Type: {rng.choice(TYPES)}"]
    packing = rng.randrange(12)
    if packing < 4:
        name, pack = [("gzip", gzip.compress), ("deflate", zlib.compress), ("br", lambda b: brotli.compress(b, quality=1)),
            ("x-gzip", gzip.compress)][packing]  # fmt: skip
        headers.append(f"Content-Encoding: {name}")
        body = pack(body) if rng.random() < 0.98 else BOMB
        if rng.random() < 0.2:
            body = damaged(body, rng)
    headers += rng.sample(HEADERS, rng.choice((0, 0, 1, 3)))
    framing = rng.randrange(4)
    if framing == 0:
        headers.append("Transfer-Encoding: chunked")
        body = b"".join(b"%x\r\n%s\r\n" % (len(part), part) for part in _parts(body, rng)) + b"0\r\n\r\n"
    elif framing < 3:
        headers.append(f"Content-Length: {len(body) + (rng.choice((-5, 1, 99)) if rng.random() < 0.1 else 0)}")
    head = "\r\n".join([f"HTTP/1.1 {rng.choice(STATUSES)}", *headers]).encode("latin-1", "replace")
    whole = head + b"\r\n\r\n" + body
    return damaged(whole, rng) if rng.random() < 0.2 else whole


def _parts(body: bytes, rng: random.Random) -> Iterator[bytes]:
    size = rng.choice((7, 1000, 100_000)) if len(body) < 20_000 else 50_000
    for start in range(0, len(body), size):
        yield body[start : start + size]


# --- what reads --------------------------------------------------------------------------------------


def samples() -> list[Sample]:
    """Return the golden pages."""
    found = []
    for folder in sorted(one for one in GOLDEN.iterdir() if one.is_dir()):
        known = yaml.safe_load((folder / "expected.yaml").read_text("utf-8"))
        keys = dict(known.get("endpoint") or {})
        if keys:
            kind = keys.pop("type")
            options: Any = TypeAdapter(KINDS[kind].options).validate_python({"type": kind, **keys})
        else:
            options = next(one for one in default_endpoints(known["url"]) if one.type == "html")
        body = (folder / known.get("file", "page.html")).read_bytes()
        found.append(Sample(folder.name, body, options.type, KINDS[options.type].build(options, CONTEXT).extract))
    return found


def others() -> list[Reader]:
    """Return the readers that may meet any page."""
    made = [_plain(kind) for kind in KINDS]
    return [*(one.extract for one in made), _article, _robots, _candidates, children]


def _plain(kind: str) -> Extractor:
    more: dict[str, Any] = {"items": "items", "title": "title", "link": "url"} if kind == "json" else {}
    return KINDS[kind].build(KINDS[kind].options(type=kind, url="https://marsa.example/", **more), CONTEXT)


def _article(page: Fetched) -> object:
    return read_article(page, CONTEXT.zone, "الميناء يفتح رصيفا جديدا")


def _robots(page: Fetched) -> object:
    return read_robots(decode(page.body, page.content_type), "headline-monitor/1").allows(page.final_url)


def _candidates(page: Fetched) -> object:
    return candidates(page.final_url, decode(page.body, page.content_type), ("http://[", "/x"), whole=True)


def check(result: object) -> None:
    """Look at what was read: headlines must be fit to be stored and shown."""
    if not isinstance(result, list | tuple):
        return
    for item in result:
        if isinstance(item, Item):
            assert item.title.strip(), "a headline without a title"
            disturbing = [sign for sign in item.title if category(sign) in {"Cc", "Cs", "Zl", "Zp"}]
            assert not disturbing, f"a title that disturbs: {item.title[:80]!r}"
            for text in (item.title, item.url or "", item.guid or "", item.summary or "", item.category or ""):
                text.encode()


# --- the trial ---------------------------------------------------------------------------------------


@dataclass
class Report:
    """What came of it: how cases ended, and what must not happen."""

    ends: Counter[str] = field(default_factory=Counter)
    findings: list[str] = field(default_factory=list)
    slowest: float = 0.0
    seconds: float = 0.0

    def __str__(self) -> str:
        ends = ", ".join(f"{number} {name}" for name, number in self.ends.most_common())
        return (
            f"{self.ends.total()} answers in {self.seconds:.0f} s, slowest {self.slowest:.2f} s of processor time: {ends}; "
            f"{len(self.findings)} findings"
        )


@contextmanager
def serving() -> Iterator[tuple[str, Callable[[bytes], None]]]:
    """Serve what is put in, one connection for each; yields the address and where to put answers."""
    answers: queue.SimpleQueue[bytes] = queue.SimpleQueue()
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def serve() -> None:
            with suppress(OSError):
                while True:
                    connection, _ = listener.accept()
                    with connection, suppress(OSError):
                        connection.settimeout(SECONDS)
                        connection.recv(65536)
                        connection.sendall(answers.get())

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{listener.getsockname()[1]}/news", answers.put
        listener.shutdown(socket.SHUT_RDWR)
    thread.join(5)


def trial(count: int, seed: int, first: int = 0, tell: Callable[[Report], None] = lambda _report: None) -> Report:
    """Feed `count` answers and return what came of it."""
    report, pages, readers, began = Report(), samples(), others(), time.monotonic()
    with serving() as (url, put):
        for number in range(first, first + count):
            rng = random.Random(f"{seed}:{number}")
            sample = rng.choice(pages)
            used = time.process_time()
            try:
                report.ends[_one(url, put, answer(sample.body, rng), [sample.reader, rng.choice(readers)])] += 1
            except Exception:
                report.ends["without a sentence"] += 1
                report.findings.append(f"case {seed}:{number} ({sample.name}):\n{traceback.format_exc()}")
            took = time.process_time() - used
            report.slowest = max(report.slowest, took)
            if took > SLOW:
                report.findings.append(f"case {seed}:{number} ({sample.name}): {took:.1f} s of processor time")
            report.seconds = time.monotonic() - began
            if (number + 1) % 5000 == 0:
                tell(report)
    return report


def _one(url: str, put: Callable[[bytes], None], data: bytes, readers: list[Reader]) -> str:
    """Fetch one answer, read it, and return how that ended."""
    fetcher = HttpFetcher(
        clock=lambda: datetime.now(UTC), resolver=lambda *_: ["127.0.0.1"], user_agent="fuzz",
        allow_private=("127.0.0.1/32",),
        limits=Limits(seconds=SECONDS, connect_seconds=SECONDS, wire_bytes=LIMIT, body_bytes=LIMIT, redirects=0),
    )  # fmt: skip
    put(data)
    try:
        page = fetcher.fetch(Request(url=url), etag='"x"', last_modified=None)
    except FetchError as error:
        _check_sentence(error)
        return error.kind
    finally:
        fetcher.close()
    if page is None:
        return "not modified"
    ended = "read"
    for reader in readers:
        try:
            check(reader(page))
        except SourceError as error:
            _check_sentence(error)
            ended = "no headlines"
    return ended


def _check_sentence(error: SourceError) -> None:
    told = str(error)
    assert told.isprintable(), f"a sentence that disturbs: {told!r}"
    assert 10 < len(told) < 1000, f"no sentence: {told!r}"
    assert not told.endswith("."), f"a full stop: {told!r}"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--count", type=int, default=2000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--first", type=int, default=0, help="number of the first case")
    args = parser.parse_args()
    sys.stdout.reconfigure(errors="backslashreplace")  # type: ignore[union-attr]
    told = 0

    def tell(report: Report) -> None:
        nonlocal told
        for finding in report.findings[told:]:
            print(finding, flush=True)
        told = len(report.findings)
        print(report, file=sys.stderr, flush=True)

    report = trial(args.count, args.seed, args.first, tell)
    tell(report)
    sys.exit(1 if report.findings else 0)


if __name__ == "__main__":
    main()
