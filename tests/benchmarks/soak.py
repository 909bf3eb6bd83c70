"""Lets days pass on a virtual clock and watches the memory: polls without end must not make the process grow.

    python tests/benchmarks/soak.py                       # 20,000 polls
    python tests/benchmarks/soak.py --hours 24            # a day of 100 sources, one poll a minute each
    python tests/benchmarks/soak.py --polls 1000000

The line, its SQLite file, the log and the channel (a web server on this machine) are the real ones; the sites answer
inside this process, without sockets, and the clock jumps to what is due next. What else a service holds, its schedule and
what fetches pages, is loaded and stands by, so that the figure is that of the service. Of the sites three fifths know entity
tags, a fifth answers with the same bytes and a fifth puts a nonce into every answer; one in a hundred answers fails.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import os
import random
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import redirect_stderr
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from multiprocessing.connection import Connection
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from servers import manysites

from monitor.cli.apart import load_apart
from monitor.cli.context import make_fetcher, make_resolver
from monitor.errors import FetchError
from monitor.fetch.network import trusted
from monitor.model import Fetched, Request
from monitor.pipeline.build import Line, build
from monitor.service import journal, logs, memory
from monitor.service.run import Service
from monitor.store import open_store

ALLOCATOR = {"MALLOC_ARENA_MAX": "1", "MALLOC_TRIM_THRESHOLD_": "131072"}  # as in deploy/monitor.service
PER_DAY = 48  # headlines of each site
FAILING = 0.01
SETTLED = 50_000  # polls before growth is counted


class Sites:
    """Answers as many sites would, at the time of a clock that is set."""

    def __init__(self, start: datetime, kilobytes: int) -> None:
        self.now, self.start = start, start
        self.asked = 0
        self._random = random.Random(7)
        self._kilobytes = kilobytes

    def clock(self) -> datetime:
        return self.now

    def fetch(self, request: Request, *, etag: str | None, last_modified: str | None) -> Fetched | None:
        self.asked += 1
        site = int(request.url.partition("//s")[2].partition(".")[0])
        if self._random.random() < FAILING:
            raise FetchError(f"s{site}.example does not answer", kind="timeout")
        newest = manysites.newest(site, (self.now - self.start).total_seconds(), PER_DAY)
        if site % 5 < 3 and etag == f'"{newest}"':
            return None
        feed = request.url.endswith("/feed")
        shown = (
            manysites.feed(site, newest) if feed else manysites.page(site, newest, self._kilobytes, nonce=site % 5 == 4)
        )
        return Fetched(
            url=request.url,
            final_url=request.url,
            status=200,
            body=shown.encode(),
            content_type="application/rss+xml" if feed else "text/html; charset=utf-8",
            etag=f'"{newest}"' if site % 5 < 3 else None,
            last_modified=None,
            fetched_at=self.now,
            elapsed_ms=20,
        )


def _sink(pipe: Connection) -> None:
    """Take every message, in a process of its own."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["Content-Length"]))
            self.send_response(200)
            self.send_header("Content-Length", "2")
            self.end_headers()
            self.wfile.write(b"{}")

        def log_message(self, *args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    pipe.send(server.server_address[1])
    server.serve_forever()


def configuration(folder: Path, sources: int, sink: int) -> Path:
    """Write the configuration: of ten sites one has a feed, one is read without selectors, eight with."""
    endpoints = (
        "{{type: feed, url: 'https://s{n}.example/feed'}}",
        "{{type: html, url: 'https://s{n}.example/'}}",
        *(["{{type: html, url: 'https://s{n}.example/', {selectors}}}"] * 8),
    )
    listed = "".join(
        f"  - {{name: s{n}, url: 'https://s{n}.example/', every: 60s, endpoints:"
        f" [{endpoints[n % len(endpoints)].format(n=n, selectors=manysites.SELECTORS)}]}}\n"
        for n in range(sources)
    )
    config = folder / "monitor.yaml"
    config.write_text(
        f"retention: 7d\nsources:\n{listed}rules:\n  - {{name: r, any: [الماء, حريق, الجيش], notify: [desk]}}\n"
        f"  - {{name: all, breaking: true, notify: [desk]}}\noperator: desk\n"
        f"channels: [{{name: desk, url: 'json://127.0.0.1:{sink}/'}}]\n"
    )
    config.chmod(0o600)
    return config


class Run:
    """The service's work, step by step in one thread."""

    def __init__(self, folder: Path, sites: Sites, sources: int, sink: int) -> None:
        self.sites, self.store = sites, open_store(folder / "monitor.db")
        config = load_apart(configuration(folder, sources, sink))
        self.stands_by = (make_fetcher(config, sites.clock, make_resolver()), trusted(), Service)
        self.retention = config.retention
        self.line: Line = build(
            config, store=self.store, fetcher=sites, clock=sites.clock, random=random.Random(3).random, owner="soak"
        )
        self.store.sync(self.line.endpoints, sites.now)
        self.polls = self.changes = self.sent = 0

    def minutes(self) -> Iterator[None]:
        """Let time pass, a second at a time, and yield after each minute."""
        second = timedelta(seconds=1)
        while True:
            for _ in range(60):
                self.sites.now += second
                self._poll()
                self._tell()
            if self.line.operator:
                self.line.operator.step(self.sites.now)
            self.line.fallbacks.step(self.sites.now)
            memory.give_back()
            if (self.sites.now - self.sites.start) % timedelta(hours=1) < timedelta(minutes=1):
                self.store.prune(self.sites.now, self.retention)
            yield

    def _poll(self) -> None:
        for state in self.line.poller.claim(self.sites.now, 1000):
            result = self.line.poller.poll(state)
            journal.poll(state, result)
            self.polls += 1
            self.changes += len(result.changes)

    def _tell(self) -> None:
        self.line.flusher.step(self.sites.now)
        for channel, recipient in self.store.due_recipients(self.sites.now):
            while self.line.deliverer.step(channel, recipient, self.sites.now):
                self.sent += 1


def rss() -> float:
    """Return the memory of this process in MiB."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 2**20


def soak(polls: int, sources: int, kilobytes: int) -> None:
    parent, child = multiprocessing.Pipe()
    process = multiprocessing.get_context("spawn").Process(target=_sink, args=(child,), daemon=True)
    process.start()
    sink = parent.recv()
    with tempfile.TemporaryDirectory() as name:
        begun, seen, marks = time.monotonic(), 0, []
        run = Run(Path(name), Sites(datetime(2026, 3, 2, tzinfo=UTC), kilobytes), sources, sink)
        step = max(polls // 20, 1000)
        for _ in run.minutes():
            if run.polls - seen >= step or run.polls >= polls:
                seen = run.polls
                marks.append((run.polls, rss()))
                _report(run, begun)
            if run.polls >= polls:
                break
        settled = next(memory for number, memory in marks if number >= min(SETTLED, polls // 4))
        print(
            json.dumps(
                {
                    "polls": run.polls,
                    "virtual_hours": round((run.sites.now - run.sites.start).total_seconds() / 3600, 1),
                    "polls_per_second": round(run.polls / (time.monotonic() - begun)),
                    "mib_settled": round(settled, 1),
                    "mib_at_the_end": round(marks[-1][1], 1),
                    "growth_percent": round(100 * (marks[-1][1] / settled - 1), 1),
                    "problems": list(run.store.audit()),
                }
            )
        )
        run.stands_by[0].close()
        run.store.close()
    process.terminate()


def _report(run: Run, begun: float) -> None:
    print(
        f"{run.polls:9} polls, {(run.sites.now - run.sites.start).total_seconds() / 3600:6.1f} h of virtual time,"
        f" {run.changes:7} headlines, {run.sent:6} messages, {rss():6.1f} MiB,"
        f" {run.polls / (time.monotonic() - begun):5.0f} polls/s",
        flush=True,
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--polls", type=int, default=20_000)
    parser.add_argument("--hours", type=float, help="of virtual time, instead of a number of polls")
    parser.add_argument("--sources", type=int, default=100)
    parser.add_argument("--kilobytes", type=int, default=100, help="size of a page")
    args = parser.parse_args()
    if not ALLOCATOR.items() <= os.environ.items():  # the C library reads them before Python does
        os.execve(sys.executable, [sys.executable, *sys.argv], {**os.environ, **ALLOCATOR})
    polls = round(args.hours * 60 * args.sources) if args.hours else args.polls
    with Path(os.devnull).open("w") as nowhere, redirect_stderr(nowhere):
        logs.set_up(verbose=False, style="logfmt")
        soak(polls, args.sources, args.kilobytes)


if __name__ == "__main__":
    main()
