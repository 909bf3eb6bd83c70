"""Asks one question over a connection, a kept one if there is; no redirects, no decompression, no error sentences.

Connections are kept per site, proxy and set of allowed networks: what one source opened into a private network is of no
use to another that may not go there.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable
from contextlib import suppress
from threading import Lock
from time import monotonic
from typing import NamedTuple

from monitor.fetch.failures import Broken, StaleConnection
from monitor.fetch.network import Connector, Origin, Stream
from monitor.fetch.proxy import connect
from monitor.fetch.wire import Answer

KEEP_SITES = 128  # sites whose idle connections are kept; one over TLS takes 36 KB, and saves 1.5 ms and a wait
KEEP_SECONDS = 90.0  # servers end idle connections after 5 to 75 seconds; most sites are polled once a minute
_KEEP_EACH = 2


class _Kept(NamedTuple):
    stream: Stream
    since: float


class Transport:
    """Keeps connections; shared by all threads."""

    def __init__(self, connector: Connector) -> None:
        self._connector = connector
        self._idle: OrderedDict[Origin, list[_Kept]] = OrderedDict()  # longest idle first
        self._busy: set[Stream] = set()
        self._lock = Lock()

    def ask(self, origin: Origin, question: bytes, *, connected_by: float, until: float) -> Answer:
        """Return the answer as soon as its headers are there; `end` must be called with it.

        Raises:
            StaleConnection: a kept connection was dead; the next try opens a new one.
        """
        stream = self._take(origin) or connect(self._connector, origin, connected_by)
        with self._lock:
            self._busy.add(stream)
        answer = Answer(stream, until)
        try:
            with suppress(Broken):  # who ends the connection may have said why
                stream.write(question, until)
            answer.read_head()
        except BaseException as error:
            if isinstance(error, StaleConnection):
                self._forget(origin)  # its other idle connections will be no better
            self.end(origin, answer)
            raise
        return answer

    def end(self, origin: Origin, answer: Answer) -> None:
        """Keep the answer's connection, or end it when there is more to come."""
        stream, good, now = answer.stream, answer.is_over(), monotonic()
        with self._lock:
            surplus = self._pop_old(now)
            if good and stream in self._busy and self._has_room(origin):  # else all were closed meanwhile
                self._idle.setdefault(origin, []).append(_Kept(stream, now))
                self._idle.move_to_end(origin)
            else:
                surplus.append(stream)
            self._busy.discard(stream)
        _close(surplus)

    def close(self) -> None:
        """Close every connection, also those in use: `end` does it for these."""
        with self._lock:
            busy, idle = list(self._busy), [kept.stream for site in self._idle.values() for kept in site]
            self._busy.clear()
            self._idle.clear()
        for stream in busy:
            stream.end()
        _close(idle)

    def _take(self, origin: Origin) -> Stream | None:
        """Return a connection that is kept and seems to be open."""
        while True:
            with self._lock:
                site = self._idle.get(origin)
                if not site:
                    return None
                kept = site.pop()
                if not site:
                    del self._idle[origin]
            if kept.since >= monotonic() - KEEP_SECONDS and kept.stream.is_quiet():
                return kept.stream
            kept.stream.close()

    def _forget(self, origin: Origin) -> None:
        with self._lock:
            site = self._idle.pop(origin, [])
        _close(kept.stream for kept in site)

    def _has_room(self, origin: Origin) -> bool:
        """Tell whether to keep one more; others do not give way, or of many sites in turn each would miss its own."""
        site = self._idle.get(origin)
        return len(site) < _KEEP_EACH if site else len(self._idle) < KEEP_SITES

    def _pop_old(self, now: float) -> list[Stream]:
        """Take out the sites that were not visited for long."""
        old: list[Stream] = []
        while self._idle:
            origin, site = next(iter(self._idle.items()))
            if site[-1].since >= now - KEEP_SECONDS:
                break
            old += (kept.stream for kept in self._idle.pop(origin))
        return old


def _close(streams: Iterable[Stream]) -> None:
    for stream in streams:
        stream.close()
