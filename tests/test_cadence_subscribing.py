"""When a hub is asked again, after a yes, a no and nothing at all."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from fakes import START

from monitor.cadence import subscribing
from monitor.model import HubOffer, Subscription

ONE = HubOffer(hubs=("https://hub.example/",), topic="https://marsa.example/feed")
TWO = HubOffer(hubs=("https://hub.example/", "https://second.example/"), topic=ONE.topic)
PLACE = "https://desk.example/push/"
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
QUERY = {"hub.mode": "subscribe", "hub.topic": ONE.topic, "hub.challenge": "riddle"}


def fresh(offer: HubOffer = ONE) -> Subscription:
    return Subscription(
        token="t",
        source="marsa",
        endpoint="feed",
        offer=offer,
        callback=f"{PLACE}t",
        secret="s",
        since=START,
        next_at=START,
    )


def asked(offer: HubOffer = ONE) -> Subscription:
    return subscribing.asking(fresh(offer), START)


@pytest.mark.parametrize("random", [0.0, 0.5, 0.999])
@pytest.mark.parametrize("lease", ["86400", "3600", "864000"])
def test_it_asks_again_before_the_lease_ends_and_not_long_before(lease: str, random: float) -> None:
    after = subscribing.verified(asked(), lease, START, random)
    length = timedelta(seconds=int(lease))
    assert after.until == START + length
    assert 0.75 * length <= after.next_at - START < 0.9 * length


@pytest.mark.parametrize(
    ("lease", "length"),
    [(None, 10 * DAY), ("soon", 10 * DAY), ("-5", 10 * DAY), ("0", 5 * MINUTE), ("1", 5 * MINUTE), ("9" * 11, 60 * DAY), ("9" * 400, 10 * DAY), ("١٠", 10 * DAY)],
)  # fmt: skip
def test_odd_leases_are_bounded(lease: str | None, length: timedelta) -> None:
    assert subscribing.verified(asked(), lease, START, 0.5).until == START + length


def test_a_hub_that_fails_is_asked_ever_more_rarely() -> None:
    one, now, waits = fresh(), START, []
    for _ in range(12):
        after = subscribing.failed(subscribing.asking(one, now), "down", now, 0.5)
        assert after is not None
        waits.append(after.next_at - now)
        one, now = after, after.next_at
    assert waits[:3] == [MINUTE, 2 * MINUTE, 4 * MINUTE]
    assert waits[-1] == 6 * HOUR
    assert one.reason == "down"


def test_a_hub_that_asks_to_wait_is_believed_for_a_day() -> None:
    for wish, wait in ((2 * HOUR, 2 * HOUR), (90 * DAY, DAY), (timedelta(seconds=1), MINUTE)):
        after = subscribing.failed(asked(), "busy", START, 0.5, wish)
        assert after is not None
        assert after.next_at == START + wait


def test_the_next_hub_is_asked_when_one_fails_or_refuses() -> None:
    for after in (subscribing.failed(asked(TWO), "down", START, 0.5), subscribing.denied(asked(TWO), "no", START)):
        assert after is not None
        assert after.hub == "https://second.example/"
        assert after.next_at == START + MINUTE
    again = subscribing.denied(after, "no", START)
    assert again is not None
    assert (again.hub, again.next_at) == ("https://hub.example/", START + DAY)


def test_a_refusal_is_told_without_what_disturbs_a_terminal() -> None:
    after = subscribing.denied(asked(), "\x1b[31mnot\nyours" + "!" * 900, START)
    assert after is not None
    assert after.reason is not None
    assert after.reason.startswith("https://hub.example/ refused: [31mnotyours!!!")
    assert len(after.reason) < 250
    assert after.standing(START) == "refused"


def test_a_hub_that_came_back_before_it_failed_is_subscribed_to() -> None:
    done = subscribing.verified(asked(), "3600", START, 0.5)
    assert subscribing.failed(done, "timeout", START, 0.5) == done


def test_only_what_was_asked_for_is_agreed_to() -> None:
    assert subscribing.agrees(asked(), QUERY)
    assert subscribing.agrees(subscribing.verified(asked(), "3600", START, 0.5), QUERY)
    assert not subscribing.agrees(fresh(), QUERY)
    assert not subscribing.agrees(asked(), {**QUERY, "hub.topic": "https://other.example/"})
    assert not subscribing.agrees(asked(), {**QUERY, "hub.mode": "unsubscribe"})
    assert not subscribing.agrees(asked(), {})


def test_what_ends_agrees_to_its_end_only() -> None:
    done = subscribing.verified(asked(), "3600", START, 0.5)
    ends = subscribing.leaving(done, START)
    assert ends is not None
    assert not subscribing.agrees(ends, QUERY)
    assert subscribing.agrees(ends, {**QUERY, "hub.mode": "unsubscribe"})
    assert "hub.secret" not in subscribing.form(ends)
    assert subscribing.form(ends)["hub.mode"] == "unsubscribe"


def test_what_no_hub_knows_of_is_forgotten_and_the_end_is_asked_for_three_times() -> None:
    assert subscribing.leaving(fresh(), START) is None
    one: Subscription | None = subscribing.leaving(asked(), START)
    tries = 0
    while one:
        one, tries = subscribing.failed(subscribing.asking(one, START), "down", START, 0.5), tries + 1
    assert tries == 3


def test_another_offer_is_another_subscription_but_not_every_minute() -> None:
    other = replace(ONE, topic="https://marsa.example/feed?2")
    assert subscribing.wants(None, ONE, PLACE, START)
    assert not subscribing.wants(fresh(TWO), replace(TWO, hubs=TWO.hubs[::-1]), PLACE, START + DAY)
    assert not subscribing.wants(fresh(), other, PLACE, START + 59 * MINUTE)
    assert subscribing.wants(fresh(), other, PLACE, START + 60 * MINUTE)
    assert subscribing.wants(fresh(), ONE, "https://new.example/push/", START)


def test_a_subscription_says_how_it_stands() -> None:
    done = subscribing.verified(asked(), "3600", START, 0.5)
    assert fresh().standing(START) == asked().standing(START) == "pending"
    assert done.standing(START + 59 * MINUTE) == "subscribed"
    assert done.standing(START + 61 * MINUTE) == "pending"
    late = subscribing.failed(subscribing.asking(done, START), "down", START, 0.5)
    assert late is not None
    assert (late.standing(START), late.standing(START + DAY)) == ("subscribed", "refused")
