"""`run`: the service."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from contextlib import suppress
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

import click

from monitor.cli.context import config_option, state_option
from monitor.errors import StoreCorrupt, StoreUnavailable

if TYPE_CHECKING:
    from monitor.config.schema import Config
    from monitor.model import Incident


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

    from monitor.cli.apart import load_apart
    from monitor.cli.context import only_instance
    from monitor.service.logs import set_up

    set_up(verbose=verbose, style=log_format)
    faulthandler.register(signal.SIGUSR1, all_threads=True)
    # A wrong configuration is told before anything is touched.
    config = load_apart(config_path, meanwhile=lambda: import_module("monitor.cli.serving"))
    with only_instance(state) as lock:
        signal.signal(signal.SIGHUP, signal.SIG_IGN)  # until the service listens; it is about to read the file anyway
        with suppress(OSError):  # a full disk, where only `reload` does without
            os.write(lock.fileno(), str(os.getpid()).encode())
        try:
            clean = _serve(config_path, config, state)
        except StoreCorrupt as error:
            clean = _serve(config_path, config, state, [_set_aside(state, error)])
    if not clean:
        # A thread hangs in a request that its deadline will end; the database is closed and its lease runs out.
        sys.stderr.flush()
        os._exit(0)


def _serve(config_path: Path, config: Config, state: Path | None, events: Sequence[Incident] = ()) -> bool:
    from monitor.cli.context import opened_store
    from monitor.cli.serving import serve

    with opened_store(state) as store:
        store.check()
        with suppress(StoreUnavailable):  # without it the watch is still better than none
            store.keep_room()
        if events:
            store.record_incidents(events, ())
        return serve(config_path, store, config)


def _set_aside(state: Path | None, error: StoreCorrupt) -> Incident:
    """Keep a damaged database for whoever can mend it; to watch with an empty memory is better than not to watch.

    Returns what an operator is to hear of it.
    """
    import logging
    from datetime import UTC, datetime

    from monitor.cli.context import database
    from monitor.model import Incident
    from monitor.service.logs import log
    from monitor.store.copies import set_aside

    now = datetime.now(UTC)
    kept = set_aside(database(state), now, "damaged")
    log(logging.ERROR, "database damaged, set aside; every source is learned again silently", kept=kept, reason=error)
    text = (
        f"the database was damaged and is set aside as {kept}; every source is learned again silently, and what was "
        "not sent yet is in that file: headline-monitor restore puts a backup back"
    )
    return Incident(key="database", text=text, since=now, ended_at=now, once=True)
