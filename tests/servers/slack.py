"""Slack's incoming webhooks and its chat.postMessage: auth, size, threads, and what its mrkdwn would bring to life."""

from __future__ import annotations

import re
from dataclasses import dataclass
from html import unescape
from typing import Any

from servers.service import Answer, Call, Service

PATH = "T1JJ3T3L2/B1BRTD4JD/TIiajkdnlazkcOXrIdevi7FQ"
BOT = "xoxb-1234567890-1234567890-4ddbc191d40ee098cbaae6f3523ada2d"
_LIMIT = 40_000
_LIVE = re.compile(r"<([^<>]*)>")
_STYLED = re.compile(r"(?<![\w*_~`])([*_~`])(?=\S)([^\n*_~`]+?)(?<=\S)\1(?![\w*_~`])")


@dataclass(frozen=True)
class SlackMessage:
    text: str  # as people see it
    links: tuple[str, ...]
    mentions: tuple[str, ...]
    styled: tuple[str, ...]  # bold, italic, struck out or code
    payload: dict[str, Any]


def parse_mrkdwn(source: str) -> tuple[str, list[str], list[str], list[str]]:
    """Return the visible text, its links, mentions and styled pieces."""
    links, mentions = [], []

    def shown(found: re.Match[str]) -> str:
        target, _, label = found[1].partition("|")
        if target[:1] in ("!", "@", "#"):
            mentions.append(target)
        else:
            links.append(unescape(target))
        return label or target

    flat = _LIVE.sub(shown, source)
    styled = [found[2] for found in _STYLED.finditer(flat)]
    return unescape(_STYLED.sub(r"\2", flat)), links, mentions, [unescape(piece) for piece in styled]


class SlackServer(Service):
    """`messages` are SlackMessage."""

    host = "hooks.slack.com"

    def __init__(self, path: str = PATH, channels: tuple[str, ...] = ("#general", "#desk")) -> None:
        super().__init__()
        self._path, self._channels = path, channels

    def take(self, call: Call) -> Answer:
        if call.path.strip("/") != f"services/{self._path}":
            return Answer(403, "invalid_token")
        payload = call.json
        if payload.get("channel", "#general") not in self._channels:
            return Answer(404, "channel_not_found")
        source = payload.get("text") or payload["attachments"][0]["text"]
        if not source.strip():
            return Answer(400, "no_text")
        if len(source) > _LIMIT:
            return Answer(400, "msg_too_long")
        text, links, mentions, styled = parse_mrkdwn(source)
        self.accept(SlackMessage(text, tuple(links), tuple(mentions), tuple(styled), payload))
        return Answer(200, "ok")


class SlackApi(Service):
    """slack.com/api for one bot, which is a member of the `channels`; `messages` are SlackMessage."""

    host = "slack.com"

    def __init__(self, token: str = BOT, channels: tuple[str, ...] = ("#general", "#desk")) -> None:
        super().__init__()
        self._token, self.channels = token, channels
        self.deleted: set[str] = set()  # time stamps of messages that people took away

    def refuse_next(self, error: str, status: int = 200, times: int = 1) -> None:
        """Answer the next requests as Slack does: with 200 and the name of the error."""
        self.fail_next(status, {"ok": False, "error": error}, times=times)

    def take(self, call: Call) -> Answer:
        if call.path != "/api/chat.postMessage":
            return _no("unknown_method")
        if call.headers.get("Authorization") != f"Bearer {self._token}":
            return _no("invalid_auth")
        payload = call.json
        if payload["channel"] not in self.channels:
            return _no("not_in_channel")
        source = payload.get("text") or payload["attachments"][0]["text"]
        if len(source) > _LIMIT:
            return _no("msg_too_long")
        if payload.get("thread_ts") in self.deleted:
            return _no("thread_not_found")
        text, links, mentions, styled = parse_mrkdwn(source)
        self.accept(SlackMessage(text, tuple(links), tuple(mentions), tuple(styled), payload))
        stamp = f"1772456700.{len(self.messages):06}"
        return Answer(200, {"ok": True, "channel": "C012AB3CD", "ts": stamp, "message": {"text": source}})


def _no(error: str) -> Answer:
    return Answer(200, {"ok": False, "error": error})
