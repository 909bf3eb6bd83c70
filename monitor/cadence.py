"""When to look again and when to try again: pure steps from one state to the next."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from monitor.errors import ExtractError, SourceError
from monitor.model import (
    Ambiguous,
    Delivered,
    Delivery,
    DeliveryState,
    Fetched,
    Outcome,
    PollState,
    RecipientState,
    Rejected,
    RetryLater,
    Settlement,
)

FULL_EVERY = timedelta(hours=1)  # validators and hashes are not trusted for longer: some servers say 304 for ever
FAILURE_CEILING = timedelta(minutes=5)  # a site that returns is seen again within this time
PATIENT_FAILURES = 2  # failures in a row before the pace slows down

FIRST_RETRY = timedelta(seconds=2)
LAST_RETRY = timedelta(minutes=10)
LONGEST_WISH = timedelta(hours=24)  # of a server's Retry-After
GIVE_UP_AFTER = timedelta(days=7)
MAX_AMBIGUOUS = 3  # sends without an answer before a delivery is left as unconfirmed


def wants_full_page(state: PollState, now: datetime) -> bool:
    """Tell whether this poll should ask without validators and extract whatever comes."""
    # A time ahead of now comes from a clock that was set back since.
    return state.full_at is None or not timedelta(0) <= now - state.full_at < FULL_EVERY


def after_unchanged(state: PollState, now: datetime) -> PollState:
    """Return the state after a 304 or a page with the same bytes."""
    return replace(_after_good(state, now), next_poll_at=now + state.every)


def after_page(
    state: PollState, page: Fetched, body_hash: str, items: int, now: datetime, *, changed: bool
) -> PollState:
    """Return the state after a page that was extracted."""
    return replace(
        _after_good(state, now),
        next_poll_at=now + state.every,
        baselined_at=state.baselined_at or now,
        etag=page.etag,
        last_modified=page.last_modified,
        body_hash=body_hash,
        full_at=now,
        last_change_at=now if changed else state.last_change_at,
        typical_items=items if not state.typical_items else round(0.8 * state.typical_items + 0.2 * items),
    )


def after_failure(state: PollState, error: SourceError, now: datetime, random: float) -> PollState:
    """Return the state after a failed poll: slower each time up to a ceiling, but never at rest.

    `random` in [0, 1) spreads the retries of many sources.
    """
    failures = state.failures + 1
    wait = state.every * 2 ** min(max(0, failures - PATIENT_FAILURES), 16)
    wait = min(wait, max(FAILURE_CEILING, state.every)) * (0.9 + 0.2 * random)
    if error.retry_after:
        wait = max(wait, min(error.retry_after, LONGEST_WISH))
    failed = replace(
        state,
        next_poll_at=now + wait,
        last_poll_at=now,
        polls=state.polls + 1,
        failures=failures,
        last_error=str(error),
    )
    if isinstance(error, ExtractError):
        # Otherwise the next 304 would hide the broken layout for ever.
        return replace(failed, etag=None, last_modified=None, body_hash=None)
    return failed


def _after_good(state: PollState, now: datetime) -> PollState:
    return replace(state, last_poll_at=now, last_ok_at=now, polls=state.polls + 1, failures=0, last_error=None)


def after_attempt(
    delivery: Delivery, recipient: RecipientState, outcome: Outcome, now: datetime, random: float
) -> Settlement:
    """Return what one attempt leaves behind.

    `delivery` has this attempt counted, `recipient` is as it was before, `random` in [0, 1) spreads the retries.
    """
    if isinstance(outcome, Delivered):
        well = replace(recipient, failures=0, not_before=None, last_ok_at=now, last_error=None)
        return Settlement(
            state=DeliveryState.SENT, recipient=well, remote_id=outcome.remote_id, ambiguous=delivery.ambiguous
        )
    troubled = replace(recipient, failures=recipient.failures + 1, last_error=outcome.reason)
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
