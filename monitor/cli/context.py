"""What the commands share: where the configuration and the state are, and how they are opened."""

from __future__ import annotations

import fcntl
import os
import random
import socket
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO, TypeVar

import click

from monitor.errors import StoreBusy

if TYPE_CHECKING:  # the runtime pays for these only in commands that need them
    from concurrent.futures import ThreadPoolExecutor

    from monitor.config.schema import Config
    from monitor.fetch.forms import FormPoster
    from monitor.fetch.polite import Hosts, PoliteFetcher
    from monitor.fetch.resolve import PoolResolver
    from monitor.pipeline.robots import RobotsBook, RobotsShelf
    from monitor.ports import Clock, Fetcher
    from monitor.store.store import SqliteStore

F = TypeVar("F", bound=Callable[..., Any])

LOCK = "instance.lock"
DEFAULT_CONFIG = Path("config/monitor.yaml")


def config_option(command: F) -> F:
    """Add `--config`."""
    return click.option(
        "-c",
        "--config",
        "config_path",
        type=click.Path(path_type=Path),
        default=DEFAULT_CONFIG,
        show_default=True,
        help="The configuration file.",
    )(command)


def state_option(command: F) -> F:
    """Add `--state`."""
    return click.option(
        "--state",
        "state",
        type=click.Path(path_type=Path, file_okay=False),
        default=None,
        help="Folder of the database. Default: $STATE_DIRECTORY (set by systemd), "
        "else ~/.local/state/headline-monitor.",
    )(command)


def json_option(command: F) -> F:
    """Add `--json`."""
    return click.option("--json", "as_json", is_flag=True, help="Print JSON for scripts.")(command)


def state_folder(state: Path | None) -> Path:
    """Return the folder of the database."""
    if state:
        return state
    if "STATE_DIRECTORY" in os.environ:
        return Path(os.environ["STATE_DIRECTORY"].split(":")[0])
    home = os.environ.get("XDG_STATE_HOME") or Path.home() / ".local" / "state"
    return Path(home) / "headline-monitor"


def database(state: Path | None) -> Path:
    """Return the path of the database file."""
    return state_folder(state) / "monitor.db"


def load_config(path: Path) -> Config:
    """Return the checked configuration.

    Raises:
        ConfigError: with every problem found.
    """
    from monitor.channels import CHANNELS
    from monitor.config.load import load
    from monitor.sources import KINDS, default_endpoints

    credentials = os.environ.get("CREDENTIALS_DIRECTORY")
    return load(
        path,
        source_kinds=KINDS,
        channel_kinds=CHANNELS,
        default_endpoints=default_endpoints,
        environ=os.environ,
        credentials=Path(credentials) if credentials else None,
    )


@contextmanager
def opened_store(state: Path | None) -> Iterator[SqliteStore]:
    """Open the database to write, made if missing."""
    from monitor.store import open_store

    store = open_store(database(state))
    try:
        yield store
    finally:
        store.close()


@contextmanager
def read_store(state: Path | None) -> Iterator[SqliteStore | None]:
    """Open the database to read; None when nothing ran yet."""
    from monitor.store import open_store

    path = database(state)
    if not path.exists():
        yield None
        return
    store = open_store(path, read_only=True)
    try:
        yield store
    finally:
        store.close()


@contextmanager
def only_instance(state: Path | None) -> Iterator[TextIO]:
    """Hold the lock of the one process that polls and sends on this database; yields its file, empty.

    Raises:
        StoreBusy: another process has it.
        StoreUnavailable: the folder cannot be written.
    """
    from monitor.store.ownership import give_to_owner
    from monitor.store.sentences import said

    folder = state_folder(state)
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        file = (folder / LOCK).open("a+")
        give_to_owner(folder / LOCK)
    except OSError as error:
        raise said(error, database(state)) from error
    with file as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise StoreBusy(
                f"another headline-monitor works on {folder}; stop it first, or give this one its own --state"
            ) from None
        lock.truncate(0)
        yield lock


def running(state: Path | None) -> int | None:
    """Return the process id of the `run` that works on the database; None when there is none."""
    try:
        with (state_folder(state) / LOCK).open() as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
            except BlockingIOError:
                written = lock.read().strip()
                return int(written) if written.isdecimal() else None
    except FileNotFoundError:
        pass
    return None


def make_resolver() -> PoolResolver:
    """Return what looks up names, with threads that live as long as the process."""
    from concurrent.futures import ThreadPoolExecutor

    from monitor.fetch.resolve import MOST_AT_ONCE, PoolResolver

    return PoolResolver(ThreadPoolExecutor(MOST_AT_ONCE, thread_name_prefix="dns"))


def agent(config: Config) -> str:
    """Return how the monitor names itself to sites."""
    from monitor import __version__

    name = config.user_agent or f"headline-monitor/{__version__}"
    return f"{name} (+{config.contact})" if config.contact and config.contact not in name else name


def make_hosts(config: Config) -> Hosts:
    """Return what keeps the requests to one host apart; everything that asks shares it."""
    from monitor.fetch.polite import Hosts

    return Hosts(None if config.host_gap is None else config.host_gap.total_seconds())


def make_fetcher(config: Config, clock: Clock, resolver: PoolResolver, hosts: Hosts | None = None) -> PoliteFetcher:
    """Return the fetcher that a configuration asks for; close it after use."""
    from monitor.fetch.browser import BrowserFetcher
    from monitor.fetch.client import HttpFetcher
    from monitor.fetch.polite import PoliteFetcher

    user_agent, allowed = agent(config), config.allow_private
    plain = HttpFetcher(clock=clock, resolver=resolver, user_agent=user_agent, allow_private=allowed)
    shown = BrowserFetcher(plain, clock=clock, resolver=resolver, user_agent=user_agent, allow_private=allowed)
    return PoliteFetcher(shown, hosts or make_hosts(config))


def make_robots(config: Config, clock: Clock, fetcher: Fetcher, shelf: RobotsShelf) -> RobotsBook:
    """Return what knows the robots.txt of the hosts; keep it for as long as the configuration is the same."""
    from monitor.pipeline.robots import RobotsBook

    ignored = {source.name for source in config.sources if source.robots == "ignore"}
    return RobotsBook(fetcher=fetcher, clock=clock, agent=agent(config), shelf=shelf, ignored=ignored)


def make_poster(config: Config, clock: Clock, resolver: PoolResolver, hosts: Hosts) -> FormPoster:
    """Return what asks hubs; close it after use."""
    from monitor.fetch.forms import FormPoster

    return FormPoster(
        clock=clock, resolver=resolver, user_agent=agent(config), hosts=hosts, allow_private=config.allow_private
    )


def make_article_fetcher(config: Config, clock: Clock, resolver: PoolResolver, hosts: Hosts) -> PoliteFetcher:
    """Return what reads articles while their alerts wait; close it after use."""
    from monitor.fetch.client import HttpFetcher, Limits
    from monitor.fetch.polite import PoliteFetcher
    from monitor.pipeline.articles import PATIENCE

    plain = HttpFetcher(
        clock=clock,
        resolver=resolver,
        user_agent=agent(config),
        allow_private=config.allow_private,
        limits=Limits(seconds=PATIENCE.total_seconds(), connect_seconds=3.0),
    )
    return PoliteFetcher(plain, hosts)


def article_pool() -> ThreadPoolExecutor:
    """Return the threads that read articles."""
    from concurrent.futures import ThreadPoolExecutor

    from monitor.pipeline.pages import THREADS

    return ThreadPoolExecutor(THREADS, thread_name_prefix="article")


def owner() -> str:
    """Return a name for this process in leases."""
    return f"{socket.gethostname()}:{os.getpid()}:{random.getrandbits(32):08x}"


def isolate(text: str) -> str:
    """Wrap a headline so that its direction does not disturb the rest of a terminal line."""
    return f"\u2068{text}\u2069"


def use_color() -> bool:
    """Tell whether standard output is a terminal that wants colours."""
    return sys.stdout.isatty() and not os.environ.get("NO_COLOR")
