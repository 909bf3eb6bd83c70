"""Every service that Apprise knows by URL; rendering, single recipients and the judging of answers are ours.

Loads Apprise when a channel is checked or built, not before.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from time import sleep
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from monitor.errors import ChannelError
from monitor.model import Alert, Delivery, Lane, Message, Outcome
from monitor.render.options import WrittenOptions
from monitor.render.styles import DISCORD, MAIL, NTFY, PLAIN, SLACK, TELEGRAM, Style
from monitor.render.writer import writer

if TYPE_CHECKING:
    from monitor.channels.services import Target

PROGRAMS = {"json", "jsons", "form", "forms", "xml", "xmls"}
STYLES = {
    "tgram": TELEGRAM,
    "slack": SLACK,
    "discord": DISCORD,
    "mailto": MAIL,
    "mailtos": MAIL,
    "ntfy": NTFY,
    "ntfys": NTFY,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class AppriseOptions(WrittenOptions):
    """Telegram, Slack, Discord, e-mail and 150 more, by their Apprise URL."""

    url: str | None = field(default=None, repr=False)
    """Apprise URL, such as `tgram://TOKEN/CHAT`; it holds secrets, so write `${NAME}` or `file:name`."""
    urls: tuple[str, ...] = field(default=(), repr=False)
    """Several of them."""

    @property
    def all_urls(self) -> tuple[tuple[str, str], ...]:
        """Return every URL with its key."""
        several = tuple((f"urls.{n}", url) for n, url in enumerate(self.urls))
        return several if self.url is None else (("url", self.url), *several)

    def problems(self) -> Sequence[tuple[str, str]]:
        """Return what is wrong with the URLs, without showing them."""
        if not self.all_urls:
            return [("url", "missing; write an Apprise URL such as tgram://TOKEN/CHAT, as ${NAME} or file:name")]
        found = [(key, problem) for key, url in self.all_urls if (problem := _problem((url,)))]
        if found or len(self.all_urls) == 1:
            return found
        problem = _problem([url for _, url in self.all_urls])
        return [("urls", problem)] if problem else ()


def _problem(urls: Sequence[str]) -> str | None:
    from monitor.channels.services import targets_of

    try:
        _style(targets_of(urls))
    except ChannelError as error:
        return str(error)
    return None


def _style(found: dict[str, Target]) -> Style:
    """Return how the services of a channel want their messages written.

    Raises:
        ChannelError: they want it differently.
    """
    kinds = {target.schema for target in found.values()}
    styles = [STYLES.get(target.schema, PLAIN) for target in found.values()]
    if any(style is not styles[0] for style in styles):
        raise ChannelError(f"different services in one channel ({', '.join(sorted(kinds))}); make a channel for each")
    shortest = min(target.service.body_maxlen for target in found.values())
    return replace(styles[0], limit=min(styles[0].limit, shortest), brief_limit=min(styles[0].brief_limit, shortest))


class AppriseChannel:
    """The recipients of one or more Apprise URLs."""

    def __init__(self, options: AppriseOptions, zone: ZoneInfo, pause: Callable[[float], None] = sleep) -> None:
        from monitor.channels.services import targets_of

        self.name = options.name
        self._pause = pause
        self._targets = targets_of([url for _, url in options.all_urls])
        self._writer = writer(options, zone, _style(self._targets))
        self.recipients: Sequence[str] = tuple(self._targets)
        self.read_by_people = not {target.schema for target in self._targets.values()} <= PROGRAMS

    @property
    def trouble(self) -> str | None:
        """What an operator should know of the channel."""
        return self._writer.trouble

    def lanes(self, recipient: str) -> Sequence[Lane]:
        """Return what the service limits and a message to this recipient counts for."""
        return self._targets[recipient].lanes

    def render(self, alerts: Sequence[Alert], now: datetime) -> Sequence[Message]:
        """Return as few messages as the service's limits allow, which together carry every alert."""
        return self._writer.render(alerts, now)

    def notice(self, lines: Sequence[str]) -> Message:
        """Return the message that tells an operator these lines."""
        return self._writer.notice(lines)

    def send(self, recipient: str, delivery: Delivery, now: datetime) -> Outcome:
        """Send to one recipient; never raises for what the service answers."""
        from monitor.channels.attempt import attempt

        message = replace(delivery.message, body=self._writer.before(delivery, now) + delivery.message.body)
        return attempt(self._targets[recipient], replace(delivery, message=message), now, self._pause)
