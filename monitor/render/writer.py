"""Writes a channel's messages with its own templates; when one of these fails, the built-in form is there at once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from zoneinfo import ZoneInfo

from monitor.model import Alert, Delivery, Message
from monitor.render.filled import Templates
from monitor.render.message import BUILT_IN, late_note, notice, render, stand_in_note
from monitor.render.options import WrittenOptions
from monitor.render.styles import Style
from monitor.render.words import WORDS, Words


@dataclass(slots=True, kw_only=True)
class Writer:
    """How one channel writes; `trouble` is what an operator should know of it."""

    zone: ZoneInfo
    words: Words
    style: Style
    templates: Templates = BUILT_IN
    trouble: str | None = field(default=None, init=False)

    def render(self, alerts: Sequence[Alert], now: datetime) -> list[Message]:
        """Return as few messages as the style's limits allow, which together carry every alert."""
        if self.templates is not BUILT_IN:
            from monitor.render.template import TemplateFailed

            try:
                return self._render(alerts, now, self.templates)
            except TemplateFailed as failed:
                self.trouble = f"its template cannot be used, alerts have the built-in form: {failed}"
        return self._render(alerts, now, BUILT_IN)

    def notice(self, lines: Sequence[str]) -> Message:
        """Return the message that tells an operator these lines."""
        return notice(lines, self.style)

    def before(self, delivery: Delivery, now: datetime) -> str:
        """Return what to put before a message that stands in for another channel's, or waited in the outbox."""
        stands_in = stand_in_note(delivery.message, words=self.words, style=self.style)
        return stands_in + late_note(delivery.created_at, now, zone=self.zone, words=self.words, style=self.style)

    def _render(self, alerts: Sequence[Alert], now: datetime, templates: Templates) -> list[Message]:
        return render(alerts, now, zone=self.zone, words=self.words, style=self.style, templates=templates)


def writer(options: WrittenOptions, zone: ZoneInfo, style: Style) -> Writer:
    """Return what writes the messages of a channel; its templates were found to be right."""
    words, texts = WORDS[options.lang], options.templates
    if not (texts.alert or texts.line or texts.title):
        return Writer(zone=zone, words=words, style=style)
    from monitor.render.template import read

    alert, line, title = (text and read(text, words.comma) for text in (texts.alert, texts.line, texts.title))
    templates = Templates(alert=alert or None, line=line or None, title=title or None)
    return Writer(zone=zone, words=words, style=style, templates=templates)
