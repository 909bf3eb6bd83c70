"""`deliveries`: what was sent, what waits, what could not be sent."""

from __future__ import annotations

import json
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING

import click

from monitor.cli.context import isolate, json_option, state_option

if TYPE_CHECKING:
    from monitor.store.queries import Carried, Journey, Untold

STATES = ("pending", "sending", "sent", "unconfirmed", "merged", "dead")
UNTOLD = ("waiting", "held", "dropped")


@click.group()
def deliveries() -> None:
    """Look at the outbox; send again what is dead."""


@deliveries.command("list")
@click.option(
    "--state-is",
    "states",
    type=click.Choice([*STATES, *UNTOLD]),
    multiple=True,
    help="Only these; waiting, held and dropped are alerts that are in no message. Default: all messages.",
)
@click.option("--limit", default=50, show_default=True, help="At most so many, newest first.")
@state_option
@json_option
def list_(states: tuple[str, ...], limit: int, state: Path | None, *, as_json: bool) -> None:
    """List messages with their state, attempts and reason, and the way of each headline into them.

    The way begins when the site says it published the headline and ends when the service accepted the message; each
    step says how much later it was than the one before. Times are those of this machine's time zone.
    """
    from monitor.cli.context import read_store

    untold = [one for one in states if one in UNTOLD]
    messages = [one for one in states if one in STATES] if states else STATES
    with read_store(state) as store:
        found = store.queries.deliveries(messages, limit) if store and messages else []
        alerts = store.queries.untold(untold, limit) if store and untold else []
    if as_json:
        rows = [*map(asdict, found), *map(asdict, alerts)]
        click.echo(json.dumps(rows, ensure_ascii=False, indent=2, default=datetime.isoformat))
        return
    for row in found:
        _show(row)
    for alert in alerts:
        _show_untold(alert)
    if not (found or alerts):
        click.echo("no messages")


def _show(row: Journey) -> None:
    color = {"sent": "green", "dead": "red", "unconfirmed": "yellow"}.get(row.state)
    reason = f": {row.last_error}" if row.last_error else ""
    tries = f", {row.attempts} attempts" if row.attempts > 1 else ""
    number = f" (message {row.remote_id})" if row.remote_id else ""
    when = _local(row.settled_at or row.created_at)
    click.secho(f"{row.id[:8]} {row.state} {when} {row.channel} to {row.recipient}{number}{tries}{reason}", fg=color)
    for line in row.text.splitlines():
        click.echo(f"         {isolate(line)}")
    for carried in row.headlines:
        click.echo(f"         {isolate(carried.source)}: {isolate(carried.title)}")
        click.echo(f"           {_way(row, carried)}")


def _way(row: Journey, carried: Carried) -> str:
    """Return the moments of a headline's way, each as the time since the one before."""
    steps = [
        ("published", carried.published_at),
        ("first seen", carried.first_seen_at),
        ("matched", carried.matched_at),
        ("due", carried.due_at),
        ("written", row.created_at),
        ("sent", row.sent_at),
        ("accepted", row.settled_at if row.state == "sent" else None),
    ]
    known = [(name, moment) for name, moment in steps if moment]
    first = f"{known[0][0]} {_local(known[0][1])}"
    later = [f"{name} {_later(moment - before)}" for (_, before), (name, moment) in pairwise(known)]
    return " → ".join([first, *later])


def _later(span: timedelta) -> str:
    seconds = span.total_seconds()
    sign, size = ("-" if seconds < 0 else "+"), abs(seconds)
    for unit, name in ((86400, "d"), (3600, "h"), (60, "min")):
        if size >= 2 * unit:
            return f"{sign}{size / unit:.1f} {name}"
    return f"{sign}{size:.1f} s"


def _show_untold(alert: Untold) -> None:
    reason = f": {isolate(alert.reason)}" if alert.reason else ""
    until = f" until {_local(alert.due_at)}" if alert.state == "waiting" else ""
    click.secho(f"{alert.state}{until} for {alert.channel}, seen {_local(alert.seen_at)}{reason}", fg="yellow")
    click.echo(f"         {isolate(alert.source)}: {isolate(alert.title)}")


def _local(moment: datetime) -> str:
    return f"{moment.astimezone():%Y-%m-%d %H:%M:%S %Z}"


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
