"""Every service that Apprise knows by URL, one object per single recipient; rendering and judging are ours."""

from __future__ import annotations

import logging
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from importlib import import_module
from typing import TYPE_CHECKING, Any, ClassVar
from zoneinfo import ZoneInfo

from tenacity import RetryCallState, Retrying, retry_if_result, stop_after_attempt, stop_before_delay, wait_exponential

from monitor.channels import outcome
from monitor.channels.capture import overheard
from monitor.errors import ChannelError
from monitor.model import Alert, Delivered, Delivery, Message, Outcome, Rejected, RetryLater
from monitor.ports import ChannelOptions
from monitor.render.message import compose
from monitor.render.styles import PLAIN, Style, style_for
from monitor.render.words import Lang

if TYPE_CHECKING:
    from apprise import Apprise

_EXTRA = {"slack": "footer=no&image=no", "tgram": "image=no", "discord": "footer=no&image=no"}
_ALONE = {
    "tgram": ("telegram", "NotifyTelegram"),
    "slack": ("slack", "NotifySlack"),
    "discord": ("discord", "NotifyDiscord"),
    "mailto": ("email", "NotifyEmail"),
    "mailtos": ("email", "NotifyEmail"),
    "ntfy": ("ntfy", "NotifyNtfy"),
    "json": ("custom_json", "NotifyJSON"),
}
_LISTS = ("targets", "channels", "emails", "topics", "devices", "phones", "rooms")


@dataclass(frozen=True, slots=True, kw_only=True)
class AppriseOptions(ChannelOptions):
    """Telegram, Slack, Discord, e-mail and 150 more, by their Apprise URL."""

    __pydantic_config__: ClassVar[dict[str, Any]] = {"extra": "forbid", "use_attribute_docstrings": True}

    url: str | None = field(default=None, repr=False)
    """Apprise URL, such as `tgram://TOKEN/CHAT`; it holds secrets, so write `${NAME}` or `file:name`."""
    urls: tuple[str, ...] = field(default=(), repr=False)
    """Several of them."""
    lang: Lang = "en"
    """Language of the few fixed words: en, fr or ar."""

    @property
    def all_urls(self) -> tuple[str, ...]:
        """Return every URL."""
        return (self.url, *self.urls) if self.url else self.urls

    def problems(self) -> Sequence[tuple[str, str]]:
        """Return a missing or malformed URL, without showing it."""
        if not self.all_urls:
            return [("url", "missing; write an Apprise URL such as tgram://TOKEN/CHAT, as ${NAME} or file:name")]
        try:
            _explode(self.all_urls)
        except ChannelError as error:
            return [("url", str(error))]
        return ()


@dataclass(frozen=True, slots=True)
class _Target:
    schema: str
    service: Apprise


class AppriseChannel:
    recipients: Sequence[str]

    def __init__(self, options: AppriseOptions, zone: ZoneInfo) -> None:
        self.name = options.name
        self._zone, self._lang = zone, options.lang
        self._targets = _explode(options.all_urls)
        self.recipients = tuple(self._targets)

    def render(self, alerts: Sequence[Alert], now: datetime) -> Sequence[Message]:
        return compose(alerts, now, style=self._style(), zone=self._zone, lang=self._lang)

    def _style(self) -> Style:
        """Return the style of the channel's service; plain text when it mixes several."""
        schemas = {target.schema for target in self._targets.values()}
        return style_for(schemas.pop()) if len(schemas) == 1 else PLAIN

    def send(self, recipient: str, delivery: Delivery, now: datetime) -> Outcome:
        target = self._targets[recipient]
        retrying = Retrying(
            retry=retry_if_result(_was_not_reached),
            stop=stop_after_attempt(3) | stop_before_delay(15),
            wait=wait_exponential(multiplier=0.5),
            retry_error_callback=_last_result,
        )
        found: Outcome = retrying(_send, target, delivery.message, now)
        return found


def _was_not_reached(result: Outcome) -> bool:
    """Tell whether certainly nothing was sent, so that another try at once can do no harm."""
    return isinstance(result, RetryLater) and result.reason.startswith("could not be reached")


def _last_result(state: RetryCallState) -> Any:
    return state.outcome.result() if state.outcome else None


def _send(target: _Target, message: Message, now: datetime) -> Outcome:
    from apprise import NotifyFormat

    kind = NotifyFormat.HTML if message.format == "html" else NotifyFormat.TEXT
    title = message.title if target.schema.startswith("mailto") or message.format == "text" else ""
    if target.schema in {"slack", "discord", "tgram"}:
        title = ""
    with overheard() as exchanges:
        result = target.service.notify(body=message.body, title=title, body_format=kind)
    if exchanges:
        judged = outcome.of_exchange(exchanges[-1], now)
        if isinstance(judged, Delivered) and not result:
            return Rejected(reason=f"answered {exchanges[-1].status} but did not accept: {exchanges[-1].body[:200]}")
        return judged
    if result:
        return Delivered()
    return outcome.of_log(_log_lines(result))


def _log_lines(result: Any) -> str:
    return " ".join(
        str(getattr(line, "message", line))
        for service in getattr(result, "results", ())
        for attempt in getattr(service, "attempts", ())
        for line in getattr(attempt, "logs", ())
    )


def _explode(urls: Sequence[str]) -> dict[str, _Target]:
    """Return one service object per single recipient, by a label without secrets.

    Raises:
        ChannelError: Apprise does not understand a URL.
    """
    from apprise import Apprise, AppriseAsset
    from apprise.logger import logger

    logger.setLevel(logging.CRITICAL + 1)  # it logs tokens
    asset = AppriseAsset(service_timeout=0)
    found: dict[str, _Target] = {}
    for url in urls:
        schema = url.partition("://")[0].lower()
        extra = "&".join(filter(None, ("cto=5&rto=15&overflow=split", _EXTRA.get(schema, ""))))
        full = f"{url}{'&' if '?' in url else '?'}{extra}"
        plugin = _instantiate(full, schema, asset)
        if plugin is None:
            raise ChannelError(f"not a URL that Apprise understands (it begins with '{schema[:20]}'); see the "
                               "service's page in Apprise's documentation")  # fmt: skip
        for label, single in _singles(plugin, full, schema, asset):
            service = Apprise(asset=asset)
            service.add(single)
            name = label if label not in found else f"{label} {len(found) + 1}"
            found[name] = _Target(schema, service)
    return found


def _instantiate(url: str, schema: str, asset: Any) -> Any:
    """Return the service of a URL, or None when Apprise does not understand it.

    Asking Apprise for any service loads all of them, 18 MiB; the usual ones are loaded alone.
    """
    from apprise import Apprise

    if schema not in _ALONE:
        return Apprise.instantiate(url, asset=asset, suppress_exceptions=True)
    module, name = _ALONE[schema]
    service = getattr(import_module(f"apprise.plugins.{module}"), name)
    options = service.parse_url(url)
    try:
        return service(**{**options, "asset": asset}) if options else None
    except TypeError:  # what Apprise's services raise at an incomplete address
        return None


def _singles(plugin: Any, url: str, schema: str, asset: Any) -> list[tuple[str, Any]]:
    """Return (label, service) of each recipient: Apprise reports a group as one, and would repeat to all."""
    for attribute in _LISTS:
        targets = getattr(plugin, attribute, None)
        if isinstance(targets, (list, set, tuple)) and targets:
            break
    else:
        return [(schema, plugin)]
    ordered = sorted(targets, key=str) if isinstance(targets, set) else list(targets)
    singles = []
    for target in ordered:
        single = plugin if len(ordered) == 1 else _instantiate(url, schema, asset)
        if len(ordered) > 1:
            setattr(single, attribute, type(targets)([target]))
        singles.append((f"{schema} {_label(target)}", single))
    return singles


def _label(target: Any) -> str:
    if isinstance(target, (tuple, list)):
        target = next((part for part in reversed(target) if part), "")
    return re.sub(r"[^\w@.+#:-]", "", str(target))[:80]
