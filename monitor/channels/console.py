"""Alerts on the terminal: the channel of the first run."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TextIO
from zoneinfo import ZoneInfo

from monitor.model import Alert, Delivered, Delivery, Lane, Message, Outcome, RetryLater
from monitor.ports import ChannelOptions
from monitor.render.message import late_note, notice, render, stand_in_note
from monitor.render.styles import TERMINAL, TERMINAL_WITHOUT_COLOURS
from monitor.render.words import WORDS, Lang


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsoleOptions(ChannelOptions):
    """Prints alerts on standard output."""

    lang: Lang = "en"
    """Language of the few fixed words: en, fr or ar."""


class ConsoleChannel:
    """The terminal; without colours when the output is not one."""

    def __init__(self, options: ConsoleOptions, zone: ZoneInfo, stream: TextIO | None = None) -> None:
        self.name = options.name
        self.recipients: Sequence[str] = ("screen",)
        self.read_by_people = False
        self._stream = stream or sys.stdout
        self._zone, self._words = zone, WORDS[options.lang]
        colours = self._stream.isatty() and not os.environ.get("NO_COLOR")
        self._style = TERMINAL if colours else TERMINAL_WITHOUT_COLOURS

    def lanes(self, recipient: str) -> Sequence[Lane]:
        """Return nothing: nobody minds how many messages come."""
        del recipient  # there is one
        return ()

    def render(self, alerts: Sequence[Alert], now: datetime) -> Sequence[Message]:
        """Return one message for all alerts."""
        return render(alerts, now, zone=self._zone, words=self._words, style=self._style)

    def notice(self, lines: Sequence[str]) -> Message:
        """Return the message that tells an operator these lines."""
        return notice(lines, self._style)

    def send(self, recipient: str, delivery: Delivery, now: datetime) -> Outcome:
        """Print the message; characters that the output's encoding lacks become question marks."""
        del recipient  # there is one
        notes = stand_in_note(delivery.message, words=self._words, style=self._style)
        notes += late_note(delivery.created_at, now, zone=self._zone, words=self._words, style=self._style)
        encoding = self._stream.encoding or "utf-8"
        text = f"{notes}{delivery.message.body}\n\n".encode(encoding, "replace").decode(encoding)
        try:
            self._stream.write(text)
            self._stream.flush()
        except (OSError, ValueError) as error:
            return RetryLater(reason=f"the output cannot be written to ({type(error).__name__})")
        return Delivered()
