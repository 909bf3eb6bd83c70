"""`why`: which rule, word and steps between word and headline, what just missed, and what would be sent where?"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import click

from monitor.cli.context import config_option, isolate, json_option, state_option
from monitor.cli.why_past import Decision, decisions, names

if TYPE_CHECKING:
    from monitor.match.rules import RuleSet
    from monitor.match.verdicts import Verdict
    from monitor.model import Alert, Headline, Silence
    from monitor.route.plan import Router
    from monitor.store.past import Past
    from monitor.store.store import SqliteStore

SHOWN = 20  # headlines of one title


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

    Names for every word the place in the headline and the steps between the two, and for silent rules what they
    only just missed. HEADLINE may also be the link of one that was seen. Then it says which look saw it first, what
    was decided at each (new, edited, back, learned silently, held, the same story as another) and why, under which
    other titles and links it is known, and what became of its alerts. Exit status 1 when nobody would be told.

    \b
    headline-monitor why "عاجل: وبالأمن …" --source kifache
    """
    from monitor.cli.context import load_config, read_store
    from monitor.match.verdicts import explain
    from monitor.pipeline.build import build_router, build_rules

    config = load_config(config_path)
    if source and source not in {s.name for s in config.sources}:
        raise click.UsageError(f"no source '{source}' in {config_path}")
    rules, router = build_rules(config), build_router(config)
    with read_store(state) as store:
        seen = _find(headline, store) if store else []
        title = seen[0].title if seen and headline == seen[0].url else headline
        shown = _headline(title, source or config.sources[0].name, ticker=ticker)
        verdicts = explain(rules, shown)
        alerts = _alerts(shown, router, rules, store)
        silences = store.silences(shown.first_seen_at) if store else ()
    silent = {alert.id: silence for alert in alerts if (silence := _silence(alert, silences))}
    if as_json:
        report = {
            "headline": headline,
            "rules": [_verdict(verdict) for verdict in verdicts],
            "alerts": [
                {
                    "channel": a.channel,
                    "due": a.due_at.isoformat(),
                    "dropped": a.dropped,
                    "rules": [m.rule for m in a.matches],
                    "silenced": silent.get(a.id),
                }
                for a in alerts
            ],
            "seen": [_seen(found, headline, decisions(found, rules, router)) for found in seen],
        }
        click.echo(json.dumps(report, ensure_ascii=False, indent=2))
    else:
        for verdict in verdicts:
            for line in _verdict_lines(verdict):
                click.echo(line)
        for alert in alerts:
            silenced = silent.get(alert.id)
            click.echo(_silenced(alert, silenced) if silenced else _fate(alert))
        if not any(alert.goes_out for alert in alerts):
            click.echo("nobody would be told")
        for found in seen:
            for line in _seen_lines(found, headline, decisions(found, rules, router)):
                click.echo(line)
        if not seen:
            click.echo("no source has shown it so far")
    sys.exit(0 if any(alert.goes_out for alert in alerts) else 1)


def _verdict(verdict: Verdict) -> dict[str, object]:
    return {
        "rule": verdict.rule,
        "fires": verdict.fired,
        "reason": verdict.reason,
        "words": [asdict(one) | {"steps": list(one.steps)} for one in verdict.evidence],
        "near_misses": list(verdict.misses),
    }


def _verdict_lines(verdict: Verdict) -> Iterator[str]:
    sign = click.style("fires ", fg="green") if verdict.fired else "silent"
    yield f"{sign} {isolate(verdict.rule)}: {verdict.reason}"
    for one in verdict.evidence:
        steps = ", ".join(one.steps) or "as it is written"
        yield f"       {one.list}: {isolate(one.term)} ← {isolate(one.text)} at {one.start + 1}: {steps}"
    for miss in verdict.misses:
        yield f"       almost: {miss}"


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


def _alerts(headline: Headline, router: Router, rules: RuleSet, store: SqliteStore | None) -> list[Alert]:
    from monitor.model import Change, ChangeKind
    from monitor.pipeline.telling import find_kin

    change = Change(id="asked", kind=ChangeKind.NEW, headline=headline, seen_at=headline.first_seen_at)
    kin = find_kin(store, headline.source, [change], headline.first_seen_at)[0][change.id] if store else ()
    return router.plan(change, rules.evaluate(headline), headline.first_seen_at, kin)


def _silence(alert: Alert, silences: Sequence[Silence]) -> str | None:
    from monitor.pipeline.silencing import says
    from monitor.route.silences import on_record, silenced_by

    silence = silenced_by(alert, silences, alert.change.seen_at, says)
    return f"{on_record(silence)} (until {silence.ends_at:%Y-%m-%d %H:%M} UTC)" if silence else None


def _silenced(alert: Alert, reason: str) -> str:
    return click.style(f"would not go to {alert.channel}: {isolate(reason)}", fg="yellow")


def _fate(alert: Alert) -> str:
    """Return whether a channel would be told, and when, or why not."""
    if alert.dropped:
        return f"would not go to {alert.channel}: {isolate(alert.dropped)}"
    return f"would go to {alert.channel}, {_when(alert)}"


def _when(alert: Alert) -> str:
    waits = alert.due_at > alert.change.seen_at
    return f"held until {alert.due_at:%Y-%m-%d %H:%M} UTC" if waits else "at once"


def _find(headline: str, store: SqliteStore) -> Sequence[Past]:
    """Return the headlines that were seen under a title, former or dressed up ones included, or under a link."""
    from monitor.diff.identity import key_of_title
    from monitor.text import clean
    from monitor.urls import canonical

    keys = {key_of_title(clean(headline))}
    if "://" in headline:
        keys.add("u:" + canonical(headline))
    return store.past(store.known_as(keys, SHOWN))


def _seen(found: Past, asked: str, decided: Sequence[Decision]) -> dict[str, object]:
    return {
        "source": found.source,
        "headline": found.title,
        "url": found.url,
        "first_seen": found.first_seen_at.isoformat(),
        "last_seen": found.last_seen_at.isoformat(),
        "learned_silently": found.baseline,
        "rules_fired": sorted(found.fired),
        "names": list(names(found, asked)),
        "same_story": [{"source": source, "headline": title} for source, title in found.same_story],
        "decisions": [asdict(one) | {"at": one.at.isoformat()} for one in decided],
    }


def _seen_lines(found: Past, asked: str, decided: Sequence[Decision]) -> Iterator[str]:
    fired = f"; alerted for {', '.join(sorted(found.fired))}" if found.fired else ""
    since = f"{found.first_seen_at:%Y-%m-%d %H:%M} UTC"
    yield f"seen by {found.source} since {since}, {found.section}{fired}: {isolate(found.title)}"
    for one in decided:
        where = f" ({one.endpoint})" if one.endpoint else ""
        yield f"       {one.at:%Y-%m-%d %H:%M} {one.what}{where}"
        for alert in one.alerts:
            yield f"                        {isolate(alert)}"
    for name in names(found, asked):
        yield f"       {name}"
    for source, title in found.same_story:
        yield f"       same story: {isolate(source)}: {isolate(title)}"
