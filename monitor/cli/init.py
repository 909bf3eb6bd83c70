"""`init`: a configuration to start from."""

from __future__ import annotations

from pathlib import Path

import click

from monitor.cli.context import config_option
from monitor.errors import MonitorError


@click.command()
@config_option
def init(config_path: Path) -> None:
    """Write a commented configuration that works at once: one site, two rules, alerts on the screen.

    Never overwrites a file.
    """
    from monitor.config import template

    config_path.parent.mkdir(parents=True, exist_ok=True)
    try:
        with config_path.open("x", encoding="utf-8") as file:
            file.write(template())
    except FileExistsError:
        raise MonitorError(f"{config_path} is there already; name another file with --config") from None
    config_path.chmod(0o600)
    click.echo(f"wrote {config_path}; next: headline-monitor check, then headline-monitor run")
