"""The threads that ask hubs, apart from those that poll; what to ask is the line's to say."""

from __future__ import annotations

import logging
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import datetime

from monitor.errors import MonitorError
from monitor.pipeline.push import Subscriber
from monitor.service import journal
from monitor.service.logs import log

AT_ONCE = 2  # hubs that are asked at the same time


class Pushing:
    """Hands out what hubs are to be asked, one thing about a subscription at a time."""

    def __init__(self) -> None:
        self._pool = ThreadPoolExecutor(AT_ONCE, thread_name_prefix="push")
        self._asked: dict[str, Future[None]] = {}

    def hand_out(self, subscriber: Subscriber, now: datetime) -> None:
        """Start to ask where that is due."""
        self._asked = {token: asking for token, asking in self._asked.items() if not asking.done()}
        for token in subscriber.due(now):
            if token not in self._asked:
                self._asked[token] = self._pool.submit(self._ask, subscriber, token)

    def under_way(self) -> set[Future[None]]:
        """Return what is being asked."""
        return {asking for asking in self._asked.values() if not asking.done()}

    def stop(self) -> None:
        """Start no more."""
        self._pool.shutdown(wait=False, cancel_futures=True)

    def _ask(self, subscriber: Subscriber, token: str) -> None:
        try:
            journal.hub(subscriber.ask(token))
        except MonitorError as error:
            log(logging.ERROR, "hub not asked", reason=str(error))
        except Exception as error:  # noqa: BLE001  thread top: one hub's bug is no other's
            log(logging.ERROR, "bug in asking a hub", error=error)
