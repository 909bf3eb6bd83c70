"""Asks for an address every few minutes while alerts can flow; when it stops, the service behind it tells somebody."""

from __future__ import annotations

import logging
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from monitor.errors import SourceError
from monitor.model import Request
from monitor.ports import Fetcher
from monitor.service.health import Health
from monitor.service.logs import log


@dataclass(slots=True)
class Heartbeat:
    url: str = field(repr=False)  # whoever knows it can beat too
    every: timedelta
    fetcher: Fetcher
    health: Health
    _next: datetime | None = field(init=False, default=None)
    _silent: bool = field(init=False, default=False)

    def step(self, now: datetime) -> None:
        """Beat if it is time, and if there is nothing that keeps alerts from flowing."""
        if self._next is not None and timedelta() < self._next - now <= self.every:
            return
        self._next = now + self.every
        reason = "; ".join(self.health.findings().troubles) or self._ask()
        if reason and not self._silent:
            log(logging.ERROR, "heartbeat stopped", reason=reason)
        elif self._silent and not reason:
            log(logging.INFO, "heartbeat is back")
        self._silent = bool(reason)

    def _ask(self) -> str:
        """Return what went wrong, without the address; empty when it was heard."""
        try:
            self.fetcher.fetch(Request(url=self.url), etag=None, last_modified=None)
        except SourceError as error:
            return f"the address was not reached ({getattr(error, 'kind', 'no answer')})"
        return ""
