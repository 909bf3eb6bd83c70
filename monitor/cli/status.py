"""`status`: how the sources and the channels are doing."""

from __future__ import annotations

import json
import sys
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import click

from monitor.cli.context import json_option, state_option

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from monitor.model import Discovery, RobotsFile, Subscription
    from monitor.store.queries import EndpointStatus, RecipientStatus


@click.command()
@state_option
@json_option
def status(state: Path | None, *, as_json: bool) -> None:
    """Show every source and recipient: last look, headlines, failures and their reason, what waits.

    Works beside a running service. Exit status 1 when a source fails or a message is dead.
    """
    from monitor.cli.context import database, read_store

    with read_store(state) as store:
        if store is None:
            click.echo(f"nothing has run yet on {database(state)}; next: headline-monitor run")
            sys.exit(0)
        endpoints, recipients = store.queries.endpoints_status(), store.queries.recipients_status()
        counts, floods = store.queries.counts(), store.floods()
        active = {row.source for row in endpoints}
        robots = [file for file in store.robots_files() if file.delay or file.refused]
        hubs = store.subscriptions.every()
        looks = [look for name, look in sorted(store.discoveries().items()) if name in active]
    now = datetime.now(UTC)
    if as_json:
        report = {
            "endpoints": [asdict(row) for row in endpoints],
            "push": [_push_report(one, now) for one in hubs],
            "discovery": [asdict(look) for look in looks],
            "robots": [
                {"url": file.url, "delay_seconds": file.delay.total_seconds(), "refused": file.refused}
                for file in robots
            ],
            "held": [asdict(flood) for flood in floods],
            "recipients": [asdict(row) for row in recipients],
            "counts": asdict(counts),
        }
        click.echo(json.dumps(report, ensure_ascii=False, indent=2, default=datetime.isoformat))
    else:
        for row in endpoints:
            click.echo(_endpoint(row, now))
        for one in hubs:
            click.echo(_push(one, now))
        for look in looks:
            click.echo(_look(look, now))
        for file in robots:
            for line in _robots(file, endpoints):
                click.secho(line, fg="yellow")
        for told in recipients:
            click.echo(_recipient(told, now))
        click.echo(
            f"{counts.headlines} headlines remembered; {counts.alerts} alerts: {counts.alerts_waiting} waiting, "
            f"{counts.deliveries_pending} messages to send, {counts.deliveries_sent} sent, "
            f"{counts.deliveries_unconfirmed} unconfirmed, {counts.deliveries_dead} dead"
        )
        for flood in floods:
            click.secho(
                f"{flood.source}: {flood.alerts} alerts held ({flood.reason}); headline-monitor held list", fg="yellow"
            )
    sys.exit(1 if counts.sources_failing or counts.deliveries_dead else 0)


def _endpoint(row: EndpointStatus, now: datetime) -> str:
    place = f"source {row.source} ({row.endpoint})"
    if row.failures:
        since = f", well {_ago(row.last_ok_at, now)}" if row.last_ok_at else ", never well"
        return click.style(f"{place}: failed {row.failures} times{since}: {row.last_error}", fg="red")
    if row.last_poll_at is None:
        return f"{place}: not looked at yet"
    change = f"last change {_ago(row.last_change_at, now)}" if row.last_change_at else "no change so far"
    return f"{place}: looked {_ago(row.last_poll_at, now)}, about {row.typical_items} headlines, {change}"


def _push(one: Subscription, now: datetime) -> str:
    place, again = f"source {one.source} ({one.endpoint})", f"asked again {one.next_at:%Y-%m-%d %H:%M} UTC"
    match one.standing(now):
        case "subscribed":
            line = f"{place}: {one.hub} calls until {one.until:%Y-%m-%d %H:%M} UTC, called {_ago(one.pinged_at, now)}"
            return line if one.reason is None else click.style(f"{line}; {one.reason}, {again}", fg="yellow")
        case "refused":
            return click.style(f"{place}: no hub calls: {one.reason}; {again}, polling goes on", fg="yellow")
        case "leaving":
            return f"{place}: {one.hub} is asked to call no more"
    return f"{place}: {one.hub} is asked to call, and has not come back yet"


def _push_report(one: Subscription, now: datetime) -> dict[str, object]:
    """Return what scripts may know: neither the callback nor the secret, with which anybody could call."""
    return {
        "source": one.source,
        "endpoint": one.endpoint,
        "state": one.standing(now),
        "hub": one.hub,
        "topic": one.offer.topic,
        "until": one.until,
        "reason": one.reason,
        "next_at": one.next_at,
        "pinged_at": one.pinged_at,
    }


def _look(look: Discovery, now: datetime) -> str:
    found = ", ".join(f"{one.name} {one.url}" for one in look.endpoints if not one.replaced_at) or "nothing more"
    line = f"source {look.source}: looked for endpoints {_ago(look.looked_at, now)}, found {found}"
    if not look.notice:
        return line
    return f"{line}\n{click.style(f'source {look.source}: {look.notice}', fg='yellow')}"


def _robots(file: RobotsFile, endpoints: Sequence[EndpointStatus]) -> Iterator[str]:
    """Yield what a robots.txt changes: polls that come slower than they should, articles that are not read."""
    its = [row for row in endpoints if urlsplit(row.url)[:2] == urlsplit(file.url)[:2]]
    slowest = file.delay.total_seconds() * len(its)
    if its and slowest > min(row.every_seconds for row in its):
        yield (
            f"{file.url} asks for {file.delay.total_seconds():g} s between requests: each of its {len(its)} endpoints "
            f"is looked at every {slowest:g} s at most; or write `robots: ignore` for the source"
        )
    if file.refused and file.refused not in {urlsplit(row.url).path or "/" for row in its}:
        yield (
            f"{file.url} asks programs not to fetch {file.refused}: such articles are not read, their alerts tell the "
            "headline alone; or write `robots: ignore` for the source"
        )


def _recipient(row: RecipientStatus, now: datetime) -> str:
    place = f"channel {row.channel} to {row.recipient}"
    waits = f", {row.pending} to send" if row.pending else ""
    oldest = f" (oldest {_ago(row.oldest_pending, now)})" if row.oldest_pending else ""
    lost = f", {row.dead} dead" if row.dead else ""
    if row.failures:
        return click.style(f"{place}: failed {row.failures} times{waits}{oldest}{lost}: {row.last_error}", fg="red")
    return f"{place}: well{waits}{oldest}{lost}"


def _ago(moment: datetime | None, now: datetime) -> str:
    if moment is None:
        return "never"
    seconds = max(0, round((now - moment).total_seconds()))
    for size, name in ((86400, "d"), (3600, "h"), (60, "min")):
        if seconds >= 2 * size:
            return f"{seconds // size} {name} ago"
    return f"{seconds} s ago"
