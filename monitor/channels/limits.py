"""What services allow, by whom they count: the chat, the webhook, the bot, whichever channels share it; keeps nothing.

Telegram: one message a second to a chat, twenty a minute to a group, about thirty a second for a bot. Slack: one a
second to a webhook or channel, several hundred a minute for a bot. Discord: thirty a minute to a webhook. ntfy: sixty
at once, then one in five seconds, for all topics of a server together.
"""

from __future__ import annotations

import hashlib
from datetime import timedelta
from typing import Any

from monitor.model import Lane

SECOND = timedelta(seconds=1)
GROUP = timedelta(seconds=3)


def lanes(schema: str, service: Any) -> tuple[Lane, ...]:
    """Return what a message to the service's only recipient counts for. Keys are hashes and hold no secret."""
    known = {"tgram": _telegram, "slack": _slack, "discord": _discord, "ntfy": _ntfy, "ntfys": _ntfy}.get(schema)
    return known(service) if known else ()


def _telegram(service: Any) -> tuple[Lane, ...]:
    chat = str(service.targets[0][0]).lower() if service.targets else ""
    return (
        Lane(key=_key("tgram", service.bot_token, chat), gap=SECOND if chat.isdecimal() else GROUP),
        # Never more than thirty within a second: fifteen at once, and fifteen a second.
        Lane(key=_key("tgram", service.bot_token), gap=SECOND / 15, burst=15),
    )


def _slack(service: Any) -> tuple[Lane, ...]:
    if not service.access_token:
        hook = (service.token_a, service.token_b, service.token_c)
        return (Lane(key=_key("slack", *hook), gap=SECOND),) if all(hook) else ()
    channel = str(service.channels[0]).partition(":")[0].lstrip("#").lower() if service.channels else ""
    return (
        Lane(key=_key("slack", service.access_token, channel), gap=SECOND),
        Lane(key=_key("slack", service.access_token), gap=SECOND / 4, burst=5),
    )


def _discord(service: Any) -> tuple[Lane, ...]:
    return (Lane(key=_key("discord", service.webhook_id, service.webhook_token), gap=2 * SECOND),)


def _ntfy(service: Any) -> tuple[Lane, ...]:
    who = (service.host, service.port, service.user, service.token)
    return (Lane(key=_key("ntfy", *who), gap=5 * SECOND, burst=10),)


def _key(*parts: object) -> str:
    return hashlib.blake2b("\x1f".join(map(str, parts)).encode(), digest_size=12).hexdigest()
