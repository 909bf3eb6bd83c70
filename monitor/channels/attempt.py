"""One attempt to hand a message to one recipient through Apprise; whatever must wait longer is the outbox's.

Inside the attempt it is tried again only when certainly nothing was sent, once as plain text when the service does not
understand its markup, in halves when it finds it too long, and at the new address when a group has moved.
"""

from __future__ import annotations

import html
import re
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import Any

from apprise import Apprise
from tenacity import Retrying, retry_if_result, stop_after_attempt, stop_before_delay, wait_exponential

from monitor.channels.capture import recording
from monitor.channels.outcome import of_record, reached_nobody, without
from monitor.channels.services import Target
from monitor.model import Ambiguous, Delivered, Message, Outcome, Rejected

TRIES = 3
LONGEST = 15.0  # seconds
_TOO_LONG = re.compile(
    r"message is too long|msg_too_long|message_too_long|must be \d+ or fewer in length", re.IGNORECASE
)
_BAD_MARKUP = re.compile(r"can't parse entities|unsupported start tag", re.IGNORECASE)  # Telegram's words


def attempt(target: Target, message: Message, now: datetime, pause: Callable[[float], None]) -> Outcome:
    """Send and judge. `pause` sleeps for so many seconds."""
    outcome = _deliver(target, message, now, pause)
    if isinstance(outcome, Rejected) and outcome.moved_to and target.move_to(outcome.moved_to):
        after = _deliver(target, message, now, pause)
        outcome = replace(after, note=outcome.reason) if isinstance(after, Delivered) else after
    if isinstance(outcome, Rejected) and message.format == "html" and _BAD_MARKUP.search(outcome.reason):
        outcome = _deliver(target, _without_markup(message), now, pause)
    if isinstance(outcome, Rejected) and _TOO_LONG.search(outcome.reason):
        outcome = _in_halves(target, message, now, pause) or outcome
    return outcome


def _in_halves(target: Target, message: Message, now: datetime, pause: Callable[[float], None]) -> Outcome | None:
    """Send a message in two at the border between two headlines, and these again so; None when there is no border."""
    lines = message.body.splitlines(keepends=True)
    borders = [n for n, line in enumerate(lines) if n and lines[n - 1] == "\n"] or list(range(1, len(lines)))
    if not borders:
        return None
    middle = min(borders, key=lambda n: abs(2 * n - len(lines)))
    first, second = (replace(message, body="".join(half)) for half in (lines[:middle], lines[middle:]))
    sent = attempt(target, first, now, pause)
    if not isinstance(sent, Delivered):
        return sent
    rest = attempt(target, second, now, pause)
    # The first half was taken: sending all of it again would repeat it.
    return rest if isinstance(rest, Delivered) else Ambiguous(reason=f"the first half was taken, then: {rest.reason}")


def _deliver(target: Target, message: Message, now: datetime, pause: Callable[[float], None]) -> Outcome:
    retrying = Retrying(
        retry=retry_if_result(lambda result: result[1]),
        stop=stop_after_attempt(TRIES) | stop_before_delay(LONGEST),
        wait=wait_exponential(multiplier=0.5, max=4),
        sleep=pause,
        retry_error_callback=lambda state: state.outcome and state.outcome.result(),
    )
    outcome: Outcome
    outcome, _ = retrying(_send, target, message, now)
    return outcome


def _send(target: Target, message: Message, now: datetime) -> tuple[Outcome, bool]:
    """Return what became of it, and whether certainly nothing was sent."""
    sender = Apprise(asset=target.service.asset)
    sender.add(target.service)
    title = message.title if target.service.title_maxlen > 0 else ""
    with recording() as record:
        result = sender.notify(body=message.body, title=title, body_format=message.format)
    outcome = of_record(record, now, accepted=bool(result), told=_told(result))
    return without(outcome, target.secrets), not result and reached_nobody(record)


def _told(result: Any) -> str:
    """Return what Apprise logged of a failed send."""
    return " ".join(entry.message for sent in result.results for tried in sent.attempts for entry in tried.logs)


def _without_markup(message: Message) -> Message:
    """Return the message as plain text; links lose their address, which is better than losing the headline."""
    plain = html.unescape(re.sub(r"<[^>]*>", "", message.body))
    return replace(message, body=plain, format="text")
