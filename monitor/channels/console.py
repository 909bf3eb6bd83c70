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
from monitor.render.options import WrittenOptions
from monitor.render.styles import TERMINAL, TERMINAL_WITHOUT_COLOURS
from monitor.render.writer import writer


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsoleOptions(WrittenOptions):
    """Prints alerts on standard output."""


class ConsoleChannel:
    """The terminal; without colours when the output is not one."""

    def __init__(self, options: ConsoleOptions, zone: ZoneInfo, stream: TextIO | None = None) -> None:
        self.name = options.name
        self.recipients: Sequence[str] = ("screen",)
        self.read_by_people = False
        self._stream = stream or sys.stdout
        colours = self._stream.isatty() and not os.environ.get("NO_COLOR")
        self._writer = writer(options, zone, TERMINAL if colours else TERMINAL_WITHOUT_COLOURS)

    @property
    def trouble(self) -> str | None:
        """What an operator should know of the channel."""
        return self._writer.trouble

    def lanes(self, recipient: str) -> Sequence[Lane]:
        """Return nothing: nobody minds how many messages come."""
        del recipient  # there is one
        return ()

    def render(self, alerts: Sequence[Alert], now: datetime) -> Sequence[Message]:
        """Return one message for all alerts."""
        return self._writer.render(alerts, now)

    def notice(self, lines: Sequence[str]) -> Message:
        """Return the message that tells an operator these lines."""
        return self._writer.notice(lines)

    def send(self, recipient: str, delivery: Delivery, now: datetime) -> Outcome:
        """Print the message; characters that the output's encoding lacks become question marks."""
        del recipient  # there is one
        notes = self._writer.before(delivery, now)
        encoding = self._stream.encoding or "utf-8"
        text = f"{notes}{delivery.message.body}\n\n".encode(encoding, "replace").decode(encoding)
        try:
            self._stream.write(text)
            self._stream.flush()
        except (OSError, ValueError) as error:
            return RetryLater(reason=f"the output cannot be written to ({type(error).__name__})")
        return Delivered()
