"""What each service means by a refusal, and what a person can do about it; judges nothing."""

from __future__ import annotations

import re

_CHAT_ID = (
    "write to the bot, or add it to the group and write there, then see the chat's number, which begins with a minus "
    "sign for a group, with: headline-monitor notify chats CHANNEL"
)
_MEANT = tuple(
    (re.compile(words, re.IGNORECASE), advice)
    for words, advice in (
        # Telegram: https://core.telegram.org/bots/api#making-requests
        (r"chat not found|chat_id is empty|peer_id_invalid", _CHAT_ID),
        (r"bot can't initiate conversation", "the person must press Start in the chat with the bot first"),
        (r"bot was blocked by the user", "the person must unblock the bot"),
        (r"user is deactivated", "this account no longer exists; take it out of the configuration"),
        (r"bot was kicked|bot is not a member", "add the bot to the group again"),
        (r"group chat was deleted|chat was deleted", "the group no longer exists; take it out of the configuration"),
        (r"not enough rights|have no rights|need administrator rights", "let the bot post: make it an administrator"),
        (
            r"message thread not found|topic_(?:closed|deleted)",
            "the topic is closed; correct the number after the chat's",
        ),
        (r"^Telegram answered 401: Unauthorized", "the bot's token was revoked; ask @BotFather for the new one"),
        # Slack: https://docs.slack.dev/messaging/sending-messages-using-incoming-webhooks
        (r"no_service|no_active_hooks|invalid_token|no_team|team_disabled", "make a new webhook in Slack"),
        (r"channel_is_archived|answered 404: channel_not_found", "the channel is gone; make a webhook for another"),
        (r"channel_not_found", "correct the channel's name, or invite the bot when it is a private one"),
        (r"missing_scope", "give the app the scope chat:write and install it again"),
        (r"action_prohibited|posting_to_general_channel_denied", "an administrator of the workspace must allow it"),
        (r"invalid_auth|not_authed|token_revoked|account_inactive", "the token is no longer valid; make a new one"),
        (r"not_in_channel", "invite the bot to the channel"),
        # Discord: https://discord.com/developers/docs/topics/opcodes-and-status-codes
        (r"unknown webhook|invalid webhook token", "the webhook was deleted; make a new one in the channel's settings"),
        # ntfy: https://docs.ntfy.sh/publish/#authentication
        (
            r"^ntfy answered 40[13]:",
            "the topic belongs to somebody; write ntfys://USER:PASSWORD@HOST/TOPIC, or choose another topic",
        ),
        (r"^ntfy answered 4\d\d:.*\btopic", "correct the topic: letters, digits, - and _ only, at most 64"),
        # Mail: RFC 3463
        (
            r"answered 5(?:30|34|35):|authentication (?:failed|required)",
            "correct the user name and password of the url",
        ),
        (r"user unknown|no such user|mailbox unavailable|5\.1\.1|does not exist", "correct the address"),
        (r"5\.7\.1|spf|dkim|dmarc|relay(?:ing)? (?:access )?denied", "the server does not take mail from this sender"),
        (r"mailbox (?:is )?full|5\.2\.2|quota", "the mailbox is full"),
        # Whatever service it is
        (r"answered 40[13]:", "it does not take this key, user or password; correct the channel's url or headers"),
        (r"answered 404:", "there is nothing at this address; correct the channel's url"),
        (r"answered 410:", "this address was given up; correct the channel's url, or take the channel out"),
        (r"answered 3\d\d:", "a redirect; write the address it leads to"),
    )
)


def advice(reason: str, who: str = "") -> str:
    """Return what to do about a refusal, to be put behind its reason; empty when nothing is known.

    `who` is the service, as far as the form of its answer shows it.
    """
    return next((f"; {what}" for words, what in _MEANT if words.search(f"{who} {reason}")), "")
