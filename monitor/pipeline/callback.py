"""Hears hubs: whether we meant to subscribe, that they refuse, that something is new (WebSub, 5.3 and 7).

Believes nobody who cannot sign, and nothing that they say is new: the endpoint is polled.
"""

from __future__ import annotations

import hmac
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import timedelta

from monitor.cadence import subscribing
from monitor.errors import StoreUnavailable
from monitor.model import Subscription
from monitor.pipeline.pings import Pings
from monitor.pipeline.push import Shelf
from monitor.ports import Clock, Random

SEEN_EVERY = timedelta(minutes=1)  # a ping is written down so often at most
METHODS = {"sha1", "sha256", "sha384", "sha512"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Callback:
    """Lives as long as the process; called by the threads that answer."""

    shelf: Shelf
    pings: Pings
    clock: Clock
    random: Random
    heard: Callable[[str], None] = lambda _what: None  # taken, unsigned or unknown

    def confirm(self, token: str, query: Mapping[str, str]) -> str | None:
        """Return what a hub wants to read before it believes that we asked it; None: we did not."""
        known, now = self.shelf.of_token(token), self.clock()
        if known is None or query.get("hub.topic") != known.offer.topic:
            return None
        if query.get("hub.mode") == "denied":
            self.shelf.change(token, lambda one: subscribing.denied(one, query.get("hub.reason"), now))
            return ""
        challenge, lease = query.get("hub.challenge"), query.get("hub.lease_seconds")
        if not challenge or not subscribing.agrees(known, query):
            return None
        if known.leaving:
            self.shelf.change(token, lambda _one: None)
        else:
            self.shelf.change(token, lambda one: subscribing.verified(one, lease, now, self.random()))
        return challenge

    def ping(self, token: str, signature: str, body: Iterable[bytes]) -> bool:
        """Hurry the poll of whom a hub calls for; False: nobody wants such calls any more."""
        known = self.shelf.of_token(token)
        mac, signed = _mac(known, signature)
        for part in body:
            mac.update(part)
        if known is None or known.leaving:
            self.heard("unknown")
            return False
        if not hmac.compare_digest(mac.hexdigest().encode(), signed):
            self.heard("unsigned")
            return True
        self.heard("taken")
        self.pings.ping(known.source, known.endpoint)
        self._note(known)
        return True

    def _note(self, known: Subscription) -> None:
        now = self.clock()
        if known.pinged_at is None or abs(now - known.pinged_at) >= SEEN_EVERY:
            with suppress(StoreUnavailable):  # the poll matters more
                self.shelf.change(known.token, lambda one: replace(one, pinged_at=now))


def _mac(known: Subscription | None, signature: str) -> tuple[hmac.HMAC, bytes]:
    """Return what computes the signature of a body, and the one that was sent."""
    method, _, digits = signature.partition("=")
    usable = method if method in METHODS else "sha256"
    secret = known.secret if known else ""
    return hmac.new(secret.encode(), digestmod=usable), digits.strip().lower().encode("utf-8", "replace")
