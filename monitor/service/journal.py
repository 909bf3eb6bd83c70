"""What the log says of each poll and each delivery: changes and trouble, not every quiet look."""

from __future__ import annotations

import logging

from monitor.model import Delivery, DeliveryState, PollOutcome, PollResult, PollState, Settlement, Subscription
from monitor.pipeline.scout import Finding
from monitor.service.logs import log


def poll(before: PollState, result: PollResult) -> None:
    """Log one poll."""
    source, endpoint = before.source, before.endpoint
    if result.outcome is PollOutcome.FAILED:
        level = logging.WARNING if before.failures == 0 else logging.DEBUG
        log(level, "poll failed", source=source, endpoint=endpoint, failures=result.state.failures, reason=result.error)
        return
    if before.failures:
        log(logging.INFO, "source is back", source=source, endpoint=endpoint, failures=before.failures)
    log(
        logging.INFO if result.outcome is PollOutcome.LEARNED else logging.DEBUG,
        f"poll {result.outcome}",
        source=source,
        endpoint=endpoint,
        items=result.items,
        ms=result.elapsed_ms,
    )
    if result.flood:
        log(
            logging.WARNING,
            "flood held",
            source=source,
            endpoint=endpoint,
            reason=result.flood.reason,
            next=f"headline-monitor held show {result.flood.id[:8]}",
        )
    for change in result.changes:
        alerts = [alert for alert in result.alerts if alert.change.id == change.id and alert.goes_out]
        log(
            logging.INFO,
            f"headline {change.kind}",
            source=source,
            title=change.headline.title,
            rules=",".join(sorted({match.rule for alert in alerts for match in alert.matches})) or None,
            channels=",".join(sorted(alert.channel for alert in alerts)) or None,
        )


def renamed(former: str, name: str) -> None:
    """Log that a source got another name in the configuration."""
    log(logging.INFO, "source renamed, its memory goes with it", source=name, former=former)


def look(finding: Finding) -> None:
    """Log one look for a source's endpoints, and what the operator is told of it."""
    found = finding.discovery
    if finding.notice:
        log(logging.WARNING, "endpoint died", source=found.source, notice=finding.notice)
    log(
        logging.INFO if finding.changed else logging.DEBUG,
        "endpoints found" if finding.changed else "looked for endpoints",
        source=found.source,
        endpoints=", ".join(f"{one.name} {one.url}" for one in found.endpoints if not one.replaced_at) or None,
        tried="; ".join(found.tried),
    )


def hub(asked: Subscription | None) -> None:
    """Log one request to a hub; nothing when it ended what was agreed."""
    if asked is not None:
        failed = asked.tries > 0 and not asked.awaiting
        log(
            logging.WARNING if failed and asked.tries == 1 else logging.DEBUG if failed else logging.INFO,
            "hub not subscribed to" if failed else "hub asked",
            source=asked.source,
            endpoint=asked.endpoint,
            hub=asked.hub,
            mode="unsubscribe" if asked.leaving else "subscribe",
            reason=asked.reason if failed else None,
        )


def delivery(sent: Delivery, settlement: Settlement) -> None:
    """Log one attempt."""
    level = {DeliveryState.SENT: logging.INFO, DeliveryState.PENDING: logging.WARNING}
    log(
        level.get(settlement.state, logging.ERROR),
        f"delivery {settlement.state}",
        id=sent.id,
        channel=sent.channel,
        recipient=sent.recipient,
        alerts=len(sent.message.alert_ids),
        attempt=sent.attempts,
        reason=settlement.error,
    )
