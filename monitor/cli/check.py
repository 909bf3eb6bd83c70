"""`check`: is the configuration right?"""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path

import click

from monitor.cli.context import config_option, json_option
from monitor.urls import shown


@click.command()
@config_option
@json_option
def check(config_path: Path, *, as_json: bool) -> None:
    """Check the configuration and say what it does.

    Prints every mistake at once, with its line, and exits with status 78; nothing is polled or sent.
    """
    from monitor.cli.context import load_config
    from monitor.config.load import warnings

    config = load_config(config_path)
    doubts = warnings(config)
    if as_json:
        facts = {
            "file": str(config_path),
            "sources": {s.name: [shown(e.url) for e in s.endpoints] for s in config.sources},
            "rules": {r.name: list(r.notify) for r in config.rules},
            "channels": [c.name for c in config.channels],
            "warnings": doubts,
        }
        click.echo(json.dumps(facts, ensure_ascii=False, indent=2))
        return
    for source in config.sources:
        state = "" if source.enabled else " (not enabled)"
        click.echo(f"source {source.name}{state}")
        for endpoint in source.endpoints:
            click.echo(f"  {endpoint.name}: {shown(endpoint.url)} every {_seconds(endpoint.every or source.every)}")
        if source.discover:
            click.echo("  further endpoints are looked for (discover: false switches it off)")
    for rule in config.rules:
        click.echo(f"rule {rule.name} → {', '.join(rule.notify)}")
    for channel in config.channels:
        click.echo(f"channel {channel.name} ({channel.type})")
    if not (config.contact or config.user_agent):
        click.echo("no contact: sites cannot write to you before they block you; say, contact: desk@newsroom.example")
    for doubt in doubts:
        click.secho(f"warning: {doubt}", fg="yellow")
    click.echo(f"{config_path}: no mistakes, {len(doubts)} warnings")


def _seconds(length: timedelta) -> str:
    return f"{round(length.total_seconds())} s"
