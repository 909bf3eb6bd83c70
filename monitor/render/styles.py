"""How each service marks up text, and how text of strangers is kept from being markup there."""

from __future__ import annotations

import html
import re
from typing import Protocol
from urllib.parse import quote

from monitor.text import clean

FSI, PDI, ZWSP = "\u2068", "\u2069", "\u200b"
_ARABIC = re.compile(r"[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc]")


def isolate(text: str) -> str:
    """Wrap text so that its direction leaves the rest of the line alone."""
    return f"{FSI}{text}{PDI}"


def is_rtl(text: str) -> bool:
    """Tell whether a text is mostly of letters that run from right to left."""
    return 2 * len(_ARABIC.findall(text)) > sum(c.isalpha() for c in text)


def safe_url(url: str | None) -> str | None:
    """Return an http(s) address in which no character can end a link's markup, or None."""
    if not url or not url.startswith(("http://", "https://")):
        return None
    return quote(url, safe=":/?#@!$&'*+,;=%~-._[]").replace("'", "%27")


class Style(Protocol):
    format: str  # of the message: text | html
    limit: int  # UTF-16 units of one message

    def text(self, text: str) -> str:
        """Return a stranger's text so that it shows as it is."""

    def bold(self, text: str) -> str: ...
    def title(self, marked: str, url: str | None) -> str:
        """Return the marked title with its link."""

    def page(self, blocks: list[str], *, rtl: bool) -> str:
        """Join the blocks of a message."""


class Plain:
    format, limit = "text", 3500

    def text(self, text: str) -> str:
        return text

    def bold(self, text: str) -> str:
        return text

    def title(self, marked: str, url: str | None) -> str:
        return f"{marked}\n{url}" if url else marked

    def page(self, blocks: list[str], *, rtl: bool) -> str:
        return "\n\n".join(blocks)


class Terminal(Plain):
    """ANSI colours; titles hold no control characters, so they cannot bring their own."""

    def bold(self, text: str) -> str:
        return f"\x1b[1;33m{text}\x1b[0m"


class Telegram(Plain):
    """The HTML subset of the Bot API."""

    format = "html"

    def text(self, text: str) -> str:
        return html.escape(text, quote=False)

    def bold(self, text: str) -> str:
        return f"<b>{text}</b>"

    def title(self, marked: str, url: str | None) -> str:
        return f'<a href="{html.escape(url)}">{marked}</a>' if url else marked


class Mail(Telegram):
    limit = 200_000

    def page(self, blocks: list[str], *, rtl: bool) -> str:
        side = 'dir="rtl" lang="ar"' if rtl else 'dir="auto"'
        parts = "".join(f'<p dir="auto">{block.replace(chr(10), "<br>")}</p>' for block in blocks)
        return f"<div {side}>{parts}</div>"


class Slack(Plain):
    """Slack's mrkdwn; the library below escapes & < >, the rest is ours."""

    def text(self, text: str) -> str:
        return re.sub(r"([<@*_~`#!])", rf"\1{ZWSP}", text)

    def bold(self, text: str) -> str:
        return f"*{text}*"


class Discord(Plain):
    """Discord's Markdown; a mention or mark of a stranger is cut by an invisible space or a backslash."""

    limit = 1900

    def text(self, text: str) -> str:
        escaped = re.sub(r"([\\*_~`|>\[\]()#])", r"\\\1", text)
        return re.sub(r"([@<])", rf"\1{ZWSP}", escaped)

    def bold(self, text: str) -> str:
        return f"**{text}**"

    def title(self, marked: str, url: str | None) -> str:
        return f"{marked}\n<{url}>" if url else marked


BY_SCHEMA: dict[str, Style] = {
    "tgram": Telegram(),
    "slack": Slack(),
    "discord": Discord(),
    "mailto": Mail(),
    "mailtos": Mail(),
}


def style_for(schema: str) -> Style:
    """Return the style of an Apprise service; plain text for those we know nothing special of."""
    return BY_SCHEMA.get(schema, PLAIN)


PLAIN = Plain()


def one_line(text: str) -> str:
    """Return text for a subject line."""
    return clean(text)
