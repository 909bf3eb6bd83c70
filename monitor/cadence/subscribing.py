"""When a hub is asked, and what its answers leave behind (WebSub, 5); sends and receives nothing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta

from monitor.model import HubOffer, Subscription

LEASE = timedelta(days=10)  # that is asked for
SHORTEST, LONGEST = timedelta(minutes=5), timedelta(days=60)  # that a hub may give
VERIFIED_IN = timedelta(minutes=5)  # by when a hub should have come back
AFTER_DENIAL = timedelta(days=1)
FIRST_RETRY, LAST_RETRY = timedelta(minutes=1), timedelta(hours=6)
GIVES_UP = 3  # tries to end what need not be ended: without us the hub's calls are refused
STEADY = timedelta(hours=1)  # for which an offer is not changed: some pages say something else each time
_LONGEST_REASON = 200  # characters
NEVER_CAME = "the hub took the request, but never came back to verify it at our public address"


def wants(known: Subscription | None, offer: HubOffer, public: str, now: datetime) -> bool:
    """Tell whether an offer calls for another subscription than the one that is known."""
    if known is None or not known.callback.startswith(public):
        return True
    same = known.offer.topic == offer.topic and {*known.offer.hubs} == {*offer.hubs}
    return not same and now - known.since >= STEADY


def asking(known: Subscription, now: datetime) -> Subscription:
    """Return the state while the hub is asked: it may come back before it has answered."""
    return replace(known, awaiting=True, next_at=now + VERIFIED_IN)


def form(known: Subscription) -> dict[str, str]:
    """Return what a hub is sent (WebSub, 5.1)."""
    asked = {
        "hub.mode": "unsubscribe" if known.leaving else "subscribe",
        "hub.topic": known.offer.topic,
        "hub.callback": known.callback,
    }
    if known.leaving:
        return asked
    return {**asked, "hub.secret": known.secret, "hub.lease_seconds": str(int(LEASE.total_seconds()))}


def failed(
    known: Subscription, reason: str, now: datetime, random: float, retry_after: timedelta | None = None
) -> Subscription | None:
    """Return the state after a try that came to nothing, None to forget it; the next hub is asked, ever more rarely.

    `random` in [0, 1) spreads the tries.
    """
    if not known.awaiting:
        return known  # it came back while its answer was waited for
    tries = known.tries + 1
    if known.leaving and tries >= GIVES_UP:
        return None
    wait = min(FIRST_RETRY * 2 ** min(known.tries, 16), LAST_RETRY) * (0.9 + 0.2 * random)
    return replace(
        known,
        offer=_next_hub(known.offer),
        awaiting=False,
        tries=tries,
        reason=reason,
        next_at=now + max(wait, min(retry_after or wait, AFTER_DENIAL)),
    )


def leaving(known: Subscription, now: datetime) -> Subscription | None:
    """Return the state when a subscription is to end; None when the hub knows nothing of it."""
    asked = known.until or known.awaiting or known.tries
    return replace(known, leaving=True, awaiting=False, tries=0, next_at=now) if asked else None


def agrees(known: Subscription, query: Mapping[str, str]) -> bool:
    """Tell whether a hub asks about what we asked it for (WebSub, 5.3)."""
    asked = bool(known.awaiting or known.until or known.tries)
    wanted = "unsubscribe" if known.leaving else "subscribe"
    return asked and query.get("hub.mode") == wanted and query.get("hub.topic") == known.offer.topic


def verified(known: Subscription, lease: str | None, now: datetime, random: float) -> Subscription:
    """Return the state when a hub has come back: it is asked again before the lease of so many seconds ends."""
    digits = lease is not None and lease.isascii() and lease.isdigit() and len(lease) < 12
    length = min(max(timedelta(seconds=int(lease or 0)), SHORTEST), LONGEST) if digits else LEASE
    return replace(
        known,
        awaiting=False,
        tries=0,
        reason=None,
        until=now + length,
        next_at=now + length * (0.75 + 0.15 * random),
    )


def denied(known: Subscription, reason: str | None, now: datetime) -> Subscription | None:
    """Return the state when a hub has refused, or ended what it agreed to."""
    if known.leaving:
        return None
    said = "".join(sign for sign in reason or "" if sign.isprintable())[:_LONGEST_REASON]
    tries = known.tries + 1
    return replace(
        known,
        offer=_next_hub(known.offer),
        awaiting=False,
        tries=tries,
        until=None,
        reason=f"{known.hub} refused{f': {said}' if said else ''}",
        next_at=now + (FIRST_RETRY if tries < len(known.offer.hubs) else AFTER_DENIAL),
    )


def _next_hub(offer: HubOffer) -> HubOffer:
    return replace(offer, hubs=(*offer.hubs[1:], offer.hubs[0]))
