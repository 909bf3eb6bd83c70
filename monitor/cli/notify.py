"""`notify test`: does a channel work?"""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from monitor.cli.context import config_option

if TYPE_CHECKING:
    from monitor.model import Alert


@click.group()
def notify() -> None:
    """Try the channels."""


@notify.command()
@click.argument("channel")
@config_option
def test(channel: str, config_path: Path) -> None:
    """Send a sample alert through CHANNEL and report what the service answered.

    Exit status 1 when a recipient did not get it.
    """
    from zoneinfo import ZoneInfo

    from monitor.channels import CHANNELS
    from monitor.cli.context import load_config
    from monitor.model import Delivered, Delivery, make_id

    config = load_config(config_path)
    options = next((c for c in config.channels if c.name == channel), None)
    if options is None:
        names = ", ".join(c.name for c in config.channels)
        raise click.UsageError(f"no channel '{channel}' in {config_path}; there are: {names}")
    built = CHANNELS[options.type].build(options, ZoneInfo(config.timezone))
    now = datetime.now(UTC)
    failed = 0
    for message in built.render([_sample(channel, now)], now):
        for recipient in built.recipients:
            key = make_id("test", channel, recipient, now.isoformat())
            delivery = Delivery(
                id=key, channel=channel, recipient=recipient, message=message, created_at=now, attempts=1
            )
            outcome = built.send(recipient, delivery, now)
            if isinstance(outcome, Delivered):
                number = f" (message {outcome.remote_id})" if outcome.remote_id else ""
                click.secho(f"{channel} to {recipient}: accepted{number}", fg="green")
            else:
                failed += 1
                click.secho(f"{channel} to {recipient}: {outcome.reason}", fg="red", err=True)
    sys.exit(1 if failed else 0)


def _sample(channel: str, now: datetime) -> Alert:
    from monitor.model import Alert, Change, ChangeKind, Headline, Match, Section, Span

    title = "رسالة تجريبية من مراقب العناوين – test alert of the headline monitor"
    headline = Headline(
        source="headline-monitor",
        key="test",
        title=title,
        section=Section.TICKER,
        url="https://example.org/test",
        first_seen_at=now,
        breaking=True,
    )
    change = Change(id="test", kind=ChangeKind.NEW, headline=headline, seen_at=now)
    span = Span(start=0, end=5, term="رسالة")
    return Alert(id="test", change=change, matches=(Match(rule="test", spans=(span,)),), channel=channel, due_at=now)
