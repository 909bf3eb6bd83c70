"""Discord's webhooks: auth by path, 2,000 characters, and what its Markdown and mentions would bring to life."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from servers.service import Answer, Call, Service

PATH = "112233445566778899/aBcDeFgHiJkLmNoPqRsTuVwXyZ"
_LIMIT = 2000
_MENTION = re.compile(r"@everyone|@here|<@[!&]?\d+>|<#\d+>|<t:-?\d+(?::\w)?>|<a?:\w+:\d+>|</[^:>]+:\d+>")
_MASKED = re.compile(r"(?<!\\)\[((?:\\.|[^\]\\])+)\]\(<([^>]+)>\)")
_STYLED = re.compile(r"(?<!\\)(\*\*|\*|__|_|~~|\|\||`)((?:\\.|(?!\1).)+?)\1", re.DOTALL)
_ESCAPED = re.compile(r"\\([^0-9A-Za-z\s])")


@dataclass(frozen=True)
class DiscordMessage:
    text: str  # as people see it
    links: tuple[str, ...]
    mentions: tuple[str, ...]
    styled: tuple[str, ...]
    payload: dict[str, Any]


def parse_markdown(source: str) -> tuple[str, list[str], list[str], list[str]]:
    """Return the visible text, its links, mentions and styled pieces. Mentions are live even when escaped."""
    mentions = _MENTION.findall(source)
    links = [found[2] for found in _MASKED.finditer(source)]
    flat = _MASKED.sub(r"\1", source)
    links += re.findall(r"https?://[^\s<>]+", flat)
    styled = [_ESCAPED.sub(r"\1", found[2]) for found in _STYLED.finditer(flat)]
    return _ESCAPED.sub(r"\1", _STYLED.sub(r"\2", flat)), links, mentions, styled


class DiscordServer(Service):
    """`messages` are DiscordMessage."""

    host = "discord.com"

    def __init__(self, path: str = PATH) -> None:
        super().__init__()
        self._path = path

    def take(self, call: Call) -> Answer:
        if call.path.split("?")[0] != f"/api/webhooks/{self._path}":
            return Answer(401, {"message": "Invalid Webhook Token", "code": 50027})
        payload = call.json
        content = payload.get("content", "")
        if not content.strip():
            return Answer(400, {"message": "Cannot send an empty message", "code": 50006})
        if len(content.encode("utf-16-le")) // 2 > _LIMIT:
            return Answer(400, {"content": ["Must be 2000 or fewer in length."]})
        text, links, mentions, styled = parse_markdown(content)
        self.accept(DiscordMessage(text, tuple(links), tuple(mentions), tuple(styled), payload))
        return Answer(204)
