"""`held`: what came in a flood and waits for a person to say whether it is news."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from monitor.cli.context import isolate, json_option, state_option

if TYPE_CHECKING:
    from monitor.store.floods import HeldFlood
    from monitor.store.store import SqliteStore

SHOWN = 5  # headlines of each flood


@click.group()
def held() -> None:
    """Look at alerts that are held since many old headlines appeared at once; release or drop them.

    A new layout or a back-fill can make dozens of old headlines look new. One alert per channel goes out and says so;
    the others wait here. Breaking news is not held, however much of it there is.
    """


@held.command("list")
@state_option
@json_option
def list_(state: Path | None, *, as_json: bool) -> None:
    """List the floods with their reasons and headlines."""
    from monitor.cli.context import read_store

    with read_store(state) as store:
        found = store.floods() if store else []
    if as_json:
        click.echo(json.dumps([asdict(row) for row in found], ensure_ascii=False, indent=2, default=datetime.isoformat))
        return
    for flood in found:
        _show(flood)
    click.echo("headline-monitor held release ID, or drop ID" if found else "nothing is held")


@held.command()
@click.argument("ids", nargs=-1, metavar="[ID]...")
@click.option("--all", "everything", is_flag=True, help="Every flood.")
@state_option
def release(ids: tuple[str, ...], state: Path | None, *, everything: bool) -> None:
    """Send the alerts of a flood after all, together."""
    from monitor.cli.context import opened_store

    with opened_store(state) as store:
        count = sum(store.release_flood(one, datetime.now(UTC)) for one in _chosen(store, ids, everything=everything))
    click.echo(f"{count} alerts released")


@held.command()
@click.argument("ids", nargs=-1, metavar="[ID]...")
@click.option("--all", "everything", is_flag=True, help="Every flood.")
@state_option
def drop(ids: tuple[str, ...], state: Path | None, *, everything: bool) -> None:
    """Drop the alerts of a flood for good; its headlines stay remembered."""
    from monitor.cli.context import opened_store

    with opened_store(state) as store:
        count = sum(store.drop_flood(one) for one in _chosen(store, ids, everything=everything))
    click.echo(f"{count} alerts dropped")


def _chosen(store: SqliteStore, ids: Sequence[str], *, everything: bool) -> list[str]:
    """Return the full ids of the floods that are named by their beginning.

    Raises:
        UsageError: one is not held, or none is named.
    """
    known = [flood.id for flood in store.floods()]
    if everything:
        return known
    if not ids:
        raise click.UsageError("say which: headline-monitor held list shows the ids; or --all")
    chosen = []
    for id_ in ids:
        found = [one for one in known if one.startswith(id_)]
        if not found:
            raise click.UsageError(f"no flood '{id_}' is held; headline-monitor held list shows the ids")
        chosen += found
    return chosen


def _show(flood: HeldFlood) -> None:
    click.echo(f"{flood.id[:8]} {flood.at:%Y-%m-%d %H:%M} UTC {isolate(flood.source)} ({flood.endpoint})")
    click.echo(f"         {flood.reason}; {flood.alerts} alerts held")
    for title in flood.titles[:SHOWN]:
        click.echo(f"         {isolate(title)}")
    if len(flood.titles) > SHOWN:
        click.echo(f"         and {len(flood.titles) - SHOWN} more")
