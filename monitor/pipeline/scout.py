"""Decides when a source's further endpoints are looked for, and what a look changes; fetches by `discover.py`.

An endpoint of the configuration is never touched. A found one that died is replaced only by another that works.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from monitor.config.schema import Config, SourceConfig
from monitor.model import Discovery, FoundEndpoint, PollState
from monitor.pipeline.discover import Attempt, Explorer, Survey
from monitor.ports import Clock, EndpointOptions, Random, SiteContext, Store
from monitor.sources import KINDS
from monitor.urls import canonical

WANTED = 2  # independent ways to a site's headlines
DEAD_AFTER = 3  # failures in a row ...
DEAD_FOR = timedelta(minutes=3)  # ... over at least so long
AGAIN_AFTER = timedelta(days=14)  # when all is well
FIRST_RETRY = timedelta(minutes=15)  # when something is wanted; doubled up to ...
LAST_RETRY = timedelta(hours=24)  # ... when an endpoint is dead; a site that has but one way is left alone for longer
CALM = timedelta(minutes=10)  # between two looks at one site, whatever dies
REMIND = timedelta(days=1)  # how long `status` shows that an endpoint was replaced


@dataclass(frozen=True, slots=True, kw_only=True)
class Watched:
    """A source whose further endpoints are looked for."""

    source: SourceConfig  # with the endpoints of the configuration only
    context: SiteContext


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """What one look changed."""

    discovery: Discovery
    changed: bool  # the schedule must follow
    notice: str | None  # to be told to the operator, once


def with_discovered(config: Config, discoveries: Mapping[str, Discovery]) -> Config:
    """Return the configuration with the endpoints that were found for its sources."""
    return replace(config, sources=tuple(_expanded(source, discoveries.get(source.name)) for source in config.sources))


class Scout:
    """Everything a look needs, built once per configuration."""

    def __init__(
        self, *, store: Store, explorer: Explorer, watched: Iterable[Watched], clock: Clock, random: Random
    ) -> None:
        self._store, self._explorer, self._clock, self._random = store, explorer, clock, random
        self._watched = {one.source.name: one for one in watched}

    def due(self, now: datetime) -> Sequence[str]:
        """Return the sources to look at now, and forget troubles that are over."""
        if not self._watched:
            return ()
        discoveries, states = self._store.discoveries(), _by_source(self._store.poll_states())
        due = []
        for name, watched in self._watched.items():
            known, polled = _current(discoveries.get(name), watched), states.get(name, ())
            if known and known.trouble:
                known = self._after_recovery(known, polled, now)
            if _is_due(known, watched, _dead(polled, now), now):
                due.append(name)
        return due

    def look(self, name: str) -> Finding:
        """Look at a source's site and remember what was found."""
        watched, started = self._watched[name], self._clock()
        known = _current(self._store.discoveries().get(name), watched)
        survey = self._explorer.explore(watched.source.url, watched.context, wanted=WANTED)
        now = self._clock()
        dead = _dead(_by_source(self._store.poll_states()).get(name, ()), now)
        endpoints = _merged(known.endpoints if known else (), watched.source.endpoints, survey, dead, now)
        changed = _polled(endpoints) != _polled(known.endpoints if known else ())
        told = known.trouble if known else ()
        # Of a site that does not answer at all nothing is known but that, which each endpoint says already.
        news = [state for state in dead if state.endpoint not in told] if survey.reached else []
        wants = bool(dead) or len(survey.working) < WANTED
        fruitless = known.fruitless + 1 if known and wants and not changed else 0
        discovery = Discovery(
            source=name,
            url=watched.source.url,
            looked_at=started,
            next_look_at=now + self._wait(fruitless, survey, wants=wants, last=LAST_RETRY if dead else AGAIN_AFTER),
            endpoints=endpoints,
            tried=tuple(_tried(survey, now)),
            fruitless=fruitless,
            trouble=(*told, *(state.endpoint for state in news)),
            notice=known.notice if known else None,
        )
        if news:
            discovery = replace(discovery, notice=_notice(discovery, known, news))
        self._store.save_discovery(discovery)
        return Finding(discovery=discovery, changed=changed, notice=discovery.notice if news else None)

    def _wait(self, fruitless: int, survey: Survey, *, wants: bool, last: timedelta) -> timedelta:
        wait = min(FIRST_RETRY * 2 ** min(fruitless, 16), last) if wants else AGAIN_AFTER
        return max(wait * (0.9 + 0.2 * self._random()), survey.retry_after or timedelta())

    def _after_recovery(self, known: Discovery, polled: Sequence[PollState], now: datetime) -> Discovery:
        active, dead = {state.endpoint for state in polled}, {state.endpoint for state in _dead(polled, now)}
        old = now - known.looked_at > REMIND
        trouble = tuple(name for name in known.trouble if name in dead or (name not in active and not old))
        if trouble != known.trouble:
            known = replace(known, trouble=trouble, notice=known.notice if trouble else None)
            self._store.save_discovery(known)
        return known


def _current(known: Discovery | None, watched: Watched) -> Discovery | None:
    """Return what is known, unless the source has moved to another address since."""
    return known if known and known.url == watched.source.url else None


def _by_source(states: Iterable[PollState]) -> dict[str, list[PollState]]:
    found: dict[str, list[PollState]] = {}
    for state in states:
        found.setdefault(state.source, []).append(state)
    return found


def _dead(states: Iterable[PollState], now: datetime) -> list[PollState]:
    """Return the endpoints that gave headlines once and no longer do."""
    return [
        state
        for state in states
        if state.failures >= DEAD_AFTER and state.last_ok_at and now - state.last_ok_at >= DEAD_FOR
    ]


def _is_due(known: Discovery | None, watched: Watched, dead: Sequence[PollState], now: datetime) -> bool:
    if known is None:
        return bool(dead) or len(watched.source.endpoints) < WANTED
    if timedelta() <= now - known.looked_at < CALM:
        return False
    if known.next_look_at - now > 2 * AGAIN_AFTER:  # the clock was set back
        return True
    return now >= known.next_look_at or any(state.endpoint not in known.trouble for state in dead)


def _merged(
    known: Sequence[FoundEndpoint],
    configured: Sequence[EndpointOptions],
    survey: Survey,
    dead: Sequence[PollState],
    now: datetime,
) -> tuple[FoundEndpoint, ...]:
    """Return what was known with what is new; the dead give way as soon as something new works."""
    working = {_key(one.candidate.kind, one.url): one for one in survey.working if one is not survey.page}
    taken = {_key(options.type, options.url) for options in configured}
    kept = [replace(one, replaced_at=None) if _key(one.kind, one.url) in working else one for one in known]
    names = {options.name or "" for options in configured} | {one.name for one in known}
    kinds = {_key(one.kind, one.url) for one in known}
    new = []
    for key, attempt in working.items():
        if key not in taken and key not in kinds:
            name = _free_name(attempt.candidate.kind, names)
            names.add(name)
            new.append(_found(attempt, name, now))
    if working:
        gone = {state.endpoint for state in dead} - {one.name for one in kept if _key(one.kind, one.url) in working}
        kept = [replace(one, replaced_at=now) if one.name in gone and not one.replaced_at else one for one in kept]
    return (*kept, *new)


def _found(attempt: Attempt, name: str, now: datetime) -> FoundEndpoint:
    evidence = f"{attempt.candidate.origin}; {attempt.says(now)}"
    return FoundEndpoint(name=name, kind=attempt.candidate.kind, url=attempt.url, found_at=now, evidence=evidence)


def _polled(endpoints: Iterable[FoundEndpoint]) -> set[tuple[str, str, str]]:
    return {(one.name, one.kind, one.url) for one in endpoints if not one.replaced_at}


def _tried(survey: Survey, now: datetime) -> list[str]:
    page = survey.page.url.partition("?")[0]  # what follows may be a key; addresses that sites name hold none
    tried = [f"{page} (html): {survey.page.says(now)}"]
    tried += [f"{one.url} ({one.candidate.kind}): {one.says(now)}" for one in survey.others]
    return [*tried, survey.stopped] if survey.stopped else tried


def _notice(now: Discovery, before: Discovery | None, news: Sequence[PollState]) -> str:
    """Return in one paragraph what failed, what was tried and how the source goes on."""
    failed = "; ".join(f"{state.endpoint} failed {state.failures} times: {state.last_error}" for state in news)
    added = _polled(now.endpoints) - _polled(before.endpoints if before else ())
    joined = ", ".join(sorted(f"{name} {url}" for name, _, url in added))
    result = f"joins the schedule: {joined}" if added else "nothing new was found; it is looked for again later"
    return f"{failed}; tried: {'; '.join(now.tried)}; {result}"


def _key(kind: str, url: str) -> tuple[str, str]:
    return kind, canonical(url)


def _free_name(kind: str, taken: Collection[str]) -> str:
    name, number = kind, 1
    while name in taken:
        number += 1
        name = f"{kind}-{number}"
    return name


def _expanded(source: SourceConfig, known: Discovery | None) -> SourceConfig:
    if not source.discover or known is None or known.url != source.url:
        return source
    taken = {_key(options.type, options.url) for options in source.endpoints}
    names = {options.name or "" for options in source.endpoints}
    found = []
    for one in known.endpoints:
        if one.kind in KINDS and not one.replaced_at and _key(one.kind, one.url) not in taken:
            name = one.name if one.name not in names else _free_name(one.name, names)
            names.add(name)
            found.append(KINDS[one.kind].options(type=one.kind, url=one.url, name=name))
    return replace(source, endpoints=(*source.endpoints, *found))
