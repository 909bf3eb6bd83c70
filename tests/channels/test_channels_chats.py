"""Finding the number of a Telegram chat."""

from __future__ import annotations

import pytest
from servers.service import Answer
from servers.telegram import TOKEN, TelegramServer

from monitor.channels.chats import Chat, chats
from monitor.errors import ChannelError

URL = f"tgram://{TOKEN}/42"


@pytest.fixture
def bot(monkeypatch: pytest.MonkeyPatch):
    from apprise.plugins.telegram import NotifyTelegram

    with TelegramServer() as server:
        monkeypatch.setattr(NotifyTelegram, "notify_url", f"http://127.0.0.1:{server.port}/bot")
        yield server


def test_every_chat_that_wrote_is_named_once_with_its_number(bot) -> None:
    group = {"id": -100777, "type": "supergroup", "title": "غرفة الأخبار"}
    person = {"id": 42, "type": "private", "first_name": "Salma"}
    updates = [{"message": {"chat": group}}, {"my_chat_member": {"chat": group}}, {"message": {"chat": person}}]
    bot.take = lambda _call: Answer(200, {"ok": True, "result": updates})
    assert chats([URL]) == [Chat(-100777, "supergroup", "غرفة الأخبار"), Chat(42, "private", "Salma")]
    assert bot.calls[0].path == f"/bot{TOKEN}/getUpdates"


def test_a_revoked_token_is_said_and_never_shown(bot) -> None:
    bot.take = lambda _call: Answer(401, {"ok": False, "error_code": 401, "description": "Unauthorized"})
    with pytest.raises(ChannelError, match="Unauthorized; see the token that @BotFather gave") as caught:
        chats([URL])
    assert TOKEN not in str(caught.value)


def test_other_services_have_no_numbers() -> None:
    with pytest.raises(ChannelError, match="only Telegram"):
        chats(["json://127.0.0.1/hook"])
