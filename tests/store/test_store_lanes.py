"""What a service limits is counted by chat, webhook and bot, not by channel."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from store.building import LEASE, START, delivery, headline, poll, settlement, spec

from monitor.model import Delivery, DeliveryState, Lane
from monitor.store import SqliteStore, open_store

SECOND = timedelta(seconds=1)
CHAT = Lane(key="chat", gap=3 * SECOND)
BOT = Lane(key="bot", gap=SECOND / 15, burst=15)
NAMES = ("desk", "team")


@pytest.fixture
def store(tmp_path: Path) -> SqliteStore:
    """A message for one recipient of each of two channels."""
    opened = open_store(tmp_path / "monitor.db")
    opened.sync([spec()], START)
    alerts = poll(opened, START, [headline(1), headline(2)], NAMES)
    for name in NAMES:
        own = [alert for alert in alerts if alert.channel == name]
        opened.freeze([delivery([one], channel=name) for one in own])
    return opened


def claim(store: SqliteStore, channel: str, at=START, lanes=(CHAT,)) -> Delivery | None:
    claimed = store.claim_delivery(channel, "42", "me", at, LEASE, lanes)
    return claimed[0] if claimed else None


def settle(store: SqliteStore, of: Delivery | None, at, wait: timedelta = 3 * SECOND) -> None:
    assert of
    store.settle(of, "me", settlement(DeliveryState.SENT, of, free_at={"chat": at + wait}), at, 1)


def test_two_channels_that_write_to_one_chat_wait_for_each_other(store: SqliteStore) -> None:
    first = claim(store, "desk")
    assert claim(store, "team", START + 60 * SECOND) is None  # the first is still on its way
    settle(store, first, START + 61 * SECOND)

    assert claim(store, "team", START + 63 * SECOND) is None
    assert claim(store, "team", START + 64 * SECOND)


def test_nothing_is_taken_of_a_lane_when_another_has_no_room(store: SqliteStore) -> None:
    assert claim(store, "desk")
    assert claim(store, "team", lanes=(Lane(key="other", gap=SECOND), CHAT)) is None

    assert claim(store, "team", lanes=(Lane(key="other", gap=SECOND),))


def test_nothing_is_taken_when_nothing_is_due(store: SqliteStore) -> None:
    assert store.claim_delivery("desk", "43", "me", START, LEASE, (CHAT,)) is None
    assert claim(store, "desk")


def test_a_wish_of_the_service_holds_for_whoever_shares_the_chat(store: SqliteStore) -> None:
    settle(store, claim(store, "desk"), START + SECOND, wait=37 * SECOND)

    assert claim(store, "team", START + 37 * SECOND) is None
    assert claim(store, "team", START + 38 * SECOND)


def test_a_bot_sends_never_more_than_thirty_within_a_second(store: SqliteStore) -> None:
    alerts = poll(store, START + timedelta(minutes=1), [headline(n) for n in range(10, 90)], ["many"])
    store.freeze([delivery([one], channel="many", recipient=str(n)) for n, one in enumerate(alerts)])
    begin = START + timedelta(minutes=1)
    sent = []
    for tick in range(40):
        now = begin + tick * SECOND / 10
        sent += [now for n in range(80) if store.claim_delivery("many", str(n), "me", now, LEASE, (BOT,))]

    busiest = max(sum(one <= other < one + SECOND for other in sent) for one in sent)
    assert 25 <= busiest <= 30
    assert len(sent) >= 15 + 3 * 15


def test_a_start_after_a_kill_waits_for_no_message_that_is_no_longer_on_its_way(store: SqliteStore) -> None:
    claim(store, "desk")
    store.release_leases()
    assert claim(store, "team", START + 3 * SECOND)


@pytest.mark.parametrize("hours", [-48, 48])
def test_a_clock_that_is_set_moves_what_is_limited_along(store: SqliteStore, hours: int) -> None:
    settle(store, claim(store, "desk"), START + SECOND)
    jump = timedelta(hours=hours)
    store.shift_due(jump, START + 2 * SECOND)

    assert claim(store, "team", START + jump + 3 * SECOND) is None
    assert claim(store, "team", START + jump + 5 * SECOND)


def test_a_clock_that_was_set_back_far_unnoticed_holds_nothing_up(store: SqliteStore) -> None:
    settle(store, claim(store, "desk"), START + timedelta(days=400))
    assert claim(store, "team", START + SECOND)


def test_what_is_limited_no_longer_is_forgotten(store: SqliteStore) -> None:
    settle(store, claim(store, "desk"), START)
    store.prune(START + timedelta(days=9), timedelta(days=90))
    assert store._database.read("SELECT count(*) FROM lane")[0][0] == 0
