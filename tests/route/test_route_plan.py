"""Who is told, and when."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from monitor.model import Carrier, Change, ChangeKind, EditKind, Headline, Match, Section
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


def test_an_alert_has_low_priority_only_when_each_of_its_rules_has() -> None:
    routes = {"gossip": Route(channels=("desk",), low_priority=True), "security": Route(channels=("desk",))}
    router = Router(routes=routes, hours=ROUTER.hours)
    for rules, low in ((["gossip"], True), (["gossip", "security"], False)):
        (alert,) = router.plan(change(), [Match(rule=rule) for rule in rules], NOON)
        assert alert.low_priority is low


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


CASABLANCA = ZoneInfo("Africa/Casablanca")  # UTC+1, and UTC while Ramadan lasts: in 2026 from 15 February to 22 March


def test_quiet_hours_end_by_the_clock_on_the_wall_when_ramadan_sets_it_back_and_forth() -> None:
    hours = Hours(zone=CASABLANCA, quiet=DailyWindow.parse("23:30-06:30"))
    ends = [due(hours, datetime(2026, month, day, 1, 0, tzinfo=UTC)) for month, day in ((2, 14), (2, 16), (3, 23))]

    assert ends == [
        datetime(2026, 2, 14, 5, 30, tzinfo=UTC),
        datetime(2026, 2, 16, 6, 30, tzinfo=UTC),
        datetime(2026, 3, 23, 5, 30, tzinfo=UTC),
    ]


def test_the_night_in_which_the_clock_is_set_back_is_an_hour_longer() -> None:
    hours = Hours(zone=CASABLANCA, quiet=DailyWindow.parse("23:30-06:30"))

    assert due(hours, datetime(2026, 2, 14, 22, 45, tzinfo=UTC)) == datetime(2026, 2, 15, 6, 30, tzinfo=UTC)


def test_a_digest_at_an_hour_that_summer_time_skips_comes_when_the_clock_has_passed_it() -> None:
    hours = Hours(zone=ZONE, digest=(TimeOfDay.parse("02:30"),))

    assert due(hours, datetime(2026, 3, 29, 0, 0, tzinfo=UTC)) == datetime(2026, 3, 29, 1, 30, tzinfo=UTC)


def test_a_digest_at_an_hour_that_comes_twice_is_sent_once() -> None:
    hours = Hours(zone=ZONE, digest=(TimeOfDay.parse("02:30"),))

    first = due(hours, datetime(2026, 10, 25, 0, 0, tzinfo=UTC))
    assert first == datetime(2026, 10, 25, 0, 30, tzinfo=UTC)
    assert due(hours, first) == datetime(2026, 10, 26, 1, 30, tzinfo=UTC)


@pytest.mark.parametrize("day", ["2026-02-14", "2026-02-15", "2026-03-21", "2026-03-22"])
def test_each_digest_of_a_day_on_which_ramadan_moves_the_clock_comes_once(day: str) -> None:
    hours = Hours(zone=CASABLANCA, digest=tuple(map(TimeOfDay.parse, ("02:30", "08:00", "13:00"))))
    now = datetime.fromisoformat(f"{day}T00:00").replace(tzinfo=CASABLANCA).astimezone(UTC)
    end, moments = now + timedelta(days=1), []
    while (now := due(hours, now)) <= end:
        moments.append(now)

    shown = [moment.astimezone(CASABLANCA).strftime("%H:%M") for moment in moments if moment < end]
    assert shown[-2:] == ["08:00", "13:00"]
    assert len(shown) == 3


def test_summer_time_that_begins_or_ends_within_quiet_hours_over_midnight_moves_their_end() -> None:
    hours = Hours(zone=ZONE, quiet=DailyWindow.parse("23:30-06:30"))
    spring, autumn = (due(hours, datetime(2026, m, d, 23, 0, tzinfo=UTC)) for m, d in ((3, 28), (10, 24)))

    assert spring == datetime(2026, 3, 29, 4, 30, tzinfo=UTC)
    assert autumn == datetime(2026, 10, 25, 5, 30, tzinfo=UTC)


def test_quiet_hours_that_end_at_an_hour_the_clock_skips_end_when_it_has_passed_it() -> None:
    hours = Hours(zone=ZONE, quiet=DailyWindow.parse("23:30-02:30"))

    assert due(hours, datetime(2026, 3, 28, 23, 0, tzinfo=UTC)) == datetime(2026, 3, 29, 1, 30, tzinfo=UTC)


def test_entering_the_ticker_is_no_news_to_a_channel_that_was_told_the_headline() -> None:
    promoted = replace(change(already_fired=frozenset({"security"})), kind=ChangeKind.PROMOTED)

    assert ROUTER.plan(promoted, BOTH, NOON) == []


def test_entering_the_ticker_is_told_to_a_channel_that_holds_the_first_alert() -> None:
    promoted = replace(change(already_fired=frozenset({"security"})), kind=ChangeKind.PROMOTED)

    assert [alert.channel for alert in ROUTER.plan(promoted, BOTH, NIGHT)] == ["desk"]


# --- stories and edits --------------------------------------------------------------------------------

FIRST = Carrier(id=7, source="first", title="told there", story=7, told=frozenset({"security"}), seen_at=NOON)


def route(**more: object) -> Router:
    routes = {
        "security": Route(channels=("desk",), **more),  # type: ignore[arg-type]
        "urgent": Route(channels=("desk",), high_priority=True),
    }
    return Router(routes=routes, hours={"desk": Hours(zone=ZONE)})


def test_a_story_that_a_rule_told_on_another_site_is_dropped_with_the_reason() -> None:
    alert = route().plan(change(), [Match(rule="security")], NOON, [FIRST])[0]

    assert alert.dropped == "same story as «told there» on first"
    assert not alert.again


def test_a_followup_names_the_site_that_told_the_story_first() -> None:
    alert = route(repeat="followup").plan(change(), [Match(rule="security")], NOON, [FIRST])[0]

    assert (alert.dropped, alert.same_story) == (None, ("first", "told there"))


def test_always_tells_every_site_in_full() -> None:
    alert = route(repeat="always").plan(change(), [Match(rule="security")], NOON, [FIRST])[0]

    assert (alert.dropped, alert.same_story) == (None, None)


def test_a_rule_that_told_nothing_of_the_story_tells_it() -> None:
    alert = route().plan(change(), BOTH, NOON, [FIRST])[0]

    assert alert.dropped is None
    assert [match.rule for match in alert.matches] == ["security", "urgent"]


def test_a_rule_for_several_sites_waits_for_them() -> None:
    others = [replace(FIRST, told=frozenset(), source=name) for name in ("first", "first", "second")]
    waiting = route(min_sources=3).plan(change(), [Match(rule="security")], NOON, others[:2])[0]
    enough = route(min_sources=3).plan(change(), [Match(rule="security")], NOON, others)[0]

    assert (waiting.dropped, waiting.again) == ("only 2 of 3 sites carry the story so far", True)
    assert enough.dropped is None


@pytest.mark.parametrize(
    ("on_edit", "edit", "fired", "told"),
    [
        ("matched", EditKind.WORDING, False, True),
        ("matched", EditKind.WORDING, True, False),
        ("matched", EditKind.NUMBER, True, True),
        ("matched", EditKind.COUNTER, True, False),
        ("notify", EditKind.SLIP, True, False),
        ("notify", EditKind.VERDICT, True, True),
        ("notify", EditKind.COUNTER, True, False),
        ("notify", EditKind.COUNTER, False, True),
        ("ignore", EditKind.NUMBER, True, False),
        ("ignore", EditKind.NUMBER, False, False),
    ],
)
def test_edits_are_told_as_the_rule_wants(on_edit: str, edit: EditKind, fired: bool, told: bool) -> None:
    edited = replace(change(edit=edit, already_fired=frozenset({"security"} if fired else ())), kind=ChangeKind.EDITED)

    assert bool(route(on_edit=on_edit).plan(edited, [Match(rule="security")], NOON)) is told
