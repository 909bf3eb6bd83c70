"""Alerts as signed JSON, one request each, for other programs; retries carry the same Idempotency-Key."""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, ClassVar
from zoneinfo import ZoneInfo

import requests

from monitor.channels import outcome
from monitor.channels.capture import Exchange
from monitor.model import Alert, Delivery, Message, Outcome
from monitor.ports import ChannelOptions

_TIMEOUT = (5.0, 15.0)  # seconds to connect, to answer


@dataclass(frozen=True, slots=True, kw_only=True)
class WebhookOptions(ChannelOptions):
    """Posts each alert as JSON to an address of your own."""

    __pydantic_config__: ClassVar[dict[str, Any]] = {"extra": "forbid", "use_attribute_docstrings": True}

    url: str = field(repr=False)
    """Address that takes the requests, http or https."""
    secret: str | None = field(default=None, repr=False)
    """Key of the signature (HMAC-SHA256 over `t.body`) in the header X-Headline-Signature."""
    headers: dict[str, str] = field(default_factory=dict, repr=False)
    """Additional request headers."""

    def problems(self) -> Sequence[tuple[str, str]]:
        """Return an address that is none."""
        if not self.url.startswith(("http://", "https://")):
            return [("url", "not an http or https address")]
        return ()


class WebhookChannel:
    recipients: Sequence[str]

    def __init__(self, options: WebhookOptions, _zone: ZoneInfo) -> None:
        self.name, self.recipients = options.name, ("webhook",)
        self._options = options
        self._session = requests.Session()
        self._session.trust_env = False

    def render(self, alerts: Sequence[Alert], now: datetime) -> Sequence[Message]:
        return [
            Message(title="", body=json.dumps(_payload(a), ensure_ascii=False), format="json", alert_ids=(a.id,))
            for a in alerts
        ]

    def send(self, recipient: str, delivery: Delivery, now: datetime) -> Outcome:
        payload = json.loads(delivery.message.body)
        late = now - datetime.fromisoformat(payload["first_seen"])
        payload |= {"attempt": delivery.attempts, "late_by": round(late.total_seconds(), 3)}
        body = json.dumps(payload, ensure_ascii=False).encode()
        try:
            answer = self._session.post(
                self._options.url,
                data=body,
                headers=self._headers(delivery, body, now),
                timeout=_TIMEOUT,
                allow_redirects=False,
            )
        except requests.RequestException as error:
            return outcome.of_failure(error)
        exchange = Exchange(
            status=answer.status_code, retry_after=answer.headers.get("Retry-After"), body=answer.text[:1000]
        )
        return outcome.of_exchange(exchange, now)

    def _headers(self, delivery: Delivery, body: bytes, now: datetime) -> dict[str, str]:
        headers = {
            **self._options.headers,
            "Content-Type": "application/json; charset=utf-8",
            "Idempotency-Key": delivery.id,
        }
        if self._options.secret:
            stamp = str(int(now.timestamp()))
            signed = hmac.new(self._options.secret.encode(), f"{stamp}.".encode() + body, hashlib.sha256).hexdigest()
            headers["X-Headline-Signature"] = f"t={stamp},v1={signed}"
        return headers


def _payload(alert: Alert) -> dict[str, Any]:
    change = alert.change
    told = change.headline
    return {
        "id": alert.id,
        "kind": change.kind,
        "headline": told.title,
        "previous": change.previous_title,
        "url": told.url,
        "source": told.source,
        "section": told.section,
        "breaking": told.breaking,
        "rules": [match.rule for match in alert.matches],
        "words": list(dict.fromkeys(span.term for match in alert.matches for span in match.spans)),
        "first_seen": told.first_seen_at.isoformat(),
        "published": told.published_at.isoformat() if told.published_at else None,
    }
