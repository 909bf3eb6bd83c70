"""The outbox: alerts become messages, each is sent by one worker at a time, and nothing gets lost on the way."""

from __future__ import annotations

import random
from collections import Counter
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from store.building import EVERY, LEASE, START, delivery, headline, poll, settlement, spec

from monitor.errors import LeaseLost, StoreError
from monitor.model import Alert, Delivery, DeliveryState, RecipientState
from monitor.store import SqliteStore, open_store

SECOND, HOUR = timedelta(seconds=1), timedelta(hours=1)


@pytest.fixture
def alerts(store: SqliteStore) -> list[Alert]:
    store.sync([spec()], START)
    return poll(store, START, [headline(n) for n in range(6)], ["desk"])


def _claim(store: SqliteStore, at: Any = START, owner: str = "me") -> Delivery | None:
    claimed = store.claim_delivery("desk", "42", owner, at, LEASE)
    return claimed[0] if claimed else None


def _claimed(store: SqliteStore, at: Any = START) -> Delivery:
    claimed = _claim(store, at)
    assert claimed
    return claimed


def _end(store: SqliteStore, of: Delivery, state: DeliveryState, **other: Any) -> None:
    store.settle(of, "me", settlement(state, of, **other), START, 250)


# --- from alerts to messages ------------------------------------------------------------------------------


def test_a_frozen_message_comes_back_as_it_was_rendered_and_its_alerts_wait_no_more(
    store: SqliteStore, alerts: list[Alert]
) -> None:
    made = delivery(alerts[:3])
    store.freeze([made])

    assert store.due_alerts(START, 9) == alerts[3:]
    (claimed, state) = store.claim_delivery("desk", "42", "me", START, LEASE) or (None, None)
    assert claimed == Delivery(
        id=made.id, channel="desk", recipient="42", message=made.message, created_at=START, attempts=1
    )
    assert state == RecipientState(channel="desk", recipient="42")


def test_a_message_comes_back_as_urgent_as_it_was_frozen(store: SqliteStore, alerts: list[Alert]) -> None:
    made = delivery(alerts)
    store.freeze([replace(made, message=replace(made.message, urgent=True))])
    assert _claimed(store).message.urgent


def test_a_message_comes_back_as_silent_as_it_was_frozen(store: SqliteStore, alerts: list[Alert]) -> None:
    made = delivery(alerts)
    store.freeze([replace(made, message=replace(made.message, silent=True))])
    assert _claimed(store).message.silent


def test_freezing_again_after_a_crash_makes_no_second_message(store: SqliteStore, alerts: list[Alert]) -> None:
    made = delivery(alerts)
    store.freeze([made, delivery(alerts, recipient="43")])
    store.freeze([made, delivery(alerts, recipient="43")])
    _end(store, _claimed(store), DeliveryState.SENT)
    store.freeze([made])

    assert _claim(store) is None
    assert store.due_recipients(START) == [("desk", "43")]


def test_a_message_for_an_unknown_alert_is_refused_whole(store: SqliteStore, alerts: list[Alert]) -> None:
    made = delivery(alerts)
    broken = Delivery(
        id="x", channel="desk", recipient="42", created_at=START,
        message=type(made.message)(title="", body="", format="text", alert_ids=(alerts[0].id, "nobody")),
    )  # fmt: skip

    with pytest.raises(StoreError):
        store.freeze([made, broken])
    assert store.due_alerts(START, 9) == alerts


def test_dropped_alerts_wait_no_more_and_say_why(store: SqliteStore, alerts: list[Alert]) -> None:
    store.freeze([delivery(alerts[:1])])
    store.drop_alerts([alert.id for alert in alerts[:2]], "channel 'desk' is no longer in the configuration")
    counts = store.queries.counts()

    assert store.due_alerts(START, 9) == alerts[2:]
    assert (counts.alerts, counts.alerts_waiting, counts.alerts_dropped) == (6, 4, 1)
    reasons = [row[0] for row in store._database.read("SELECT reason FROM alert WHERE state = 'dropped'")]
    assert reasons == ["channel 'desk' is no longer in the configuration"]


def test_messages_are_counted_once_for_all_recipients_and_within_the_time_asked_for(
    store: SqliteStore, alerts: list[Alert]
) -> None:
    store.freeze([delivery(alerts[:1], recipient=name) for name in ("42", "43")])
    store.freeze([delivery(alerts[1:2], START + HOUR)])

    assert store.messages_since("desk", START - SECOND) == 2
    assert store.messages_since("desk", START) == 1
    assert store.messages_since("mail", START - SECOND) == 0


def test_a_channel_that_has_to_wait_does_not_crowd_out_the_alerts_of_another(store: SqliteStore) -> None:
    store.sync([spec()], START)
    crowd = poll(store, START, [headline(n) for n in range(5)], ["desk"])
    late = poll(store, START + EVERY, [headline(9)], ["mail"])

    assert store.due_alerts(START + EVERY, 2) == [*crowd[:2], *late]


# --- who sends what, when ---------------------------------------------------------------------------------


def test_messages_go_out_oldest_first(store: SqliteStore, alerts: list[Alert]) -> None:
    made = [delivery([alert]) for alert in alerts]
    store.freeze(made)

    assert [_claimed(store).id for _ in made] == [one.id for one in made]
    assert _claim(store) is None


def test_a_message_under_way_is_nobody_elses_until_its_lease_runs_out(store: SqliteStore, alerts: list[Alert]) -> None:
    store.freeze([delivery(alerts)])
    first = _claimed(store)

    assert store.due_recipients(START + LEASE - SECOND) == []
    assert _claim(store, START + LEASE - SECOND) is None
    assert store.due_recipients(START + LEASE) == [("desk", "42")]
    again = _claimed(store, START + LEASE)
    assert (again.id, again.attempts) == (first.id, 2)


@pytest.mark.parametrize("owner", ["me", "other"])
def test_only_the_last_to_claim_a_message_settles_it(store: SqliteStore, alerts: list[Alert], owner: str) -> None:
    store.freeze([delivery(alerts)])
    first = _claimed(store)
    _claim(store, START + LEASE, owner)

    with pytest.raises(LeaseLost, match=first.id):
        _end(store, first, DeliveryState.SENT)
    assert [journey.id for journey in store.queries.deliveries(["sending"], 9)] == [first.id]


@pytest.mark.parametrize("state", [DeliveryState.SENT, DeliveryState.DEAD, DeliveryState.UNCONFIRMED])
def test_a_settled_message_is_not_claimed_again(store: SqliteStore, alerts: list[Alert], state: DeliveryState) -> None:
    store.freeze([delivery(alerts)])
    _end(store, _claimed(store), state, error="why", remote_id="7")

    assert _claim(store, START + timedelta(days=9)) is None
    assert store.due_recipients(START + timedelta(days=9)) == []
    (journey,) = store.queries.deliveries(["sent", "dead", "unconfirmed"], 9)
    assert (journey.state, journey.remote_id, journey.last_error, journey.settled_at) == (state, "7", "why", START)


def test_a_message_to_be_sent_later_waits_for_its_time_and_counts_on(store: SqliteStore, alerts: list[Alert]) -> None:
    store.freeze([delivery(alerts)])
    _end(store, _claimed(store), DeliveryState.PENDING, next_attempt_at=START + HOUR, ambiguous=1, error="busy")

    assert _claim(store, START + HOUR - SECOND) is None
    again = _claimed(store, START + HOUR)
    assert (again.attempts, again.ambiguous) == (2, 1)


def test_a_recipient_that_is_not_to_be_disturbed_gets_nothing_and_holds_up_nobody(
    store: SqliteStore, alerts: list[Alert]
) -> None:
    store.freeze([delivery(alerts[:1]), delivery(alerts[1:2]), delivery(alerts[:1], recipient="43")])
    quiet = RecipientState(
        channel="desk", recipient="42", failures=2, not_before=START + HOUR, last_ok_at=START, last_error="429"
    )
    _end(store, _claimed(store), DeliveryState.PENDING, recipient=quiet, next_attempt_at=START)

    assert store.due_recipients(START + HOUR - SECOND) == [("desk", "43")]
    assert _claim(store, START + HOUR - SECOND) is None
    claimed = store.claim_delivery("desk", "42", "me", START + HOUR, LEASE)
    assert claimed
    assert claimed[1] == quiet


def test_one_message_that_fails_three_times_lets_the_others_pass(store: SqliteStore, alerts: list[Alert]) -> None:
    poison, other = delivery(alerts[:1]), delivery(alerts[1:2])
    store.freeze([poison, other])
    for _ in range(3):
        claimed = _claimed(store)
        assert claimed.id == poison.id
        _end(store, claimed, DeliveryState.PENDING, next_attempt_at=START)

    assert _claimed(store).id == other.id
    assert _claimed(store).id == poison.id


def test_due_times_and_leases_of_another_clock_do_not_hold_a_message_for_ever(
    store: SqliteStore, alerts: list[Alert]
) -> None:
    future = START + timedelta(days=300)
    store.freeze([delivery(alerts[:1], future), delivery(alerts[1:2])])
    far = RecipientState(channel="desk", recipient="42", not_before=future)

    assert _claimed(store).id == delivery(alerts[:1]).id
    _end(store, _claimed(store), DeliveryState.PENDING, recipient=far, next_attempt_at=future)
    assert store.due_recipients(START) == [("desk", "42")]
    assert _claimed(store).attempts == 2
    assert _claim(store, future) is not None  # another one sends it in the year to come
    assert _claim(store, START) is not None  # whose lease binds nobody today


def test_released_leases_send_again_at_once_under_the_same_id(store: SqliteStore, alerts: list[Alert]) -> None:
    store.freeze([delivery(alerts)])
    first = _claimed(store)
    store.release_leases()

    assert store.due_recipients(START) == [("desk", "42")]
    again = _claimed(store)
    assert (again.id, again.attempts) == (first.id, 2)


# --- sending again ----------------------------------------------------------------------------------------


def test_dead_and_unconfirmed_messages_are_sent_again_all_or_by_the_beginning_of_their_id(
    store: SqliteStore, alerts: list[Alert]
) -> None:
    made = [delivery([alert]) for alert in alerts[:4]]
    store.freeze(made)
    quiet = RecipientState(channel="desk", recipient="42", failures=5, not_before=START + HOUR)
    claimed = [_claimed(store) for _ in made]
    states = (DeliveryState.DEAD, DeliveryState.UNCONFIRMED, DeliveryState.DEAD, DeliveryState.SENT)
    for one, state in zip(claimed, states, strict=True):
        _end(store, one, state, ambiguous=3, recipient=quiet)

    assert store.retry_deliveries([], START) == 0
    assert store.retry_deliveries(["", "%", "_", made[3].id], START) == 0
    assert store.retry_deliveries([made[0].id[:8]], START + SECOND) == 1
    assert store.due_recipients(START + SECOND) == [("desk", "42")], "whoever asks for it does not want to wait"
    again = _claimed(store, START + SECOND)
    assert (again.id, again.attempts, again.ambiguous) == (made[0].id, 2, 0)
    assert store.retry_deliveries(None, START) == 2


def test_a_thousand_names_are_no_problem_for_retry(store: SqliteStore, alerts: list[Alert]) -> None:
    store.freeze([delivery(alerts)])
    _end(store, _claimed(store), DeliveryState.DEAD)

    assert store.retry_deliveries([f"none{n}" for n in range(3000)] + [delivery(alerts).id], START) == 1


def test_retrying_disturbs_no_other_recipient(store: SqliteStore, alerts: list[Alert]) -> None:
    store.freeze([delivery(alerts[:1]), delivery(alerts[:1], recipient="43")])
    _end(store, _claimed(store), DeliveryState.DEAD)
    claimed = store.claim_delivery("desk", "43", "me", START, LEASE)
    assert claimed
    quiet = RecipientState(channel="desk", recipient="43", not_before=START + HOUR)
    _end(store, claimed[0], DeliveryState.PENDING, recipient=quiet, next_attempt_at=START)
    store.retry_deliveries(None, START)

    assert store.due_recipients(START) == [("desk", "42")]


def test_what_is_done_is_not_walked_through_at_every_tick(store: SqliteStore) -> None:
    asked: list[str] = []
    connection = store._database._connection
    connection.set_trace_callback(asked.append)
    store.claim_polls("me", START, LEASE, 9)
    store.due_alerts(START, 9)
    store.due_recipients(START)
    store.claim_delivery("desk", "42", "me", START, LEASE)
    connection.set_trace_callback(None)
    plans = [
        row["detail"]
        for sql in asked
        if sql.strip().startswith(("SELECT", "UPDATE"))
        for row in connection.execute(f"EXPLAIN QUERY PLAN {sql}")
    ]

    indexes = ("USING INDEX endpoint_due", "USING INDEX alert_due", "USING INDEX delivery_due", "sqlite_autoindex")
    tables = [step for step in plans if step.split()[1] in {"endpoint", "alert", "delivery"}]
    assert len(tables) > 5
    assert [step for step in tables if not any(index in step for index in (*indexes, "PRIMARY KEY"))] == []


# --- all of it, at random ---------------------------------------------------------------------------------


class Newsroom:
    """Does at random what the three loops do, dies at random, and knows what must be there."""

    def __init__(self, path: Path, seed: int) -> None:
        self.path, self.dice, self.now = path, random.Random(seed), START
        self.store = open_store(path)
        self.store.sync([spec()], START)
        self.number, self.alerts, self.sent = 0, set[str](), Counter[str]()

    def publish(self) -> None:
        self.now += EVERY
        self.store.make_due(self.now)
        told = [headline(self.number + n) for n in range(self.dice.randint(1, 4))]
        self.number += len(told)
        try:
            self.alerts |= {alert.id for alert in poll(self.store, self.now, told, ["desk"])}
        except ValueError:
            self.number -= len(told)  # leased by a life that ended

    def flush(self) -> None:
        due = self.store.due_alerts(self.now, 3)
        if due:
            self.store.freeze([delivery(due, self.now, name) for name in ("42", "43")])

    def deliver(self) -> None:
        self.now += SECOND
        for channel, recipient in self.store.due_recipients(self.now):
            claimed = self.store.claim_delivery(channel, recipient, "me", self.now, LEASE)
            assert claimed
            if self.dice.random() < 0.2:
                continue  # killed before the end
            sent = self.dice.random() < 0.6
            if sent:
                self.sent[claimed[0].id] += 1
            state = DeliveryState.SENT if sent else DeliveryState.PENDING
            next_at = None if sent else self.now
            self.store.settle(claimed[0], "me", settlement(state, claimed[0], next_attempt_at=next_at), self.now, 1)

    def die(self) -> None:
        self.store.close()
        self.store = open_store(self.path)
        self.store.release_leases()
        self.store.sync([spec()], self.now)

    def forget(self) -> None:
        self.store.prune(self.now, timedelta(days=90))

    def books(self) -> None:
        counts, read = self.store.queries.counts(), self.store._database.read
        queued = read("SELECT count(*) FROM alert WHERE state = 'queued'")[0][0]
        assert counts.alerts == len(self.alerts) == counts.alerts_waiting + queued
        unsent = "SELECT count(*) FROM alert WHERE state = 'queued' AND id NOT IN (SELECT alert_id FROM delivery_alert)"
        assert read(unsent)[0][0] == 0
        assert counts.deliveries_sent == len(self.sent)
        assert set(self.sent.values()) <= {1}


@pytest.mark.parametrize("seed", range(3))
def test_whatever_happens_every_alert_waits_or_is_in_a_message_and_every_message_is_sent_once(
    path: Path, seed: int
) -> None:
    room = Newsroom(path, seed)
    steps = [room.publish, room.publish, room.flush, room.deliver, room.deliver, room.die, room.forget]
    for _ in range(70):
        room.dice.choice(steps)()
        room.books()
    counts = room.store.queries.counts()
    while counts.alerts_waiting or counts.deliveries_pending:
        room.now += LEASE
        room.flush()
        room.deliver()
        counts = room.store.queries.counts()

    assert room.number > 10
    assert (counts.alerts_waiting, counts.deliveries_pending, counts.alerts) == (0, 0, room.number)
    assert counts.deliveries_sent == len(room.sent)
    room.store.close()
