"""The connection: one per process, one transaction at a time, errors as sentences; knows no table."""

from __future__ import annotations

import errno
import fcntl
import os
import sqlite3
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from monitor.store.ownership import give_to_owner
from monitor.store.sentences import busy, said

BUSY_MS = 10_000  # how long to wait for another process
_CACHE = 1000  # KiB of the file; twice as many were no quicker with 100,000 headlines, the system keeps the file anyway
_NAP = 0.002  # seconds between two looks at the file lock


class Database:
    """A SQLite file in WAL mode.

    Several threads share the connection under a lock. A file lock beside it keeps the writes, checkpoints and the
    closing of different processes apart: SQLite before 3.51.3 can damage a WAL that two connections reset at once.
    """

    def __init__(self, path: Path, *, read_only: bool) -> None:
        self.path, self.read_only = path, read_only
        self._lock = threading.RLock()
        self._file: int | None = None
        self._synchronous = ""
        try:
            if not read_only:
                self._make_files()
            self._connection = sqlite3.connect(
                f"{path.absolute().as_uri()}?mode={'ro' if read_only else 'rw'}",
                uri=True,
                isolation_level=None,
                check_same_thread=False,
                timeout=BUSY_MS / 1000,
            )
        except (sqlite3.Error, OSError) as error:
            self._close_lock()
            raise said(error, path) from error
        self._connection.row_factory = sqlite3.Row
        try:
            self._configure()
        except BaseException:
            self._connection.close()
            self._close_lock()
            raise

    def read(self, sql: str, *values: object) -> list[sqlite3.Row]:
        """Return the rows of one query."""
        with self._lock:
            return self._execute(sql, values).fetchall()

    def read_named(self, sql: str, values: dict[str, object]) -> list[sqlite3.Row]:
        """Return the rows of one query with named values."""
        with self._lock:
            return self._execute(sql, values).fetchall()

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
        """Close the connection, which also moves the log into the file."""
        with self._exclusive():
            self._connection.close()
        self._close_lock()

    def run_alone(self, sql: str, *values: object) -> None:
        """Run a statement that cannot stand in a transaction, such as VACUUM INTO."""
        with self._exclusive():
            self._execute(sql, values)

    def _make_files(self) -> None:
        self.path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        lock = Path(f"{self.path}.lock")
        self._file = os.open(lock, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        give_to_owner(lock)
        try:
            os.close(os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600))
            give_to_owner(self.path)
        except FileExistsError:
            # Not opened by us: closing it would drop the locks that another connection of this process has on it.
            if not os.access(self.path, os.R_OK | os.W_OK):
                raise PermissionError(errno.EACCES, os.strerror(errno.EACCES)) from None

    def _configure(self) -> None:
        with self._exclusive():
            self._execute("PRAGMA foreign_keys=ON")
            self._execute(f"PRAGMA cache_size=-{_CACHE}")
            if not self.read_only:
                self._execute("PRAGMA journal_mode=WAL")
                self._set_durable(durable=True)

    @contextmanager
    def _exclusive(self) -> Iterator[None]:
        with self._lock:
            if self._file is None:
                yield
                return
            self._lock_file(self._file)
            try:
                yield
            finally:
                fcntl.flock(self._file, fcntl.LOCK_UN)

    def _lock_file(self, file: int) -> None:
        """Wait for the file lock, but not for ever: its holder may be stopped."""
        for _ in range(int(BUSY_MS / 1000 / _NAP)):
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                time.sleep(_NAP)
            else:
                return
        raise busy(self.path)

    def _close_lock(self) -> None:
        if self._file is not None:
            os.close(self._file)
            self._file = None

    def _set_durable(self, *, durable: bool) -> None:
        wanted = "FULL" if durable else "NORMAL"
        if wanted != self._synchronous:
            self._execute(f"PRAGMA synchronous={wanted}")
            self._synchronous = wanted

    def _execute(self, sql: str, values: tuple[object, ...] | dict[str, object] = ()) -> sqlite3.Cursor:
        try:
            return self._connection.execute(sql, values)
        except sqlite3.Error as error:
            raise said(error, self.path) from error
