"""How the messages of a channel look, as a person sees them; sends nothing."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import asdict, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import click

if TYPE_CHECKING:
    from monitor.config.schema import Config
    from monitor.model import Alert, Message
    from monitor.ports import ChannelOptions

_BLOCK_END = re.compile(r"</div>|<br>")
_BOLD = re.compile(r"<b>(.*?)</b>", re.DOTALL)
_MANY = 8  # alerts, which become a list


def options_of(config: Config, channel: str, path: Path) -> ChannelOptions:
    """Return the options of a channel.

    Raises:
        click.UsageError: there is no such channel.
    """
    options = next((c for c in config.channels if c.name == channel), None)
    if options is None:
        names = ", ".join(c.name for c in config.channels)
        raise click.UsageError(f"no channel '{channel}' in {path}; there are: {names}")
    return options


def show_messages(config: Config, channel: str, path: Path, *, as_json: bool) -> None:
    """Print the messages that a channel would send of every sort of alert, and of many at once."""
    from monitor.channels import CHANNELS

    options, now = options_of(config, channel, path), datetime.now(UTC)
    built = CHANNELS[options.type].build(options, ZoneInfo(config.timezone))
    shown = [(what, message) for what, alerts in _sorts(channel, now) for message in built.render(alerts, now)]
    if as_json:
        click.echo(json.dumps([{"of": what, **asdict(one)} for what, one in shown], ensure_ascii=False, indent=2))
        return
    for what, message in shown:
        click.secho(f"--- {what}", dim=True)
        for line in _lines(message):
            click.echo(line)
        click.echo()
    if built.trouble:
        click.secho(f"channel '{channel}': {built.trouble}", fg="red", err=True)


def _sorts(channel: str, now: datetime) -> Iterator[tuple[str, Sequence[Alert]]]:
    from monitor.render.samples import samples

    alerts = list(samples(now, channel).values())
    for what, alert in samples(now, channel).items():
        yield what, [alert]
    few = [replace(alerts[n % len(alerts)], id=str(n)) for n in range(3)]
    yield "three at once", few
    yield "many at once", [replace(alerts[n % len(alerts)], id=str(n)) for n in range(_MANY)]


def _lines(message: Message) -> Iterator[str]:
    if message.title:
        yield click.style(message.title, underline=True)
    if message.format != "html":
        yield message.body
        return
    lines = _BLOCK_END.sub("\n", message.body.replace("\n", "")) if "<div" in message.body else message.body
    marked = _BOLD.sub(lambda found: click.style(found[1], bold=True), lines)
    yield html.unescape(re.sub(r"<[^<>]*>", "", marked)).rstrip()
