"""`reload`: the running instance reads its configuration again."""

from __future__ import annotations

import os
import signal
from pathlib import Path

import click

from monitor.cli.context import running, state_folder, state_option
from monitor.errors import MonitorError


@click.command()
@state_option
def reload(state: Path | None) -> None:
    """Let the running service read its configuration again.

    A wrong configuration is refused with the reason in its log, and the old one goes on: look with `check` first.
    Needs the rights of the service's user, or root's.
    """
    process = running(state)
    if process is None:
        raise MonitorError(
            f"nothing runs on {state_folder(state)}; name the folder of the one that does with --state, "
            "or start one: headline-monitor run"
        )
    try:
        os.kill(process, signal.SIGHUP)
    except PermissionError:
        raise MonitorError(f"process {process} belongs to another user; try: sudo headline-monitor reload") from None
    click.echo(f"asked process {process}; its log says whether the configuration was accepted")
