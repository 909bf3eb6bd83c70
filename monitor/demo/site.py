"""Serves the bundled day of an invented news site on loopback, an hour in a second; no part of the monitor."""

from __future__ import annotations

import hashlib
import html
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib.resources import files
from threading import Thread
from typing import Any

import yaml

TICKER_SIZE = 5


@dataclass(slots=True)
class Post:
    id: int
    title: str
    ticker: bool


@dataclass(slots=True)
class State:
    """What the site shows at one minute of its day."""

    posts: list[Post] = field(default_factory=list)  # newest first
    trouble: str = "none"  # none | down | empty | decorated


@dataclass(frozen=True, slots=True)
class Day:
    name: str
    label: str
    start: int  # minutes since midnight
    end: int
    events: tuple[dict[str, Any], ...]

    def at(self, minute: float) -> State:
        """Return the site as it is at that minute."""
        state = State()
        for event in self.events:
            if _minute(event["at"]) <= minute:
                _apply(state, event)
        return state

    def headlines(self) -> int:
        """Return how many headlines are published after the day's start."""
        return sum(1 for event in self.events if "title" in event and _minute(event["at"]) > self.start)


def load_day() -> Day:
    """Return the bundled day."""
    data = yaml.safe_load(files("monitor.demo").joinpath("day.yaml").read_text("utf-8"))
    start, end = _minute(data["start"]), _minute(data["end"])
    return Day(data["site"], data["label"], start, end, tuple(data["events"]))


def _minute(text: str) -> int:
    hours, minutes = text.split(":")
    return int(hours) * 60 + int(minutes)


def _apply(state: State, event: dict[str, Any]) -> None:
    if "trouble" in event:
        state.trouble = event["trouble"]
    elif "edit" in event:
        next(post for post in state.posts if post.id == event["id"]).title = event["edit"]
    else:
        state.posts.insert(0, Post(event["id"], event["title"], event.get("ticker", False)))


class Site:
    """The site, answering on a free port of 127.0.0.1 from its first request on."""

    def __init__(self, day: Day, seconds: float, clock: Callable[[], float] = time.monotonic) -> None:
        self.day, self._clock = day, clock
        self._speed = (day.end - day.start) / seconds
        self._started: float | None = None
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"
        Thread(target=self._server.serve_forever, daemon=True).start()

    def minute(self) -> float:
        """Return the minute of the site's day; the day begins with the first look at it."""
        now = self._clock()
        self._started = self._started or now
        return self.day.start + (now - self._started) * self._speed

    def over(self) -> bool:
        """Tell whether the day has ended."""
        return self._started is not None and self.minute() >= self.day.end

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()

    def answer(self, path: str) -> tuple[int, str, str]:
        """Return status, content type and body for a path."""
        state = self.day.at(self.minute())
        if state.trouble == "down":
            return 503, "text/html; charset=utf-8", "<h1>503 Service Unavailable</h1>"
        if path == "/feed":
            return 200, "application/rss+xml; charset=utf-8", _feed(self, state)
        return 200, "text/html; charset=utf-8", _page(self, state)


def _handler(site: Site) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            status, kind, text = site.answer(self.path)
            body = text.encode()
            etag = f'"{hashlib.blake2b(body, digest_size=8).hexdigest()}"'
            if status == 200 and self.headers.get("If-None-Match") == etag:
                status, body = 304, b""
            self.send_response(status)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(body)))
            self.send_header("ETag", etag)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_args: object) -> None:
            """Keep the screen for the alerts."""

    return Handler


def _link(site: Site, state: State, post: Post) -> str:
    decoration = "?utm_source=bar&utm_medium=home" if state.trouble == "decorated" else ""
    return f"{site.url}/{post.id}{decoration}"


def _page(site: Site, state: State) -> str:
    shown = [] if state.trouble == "empty" else state.posts
    bar = [post for post in shown if post.ticker][:TICKER_SIZE]
    links = "\n".join(f'<li><a href="{_link(site, state, p)}">{html.escape(p.title)}</a></li>' for p in bar)
    cards = "\n".join(
        f'<article class="post"><h2>{html.escape(p.title)}</h2>'
        f'<a class="cover" href="{_link(site, state, p)}"></a></article>'
        for p in shown[:20]
    )
    return f"""<!DOCTYPE html>
<html lang="ar" dir="rtl"><head><meta charset="utf-8"><title>{site.day.name}</title></head>
<body><nav><a href="/politics">سياسة</a> <a href="/sport">رياضة</a></nav>
<div class="breaking-bar"><ul>{links}</ul><span class="label">{site.day.label}</span></div>
<main>{cards}</main><footer><a href="/about">من نحن</a></footer></body></html>
"""


def _feed(site: Site, state: State) -> str:
    items = "\n".join(
        f"<item><title>{html.escape(post.title)}</title><link>{_link(site, state, post)}</link>"
        f'<guid isPermaLink="false">{site.url}/?p={post.id}</guid></item>'
        for post in state.posts[:10]
    )
    return f"""<?xml version="1.0" encoding="UTF-8"?>
<rss version="2.0"><channel><title>{site.day.name}</title><link>{site.url}</link>
<description>{site.day.name}</description>
{items}
</channel></rss>
"""
