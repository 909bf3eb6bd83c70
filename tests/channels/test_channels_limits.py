"""Who counts for which limit: the chat, the webhook, the bot; never the channel's name."""

from __future__ import annotations

from datetime import timedelta

import pytest
from servers.discord import PATH as DISCORD_PATH
from servers.slack import BOT
from servers.slack import PATH as SLACK_PATH
from servers.telegram import TOKEN

from monitor.channels.services import targets_of

OTHER = "987654321:AAZ0BbCcDdEeFfGgHhIiJjKkLlMmNnOoPpQ"


def keys(url: str) -> list[set[str]]:
    return [{lane.key for lane in target.lanes} for target in targets_of([url]).values()]


def gaps(url: str) -> list[tuple[float, int]]:
    (target,) = targets_of([url]).values()
    return [(round(lane.gap.total_seconds(), 3), lane.burst) for lane in target.lanes]


@pytest.mark.parametrize(
    ("one", "other", "shared"),
    [
        (f"tgram://{TOKEN}/42", f"tgram://{TOKEN}/42", 2),
        (f"tgram://{TOKEN}/-1001234567890:7", f"tgram://{TOKEN}/-1001234567890:8", 2),  # topics of one group
        (f"tgram://{TOKEN}/@Desk", f"tgram://{TOKEN}/@desk", 2),
        (f"tgram://{TOKEN}/42", f"tgram://{TOKEN}/43", 1),
        (f"tgram://{TOKEN}/42", f"tgram://{OTHER}/42", 0),
        (f"slack://{SLACK_PATH}/#desk", f"slack://{SLACK_PATH}/#news", 1),
        (f"slack://{BOT}/#desk", f"slack://{BOT}/desk", 2),
        (f"slack://{BOT}/#desk", f"slack://{BOT}/#news", 1),
        (f"discord://{DISCORD_PATH}", f"discord://{DISCORD_PATH}?tts=yes", 1),
        ("ntfy://user:pass1234@127.0.0.1/one", "ntfy://user:pass1234@127.0.0.1/two", 1),
        ("ntfy://127.0.0.1/one", "ntfy://127.0.0.2/one", 0),
        ("mailto://u:pass1234@example.org", "mailto://u:pass1234@example.org", 0),
    ],
)
def test_two_urls_share_what_the_service_counts_together(one: str, other: str, shared: int) -> None:
    assert len(keys(one)[0] & keys(other)[0]) == shared


def test_the_pace_is_what_each_service_allows() -> None:
    assert gaps(f"tgram://{TOKEN}/42") == [(1.0, 1), (0.067, 15)]
    assert gaps(f"tgram://{TOKEN}/-1001234567890") == [(3.0, 1), (0.067, 15)]
    assert gaps(f"slack://{SLACK_PATH}") == [(1.0, 1)]
    assert gaps(f"slack://{BOT}/#desk") == [(1.0, 1), (0.25, 5)]
    assert gaps(f"discord://{DISCORD_PATH}") == [(2.0, 1)]
    assert gaps("ntfy://127.0.0.1/one") == [(5.0, 10)]


@pytest.mark.parametrize("url", [f"tgram://{TOKEN}/42", f"slack://{BOT}/#desk", f"discord://{DISCORD_PATH}"])
def test_no_key_shows_a_secret(url: str) -> None:
    (target,) = targets_of([url]).values()
    for lane in target.lanes:
        assert len(lane.key) == 24
        assert not any(secret.lower() in lane.key for secret in target.secrets)


def test_a_group_that_moved_is_counted_as_the_chat_that_it_became() -> None:
    (target,) = targets_of([f"tgram://{TOKEN}/-42"]).values()
    target.move_to("-100987")
    assert {lane.key for lane in target.lanes} == keys(f"tgram://{TOKEN}/-100987")[0]
    assert timedelta(seconds=3) in {lane.gap for lane in target.lanes}
