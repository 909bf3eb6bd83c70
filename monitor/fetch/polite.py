"""Asks one host for one thing at a time, with a pause between; knows nothing of pages and of when they are due."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from ipaddress import ip_address
from time import monotonic
from typing import Protocol
from urllib.parse import urlsplit

from monitor.model import Fetched, Request

GAP = 0.5  # seconds between two requests to one host of the public net, where the configuration names no other
PATIENCE = 5.0  # seconds after which nobody waits for a request any more: news must not wait for a page that hangs
LONGEST = 30.0  # seconds that a request waits for its turn
_MANY = 1000  # addresses that hung, or hosts at rest, that are remembered


class ClosableFetcher(Protocol):
    """A Fetcher with connections."""

    def fetch(self, request: Request, *, etag: str | None, last_modified: str | None) -> Fetched | None: ...

    def close(self) -> None:
        """Close every connection."""


@dataclass(slots=True)
class _Host:
    under_way: list[float] = field(default_factory=list)  # when the requests that others wait for began
    free_at: float = 0.0


class Hosts:
    """Who is asked at the moment; shared by everything that asks."""

    def __init__(self, gap: float | None = None, now: Callable[[], float] = monotonic) -> None:
        """Leave `gap` seconds between two requests to a host; None: half a second, and none within the own network."""
        self._gap, self._now = gap, now
        self._turns = threading.Condition()
        self._hosts: dict[str, _Host] = {}
        self._hung: set[str] = set()  # addresses whose last request took too long: nobody waits for the next one

    @contextmanager
    def turn(self, url: str) -> Iterator[None]:
        """Wait until the host is free, and keep it for the block."""
        name = host_of(url)
        with self._turns:
            host = self._wait(name)
            began = self._now()
            if url not in self._hung:
                host.under_way.append(began)
        try:
            yield
        finally:
            with self._turns:
                if began in host.under_way:
                    host.under_way.remove(began)
                now = self._now()
                host.free_at = now + self._pause(name)
                self._note(url, now, hung=now - began > PATIENCE)
                self._turns.notify_all()

    def _wait(self, name: str) -> _Host:
        host = self._hosts.setdefault(name, _Host())
        until = self._now() + LONGEST
        while True:
            now = self._now()
            free_at = min(until, max([host.free_at, *(began + PATIENCE for began in host.under_way)]))
            if free_at <= now:
                return host
            self._turns.wait(free_at - now)

    def _note(self, url: str, now: float, *, hung: bool) -> None:
        if not hung:
            self._hung.discard(url)
        elif len(self._hung) < _MANY:
            self._hung.add(url)
        if len(self._hosts) > _MANY:
            self._hosts = {name: host for name, host in self._hosts.items() if host.under_way or host.free_at > now}

    def _pause(self, name: str) -> float:
        if self._gap is not None:
            return self._gap
        return 0.0 if _is_own(name) else GAP


class PoliteFetcher:
    """A Fetcher that lets another one ask when it is its turn."""

    def __init__(self, inner: ClosableFetcher, hosts: Hosts) -> None:
        self._inner, self._hosts = inner, hosts

    def fetch(self, request: Request, *, etag: str | None, last_modified: str | None) -> Fetched | None:
        """Return what the other fetcher does.

        Raises:
            FetchError: as the other one does.
        """
        with self._hosts.turn(request.url):
            return self._inner.fetch(request, etag=etag, last_modified=last_modified)

    def close(self) -> None:
        """Close every connection."""
        self._inner.close()


def host_of(url: str) -> str:
    """Return the host and port that an address names."""
    try:
        return urlsplit(url).netloc.rpartition("@")[2].lower()
    except ValueError:
        return ""  # the fetcher refuses it


def _is_own(name: str) -> bool:
    """Tell whether a host is named by an address of the own network, which needs no pause."""
    host = urlsplit(f"//{name}").hostname or ""
    try:
        return not ip_address(host).is_global
    except ValueError:
        return host == "localhost"
