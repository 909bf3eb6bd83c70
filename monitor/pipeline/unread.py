"""Matches new headlines by their articles, for the rules that ask for it, after their titles had their chance.

Which headlines are still to be read stands in the database, so that none is missed when the program is killed. Pages
are read in the pool beside the line; what hangs or fails is tried again, and nothing waits for it.
"""

from __future__ import annotations

from concurrent.futures import FIRST_COMPLETED, Executor, Future, wait
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from monitor.errors import SourceError
from monitor.match.article import evaluate_article
from monitor.match.rules import RuleSet
from monitor.model import Article, Change
from monitor.pipeline.articles import PATIENCE, Articles
from monitor.pipeline.pages import PER_SOURCE, Pages
from monitor.pipeline.telling import find_kin
from monitor.ports import Clock, Store
from monitor.route.plan import Router

AGAIN = timedelta(minutes=1)  # after a page could not be read
_AT_ONCE = 50


@dataclass(slots=True, kw_only=True)
class Unread:
    """The headlines whose articles are to be matched; asked by one thread."""

    store: Store
    pages: Pages
    pool: Executor
    clock: Clock
    articles: Articles  # read for alerts, and then not twice
    rules: RuleSet
    router: Router
    judging: AbstractContextManager[object] = field(default_factory=nullcontext)  # one at a time: they tell one story
    _readings: dict[str, tuple[str, Future[None]]] = field(init=False, default_factory=dict)  # by change: its source

    def step(self, now: datetime) -> int:
        """Start reading the articles that are due, a few of each source, and return how many were started.

        Raises:
            Exception: what went wrong with reading a page; it is tried again.
        """
        self._collect()
        started = 0
        for change in self.store.unread(now, _AT_ONCE):
            if self.articles.is_reading(change.headline):
                continue
            source = change.headline.source
            busy = sum(1 for name, _ in self._readings.values() if name == source)
            if change.id not in self._readings and busy < PER_SOURCE:
                self.store.postpone_unread(change.id, now + AGAIN)
                self._readings[change.id] = source, self.pool.submit(self._read, change)
                started += 1
        return started

    def wait(self) -> bool:
        """Wait until an article is read, a few seconds at most; False when none is being read."""
        reading = [future for _, future in self._readings.values()]
        wait(reading, PATIENCE.total_seconds(), FIRST_COMPLETED)
        return bool(reading)

    def _collect(self) -> None:
        for change in [change for change, (_, future) in self._readings.items() if future.done()]:
            self._readings.pop(change)[1].result()

    def _read(self, change: Change) -> None:
        """Read one article and commit the alerts that it leads to; a page that cannot be read is left for later."""
        try:
            article = self._article(change)
        except SourceError:
            return
        now = self.clock()
        matches = evaluate_article(self.rules, change.headline, article) if article else ()
        with self.judging:
            kin, _ = find_kin(self.store, change.headline.source, [change] if matches else [], now)
            self.store.commit_unread(change, self.router.plan(change, matches, now, kin.get(change.id, ())))

    def _article(self, change: Change) -> Article | None:
        headline = change.headline
        key = headline.source, headline.key
        known = self.store.articles({key}).get(key)
        if known or not self.pages.has(headline):
            return known
        article = self.pages.read(headline)
        if article:
            self.store.save_article(key, headline.url or "", article, self.clock())
        return article
