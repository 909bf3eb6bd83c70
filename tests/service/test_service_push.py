"""The whole service with a feed, its hub and a desk on loopback: what a hub calls for is told within a second."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Self

import pytest
from servers.hub import Hub
from servers.newsite import NewsSite, Reply, rss
from servers.service import Answer, Call, Service

from monitor.cli.serving import Serving
from monitor.store import open_store
from monitor.store.store import SqliteStore

CONFIG = """
allow_private: [127.0.0.0/8]
health: 127.0.0.1:{port}
push: http://127.0.0.1:{port}
sources:
  - {{name: port, url: "{site}", every: {every}, endpoints: [{{type: feed, name: {name}, url: "{site}/{path}"}}]}}
rules: [{{name: all, any: [الميناء], article: none, notify: [desk]}}]
channels: [{{name: desk, type: webhook, url: "{desk}"}}]
"""


class Desk(Service):
    """Keeps when each headline came."""

    def take(self, call: Call) -> Answer:
        self.accept((time.monotonic(), call.json))
        return Answer()


class World:
    """A site with a feed, its hub, a desk, and the service between them."""

    def __init__(self, folder: Path, site: NewsSite, hub: Hub, desk: Desk, every: str = "10m") -> None:
        self.folder, self.site, self.hub, self.desk = folder, site, hub, desk
        self.nothing = threading.Event()
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self.write(every)
        self.publish([1, 2, 3])

    def write(self, every: str = "10m", **other: str) -> None:
        values = {"site": self.site.url, "desk": self.desk.url, "port": str(self.port), "every": every}
        self.text = CONFIG.format(**{**values, "name": "feed", "path": "feed", **other})
        (self.folder / "monitor.yaml").write_text(self.text, "utf-8")

    def publish(self, numbers: list[int], *, in_header: bool = False) -> None:
        page = rss(self.site.url, numbers)
        if in_header:
            header = f'<{self.hub.url}/>; rel="hub", <{self.site.url}/feed>; rel="self"'
            self.site.pages["/feed"] = Reply(page.encode(), headers={"Link": header})
            return
        links = f'<atom:link rel="hub" href="{self.hub.url}/"/><atom:link rel="self" href="{self.site.url}/feed"/>'
        self.site.pages["/feed"] = page.replace("<channel>", f"<channel>{links}")

    def wait(self, condition: Callable[[], object]) -> None:
        end = time.monotonic() + 10
        while not condition():
            assert time.monotonic() < end
            self.nothing.wait(0.02)

    def polls(self) -> int:
        return self.site.asked.count("/feed")


class Running:
    """The service in a thread, on a database that stays."""

    def __init__(self, world: World) -> None:
        self._world = world
        self.store: SqliteStore = open_store(world.folder / "monitor.db")
        self.serving = Serving(world.folder / "monitor.yaml", self.store)
        self._thread = threading.Thread(target=self.serving.service.run)

    def __enter__(self) -> Self:
        self._thread.start()
        self._world.wait(lambda: self.serving._door.bound)
        return self

    def __exit__(self, *_exc: object) -> None:
        self.serving.service.stop()
        self._thread.join()
        self.serving.close()
        self.store.close()


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    with NewsSite() as site, Hub() as hub, Desk() as desk:
        yield World(tmp_path, site, hub, desk)


def test_what_a_hub_calls_for_is_told_at_once_although_the_next_look_is_minutes_away(world: World) -> None:
    with Running(world):
        world.hub.wait_until(lambda: world.hub.agreed)
    asked = len(world.hub.messages)
    with Running(world) as running:  # what was agreed outlives a restart
        world.publish([4, 1, 2, 3])
        begun = time.monotonic()
        assert world.hub.distribute(b"<rss>a thick ping, of which nothing is believed</rss>") == [202]
        ((came, message),) = world.desk.wait_for(1)
        (known,) = running.store.subscriptions.every()
        assert running.serving._pings.due() == []
    assert "4" in message["headline"]
    assert came - begun < 5  # less than a second where nothing else runs, two of them to keep from the last poll
    assert (world.polls(), len(world.hub.messages), known.pinged_at is not None) == (2, asked, True)


def test_a_hub_that_is_down_leaves_the_news_to_the_polls(world: World) -> None:
    world.write(every="5s")
    world.hub.fail_next(500, times=99)
    with Running(world) as running:
        world.wait(lambda: [one.reason for one in running.store.subscriptions.every() if one.tries])
        world.publish([4, 1, 2, 3])
        world.desk.wait_for(1)


def test_an_endpoint_that_is_taken_out_is_unsubscribed_at_the_reload(world: World) -> None:
    world.publish([1, 2, 3], in_header=True)
    with Running(world) as running:
        world.hub.wait_until(lambda: world.hub.agreed)
        world.site.pages["/rss"] = world.site.pages["/feed"]
        world.write(name="other", path="rss")
        running.serving.service._ask_reload()
        world.hub.wait_until(lambda: len(world.hub.agreed) == 1 and len(world.hub.answers) == 3)
    modes = [
        (form["hub.mode"], form["hub.callback"] == world.hub.messages[0]["hub.callback"]) for form in world.hub.messages
    ]
    assert sorted(modes) == [("subscribe", False), ("subscribe", True), ("unsubscribe", True)]
    assert (
        list(world.hub.agreed)
        == [form["hub.callback"] for form in world.hub.messages if form["hub.mode"] == "subscribe"][1:]
    )


def test_without_a_public_address_no_hub_is_asked_and_who_calls_is_told(world: World) -> None:
    with Running(world) as running:
        world.hub.wait_until(lambda: world.hub.agreed)
        (world.folder / "monitor.yaml").write_text(world.text.replace("push:", "#"), "utf-8")
        running.serving.service._ask_reload()
        world.wait(lambda: not running.store.subscriptions.every())
        assert world.hub.distribute(b"news") == [404]
