"""Alerts as signed JSON, one request each, for other programs; retries carry the same Idempotency-Key.

The operator names the address, so private networks are allowed, but no link-local address, which is
where machines keep credentials. Redirects are not followed.
"""

from __future__ import annotations

import hashlib
import hmac
import ipaddress
import json
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from monitor.model import Alert, Delivery, Lane, Message, Outcome
from monitor.ports import ChannelOptions
from monitor.render.payload import payload

_TIMEOUT = (5.0, 15.0)  # seconds to connect, and between two pieces of the answer
_SHORTEST_SECRET = 6  # characters
_OURS = {"content-type", "idempotency-key", "x-headline-signature"}


@dataclass(frozen=True, slots=True, kw_only=True)
class WebhookOptions(ChannelOptions):
    """Posts each alert as JSON to an address of your own."""

    url: str = field(repr=False)
    """Address that takes the requests, http or https."""
    secret: str | None = field(default=None, repr=False)
    """Key of the signature (HMAC-SHA256 over `t.body`) in the header X-Headline-Signature."""
    headers: dict[str, str] = field(default_factory=dict, repr=False)
    """Additional request headers."""

    def problems(self) -> Sequence[tuple[str, str]]:
        """Return an address that is none, and headers that are ours or break the request."""
        found = [("url", problem) for problem in (_unusable(self.url),) if problem]
        for name, value in self.headers.items():
            if name.lower() in _OURS:
                found.append((f"headers.{name}", "is set by the monitor itself; remove it"))
            elif not (name.isascii() and value.isascii() and f"{name}{value}".isprintable()):
                found.append((f"headers.{name}", "must be of printable ASCII characters"))
        return found


def _unusable(url: str) -> str | None:
    try:
        parts = urlsplit(url)
        host = parts.hostname
    except ValueError:
        return "not an http or https address"
    if parts.scheme not in {"http", "https"} or not host:
        return "not an http or https address"
    try:
        local = ipaddress.ip_address(host).is_link_local
    except ValueError:  # a name
        return None
    return "a link-local address, where machines keep their credentials" if local else None


class WebhookChannel:
    """One address that takes one request per alert."""

    def __init__(self, options: WebhookOptions, _zone: ZoneInfo) -> None:
        self.name = options.name
        self.recipients: Sequence[str] = ("webhook",)
        self.read_by_people = False
        self.trouble: str | None = None  # nothing here is of the operator's own writing
        self._options = options

    def lanes(self, recipient: str) -> Sequence[Lane]:
        """Return nothing: nobody minds how many messages come."""
        del recipient  # there is one
        return ()

    def render(self, alerts: Sequence[Alert], now: datetime) -> Sequence[Message]:
        """Return one message per alert, those of high priority first."""
        del now  # what depends on the time of sending is added then
        return [payload(alert) for alert in sorted(alerts, key=lambda alert: not alert.high_priority)]

    def notice(self, lines: Sequence[str]) -> Message:
        """Return the message that tells an operator these lines."""
        body = json.dumps({"kind": "notice", "lines": list(lines)}, ensure_ascii=False)
        return Message(title="headline-monitor", body=body, format="json", alert_ids=())

    def send(self, recipient: str, delivery: Delivery, now: datetime) -> Outcome:
        """Post the alert; never raises for what the receiver answers."""
        import requests

        from monitor.channels.capture import Exchange, recording
        from monitor.channels.outcome import of_exchange, without

        del recipient  # there is one
        body = _body(delivery, now)
        with recording() as record, requests.Session() as session:
            session.trust_env = False
            headers = self._headers(delivery, body, now)
            with suppress(requests.RequestException):  # recorded
                session.post(self._options.url, data=body, headers=headers, timeout=_TIMEOUT, allow_redirects=False)
        exchange = record.http[-1] if record.http else Exchange(error=requests.exceptions.InvalidURL())
        return without(of_exchange(exchange, now), self._secrets())

    def _secrets(self) -> list[str]:
        known = [self._options.secret or "", *self._options.headers.values()]
        return [secret for secret in known if len(secret) >= _SHORTEST_SECRET]

    def _headers(self, delivery: Delivery, body: bytes, now: datetime) -> dict[str, str]:
        headers = {
            **self._options.headers,
            "Content-Type": "application/json; charset=utf-8",
            "Idempotency-Key": delivery.id,
        }
        if self._options.secret:
            stamp = str(int(now.timestamp()))
            signed = hmac.new(self._options.secret.encode(), f"{stamp}.".encode() + body, hashlib.sha256)
            headers["X-Headline-Signature"] = f"t={stamp},v1={signed.hexdigest()}"
        return headers


def _body(delivery: Delivery, now: datetime) -> bytes:
    told: dict[str, Any] = json.loads(delivery.message.body)
    since = datetime.fromisoformat(told["first_seen"]) if "first_seen" in told else delivery.created_at
    late = (now - since).total_seconds()
    follows = delivery.follows.delivery if delivery.follows else None
    told |= {"attempt": delivery.attempts, "late_by": max(0, round(late, 3)), "follows": follows}
    told |= {"instead_of": delivery.message.instead_of} if delivery.message.instead_of else {}
    return json.dumps(told, ensure_ascii=False).encode()
