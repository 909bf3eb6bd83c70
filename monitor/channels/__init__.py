"""Where alerts go: every Apprise service, a signed webhook, the terminal. The heavy parts load when they are used."""

from monitor.channels.apprise import AppriseChannel, AppriseOptions
from monitor.channels.console import ConsoleChannel, ConsoleOptions
from monitor.channels.webhook import WebhookChannel, WebhookOptions
from monitor.ports import ChannelKind

CHANNELS: dict[str, ChannelKind] = {
    "apprise": ChannelKind(options=AppriseOptions, build=AppriseChannel),
    "webhook": ChannelKind(options=WebhookOptions, build=WebhookChannel),
    "console": ChannelKind(options=ConsoleOptions, build=ConsoleChannel),
}

__all__ = ["CHANNELS"]
