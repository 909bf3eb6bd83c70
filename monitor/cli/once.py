"""`once`: one pass over all sources."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from monitor.cli.context import config_option, isolate, json_option, state_option

if TYPE_CHECKING:
    from monitor.model import Delivery, PollResult, Settlement
    from monitor.pipeline.scout import Finding


@click.command()
@config_option
@state_option
@json_option
def once(config_path: Path, state: Path | None, *, as_json: bool) -> None:
    """Look at every source once, send what is due, and print both.

    The first look at a source learns its headlines and tells nothing; run it again later to see news. Endpoints that
    are found for a source without any of its own join at the next pass.
    Exit status 1 when a source failed or a message could not be sent.
    """
    import random
    import time
    from contextlib import closing
    from datetime import UTC, datetime

    from monitor.cli.context import (
        article_pool,
        load_config,
        make_article_fetcher,
        make_fetcher,
        make_hosts,
        make_resolver,
        make_robots,
        only_instance,
        opened_store,
        owner,
    )
    from monitor.pipeline.build import build
    from monitor.pipeline.pages import Aside
    from monitor.service.once import look_around, run_once

    config = load_config(config_path)

    def clock() -> datetime:
        return datetime.now(UTC)

    sent: list[tuple[Delivery, Settlement]] = []
    resolver, hosts = make_resolver(), make_hosts(config)
    with (
        only_instance(state),
        opened_store(state) as store,
        closing(make_fetcher(config, clock, resolver, hosts)) as fetcher,
        article_pool() as pool,
        closing(make_article_fetcher(config, clock, resolver, hosts)) as pages,
    ):
        line = build(
            config,
            store=store,
            fetcher=fetcher,
            clock=clock,
            random=random.random,
            owner=owner(),
            pause=time.sleep,
            aside=Aside(fetcher=pages, pool=pool),
            robots=make_robots(config, clock, fetcher, store),
            watch=lambda delivery, settlement: sent.append((delivery, settlement)),
        )
        show = (lambda _result: None) if as_json else _show_poll
        results = run_once(line, store, clock, config.workers, show)
        findings = look_around(line, clock, config.workers)
    if as_json:
        report = {"polls": [_poll(r) for r in results], "deliveries": [_delivery(*pair) for pair in sent]}
        report["found"] = [found for finding in findings for found in _found(finding)]
        click.echo(json.dumps(report, ensure_ascii=False, indent=2))
    else:
        for pair in sent:
            _show_delivery(*pair)
        for finding in findings:
            _show_finding(finding)
        click.echo(_sum(results, sent))
    failed = any(r.outcome == "failed" for r in results) or any(s.state != "sent" for _, s in sent)
    sys.exit(1 if failed else 0)


def _show_finding(finding: Finding) -> None:
    for one in _found(finding):
        click.echo(f"{one['source']}: found {one['kind']} {one['url']}, watched from the next pass on")
    if finding.notice:
        click.secho(f"{finding.discovery.source}: {finding.notice}", fg="yellow")


def _found(finding: Finding) -> list[dict[str, object]]:
    look = finding.discovery
    return [
        {"source": look.source, "endpoint": one.name, "kind": one.kind, "url": one.url, "evidence": one.evidence}
        for one in look.endpoints
        if one.found_at >= look.looked_at
    ]


def _show_poll(result: PollResult) -> None:
    place = f"{result.state.source} ({result.state.endpoint})"
    if result.outcome == "failed":
        click.secho(f"{place}: failed: {result.error}", fg="red")
    elif result.outcome == "learned":
        click.echo(f"{place}: first look, {result.items} headlines learned, nothing told")
    else:
        click.echo(f"{place}: {result.items or 'no change,'} headlines, {len(result.changes)} new or edited")
    for change in result.changes:
        rules = sorted({m.rule for a in result.alerts if a.change.id == change.id and a.goes_out for m in a.matches})
        told = f"  → {', '.join(rules)}" if rules else ""
        click.echo(f"  {change.kind}: {isolate(change.headline.title)}{told}")


def _show_delivery(delivery: Delivery, settlement: Settlement) -> None:
    to = f"{delivery.channel} to {delivery.recipient}"
    if settlement.state == "sent":
        click.echo(f"sent by {to}: {len(delivery.message.alert_ids)} alerts")
    else:
        click.secho(f"not sent by {to}: {settlement.error} ({settlement.state})", fg="red")


def _sum(results: list[PollResult] | Any, sent: list[tuple[Delivery, Settlement]]) -> str:
    news = sum(len(result.changes) for result in results)
    failed = sum(1 for result in results if result.outcome == "failed")
    good = sum(1 for _, settlement in sent if settlement.state == "sent")
    return f"{len(results)} endpoints, {failed} failed; {news} new or edited; {good} of {len(sent)} messages sent"


def _poll(result: PollResult) -> dict[str, object]:
    return {
        "source": result.state.source,
        "endpoint": result.state.endpoint,
        "outcome": result.outcome,
        "items": result.items,
        "error": result.error,
        "changes": [
            {"kind": change.kind, "headline": change.headline.title, "url": change.headline.url}
            for change in result.changes
        ],
    }


def _delivery(delivery: Delivery, settlement: Settlement) -> dict[str, object]:
    return {
        "id": delivery.id,
        "channel": delivery.channel,
        "recipient": delivery.recipient,
        "alerts": list(delivery.message.alert_ids),
        "state": settlement.state,
        "error": settlement.error,
    }
