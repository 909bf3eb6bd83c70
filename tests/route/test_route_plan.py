"""Who is told, and when."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from monitor.model import Change, ChangeKind, Headline, Match, Section
from monitor.route.plan import Hours, Route, Router, due
from monitor.values import DailyWindow, TimeOfDay

ZONE = ZoneInfo("Europe/Paris")  # UTC+1 in winter
NOON = datetime(2026, 1, 10, 11, 0, tzinfo=UTC)
NIGHT = datetime(2026, 1, 10, 23, 0, tzinfo=UTC)  # midnight in Paris
HEADLINE = Headline(source="s", key="k", title="t", section=Section.LIST, first_seen_at=NOON)


def change(**more: object) -> Change:
    return Change(id="c", kind=ChangeKind.NEW, headline=HEADLINE, seen_at=NOON, **more)  # type: ignore[arg-type]


ROUTER = Router(
    routes={
        "security": Route(channels=("desk", "mail")),
        "urgent": Route(channels=("desk",), high_priority=True),
    },
    hours={
        "desk": Hours(zone=ZONE, quiet=DailyWindow.parse("23:30-06:30")),
        "mail": Hours(zone=ZONE, digest=(TimeOfDay.parse("08:00"), TimeOfDay.parse("13:00"))),
    },
)
BOTH = [Match(rule="security"), Match(rule="urgent")]


def test_several_rules_on_one_headline_make_one_alert_per_channel() -> None:
    alerts = ROUTER.plan(change(), BOTH, NOON)

    assert [("desk", 2), ("mail", 1)] == [(alert.channel, len(alert.matches)) for alert in alerts]


def test_a_rule_that_alerted_for_this_headline_stays_silent() -> None:
    alerts = ROUTER.plan(change(already_fired=frozenset({"security"})), BOTH, NOON)

    assert [("desk", "urgent")] == [(alert.channel, alert.matches[0].rule) for alert in alerts]


def test_the_same_work_done_twice_gives_the_same_ids() -> None:
    ids = [[alert.id for alert in ROUTER.plan(change(), BOTH, now)] for now in (NOON, NIGHT)]

    assert ids[0] == ids[1]


def test_quiet_hours_hold_until_they_end_and_high_priority_passes() -> None:
    held, passed = (ROUTER.plan(change(), [Match(rule=rule)], NIGHT)[0] for rule in ("security", "urgent"))

    assert held.due_at == datetime(2026, 1, 11, 5, 30, tzinfo=UTC)
    assert passed.due_at == NIGHT


def test_a_digest_waits_for_its_next_time_of_day() -> None:
    assert due(ROUTER.hours["mail"], NOON) == datetime(2026, 1, 10, 12, 0, tzinfo=UTC)


def test_a_digest_inside_quiet_hours_waits_for_their_end() -> None:
    hours = Hours(zone=ZONE, quiet=DailyWindow.parse("23:30-06:30"), digest=(TimeOfDay.parse("02:00"),))

    assert due(hours, NIGHT) == datetime(2026, 1, 11, 5, 30, tzinfo=UTC)


def test_entering_the_ticker_is_no_news_to_a_channel_that_was_told_the_headline() -> None:
    promoted = replace(change(already_fired=frozenset({"security"})), kind=ChangeKind.PROMOTED)

    assert ROUTER.plan(promoted, BOTH, NOON) == []


def test_entering_the_ticker_is_told_to_a_channel_that_holds_the_first_alert() -> None:
    promoted = replace(change(already_fired=frozenset({"security"})), kind=ChangeKind.PROMOTED)

    assert [alert.channel for alert in ROUTER.plan(promoted, BOTH, NIGHT)] == ["desk"]
