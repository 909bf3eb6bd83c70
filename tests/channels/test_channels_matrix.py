"""Every service in every trouble, through the outbox to the end: how often the message is shown, and what is on record.

A cell of the table is a service and a case; `test_every_cell_is_there` fails when one has no plan.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from fakes import ManualClock
from servers.samples import HOSTILE
from servers.telegram import _error
from store.building import headline, poll, spec

from monitor.model import Delivery, make_id
from monitor.pipeline.deliver import Deliverer
from monitor.store import open_store

SERVICES = ("telegram", "slack", "slack bot", "discord", "mail", "json", "ntfy", "webhook")
CHATS = ("telegram", "slack", "slack bot", "discord")
HOUR = timedelta(hours=1)


class Ends(NamedTuple):
    """How a case ends: copies that people see, state, requests, and what the record says."""

    copies: int
    state: str
    asked: int
    says: str = ""
    after: float = 0.0  # seconds at least, from the first request to the end


Plan = Callable[[Any], None]


def http(status: int, body: Any = "", **headers: str) -> Plan:
    return lambda server: server.fail_next(
        status, body, {name.replace("_", "-"): said for name, said in headers.items()}
    )


def smtp(code: int, text: str, stage: str = "DATA") -> Plan:
    return lambda server: server.fail_next(code, text, stage=stage)


def everywhere(plan: Plan, ends: Ends, services: tuple[str, ...] = SERVICES) -> dict[str, tuple[Plan, Ends]]:
    return dict.fromkeys(services, (plan, ends))


SENT, TWICE = Ends(1, "sent", 1), Ends(2, "sent", 2)
LATER, DEAD = Ends(1, "sent", 2), Ends(0, "dead", 1)
HTTP = tuple(name for name in SERVICES if name != "mail")
TABLE: dict[str, dict[str, tuple[Plan, Ends]]] = {
    "is well": everywhere(lambda _server: None, SENT),
    "429 with Retry-After": {
        **everywhere(http(429, Retry_After="37"), LATER._replace(after=37)),
        "mail": (smtp(450, "4.7.1 too many messages, try later", "RCPT"), LATER),
    },
    "429 with the wait in its body": {
        **everywhere(http(429, Retry_After="37"), LATER._replace(after=37)),
        "telegram": (lambda server: server.fail_flood(43), LATER._replace(after=43)),
        "discord": (http(429, {"message": "You are being rate limited.", "retry_after": 43.5}), LATER._replace(after=43)),
        "slack bot": (http(429, {"ok": False, "error": "ratelimited"}, Retry_After="43"), LATER._replace(after=43)),
        "mail": (smtp(421, "4.7.0 too many connections", "RCPT"), LATER),
    },
    "500 and then well": {**everywhere(http(500), LATER), "mail": (smtp(451, "local error"), LATER)},
    "401": {
        **everywhere(http(401, "no"), DEAD._replace(says="answered 401")),
        "telegram": (http(401, _error(401, "Unauthorized")), DEAD._replace(says="@BotFather")),
        "slack bot": (lambda server: server.refuse_next("invalid_auth"), DEAD._replace(says="make a new one")),
        "mail": (smtp(530, "authentication required", "RCPT"), DEAD._replace(says="correct the user name")),
    },
    "403": {
        **everywhere(http(403, "no"), DEAD._replace(says="answered 403")),
        "mail": (smtp(554, "5.7.1 relay access denied", "RCPT"), DEAD._replace(says="does not take mail from this sender")),
    },
    "404": {
        **everywhere(http(404, "no"), DEAD._replace(says="answered 404")),
        "telegram": (http(400, _error(400, "Bad Request: chat not found")), DEAD._replace(says="notify chats")),
        "slack": (http(404, "no_service"), DEAD._replace(says="make a new webhook")),
        "slack bot": (lambda server: server.refuse_next("channel_not_found"), DEAD._replace(says="private one")),
        "discord": (http(404, {"message": "Unknown Webhook", "code": 10015}), DEAD._replace(says="webhook was deleted")),
        "mail": (smtp(550, "5.1.1 no such user", "RCPT"), DEAD._replace(says="correct the address")),
    },
    "410": {**everywhere(http(410, "gone"), DEAD), "mail": (smtp(521, "this host takes no mail", "RCPT"), DEAD)},
    "blocked": {
        **everywhere(http(403, "no"), DEAD),
        "telegram": (
            http(403, _error(403, "Forbidden: bot was blocked by the user")), DEAD._replace(says="must unblock the bot"),
        ),
        "slack bot": (lambda server: server.refuse_next("not_in_channel"), DEAD._replace(says="invite the bot")),
        "mail": (smtp(552, "5.2.2 mailbox full", "RCPT"), DEAD._replace(says="the mailbox is full")),
    },
    "reads and never answers": everywhere(lambda server: server.hang_next(), LATER._replace(says="")),
    "takes it and never answers": everywhere(lambda server: server.take_and_hang_next(), TWICE),
    "hangs up before it takes it": everywhere(lambda server: server.cut_next(), LATER),
    # Where the status alone is the yes, half an answer is enough.
    "hangs up in the middle of its answer": {
        **everywhere(lambda server: server.break_off_next(), SENT),
        "slack": (lambda server: server.break_off_next(), TWICE),
        "slack bot": (lambda server: server.break_off_next(), TWICE),
        "mail": (lambda server: server.cut_next(), LATER),
    },
    "never says yes or no": {
        **everywhere(lambda server: server.take_and_hang_next(9), Ends(3, "unconfirmed", 3, "may have taken")),
        "mail": (lambda server: server.take_and_hang_next(9), Ends(3, "unconfirmed", 3, "gave no answer")),
    },
}  # fmt: skip


def test_every_cell_is_there():
    assert {case: sorted(cells) for case, cells in TABLE.items()} == dict.fromkeys(TABLE, sorted(SERVICES))


@pytest.fixture
def line(open_line, request):
    """A line to the service."""
    return open_line(request.getfixturevalue("name"))


@pytest.fixture
def patience(line, monkeypatch):
    """Return what sets how many seconds the line waits for an answer."""

    def wait(seconds: float) -> None:
        monkeypatch.setattr("monitor.channels.webhook._TIMEOUT", (5.0, seconds))
        for target in getattr(line.channel, "_targets", {}).values():
            is_mail = target.schema == "mailto"
            setattr(target.service, "socket_connect_timeout" if is_mail else "socket_read_timeout", seconds)

    return wait


def deliver(
    line: Any,
    folder: Path,
    titles: tuple[str, ...] = ("افتتاح الميناء الجديد",),
    tried: Callable[[], None] = lambda: None,
) -> Any:
    """Send through the outbox until all is settled for good, and return the records and when it began.

    `tried` is called after each attempt.
    """
    clock = ManualClock()
    store = open_store(folder / "monitor.db")
    store.sync([spec()], clock())
    poll(store, clock(), [headline(n, title=title) for n, title in enumerate(titles)], ["desk"])
    channel, (recipient,) = line.channel, line.channel.recipients
    for message in channel.render(store.due_alerts(clock(), 99), clock()):
        key = make_id("desk", recipient, *message.alert_ids)
        made = Delivery(id=key, channel="desk", recipient=recipient, message=message, created_at=clock())
        store.freeze([made])
    begun = clock()
    deliverer = Deliverer(store=store, channels={"desk": channel}, clock=clock, random=lambda: 0.5, owner="test")
    while store.queries.deliveries(("pending", "sending"), 1):
        if deliverer.step("desk", recipient, clock()):
            tried()
        else:
            clock.advance(seconds=1)
    rows = store.queries.deliveries(("pending", "sending", "sent", "unconfirmed", "dead"), 99)
    store.close()
    return rows, begun


@pytest.mark.parametrize("case", TABLE)
@pytest.mark.parametrize("name", SERVICES)
def test_a_message_ends_as_the_table_says(line, patience, tmp_path, name, case):
    plan, ends = TABLE[case][name]
    plan(line.server)
    patience(0.2 if "never" in case else 30)
    # Once it has hung the service answers, however slow the machine is; but for the one that never does.
    (row,), begun = deliver(line, tmp_path, tried=lambda: patience(0.2 if "never says" in case else 30))

    line.server.wait_for(ends.copies)
    assert (len(line.server.messages), row.state, row.attempts) == (ends.copies, ends.state, ends.asked)
    assert ends.says in (row.last_error or "")
    assert (row.settled_at - begun).total_seconds() >= ends.after
    if hasattr(line.server, "calls"):
        assert len(line.server.calls) == ends.asked


DISCORD_LENGTH = {
    "message": "Invalid Form Body",
    "code": 50035,
    "errors": {
        "content": {"_errors": [{"code": "BASE_TYPE_MAX_LENGTH", "message": "Must be 2000 or fewer in length."}]}
    },
}
TOO_LONG = {
    "telegram": http(400, _error(400, "Bad Request: message is too long")),
    "slack": http(400, "msg_too_long"),
    "slack bot": lambda server: server.refuse_next("msg_too_long"),
    "discord": http(400, DISCORD_LENGTH),
    "mail": smtp(552, "message is too long"),
    "json": http(413, "too long"),
    "ntfy": http(413, "too long"),
    "webhook": http(413, "too long"),
}


@pytest.mark.parametrize("name", SERVICES)
def test_what_is_too_long_is_split_between_two_headlines_where_the_service_says_so(line, tmp_path, name):
    TOO_LONG[name](line.server)
    rows, _ = deliver(line, tmp_path, tuple(f"titre numéro {n}" for n in range(4)))

    texts = [text_of(message) for message in line.server.messages]
    if name in {"json", "ntfy", "webhook"}:  # programs: what they refuse for its size is listed as dead
        assert [row.state for row in rows].count("dead") == 1
    else:
        assert [row.state for row in rows] == ["sent"]
        assert len(texts) == 2
        assert [n for text in texts for n in range(4) if f"numéro {n}" in text] == list(range(4))


def text_of(message: Any) -> str:
    if hasattr(message, "part"):
        return str(message.part("text/plain"))
    return str(message.text if hasattr(message, "text") else message.get("message") or message["headline"])


@pytest.mark.parametrize("name", SERVICES)
def test_hostile_and_arabic_titles_arrive_once_and_call_nobody(line, tmp_path, name):
    titles = (*HOSTILE.values(), "عاجل: زلزال يضرب إقليم الحسيمة")
    rows, _ = deliver(line, tmp_path, titles)

    assert {row.state for row in rows} == {"sent"}
    texts = [text_of(message) for message in line.server.messages]
    assert sum("إقليم الحسيمة" in text for text in texts) == 1
    assert not [mention for message in line.server.messages for mention in getattr(message, "mentions", ())]
