"""The connection: one per process, one transaction at a time, errors as sentences; knows no table."""

from __future__ import annotations

import fcntl
import os
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from monitor.errors import StoreBusy, StoreCorrupt, StoreError

BUSY_MS = 10_000
_CORRUPT = ("malformed", "not a database", "disk image")


class Database:
    """A SQLite file in WAL mode.

    Several threads share the connection under a lock. A file lock beside it keeps the writes, checkpoints and the
    closing of different processes apart: SQLite before 3.51.3 can damage a WAL that two connections reset at once.
    """

    def __init__(self, path: Path, *, read_only: bool) -> None:
        self.path, self.read_only = path, read_only
        self._lock = threading.RLock()
        self._synchronous = ""
        if read_only:
            address = f"{path.absolute().as_uri()}?mode=ro"
        else:
            path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            self._file = os.open(f"{path}.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
            os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
            address = path.absolute().as_uri()
        try:
            self._connection = sqlite3.connect(
                address, uri=True, isolation_level=None, check_same_thread=False, timeout=BUSY_MS / 1000
            )
        except sqlite3.Error as error:
            raise said(error, path) from error
        self._connection.row_factory = sqlite3.Row
        with self._exclusive():
            self._execute("PRAGMA foreign_keys=ON")
            if not read_only:
                self._execute("PRAGMA journal_mode=WAL")
                self._set_durable(durable=True)

    def read(self, sql: str, *values: object) -> list[sqlite3.Row]:
        """Return the rows of one query."""
        with self._lock:
            return self._execute(sql, *values).fetchall()

    def read_named(self, sql: str, values: dict[str, object]) -> list[sqlite3.Row]:
        """Return the rows of one query with named values."""
        with self._lock:
            try:
                return self._connection.execute(sql, values).fetchall()
            except sqlite3.Error as error:
                raise said(error, self.path) from error

    @contextmanager
    def snapshot(self) -> Iterator[None]:
        """Let the reads of the block see one state of the database."""
        with self._lock:
            self._execute("BEGIN")
            try:
                yield
            finally:
                self._connection.rollback()

    @contextmanager
    def tx(self, *, durable: bool = True) -> Iterator[sqlite3.Connection]:
        """Run the block as one transaction; `durable` makes it survive a power cut, at the price of an fsync.

        Raises:
            StoreError: it could not be done; nothing of it was written.
        """
        with self._exclusive():
            self._set_durable(durable=durable)
            self._execute("BEGIN IMMEDIATE")
            try:
                yield self._connection
                self._connection.execute("COMMIT")
            except BaseException as error:
                if self._connection.in_transaction:
                    self._connection.rollback()
                if isinstance(error, sqlite3.Error):
                    raise said(error, self.path) from error
                raise

    def close(self) -> None:
        with self._exclusive():
            self._connection.close()
        if not self.read_only:
            os.close(self._file)

    def run_alone(self, sql: str, *values: object) -> None:
        """Run a statement that cannot stand in a transaction, such as VACUUM INTO."""
        with self._exclusive():
            self._execute(sql, *values)

    @contextmanager
    def _exclusive(self) -> Iterator[None]:
        with self._lock:
            if self.read_only:
                yield
                return
            fcntl.flock(self._file, fcntl.LOCK_EX)
            try:
                yield
            finally:
                fcntl.flock(self._file, fcntl.LOCK_UN)

    def _set_durable(self, *, durable: bool) -> None:
        wanted = "FULL" if durable else "NORMAL"
        if wanted != self._synchronous:
            self._execute(f"PRAGMA synchronous={wanted}")
            self._synchronous = wanted

    def _execute(self, sql: str, *values: object) -> sqlite3.Cursor:
        try:
            return self._connection.execute(sql, values)
        except sqlite3.Error as error:
            raise said(error, self.path) from error


def said(error: sqlite3.Error, path: Path) -> StoreError:
    """Return the error as a sentence that names the file and the next step."""
    reason = str(error)
    if any(sign in reason for sign in _CORRUPT):
        return StoreCorrupt(
            f"database {path} is damaged ({reason}); nothing was changed; move it away to start with an empty memory, "
            f"or restore a copy"
        )
    if "locked" in reason or "busy" in reason:
        return StoreBusy(f"database {path} is locked by another program; try again when it is done")
    if "full" in reason:
        return StoreError(f"no room on the disk of {path}; nothing was lost that was there; free some space")
    return StoreError(f"database {path}: {reason}; check that the file and its folder can be read and written")
