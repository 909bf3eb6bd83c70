"""`history`: how a headline changed, and what was told of it."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from monitor.cli.context import isolate, json_option, state_option
from monitor.cli.why_past import decisions

if TYPE_CHECKING:
    from monitor.store.past import Past
    from monitor.store.store import SqliteStore

LOOKED_THROUGH = 50_000  # titles, newest first


@click.command()
@click.argument("wanted", metavar="[TEXT|ID]", required=False)
@click.option("--limit", default=10, show_default=True, help="At most so many headlines, newest first.")
@state_option
@json_option
def history(wanted: str | None, limit: int, state: Path | None, *, as_json: bool) -> None:
    """Show every version of the headlines that have TEXT in a title or link, or of the one with ID.

    Without TEXT the headlines that changed last. Each version says when it was seen, what was new in it, and what
    became of its alerts: sent out, waiting, held, or dropped and why.

    \b
    headline-monitor history "حد السوالم"
    headline-monitor history 1204 --json
    """
    from monitor.cli.context import read_store

    with read_store(state) as store:
        found = _find(store, wanted, limit) if store else []
    if as_json:
        click.echo(json.dumps([asdict(row) for row in found], ensure_ascii=False, indent=2, default=datetime.isoformat))
        return
    for past in found:
        _show(past)
    if not found:
        click.echo(f"no headline has '{wanted}' in its title or link" if wanted else "no headline has changed so far")


def _find(store: SqliteStore, wanted: str | None, limit: int) -> Sequence[Past]:
    if wanted is None:
        return store.past(store.changed_last(limit))
    if wanted.isdigit() and (found := store.past([int(wanted)])):
        return found
    return store.past(_with_text(store, wanted, limit))


def _with_text(store: SqliteStore, wanted: str, limit: int) -> list[int]:
    from monitor.text import fold_text

    text = fold_text(wanted).replace("ة", "ه")
    ids = (
        id_
        for id_, title, url in store.titles(LOOKED_THROUGH)
        if text in fold_text(title).replace("ة", "ه") or wanted == url
    )
    return list(dict.fromkeys(ids))[:limit]


def _show(past: Past) -> None:
    click.echo(f"{past.id}  {isolate(past.source)}: {isolate(past.title)}")
    if past.url:
        click.echo(f"      {past.url}")
    for source, title in past.same_story:
        click.echo(f"      same story: {isolate(source)}: {isolate(title)}")
    titles = [past.title] * past.baseline + [version.title for version in past.versions]
    for decision, title in zip(decisions(past), titles, strict=True):
        shown = f" ({decision.endpoint})" if decision.endpoint else ""
        click.echo(f"      {_time(decision.at)} {decision.what}{shown}: {isolate(title)}")
        for alert in decision.alerts:
            click.echo(f"                           {isolate(alert)}")


def _time(moment: datetime) -> str:
    return f"{moment:%Y-%m-%d %H:%M:%S} UTC"
