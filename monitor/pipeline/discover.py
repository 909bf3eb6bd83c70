"""Tries where else a site tells its headlines: a few polite requests, each answer read like a poll would read it.

Remembers nothing and decides nothing about the schedule; `scout.py` does.
"""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from urllib.parse import urljoin, urlsplit

from monitor.errors import ExtractError, FetchError, SourceError
from monitor.model import Fetched, Item, Request
from monitor.ports import Clock, Extractor, Fetcher, SiteContext
from monitor.sources import KINDS
from monitor.sources.decode import decode
from monitor.sources.discovery import Candidate, candidates, is_part, news_among, once, why_not
from monitor.sources.robots import Robots, read_robots
from monitor.sources.sitemap import children
from monitor.urls import canonical

BUDGET = 12  # requests for one site
TIME = timedelta(seconds=90)  # for all of them
PAUSE, LONGEST_PAUSE = 1.0, 10.0  # seconds between two requests; of a site that asks for more few things are tried
STALE = timedelta(days=30)  # what told nothing for so long is no way to news
_HOPELESS = {"dns", "refused", "connect", "tls", "address", "url"}  # the whole site cannot be reached
_HANGS = 2  # answers that did not come in time, after which the site is left alone

Pause = Callable[[float], object]
"""Waits for so many seconds."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """One address that was tried: its headlines, or why there are none."""

    candidate: Candidate
    url: str  # where it really is
    items: Sequence[Item] = ()
    newest_at: datetime | None = None
    shared: int = 0  # how many of its headlines the page shows too
    error: SourceError | None = None

    @property
    def problem(self) -> str | None:
        """Return why it shows no headlines, or None."""
        return str(self.error) if self.error else None

    def says(self, now: datetime) -> str:
        """Return in few words what it showed."""
        if self.error:
            return _briefly(self.error)
        newest = f", newest {_age(now - self.newest_at)} old" if self.newest_at else ""
        shared = f", {self.shared} of them on the page" if self.shared else ""
        return f"{len(self.items)} headlines{newest}{shared}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Survey:
    """What one look at a site showed."""

    page: Attempt
    front: Fetched | None
    others: tuple[Attempt, ...]
    requests: int
    reached: bool  # the site answered something; else nothing can be said of its addresses
    stopped: str | None = None  # why not everything was tried
    robots: str | None = None  # what robots.txt says, when it was asked
    retry_after: timedelta | None = None  # the site's own wish

    @property
    def working(self) -> Sequence[Attempt]:
        """Return what tells headlines, the page first."""
        return [attempt for attempt in (self.page, *self.others) if not attempt.error]


@dataclass(frozen=True, slots=True, kw_only=True)
class Explorer:
    """Looks at one site at a time; shared by all threads."""

    fetcher: Fetcher
    clock: Clock
    pause: Pause
    agent: str  # our User-Agent, which robots.txt may name
    parsing: AbstractContextManager[object] = field(default_factory=nullcontext)

    def explore(
        self, url: str, context: SiteContext, *, wanted: int, told: Callable[[Attempt], None] = lambda _attempt: None
    ) -> Survey:
        """Return the first `wanted` addresses that tell the site's headlines, the page included, as far as there are.

        `told` is called after each attempt. Never raises for what a site answers.
        """
        return _Look(self, url, context, told).survey(wanted)


class _Look:
    """One exploration: the requests it made and what came of them."""

    def __init__(self, by: Explorer, url: str, context: SiteContext, told: Callable[[Attempt], None]) -> None:
        self._by, self._url, self._context, self._told = by, url, context, told
        self._until = by.clock() + TIME
        self._requests = self._hangs = 0
        self._reached = False
        self._delay = PAUSE
        self._error: SourceError | None = None
        self._stopped: str | None = None
        self._rules: str | None = None
        self._robots_txt = Robots()
        self._on_page: frozenset[str] = frozenset()

    def survey(self, wanted: int) -> Survey:
        page, front = self._look_at_page()
        others: list[Attempt] = []
        if front or not _is_hopeless(self._error):
            good = 0 if page.error else 1
            queue = deque(self._candidates(front))
            while queue and good < wanted and not self._is_over():
                attempt, named = self._try(queue.popleft())
                more = [one for one in named if self._may_ask(one, self._robots_txt)]
                queue = deque(once([*more, *queue]))
                if attempt:
                    others.append(attempt)
                    self._told(attempt)
                    good += attempt.error is None
        return Survey(
            page=page,
            front=front,
            others=tuple(others),
            requests=self._requests,
            reached=self._reached,
            stopped=self._stopped,
            robots=self._rules,
            retry_after=self._error.retry_after if self._error else None,
        )

    def _look_at_page(self) -> tuple[Attempt, Fetched | None]:
        candidate = Candidate(kind="html", url=self._url, origin="the page itself")
        extractor = self._extractor(candidate)
        front: Fetched | None = None
        try:
            front = self._fetch(extractor.request())
            attempt = self._read(candidate, extractor, front)
        except SourceError as error:
            attempt = Attempt(candidate=candidate, url=self._url, error=error)
        self._on_page = frozenset(canonical(item.url) for item in attempt.items if item.url)
        self._told(attempt)
        return attempt, front

    def _candidates(self, front: Fetched | None) -> list[Candidate]:
        url = front.final_url if front else self._url
        robots = self._robots(urljoin(url, "/robots.txt"))
        if robots is None:
            return []
        self._robots_txt = robots
        self._delay = max(PAUSE, min(robots.delay, LONGEST_PAUSE))
        with self._by.parsing:
            html = decode(front.body, front.content_type) if front else ""
            found = candidates(url, html, robots.sitemaps, whole=not is_part(self._url))
        forbidden = [
            one.url for one in (*found, Candidate(kind="html", url=url, origin="")) if not robots.allows(one.url)
        ]
        self._rules = _says(robots, sorted({*forbidden}))
        return [one for one in found if self._may_ask(one, robots)]

    def _may_ask(self, candidate: Candidate, robots: Robots) -> bool:
        """Tell whether robots.txt allows it, and the source's headers, which may hold a key, can go along.

        A proxy is asked for nothing but the site itself either: nobody here sees where another name leads.
        """
        guarded = bool(self._context.headers or self._context.proxy)
        known = not guarded or urlsplit(candidate.url).netloc == urlsplit(self._url).netloc
        return known and robots.allows(self._extractor(candidate).request().url)

    def _robots(self, url: str) -> Robots | None:
        try:
            page = self._fetch(Request(url=url, allow_private=self._context.allow_private, proxy=self._context.proxy))
        except FetchError as error:
            if error.status and 400 <= error.status < 500 and error.status != 429:
                return Robots()  # RFC 9309, 2.3.1.3: there are no rules
            self._stopped = f"robots.txt could not be read, so nothing else was asked for: {error}"
            return None  # RFC 9309, 2.3.1.4
        return read_robots(decode(page.body, page.content_type), self._by.agent)

    def _try(self, candidate: Candidate) -> tuple[Attempt | None, Sequence[Candidate]]:
        """Return what a candidate shows, or the candidates that it names in its place."""
        extractor = self._extractor(candidate)
        try:
            page = self._fetch(extractor.request())
            if candidate.kind == "sitemap":
                with self._by.parsing:
                    news = news_among(page.final_url, children(page))
                if news:
                    return None, news
            return self._read(candidate, extractor, page), ()
        except SourceError as error:
            return Attempt(candidate=candidate, url=candidate.url, error=error), ()

    def _read(self, candidate: Candidate, extractor: Extractor, page: Fetched) -> Attempt:
        """Return the page's headlines.

        Raises:
            ExtractError: there are none, or they are not the site's.
        """
        with self._by.parsing:
            items = extractor.extract(page)
        now = self._by.clock()
        newest = max((item.published_at for item in items if item.published_at), default=None)
        wrong = None if candidate.kind == "html" else why_not(page.final_url, items) or _stale(newest, now)
        if wrong or not items:
            raise ExtractError(f"{page.final_url}: {wrong or 'it shows no headline'}")
        return Attempt(
            candidate=candidate,
            url=page.final_url if _is_lasting(candidate.url, page.final_url) else candidate.url,
            items=items,
            newest_at=newest,
            shared=sum(bool(item.url) and canonical(item.url or "") in self._on_page for item in items),
        )

    def _extractor(self, candidate: Candidate) -> Extractor:
        kind = KINDS[candidate.kind]
        return kind.build(kind.options(type=candidate.kind, url=candidate.url), self._context)

    def _fetch(self, request: Request) -> Fetched:
        if self._requests:
            self._by.pause(self._delay)
        self._requests += 1
        try:
            page = self._by.fetcher.fetch(request, etag=None, last_modified=None)
        except FetchError as error:
            self._error = error
            self._reached = self._reached or error.status is not None
            self._hangs += error.kind == "timeout"
            raise
        assert page is not None, "without validators there is no 304"
        self._reached = True
        return page

    def _is_over(self) -> bool:
        """Tell whether the site was asked enough, and remember why."""
        if self._requests >= BUDGET:
            self._stopped = f"{BUDGET} requests are enough for one look"
        elif self._hangs >= _HANGS or self._by.clock() >= self._until:
            self._stopped = "the site answers too slowly to try more"
        elif self._error and self._error.retry_after:
            self._stopped = "the site asks to be left alone for a while"
        return self._stopped is not None


def _says(robots: Robots, forbidden: Sequence[str]) -> str:
    """Return what robots.txt asks of us, in one sentence."""
    told = f"it asks programs not to fetch {', '.join(forbidden)}" if forbidden else "it allows what was looked for"
    return f"{told}; it asks for {robots.delay:g} s between requests" if robots.delay else told


def _is_hopeless(error: SourceError | None) -> bool:
    return bool(error and (getattr(error, "kind", None) in _HOPELESS or error.retry_after))


def _stale(newest: datetime | None, now: datetime) -> str | None:
    return f"its newest headline is {(now - newest).days} days old" if newest and now - newest > STALE else None


def _is_lasting(asked: str, final: str) -> bool:
    """Tell whether a redirect only corrected the address."""
    return urlsplit(asked).hostname == urlsplit(final).hostname and not urlsplit(final).query


def _briefly(error: SourceError) -> str:
    """Return the reason without the advice, which is meant for addresses that somebody chose."""
    status = getattr(error, "status", None)
    return f"answered {status}" if status else re.sub(r"^source '[^']*': ", "", str(error)).partition("; ")[0]


def _age(age: timedelta) -> str:
    minutes = max(0, round(age.total_seconds() / 60))
    if minutes < 120:
        return f"{minutes} min"
    return f"{minutes // 60} h" if minutes < 48 * 60 else f"{minutes // 1440} d"
