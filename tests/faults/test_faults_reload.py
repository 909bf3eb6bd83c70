"""Reloads at random moments under load: what stays in the configuration loses nothing and repeats nothing."""

from __future__ import annotations

import random
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest
from faults.kill9 import NewsSite, Sink

from monitor.cli.context import load_config
from monitor.cli.serving import Serving
from monitor.store import SqliteStore, open_store

pytestmark = pytest.mark.slow

ALWAYS, SOMETIMES = ("rabat", "tunis", "dakar"), ("oran", "sfax")
RELOADS = 25
CONFIG = """
allow_private: [127.0.0.0/8]
sources:
{sources}
rules:
  - {{name: all, any: [headline], notify: [sink], repeat: always, article: none}}
{rules}
channels:
  - {{name: sink, type: webhook, url: "{sink}"}}
{channels}
"""
SOURCE = """
  - {{name: {name}, url: "{url}", discover: false, endpoints: [{{type: html, url: "{url}/", ticker: {{items: "li a"}}}}]}}
"""
EXTRA_RULE = "  - {name: extra, any: [number], notify: [other], repeat: always, article: none}"
WRONG = "nonsense: true\n"


class World:
    """Sites that publish all the time, two sinks, and a configuration that somebody edits all the time."""

    def __init__(self, folder: Path) -> None:
        self.random = random.Random()
        self.sites = {name: NewsSite() for name in (*ALWAYS, *SOMETIMES)}
        self.sink, self.other = Sink(1, 0.05), Sink(2, 0.05)
        self.file = folder / "monitor.yaml"
        self.write(sometimes=(), extra=False)
        for name, site in self.sites.items():
            site.titles.append(f"headline number 0 of {name}")  # what the first look learns

    def write(self, *, sometimes: tuple[str, ...], extra: bool, wrong: bool = False) -> None:
        sources = "".join(SOURCE.format(name=name, url=self.sites[name].url) for name in (*ALWAYS, *sometimes))
        other = f'  - {{name: other, type: webhook, url: "{self.other.url}"}}'
        text = CONFIG.format(
            sources=sources,
            sink=self.sink.url,
            rules=EXTRA_RULE if extra else "",
            channels=other if extra else "",
        )
        self.file.write_text(text + (WRONG if wrong else ""), "utf-8")

    def edit(self) -> None:
        sometimes = tuple(name for name in SOMETIMES if self.random.random() < 0.5)
        self.write(sometimes=sometimes, extra=self.random.random() < 0.5, wrong=self.random.random() < 0.2)

    def publish(self) -> None:
        for name, site in self.sites.items():
            if self.random.random() < 0.5:
                with site.lock:
                    site.titles.append(f"headline number {len(site.titles)} of {name}")

    def titles(self, *names: str) -> set[str]:
        return {title for name in names for title in self.sites[name].titles}

    def close(self) -> None:
        for each in (*self.sites.values(), self.sink, self.other):
            each.server.shutdown()
            each.server.server_close()


def told(sink: Sink) -> Counter[str]:
    """Return how often each headline was told."""
    with sink.lock:
        return Counter(headline for _, _, headline in sink.accepted)


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    made = World(tmp_path)
    yield made
    made.close()


@contextmanager
def running(serving: Serving) -> Iterator[None]:
    """Let the service work, all of its sites due at any moment."""
    over = threading.Event()

    def hasten() -> None:
        while not over.wait(0.06):
            serving.store.make_due(datetime.now(UTC))

    threads = [threading.Thread(target=serving.service.run), threading.Thread(target=hasten)]
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        over.set()
        serving.service.stop()
        for thread in threads:
            thread.join(20)
        serving.close()


def learned(store: SqliteStore) -> bool:
    states = store.poll_states()
    return len(states) == len(ALWAYS) and all(state.baselined_at for state in states)


def wait_for(condition: Callable[[], bool]) -> bool:
    end = time.monotonic() + 30
    while not condition() and time.monotonic() < end:
        time.sleep(0.02)
    return condition()


def test_reloads_under_load_lose_nothing_and_repeat_nothing(tmp_path: Path, world: World) -> None:
    with closing(open_store(tmp_path / "monitor.db")) as store:
        serving = Serving(world.file, store, read=load_config)  # many reloads in a short time
        with running(serving):
            assert wait_for(lambda: learned(store))
            reloaded = 0
            for _ in range(RELOADS):
                world.edit()
                serving.service._ask_reload()
                for _ in range(world.random.randrange(1, 4)):
                    world.publish()
                    time.sleep(world.random.random() * 0.15)
                reloaded += serving.service.refused is None
            world.write(sometimes=SOMETIMES, extra=True)
            serving.service._ask_reload()
            expected = {title for title in world.titles(*ALWAYS) if "number 0 " not in title}
            assert wait_for(lambda: told(world.sink).keys() >= expected), expected - told(world.sink).keys()
            assert wait_for(lambda: store.queries.counts().deliveries_pending == 0)
        counts = {"sink": told(world.sink), "other": told(world.other)}
        books = store.audit()

    assert reloaded > RELOADS / 4
    assert len(expected) > RELOADS
    assert {title: copies for copies in counts.values() for title, times in copies.items() if times > 1} == {}
    assert counts["sink"].keys() <= world.titles(*ALWAYS, *SOMETIMES)
    assert not [title for copies in counts.values() for title in copies if "number 0 " in title]
    assert books == []
