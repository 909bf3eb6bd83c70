"""The outside world under the tests' hand: a clock that is set, sites that show what they are told, a channel."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from monitor.errors import FetchError
from monitor.model import Alert, Delivered, Delivery, Fetched, Lane, Message, Outcome, Request

START = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)


@dataclass(slots=True)
class ManualClock:
    now: datetime = START

    def __call__(self) -> datetime:
        return self.now

    def advance(self, **kwargs: float) -> datetime:
        self.now += timedelta(**kwargs)
        return self.now


@dataclass(slots=True)
class FakeFetcher:
    """Answers by address with a body, a FetchError, or None for "not modified"."""

    clock: Callable[[], datetime]
    answers: dict[str, bytes | FetchError | None] = field(default_factory=dict)
    asked: list[tuple[Request, str | None, str | None]] = field(default_factory=list)
    etags: dict[str, str] = field(default_factory=dict)
    content_type: str | None = None

    def fetch(self, request: Request, *, etag: str | None, last_modified: str | None) -> Fetched | None:
        self.asked.append((request, etag, last_modified))
        answer = self.answers.get(request.url)
        if isinstance(answer, FetchError):
            raise answer
        if answer is None:
            return None
        return Fetched(
            url=request.url,
            final_url=request.url,
            status=200,
            body=answer,
            content_type=self.content_type,
            etag=self.etags.get(request.url),
            last_modified=None,
            fetched_at=self.clock(),
            elapsed_ms=1,
        )


@dataclass(slots=True)
class FakeChannel:
    """Takes one message per batch and answers what it was told to."""

    name: str = "desk"
    recipients: tuple[str, ...] = ("42",)
    outcomes: list[Outcome] = field(default_factory=list)
    sent: list[tuple[str, Delivery, datetime]] = field(default_factory=list)
    per_message: int = 100
    read_by_people: bool = False
    between: timedelta = timedelta()
    trouble: str | None = None

    def lanes(self, recipient: str) -> Sequence[Lane]:
        return (Lane(key=f"{self.name} {recipient}", gap=self.between),) if self.between else ()

    def render(self, alerts: Sequence[Alert], now: datetime) -> Sequence[Message]:
        batches = [alerts[i : i + self.per_message] for i in range(0, len(alerts), self.per_message)]
        return [
            Message(
                title="",
                body="\n".join(alert.change.headline.title for alert in batch),
                format="text",
                alert_ids=tuple(alert.id for alert in batch),
            )
            for batch in batches
        ]

    def notice(self, lines: Sequence[str]) -> Message:
        return Message(title="", body="\n".join(lines), format="text", alert_ids=())

    def send(self, recipient: str, delivery: Delivery, now: datetime) -> Outcome:
        self.sent.append((recipient, delivery, now))
        return self.outcomes.pop(0) if self.outcomes else Delivered()

    @property
    def titles(self) -> list[str]:
        return [title for _, delivery, _ in self.sent for title in delivery.message.body.split("\n")]
