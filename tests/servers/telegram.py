"""Telegram's Bot API as far as sendMessage goes: auth, entity parsing, length after parsing, numbered messages."""

from __future__ import annotations

import re
from dataclasses import dataclass
from html import unescape
from typing import Any

from servers.service import Answer, Call, Service

TOKEN = "123456789:AAF0BbCcDdEeFfGgHhIiJjKkLlMmNnOoPpQ"
_TAGS = {"b", "strong", "i", "em", "u", "s", "a", "code", "pre", "tg-spoiler", "blockquote"}
_TOKEN = re.compile(r'<(/?)([a-zA-Z-]+)((?:\s+[a-z]+="[^"<>]*")*)\s*>|&(?:lt|gt|amp|quot|#\d+);|[<>]|[^<>&]+|&')
_LIMIT = 4096


@dataclass(frozen=True)
class Entity:
    tag: str
    text: str
    url: str | None = None


@dataclass(frozen=True)
class TelegramMessage:
    chat: str
    text: str  # as people see it
    entities: tuple[Entity, ...]
    payload: dict[str, Any]
    reply_to: int | None = None  # number of the message that it stands under


class BadMarkup(Exception):
    pass


def parse_entities(source: str) -> tuple[str, tuple[Entity, ...]]:
    """Return the visible text and what is marked in it, by the rules of Telegram's HTML mode."""
    text, entities, opened = "", [], []
    for found in _TOKEN.finditer(source):
        piece, (closing, tag, attributes) = found[0], found.groups()
        if tag is None:
            if piece in "<>":
                raise BadMarkup(f"unexpected {piece}")
            text += unescape(piece)
        elif tag not in _TAGS:
            raise BadMarkup(f'Unsupported start tag "{tag}"')
        elif not closing:
            url = re.search(r'href="([^"]*)"', attributes)
            opened.append((tag, len(text), unescape(url[1]) if url else None))
        else:
            if not opened or opened[-1][0] != tag:
                raise BadMarkup(f'Unmatched end tag "{tag}"')
            _, start, url_text = opened.pop()
            entities.append(Entity(tag, text[start:], url_text))
    if opened:
        raise BadMarkup(f"Can't find end tag corresponding to start tag {opened[-1][0]}")
    return text, tuple(entities)


class TelegramServer(Service):
    """`messages` are TelegramMessage. `fail_flood(seconds)` answers as Telegram's flood control does."""

    host = "api.telegram.org"

    def __init__(self, token: str = TOKEN, chats: tuple[str, ...] = ("42", "-1001234567890", "@desk")) -> None:
        super().__init__()
        self._token, self._chats = token, chats
        self.deleted: set[int] = set()  # numbers of messages that people took away
        self.lenient = True  # knows allow_sending_without_reply

    def fail_flood(self, seconds: int, times: int = 1) -> None:
        self.fail_next(429, _error(429, f"Too Many Requests: retry after {seconds}", retry_after=seconds), times=times)

    def take(self, call: Call) -> Answer:
        if call.path != f"/bot{self._token}/sendMessage":
            return Answer(401, _error(401, "Unauthorized"))
        payload = call.json
        if str(payload["chat_id"]) not in self._chats:
            return Answer(400, _error(400, "Bad Request: chat not found"))
        text, entities = payload["text"].replace("\r", ""), ()
        if payload.get("parse_mode") == "HTML":
            try:
                text, entities = parse_entities(text)
            except BadMarkup as error:
                return Answer(400, _error(400, f"Bad Request: can't parse entities: {error}"))
        if not text.strip():
            return Answer(400, _error(400, "Bad Request: message text is empty"))
        if len(text.encode("utf-16-le")) // 2 > _LIMIT:
            return Answer(400, _error(400, "Bad Request: message is too long"))
        reply_to = payload.get("reply_parameters", {}).get("message_id")
        if reply_to is not None and not self._stands(reply_to, str(payload["chat_id"])):
            if not (self.lenient and payload["reply_parameters"].get("allow_sending_without_reply")):
                return Answer(400, _error(400, "Bad Request: message to be replied not found"))
            reply_to = None
        self.accept(TelegramMessage(str(payload["chat_id"]), text, entities, payload, reply_to))
        return Answer(200, {"ok": True, "result": {"message_id": len(self.messages), "text": text}})

    def _stands(self, number: int, chat: str) -> bool:
        known = 0 < number <= len(self.messages) and number not in self.deleted
        return known and self.messages[number - 1].chat == chat


def _error(code: int, description: str, **parameters: Any) -> dict[str, Any]:
    error: dict[str, Any] = {"ok": False, "error_code": code, "description": description}
    return {**error, "parameters": parameters} if parameters else error
