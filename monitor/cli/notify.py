"""`notify test`: does a channel work?"""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from monitor.cli.context import config_option, isolate
from monitor.cli.look import options_of

if TYPE_CHECKING:
    from monitor.model import Alert, Ambiguous, Rejected, RetryLater


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
    options = options_of(config, channel, config_path)
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
                note = f"; {outcome.note}" if outcome.note else ""
                click.secho(f"{channel} to {recipient}: accepted{number}{note}", fg="green")
            else:
                failed += 1
                click.secho(f"{channel} to {recipient}: {_said(outcome, channel)}", fg="red", err=True)
    if built.trouble:
        click.secho(f"channel '{channel}': {built.trouble}", fg="yellow", err=True)
    sys.exit(1 if failed else 0)


@notify.command()
@click.argument("channel")
@config_option
def chats(channel: str, config_path: Path) -> None:
    """List the chats that a Telegram CHANNEL's bot has heard from, with the number that its url wants.

    Write to the bot first, or add it to the group and write there. The number of a group begins with a minus sign.
    """
    from monitor.channels.apprise import AppriseOptions
    from monitor.channels.chats import chats as heard
    from monitor.cli.context import load_config

    options = options_of(load_config(config_path), channel, config_path)
    urls = [url for _, url in options.all_urls] if isinstance(options, AppriseOptions) else []
    found = heard(urls)
    for chat in found:
        click.echo(f"{chat.number}  {chat.kind} {isolate(chat.name)}")
    if not found:
        click.echo("the bot has heard from nobody within the last day; write to it and ask again")


def _said(outcome: RetryLater | Ambiguous | Rejected, channel: str) -> str:
    """Return what became of a test, what that means for alerts, and what to do."""
    from monitor.model import Ambiguous, Rejected

    if isinstance(outcome, Rejected):
        return f"refused: {outcome.reason.replace('notify chats CHANNEL', f'notify chats {channel}')}"
    if isinstance(outcome, Ambiguous):
        return f"{outcome.reason}; look whether it arrived"
    if "could not be reached" in outcome.reason:
        return f"{outcome.reason}; see the host and port of the channel's url, and this machine's network and proxy"
    wait = f"; it asks to wait {outcome.retry_after}" if outcome.retry_after else ""
    return f"not now: {outcome.reason}{wait}; an alert would be tried again until it is taken"


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
