"""Which alerts a silence holds back, and what is put on record for it; drops nothing itself."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime

from monitor.model import Alert, Headline, Silence

Says = Callable[[tuple[str, ...], Headline], bool]
"""Tells whether a headline has one of the words."""


def silenced_by(alert: Alert, silences: Iterable[Silence], now: datetime, says: Says) -> Silence | None:
    """Return the silence that holds an alert back, or None: it is told.

    A silence counts from when it was made to its end, for what was seen meanwhile and what still waits. An alert of
    several rules is held back only when each of them is silent.
    """
    headline = alert.change.headline
    fitting = [
        one
        for one in silences
        if (_covers(one, alert.change.seen_at) or _covers(one, now))
        and (not one.sources or headline.source in one.sources)
        and (not one.words or says(one.words, headline))
    ]
    silent = {rule for one in fitting for rule in one.rules}
    everything = [one for one in fitting if not one.rules]
    if everything:
        return everything[-1]
    if fitting and all(match.rule in silent for match in alert.matches):
        return next(one for one in reversed(fitting) if alert.matches[0].rule in one.rules)
    return None


def on_record(silence: Silence) -> str:
    """Return what is remembered of an alert that was held back."""
    return f"silence {silence.id} by {silence.who}: {silence.why}"


def _covers(silence: Silence, moment: datetime) -> bool:
    return silence.starts_at <= moment < silence.ends_at
