"""Asks Telegram which chats have written to a bot, so that nobody has to guess a chat's number; sends nothing."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import requests

from monitor.channels.services import targets_of
from monitor.errors import ChannelError

_TIMEOUT = (5.0, 15.0)  # seconds to connect, and between two pieces of the answer
_KINDS = ("message", "channel_post", "my_chat_member", "edited_message")


@dataclass(frozen=True, slots=True)
class Chat:
    """A chat that a bot has heard of."""

    number: int
    kind: str  # private, group, supergroup or channel
    name: str


def chats(urls: Sequence[str]) -> list[Chat]:
    """Return the chats from which the bots of Telegram URLs heard within the last day.

    Raises:
        ChannelError: no URL is Telegram's, or Telegram cannot be asked.
    """
    bots = {
        target.service.bot_token: target.service for target in targets_of(urls).values() if target.schema == "tgram"
    }
    if not bots:
        raise ChannelError("only Telegram has numbers for chats; the channel's url must begin with tgram://")
    return list(dict.fromkeys(chat for service in bots.values() for chat in _heard(service)))


def _heard(service: Any) -> Iterator[Chat]:
    try:
        with requests.Session() as session:
            answer = session.get(f"{service.notify_url}{service.bot_token}/getUpdates", timeout=_TIMEOUT)
            said = answer.json()
    except (requests.RequestException, ValueError) as error:
        raise ChannelError(f"Telegram could not be asked ({type(error).__name__})") from None
    if not said.get("ok"):
        raise ChannelError(f"Telegram answered: {said.get('description')}; see the token that @BotFather gave")
    for update in said.get("result", ()):
        for kind in _KINDS:
            chat = update.get(kind, {}).get("chat")
            if chat:
                name = chat.get("title") or chat.get("username") or chat.get("first_name") or ""
                yield Chat(chat["id"], chat["type"], name)
