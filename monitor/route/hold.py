"""Holds the alerts of a flood back; one per channel goes out and says how many more there are."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from monitor.model import Alert, Flood


def hold(alerts: Sequence[Alert], flood: Flood) -> list[Alert]:
    """Return the alerts, those of the flood's changes held but for the first of each channel."""
    held: dict[str, list[Alert]] = {}
    for alert in alerts:
        if alert.change.id in flood.changes and not alert.dropped:
            held.setdefault(alert.channel, []).append(alert)
    bearers = {found[0].id: len(found) - 1 for found in held.values()}
    back = {alert.id for found in held.values() for alert in found[1:]}
    return [
        replace(alert, flood=flood.id if alert.id in back else None, held_beside=bearers.get(alert.id, 0))
        for alert in alerts
    ]
