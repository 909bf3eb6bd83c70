"""Copies of the whole database: making one beside a running service, taking one back, setting a damaged one aside."""

from __future__ import annotations

import os
import shutil
import sqlite3
from contextlib import closing
from datetime import datetime
from pathlib import Path

from monitor.errors import StoreCorrupt, StoreError
from monitor.store.migrate import check_version
from monitor.store.ownership import give_to_owner
from monitor.store.rows import ms
from monitor.store.sentences import damaged, said

_PARTS = ("", "-wal", "-shm")  # of a database in WAL mode
_TAKEN_BACK = "put back from a backup: it may have been sent since"


def backup(database: Path, copy: Path) -> int:
    """Write a whole, checked copy and return its size in bytes; a service may go on using the database.

    Raises:
        StoreError: the copy exists already, or cannot be written or read.
    """
    if copy.exists():
        raise StoreError(f"{copy} exists already; name a file that does not")
    part = copy.with_name(f"{copy.name}.part")
    try:
        os.close(os.open(part, os.O_RDWR | os.O_CREAT | os.O_TRUNC, 0o600))
        with closing(_opened(database)) as source, closing(sqlite3.connect(part)) as target:
            source.backup(target)
            target.execute("PRAGMA journal_mode=DELETE")  # one file
        _check(part)
        _sync(part)
        part.rename(copy)
        return copy.stat().st_size
    except (sqlite3.Error, OSError) as error:
        part.unlink(missing_ok=True)
        raise said(error, copy) from error


def restore(copy: Path, database: Path, now: datetime) -> Path | None:
    """Put a copy in the place of a database that nobody uses, and return where the one before is kept.

    What happened since the copy was made is unknown to it, so every source is learned again silently, and what waited
    to be sent is not sent by itself.

    Raises:
        StoreError: the copy is damaged, of another program or of a newer version.
    """
    _check(copy)
    part = database.with_name(f"{database.name}.part")
    try:
        database.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        shutil.copyfile(copy, part)
        part.chmod(0o600)
        with closing(sqlite3.connect(part, isolation_level=None)) as connection:
            _forget_the_present(connection, ms(now))
        give_to_owner(part)
        _sync(part)
        kept = set_aside(database, now, "replaced")
        part.rename(database)
    except (sqlite3.Error, OSError) as error:
        part.unlink(missing_ok=True)
        raise said(error, database) from error
    return kept


def set_aside(database: Path, now: datetime, why: str) -> Path | None:
    """Rename a database that nobody uses, with its log, and return its new name; None if there is none."""
    if not database.exists():
        return None
    kept = database.with_name(f"{database.name}.{why}-{now:%Y%m%dT%H%M%SZ}")
    try:
        for part in _PARTS:
            if (file := Path(f"{database}{part}")).exists():
                file.rename(f"{kept}{part}")
    except OSError as error:
        raise said(error, database) from error
    return kept


def _opened(path: Path) -> sqlite3.Connection:
    return sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)


def _check(path: Path) -> None:
    """Refuse a file that is no whole database of this program."""
    try:
        with closing(_opened(path)) as connection:
            found = [row[0] for row in connection.execute("PRAGMA integrity_check(3)")]
            version = int(connection.execute("PRAGMA user_version").fetchone()[0])
    except sqlite3.Error as error:
        raise said(error, path) from error
    if found != ["ok"]:
        raise damaged(path, "; ".join(found))
    if version == 0:
        raise StoreCorrupt(f"{path} is no database of headline-monitor; name a file that `backup` wrote")
    check_version(path, version)


def _forget_the_present(connection: sqlite3.Connection, now: int) -> None:
    connection.execute("BEGIN IMMEDIATE")
    connection.execute(
        "UPDATE endpoint SET baselined_at = NULL, etag = NULL, last_modified = NULL, body_hash = NULL, full_at = NULL,"
        " next_poll_at = min(next_poll_at, ?), lease_owner = NULL, lease_until = NULL",
        (now,),
    )
    connection.execute("UPDATE alert SET state = 'dropped', reason = ? WHERE state = 'waiting'", (_TAKEN_BACK,))
    connection.execute(
        "UPDATE delivery SET state = 'unconfirmed', settled_at = ?, last_error = ?, lease_owner = NULL,"
        " lease_until = NULL WHERE state IN ('pending', 'sending')",
        (now, _TAKEN_BACK),
    )
    connection.execute("COMMIT")


def _sync(path: Path) -> None:
    for each in (path, path.parent):
        file = os.open(each, os.O_RDONLY)
        try:
            os.fsync(file)
        finally:
            os.close(file)
