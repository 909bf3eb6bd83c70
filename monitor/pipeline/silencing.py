"""Takes out of the due alerts what a person silenced; reads silences anew each time, so that they work at once."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from functools import lru_cache

from monitor.match.rules import Rule, RuleSet, compile_rules
from monitor.model import Alert, Headline
from monitor.ports import Store
from monitor.route.silences import on_record, silenced_by


def heard(store: Store, alerts: Sequence[Alert], now: datetime) -> list[Alert]:
    """Return the alerts that are to be told; the others are dropped, and their silence is put on record."""
    since = min((alert.change.seen_at for alert in alerts), default=now)
    silences = store.silences(min(since, now))
    if not silences:
        return list(alerts)
    told: list[Alert] = []
    dropped: dict[str, list[str]] = {}
    for alert in alerts:
        silence = silenced_by(alert, silences, now, says)
        if silence is None:
            told.append(alert)
        else:
            dropped.setdefault(on_record(silence), []).append(alert.id)
    for reason, ids in dropped.items():
        store.drop_alerts(ids, reason)
    return told


def says(words: tuple[str, ...], headline: Headline) -> bool:
    """Tell whether a headline has one of the words, inflected as in a rule."""
    return bool(_rules(words).evaluate(headline))


@lru_cache(maxsize=64)
def _rules(words: tuple[str, ...]) -> RuleSet:
    return compile_rules([Rule(name="silence", any=words)])
