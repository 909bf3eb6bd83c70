"""Alerts on the terminal: the channel of the first run."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar
from zoneinfo import ZoneInfo

from monitor.model import Alert, Delivered, Delivery, Message, Outcome, RetryLater
from monitor.ports import ChannelOptions
from monitor.render.message import compose
from monitor.render.styles import PLAIN, Terminal
from monitor.render.words import Lang


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsoleOptions(ChannelOptions):
    """Prints alerts on standard output."""

    __pydantic_config__: ClassVar[dict[str, Any]] = {"extra": "forbid", "use_attribute_docstrings": True}

    lang: Lang = "en"
    """Language of the few fixed words: en, fr or ar."""


class ConsoleChannel:
    recipients: Sequence[str]

    def __init__(self, options: ConsoleOptions, zone: ZoneInfo) -> None:
        self.name, self.recipients = options.name, ("screen",)
        self._zone, self._lang = zone, options.lang
        self._style = Terminal() if sys.stdout.isatty() and not os.environ.get("NO_COLOR") else PLAIN

    def render(self, alerts: Sequence[Alert], now: datetime) -> Sequence[Message]:
        return compose(alerts, now, style=self._style, zone=self._zone, lang=self._lang)

    def send(self, recipient: str, delivery: Delivery, now: datetime) -> Outcome:
        try:
            print(f"{delivery.message.body}\n", flush=True)  # noqa: T201  that is what it is for
        except OSError as error:
            return RetryLater(reason=f"standard output: {error}")
        return Delivered()
