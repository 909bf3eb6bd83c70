"""What a person is told to do about each service's refusals."""

from __future__ import annotations

import pytest

from monitor.channels.advice import advice

REFUSALS = [
    ("answered 400: Bad Request: chat not found", "notify chats"),
    ("answered 403: Forbidden: bot was blocked by the user", "unblock"),
    ("answered 403: Forbidden: bot can't initiate conversation with a user", "press Start"),
    ("answered 403: Forbidden: user is deactivated", "take it out"),
    ("answered 403: Forbidden: bot was kicked from the supergroup chat", "again"),
    ("answered 403: Forbidden: bot is not a member of the channel chat", "again"),
    ("answered 403: Forbidden: the group chat was deleted", "take it out"),
    ("answered 400: Bad Request: not enough rights to send text messages to the chat", "administrator"),
    ("answered 400: Bad Request: have no rights to send a message", "administrator"),
    ("answered 400: Bad Request: message thread not found", "topic"),
    ("answered 401: Unauthorized", "does not take this key"),
    ("answered 404: not found", "correct the channel's url"),
    ("answered 410: gone", "given up"),
    ("answered 302: nothing more", "redirect"),
    ("answered 403: invalid_token", "new webhook"),
    ("answered 404: no_service", "new webhook"),
    ("answered 404: no_active_hooks", "new webhook"),
    ("answered 404: channel_not_found", "another"),
    ("answered 410: channel_is_archived", "another"),
    ("answered 403: action_prohibited", "allow"),
    ("answered 400: token_revoked", "new one"),
    ("answered 400: not_in_channel", "invite"),
    ("answered 400: channel_not_found", "private one"),
    ("answered 400: missing_scope", "chat:write"),
    ("answered 404: Unknown Webhook", "deleted"),
    ("answered 401: Invalid Webhook Token", "deleted"),
    ("the mail server answered 535: 5.7.8 Error: authentication failed", "password"),
    ("the mail server answered 530: 5.7.0 Must issue a STARTTLS command first", "password"),
    ("the mail server answered 550: 5.1.1 <nobody@example.org>: Recipient address rejected: User unknown", "address"),
    ("the mail server answered 554: 5.7.1 <desk@example.org>: Relay access denied", "sender"),
    ("the mail server answered 552: 5.2.2 mailbox full", "full"),
]


@pytest.mark.parametrize(("reason", "wanted"), REFUSALS)
def test_a_refusal_says_what_to_do(reason: str, wanted: str) -> None:
    assert advice(reason).startswith("; ")
    assert wanted in advice(reason)


def test_what_nobody_knows_gets_no_advice() -> None:
    assert advice("answered 400: something new") == ""
