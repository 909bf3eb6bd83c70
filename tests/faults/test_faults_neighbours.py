"""Sites that hang, flood and lie beside others in the running service: nobody is looked at later for them."""

from __future__ import annotations

import socket
import threading
from bisect import bisect
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from statistics import median

import pytest
from faults.http_faults import BOMB, endless, html, reset, silence
from fetch.hostile import Site
from servers.newsite import NewsSite, front

from monitor.channels import CHANNELS
from monitor.config.load import loads
from monitor.config.schema import Config
from monitor.fetch.client import HttpFetcher, Limits
from monitor.fetch.resolve import PoolResolver
from monitor.model import PollResult, PollState
from monitor.pipeline.build import build
from monitor.service.clock import SteadyClock
from monitor.service.pulse import Pulse
from monitor.service.run import Loaded, Service
from monitor.service.sdnotify import Notifier
from monitor.sources import KINDS, default_endpoints
from monitor.store import open_store
from monitor.values import Duration

pytestmark = pytest.mark.slow

EVERY = Duration(seconds=0.5)  # faster than a configuration may say
WELL, POLLS = 4, 5  # sources that are well, and how often each is looked at
CONFIG = """
allow_private: [127.0.0.0/8]
sources: [{sources}]
rules: [{{name: port, any: [الميناء], notify: [screen], article: none}}]
channels: [{{name: screen, type: console}}]
"""
HOSTILE: dict[str, Callable[[socket.socket], None] | bytes] = {
    "silent": silence,
    "silent too": silence,
    "dripping": endless(b"", b"HTTP/1.1 200 OK\r\n"),
    "endless": endless(b"<p>more</p>" * 5000),
    "storming": endless(b"HTTP/1.1 100 Continue\r\n\r\n" * 100, b""),
    "bombing": html(BOMB, "Content-Encoding: gzip"),
    "resetting": reset,
    "enormous": html("<div><a href=/a>x</a></div>" * 100_000),
    "nested": html("<div>" * 200_000),
    "garbled": b"\x00\x01garbage\r\n\r\n",
}


@dataclass
class Watch(Pulse):
    """Keeps the moments of the ticks, and of the polls of the sources that are well: when due, and when done."""

    clock: SteadyClock = field(default_factory=SteadyClock)
    ticks: list[datetime] = field(default_factory=list)
    polls: dict[str, list[tuple[datetime, datetime]]] = field(default_factory=dict)
    enough: threading.Event = field(default_factory=threading.Event)

    def tick(self) -> None:
        super().tick()
        self.ticks.append(self.clock())

    def polled_one(self, state: PollState, result: PollResult) -> None:
        if state.source.startswith("well"):
            self.polls.setdefault(state.source, []).append((state.next_poll_at, result.at))
        if len(self.polls) == WELL and all(len(polls) > POLLS for polls in self.polls.values()):
            self.enough.set()

    def late(self) -> list[int]:
        """Return for each poll how many ticks passed between its due time and its end."""
        pairs = [pair for polls in self.polls.values() for pair in polls[1:]]  # at first all are due at once
        return sorted(bisect(self.ticks, done) - bisect(self.ticks, due) for due, done in pairs)


def configured(urls: dict[str, str]) -> Config:
    sources = ", ".join(
        f'{{name: {name}, url: "{url}", discover: false, endpoints: [{{type: html, url: "{url}"}}]}}'
        for name, url in urls.items()
    )
    config = loads(
        CONFIG.format(sources=sources), "m", source_kinds=KINDS, channel_kinds=CHANNELS,
        default_endpoints=default_endpoints, environ={}, credentials=None,
    )  # fmt: skip
    return replace(config, sources=tuple(replace(source, every=EVERY) for source in config.sources))


def run(folder: Path, urls: dict[str, str], resolver: PoolResolver) -> Watch:
    config, watch = configured(urls), Watch()
    folder.mkdir()
    store = open_store(folder / "monitor.db")
    fetcher = HttpFetcher(
        clock=watch.clock, resolver=resolver, user_agent="test", allow_private=config.allow_private,
        limits=Limits(seconds=3.0, connect_seconds=2.0),
    )  # fmt: skip

    def load() -> Loaded:
        line = build(
            config, store=store, fetcher=fetcher, clock=watch.clock, random=lambda: 0.5, owner="test",
            parsing=threading.Lock(),
        )  # fmt: skip
        return Loaded(line=line, workers=config.workers, retention=config.retention, again=load, close=fetcher.close)

    service = Service(
        store=store, load=load, clock=watch.clock, notifier=Notifier({}), status=lambda: "", pulse=watch,
        polled=watch.polled_one,
    )  # fmt: skip
    thread = threading.Thread(target=service.run)
    thread.start()
    assert watch.enough.wait(60)
    service.stop()
    thread.join(30)
    store.close()
    return watch


def hanging(names: Sequence[str], end: threading.Event) -> Callable[..., object]:
    real = socket.getaddrinfo

    def look_up(host: str, *args: object, **kwargs: object) -> object:
        if host in names:
            end.wait(60)
        return real(host, *args, **kwargs)  # type: ignore[arg-type]

    return look_up


def test_nobody_is_looked_at_a_tick_later_for_the_sites_that_misbehave(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    end = threading.Event()
    lost = [f"lost{number}.example" for number in range(9)]
    monkeypatch.setattr(socket, "getaddrinfo", hanging(lost, end))
    with ExitStack() as stack:
        pool = stack.enter_context(ThreadPoolExecutor(64))
        stack.callback(end.set)
        well = {f"well{number}": stack.enter_context(NewsSite()) for number in range(WELL)}
        for site in well.values():
            site.pages["/"] = front("", [3, 2, 1])
        urls = {name: f"{site.url.replace('127.0.0.1', 'localhost')}/" for name, site in well.items()}
        for name, answer in HOSTILE.items():
            site = stack.enter_context(closing(Site()))
            site.answers["/"] = answer
            urls[name.replace(" ", "-")] = site.url("/")
        urls |= {host.partition(".")[0]: f"http://{host}/" for host in lost}

        alone = run(tmp_path / "alone", {name: urls[name] for name in well}, PoolResolver(pool)).late()
        beside = run(tmp_path / "beside", urls, PoolResolver(pool)).late()

    assert median(beside) <= median(alone) + 1, (alone, beside)
    assert beside[len(beside) * 3 // 4] <= alone[-1] + 2, (alone, beside)
