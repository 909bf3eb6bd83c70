"""What must survive: the schedule, the headlines, the alerts and the outbox, in one SQLite file."""

from pathlib import Path

from monitor.store.migrate import migrate, migrations
from monitor.store.sqlite import Database
from monitor.store.store import SqliteStore


def open_store(path: Path, *, read_only: bool = False) -> SqliteStore:
    """Open the database, made or migrated when it is opened to write.

    Raises:
        SchemaTooNew: a newer version of the program wrote it.
        StoreCorrupt: the file is damaged.
        StoreError: it cannot be opened.
    """
    database = Database(path, read_only=read_only)
    try:
        migrate(database, migrations())
    except BaseException:
        database.close()
        raise
    return SqliteStore(database)


__all__ = ["SqliteStore", "open_store"]
