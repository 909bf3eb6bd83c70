"""Gets the page behind a headline and reads what it says: only from the source's own hosts; starts no threads."""

from __future__ import annotations

from collections.abc import Mapping
from concurrent.futures import Executor
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field, replace
from datetime import time, tzinfo

from monitor import urls
from monitor.model import Article, Headline
from monitor.pipeline.robots import RobotsBook
from monitor.ports import Fetcher, SiteContext
from monitor.sources.article import read_article
from monitor.sources.request import request

THREADS = 8
PER_SOURCE = 2  # pages of one source at a time: who hangs keeps no others waiting, and nobody is stormed
_ACCEPT = "text/html, application/xhtml+xml;q=0.9, */*;q=0.5"


@dataclass(frozen=True, slots=True, kw_only=True)
class Aside:
    """What pages are read with beside the line."""

    fetcher: Fetcher
    pool: Executor


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """A source as its articles are fetched: anybody can link to anything, so only its own hosts are asked."""

    context: SiteContext
    hosts: frozenset[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Pages:
    """The pages behind the headlines of all sources."""

    fetcher: Fetcher
    sites: Mapping[str, Site]  # by source
    whole: bool = False  # somebody is told the whole text
    searched: bool = False  # words are looked for in the text
    robots: RobotsBook | None = None  # None: nobody is asked
    parsing: AbstractContextManager[object] = field(default_factory=nullcontext)

    def has(self, headline: Headline) -> bool:
        """Tell whether a headline's page is on one of the hosts of its source, or on a part of one."""
        site = self.sites.get(headline.source)
        host = urls.host(headline.url) if headline.url else ""
        return site is not None and any(host == own or host.endswith(f".{own}") for own in site.hosts)

    def read(self, headline: Headline) -> Article | None:
        """Return what the page of a headline that is `has` says.

        Raises:
            SourceError: it cannot be read, or is about something else.
        """
        assert headline.url, "there is a page to read"
        context = self.sites[headline.source].context
        asked = request(headline.url, context, _ACCEPT)
        if self.robots:
            self.robots.check(headline.source, asked)
        page = self.fetcher.fetch(asked, etag=None, last_modified=None)
        if page is None:
            return None
        with self.parsing:
            article = read_article(page, context.zone, headline.title, whole=self.whole)
        if _knows_only_the_day(article, headline, context.zone):
            article = replace(article, published_at=headline.published_at)
        return article if self.whole or self.searched else replace(article, body=None)


def _knows_only_the_day(article: Article, headline: Headline, zone: tzinfo) -> bool:
    """Tell whether an article names the day alone, which is its midnight, and the list had the time of day."""
    if not article.published_at or not headline.published_at:
        return False
    local = article.published_at.astimezone(zone)
    return local.time() == time() and local.date() == headline.published_at.astimezone(zone).date()
