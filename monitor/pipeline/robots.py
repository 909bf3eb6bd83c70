"""Asks robots.txt before an endpoint is polled, once a day and host; reads it by `sources/robots.py`."""

from __future__ import annotations

import threading
from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from urllib.parse import urljoin, urlsplit

from monitor.errors import FetchError
from monitor.model import Request
from monitor.ports import Clock, Fetcher
from monitor.sources.decode import decode
from monitor.sources.robots import Robots, read_robots

KEPT = timedelta(days=1)
AGAIN = timedelta(hours=1)  # when it could not be read
SECONDS = 5.0  # for it; the headlines are more important


@dataclass(frozen=True, slots=True)
class _Read:
    robots: Robots
    until: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class RobotsBook:
    """What the hosts ask for; shared by all poll threads, and kept for as long as the process lives."""

    fetcher: Fetcher
    clock: Clock
    agent: str  # our User-Agent, which the file may name
    ignored: Collection[str] = ()  # sources with `robots: ignore`
    _read: dict[str, _Read] = field(init=False, default_factory=dict)
    _asking: dict[str, threading.Lock] = field(
        init=False, default_factory=dict
    )  # its other endpoints wait for the answer

    def check(self, source: str, request: Request) -> None:
        """Refuse a request that the host does not want; a missing or failing robots.txt wants everything.

        Raises:
            FetchError: robots.txt forbids it.
        """
        if source in self.ignored or urlsplit(request.url).scheme not in {"http", "https"}:
            return
        address = urljoin(request.url, "/robots.txt")
        with self._asking.setdefault(address, threading.Lock()):
            known, now = self._read.get(address), self.clock()
            # A time too far ahead comes from a clock that was set back since.
            if known is None or not now < known.until <= now + KEPT:
                known = self._read[address] = self._ask(request, address, now)
        if not known.robots.allows(request.url):
            raise FetchError(
                f"{address} asks programs not to fetch {urlsplit(request.url).path or '/'}, so it is not polled; "
                "ask the site, watch another endpoint, or write `robots: ignore` for this source",
                kind="robots",
            )

    def _ask(self, request: Request, address: str, now: datetime) -> _Read:
        asked = Request(url=address, allow_private=request.allow_private, seconds=SECONDS)
        try:
            page = self.fetcher.fetch(asked, etag=None, last_modified=None)
        except FetchError as error:
            missing = error.status is not None and 400 <= error.status < 500
            return _Read(Robots(), now + (KEPT if missing else AGAIN))
        rules = read_robots(decode(page.body, page.content_type), self.agent) if page else Robots()
        return _Read(rules, now + KEPT)
