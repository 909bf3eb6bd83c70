"""Makes a message follow the one that told its headline first, where the service can; sends nothing.

Apprise has no words for replies, so what it is about to send is amended on its way (`capture.recording`): Telegram gets
`reply_parameters`, Slack's bots `thread_ts` (shown in the channel too: nobody opens a thread for a correction), mail
`In-Reply-To` and `References`. Webhooks of Slack and Discord, ntfy and others cannot reply; there the words say it.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any

from monitor.channels.services import Target
from monitor.model import Delivery

# https://core.telegram.org/bots/api#sendmessage has had several ways to say so, Slack has one for each case.
NO_PARENT = re.compile(
    r"repl(?:y|ied) message not found|message to (?:be )?repl(?:y|ied) not found|"
    r"thread_not_found|cannot_reply_to_message|invalid_thread_ts|message_not_found",
    re.IGNORECASE,
)
_NUMBER = re.compile(r"\d{1,19}")
_STAMP = re.compile(r"\d+\.\d+")
_MESSAGE_ID = re.compile(rb"^Message-ID:.*(?:\r?\n[ \t].*)*", re.IGNORECASE | re.MULTILINE)

Amend = Callable[[bytes], bytes]


def amendment(target: Target, delivery: Delivery) -> Amend | None:
    """Return what to do to the request or mail that carries a delivery, None when nothing."""
    if target.schema in {"mailto", "mailtos"}:
        return _mail(target, delivery)
    remote_id = target.own_id(delivery.follows.remote_id) if delivery.follows and delivery.follows.remote_id else None
    if remote_id and target.schema == "tgram" and _NUMBER.fullmatch(remote_id):
        reply = {"message_id": int(remote_id), "allow_sending_without_reply": True}
        return _json("chat_id", {"reply_parameters": reply})
    if remote_id and target.schema == "slack" and _STAMP.fullmatch(remote_id):
        return _json("channel", {"thread_ts": remote_id, "reply_broadcast": True})
    return None


def _json(known_by: str, more: dict[str, Any]) -> Amend:
    """Return what adds to the requests that have such a key, and to no others; a thread that is there stays."""

    def amend(body: bytes) -> bytes:
        try:
            said = json.loads(body)
        except ValueError:
            return body
        if not isinstance(said, dict) or known_by not in said or "thread_ts" in said:
            return body
        return json.dumps({**said, **more}).encode()

    return amend


def _mail(target: Target, delivery: Delivery) -> Amend:
    """Return what names a mail by its delivery, so that a repeated one is known as such, and the mail it follows."""
    domain = str(target.service.from_addr[1]).rpartition("@")[2]
    lines = [f"Message-ID: <{delivery.id}@{domain}>"]
    if delivery.follows:
        first = f"<{delivery.follows.delivery}@{domain}>"
        lines += [f"In-Reply-To: {first}", f"References: {first}"]
    written = "\r\n".join(lines).encode("ascii", "ignore")

    def amend(mail: bytes) -> bytes:
        head, gap, body = mail.partition(b"\r\n\r\n")
        return _MESSAGE_ID.sub(lambda _found: written, head, count=1) + gap + body

    return amend
