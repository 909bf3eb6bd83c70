"""What SQLite and the file system complain about, as a sentence with the next step; handles nothing."""

from __future__ import annotations

import errno
import sqlite3
from pathlib import Path

from monitor.errors import StoreBusy, StoreCorrupt, StoreError, StoreUnavailable

_FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}


def said(error: sqlite3.Error | OSError, path: Path) -> StoreError:
    """Return the error of our kind that names the file, the reason and the next step."""
    if isinstance(error, OSError):
        return full(path) if error.errno in _FULL else closed(path, error.strerror or str(error))
    reason = str(error)
    match getattr(error, "sqlite_errorcode", 0) & 0xFF:  # the primary code of an extended one
        case sqlite3.SQLITE_CORRUPT | sqlite3.SQLITE_NOTADB:
            found: StoreError = damaged(path, reason)
        case sqlite3.SQLITE_BUSY | sqlite3.SQLITE_LOCKED:
            found = busy(path)
        case sqlite3.SQLITE_FULL:
            found = full(path)
        case sqlite3.SQLITE_IOERR:
            found = broken(path, reason)
        case sqlite3.SQLITE_READONLY | sqlite3.SQLITE_CANTOPEN | sqlite3.SQLITE_PERM:
            found = closed(path, reason)
        case _:
            found = StoreError(f"database {path} refused a statement ({reason}); this is a bug, please report it")
    return found


def damaged(path: Path, reason: str) -> StoreCorrupt:
    return StoreCorrupt(
        f"database {path} is damaged ({reason}); nothing was changed; put a good copy in its place, "
        f"or move it away to start with an empty memory"
    )


def busy(path: Path) -> StoreBusy:
    return StoreBusy(f"database {path} is locked by another program; try again when that one is done")


def full(path: Path) -> StoreUnavailable:
    return StoreUnavailable(
        f"no room left on the disk of database {path}; nothing that was saved is lost; free some space"
    )


def broken(path: Path, reason: str) -> StoreUnavailable:
    return StoreUnavailable(f"the disk of database {path} reports an error ({reason}); check it and its free space")


def closed(path: Path, reason: str) -> StoreUnavailable:
    return StoreUnavailable(f"database {path}: {reason}; check that the file and its folder can be read and written")
