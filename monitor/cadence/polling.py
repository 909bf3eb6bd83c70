"""When an endpoint is looked at again: what one poll leaves behind; fetches nothing."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from monitor.errors import ExtractError, SourceError
from monitor.model import Fetched, PollState

FULL_EVERY = timedelta(hours=1)  # validators and hashes are not trusted for longer: some servers say 304 for ever ...
FULL_POLLS = 20  # ... nor for more polls, so that a page that is watched closely does not hide its news for an hour
FAILURE_CEILING = timedelta(minutes=5)  # a site that returns is seen again within this time
PATIENT_FAILURES = 2  # failures in a row before the pace slows down
LONGEST_WISH = timedelta(hours=24)  # of a server's Retry-After
TOO_MANY = 429


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """When an endpoint that is well is looked at next."""

    wait: timedelta
    credit: float = 0.0  # of its budget, after this request


def wants_full_page(state: PollState, now: datetime) -> bool:
    """Tell whether this poll should ask without validators and extract whatever comes."""
    if state.polls % FULL_POLLS == 0:
        return True
    # A time ahead of now comes from a clock that was set back since.
    return state.full_at is None or not timedelta(0) <= now - state.full_at < FULL_EVERY


def after_unchanged(state: PollState, now: datetime, turn: Turn) -> PollState:
    """Return the state after a 304 or a page with the same bytes."""
    return _after_good(state, now, turn)


def after_page(
    state: PollState, page: Fetched, body_hash: str, items: int, now: datetime, turn: Turn, *, changed: bool
) -> PollState:
    """Return the state after a page that was extracted."""
    return replace(
        _after_good(state, now, turn),
        baselined_at=state.baselined_at or now,
        etag=page.etag,
        last_modified=page.last_modified,
        body_hash=body_hash,
        full_at=now,
        last_change_at=now if changed else state.last_change_at,
        typical_items=items if not state.typical_items else round(0.8 * state.typical_items + 0.2 * items),
    )


def after_failure(state: PollState, error: SourceError, now: datetime, turn: Turn, random: float) -> PollState:
    """Return the state after a failed poll: slower each time up to a ceiling, but never at rest.

    A site that says "too many requests" is believed at once. `random` in [0, 1) spreads the retries of many sources.
    """
    failures = state.failures + 1
    patient = 0 if getattr(error, "status", None) == TOO_MANY else PATIENT_FAILURES
    wait = turn.wait * 2 ** min(max(0, failures - patient), 16)
    wait = min(wait, max(FAILURE_CEILING, turn.wait)) * (0.9 + 0.2 * random)
    if error.retry_after:
        wait = max(wait, min(error.retry_after, LONGEST_WISH))
    failed = replace(
        state,
        next_poll_at=now + wait,
        last_poll_at=now,
        polls=state.polls + 1,
        failures=failures,
        last_error=str(error),
        credit=turn.credit,
    )
    if isinstance(error, ExtractError):
        # Otherwise the next 304 would hide the broken layout for ever.
        return replace(failed, etag=None, last_modified=None, body_hash=None)
    return failed


def _after_good(state: PollState, now: datetime, turn: Turn) -> PollState:
    return replace(
        state,
        next_poll_at=now + turn.wait,
        last_poll_at=now,
        last_ok_at=now,
        polls=state.polls + 1,
        failures=0,
        last_error=None,
        credit=turn.credit,
    )
