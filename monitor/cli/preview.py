"""`preview`: what would the rules have found in the headlines of the last days, and how does a message look?"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from monitor.cli.context import config_option, isolate, json_option, state_option
from monitor.cli.look import show_messages

if TYPE_CHECKING:
    from monitor.match.survey import Group, Survey

_SHOWN = 20  # groups of each sort; JSON has all


@click.command()
@click.argument("rule", required=False)
@click.option("--since", metavar="DURATION", default="7d", show_default=True, help="How far back, such as 12h or 30d.")
@click.option("--channel", metavar="CHANNEL", help="Show instead how the messages of a channel look, with samples.")
@config_option
@state_option
@json_option
def preview(
    rule: str | None, since: str, channel: str | None, config_path: Path, state: Path | None, *, as_json: bool
) -> None:
    """Hold RULE, or every rule, against the headlines that were seen, and group what it finds by spelling.

    Nothing is sent. For every way in which a word is written: how often, and one example; so a second meaning to put
    into none: stands out. Then what none: kept away, and words that almost count, which any: or also: may lack.
    Exit status 1 when no rule finds anything.

    With --channel: what CHANNEL would send of invented alerts, its templates filled in; `notify test` sends one.

    \b
    headline-monitor preview security --since 30d
    headline-monitor preview --channel desk
    """
    from monitor.cli.context import database, load_config, read_store
    from monitor.match.survey import survey
    from monitor.pipeline.build import build_rules

    config = load_config(config_path)
    if channel is not None:
        show_messages(config, channel, config_path, as_json=as_json)
        return
    names = [one.name for one in config.rules]
    if rule is not None and rule not in names:
        raise click.UsageError(f"no rule '{rule}' in {config_path}; rules are: {', '.join(names)}")
    begin = _since(since)
    with read_store(state) as store:
        if store is None:
            click.echo(f"nothing has run yet on {database(state)}; next: headline-monitor run")
            sys.exit(1)
        headlines = list(store.queries.headlines_since(begin))
    rules = build_rules(config)
    surveys = [survey(rules, name, headlines) for name in ([rule] if rule else names)]
    if as_json:
        click.echo(json.dumps([asdict(one) for one in surveys], ensure_ascii=False, indent=2))
    else:
        for one in surveys:
            for line in _lines(one, begin):
                click.echo(line)
    sys.exit(0 if any(one.fired for one in surveys) else 1)


def _since(text: str) -> datetime:
    from monitor.values import Duration

    try:
        return datetime.now(UTC) - Duration.parse(text)
    except (ValueError, OverflowError) as error:
        raise click.UsageError(f"--since: {error}") from None


def _lines(survey: Survey, begin: datetime) -> Iterator[str]:
    yield (
        click.style(f"rule {isolate(survey.rule)}", bold=True)
        + f": {survey.fired} of {survey.seen} headlines first seen since {begin:%Y-%m-%d %H:%M} UTC"
    )
    yield from _groups(map(_found, survey.found), survey.found)
    if survey.vetoed:
        yield "  kept away by none:"
        yield from _groups(map(_found, survey.vetoed), survey.vetoed)
    if survey.almost:
        yield "  almost, not counted:"
        yield from _groups((group.how for group in survey.almost), survey.almost)


def _groups(told: Iterable[str], groups: Sequence[Group]) -> Iterator[str]:
    for line, group in zip(told, groups[:_SHOWN], strict=False):
        yield f"  {group.headlines:5} × {line}"
        yield f"          {group.source}: {isolate(group.example)}"
    if len(groups) > _SHOWN:
        yield f"  and {len(groups) - _SHOWN} more; --json has all"


def _found(group: Group) -> str:
    word = "" if group.word == group.text else f" ← {isolate(group.word)}"
    return f"{isolate(group.text)}{word}{f': {group.how}' if group.how else ''}"
