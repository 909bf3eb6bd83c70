"""Measures the cost of polls, memory and delay, each beside a yardstick in the same run: `make bench`.

    python tests/benchmarks/cost.py [--quick]

CPU is this process's own; the site runs in another. Ratios are medians over interleaved rounds: one round does a
batch of each kind, so that a noisy machine slows all alike.
"""

from __future__ import annotations

import argparse
import hashlib
import multiprocessing
import os
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from multiprocessing.connection import Connection
from pathlib import Path
from zoneinfo import ZoneInfo

import httpx

from monitor.fetch.client import HttpFetcher
from monitor.fetch.resolve import PoolResolver
from monitor.match.rules import Rule, compile_rules
from monitor.model import EndpointSpec, PollOutcome
from monitor.pipeline.poll import Poller
from monitor.ports import SiteContext
from monitor.route.plan import Hours, Route, Router
from monitor.sources import KINDS
from monitor.sources.html import HtmlEndpoint, Region
from monitor.store import open_store
from monitor.values import Duration

ITEM = (
    '<article class="post"><div class="img"><img src="/i/{n}.jpg" alt=""></div><h2 class="title">{t}</h2>'
    '<a class="cover" href="/{n}"></a><p class="lead">{lead}</p><span class="date">28/01/2025</span></article>'
)
KINDS_OF_POLLS = {
    "304": PollOutcome.NOT_MODIFIED,
    "same": PollOutcome.UNCHANGED,
    "adverts": PollOutcome.UNCHANGED,
    "adverts found": PollOutcome.UNCHANGED,  # headlines found by themselves, the others by own selectors
    "changed": PollOutcome.CHANGED,
    "changed found": PollOutcome.CHANGED,
}
LEAD = "ملخص طويل للخبر يشغل بعض المكان كما تفعل المواقع الحقيقية في صفحاتها الأولى كل يوم وليلة. " * 5


def page(version: int) -> bytes:
    """Return a front page of about 100 KB; each version has one more headline."""
    rows = [(90000 + version - i, f"خبر رقم {version - i} عن الميناء الجديد والطريق السيار") for i in range(80)]
    bar = "".join(f'<li><a href="/{n}">{t}</a></li>' for n, t in rows[:5])
    cards = "".join(ITEM.format(n=n, t=t, lead=LEAD) for n, t in rows)
    return f'<html><head><meta charset="utf-8"></head><body><ul class="bar">{bar}</ul>{cards}</body></html>'.encode()


def with_advert(body: bytes, version: int) -> bytes:
    """Return the page with another nonce, advert and counter."""
    advert = f'<div id="ad{version}"><a href="https://ads.example/?c={version}"><img src="/b{version}.gif"></a></div>'
    script = f'<script nonce="{version:08x}">var seen = {version};</script>'
    return body.replace(b"<body>", f"<head>{script}</head><body>{advert}".encode()).replace(
        b"</body>", f"<i>{version}</i></body>".encode()
    )


def _site(pipe: Connection) -> None:
    bodies: dict[int, bytes] = {}
    asked = {"/changed": 0, "/adverts": 0}

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True

        def do_GET(self) -> None:
            kind = self.path.partition("?")[0]
            if kind in asked:
                asked[kind] += 1
            version = asked[kind] if kind == "/changed" else 0
            body = bodies.setdefault(version, page(version))
            if kind == "/adverts":
                body = with_advert(body, asked[kind])
            status = 304 if self.path == "/304" and self.headers.get("If-None-Match") else 200
            body = b"" if status == 304 else body
            head = f"HTTP/1.1 {status} OK\r\nContent-Type: text/html; charset=utf-8\r\nContent-Length: {len(body)}\r\n"
            etag = 'ETag: "e"\r\n' if self.path == "/304" else ""
            self.wfile.write((head + etag + "\r\n").encode() + body)

        def log_message(self, *args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    pipe.send(server.server_address[1])
    server.serve_forever()


class Bench:
    def __init__(self, folder: Path, site: str) -> None:
        self.store, self.site = open_store(folder / "monitor.db"), site
        self.now = datetime(2026, 3, 2, 12, tzinfo=UTC)
        self.spent: dict[str, list[float]] = {kind: [] for kind in KINDS_OF_POLLS}
        self.fetcher = HttpFetcher(
            clock=self.clock,
            resolver=PoolResolver(ThreadPoolExecutor(1)),
            user_agent="bench",
            allow_private=("127.0.0.0/8",),
        )
        self.kinds = tuple(KINDS_OF_POLLS)
        context = SiteContext(source="site", zone=ZoneInfo("UTC"))
        region = Region(items="article.post", title="h2", link="a.cover")
        extractors = {}
        for kind in self.kinds:
            options = HtmlEndpoint(type="html", url=_url(site, kind), ticker=Region(items=".bar li"), list=region)
            if "found" in kind:
                options = HtmlEndpoint(type="html", url=_url(site, kind))
            extractors[kind, "page"] = KINDS["html"].build(options, context)
        rules = [Rule(name=f"r{n}", any=(f"كلمة{n}", f"مدينة{n}")) for n in range(100)]
        self.poller = Poller(
            store=self.store,
            fetcher=self.fetcher,
            extractors=extractors,
            rules=compile_rules(rules),
            router=Router(
                routes={rule.name: Route(channels=("c",)) for rule in rules}, hours={"c": Hours(zone=ZoneInfo("UTC"))}
            ),
            clock=self.clock,
            random=lambda: 0.5,
            owner="bench",
        )

    def clock(self) -> datetime:
        return self.now

    def only(self, kind: str) -> None:
        spec = EndpointSpec(
            source=kind, name="page", kind="html", url=_url(self.site, kind), config_hash=kind,
            every=Duration(microseconds=1000),
        )  # fmt: skip
        self.store.sync([EndpointSpec(**{f: getattr(spec, f) for f in spec.__slots__})], self.clock())

    def polls(self, kind: str, number: int, expected: PollOutcome) -> float:
        """Return CPU seconds per poll; the endpoint must keep its baseline, so all stay in the schedule."""
        spent = 0.0
        for _ in range(number):
            self.now += timedelta(seconds=1)  # it is due again
            begun = time.process_time()
            result = self.poller.step(self.clock())
            self.spent[kind].append(time.process_time() - begun)
            spent += self.spent[kind][-1]
            assert result, f"{kind} was not due"
            assert result.outcome in {expected, PollOutcome.UNCHANGED}, (result.outcome, result.error)
        return spent / number


def cost(rounds: int, batch: int) -> None:
    parent, child = multiprocessing.Pipe()
    process = multiprocessing.get_context("spawn").Process(target=_site, args=(child,), daemon=True)
    process.start()
    site = f"http://127.0.0.1:{parent.recv()}"
    with tempfile.TemporaryDirectory() as folder:
        bench = Bench(Path(folder), site)
        expected = KINDS_OF_POLLS
        figures: dict[str, list[float]] = {kind: [] for kind in ("bare", "raw", *expected)}
        with httpx.Client() as client, socket.create_connection(("127.0.0.1", int(site.rpartition(":")[2]))) as raw:
            for kind, outcome in expected.items():
                bench.only(kind)
                bench.polls(kind, 1, PollOutcome.LEARNED)
                bench.polls(kind, 1, outcome)
            for _ in range(rounds):
                figures["bare"].append(_cpu(lambda: client.get(f"{site}/same").content, batch))
                figures["raw"].append(_cpu(lambda: _raw(raw), batch))
                for kind, outcome in expected.items():
                    _activate(bench, kind)
                    figures[kind].append(bench.polls(kind, batch, outcome))
    process.terminate()
    bare = statistics.median(figures["bare"])
    print(f"bare httpx GET of the {len(page(0)) >> 10} KB page: {bare * 1e6:.0f} µs CPU")
    for kind in expected:
        ratio = statistics.median(a / b for a, b in zip(figures[kind], figures["bare"], strict=True))
        usual = statistics.median(bench.spent[kind])
        print(
            f"poll, {kind:14}: {statistics.median(figures[kind]) * 1e6:6.0f} µs CPU, {ratio:6.2f} × bare, "
            f"{statistics.median(figures[kind]) / statistics.median(figures['raw']):6.2f} × a socket's GET and its hash; "
            f"most polls {usual * 1e6:6.0f} µs, {usual / bare:6.2f} × bare"
        )


def _activate(bench: Bench, kind: str) -> None:
    """Make one endpoint the only active one, with its baseline kept."""
    with bench.store._database.tx() as db:
        db.execute("UPDATE endpoint SET active = (source = ?)", (kind,))


def _url(site: str, kind: str) -> str:
    return f"{site}/{kind.replace(' ', '?')}"


def _raw(connection: socket.socket) -> str:
    """Return the hash of the page, read from a socket."""
    connection.sendall(b"GET /same HTTP/1.1\r\nHost: site\r\n\r\n")
    answer = bytearray()
    while (end := answer.find(b"\r\n\r\n")) < 0 or len(answer) < end + 4 + _length(answer):
        answer += connection.recv(1 << 18)
    return hashlib.sha256(answer[end + 4 :]).hexdigest()


def _length(answer: bytearray) -> int:
    return int(answer.partition(b"Content-Length: ")[2].partition(b"\r\n")[0])


def _cpu(what: Callable[[], object], number: int) -> float:
    begun = time.process_time()
    for _ in range(number):
        what()
    return (time.process_time() - begun) / number


ALLOCATOR = {"MALLOC_ARENA_MAX": "1", "MALLOC_TRIM_THRESHOLD_": "131072"}  # as in deploy/monitor.service
MEMORY = """
import os, sys, time, threading
from pathlib import Path
from monitor.cli.serving import serve
from monitor.store import open_store
store = open_store(Path(sys.argv[2]))
def report():
    time.sleep(float(sys.argv[3]))
    print(int(open('/proc/self/statm').read().split()[1]) * 4096 / 2**20, store.queries.counts().sources_ok, flush=True)
    os._exit(0)
threading.Thread(target=report, daemon=True).start()
serve(Path(sys.argv[1]), store)
"""


def memory(numbers: list[int]) -> None:
    parent, child = multiprocessing.Pipe()
    process = multiprocessing.get_context("spawn").Process(target=_site, args=(child,), daemon=True)
    process.start()
    site = f"http://127.0.0.1:{parent.recv()}"
    for number in numbers:
        with tempfile.TemporaryDirectory() as folder:
            sources = "".join(
                f"  - {{name: s{n}, url: '{site}', every: 10s, endpoints: [{{type: html, url: '{site}/304?{n}',"
                " ticker: {items: '.bar li'}, list: {items: article.post, title: h2, link: a.cover}}]}\n"
                for n in range(number)
            )
            config = Path(folder) / "monitor.yaml"
            config.write_text(
                f"allow_private: [127.0.0.0/8]\nsources:\n{sources}"
                "rules: [{name: r, any: [xyzzy], notify: [desk]}]\n"
                f"channels: [{{name: desk, url: 'tgram://123456789:{'A' * 35}/42'}}]\n"
            )
            config.chmod(0o600)
            seconds = 45 + number / 12
            done = subprocess.run(
                [sys.executable, "-c", MEMORY, str(config), str(Path(folder) / "m.db"), str(seconds)],
                capture_output=True, text=True, check=False, env={**os.environ, **ALLOCATOR},
            )  # fmt: skip
            rss, well = done.stdout.split() or ("0", "0")
            print(f"memory with {number:4} sources ({well} polled well): {float(rss):.0f} MiB RSS", flush=True)
    process.terminate()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="few rounds, no memory with 1,000 sources")
    args = parser.parse_args()
    cost(rounds=5 if args.quick else 15, batch=30)
    memory([1, 100] if args.quick else [1, 100, 1000])


if __name__ == "__main__":
    main()
