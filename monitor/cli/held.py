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
        _print_json(found)
        return
    for flood in found:
        _show(flood, whole=False)
    click.echo("headline-monitor held show ID, release ID, or drop ID" if found else "nothing is held")


@held.command()
@click.argument("id_", metavar="ID")
@state_option
@json_option
def show(id_: str, state: Path | None, *, as_json: bool) -> None:
    """Show every headline of one flood, why it is held, and who is not told."""
    from monitor.cli.context import read_store

    with read_store(state) as store:
        found = store.floods() if store else []
    wanted = [flood for flood in found if flood.id in _chosen(found, [id_], everything=False)]
    if as_json:
        _print_json(wanted)
        return
    for flood in wanted:
        _show(flood, whole=True)
        short = flood.id[:8]
        click.echo(
            f"if they are news: headline-monitor held release {short}; if not: headline-monitor held drop {short}"
        )


@held.command()
@click.argument("ids", nargs=-1, metavar="[ID]...")
@click.option("--all", "everything", is_flag=True, help="Every flood.")
@state_option
def release(ids: tuple[str, ...], state: Path | None, *, everything: bool) -> None:
    """Send the alerts of a flood after all, together."""
    from monitor.cli.context import opened_store

    with opened_store(state) as store:
        chosen = _chosen(store.floods(), ids, everything=everything)
        count = sum(store.release_flood(one, datetime.now(UTC)) for one in chosen)
    click.echo(f"{count} alerts released")


@held.command()
@click.argument("ids", nargs=-1, metavar="[ID]...")
@click.option("--all", "everything", is_flag=True, help="Every flood.")
@state_option
def drop(ids: tuple[str, ...], state: Path | None, *, everything: bool) -> None:
    """Drop the alerts of a flood for good; its headlines stay remembered."""
    from monitor.cli.context import opened_store

    with opened_store(state) as store:
        count = sum(store.drop_flood(one) for one in _chosen(store.floods(), ids, everything=everything))
    click.echo(f"{count} alerts dropped")


def _chosen(floods: Sequence[HeldFlood], ids: Sequence[str], *, everything: bool) -> list[str]:
    """Return the full ids of the floods that are named by their beginning.

    Raises:
        UsageError: one is not held, or none is named.
    """
    known = [flood.id for flood in floods]
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


def _print_json(floods: Sequence[HeldFlood]) -> None:
    click.echo(json.dumps([asdict(row) for row in floods], ensure_ascii=False, indent=2, default=datetime.isoformat))


def _show(flood: HeldFlood, *, whole: bool) -> None:
    click.echo(f"{flood.id[:8]} {flood.at:%Y-%m-%d %H:%M} UTC {isolate(flood.source)} ({flood.endpoint})")
    click.echo(f"         {flood.reason}; {flood.alerts} alerts held")
    shown = flood.headlines if whole else flood.headlines[:SHOWN]
    for one in shown:
        dated = f"{one.published_at:%Y-%m-%d %H:%M} " if one.published_at else ""
        click.echo(f"         {dated}{isolate(one.title)} ({', '.join(one.channels)})")
        if one.url and whole:
            click.echo(f"           {one.url}")
    if len(flood.headlines) > len(shown):
        click.echo(f"         and {len(flood.headlines) - len(shown)} more")
