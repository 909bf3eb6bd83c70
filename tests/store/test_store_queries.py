"""What the command line learns: status, journeys of messages, the books."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from store.building import EVERY, LEASE, START, delivery, good, headline, poll, settlement, spec, upsert

from monitor.model import DeliveryState, PollOutcome, RecipientState
from monitor.store import SqliteStore
from monitor.store.queries import Carried, Counts, EndpointStatus, Health, Journey, RecipientStatus

SECOND = timedelta(seconds=1)


def _fail(store: SqliteStore, source: str) -> None:
    store.make_due(START)
    for state in store.claim_polls("me", START, LEASE, 9):
        failed = replace(state, failures=state.failures + (state.source == source), last_error="الخادم لا يجيب")
        store.commit_poll(replace(good(state, START), state=failed, outcome=PollOutcome.FAILED, error="timeout"))


def test_the_status_of_an_endpoint_says_all_that_is_known(store: SqliteStore) -> None:
    store.sync([spec(), spec("other")], START)
    poll(store, START, [headline(1), headline(2)])
    store.sync([spec(), spec("empty", kind="feed")], START)
    empty, marsa = store.queries.endpoints_status()

    assert marsa == EndpointStatus(
        source="marsa", endpoint="page", kind="html", url="https://marsa.example/",
        every_seconds=EVERY.total_seconds(), baselined_at=START, last_poll_at=START, last_ok_at=START, last_change_at=None, next_poll_at=START + EVERY, polls=1, failures=0,
        last_error=None, typical_items=0,
    )  # fmt: skip
    assert (empty.source, empty.kind, empty.last_poll_at) == ("empty", "feed", None)


def test_the_status_of_a_recipient_says_what_waits_and_why(store: SqliteStore) -> None:
    store.sync([spec()], START)
    alerts = poll(store, START, [headline(n) for n in range(3)], ["desk"])
    store.freeze([delivery([one], START + n * SECOND) for n, one in enumerate(alerts)])
    store.freeze([delivery(alerts[:1], recipient="43")])
    state = RecipientState(
        channel="desk", recipient="42", failures=2, not_before=START + LEASE, last_ok_at=START, last_error="429"
    )
    for ended in (DeliveryState.DEAD, DeliveryState.PENDING):
        now = START + 3 * SECOND
        claimed = store.claim_delivery("desk", "42", "me", now, LEASE)
        assert claimed
        recipient = state if ended is DeliveryState.PENDING else RecipientState(channel="desk", recipient="42")
        later = settlement(ended, claimed[0], recipient=recipient, next_attempt_at=now + LEASE)
        store.settle(claimed[0], "me", later, now, 1)

    assert store.queries.recipients_status() == [
        RecipientStatus(
            channel="desk", recipient="42", pending=2, dead=1, unconfirmed=0, oldest_pending=START + SECOND,
            failures=2, not_before=START + LEASE, last_error="429",
        ),
        RecipientStatus(
            channel="desk", recipient="43", pending=1, dead=0, unconfirmed=0, oldest_pending=START, failures=0,
            not_before=None, last_error=None,
        ),
    ]  # fmt: skip


def test_a_source_is_well_while_one_of_its_endpoints_is(store: SqliteStore) -> None:
    assert store.queries.health() == Health(sources_ok=0, sources_failing=0, waiting=0)
    store.sync([spec("a"), spec("a", "feed"), spec("b"), spec("gone")], START)
    _fail(store, "gone")
    store.sync([spec("a"), spec("a", "feed"), spec("b")], START)
    _fail(store, "b")
    store._database.run_alone("UPDATE endpoint SET failures = 3 WHERE source = 'a' AND name = 'feed'")

    assert store.queries.health() == Health(sources_ok=1, sources_failing=1, waiting=0)


def test_the_books_count_everything_once(store: SqliteStore) -> None:
    store.sync([spec()], START)
    alerts = poll(store, START, [headline(n) for n in range(7)], ["desk"])
    store.freeze([delivery([one]) for one in alerts[:5]])
    store.drop_alerts([alerts[5].id], "why")
    for state in (DeliveryState.SENT, DeliveryState.DEAD, DeliveryState.UNCONFIRMED):
        claimed = store.claim_delivery("desk", "42", "me", START, LEASE)
        assert claimed
        store.settle(claimed[0], "me", settlement(state, claimed[0]), START, 1)
    store.claim_delivery("desk", "42", "me", START, LEASE)

    assert store.queries.counts() == Counts(
        sources_ok=1, sources_failing=0, headlines=7, changes_new=7, changes_edited=0, changes_promoted=0, alerts=7,
        alerts_waiting=1, alerts_dropped=1, deliveries_pending=2, deliveries_sent=1,
        deliveries_unconfirmed=1, deliveries_dead=1,
    )  # fmt: skip
    assert store.queries.health().waiting == 3


def test_a_delivery_is_shown_with_its_headlines(store: SqliteStore) -> None:
    store.sync([spec()], START)
    alerts = poll(store, START, [headline(1), headline(2)], ["desk"])
    made = delivery(alerts, START + SECOND)
    store.freeze([made])
    for second, state in ((3, DeliveryState.PENDING), (5, DeliveryState.SENT)):
        now = START + second * SECOND
        claimed = store.claim_delivery("desk", "42", "me", now, LEASE)
        assert claimed
        how = {"next_attempt_at": now, "error": "503"} if state is DeliveryState.PENDING else {"remote_id": "m7"}
        store.settle(claimed[0], "me", settlement(state, claimed[0], **how), now + SECOND, 900)
    tried = store._database.read("SELECT n, elapsed_ms, outcome, detail FROM attempt ORDER BY n")

    assert [tuple(row) for row in tried] == [(1, 900, "pending", "503"), (2, 900, "sent", None)]
    assert store.queries.deliveries(["sent"], 9) == [
        Journey(
            id=made.id, channel="desk", recipient="42", state="sent", attempts=2, created_at=START + SECOND,
            next_attempt_at=START + 3 * SECOND, settled_at=START + 6 * SECOND, last_error=None, remote_id="m7",
            text="", sent_at=START + 6 * SECOND - timedelta(milliseconds=900),
            headlines=tuple(
                Carried(
                    source="marsa", title=headline(n).title, rules=("ports",), published_at=None,
                    first_seen_at=START, matched_at=START, due_at=START,
                )
                for n in (1, 2)
            ),
        )
    ]  # fmt: skip


def test_deliveries_are_listed_newest_first_by_state(store: SqliteStore) -> None:
    store.sync([spec()], START)
    made = [delivery([one]) for one in poll(store, START, [headline(n) for n in range(3)], ["desk"])]
    store.freeze(made)
    assert store.claim_delivery("desk", "42", "me", START, LEASE)

    def listed(*states: str, limit: int = 9) -> list[str]:
        return [journey.id for journey in store.queries.deliveries(states, limit)]

    assert listed("sending") == [made[0].id]
    assert listed("pending", "sending") == [one.id for one in reversed(made)]
    assert listed("pending", "sending", limit=1) == [made[2].id]
    assert listed("dead") == listed() == []


def test_a_headline_is_found_by_every_key_it_was_seen_under(store: SqliteStore) -> None:
    store.sync([spec()], START)
    poll(store, START, [headline(1)])
    (state,) = store.claim_polls("me", START + EVERY, LEASE, 1)
    (known,) = store.recall("marsa", [headline(1).key]).headlines
    edited = replace(known.headline, title="عاجل: إغلاق الميناء", version=2)
    written = upsert(edited, id=known.id, fired=frozenset({"ports"}))
    store.commit_poll(good(state, START + EVERY, revision=1, upserts=[written]))

    for wanted in (headline(1).key, f"t:{headline(1).title[-12:]}"):
        assert store.known_as([wanted], 9) == [known.id]
    for wanted in ("t:الميناء", "%", "\udcd8\udca7", ""):  # bytes of an argument that are no UTF-8 come as surrogates
        assert store.known_as([wanted], 9) == []
    (past,) = store.past([known.id])
    assert (past.title, past.url, past.fired) == ("عاجل: إغلاق الميناء", headline(1).url, ("ports",))
    assert (past.first_seen_at, past.last_seen_at, past.baseline) == (START, START + EVERY, False)
