"""`run`: the service."""

from __future__ import annotations

import os
import sys
import threading
from contextlib import AbstractContextManager, nullcontext
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from monitor.cli.context import config_option, state_option
from monitor.errors import StoreCorrupt

NAMED = 3  # sources in the status line

if TYPE_CHECKING:
    from monitor.model import Delivery, PollResult, PollState, Settlement
    from monitor.ports import Clock
    from monitor.service.health import Health
    from monitor.service.metrics import Metrics
    from monitor.store.store import SqliteStore
    from monitor.values import ListenAddress


@click.command()
@config_option
@state_option
@click.option("-v", "--verbose", is_flag=True, help="Log every poll.")
@click.option(
    "--log-format",
    type=click.Choice(["logfmt", "json"]),
    default="logfmt",
    show_default=True,
    help="One line per event.",
)
def run(config_path: Path, state: Path | None, *, verbose: bool, log_format: str) -> None:
    """Watch all sources and send alerts, until stopped.

    SIGTERM and Ctrl-C end it within ten seconds; everything unsent is kept and sent after the next start.
    SIGHUP (`headline-monitor reload`) reads the configuration again; a wrong one is refused and the old one goes on.
    SIGUSR1 prints what every thread is doing.
    """
    import faulthandler
    import signal

    from monitor.cli.context import load_config, only_instance
    from monitor.service.logs import set_up

    set_up(verbose=verbose, style=log_format)
    faulthandler.register(signal.SIGUSR1, all_threads=True)
    load_config(config_path)  # a wrong configuration is told before anything is touched
    with only_instance(state) as lock:
        signal.signal(signal.SIGHUP, signal.SIG_IGN)  # until the service listens; it is about to read the file anyway
        print(os.getpid(), file=lock, flush=True)
        try:
            clean = _serve(config_path, state)
        except StoreCorrupt as error:
            _set_aside(state, error)
            clean = _serve(config_path, state)
    if not clean:
        # A thread hangs in a request that its deadline will end; the database is closed and its lease runs out.
        sys.stderr.flush()
        os._exit(0)


def _serve(config_path: Path, state: Path | None) -> bool:
    from monitor.cli.context import opened_store

    with opened_store(state) as store:
        store.check()
        return serve(config_path, store)


def _set_aside(state: Path | None, error: StoreCorrupt) -> None:
    """Keep a damaged database for whoever can mend it; to watch with an empty memory is better than not to watch."""
    import logging
    from datetime import UTC, datetime

    from monitor.cli.context import database
    from monitor.service.logs import log
    from monitor.store.copies import set_aside

    kept = set_aside(database(state), datetime.now(UTC), "damaged")
    log(logging.ERROR, "database damaged, set aside; every source is learned again silently", kept=kept, reason=error)


def serve(config_path: Path, store: SqliteStore) -> bool:
    """Run the service on an open database; return whether all threads ended."""
    import random
    import time

    from monitor.cli.context import (
        article_pool,
        load_config,
        make_article_fetcher,
        make_fetcher,
        make_hosts,
        make_resolver,
        make_robots,
        owner,
    )
    from monitor.pipeline.build import build
    from monitor.pipeline.pages import Aside
    from monitor.service import journal
    from monitor.service.clock import SteadyClock
    from monitor.service.health import Health
    from monitor.service.heartbeat import Heartbeat
    from monitor.service.pulse import Pulse
    from monitor.service.run import Loaded, Service
    from monitor.service.sdnotify import Notifier

    clock, name, resolver, pool = SteadyClock(), owner(), make_resolver(), article_pool()
    parsing = threading.Lock()  # pages are big and Python computes one thing at a time anyway
    pulse = Pulse()
    health = Health(store, pulse, clock)
    listen = load_config(config_path).health
    metrics = _metrics(store, health, clock) if listen else None

    def polled(state: PollState, result: PollResult) -> None:
        journal.poll(state, result)
        if metrics:
            metrics.poll(result)

    def sent(delivery: Delivery, settlement: Settlement) -> None:
        journal.delivery(delivery, settlement)
        if metrics:
            metrics.delivery(delivery, settlement)

    def load() -> Loaded:
        config = load_config(config_path)
        hosts = make_hosts(config)
        fetcher = make_fetcher(config, clock, resolver, hosts)
        pages = make_article_fetcher(config, clock, resolver, hosts)
        robots = make_robots(config, clock, fetcher, store)
        beat = config.heartbeat and Heartbeat(config.heartbeat.url, config.heartbeat.every, fetcher, health)

        def close() -> None:
            fetcher.close()
            pages.close()

        def assemble() -> Loaded:
            line = build(
                config,
                store=store,
                fetcher=fetcher,
                clock=clock,
                random=random.random,
                owner=name,
                pause=time.sleep,
                parsing=parsing,
                aside=Aside(fetcher=pages, pool=pool),
                robots=robots,
                watch=sent,
                disk=store.shortage,
            )
            return Loaded(
                line=line,
                workers=config.workers,
                retention=config.retention,
                again=assemble,
                close=close,
                beat=beat.step if beat else lambda _now: None,
            )

        return assemble()

    service = Service(
        store=store,
        load=load,
        clock=clock,
        notifier=Notifier(os.environ),
        status=lambda: summary(store, clock()),
        pulse=pulse,
        polled=polled,
    )
    with _listening(listen, health, metrics):
        clean = service.run()
    pool.shutdown(wait=False, cancel_futures=True)
    return clean


def _metrics(store: SqliteStore, health: Health, clock: Clock) -> Metrics | None:
    """Return what counts for /metrics; None when the library for it is not installed."""
    try:
        from monitor.service.metrics import Metrics
    except ModuleNotFoundError:
        return None
    return Metrics(store, health, clock)


def _listening(
    address: ListenAddress | None, health: Health, metrics: Metrics | None
) -> AbstractContextManager[object]:
    if address is None:
        return nullcontext()
    from monitor.service.web import Answers, served

    return served(address, Answers(health=health, metrics=metrics.text if metrics else None))


def summary(store: SqliteStore, now: datetime) -> str:
    """Return one sentence on sources and alerts, for `systemctl status`."""
    vitals = store.vitals(now)
    failing = f"{len(vitals.failing)} failing"
    if vitals.failing:
        more = len(vitals.failing) - NAMED
        failing += f" ({', '.join(vitals.failing[:NAMED])}{f' and {more} more' if more > 0 else ''})"
    waiting = vitals.waiting + sum(number for (_, state), number in vitals.deliveries.items() if state == "pending")
    late = round(vitals.oldest_waiting.total_seconds() / 60)
    return f"{len(vitals.ok)} sources ok, {failing}, {waiting} alerts waiting{f' for up to {late} min' if late else ''}"
