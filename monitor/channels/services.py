"""Turns Apprise URLs into one service object per single recipient; sends nothing.

Apprise reports a group of recipients as one, and would repeat a message to those who have it already.
Only the plug-in of a known schema is loaded; loading all of them, as Apprise itself does, costs 19 MB.
"""

from __future__ import annotations

import difflib
import hashlib
import importlib
import logging
import re
import warnings
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import unquote

import apprise
from apprise import plugins
from apprise.exception import AppriseException

from monitor.channels.limits import lanes
from monitor.errors import ChannelError
from monitor.model import Lane, Message
from monitor.render.safe import harmless

_ALL: Any = plugins  # untyped

# Schema: module and class of the plug-in.
KNOWN = {
    "tgram": ("telegram", "NotifyTelegram"),
    "slack": ("slack", "NotifySlack"),
    "discord": ("discord", "NotifyDiscord"),
    "mailto": ("email", "NotifyEmail"),
    "mailtos": ("email", "NotifyEmail"),
    "json": ("custom_json", "NotifyJSON"),
    "jsons": ("custom_json", "NotifyJSON"),
    "ntfy": ("ntfy", "NotifyNtfy"),
    "ntfys": ("ntfy", "NotifyNtfy"),
    "mmost": ("mattermost", "NotifyMattermost"),
    "mmosts": ("mattermost", "NotifyMattermost"),
    "gotify": ("gotify", "NotifyGotify"),
    "gotifys": ("gotify", "NotifyGotify"),
    "signal": ("signal_api", "NotifySignalAPI"),
    "signals": ("signal_api", "NotifySignalAPI"),
    "workflows": ("workflows", "NotifyWorkflows"),
    "gchat": ("google_chat", "NotifyGoogleChat"),
    "pover": ("pushover", "NotifyPushover"),
}
# What the address, the channel or the chat is called may be shown; of other services a recipient may be a secret.
_SHOWN = {"tgram", "slack", "mailto", "mailtos"}
_MEANT = {"telegram": "tgram", "email": "mailto", "mail": "mailto", "smtp": "mailtos", "smtps": "mailtos"}
_SETTINGS: dict[str, dict[str, Any]] = {
    # Our messages fit; Apprise would count the markup, too.
    "tgram": {"overflow": "upstream"},
    "slack": {"include_footer": False, "include_image": False},
    "discord": {"avatar": False, "footer": False},
    "ntfy": {"include_image": False},
    "ntfys": {"include_image": False},
    # The only time-out of a mail plug-in: it holds for every reply of the server. One mail has one Message-ID.
    "mailto": {"cto": 15, "overflow": "upstream"},
    "mailtos": {"cto": 15, "overflow": "upstream"},
}
_LISTS = ("targets", "channels", "emails", "topics", "devices", "phones", "rooms", "users")  # of recipients
_SOUNDS: dict[str, tuple[str, Any, Any, Any]] = {  # setting of a service, its usual value, what rings, what is silent
    "tgram": ("silent", False, False, True),
    "ntfy": ("priority", "default", "high", "low"),
    "ntfys": ("priority", "default", "high", "low"),
    "gotify": ("priority", 5, 8, 3),
    "gotifys": ("priority", 5, 8, 3),
    "pover": ("priority", 0, 1, -1),
}
_SHORTEST_SECRET = 6  # characters
# The parsers of 150 services fail in as many ways; all of these mean that the URL is malformed.
_MALFORMED = (AppriseException, TypeError, ValueError, LookupError, AttributeError)


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """One recipient of one service."""

    schema: str
    recipient: str  # label, without secrets
    service: Any  # of Apprise, with this recipient alone
    secrets: tuple[str, ...]  # parts of the URL that no message of ours may repeat
    moved: list[str] = field(default_factory=list)  # the chats that it became, as Telegram told

    @property
    def lanes(self) -> tuple[Lane, ...]:
        """What the service limits and a message counts for."""
        return lanes(self.schema, self.service)

    @contextmanager
    def sounding(self, message: Message) -> Iterator[None]:
        """Let what is sent meanwhile ring or make no sound, as the message wants it and the service can.

        What the url asks for stays, unless it is the usual.
        """
        setting, usual, loud, silent = _SOUNDS.get(self.schema, ("", None, None, None))
        wanted = loud if message.urgent else silent if message.silent else usual
        if wanted == usual or getattr(self.service, setting) != usual:
            yield
            return
        setattr(self.service, setting, wanted)
        try:
            yield
        finally:
            setattr(self.service, setting, usual)

    def move_to(self, chat: str) -> bool:
        """Send to this chat from now on, as long as the program runs; False where that is not possible."""
        targets = getattr(self.service, "targets", None)
        if self.schema != "tgram" or not targets or not re.fullmatch(r"-?\d+", chat):
            return False
        self.service.targets = [(int(chat), *one[1:]) if isinstance(one, tuple) else int(chat) for one in targets]
        self.moved.append(chat)
        return True

    def full_id(self, number: str) -> str:
        """Return what the service calls a message, with the chat when it has moved: that one numbers them anew."""
        return f"{self.moved[-1]}/{number}" if self.moved else number

    def own_id(self, full_id: str) -> str | None:
        """Return what the service calls a message of the chat as it is now, None when it is of another."""
        chat, _, number = full_id.rpartition("/")
        return number if chat == (self.moved[-1] if self.moved else "") else None


def targets_of(urls: Sequence[str]) -> dict[str, Target]:
    """Return the single recipients of the URLs by their label.

    Raises:
        ChannelError: Apprise does not understand a URL, or cannot tell its recipients apart.
    """
    _mute()
    found: dict[str, Target] = {}
    for url in urls:
        for target in _singles(url.strip()):
            label = target.recipient
            if label in found:
                if found[label].service.url() == target.service.url():
                    raise ChannelError(f"'{label}' stands there twice; remove one")
                label = f"{label}-{_fingerprint(target.service)}"
            found[label] = target
    return found


def _mute() -> None:
    """Keep the libraries from logging: they print tokens."""
    for name in ("apprise", "urllib3"):
        logger = logging.getLogger(name)
        logger.propagate = False
        if not logger.handlers:
            logger.addHandler(logging.NullHandler())
    logging.getLogger("apprise").setLevel(logging.WARNING)  # its results carry these lines


def _singles(url: str) -> Iterator[Target]:
    schema, kind, settings = _parse(url)
    whole = _plugin(schema, kind, settings)
    secrets = _secrets(url)
    for target, plugin in _split(whole, lambda: _plugin(schema, kind, settings)):
        shown = _label(target) if target is not None and schema in _SHOWN else ""
        hidden = tuple(secret for secret in secrets if secret != shown)
        yield Target(schema=schema, recipient=f"{schema} {shown}".strip(), service=plugin, secrets=hidden)


def _parse(url: str) -> tuple[str, Any, dict[str, Any]]:
    """Return the schema, the plug-in class and its settings."""
    schema = url.partition("://")[0].lower()
    try:
        with warnings.catch_warnings(action="ignore", category=DeprecationWarning):  # the plug-ins' own
            if schema in KNOWN:
                module, name = KNOWN[schema]
                kind = getattr(importlib.import_module(f"apprise.plugins.{module}"), name)
                settings = kind.parse_url(url.replace("/#", "/%23"))
            else:
                settings = _ALL.url_to_dict(url)
                schema = settings["schema"] if settings else schema
                kind = _ALL.N_MGR[schema] if settings else None
    except _MALFORMED:
        raise ChannelError(_malformed(schema)) from None
    if not settings:
        raise ChannelError(_malformed(schema))
    settings.pop("format", None)  # how messages are written is ours to say
    return schema, kind, {"rto": 15, "cto": 5, "overflow": "split", **settings, **_SETTINGS.get(schema, {})}


def _plugin(schema: str, kind: Any, settings: dict[str, Any]) -> Any:
    try:
        plugin = kind(**settings, asset=_asset())
    except _MALFORMED:
        raise ChannelError(_malformed(schema)) from None
    if not plugin.enabled:
        raise ChannelError(f"Apprise cannot use {schema}:// on this machine; a library it needs is missing")
    plugin.throttle = lambda *_args, **_kwargs: None  # it would sleep; the pace is the outbox's
    return plugin


def _asset() -> apprise.AppriseAsset:
    # Without a service time-out the send happens in our own thread. Text is never read as a template.
    return apprise.AppriseAsset(service_timeout=0, allow_templates=False, interpret_emojis=False, http_redirects=False)


def _split(whole: Any, again: Callable[[], Any]) -> list[tuple[Any, Any]]:
    """Return (recipient, plug-in) for each recipient of a plug-in; `again` builds another like it."""
    number = len(whole)
    for attribute in _LISTS:
        targets = getattr(whole, attribute, None)
        if isinstance(targets, list | tuple | set) and len(targets) == number:
            break
    else:
        if number == 1:
            return [(None, whole)]
        raise ChannelError(f"names {number} recipients that cannot be told apart; write one url for each")
    if number == 1:
        return [(next(iter(targets)), whole)]
    found = []
    for target in sorted(targets, key=str) if isinstance(targets, set) else targets:
        single = again()
        setattr(single, attribute, type(targets)([target]))
        assert len(single) == 1, "one recipient in the list makes one recipient"
        found.append((target, single))
    return found


def _label(target: Any) -> str:
    """Return what a recipient is called: a channel, an address, a chat, or a chat and its topic."""
    if isinstance(target, tuple | list):  # mail: (name, address); Telegram: (chat, topic)
        parts = [part for part in target if part]
        target = parts[-1] if "@" in str(parts[-1]) else ":".join(map(str, parts))
    return harmless(str(target))


def _fingerprint(plugin: Any) -> str:
    return hashlib.blake2b(repr(plugin.url_identifier).encode(), digest_size=2).hexdigest()


def _secrets(url: str) -> tuple[str, ...]:
    parts = re.split(r"[/:@?&=#,]+", url.partition("://")[2])
    written = {part for part in (*parts, *map(unquote, parts)) if len(part) >= _SHORTEST_SECRET}
    return tuple(sorted(written, key=len, reverse=True))


def _malformed(schema: str) -> str:
    if schema in KNOWN or schema in _ALL.N_MGR.schemas():
        return f"not a complete {schema}:// url; see '{schema}' in Apprise's documentation"
    meant = _MEANT.get(schema)
    near = [meant] if meant else difflib.get_close_matches(schema, sorted(_ALL.N_MGR.schemas()), n=1)
    hint = f"; did you mean {near[0]}://?" if near else "; it must begin like tgram:// or mailto://"
    return f"not a url that Apprise knows{hint}"
