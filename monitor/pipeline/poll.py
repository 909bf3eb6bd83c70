"""The left half of the line: one poll of one endpoint, from the request to one committed transaction.

Starts no threads and keeps no time: the service calls it, the clock is injected.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from monitor.cadence import polling
from monitor.diff import engine, floods, identity
from monitor.errors import MemoryChanged, SourceError
from monitor.match.article import wants_article
from monitor.match.rules import RuleSet
from monitor.model import (
    Alert,
    Carrier,
    Change,
    ChangeKind,
    Fetched,
    Item,
    Match,
    Memory,
    PollOutcome,
    PollResult,
    PollState,
    Upsert,
)
from monitor.pipeline import familiar
from monitor.pipeline.pacing import Pacer
from monitor.pipeline.push import Subscriber
from monitor.pipeline.robots import RobotsBook
from monitor.pipeline.telling import find_kin, first_told
from monitor.ports import Clock, Extractor, Fetcher, Random, Store
from monitor.route.hold import hold
from monitor.route.plan import Router

LEASE = timedelta(minutes=5)  # far longer than the fetch deadline and any parse; only a killed process lets it run out
_TRIES = 10  # decisions that lose against other endpoints of the same source


@dataclass(frozen=True, slots=True, kw_only=True)
class Poller:
    """Everything a poll needs, built once per configuration."""

    store: Store
    fetcher: Fetcher
    extractors: Mapping[tuple[str, str], Extractor]  # by source and endpoint name
    rules: RuleSet
    router: Router
    clock: Clock
    random: Random
    owner: str  # names this process in leases
    backlogs: Mapping[str, int] = field(default_factory=dict)  # of a source, told on purpose when it is learned
    pacer: Pacer = field(default_factory=Pacer)
    pages: familiar.LastPages = field(default_factory=familiar.LastPages)
    robots: RobotsBook | None = None  # None: nobody is asked
    subscriber: Subscriber | None = None  # None: hubs are of no use
    reappear_after: timedelta | None = None  # headlines that were gone for longer are told again
    parsing: AbstractContextManager[object] = field(default_factory=nullcontext)  # bounds the pages parsed at once
    reads_articles: bool = False  # whether somebody matches articles
    judging: AbstractContextManager[object] = field(default_factory=nullcontext)  # one at a time: they tell one story

    def claim(self, now: datetime, limit: int) -> Sequence[PollState]:
        """Lease up to `limit` endpoints that are due."""
        return self.store.claim_polls(self.owner, now, LEASE, limit)

    def step(self, now: datetime) -> PollResult | None:
        """Poll the longest overdue endpoint; None when nothing is due."""
        due = self.claim(now, 1)
        return self.poll(due[0]) if due else None

    def poll(self, state: PollState) -> PollResult:
        """Poll a leased endpoint once and commit.

        Raises:
            LeaseLost: the poll took longer than its lease; nothing was written.
        """
        started = self.clock()
        if self.subscriber:
            self.subscriber.begins(state)
        try:
            page, items = self._look(state, started)
        except SourceError as error:
            return self._commit_failure(state, error, started)
        with nullcontext() if items is None else self.judging:
            return self._decide_and_commit(state, page, items, started)

    def _decide_and_commit(
        self, state: PollState, page: Fetched | None, items: Sequence[Item] | None, started: datetime
    ) -> PollResult:
        for _ in range(_TRIES):
            try:
                result = self._spaced(self._decide(state, page, items, started))
            except SourceError as error:
                return self._commit_failure(state, error, started)
            try:
                self.store.commit_poll(result)
            except MemoryChanged:
                continue  # another endpoint of this source was faster: decide again with what it wrote
            self.pacer.keep(result)
            if self.subscriber:
                self.subscriber.ends(result)
            if items is not None:
                self.pages.keep(result, items)
            return result
        raise MemoryChanged(f"source '{state.source}': its memory changed {_TRIES} times during one poll")

    def _look(self, state: PollState, now: datetime) -> tuple[Fetched | None, Sequence[Item] | None]:
        """Return the page (None for 304) and its items (None when they are the last page's)."""
        extractor = self.extractors[state.source, state.endpoint]
        full = polling.wants_full_page(state, now)
        request = extractor.request()
        if self.robots:
            self.robots.check(state.source, request)
        page = self.fetcher.fetch(
            request,
            etag=None if full else state.etag,
            last_modified=None if full else state.last_modified,
        )
        if self.subscriber and page:
            self.subscriber.notice(state, page)
        if page is None or (not full and state.body_hash == _hash(page.body)):
            return page, None
        with self.parsing:
            shown = extractor.extract(page)
        return page, self.pages.changed(state, shown, now)

    def _decide(
        self, state: PollState, page: Fetched | None, items: Sequence[Item] | None, started: datetime
    ) -> PollResult:
        now = self.clock()
        if page is None or items is None:
            return self._unchanged(state, page, started, now)
        decided, memory = self._recall(state, items, now)
        diff = engine.compare(
            state.source,
            decided,
            memory,
            now,
            baseline=state.baselined_at is None,
            absent_since=self._absent_since(state),
            backlog=self.backlogs.get(state.source, 0),
            read_at=state.last_ok_at if state.full_at else None,
            bar=state.bar,
            page=items,
        )
        diff = replace(diff, known=diff.known + len(items) - len(decided), items=len(items))
        engine.check_plausible(diff, items, state.typical_items)
        kin, indexed = find_kin(self.store, state.source, diff.changes, now)
        alerts = [alert for change in diff.changes for alert in self._alerts_of(change, kin[change.id], now)]
        flood = floods.judge(diff, memory, state, now, first_told(kin))
        if flood:
            alerts = hold(alerts, flood)
        outcome = PollOutcome.CHANGED if diff.changes else PollOutcome.UNCHANGED
        rhythm = None if flood else self.pacer.learned(state, diff.changes, now)
        turn = self.pacer.turn(state, now, rhythm, page.fresh_for)
        after = polling.after_page(state, page, _hash(page.body), len(items), now, turn, changed=bool(diff.changes))
        return PollResult(
            owner=self.owner,
            state=replace(after, bar=diff.bar),
            outcome=outcome if state.baselined_at else PollOutcome.LEARNED,
            at=now,
            elapsed_ms=_ms(started, now),
            revision=memory.revision,
            upserts=_with_fired(diff.upserts, alerts),
            seen_ids=diff.seen_ids,
            changes=diff.changes,
            alerts=alerts,
            unread=self._unread(diff.changes),
            indexed=indexed,
            flood=flood if any(alert.flood for alert in alerts) else None,
            status=page.status,
            size=len(page.body),
            items=len(items),
            rhythm=rhythm,
        )

    def _recall(self, state: PollState, items: Sequence[Item], now: datetime) -> tuple[Sequence[Item], Memory]:
        """Return what is to be decided, and what is remembered of it: all, unless that is as this page left it."""
        before = self.pages.of(state, now)
        some = familiar.news(before, items) if before else None
        if before and some is not None:
            memory = self.store.recall(state.source, _keys(some))
            if memory.revision == before.revision:
                return some, memory
            self.pages.forget(state)
        return items, self.store.recall(state.source, _keys(items))

    def _alerts_of(self, change: Change, kin: Sequence[Carrier], now: datetime) -> list[Alert]:
        if change.former:  # what a rule would have said before is no news, also where it was learned silently
            before = {match.rule for match in self.rules.evaluate(change.former)}
            change = replace(change, already_fired=change.already_fired | before)
        return self.router.plan(change, self._matches(change, kin), now, kin)

    def _matches(self, change: Change, kin: Sequence[Carrier]) -> list[Match]:
        """Return the rules that fire; one that waits for several sites also by what another site called the story."""
        found = list(self.rules.evaluate(change.headline))
        waiting = self.router.patient - {match.rule for match in found} if kin else frozenset[str]()
        for carrier in kin if waiting else ():
            theirs = replace(change.headline, source=carrier.source, title=carrier.title)
            found += [Match(rule=one.rule) for one in self.rules.evaluate(theirs) if one.rule in waiting]
            waiting -= {match.rule for match in found}
        return found

    def _absent_since(self, state: PollState) -> datetime | None:
        """Return since when a headline must have been gone to be news again, if it ever is."""
        if self.reappear_after is None or state.last_ok_at is None:
            return None
        return state.last_ok_at - self.reappear_after

    def _unread(self, changes: Sequence[Change]) -> list[Change]:
        """Return the new headlines whose articles may be told where their titles were not."""
        if not self.reads_articles:
            return []
        new = (change for change in changes if change.kind is ChangeKind.NEW)
        return [one for one in new if wants_article(self.rules, one.headline, self.rules.evaluate(one.headline))]

    def _unchanged(self, state: PollState, page: Fetched | None, started: datetime, now: datetime) -> PollResult:
        turn = self.pacer.turn(state, now, None, page.fresh_for if page else None)
        after = polling.after_unchanged(state, now, turn)
        if page is not None:
            after = replace(after, etag=page.etag, last_modified=page.last_modified)
        return PollResult(
            owner=self.owner,
            state=after,
            outcome=PollOutcome.NOT_MODIFIED if page is None else PollOutcome.UNCHANGED,
            at=now,
            elapsed_ms=_ms(started, now),
            status=304 if page is None else page.status,
            size=None if page is None else len(page.body),
        )

    def _commit_failure(self, state: PollState, error: SourceError, started: datetime) -> PollResult:
        now = self.clock()
        result = PollResult(
            owner=self.owner,
            state=polling.after_failure(state, error, now, self.pacer.turn_after_failure(state, now), self.random()),
            outcome=PollOutcome.FAILED,
            at=now,
            elapsed_ms=_ms(started, now),
            status=getattr(error, "status", None),
            error=str(error),
        )
        result = self._spaced(result)
        self.store.commit_poll(result)
        return result

    def _spaced(self, result: PollResult) -> PollResult:
        """Keep the distance between polls that the host's robots.txt asks for."""
        if self.robots is None:
            return result
        state = result.state
        url = self.extractors[state.source, state.endpoint].request().url
        gap = self.robots.gap(state.source, url)
        return replace(result, state=self.pacer.spaced(state, result.at, urlsplit(url).netloc, gap)) if gap else result


def _with_fired(upserts: Sequence[Upsert], alerts: Sequence[Alert]) -> tuple[Upsert, ...]:
    """Write down with each headline which rules have now alerted for it."""
    fired: dict[str, set[str]] = {}
    for alert in (alert for alert in alerts if not alert.again):
        fired.setdefault(alert.change.headline.key, set()).update(match.rule for match in alert.matches)
    return tuple(replace(upsert, fired=frozenset(fired.get(upsert.headline.key, ()))) for upsert in upserts)


def _keys(items: Sequence[Item]) -> frozenset[str]:
    return frozenset[str]().union(*identity.keys_of_page(items))


def _hash(body: bytes) -> str:
    return hashlib.sha256(body).hexdigest()  # processors compute it in half the time of others


def _ms(start: datetime, end: datetime) -> int:
    return max(0, round((end - start).total_seconds() * 1000))
