"""`backup`, `restore`, `prune`, `verify`, `export`: the database as a thing to keep, check and read elsewhere."""

from __future__ import annotations

import csv
import io
import json
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from monitor.cli.context import json_option, state_option

if TYPE_CHECKING:
    from monitor.store.export import News

_FORMULA = ("=", "+", "-", "@", "\t", "\r")  # what spreadsheets take for the beginning of one


class Length(click.ParamType):  # type: ignore[type-arg]  # generic in the newest click only
    """A length of time such as 90d."""

    name = "length"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> timedelta:
        """Return it."""
        from monitor.values import Duration

        if isinstance(value, timedelta):
            return value
        try:
            return Duration.parse(str(value))
        except ValueError as error:
            self.fail(str(error), param, ctx)


@click.command()
@click.argument("file", type=click.Path(path_type=Path))
@state_option
def backup(file: Path, state: Path | None) -> None:
    """Write a checked copy of the database to FILE; works beside a running service.

    \b
    headline-monitor backup /var/backups/headline-monitor-$(date +%F).db
    """
    from monitor.cli.context import database
    from monitor.store.copies import backup as copy

    _needs_database(state)
    size = copy(database(state), file)
    click.echo(f"wrote {file}, {size / 2**20:.1f} MiB; put it back with: headline-monitor restore {file}")


@click.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@state_option
def restore(file: Path, state: Path | None) -> None:
    """Put the copy FILE in the place of the database; the service must be stopped.

    The database of now is kept beside it. Sources are learned again silently, so what was published meanwhile is not
    told. Messages that waited when the copy was made may have been sent since: they are not sent by themselves, see
    deliveries list --state-is unconfirmed.
    """
    from monitor.cli.context import database, only_instance
    from monitor.store.copies import restore as put_back

    with only_instance(state):
        kept = put_back(file, database(state), datetime.now(UTC))
    click.echo(f"put back {file}" + (f"; the database before is {kept}" if kept else ""))


@click.command()
@click.option("--older-than", type=Length(), required=True, metavar="90d", help="What is older is forgotten.")
@state_option
def prune(older_than: timedelta, state: Path | None) -> None:
    """Forget headlines that are no longer shown, and finished messages, before their time (`retention`).

    Nothing that still waits is touched. Works beside a running service.
    """
    from monitor.cli.context import opened_store

    _needs_database(state)
    with opened_store(state) as store:
        before = store.queries.counts()
        store.prune(datetime.now(UTC), older_than)
        after = store.queries.counts()
    click.echo(f"forgot {before.headlines - after.headlines} headlines and {before.alerts - after.alerts} alerts")


@click.command()
@state_option
@json_option
def verify(state: Path | None, *, as_json: bool) -> None:
    """Check that the database is whole, and that its books agree: no alert without its message, none lost.

    Exit status 1 when something is wrong.
    """
    from monitor.cli.context import read_store

    _needs_database(state)
    with read_store(state) as store:
        wrong = list(store.audit()) if store else []
        counts = store.queries.counts() if store else None
    if as_json:
        click.echo(json.dumps({"wrong": wrong, "counts": asdict(counts) if counts else None}, indent=2))
    else:
        for sentence in wrong:
            click.secho(sentence, fg="red")
        if counts and not wrong:
            click.echo(f"whole: {counts.headlines} headlines, {counts.alerts} alerts, {counts.deliveries_sent} sent")
    sys.exit(1 if wrong else 0)


@click.command()
@click.option("--format", "form", type=click.Choice(["jsonl", "csv", "rss"]), default="jsonl", show_default=True)
@click.option("--since", type=Length(), default="7d", show_default=True, metavar="7d", help="How far back.")
@click.option("--source", "sources", multiple=True, help="Only this source; may be repeated.")
@click.option("--alerts", is_flag=True, help="Only what somebody was told of.")
@state_option
def export(form: str, since: timedelta, sources: tuple[str, ...], state: Path | None, *, alerts: bool) -> None:
    """Print what was news, oldest first, as JSON lines, CSV or RSS.

    \b
    headline-monitor export --since 30d --alerts --format csv > november.csv
    """
    from monitor.cli.context import read_store

    _needs_database(state)
    with read_store(state) as store:
        if store:
            found = store.news(datetime.now(UTC) - since, sources, only_alerts=alerts)
            for line in _FORMS[form](found):
                click.echo(line)


def _needs_database(state: Path | None) -> None:
    from monitor.cli.context import database
    from monitor.errors import MonitorError

    if not database(state).exists():
        raise MonitorError(
            f"no database at {database(state)}; start headline-monitor run, or name its folder by --state"
        )


def _row(news: News) -> Mapping[str, object]:
    return {name: value.isoformat() if isinstance(value, datetime) else value for name, value in asdict(news).items()}


def _jsonl(found: Iterator[News]) -> Iterator[str]:
    for news in found:
        yield json.dumps(_row(news), ensure_ascii=False)


def _csv(found: Iterator[News]) -> Iterator[str]:
    from monitor.store.export import News

    yield ",".join(News.__dataclass_fields__)
    for news in found:
        line = io.StringIO()
        csv.writer(line, lineterminator="").writerow([_cell(value) for value in _row(news).values()])
        yield line.getvalue()


def _cell(value: object) -> object:
    """Return a value as a spreadsheet shows it: a headline that begins like a formula is text."""
    if isinstance(value, tuple):
        value = "; ".join(value)
    return f"'{value}" if isinstance(value, str) and value.startswith(_FORMULA) else value


def _rss(found: Iterator[News]) -> Iterator[str]:
    from xml.sax.saxutils import escape

    yield '<?xml version="1.0" encoding="utf-8"?>'
    yield '<rss version="2.0"><channel><title>Headline monitor</title><description>What was news</description>'
    for news in found:
        link = f"<link>{escape(_xml(news.url))}</link>" if news.url else ""
        told = "".join(f"<category>{escape(_xml(rule))}</category>" for rule in news.rules)
        yield (
            f"<item><title>{escape(_xml(news.title))}</title>{link}"
            f'<guid isPermaLink="false">{news.id}</guid><pubDate>{format_datetime(news.seen_at)}</pubDate>'
            f"<source>{escape(_xml(news.source))}</source>{told}</item>"
        )
    yield "</channel></rss>"


def _xml(text: str) -> str:
    """Return the text without the characters that XML forbids."""
    return "".join(char for char in text if char.isprintable() or char == " ")


_FORMS: Mapping[str, Callable[[Iterator[News]], Iterator[str]]] = {"jsonl": _jsonl, "csv": _csv, "rss": _rss}
