"""`doctor`: what on this machine, in the configuration or at the sites is in the way, and what to do about it."""

from __future__ import annotations

import json
import sys
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import click

from monitor.cli.context import config_option, json_option, state_option
from monitor.errors import ConfigError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from monitor.cli.checkup import Finding

COLORS = {"ok": "green", "doubt": "yellow", "wrong": "red"}


@click.command()
@config_option
@state_option
@click.option("--offline", is_flag=True, help="Ask nobody: leave out name servers, sources and channels.")
@json_option
def doctor(config_path: Path, state: Path | None, *, offline: bool, as_json: bool) -> None:
    """Check clock, certificates, folders, disk, configuration, who watches, name servers, sources and channels.

    Works beside a running service: every source is asked for its page once, nothing is remembered and nothing is
    sent (`notify test CHANNEL` sends a sample). Exit status 1 when something is wrong.
    """
    found = list(_look(config_path, state, offline=offline))
    if as_json:
        click.echo(json.dumps([asdict(each) for each in found], ensure_ascii=False, indent=2))
    else:
        for each in found:
            _show(each)
    sys.exit(1 if any(each.state == "wrong" for each in found) else 0)


def _look(config_path: Path, state: Path | None, *, offline: bool) -> Iterator[Finding]:
    from monitor.cli import checkup
    from monitor.cli.context import load_config, state_folder

    folder = state_folder(state)
    yield checkup.clock(folder)
    yield checkup.synchronised()
    yield checkup.certificates()
    yield checkup.state(folder)
    yield checkup.disk(folder)
    yield checkup.service(state)
    try:
        config = load_config(config_path)
    except ConfigError as error:
        yield checkup.wrong("configuration", str(error), "mend it, then: headline-monitor check")
        return
    yield checkup.configuration(config)
    yield checkup.zone(config)
    yield checkup.listeners(config)
    if config.push:
        yield checkup.hubs(folder)
    if not offline:
        from monitor.cli import outside

        if config.push:
            yield outside.callback(config, config.push)
        yield from outside.sources(config)
        yield from outside.channels(config)


def _show(found: Finding) -> None:
    click.secho(f"{found.state:<6}", fg=COLORS[found.state], nl=False)
    click.echo(f"{found.about}: {found.what}")
    if found.next:
        click.echo(f"      next: {found.next}")
