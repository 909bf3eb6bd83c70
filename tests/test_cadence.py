"""When to look again and when to try again."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from fakes import START

from monitor.cadence import polling, sending
from monitor.cadence.polling import Turn
from monitor.errors import ExtractError, FetchError
from monitor.model import (
    Ambiguous,
    Delivered,
    Delivery,
    DeliveryState,
    Fetched,
    Lane,
    Message,
    PollState,
    RecipientState,
    Rejected,
    RetryLater,
)

EVERY = timedelta(seconds=30)
TURN = Turn(wait=EVERY)
STATE = PollState(
    source="s",
    endpoint="e",
    config_hash="1",
    every=EVERY,
    next_poll_at=START,
    etag='"x"',
    body_hash="h",
    full_at=START,
)
PAGE = Fetched(
    url="u", final_url="u", status=200, body=b"", content_type=None, etag='"y"', last_modified="m",
    fetched_at=START, elapsed_ms=1,
)  # fmt: skip


def test_an_unchanged_page_is_asked_for_again_after_the_interval() -> None:
    after = polling.after_unchanged(replace(STATE, failures=3, last_error="x"), START, TURN)

    assert (START + EVERY, 0, None, 1) == (after.next_poll_at, after.failures, after.last_error, after.polls)


def test_a_good_page_sets_baseline_validators_and_typical_size() -> None:
    after = polling.after_page(STATE, PAGE, "hash", 40, START, TURN, changed=True)

    assert (START, '"y"', "m", "hash", 40) == (
        after.baselined_at, after.etag, after.last_modified, after.body_hash, after.typical_items
    )  # fmt: skip


def test_typical_size_follows_slowly() -> None:
    after = polling.after_page(replace(STATE, typical_items=50), PAGE, "hash", 0, START, TURN, changed=False)

    assert after.typical_items == 40


def test_a_whole_page_is_wanted_at_first_and_every_hour() -> None:
    state = replace(STATE, polls=1)
    wants = [
        polling.wants_full_page(replace(state, full_at=None), START),
        polling.wants_full_page(state, START + timedelta(minutes=59)),
        polling.wants_full_page(state, START + timedelta(minutes=60)),
        polling.wants_full_page(state, START - timedelta(days=1)),  # the clock was set back
    ]

    assert wants == [True, False, True, True]


def test_a_whole_page_is_wanted_every_twentieth_time_since_some_servers_say_304_for_ever() -> None:
    wanted = [polls for polls in range(1, 60) if polling.wants_full_page(replace(STATE, polls=polls), START)]

    assert wanted == [20, 40]


def test_failures_slow_down_to_a_ceiling_and_never_stop() -> None:
    state, waits = STATE, []
    for _ in range(40):
        state = polling.after_failure(state, FetchError("no", kind="timeout"), START, TURN, 0.5)
        waits.append((state.next_poll_at - START).total_seconds())

    assert waits[:4] == [30, 30, 60, 120]
    assert waits[-1] == 300


def test_a_slow_source_is_not_asked_faster_because_it_fails() -> None:
    slow = Turn(wait=timedelta(hours=1))

    after = polling.after_failure(STATE, FetchError("no", kind="dns"), START, slow, 0.5)

    assert after.next_poll_at == START + timedelta(hours=1)


@pytest.mark.parametrize(("wish", "wait"), [(10, 30), (900, 900), (10**7, 86400)])
def test_retry_after_is_obeyed_up_to_a_day(wish: int, wait: int) -> None:
    error = FetchError("429", kind="status", retry_after=timedelta(seconds=wish))

    after = polling.after_failure(STATE, error, START, TURN, 0.5)

    assert after.next_poll_at == START + timedelta(seconds=wait)


def test_a_site_that_says_too_many_requests_is_believed_at_once() -> None:
    after = polling.after_failure(STATE, FetchError("429", kind="status", status=429), START, TURN, 0.5)

    assert after.next_poll_at == START + 2 * EVERY


def test_a_page_without_headlines_drops_the_validators_and_a_network_failure_keeps_them() -> None:
    broken = polling.after_failure(STATE, ExtractError("no headline"), START, TURN, 0.5)
    unreachable = polling.after_failure(STATE, FetchError("no", kind="dns"), START, TURN, 0.5)

    assert (None, None) == (broken.etag, broken.body_hash)
    assert ('"x"', "h") == (unreachable.etag, unreachable.body_hash)


# --- deliveries ---------------------------------------------------------------------------------------

MESSAGE = Message(title="", body="b", format="text", alert_ids=("a",))
DELIVERY = Delivery(id="d", channel="c", recipient="r", message=MESSAGE, created_at=START, attempts=1)
WELL = RecipientState(channel="c", recipient="r")


def test_a_delivered_message_makes_the_recipient_well() -> None:
    ill = replace(WELL, failures=4, not_before=START + EVERY, last_error="x")

    after = sending.after_attempt(DELIVERY, ill, Delivered(remote_id="7"), START, 0.5)

    assert (DeliveryState.SENT, "7", 0, None) == (
        after.state, after.remote_id, after.recipient.failures, after.recipient.not_before
    )  # fmt: skip


def test_a_rejected_message_is_dead_at_once_and_holds_nobody_up() -> None:
    after = sending.after_attempt(DELIVERY, WELL, Rejected(reason="blocked"), START, 0.5)

    assert (DeliveryState.DEAD, "blocked", None) == (after.state, after.error, after.recipient.not_before)


def test_retries_wait_longer_each_time_up_to_ten_minutes_with_jitter() -> None:
    waits = []
    for failures in range(14):
        ill = replace(WELL, failures=failures)
        low, high = (
            sending.after_attempt(DELIVERY, ill, RetryLater(reason="500"), START, random) for random in (0.0, 1.0)
        )
        assert low.next_attempt_at
        assert high.next_attempt_at
        waits.append(((low.next_attempt_at - START).total_seconds(), (high.next_attempt_at - START).total_seconds()))

    assert waits[:3] == [(1, 2), (2, 4), (4, 8)]
    assert waits[-1] == (300, 600)


def test_the_servers_wish_is_obeyed_for_the_whole_recipient() -> None:
    wish = RetryLater(reason="429", retry_after=timedelta(seconds=37))

    after = sending.after_attempt(DELIVERY, WELL, wish, START, 0.5)

    assert after.next_attempt_at == after.recipient.not_before == START + timedelta(seconds=37)


def test_a_server_cannot_wish_for_more_than_a_day() -> None:
    after = sending.after_attempt(DELIVERY, WELL, RetryLater(reason="429", retry_after=timedelta(days=400)), START, 0.5)

    assert after.next_attempt_at == START + timedelta(days=1)


def test_the_third_send_without_an_answer_leaves_the_message_unconfirmed() -> None:
    states = [
        sending.after_attempt(replace(DELIVERY, ambiguous=n), WELL, Ambiguous(reason="timeout"), START, 0.5).state
        for n in range(3)
    ]

    assert states == [DeliveryState.PENDING, DeliveryState.PENDING, DeliveryState.UNCONFIRMED]


def test_an_outage_of_three_days_loses_nothing_and_a_week_gives_up() -> None:
    def state(days: int) -> DeliveryState:
        late = START + timedelta(days=days)
        return sending.after_attempt(DELIVERY, WELL, RetryLater(reason="down"), late, 0.5).state

    assert [state(3), state(7)] == [DeliveryState.PENDING, DeliveryState.DEAD]


def test_a_limit_that_channels_share_is_free_after_its_gap_or_the_services_wish() -> None:
    lanes = (Lane(key="chat", gap=timedelta(seconds=3)), Lane(key="bot", gap=timedelta(seconds=1 / 15), burst=15))
    sent = sending.after_attempt(DELIVERY, WELL, Delivered(), START, 0.5, lanes)
    wish = RetryLater(reason="429", retry_after=timedelta(seconds=37))
    asked = sending.after_attempt(DELIVERY, WELL, wish, START, 0.5, lanes)

    assert sent.free_at == {"chat": START + timedelta(seconds=3)}
    assert sent.recipient.not_before == START + timedelta(seconds=3)
    assert asked.free_at == {"chat": START + timedelta(seconds=37)}
