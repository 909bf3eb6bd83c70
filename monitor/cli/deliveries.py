"""`deliveries`: what was sent, what waits, what could not be sent."""

from __future__ import annotations

import json
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from monitor.cli.context import isolate, json_option, state_option

if TYPE_CHECKING:
    from monitor.store.queries import Journey

STATES = ("pending", "sending", "sent", "unconfirmed", "dead")


@click.group()
def deliveries() -> None:
    """Look at the outbox; send again what is dead."""


@deliveries.command("list")
@click.option("--state-is", "states", type=click.Choice(STATES), multiple=True, help="Only these. Default: all.")
@click.option("--limit", default=50, show_default=True, help="At most so many, newest first.")
@state_option
@json_option
def list_(states: tuple[str, ...], limit: int, state: Path | None, *, as_json: bool) -> None:
    """List messages with their state, attempts, reason and headlines."""
    from monitor.cli.context import read_store

    with read_store(state) as store:
        found = store.queries.deliveries(states or STATES, limit) if store else []
    if as_json:
        click.echo(json.dumps([asdict(row) for row in found], ensure_ascii=False, indent=2, default=datetime.isoformat))
        return
    for row in found:
        _show(row)
    if not found:
        click.echo("no messages")


def _show(row: Journey) -> None:
    color = {"sent": "green", "dead": "red", "unconfirmed": "yellow"}.get(row.state)
    when = (row.settled_at or row.created_at).strftime("%Y-%m-%d %H:%M:%S")
    reason = f": {row.last_error}" if row.last_error else ""
    tries = f", {row.attempts} attempts" if row.attempts > 1 else ""
    line = f"{row.id[:8]} {row.state} {when} UTC {row.channel} to {row.recipient}{tries}{reason}"
    click.secho(line, fg=color)
    for source, title, _ in row.headlines:
        click.echo(f"         {isolate(source)}: {isolate(title)}")


@deliveries.command()
@click.argument("ids", nargs=-1)
@click.option("--all", "everything", is_flag=True, help="Every dead and unconfirmed message.")
@state_option
def retry(ids: tuple[str, ...], state: Path | None, *, everything: bool) -> None:
    """Send dead or unconfirmed messages again, by the beginning of their id.

    Works beside a running service, which sends them at once.
    """
    from monitor.cli.context import opened_store

    if bool(ids) == everything:
        raise click.UsageError("name messages by the beginning of their id, or say --all")
    with opened_store(state) as store:
        number = store.retry_deliveries(None if everything else ids, datetime.now(UTC))
    click.echo(f"{number} messages will be sent again")
