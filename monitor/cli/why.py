"""`why`: which rule and word, and what would be sent where?"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from monitor.cli.context import config_option, isolate, json_option, state_option

if TYPE_CHECKING:
    from monitor.match.rules import RuleSet
    from monitor.model import Alert, Headline
    from monitor.route.plan import Router
    from monitor.store.queries import Seen


@click.command()
@click.argument("headline")
@click.option("--source", metavar="NAME", help="As if this source had shown it. Default: the first one.")
@click.option("--ticker", is_flag=True, help="As if it stood in the breaking ticker.")
@config_option
@state_option
@json_option
def why(
    headline: str, source: str | None, config_path: Path, state: Path | None, *, ticker: bool, as_json: bool
) -> None:
    """Explain what the rules make of HEADLINE: which fire, by which word, who would be told, and when.

    Also says whether it was seen, and what became of its alerts. Exit status 1 when no rule fires.
    """
    from monitor.cli.context import load_config, read_store
    from monitor.pipeline.build import build_router, build_rules

    config = load_config(config_path)
    if source and source not in {s.name for s in config.sources}:
        raise click.UsageError(f"no source '{source}' in {config_path}")
    shown = _headline(headline, source or config.sources[0].name, ticker=ticker)
    rules = build_rules(config)
    verdicts = rules.explain(shown)
    alerts = _alerts(shown, build_router(config), rules)
    with read_store(state) as store:
        seen = store.queries.find_headline(headline) if store else []
    if as_json:
        report = {
            "headline": headline,
            "rules": [{"rule": v.rule, "fires": v.fired, "reason": v.reason} for v in verdicts],
            "alerts": [
                {"channel": a.channel, "due": a.due_at.isoformat(), "rules": [m.rule for m in a.matches]}
                for a in alerts
            ],
            "seen": [_seen(found) for found in seen],
        }
        click.echo(json.dumps(report, ensure_ascii=False, indent=2))
    else:
        for verdict in verdicts:
            sign = click.style("fires", fg="green") if verdict.fired else "silent"
            click.echo(f"{sign:<6} {isolate(verdict.rule)}: {verdict.reason}")
        for alert in alerts:
            click.echo(f"would go to {alert.channel}, {_when(alert)}")
        if not alerts:
            click.echo("nobody would be told")
        for found in seen:
            click.echo(_seen_line(found))
        if not seen:
            click.echo("no source has shown it so far")
    sys.exit(0 if alerts else 1)


def _headline(title: str, source: str, *, ticker: bool) -> Headline:
    from datetime import UTC, datetime

    from monitor.model import Headline, Section
    from monitor.text import clean, split_mark

    title = clean(title)
    return Headline(
        source=source,
        key="asked",
        title=title,
        section=Section.TICKER if ticker else Section.LIST,
        first_seen_at=datetime.now(UTC),
        breaking=ticker or split_mark(title)[0] is not None,
    )


def _alerts(headline: Headline, router: Router, rules: RuleSet) -> list[Alert]:
    from monitor.model import Change, ChangeKind

    change = Change(id="asked", kind=ChangeKind.NEW, headline=headline, seen_at=headline.first_seen_at)
    return router.plan(change, rules.evaluate(headline), headline.first_seen_at)


def _when(alert: Alert) -> str:
    waits = alert.due_at > alert.change.seen_at
    return f"held until {alert.due_at:%Y-%m-%d %H:%M} UTC" if waits else "at once"


def _seen(found: Seen) -> dict[str, object]:
    return {
        "source": found.source,
        "headline": found.title,
        "url": found.url,
        "first_seen": found.first_seen_at.isoformat(),
        "last_seen": found.last_seen_at.isoformat(),
        "learned_silently": found.baseline,
        "rules_fired": sorted(found.fired),
    }


def _seen_line(found: Seen) -> str:
    how = ", learned at the first look" if found.baseline else ""
    fired = f"; alerted for {', '.join(sorted(found.fired))}" if found.fired else "; no alert"
    return f"seen by {found.source} since {found.first_seen_at:%Y-%m-%d %H:%M} UTC{how}{fired}"
