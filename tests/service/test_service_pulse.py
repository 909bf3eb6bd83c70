"""What hangs is seen: the watchdog is fed only while the schedule, the polls and the deliveries go on."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from monitor.channels import CHANNELS
from monitor.config.load import loads
from monitor.fetch.client import HttpFetcher
from monitor.fetch.resolve import PoolResolver
from monitor.pipeline.build import build
from monitor.service import run
from monitor.service.clock import SteadyClock
from monitor.service.pulse import Bounds, Pulse
from monitor.service.run import Loaded, Service
from monitor.service.sdnotify import Notifier
from monitor.sources import KINDS, default_endpoints
from monitor.store import SqliteStore, open_store

CONFIG = """
allow_private: [127.0.0.0/8]
sources:
  - {{name: site, url: "{url}", every: 5s, discover: false,
      endpoints: [{{type: html, url: "{url}/page", ticker: {{items: li}}}}]}}
rules: [{{name: all, any: [headline], notify: [hook], article: none}}]
channels: [{{name: hook, type: webhook, url: "{url}/hook"}}]
"""


class Site(ThreadingHTTPServer):
    """A page and a webhook; `hangs` names the path that does not answer until `release`."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Answer)
        self.url = f"http://127.0.0.1:{self.server_address[1]}"
        self.hangs = ""
        self.asked = threading.Event()
        self.release = threading.Event()
        self.items = ["headline one of this site"]
        threading.Thread(target=self.serve_forever, daemon=True).start()

    def handle_error(self, *args: object) -> None:
        pass


class Answer(BaseHTTPRequestHandler):
    server: Site

    def do_GET(self) -> None:
        if self.path == self.server.hangs:
            self.server.asked.set()
            self.server.release.wait(30)
        rows = "".join(f"<li><a href='/{n}2345'>{title}</a></li>" for n, title in enumerate(self.server.items, 1))
        body = f"<html><ul>{rows}</ul></html>".encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        self.do_GET()

    def log_message(self, *args: object) -> None:
        pass


class Watchdog:
    """The other end of the notification socket."""

    def __init__(self, path: Path) -> None:
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.socket.bind(str(path))
        self.socket.settimeout(20)

    def hears(self, wanted: str) -> str:
        while wanted not in (told := self.socket.recv(65536).decode()):
            pass
        return told

    def hears_until(self, wanted: str) -> list[str]:
        """Return what was said before something."""
        said: list[str] = []
        while wanted not in (told := self.socket.recv(65536).decode()):
            said.append(told)
        return said


@pytest.fixture
def site() -> Iterator[Site]:
    server = Site()
    yield server
    server.release.set()
    server.shutdown()
    server.server_close()


@pytest.fixture
def store(tmp_path: Path) -> Iterator[SqliteStore]:
    opened = open_store(tmp_path / "monitor.db")
    yield opened
    opened.close()


@pytest.fixture
def watchdog(tmp_path: Path) -> Iterator[Watchdog]:
    listening = Watchdog(tmp_path / "notify")
    yield listening
    listening.socket.close()


@pytest.fixture
def start(
    site: Site, store: SqliteStore, watchdog: Watchdog, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Callable[..., Service]]:
    monkeypatch.setattr(run, "REPORT", timedelta(0))
    started: list[tuple[Service, threading.Thread]] = []
    clock = SteadyClock()
    config = loads(
        CONFIG.format(url=site.url), "m", source_kinds=KINDS, channel_kinds=CHANNELS,
        default_endpoints=default_endpoints, environ={}, credentials=None,
    )  # fmt: skip

    def begin(bounds: Bounds, stop_when: Callable[[], bool] = lambda: False) -> Service:
        fetcher = HttpFetcher(clock=clock, resolver=PoolResolver(pool), user_agent="t", allow_private=("127.0.0.0/8",))

        def load() -> Loaded:
            line = build(config, store=store, fetcher=fetcher, clock=clock, random=lambda: 0.5, owner="test")
            return Loaded(line=line, workers=4, retention=config.retention, again=load, close=fetcher.close)

        service = Service(
            store=store, load=load, clock=clock, notifier=Notifier({"NOTIFY_SOCKET": str(tmp_path / "notify")}),
            status=lambda: "well", pulse=Pulse(bounds), stop_when=stop_when,
        )  # fmt: skip
        started.append((service, threading.Thread(target=service.run)))
        started[-1][1].start()
        return service

    with ThreadPoolExecutor(2) as pool:
        yield begin
        site.release.set()
        for service, thread in started:
            service.stop()
            thread.join(20)


def test_a_poll_that_never_ends_is_named_and_stops_the_pings_until_it_ends(site, start, watchdog) -> None:
    site.hangs = "/page"
    start(Bounds(poll=timedelta(seconds=0.5)))
    assert site.asked.wait(20)

    assert "STATUS=stuck: poll of site/html for " in watchdog.hears("STATUS=stuck")
    assert not any("WATCHDOG" in said for said in [watchdog.hears("STATUS"), watchdog.socket.recv(65536).decode()])
    site.release.set()
    watchdog.hears("WATCHDOG=1")


def test_a_delivery_that_never_ends_is_named_and_stops_the_pings(site, start, watchdog, store) -> None:
    site.hangs = "/hook"
    start(Bounds(delivery=timedelta(seconds=0.5)))
    watchdog.hears("READY=1")
    site.items = [*site.items, "a second headline of this site"]
    store.make_due(SteadyClock()())
    assert site.asked.wait(20)

    assert "delivery by hook to " in watchdog.hears("STATUS=stuck")
    assert not any("WATCHDOG" in said for said in [watchdog.hears("STATUS"), watchdog.socket.recv(65536).decode()])


def test_a_schedule_that_hangs_stops_the_pings(start, watchdog) -> None:
    hang = threading.Event()
    start(Bounds(tick=timedelta(seconds=0.5)), stop_when=lambda: hang.wait(20))

    assert "STATUS=stuck: schedule for " in watchdog.hears("STATUS=stuck")
    hang.set()
    watchdog.hears("STOPPING=1")


def test_it_is_ready_only_after_a_site_was_looked_at(site, start, watchdog) -> None:
    site.hangs = "/page"
    start(Bounds())
    assert site.asked.wait(20)
    assert "WATCHDOG=1" in watchdog.socket.recv(65536).decode()  # it lives, but it is not ready

    site.release.set()
    assert not any("READY" in said for said in watchdog.hears_until("READY=1"))


def test_work_that_ended_in_time_leaves_nothing_behind() -> None:
    now = [0.0]
    pulse = Pulse(Bounds(poll=timedelta(seconds=300)), monotonic=lambda: now[0])
    with pulse.poll("site", "html"):
        now[0] = 301
        assert pulse.stuck()[1:] == ["poll of site/html for 5 min"]
    pulse.tick()
    assert pulse.stuck() == []
    assert pulse.polled == 1
