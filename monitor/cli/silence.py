"""`silence`: tell nobody of something for a while; what was silenced stays on record."""

from __future__ import annotations

import getpass
import json
import sys
from collections.abc import Sequence
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import click

from monitor.cli.context import isolate, json_option, state_option

if TYPE_CHECKING:
    from monitor.model import Silence


@click.group()
def silence() -> None:
    """Tell nobody of something for a while.

    Works beside a running service, at once. What was silenced stays on record: see `deliveries list` and `why`.
    """


@silence.command()
@click.option("--rule", "rules", multiple=True, help="Alerts of this rule; more than one may be named.")
@click.option("--source", "sources", multiple=True, help="Alerts of this source.")
@click.option("--word", "words", multiple=True, help="Headlines with this word, inflected as in a rule.")
@click.option("--for", "span", required=True, metavar="DURATION", help="How long, such as 30m, 2h or 1d.")
@click.option("--why", required=True, help="The reason, for everybody who asks later.")
@click.option("--who", default=None, help="Who wants it. Default: the name of the user.")
@state_option
def add(
    rules: tuple[str, ...],
    sources: tuple[str, ...],
    words: tuple[str, ...],
    span: str,
    why: str,
    who: str | None,
    state: Path | None,
) -> None:
    """Silence the alerts that fit every kind named: a rule, a source, a word.

    An alert of several rules is silenced only when all of them are.

    \b
    headline-monitor silence add --rule weather --for 2h --why "storm, the desk knows"
    headline-monitor silence add --source hespress --word مباراة --for 3h --why "the final is on"
    """
    from monitor.cli.context import opened_store
    from monitor.model import Silence

    if not (rules or sources or words):
        raise click.UsageError("name what to silence: --rule, --source or --word")
    _check_words(words)
    now = datetime.now(UTC)
    wanted = Silence(
        id=0,
        rules=rules,
        sources=sources,
        words=words,
        starts_at=now,
        ends_at=now + _span(span),
        who=who or getpass.getuser(),
        why=why,
    )
    with opened_store(state) as store:
        made = store.add_silence(wanted)
    click.echo(f"{_line(made, now)}\nto end it sooner: headline-monitor silence expire {made.id}")


@silence.command("list")
@click.option("--all", "everything", is_flag=True, help="Those that are over, too.")
@state_option
@json_option
def list_(state: Path | None, *, everything: bool, as_json: bool) -> None:
    """List the silences that are on."""
    from monitor.cli.context import read_store

    now = datetime.now(UTC)
    with read_store(state) as store:
        since = datetime.fromtimestamp(0, UTC) if everything else now
        found: Sequence[Silence] = store.silences(since) if store else []
    if as_json:
        click.echo(json.dumps([asdict(one) for one in found], ensure_ascii=False, indent=2, default=datetime.isoformat))
        return
    for one in found:
        click.echo(_line(one, now))
    if not found:
        click.echo("no silences")


@silence.command()
@click.argument("number", type=int)
@state_option
def expire(number: int, state: Path | None) -> None:
    """End the silence with NUMBER now."""
    from monitor.cli.context import opened_store

    with opened_store(state) as store:
        ended = store.expire_silence(number, datetime.now(UTC))
    if not ended:
        click.echo(f"no silence {number} is on; see: headline-monitor silence list --all", err=True)
        sys.exit(1)
    click.echo(f"silence {number} is over")


def _check_words(words: tuple[str, ...]) -> None:
    from monitor.match.rules import Rule, compile_rules

    try:
        compile_rules([Rule(name="silence", any=words)])
    except ValueError as error:
        raise click.UsageError(str(error)) from None


def _span(text: str) -> timedelta:
    from monitor.values import Duration

    try:
        return Duration.parse(text)
    except ValueError as error:
        raise click.UsageError(f"--for: {error}") from None


def _line(one: Silence, now: datetime) -> str:
    named = [
        f"{kind} {', '.join(map(isolate, values))}"
        for kind, values in (("rule", one.rules), ("source", one.sources), ("word", one.words))
        if values
    ]
    ends = f"{one.ends_at.astimezone():%Y-%m-%d %H:%M %Z}"
    until = f"until {ends}" if one.ends_at > now else f"over since {ends}"
    return f"silence {one.id}: {'; '.join(named)} {until}, by {one.who}: {isolate(one.why)}"
