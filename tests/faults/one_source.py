"""One endpoint on a site that misbehaves, the line up to its alerts, and what a poll of it costs."""

from __future__ import annotations

import re
import ssl
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Self

from click.testing import CliRunner
from fakes import ManualClock
from faults.http_faults import BASE, html, listing
from fetch.hostile import Names, Site
from servers.newsite import front

from monitor.channels import CHANNELS
from monitor.cli.main import cli
from monitor.config.load import loads
from monitor.fetch.client import HttpFetcher, Limits
from monitor.fetch.network import trusted
from monitor.fetch.resolve import Resolver
from monitor.model import Alert, PollResult
from monitor.pipeline.build import build
from monitor.sources import KINDS, default_endpoints
from monitor.store import open_store

SECONDS = 1.0  # for a whole answer, here
MOST_CPU = 4.0  # seconds for one page
CONFIG = """
sources:
  - name: marsa
    url: "{url}/"
    discover: false
    endpoints: [{{type: {kind}, name: news, url: "{url}/news"{more}}}]
rules: [{{name: port, any: [الميناء], notify: [screen], article: none}}]
channels: [{{name: screen, type: console}}]
"""
MORE = {"html": "", "json": ", items: items, title: title, link: url"}


class Desk:
    """One endpoint on a site that misbehaves, and the line up to its alerts."""

    def __init__(
        self, folder: Path, kind: str = "html", *, base: str | None = None, resolver: Resolver | None = None,
        trust: ssl.SSLContext | None = None, allow: Sequence[str] = ("127.0.0.1/32",),
    ) -> None:  # fmt: skip
        self.site, self.folder, self.kind = Site(), folder, kind
        self.clock = ManualClock(datetime.now(UTC))
        self.fetcher = HttpFetcher(
            clock=self.clock, resolver=resolver or Names(), user_agent="headline-monitor/test", allow_private=allow,
            limits=Limits(seconds=SECONDS, connect_seconds=SECONDS), trust=(lambda: trust) if trust else trusted,
        )  # fmt: skip
        config = loads(
            CONFIG.format(url=base or self.site.url(""), kind=kind, more=MORE[kind]), "m.yaml", source_kinds=KINDS,
            channel_kinds=CHANNELS, default_endpoints=default_endpoints, environ={}, credentials=None,
        )  # fmt: skip
        self.store = open_store(folder / "monitor.db")
        self.line = build(
            config, store=self.store, fetcher=self.fetcher, clock=self.clock, random=lambda: 0.5, owner="test"
        )
        self.store.sync(self.line.endpoints, self.clock())

    def close(self) -> None:
        self.fetcher.close()
        self.site.close()
        self.store.close()

    def shows(self, numbers: Sequence[int], *headers: str) -> None:
        """Answer as a site in good health does."""
        self.site.answers["/news"] = (
            listing(numbers) if self.kind == "json" else html(front(BASE, list(numbers)), *headers)
        )

    def poll(self) -> PollResult:
        self.clock.advance(minutes=1)
        self.store.make_due(self.clock())
        result = self.line.poller.step(self.clock())
        assert result
        return result

    def status(self) -> str:
        """Return what `status` says of the endpoint."""
        told = CliRunner().invoke(cli, ["status", "--state", str(self.folder)]).output
        return next(line for line in told.splitlines() if line.startswith("source marsa (news)"))

    def alerts(self) -> list[Alert]:
        return [*self.store.due_alerts(self.clock(), 100)]


class Cost:
    """What the block took: memory above what the process had, and processor time."""

    def __enter__(self) -> Self:
        Path("/proc/self/clear_refs").write_text("5")  # forget the highest mark so far
        self._before, self._began = _memory("VmRSS"), time.process_time()
        return self

    def __exit__(self, *_exc: object) -> None:
        self.memory = _memory("VmHWM") - self._before
        self.cpu = time.process_time() - self._began


def _memory(name: str) -> int:
    found = re.search(rf"{name}:\s+(\d+) kB", Path("/proc/self/status").read_text())
    assert found
    return int(found[1]) * 1024
