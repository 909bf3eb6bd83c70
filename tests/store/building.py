"""Short ways to make what the store is given: endpoints, headlines, polls, alerts, deliveries."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from monitor.model import (
    Alert,
    Change,
    ChangeKind,
    Delivery,
    DeliveryState,
    EndpointSpec,
    Headline,
    Match,
    Message,
    PollOutcome,
    PollResult,
    PollState,
    RecipientState,
    Section,
    Settlement,
    Span,
    Upsert,
    make_id,
)
from monitor.store import SqliteStore

START = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)
LEASE = timedelta(minutes=5)
EVERY = timedelta(seconds=30)


def spec(source: str = "marsa", name: str = "page", **other: Any) -> EndpointSpec:
    values = {"kind": "html", "url": f"https://{source}.example/", "config_hash": "1", "every": EVERY}
    return EndpointSpec(source=source, name=name, **{**values, **other})


def headline(number: int = 1, source: str = "marsa", **other: Any) -> Headline:
    values = {
        "key": f"u:https://{source}.example/{number}",
        "title": f"فتح الميناء الجديد أمام السفن رقم {number}",
        "section": Section.LIST,
        "url": f"https://{source}.example/{number}",
        "first_seen_at": START,
    }
    return Headline(source=source, **{**values, **other})


def upsert(told: Headline, **other: Any) -> Upsert:
    values = {"headline": told, "new_keys": frozenset({told.key, f"t:{told.title[-12:]}"})}
    return Upsert(**{**values, **other})


def change(told: Headline, kind: ChangeKind = ChangeKind.NEW, at: datetime = START) -> Change:
    return Change(
        id=make_id(told.source, told.key, kind, str(told.version)),
        kind=kind,
        headline=told,
        seen_at=at,
        previous_title=None if kind is ChangeKind.NEW else "العنوان القديم",
    )


def alert(of: Change, channel: str = "desk", due: datetime | None = None, **other: Any) -> Alert:
    spans = (Span(start=0, end=3, term="فتح"),)
    values: dict[str, Any] = {"matches": (Match(rule="ports", spans=spans),), "due_at": due or of.seen_at}
    return Alert(id=make_id(of.id, channel), change=of, channel=channel, **{**values, **other})


def good(state: PollState, at: datetime, **other: Any) -> PollResult:
    """Return the result of a good poll, without news unless they are given."""
    after = replace(
        state,
        next_poll_at=at + state.every,
        baselined_at=state.baselined_at or at,
        last_poll_at=at,
        last_ok_at=at,
        polls=state.polls + 1,
    )
    values = {"owner": "me", "state": after, "outcome": PollOutcome.UNCHANGED, "at": at, "elapsed_ms": 12}
    return PollResult(**{**values, **other})


def poll(store: SqliteStore, at: datetime, told: Sequence[Headline], channels: Collection[str] = ()) -> list[Alert]:
    """Poll the endpoint that is due and commit these headlines as new; return the alerts."""
    (state,) = store.claim_polls("me", at, LEASE, 1)
    changes = [change(one, at=at) for one in told]
    alerts = [alert(one, channel) for one in changes for channel in channels]
    store.commit_poll(
        good(
            state,
            at,
            outcome=PollOutcome.CHANGED,
            revision=store.recall(state.source, ()).revision,
            upserts=[upsert(one) for one in told],
            changes=changes,
            alerts=alerts,
        )
    )
    return alerts


def delivery(alerts: Sequence[Alert], at: datetime = START, recipient: str = "42", channel: str = "desk") -> Delivery:
    ids = tuple(one.id for one in alerts)
    body = "\n".join(one.change.headline.title for one in alerts)
    return Delivery(
        id=make_id(channel, recipient, *sorted(ids)),
        channel=channel,
        recipient=recipient,
        message=Message(title="", body=body, format="text", alert_ids=ids),
        created_at=at,
    )


def settlement(state: DeliveryState, of: Delivery, **other: Any) -> Settlement:
    recipient = RecipientState(channel=of.channel, recipient=of.recipient)
    return Settlement(**{"state": state, "recipient": recipient, **other})
