"""One attempt to hand a message to one recipient through Apprise; whatever must wait longer is the outbox's.

Inside the attempt it is tried again only when certainly nothing was sent, once as plain text when the service does not
understand its markup, in halves when it finds it too long, at the new address when a group has moved, and by itself
when the message that it follows is gone.
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
from monitor.channels.threads import NO_PARENT, amendment
from monitor.model import Ambiguous, Delivered, Delivery, Message, Outcome, Rejected

TRIES = 3
LONGEST = 15.0  # seconds
_TOO_LONG = re.compile(
    r"message is too long|msg_too_long|message_too_long|must be \d+ or fewer in length", re.IGNORECASE
)
_BAD_MARKUP = re.compile(r"can't parse entities|unsupported start tag", re.IGNORECASE)  # Telegram's words


def attempt(target: Target, delivery: Delivery, now: datetime, pause: Callable[[float], None]) -> Outcome:
    """Send and judge. `pause` sleeps for so many seconds."""
    message = delivery.message
    outcome = _deliver(target, delivery, now, pause)
    if isinstance(outcome, Rejected) and outcome.moved_to and target.move_to(outcome.moved_to):
        after = _deliver(target, delivery, now, pause)
        outcome = replace(after, note=outcome.reason) if isinstance(after, Delivered) else after
    if isinstance(outcome, Rejected) and delivery.follows and NO_PARENT.search(outcome.reason):
        delivery = replace(delivery, follows=None)
        outcome = _deliver(target, delivery, now, pause)
    if isinstance(outcome, Rejected) and message.format == "html" and _BAD_MARKUP.search(outcome.reason):
        outcome = _deliver(target, replace(delivery, message=_without_markup(message)), now, pause)
    if isinstance(outcome, Rejected) and _TOO_LONG.search(outcome.reason):
        outcome = _in_halves(target, delivery, now, pause) or outcome
    return outcome


def _in_halves(target: Target, delivery: Delivery, now: datetime, pause: Callable[[float], None]) -> Outcome | None:
    """Send a message in two at the border between two headlines, and these again so; None when there is no border.

    The first half keeps the name of the whole: it is what later messages follow.
    """
    message = delivery.message
    lines = message.body.splitlines(keepends=True)
    borders = [n for n, line in enumerate(lines) if n and lines[n - 1] == "\n"] or list(range(1, len(lines)))
    if not borders:
        return None
    middle = min(borders, key=lambda n: abs(2 * n - len(lines)))
    first, second = (replace(message, body="".join(half)) for half in (lines[:middle], lines[middle:]))
    sent = attempt(target, replace(delivery, message=first), now, pause)
    if not isinstance(sent, Delivered):
        return sent
    rest = attempt(target, replace(delivery, id=f"{delivery.id}-2", message=second), now, pause)
    # The first half was taken: sending all of it again would repeat it.
    return sent if isinstance(rest, Delivered) else Ambiguous(reason=f"the first half was taken, then: {rest.reason}")


def _deliver(target: Target, delivery: Delivery, now: datetime, pause: Callable[[float], None]) -> Outcome:
    retrying = Retrying(
        retry=retry_if_result(lambda result: result[1]),
        stop=stop_after_attempt(TRIES) | stop_before_delay(LONGEST),
        wait=wait_exponential(multiplier=0.5, max=4),
        sleep=pause,
        retry_error_callback=lambda state: state.outcome and state.outcome.result(),
    )
    outcome: Outcome
    outcome, _ = retrying(_send, target, delivery, now)
    if isinstance(outcome, Delivered) and outcome.remote_id:
        return replace(outcome, remote_id=target.full_id(outcome.remote_id))
    return outcome


def _send(target: Target, delivery: Delivery, now: datetime) -> tuple[Outcome, bool]:
    """Return what became of it, and whether certainly nothing was sent."""
    message = delivery.message
    sender = Apprise(asset=target.service.asset)
    sender.add(target.service)
    title = message.title if target.service.title_maxlen > 0 else ""
    with recording(amendment(target, delivery)) as record, target.sounding(message):
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
