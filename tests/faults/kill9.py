"""Kills the whole program with SIGKILL at random instants under load and counts what was lost or repeated.

    python tests/faults/kill9.py --kills 250 [--seed N]

A site publishes headlines all the time; its page shows the last four hundred. A sink takes signed webhooks and answers some
with 500 or 429. A parent that has everything imported forks the program anew after each kill, so that most of the
program's lives are spent polling and sending, not starting. The oracle stands outside: what was published against what
the sink accepted.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

WINDOW = 400  # headlines on the page: however slow the machine, none leaves it before a life saw it
CONFIG = """
allow_private: [127.0.0.0/8]
sources:
  - name: site
    url: {site}
    endpoints:
      - {{type: html, url: "{site}/", ticker: {{items: "li a"}}}}
      - {{type: feed, url: "{site}/feed"}}
rules:
  - {{name: all, any: [headline], notify: [sink]}}
channels:
  - {{name: sink, type: webhook, url: "{sink}", secret: s3cret}}
"""


class NewsSite:
    """Publishes on demand; page and feed show the newest first."""

    def __init__(self) -> None:
        self.titles: list[str] = []
        self.lock = threading.Lock()
        self.server = _serve(self._handler())
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}"

    def publish(self) -> None:
        with self.lock:
            self.titles.append(f"headline number {len(self.titles)}")

    def _handler(site) -> type[BaseHTTPRequestHandler]:  # noqa: N805
        class Handler(_Quiet):
            def do_GET(self) -> None:
                with site.lock:
                    shown = list(enumerate(site.titles))[-WINDOW:][::-1]
                if self.path == "/feed":
                    entries = "".join(
                        f"<item><title>{t}</title><link>{site.url}/{100000 + n}</link></item>" for n, t in shown
                    )
                    body = f"<rss version='2.0'><channel><title>s</title>{entries}</channel></rss>"
                else:
                    links = "".join(f"<li><a href='/{100000 + n}'>{t}</a></li>" for n, t in shown)
                    body = f"<html><body><ul>{links}</ul></body></html>"
                self.answer(200, body.encode())

        return Handler


class Sink:
    """Accepts webhooks and remembers which alert came under which key."""

    def __init__(self, seed: int, trouble: float) -> None:
        self.accepted: list[tuple[str, str, str]] = []  # alert id, key, headline
        self.refused = 0
        self.random = random.Random(seed)
        self.trouble = trouble
        self.lock = threading.Lock()
        self.server = _serve(self._handler())
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}/hook"

    def _handler(sink) -> type[BaseHTTPRequestHandler]:  # noqa: N805
        class Handler(_Quiet):
            def do_POST(self) -> None:
                body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                with sink.lock:
                    if sink.random.random() < sink.trouble:
                        sink.refused += 1
                        status = sink.random.choice([500, 429])
                        self.answer(status, b"no", {"Retry-After": "1"} if status == 429 else {})
                        return
                    sink.accepted.append((body["id"], self.headers["Idempotency-Key"], body["headline"]))
                self.answer(200, b"ok")

        return Handler


class _Quiet(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def answer(self, status: int, body: bytes, headers: dict[str, str] | None = None) -> None:
        try:
            self.send_response(status)
            for name, value in (headers or {}).items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)
        except OSError:
            self.close_connection = True  # the program was killed while we answered

    def log_message(self, *args: object) -> None:
        pass


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 64

    def handle_error(self, *args: object) -> None:
        pass  # connections cut by kills


def _serve(handler: type[BaseHTTPRequestHandler]) -> ThreadingHTTPServer:
    server = _Server(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server


@dataclass(frozen=True)
class Report:
    kills: int
    published: int
    lost: tuple[str, ...]
    repeats: int  # copies beyond the first
    unexplained: int  # copies under another key, or more than one per kill
    refused: int
    books: str

    def __str__(self) -> str:
        return (
            f"kills {self.kills}; headlines {self.published}; lost {len(self.lost)}; repeated {self.repeats} "
            f"(under another key or beyond one per kill: {self.unexplained}); sends refused with 500 or 429: "
            f"{self.refused}; {self.books}"
        )


def trial(kills: int, seed: int, *, trouble: float = 0.03, pace: float = 0.08) -> Report:
    """Kill the program so many times, let it finish in peace, and compare."""
    dice = random.Random(seed)
    site, sink = NewsSite(), Sink(seed, trouble)
    site.publish()  # what the first poll learns
    with tempfile.TemporaryDirectory() as folder:
        config = Path(folder) / "monitor.yaml"
        config.write_text(CONFIG.format(site=site.url, sink=sink.url))
        zygote = Zygote(config, Path(folder) / "monitor.db")
        try:
            zygote.start()
            _wait_for(zygote.learned, 60, "the first poll")
            stop = threading.Event()
            publisher = threading.Thread(target=_publish, args=(site, stop, pace, random.Random(seed + 1)))
            publisher.start()
            for _ in range(kills):
                time.sleep(dice.choice([dice.uniform(0.0, 0.15), dice.uniform(0.1, 0.9)]))
                zygote.kill()
                zygote.start()
            stop.set()
            publisher.join()
            expected = set(site.titles[1:])
            _wait_for(lambda: expected <= {title for _, _, title in sink.accepted}, 90, "the last alerts", fatal=False)
            books = zygote.books()
        finally:
            zygote.close()
    for server in (site.server, sink.server):
        server.shutdown()
        server.server_close()
    return _report(kills, site, sink, books)


def _report(kills: int, site: NewsSite, sink: Sink, books: str) -> Report:
    copies = Counter(title for _, _, title in sink.accepted)
    names = Counter({title: len({(i, k) for i, k, t in sink.accepted if t == title}) for title in copies})
    repeats = sum(n - 1 for n in copies.values())
    return Report(
        kills=kills,
        published=len(site.titles) - 1,
        lost=tuple(sorted(set(site.titles[1:]) - set(copies))),
        repeats=repeats,
        unexplained=sum(n - 1 for n in names.values()) + max(0, repeats - kills),
        refused=sink.refused,
        books=books,
    )


def _publish(site: NewsSite, stop: threading.Event, pace: float, dice: random.Random) -> None:
    while not stop.wait(dice.expovariate(1 / pace)):
        site.publish()


def _wait_for(condition: object, seconds: float, what: str, *, fatal: bool = True) -> None:
    end = time.monotonic() + seconds
    while not condition():  # type: ignore[operator]
        if time.monotonic() > end:
            if fatal:
                raise TimeoutError(f"waited {seconds} s for {what}")
            return
        time.sleep(0.05)


class Zygote:
    """A process with everything imported that forks the program and tells its pid."""

    def __init__(self, config: Path, database: Path) -> None:
        self.database = database
        self.process = subprocess.Popen(
            [sys.executable, __file__, "--zygote", str(config), str(database)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            cwd=Path(__file__).parents[2],
        )
        self.pid = 0

    def start(self) -> None:
        self._ask("start")

    def kill(self) -> None:
        os.kill(self.pid, signal.SIGKILL)
        self._ask("reap")

    def _ask(self, what: str) -> None:
        assert self.process.stdin
        assert self.process.stdout
        self.process.stdin.write(what + "\n")
        self.process.stdin.flush()
        self.pid = int(self.process.stdout.readline())

    def learned(self) -> bool:
        from monitor.errors import MonitorError
        from monitor.store import open_store

        if not self.database.exists():
            return False
        try:
            store = open_store(self.database, read_only=True)
        except MonitorError:
            return False  # it is being made
        try:
            rows = store.queries.endpoints_status()
            return bool(rows) and all(row.baselined_at for row in rows)
        finally:
            store.close()

    def books(self) -> str:
        from monitor.store import open_store

        store = open_store(self.database, read_only=True)
        try:
            return f"books: {store.queries.counts()}"
        finally:
            store.close()

    def close(self) -> None:
        if self.pid:
            os.kill(self.pid, signal.SIGKILL)
        self.process.kill()
        self.process.wait()
        for pipe in (self.process.stdin, self.process.stdout):
            if pipe:
                pipe.close()


def _zygote(config: Path, database: Path) -> None:
    import apprise  # noqa: F401  forked children should not pay for it

    import monitor.cli.context
    import monitor.pipeline.build
    import monitor.service.run  # noqa: F401

    child = 0
    for line in sys.stdin:
        if line.strip() == "start":
            child = os.fork()
            if child == 0:
                _live(config, database)
        else:
            os.waitpid(child, 0)
        print(child, flush=True)


def _live(config_path: Path, database: Path) -> None:
    from dataclasses import replace

    from monitor.cli.context import load_config, make_fetcher, make_resolver, owner
    from monitor.pipeline.build import build
    from monitor.service.clock import SteadyClock
    from monitor.service.logs import set_up
    from monitor.service.run import Loaded, Service
    from monitor.service.sdnotify import Notifier
    from monitor.store import open_store
    from monitor.values import Duration

    random.seed()
    set_up(verbose=False)
    store, clock = open_store(database), SteadyClock()

    def load() -> Loaded:
        config = load_config(config_path)
        fast = tuple(replace(source, every=Duration(milliseconds=60)) for source in config.sources)
        config = replace(config, sources=fast)
        fetcher = make_fetcher(config, clock, make_resolver())
        line = build(
            config,
            store=store,
            fetcher=fetcher,
            clock=clock,
            random=random.random,
            owner=owner(),
        )
        return Loaded(line=line, workers=8, retention=config.retention, again=load, close=fetcher.close)

    Service(store=store, load=load, clock=clock, notifier=Notifier({}), status=lambda: "").run()
    os._exit(0)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=250)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--zygote", nargs=2, type=Path, help=argparse.SUPPRESS)
    args = parser.parse_args()
    if args.zygote:
        _zygote(*args.zygote)
        return
    report = trial(args.kills, args.seed)
    print(report)
    sys.exit(1 if report.lost or report.unexplained else 0)


if __name__ == "__main__":
    main()
