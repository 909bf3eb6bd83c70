"""When a message is tried again: what one attempt leaves behind; sends nothing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from monitor.model import (
    Ambiguous,
    Delivered,
    Delivery,
    DeliveryState,
    Lane,
    Outcome,
    RecipientState,
    Rejected,
    RetryLater,
    Settlement,
)

FIRST_RETRY = timedelta(seconds=2)
LAST_RETRY = timedelta(minutes=10)
LONGEST_WISH = timedelta(hours=24)  # of a service's Retry-After
GIVE_UP_AFTER = timedelta(days=7)
MAX_AMBIGUOUS = 3  # sends without an answer before a delivery is left as unconfirmed


def after_attempt(
    delivery: Delivery,
    recipient: RecipientState,
    outcome: Outcome,
    now: datetime,
    random: float,
    lanes: Sequence[Lane] = (),
) -> Settlement:
    """Return what one attempt leaves behind.

    `delivery` has this attempt counted, `recipient` is as it was before, `random` in [0, 1) spreads the retries,
    `lanes` are what the service limits and the message counted for.
    """
    free_at = _free_at(lanes, outcome, now)
    rest = max(free_at.values(), default=None)
    return replace(_settled(delivery, recipient, outcome, now, random, rest), free_at=free_at)


def _free_at(lanes: Sequence[Lane], outcome: Outcome, now: datetime) -> dict[str, datetime]:
    """Return when the lanes that take single messages take the next; who shares them obeys the service's wish, too."""
    wish = outcome.retry_after if isinstance(outcome, RetryLater) else None
    asked = min(wish, LONGEST_WISH) if wish else timedelta()
    return {lane.key: now + max(lane.gap, asked) for lane in lanes if lane.burst == 1}


def _settled(
    delivery: Delivery,
    recipient: RecipientState,
    outcome: Outcome,
    now: datetime,
    random: float,
    rest: datetime | None,
) -> Settlement:
    if isinstance(outcome, Delivered):
        well = replace(recipient, failures=0, not_before=rest, last_ok_at=now, last_error=None)
        return Settlement(
            state=DeliveryState.SENT,
            recipient=well,
            remote_id=outcome.remote_id,
            ambiguous=delivery.ambiguous,
            error=outcome.note,
        )
    troubled = replace(recipient, failures=recipient.failures + 1, not_before=rest, last_error=outcome.reason)
    if isinstance(outcome, Rejected):
        return Settlement(
            state=DeliveryState.DEAD,
            recipient=troubled,
            error=outcome.reason,
            ambiguous=delivery.ambiguous,
        )
    return _later(delivery, troubled, outcome, now, random)


def _later(
    delivery: Delivery, recipient: RecipientState, outcome: RetryLater | Ambiguous, now: datetime, random: float
) -> Settlement:
    ambiguous = delivery.ambiguous + isinstance(outcome, Ambiguous)
    again = now + _retry_wait(recipient.failures, outcome, random)
    waiting = replace(recipient, not_before=again)
    if ambiguous >= MAX_AMBIGUOUS:
        return Settlement(state=DeliveryState.UNCONFIRMED, recipient=waiting, error=outcome.reason, ambiguous=ambiguous)
    if now - delivery.created_at >= GIVE_UP_AFTER:
        reason = f"gave up after {GIVE_UP_AFTER.days} days: {outcome.reason}"
        return Settlement(state=DeliveryState.DEAD, recipient=waiting, error=reason, ambiguous=ambiguous)
    return Settlement(
        state=DeliveryState.PENDING,
        recipient=waiting,
        next_attempt_at=again,
        error=outcome.reason,
        ambiguous=ambiguous,
    )


def _retry_wait(failures: int, outcome: RetryLater | Ambiguous, random: float) -> timedelta:
    doublings: int = 2 ** min(failures - 1, 16)
    wait = min(LAST_RETRY, FIRST_RETRY * doublings) * (0.5 + 0.5 * random)
    wish = outcome.retry_after if isinstance(outcome, RetryLater) else None
    return max(wait, min(wish, LONGEST_WISH)) if wish else wait
