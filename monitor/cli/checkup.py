"""What `doctor` finds on this machine, without asking anybody; mends nothing."""

from __future__ import annotations

import ctypes
import os
import shutil
import ssl
import stat
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from monitor.cli.context import running
from monitor.config.load import warnings
from monitor.config.schema import Config
from monitor.errors import StoreError
from monitor.model import Subscription
from monitor.store import open_store

MIB = 1024 * 1024
TIME_ERROR = 5  # of adjtimex(2): the clock is not synchronised
LITTLE, TOO_LITTLE = 500 * MIB, 50 * MIB  # of free disk; a database of a hundred sources grows by MiBs a month
BUILT = datetime(2026, 1, 1, tzinfo=UTC)  # a clock before that was never set


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    about: str
    state: str  # ok, doubt or wrong
    what: str
    next: str | None = None  # what to do about it


def ok(about: str, what: str) -> Finding:
    return Finding(about=about, state="ok", what=what)


def doubt(about: str, what: str, then: str) -> Finding:
    return Finding(about=about, state="doubt", what=what, next=then)


def wrong(about: str, what: str, then: str) -> Finding:
    return Finding(about=about, state="wrong", what=what, next=then)


def clock(folder: Path) -> Finding:
    """Compare the clock with what has happened already."""
    now = datetime.now(UTC)
    newest = max(_last_poll(folder), BUILT)
    if now < newest:
        said = f"it shows {now:%Y-%m-%d %H:%M} UTC, but {newest:%Y-%m-%d %H:%M} has been"
        return wrong("clock", said, "run: timedatectl set-ntp true")
    return ok("clock", f"{now:%Y-%m-%d %H:%M:%S} UTC")


def synchronised() -> Finding:
    """Ask the kernel whether anybody keeps the clock right (adjtimex(2))."""
    adjtimex = getattr(ctypes.CDLL(None), "adjtimex", None)
    if adjtimex is None or adjtimex(ctypes.create_string_buffer(512)) != TIME_ERROR:
        return ok("time service", "the clock is kept right")
    return doubt(
        "time service",
        "nobody keeps the clock right, by which quiet hours and times in alerts go",
        "run: timedatectl set-ntp true (apt-get install systemd-timesyncd); of a container: on its host",
    )


def hubs(folder: Path) -> Finding:
    """Say which hubs call, and what keeps the others from it."""
    now, known = datetime.now(UTC), _subscriptions(folder)
    states = Counter(one.standing(now) for one in known)
    said = ", ".join(f"{number} {state}" for state, number in sorted(states.items())) or "no feed named a hub yet"
    if why := next((one.reason for one in known if one.reason and not one.leaving), None):
        return doubt("hubs", f"{said}; {why}", "see: headline-monitor status; deploy/README.md, «Told by hubs»")
    return ok("hubs", said)


def _subscriptions(folder: Path) -> Sequence[Subscription]:
    try:
        store = open_store(folder / "monitor.db", read_only=True)
    except StoreError:
        return ()
    try:
        return store.subscriptions.every()
    except StoreError:
        return ()
    finally:
        store.close()


def _last_poll(folder: Path) -> datetime:
    """Return when the service last looked at a site, as far as that can be read."""
    try:
        store = open_store(folder / "monitor.db", read_only=True)
    except StoreError:
        return BUILT
    try:
        return max((row.last_poll_at or BUILT for row in store.queries.endpoints_status()), default=BUILT)
    except StoreError:
        return BUILT
    finally:
        store.close()


def configuration(config: Config) -> Finding:
    """Say what is allowed but probably not meant."""
    if doubts := warnings(config):
        return doubt("configuration", "; ".join(doubts), "see: headline-monitor check")
    sizes = f"{len(config.sources)} sources, {len(config.rules)} rules, {len(config.channels)} channels"
    return ok("configuration", sizes)


def listeners(config: Config) -> Finding:
    """Say who would hear that the monitor or a source died."""
    if config.heartbeat and config.operator:
        return ok("who watches the monitor", f"channel {config.operator}, and whoever its heartbeat stops for")
    if config.operator:
        what, then = "nobody hears when this machine dies", "heartbeat: {url: file:secrets/heartbeat}"
    else:
        what, then = "nobody hears of a source that fails or a full disk", "operator: and the name of a channel"
    return doubt("who watches the monitor", what, f"write {then}; see: deploy/README.md")


def zone(config: Config) -> Finding:
    """Say what the newsroom's clocks show."""
    local = datetime.now(ZoneInfo(config.timezone))
    if config.timezone == "UTC" and any(each.quiet_hours or each.digest for each in config.channels):
        return doubt(
            "time zone", "quiet hours and digests are in UTC", "write the newsroom's: timezone: Africa/Casablanca"
        )
    return ok("time zone", f"{config.timezone}, where it is {local:%H:%M}")


def certificates() -> Finding:
    """Load what sites are verified with."""
    import certifi

    try:
        known = len(ssl.create_default_context(cafile=certifi.where()).get_ca_certs())
    except OSError as error:
        return wrong(
            "certificates", f"{certifi.where()}: {error.strerror}", "run: pip install --force-reinstall certifi"
        )
    return ok("certificates", f"{known} authorities")


def state(folder: Path) -> Finding:
    """Look at the folder of the database, and at its beginning."""
    if not folder.exists():
        return ok("state", f"{folder} will be made at the first run")
    if os.statvfs(folder).f_flag & os.ST_RDONLY:
        return wrong("state", f"{folder} is on a read-only file system", "see: mount; dmesg tells of a failing disk")
    if not os.access(folder, os.W_OK | os.X_OK):
        return wrong("state", f"{folder} cannot be written", f"run as its user, or: chown -R $USER {folder}")
    if folder.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO):
        return doubt("state", f"{folder} is open to other users of this machine", f"run: chmod 700 {folder}")
    owner = folder.stat().st_uid
    if others := sorted(file.name for file in folder.glob("*") if file.lstat().st_uid != owner):
        return wrong(
            "state",
            f"{', '.join(others)} in {folder} does not belong to the owner of the folder",
            f"run: chown -R --reference={folder} {folder}",
        )
    if (folder / "monitor.db").exists():
        try:
            open_store(folder / "monitor.db", read_only=True).close()
        except StoreError as error:
            return wrong("state", str(error), "start headline-monitor run, or restore a backup")
    return ok("state", str(folder))


def disk(folder: Path) -> Finding:
    """Look at the room for the database."""
    existing = next(path for path in (folder, *folder.absolute().parents) if path.exists())
    free = shutil.disk_usage(existing).free
    said = f"{free // MIB} MiB free at {existing}"
    if free < TOO_LITTLE:
        return wrong("disk", said, "make room; headlines that cannot be saved are kept in memory only")
    return doubt("disk", said, "make room soon") if free < LITTLE else ok("disk", said)


def service(state: Path | None) -> Finding:
    """Tell whether it runs."""
    process = running(state)
    if process is None:
        return doubt("service", "not running", "start it: headline-monitor run, or systemctl start headline-monitor")
    return ok("service", f"runs as process {process}")
