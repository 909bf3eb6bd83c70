"""`notify test`: what each service's refusal means and what to do next, as a person reads it."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from servers.discord import PATH as DISCORD_PATH
from servers.discord import DiscordServer
from servers.mail import MailServer
from servers.service import Service
from servers.slack import BOT, SlackApi, SlackServer
from servers.slack import PATH as SLACK_PATH
from servers.telegram import TOKEN, TelegramServer, _error

from monitor.cli.notify import notify

SERVERS: dict[str, Callable[[], Any]] = {
    "telegram": TelegramServer,
    "slack": SlackServer,
    "slack bot": SlackApi,
    "discord": DiscordServer,
    "mail": MailServer,
    "mail with password": lambda: MailServer(password="right"),
    "json": Service,
    "ntfy": Service,
    "webhook": Service,
}
URLS = {
    "telegram": f"tgram://{TOKEN}/42",
    "slack": f"slack://{SLACK_PATH}/#desk",
    "slack bot": f"slack://{BOT}/#desk",
    "discord": f"discord://{DISCORD_PATH}",
    "mail": "mailto://127.0.0.1:{port}?mode=insecure&from=monitor@example.org&to=desk@example.org",
    "mail with password": (
        "mailto://salma:wrong@127.0.0.1:{port}?mode=insecure&from=monitor@example.org&to=desk@example.org"
    ),
    "json": "json://127.0.0.1:{port}/hook",
    "ntfy": "ntfy://127.0.0.1:{port}/news",
    "webhook": "http://127.0.0.1:{port}/hook",
}


@pytest.fixture
def test_channel(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """Run `notify test desk` against a service and return its exit status and everything it said."""
    from apprise.plugins.discord import NotifyDiscord
    from apprise.plugins.slack import NotifySlack
    from apprise.plugins.telegram import NotifyTelegram

    with ExitStack() as stack:

        def run(name: str, plan: Callable[[Any], None] = lambda _server: None, url: str | None = None) -> Any:
            server = stack.enter_context(SERVERS[name]())
            base = f"http://127.0.0.1:{server.port}"
            monkeypatch.setattr(NotifyTelegram, "notify_url", f"{base}/bot")
            monkeypatch.setattr(NotifySlack, "webhook_url", f"{base}/services")
            monkeypatch.setattr(NotifySlack, "api_url", f"{base}/api/{{}}")
            monkeypatch.setattr(NotifyDiscord, "notify_url", f"{base}/api/webhooks")
            plan(server)
            monkeypatch.setenv("DESK_URL", (url or URLS[name]).format(port=server.port))
            kind = ", type: webhook" if name == "webhook" else ""
            (tmp_path / "monitor.yaml").write_text(
                "sources: [{name: marsa, url: 'https://marsa.example'}]\n"
                "rules: [{name: port, any: [الميناء], notify: [desk]}]\n"
                f"channels: [{{name: desk, url: '${{DESK_URL}}'{kind}}}]\n",
                encoding="utf-8",
            )
            done = CliRunner().invoke(notify, ["test", "desk", "--config", str(tmp_path / "monitor.yaml")])
            return done.exit_code, done.output

        yield run


@pytest.mark.parametrize("name", [name for name in SERVERS if name != "mail with password"])
def test_a_channel_that_works_is_said_to(test_channel, name):
    code, said = test_channel(name)
    assert (code, "accepted" in said) == (0, True), said


NTFY_FORBIDDEN = {"code": 40301, "http": 403, "error": "forbidden", "link": "https://docs.ntfy.sh/publish/"}
NTFY_TOPIC = {"code": 40010, "http": 400, "error": "invalid request: topic name is not allowed"}
REFUSALS: list[tuple[str, Callable[[Any], None] | None, str | None, str]] = [
    # service, what it answers (None: what it does by its own rules), another url, what the person must read
    ("telegram", None, f"tgram://{TOKEN}/77", "with: headline-monitor notify chats desk"),
    ("telegram", None, "tgram://987654321:AAZ0BbCcDdEeFfGgHhIiJjKkLlMmNnOoPpQ/42", "ask @BotFather for the new one"),
    ("telegram", lambda s: s.fail_next(403, _error(403, "Forbidden: bot was blocked by the user")), None, "unblock"),
    ("telegram", lambda s: s.fail_flood(43), None, "asks to wait 0:00:43; an alert would be tried again"),
    ("slack", None, f"slack://{SLACK_PATH}/#nowhere", "make a webhook for another"),
    ("slack", None, "slack://T1JJ3T3L2/B1BRTD4JD/AAiajkdnlazkcOXrIdevi7FQ/#desk", "make a new webhook in Slack"),
    ("slack bot", None, f"slack://{BOT}/#nowhere", "not_in_channel; invite the bot to the channel"),
    ("slack bot", None, f"slack://{BOT[:-1]}0/#desk", "invalid_auth; the token is no longer valid"),
    ("slack bot", lambda s: s.refuse_next("missing_scope"), None, "scope chat:write"),
    ("slack bot", lambda s: s.refuse_next("channel_not_found"), None, "correct the channel's name"),
    ("discord", None, "discord://112233445566778899/zzzzzzzzzzzzzzzzzzzzzzzzzz", "make a new one in the channel's settings"),
    ("mail with password", None, None, "correct the user name and password of the url"),
    ("mail", lambda s: s.fail_next(550, "5.1.1 user unknown", stage="RCPT"), None, "correct the address"),
    ("ntfy", lambda s: s.fail_next(403, NTFY_FORBIDDEN), None, "write ntfys://USER:PASSWORD@HOST/TOPIC"),
    ("ntfy", lambda s: s.fail_next(400, NTFY_TOPIC), None, "correct the topic"),
    ("json", lambda s: s.fail_next(401, "no"), None, "does not take this key"),
    ("webhook", lambda s: s.fail_next(404, "no"), None, "there is nothing at this address"),
    ("webhook", lambda s: s.cut_next(), None, "look whether it arrived"),
    ("json", None, "json://127.0.0.1:9/", "see the host and port of the channel's url"),
    ("mail", lambda s: s.fail_next(451, "greylisted", stage="RCPT"), None, "an alert would be tried again"),
]  # fmt: skip


@pytest.mark.parametrize(("name", "plan", "url", "wanted"), REFUSALS)
def test_a_refusal_names_the_next_step_and_no_secret(test_channel, monkeypatch, name, plan, url, wanted):
    monkeypatch.setattr("monitor.channels.apprise.sleep", lambda _seconds: None)
    code, said = test_channel(name, plan or (lambda _server: None), url)
    assert (code, wanted in said) == (1, True), said
    for secret in (TOKEN.partition(":")[2], BOT, SLACK_PATH.rpartition("/")[2], "wrong"):
        assert secret not in said
