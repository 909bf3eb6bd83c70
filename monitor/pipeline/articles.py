"""Reads the page behind a headline while its alert waits, and no longer than it may wait; sends nothing.

Pages are fetched beside the line, in a pool that is given, outside of any transaction. What was read is remembered
once for each headline, and so is a page that could not be read: the headline is then told alone.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Executor, Future, wait
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from itertools import groupby
from typing import Literal

from monitor.errors import SourceError
from monitor.model import Alert, Article, Headline
from monitor.pipeline.pages import PER_SOURCE, Pages
from monitor.ports import Clock, Store

PATIENCE = timedelta(seconds=5)  # how long an alert waits for its article, from the moment it is due
_BURST = 5  # alerts of one source at once; of more the headlines are enough

Depth = Literal["none", "lead", "full"]
_Key = tuple[str, str]  # source and key of a headline


@dataclass(frozen=True, slots=True)
class _Reading:
    """A page that is being read."""

    future: Future[None]
    ends: datetime  # when its alert goes out anyway


@dataclass(slots=True, kw_only=True)
class Articles:
    """The articles of due alerts; asked by one thread."""

    store: Store
    pages: Pages
    pool: Executor
    clock: Clock
    depths: Mapping[str, Depth]  # by rule
    _readings: dict[_Key, _Reading] = field(init=False, default_factory=dict)
    _faults: dict[_Key, _Reading] = field(init=False, default_factory=dict)  # not read again at every step

    def ready(self, alerts: Sequence[Alert], now: datetime) -> list[Alert]:
        """Return the alerts that may go out, each with its article if there is one; the others wait a moment.

        Alerts of one look at a source wait for each other, so that what belongs together stays together.

        Raises:
            Exception: what went wrong with reading a page, once, after its alert has gone out.
        """
        self._gather()
        self._tell_faults(now)
        wanted = {_key(alert) for alert in alerts if self._depth(alert) != "none"}
        known = self.store.articles(wanted)
        unread = wanted - known.keys() - self._faults.keys()
        ready: set[str] = set()
        for _, together in groupby(sorted(alerts, key=_look), key=_look):
            look = list(together)
            patient = [alert for alert in look if _key(alert) in unread and now < alert.due_at + PATIENCE]
            if patient and len(look) <= _BURST:
                self._start(patient)
            else:
                ready.update(alert.id for alert in look)
        return [self._with_article(alert, known.get(_key(alert))) for alert in alerts if alert.id in ready]

    def is_reading(self, headline: Headline) -> bool:
        """Tell whether the page of a headline is being read."""
        return (headline.source, headline.key) in self._readings

    def wait(self) -> bool:
        """Wait until a page is read, a few seconds at most; False when none is being read."""
        reading = [one.future for one in self._readings.values()]
        wait(reading, PATIENCE.total_seconds(), FIRST_COMPLETED)
        self._gather()
        return bool(reading)

    def _gather(self) -> None:
        """Take off the pages that are read."""
        for key in [key for key, one in self._readings.items() if one.future.done()]:
            reading = self._readings.pop(key)
            if reading.future.exception():
                self._faults[key] = reading

    def _tell_faults(self, now: datetime) -> None:
        """Raise what went wrong with a page, once its alert is gone."""
        for key in [key for key, one in self._faults.items() if now >= one.ends]:
            self._faults.pop(key).future.result()

    def _start(self, alerts: Sequence[Alert]) -> None:
        """Start reading the pages that are not being read yet, a few of each source."""
        for alert in alerts:
            key, ends = _key(alert), alert.due_at + PATIENCE
            busy = sum(1 for source, _ in self._readings if source == key[0])
            if key not in self._readings and busy < PER_SOURCE:
                self._readings[key] = _Reading(self.pool.submit(self._read, alert.change.headline, ends), ends)

    def _read(self, headline: Headline, ends: datetime) -> None:
        """Read one page and remember it; too late for its alert, nothing is asked any more."""
        if self.clock() >= ends:
            return
        try:
            article = self.pages.read(headline)
        except SourceError:
            article = None  # the headline is told alone
        self.store.save_article((headline.source, headline.key), headline.url or "", article, self.clock())

    def _depth(self, alert: Alert) -> Depth:
        """Return how much of the article the rules that fired want; nothing of a page on another site."""
        if not self.pages.has(alert.change.headline):
            return "none"
        wishes = {self.depths.get(match.rule, "none") for match in alert.matches}
        return "full" if "full" in wishes else "lead" if "lead" in wishes else "none"

    def _with_article(self, alert: Alert, article: Article | None) -> Alert:
        if article and self._depth(alert) != "full":
            article = replace(article, body=None)
        return replace(alert, article=article)


def _key(alert: Alert) -> _Key:
    return alert.change.headline.source, alert.change.headline.key


def _look(alert: Alert) -> tuple[str, datetime]:
    return alert.change.headline.source, alert.due_at
