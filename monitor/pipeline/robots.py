"""Asks robots.txt before anything else of a host, once a day, and remembers it; reads it by `sources/robots.py`."""

from __future__ import annotations

import threading
from collections.abc import Collection
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Protocol
from urllib.parse import urljoin, urlsplit

from monitor.errors import FetchError, StoreUnavailable
from monitor.model import Request, RobotsFile
from monitor.ports import Clock, Fetcher
from monitor.sources.decode import decode
from monitor.sources.robots import Robots, read_robots

KEPT = timedelta(days=1)
AGAIN = timedelta(hours=1)  # when it could not be read
SECONDS = 5.0  # for it; the headlines are more important
_LONGEST_KEPT = 64 * 1024  # characters; for a longer file the host is asked again after a restart
_TOO_MANY = 429
_MANY = 5000  # hosts; a site may link to articles on as many of its own names as it likes


class RobotsShelf(Protocol):
    """Where files outlive a restart; a Store is one."""

    def robots_file(self, url: str) -> RobotsFile | None: ...

    def save_robots_file(self, file: RobotsFile) -> None: ...


@dataclass(frozen=True, slots=True)
class _Read:
    file: RobotsFile
    robots: Robots


@dataclass(slots=True, kw_only=True)
class RobotsBook:
    """What the hosts ask for; shared by all threads."""

    fetcher: Fetcher
    clock: Clock
    agent: str  # our User-Agent, which the file may name
    shelf: RobotsShelf | None = None  # None: nothing outlives the process
    ignored: Collection[str] = ()  # sources with `robots: ignore`
    _read: dict[str, _Read] = field(init=False, default_factory=dict)
    _asking: dict[str, threading.Lock] = field(init=False, default_factory=dict)  # others wait for the answer

    def check(self, source: str, request: Request) -> None:
        """Refuse a request that the host does not want; a missing or failing robots.txt wants everything.

        Raises:
            FetchError: robots.txt forbids it.
        """
        address = self._address(source, request.url)
        if address is None:
            return
        known = self._known(request, address)
        if known.robots.allows(request.url):
            return
        path = urlsplit(request.url).path or "/"
        if known.file.refused != path:
            self._keep(address, replace(known, file=replace(known.file, refused=path)))
        raise FetchError(
            f"{address} asks programs not to fetch {path}, so it is not asked for; "
            "ask the site, watch another endpoint, or write `robots: ignore` for this source",
            kind="robots",
        )

    def gap(self, source: str, url: str) -> timedelta:
        """Return the time that the host wants between two polls, as far as it was asked."""
        known = self._read.get(self._address(source, url) or "")
        return known.file.delay if known else timedelta()

    def _address(self, source: str, url: str) -> str | None:
        if source in self.ignored or urlsplit(url).scheme not in {"http", "https"}:
            return None
        return urljoin(url, "/robots.txt")

    def _known(self, request: Request, address: str) -> _Read:
        with self._asking.setdefault(address, threading.Lock()):
            known, now = self._read.get(address) or self._from_shelf(address), self.clock()
            # A time too far ahead comes from a clock that was set back since.
            if known is None or not now < known.file.until <= now + KEPT:
                known = self._ask(request, address, known, now)
                self._keep(address, known)
            self._read[address] = known
            return known

    def _from_shelf(self, address: str) -> _Read | None:
        file = self.shelf.robots_file(address) if self.shelf else None
        return _Read(file, read_robots(file.text, self.agent)) if file else None

    def _ask(self, request: Request, address: str, before: _Read | None, now: datetime) -> _Read:
        asked = replace(request, url=address, headers={}, rendering=None, seconds=SECONDS)
        try:
            page = self.fetcher.fetch(asked, etag=None, last_modified=None)
        except FetchError as error:
            if error.status is None or error.status == _TOO_MANY or not 400 <= error.status < 500:
                old = before or _Read(RobotsFile(url=address, text="", until=now), Robots())
                return replace(old, file=replace(old.file, until=now + AGAIN))  # what it asked before still holds
            page = None
        text = decode(page.body, page.content_type) if page else ""
        robots = read_robots(text, self.agent)
        file = RobotsFile(url=address, text=text, until=now + KEPT, delay=timedelta(seconds=robots.delay))
        return _Read(file, robots)

    def _keep(self, address: str, read: _Read) -> None:
        if len(self._read) >= _MANY:
            self._read.clear()
            self._asking.clear()
        self._read[address] = read
        if self.shelf and len(read.file.text) <= _LONGEST_KEPT:
            with suppress(StoreUnavailable):  # it is known until the next restart, and a poll must not fail for it
                self.shelf.save_robots_file(read.file)
