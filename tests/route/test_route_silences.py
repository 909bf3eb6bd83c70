"""What a silence holds back."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from servers.samples import NOW, alert

from monitor.model import Match, Silence
from monitor.route.silences import on_record, silenced_by

HOUR = timedelta(hours=1)


def silence(**given: Any) -> Silence:
    values = {"id": 3, "starts_at": NOW - HOUR, "ends_at": NOW + HOUR, "who": "salma", "why": "storm"}
    return Silence(**{**values, **given})


def held(silences: list[Silence], now=NOW, **given: Any) -> bool:
    return silenced_by(alert(**given), silences, now, lambda words, head: words[0] in head.title) is not None


def test_an_alert_must_fit_everything_that_the_silence_names() -> None:
    one = silence(rules=("weather",), sources=("sada",), words=("الأمن",))

    assert held([one], rule="weather", source="sada")
    assert not held([one], rule="weather", source="marsa")
    assert not held([one], rule="ports", source="sada")
    assert not held([one], rule="weather", source="sada", title="طقس حار")


def test_an_alert_of_two_rules_is_told_while_one_of_them_is_not_silent() -> None:
    both = (Match(rule="weather"), Match(rule="ports"))

    assert not held([silence(rules=("weather",))], matches=both)
    assert held([silence(rules=("weather", "ports"))], matches=both)
    assert held([silence(rules=("weather",)), silence(rules=("ports",))], matches=both)


def test_a_silence_counts_for_what_was_seen_meanwhile_and_for_what_still_waits() -> None:
    over = silence(sources=("sada",), starts_at=NOW - 2 * HOUR, ends_at=NOW - HOUR)

    assert held([over], source="sada", seen_at=NOW - 1.5 * HOUR)
    assert not held([over], source="sada", seen_at=NOW - HOUR / 2)
    assert held([silence(sources=("sada",))], source="sada", seen_at=NOW - 5 * HOUR)


def test_who_and_why_stay_on_record() -> None:
    assert on_record(silence()) == "silence 3 by salma: storm"
