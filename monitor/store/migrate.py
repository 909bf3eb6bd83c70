"""Brings a database to the schema of this version: numbered SQL files, one transaction each; never backwards."""

from __future__ import annotations

from collections.abc import Sequence
from importlib.resources import files
from pathlib import Path

from monitor.errors import SchemaTooNew, StoreError
from monitor.store.ownership import give_to_owner
from monitor.store.sentences import said
from monitor.store.sqlite import Database


def migrations() -> list[tuple[int, list[str]]]:
    """Return (number, statements) of every migration in order."""
    found = []
    for file in sorted(files("monitor.store").joinpath("migrations").iterdir(), key=lambda file: file.name):
        if file.name.endswith(".sql"):
            lines = (line.partition("--")[0].rstrip() for line in file.read_text("utf-8").splitlines())
            statements = "\n".join(line for line in lines if line).split(";\n")
            found.append((int(file.name[:4]), [s.removesuffix(";") for s in statements if s.strip()]))
    return found


def migrate(database: Database, wanted: Sequence[tuple[int, Sequence[str]]]) -> None:
    """Apply what is missing of these (number, statements), after a copy of a database that holds something.

    Raises:
        SchemaTooNew: the database is ahead of this program.
    """
    version = int(database.read("PRAGMA user_version")[0][0])
    newest = wanted[-1][0]
    check_version(database.path, version, newest)
    if version == newest:
        return
    if database.read_only:
        raise StoreError(f"database {database.path} has an old schema; start headline-monitor run once to migrate it")
    if version:
        _copy(database, Path(f"{database.path}.before-{newest}"))
    for number, statements in wanted:
        apply(database, number, statements)


def check_version(path: Path, version: int, newest: int | None = None) -> None:
    """Refuse a database that is ahead of this program.

    Raises:
        SchemaTooNew: it is.
    """
    newest = migrations()[-1][0] if newest is None else newest
    if version > newest:
        raise SchemaTooNew(
            f"database {path} has schema {version} and this program knows {newest} at most; "
            "install the newer version again, or give this one its own --state"
        )


def _copy(database: Database, copy: Path) -> None:
    """Keep the database as it was; under its name only when it is whole."""
    if copy.exists():
        return
    part = copy.with_name(f"{copy.name}.part")
    try:
        part.unlink(missing_ok=True)
        part.touch(mode=0o600)
        database.run_alone("VACUUM INTO ?", str(part))
        give_to_owner(part)
        part.rename(copy)
    except OSError as error:
        raise said(error, copy) from error


def apply(database: Database, number: int, statements: Sequence[str]) -> None:
    """Do one migration, if it was not done since."""
    with database.tx() as connection:
        if connection.execute("PRAGMA user_version").fetchone()[0] >= number:
            return  # done before, or by another process that was opened at the same time
        for statement in statements:
            connection.execute(statement)
        connection.execute(f"PRAGMA user_version={number}")
