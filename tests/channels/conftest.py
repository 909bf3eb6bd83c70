"""One line to a service per kind of channel: the channel, its loopback service, and how that service speaks."""

from __future__ import annotations

import io
import socket
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from typing import Any

import pytest
from servers.discord import PATH as DISCORD_PATH
from servers.discord import DiscordServer
from servers.mail import MailServer
from servers.samples import NOW, ZONE, delivery
from servers.service import Service
from servers.slack import BOT, SlackApi, SlackServer
from servers.slack import PATH as SLACK_PATH
from servers.telegram import TOKEN, TelegramServer

from monitor.channels import CHANNELS
from monitor.channels.apprise import AppriseChannel, AppriseOptions
from monitor.model import Followed


@dataclass
class Line:
    channel: Any
    server: Any
    pauses: list[float] = field(default_factory=list)

    def send(self, *alerts: Any, follows: Followed | None = None, **given: Any) -> Any:
        """Render, send every message to the first recipient and return the last outcome."""
        outcome = None
        for message in self.channel.render(alerts, NOW):
            recipient = self.channel.recipients[0]
            made = replace(delivery(message, recipient, **given), follows=follows)
            outcome = self.channel.send(recipient, made, NOW)
        return outcome


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def apprise_line(url: str, server: Any, **options: Any) -> Line:
    line = Line(None, server)
    line.channel = AppriseChannel(
        AppriseOptions(name="desk", type="apprise", url=url, **options), ZONE, line.pauses.append
    )
    return line


Open = Callable[..., Line]


@pytest.fixture
def open_line(monkeypatch) -> Iterator[Open]:
    """Open a line by the name of its service; `dead` gives one to a port where nobody listens."""
    from apprise.plugins.discord import NotifyDiscord
    from apprise.plugins.slack import NotifySlack
    from apprise.plugins.telegram import NotifyTelegram

    with ExitStack() as stack:

        def start(kind: Callable[[], Any], dead: bool) -> tuple[Any, int]:
            server = stack.enter_context(kind())
            return server, free_port() if dead else server.port

        def opened(name: str, query: str = "", dead: bool = False, **options: Any) -> Line:
            kinds = {
                "telegram": TelegramServer,
                "slack": SlackServer,
                "slack bot": SlackApi,
                "discord": DiscordServer,
                "mail": MailServer,
            }
            server, port = start(kinds.get(name, Service), dead)
            base = f"http://127.0.0.1:{port}"
            monkeypatch.setattr(NotifyTelegram, "notify_url", f"{base}/bot")
            monkeypatch.setattr(NotifySlack, "webhook_url", f"{base}/services")
            monkeypatch.setattr(NotifySlack, "api_url", f"{base}/api/{{}}")
            monkeypatch.setattr(NotifyDiscord, "notify_url", f"{base}/api/webhooks")
            urls = {
                "telegram": f"tgram://{TOKEN}/42/",
                "slack": f"slack://{SLACK_PATH}/#desk/",
                "slack bot": f"slack://{BOT}/#desk/",
                "discord": f"discord://{DISCORD_PATH}/",
                "mail": f"mailto://127.0.0.1:{port}/desk@example.org",
                "json": f"json://127.0.0.1:{port}/hook",
                "ntfy": f"ntfy://127.0.0.1:{port}/news",
            }
            if name in urls:
                mode = "mode=insecure&from=monitor@example.org" if name == "mail" else ""
                query = "&".join(filter(None, (mode, query)))
                return apprise_line(f"{urls[name]}?{query}" if query else urls[name], server, **options)
            if name == "webhook":
                kind = CHANNELS["webhook"]
                given = kind.options(name="desk", type="webhook", url=f"{base}/hook", secret="s3cret-key", **options)
                return Line(kind.build(given, ZONE), server)
            stream = io.StringIO()
            kind = CHANNELS["console"]
            from monitor.channels.console import ConsoleChannel

            return Line(ConsoleChannel(kind.options(name="desk", type="console", **options), ZONE, stream), stream)

        yield opened
