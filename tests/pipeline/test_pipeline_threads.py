"""From two sites' pages to a Telegram chat: what follows up a headline stands under the message that told it first."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from fakes import FakeFetcher, ManualClock
from servers.telegram import TOKEN, TelegramServer

from monitor.channels import CHANNELS
from monitor.config.load import loads
from monitor.pipeline.build import build
from monitor.sources import KINDS, default_endpoints
from monitor.store import open_store

CONFIG = f"""
repeat: followup
on_edit: notify
sources:
  - {{name: marsa, url: "https://marsa.example/", discover: false, endpoints: [{{type: html, url: "https://marsa.example/", ticker: {{items: "li"}}}}]}}
  - {{name: sada, url: "https://sada.example/", discover: false, endpoints: [{{type: html, url: "https://sada.example/", ticker: {{items: "li"}}}}]}}
rules:
  - {{name: accidents, any: [حافلة, ميناء], notify: [desk]}}
channels:
  - {{name: desk, url: "tgram://{TOKEN}/42"{{more}}}}
"""
OLD = "انطلاق موسم جني الزيتون بضواحي مكناس"
FIRST = "مصرع ثلاثة أشخاص في انقلاب حافلة للركاب قرب سطات"
MORE = "مصرع سبعة أشخاص في انقلاب حافلة للركاب قرب سطات"
RETOLD = "حادثة سير خطيرة بسطات: ثلاثة قتلى في انقلاب حافلة"
OTHER = "افتتاح رصيف جديد في ميناء العيون"


class World:
    def __init__(self, folder: Path, telegram: TelegramServer, more: str = "") -> None:
        self.telegram, self.clock = telegram, ManualClock()
        self.pages: dict[str, dict[str, str]] = {"marsa": {"0": OLD}, "sada": {"0": OLD}}
        config = loads(
            CONFIG.replace("{more}", more), "monitor.yaml", source_kinds=KINDS, channel_kinds=CHANNELS,
            default_endpoints=default_endpoints, environ={}, credentials=None,
        )  # fmt: skip
        self.store = open_store(folder / "monitor.db")
        self.fetcher = FakeFetcher(self.clock, content_type="text/html; charset=utf-8")
        self.line = build(
            config, store=self.store, fetcher=self.fetcher, clock=self.clock, random=lambda: 0.5, owner="test"
        )
        self.store.sync(self.line.endpoints, self.clock())
        self.go()

    def show(self, source: str, number: str, title: str) -> None:
        """Put a headline on top of a page, or change the one of that number, and let a minute pass."""
        self.pages[source] = {number: title, **{n: old for n, old in self.pages[source].items() if n != number}}
        self.clock.advance(minutes=1)
        self.go()

    def go(self) -> None:
        """Poll everything and send what is due."""
        for source, shown in self.pages.items():
            items = "".join(f'<li><a href="/news/{n}.html">{title}</a></li>' for n, title in shown.items())
            page = f"<html><body><ul>{items}</ul></body></html>"
            self.fetcher.answers[f"https://{source}.example/"] = page.encode()
        self.store.make_due(self.clock())
        for state in self.line.poller.claim(self.clock(), 9):
            self.line.poller.poll(state)
        self.send()

    def send(self) -> None:
        self.line.flusher.step(self.clock())
        for pair in self.store.due_recipients(self.clock()):
            while self.line.deliverer.step(*pair, self.clock()):
                self.clock.advance(seconds=5)

    @property
    def replies(self) -> list[int | None]:
        return [message.reply_to for message in self.telegram.messages]


@pytest.fixture
def open_world(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    from apprise.plugins.telegram import NotifyTelegram

    worlds: list[World] = []
    with TelegramServer() as telegram:
        monkeypatch.setattr(NotifyTelegram, "notify_url", f"{telegram.url}/bot")

        def opened(more: str = "") -> World:
            worlds.append(World(tmp_path, telegram, more))
            return worlds[-1]

        yield opened
        for world in worlds:
            world.store.close()


def test_an_edit_and_another_site_that_tells_the_same_stand_under_the_first_message(open_world) -> None:
    world = open_world()
    world.show("marsa", "7", FIRST)
    world.show("marsa", "7", MORE)
    world.show("sada", "3", RETOLD.replace("ثلاثة", "سبعة"))

    assert world.replies == [None, 1, 1]
    assert FIRST in world.telegram.messages[1].text
    assert "same story as on" in world.telegram.messages[2].text


def test_an_edit_of_a_follow_up_stands_under_the_first_message_too(open_world) -> None:
    world = open_world()
    world.show("marsa", "7", FIRST)
    world.show("sada", "3", RETOLD)
    world.show("sada", "3", RETOLD.replace("ثلاثة", "سبعة"))

    assert world.replies == [None, 1, 1]


def test_a_new_headline_and_an_edit_of_one_minute_are_two_messages(open_world) -> None:
    world = open_world()
    world.show("marsa", "7", FIRST)
    world.pages["sada"] = {"9": OTHER, **world.pages["sada"]}
    world.show("marsa", "7", MORE)

    assert sorted(world.replies, key=str) == [1, None, None]


def test_in_a_burst_and_at_the_end_of_quiet_hours_everything_stays_together(open_world) -> None:
    world = open_world(', digest: ["09:00"]')
    world.clock.advance(minutes=50)
    world.show("marsa", "7", FIRST)
    world.clock.advance(minutes=10)
    world.send()
    world.show("marsa", "7", MORE)
    world.show("sada", "9", OTHER)
    assert len(world.telegram.messages) == 1
    world.clock.advance(days=1)
    world.send()

    assert world.replies == [None, None]
    assert world.telegram.messages[1].text.startswith("\u200e2 headlines")


def test_an_edit_that_overtakes_a_first_message_nobody_takes_stands_alone_and_is_followed_by_nothing(
    open_world,
) -> None:
    world = open_world()
    world.telegram.fail_next(500, times=3)
    world.show("marsa", "7", FIRST)
    world.show("marsa", "7", MORE)

    assert [MORE in message.text for message in world.telegram.messages] == [True, False]
    assert world.replies == [None, None]


def test_a_headline_that_was_told_by_another_chat_is_followed_in_none(open_world) -> None:
    world = open_world()
    world.show("marsa", "7", FIRST)
    (row,) = world.store.queries.deliveries(("sent",), 9)
    with world.store._database.tx() as db:
        db.execute("UPDATE delivery SET recipient = 'tgram 43' WHERE id = ?", (row.id,))
    world.show("marsa", "7", MORE)

    assert world.replies == [None, None]
