"""The composition root: the only place that knows every part; turns a configuration into the running line."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, fields
from datetime import timedelta
from threading import Lock
from zoneinfo import ZoneInfo

from monitor.cadence.pace import Limit
from monitor.channels import CHANNELS
from monitor.config.rules import as_rule
from monitor.config.schema import Config, SourceConfig, asked_with
from monitor.match.rules import RuleSet, compile_rules
from monitor.model import Delivery, EndpointSpec, Settlement, Trouble
from monitor.pipeline import pacing
from monitor.pipeline.articles import Articles
from monitor.pipeline.backlog import Fallback, Fallbacks
from monitor.pipeline.deliver import Deliverer
from monitor.pipeline.discover import Explorer, Pause
from monitor.pipeline.flush import Flusher
from monitor.pipeline.operate import Operator
from monitor.pipeline.pacing import Pacer
from monitor.pipeline.pages import Aside, Pages, Site
from monitor.pipeline.poll import Poller
from monitor.pipeline.push import Push, Subscriber
from monitor.pipeline.revive import Revival
from monitor.pipeline.robots import RobotsBook
from monitor.pipeline.scout import Scout, Watched, with_discovered
from monitor.pipeline.unread import Unread
from monitor.ports import Channel, Clock, EndpointOptions, Extractor, Fetcher, Random, SiteContext, Store
from monitor.route.plan import Hours, Route, Router
from monitor.sources import KINDS, knowledge
from monitor.sources.html import HtmlEndpoint
from monitor.urls import host, shown


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """The three loops of one configuration, ready to be stepped."""

    endpoints: tuple[EndpointSpec, ...]
    channels: Mapping[str, Channel]
    rules: RuleSet
    router: Router
    poller: Poller
    unread: Unread | None  # None: nothing reads articles
    flusher: Flusher
    deliverer: Deliverer
    fallbacks: Fallbacks
    operator: Operator | None  # None: nobody wants to know
    revival: Revival
    scout: Scout
    subscriber: Subscriber | None  # None: there is no public address


def build(
    config: Config,
    *,
    store: Store,
    fetcher: Fetcher,
    clock: Clock,
    random: Random,
    owner: str,
    pause: Pause = lambda _seconds: None,
    parsing: AbstractContextManager[object] | None = None,
    aside: Aside | None = None,
    robots: RobotsBook | None = None,
    push: Push | None = None,
    own: Callable[[], Sequence[Trouble]] = tuple,
    watch: Callable[[Delivery, Settlement], None] = lambda _delivery, _settlement: None,
) -> Line:
    """Build the line of a configuration that `monitor.config.load` accepted, and of what was found for its sources.

    `pause` waits for so many seconds between two requests to a site whose endpoints are looked for. With `aside` the
    articles of alerts are read; without, headlines are told alone. With `robots` endpoints are polled, and articles
    read, as far as their hosts' robots.txt allows. With `push`, and a public address in the configuration, hubs are
    subscribed to. `own` says what is wrong with this process.
    """
    explorer = Explorer(
        fetcher=fetcher,
        clock=clock,
        pause=pause,
        agent=config.user_agent or "headline-monitor",
        parsing=parsing or nullcontext(),
    )
    scout = Scout(store=store, explorer=explorer, watched=_watched(config), clock=clock, random=random)
    config = with_discovered(config, store.discoveries())
    channels = {
        options.name: CHANNELS[options.type].build(options, ZoneInfo(config.timezone)) for options in config.channels
    }
    rules, router = build_rules(config), build_router(config)
    pages = _pages(config, aside, robots, parsing or nullcontext()) if aside else None
    extractors = build_extractors(config)
    subscriber = _subscriber(config, push, clock, random, _gaps(robots, extractors)) if push and config.push else None
    articles, unread, judging = None, None, Lock()
    if aside and pages:
        depths = {rule.name: rule.article for rule in config.rules}
        articles = Articles(store=store, pages=pages, pool=aside.pool, clock=clock, depths=depths)
        if any({"lead", "body"} & {*rule.parts} for rule in config.rules):
            unread = Unread(
                store=store,
                pages=pages,
                pool=aside.pool,
                clock=clock,
                articles=articles,
                rules=rules,
                router=router,
                judging=judging,
            )
    return Line(
        endpoints=tuple(_spec(source, endpoint) for source, endpoint in _endpoints(config)),
        channels=channels,
        rules=rules,
        router=router,
        poller=Poller(
            store=store,
            fetcher=fetcher,
            extractors=extractors,
            rules=rules,
            router=router,
            clock=clock,
            random=random,
            owner=owner,
            backlogs={source.name: source.backlog for source in config.sources if source.backlog},
            pacer=_pacer(config, store, clock, random),
            robots=robots,
            subscriber=subscriber,
            reappear_after=config.reappear_after,
            parsing=parsing or nullcontext(),
            reads_articles=unread is not None,
            judging=judging,
        ),
        unread=unread,
        flusher=Flusher(
            store=store,
            channels=channels,
            rates={options.name: options.rate for options in config.channels if options.rate},
            articles=articles,
        ),
        deliverer=Deliverer(store=store, channels=channels, clock=clock, random=random, owner=owner, watch=watch),
        fallbacks=Fallbacks(
            store=store,
            channels=channels,
            wanted={
                options.name: Fallback(channel=options.fallback, after=options.fallback_after)
                for options in config.channels
                if options.fallback
            },
        ),
        operator=Operator(
            store=store,
            channel=channels[config.operator],
            started=clock(),
            own=own,
            channels=tuple(channels.values()),
        )
        if config.operator
        else None,
        revival=Revival(store),
        scout=scout,
        subscriber=subscriber,
    )


def _pacer(config: Config, store: Store, clock: Clock, random: Random) -> Pacer:
    """Return the paces of all endpoints, with what was learned of them before."""
    endpoints = [(source, (source.name, _name(endpoint))) for source, endpoint in _endpoints(config)]
    limits = [
        Limit(rate=source.budget.count / source.budget.per.total_seconds(), endpoints=frozenset(its))
        for source in config.sources
        if source.budget and (its := [endpoint for other, endpoint in endpoints if other is source])
    ]
    if config.budget and endpoints:
        rate = config.budget.count / config.budget.per.total_seconds()
        limits.append(Limit(rate=rate, endpoints=frozenset(endpoint for _, endpoint in endpoints)))
    sites = {
        source.name: pacing.Site(zone=_context(config, source).zone, heeds=source.heed_cache)
        for source in config.sources
    }
    pacer = Pacer(random=random, limits=limits, sites=sites)
    watched = {endpoint for _, endpoint in endpoints}
    pacer.remember({name: rhythm for name, rhythm in store.rhythms().items() if name in watched}, clock())
    return pacer


def _subscriber(
    config: Config, push: Push, clock: Clock, random: Random, gap: Callable[[str, str], timedelta]
) -> Subscriber:
    return Subscriber(
        push=push,
        public=config.push or "",
        clock=clock,
        random=random,
        allowed={source.name: source.allow_private for source in config.sources},
        endpoints={(source.name, _name(endpoint)) for source, endpoint in _endpoints(config)},
        gap=gap,
    )


def _gaps(
    robots: RobotsBook | None, extractors: Mapping[tuple[str, str], Extractor]
) -> Callable[[str, str], timedelta]:
    """Return what says how far the host of an endpoint wants its polls apart."""

    def gap(source: str, endpoint: str) -> timedelta:
        return robots.gap(source, extractors[source, endpoint].request().url) if robots else timedelta()

    return gap


def _pages(config: Config, aside: Aside, robots: RobotsBook | None, parsing: AbstractContextManager[object]) -> Pages:
    return Pages(
        fetcher=aside.fetcher,
        robots=robots,
        sites={source.name: _site(config, source) for source in config.sources},
        whole=any(rule.article == "full" for rule in config.rules),
        searched=any("body" in rule.parts for rule in config.rules),
        parsing=parsing,
    )


def _site(config: Config, source: SourceConfig) -> Site:
    addresses = (source.url, *(endpoint.url for endpoint in source.endpoints))
    return Site(context=_context(config, source), hosts=frozenset(filter(None, map(host, addresses))))


def build_rules(config: Config) -> RuleSet:
    """Return the compiled rules."""
    return compile_rules(
        map(as_rule, config.rules), languages={source.name: source.lang for source in config.sources if source.lang}
    )


def build_router(config: Config) -> Router:
    """Return who is told by which rule, and when."""
    zone = ZoneInfo(config.timezone)
    return Router(
        routes={
            rule.name: Route(
                channels=rule.notify,
                high_priority=rule.priority == "high",
                low_priority=rule.priority == "low",
                on_edit=rule.on_edit or config.on_edit,
                repeat=rule.repeat or config.repeat,
                min_sources=rule.min_sources,
            )
            for rule in config.rules
        },
        hours={
            channel.name: Hours(zone=zone, quiet=channel.quiet_hours, digest=channel.digest)
            for channel in config.channels
        },
    )


def build_extractors(config: Config) -> dict[tuple[str, str], Extractor]:
    """Return the extractor of every endpoint, by source and endpoint name."""
    return {
        (source.name, _name(endpoint)): KINDS[endpoint.type].build(endpoint, _context(config, source))
        for source, endpoint in _endpoints(config)
    }


def _watched(config: Config) -> list[Watched]:
    return [
        Watched(source=source, context=_context(config, source))
        for source in config.sources
        if source.enabled and source.discover
    ]


def _endpoints(config: Config) -> list[tuple[SourceConfig, EndpointOptions]]:
    return [(source, endpoint) for source in config.sources if source.enabled for endpoint in source.endpoints]


def _name(endpoint: EndpointOptions) -> str:
    assert endpoint.name is not None, "the loader names every endpoint"
    return endpoint.name


def _context(config: Config, source: SourceConfig) -> SiteContext:
    return SiteContext(
        source=source.name,
        zone=ZoneInfo(source.timezone or config.timezone),
        headers=asked_with(source),
        allow_private=source.allow_private,
        proxy=source.proxy,
    )


def _spec(source: SourceConfig, endpoint: EndpointOptions) -> EndpointSpec:
    return EndpointSpec(
        source=source.name,
        name=_name(endpoint),
        kind=endpoint.type,
        url=shown(endpoint.url),
        config_hash=hashlib.blake2b(_what_it_reads(endpoint).encode(), digest_size=12).hexdigest(),
        every=endpoint.every or source.every,
    )


def _what_it_reads(endpoint: EndpointOptions) -> str:
    """Return what decides which headlines are seen: the options, and without selectors what is built in.

    A new pace or name is no reason to learn again.
    """
    names = [field.name for field in fields(endpoint) if field.name not in {"name", "every"}]
    options = repr([(name, getattr(endpoint, name)) for name in names])
    described = not isinstance(endpoint, HtmlEndpoint) or endpoint.ticker or endpoint.list
    return options if described else f"{options} {knowledge.version()}"
