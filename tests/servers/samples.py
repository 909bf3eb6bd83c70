"""Alerts and hostile titles for the tests of rendering and channels."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from monitor.model import Alert, Change, ChangeKind, Delivery, Headline, Match, Message, Section, Span, make_id

NOW = datetime(2026, 3, 2, 13, 5, tzinfo=UTC)
ZONE = ZoneInfo("Africa/Casablanca")  # one hour ahead of UTC, and at UTC during Ramadan: from 15 February in 2026
ARABIC = "عاجل: الأمن يحبط مخططا قرب حد السوالم"
FRENCH = "Séisme : la secousse ressentie jusqu’à Fès"
URL = "https://news.example.org/a?x=1&y=2"

HOSTILE = {
    "everyone": "Alert @everyone @here <@123456> <@&77> <#9> <t:1700000000:R> </kick:12>",
    "slack mentions": "<!channel> <!here> <@U024BE7LH> <#C012AB3CD> <!subteam^SAZ94GDB8> <https://evil.example|free>",
    "html": '<b>x</b><script>alert(1)</script><a href="https://evil.example">free</a> </div><img src=x onerror=y>',
    "entities": "&lt;b&gt; &amp;lt;b&amp;gt; &#60;b&#62; &nbsp &notanentity;",
    "unclosed": '<a href="https://evil.example',
    "markdown": "*b* _i_ ~s~ `c` ||sp|| **bb** __u__ [t](https://evil.example) [t](<https://evil.example>) ![i](x)",
    "markdown lines": "# heading > quote - item 1. one === --- ```code```",
    "backslashes": "\\* \\<b\\> \\[t\\](x) \\\\ C:\\new\\table \\",
    "ansi": "\x1b[2J\x1b[31mred\x1b]8;;https://evil.example\x07link\x1b]8;;\x07 \x9b31m \x1b]52;c;aGk=\x07",
    "controls": "a\x00b\x01c\x08d\x7fe\x85f",
    "lines": "one\r\nBcc: eve@example.org\r\n\r\nbody\u2028two\u2029three\x0bfour",
    "overrides": "\u202eevil\u202d \u202aa\u202bb\u202c \u2066c\u2067d\u2068e\u2069\u2069\u2069 \u200e\u200f\u061c",
    "surrogates": "high \ud83d low \ude00 swapped \ude00\ud83d",
    "noncharacters": "a\ufffeb\uffffc\ue000d",
    "tags": "flag \U0001f3f4\U000e0067\U000e0062\U000e007f smuggled \U000e0041\U000e0042",
    "templates": "{{7*7}} {app_body} ${x} %s%n $(id) `id` '; DROP TABLE {{ app_title }}",
    "emoji": ":smile: \U0001f468\u200d\U0001f469\u200d\U0001f467 \U0001f1f2\U0001f1e6",
    "zalgo": "Z" + "\u0301" * 300 + "algo",
    "only marks": "\u200f\u200e\u202e",
    "blank": "   ",
    "long": "Un titre interminable et " * 400,
    "long Arabic": "عنوان طويل جدا لا ينتهي " * 420,
    "one word": "x" * 10_000,
    "emoji at the cut": "\U0001f600" * 3000,
    "angle brackets": "<" * 4000,
    "ampersands": "&" * 4000,
    "stars": "*" * 4000,
    "pipes": "a|b|c >> d",
}


def alert(title: str = ARABIC, **given: Any) -> Alert:
    """Return an alert; `hits` are words of the title that matched, everything else as the model names it."""
    hits = given.pop("hits", ())
    spans = tuple(Span(start=title.index(hit), end=title.index(hit) + len(hit), term=hit) for hit in hits)
    seen = given.pop("seen_at", NOW)
    source = given.pop("source", "أصداء الأطلس")
    headline = Headline(
        source=source,
        key=title[:50],
        title=title,
        section=given.pop("section", Section.TICKER),
        url=given.pop("url", URL),
        published_at=given.pop("published_at", None),
        first_seen_at=given.pop("first_seen_at", seen),
        breaking=given.pop("breaking", False),
    )
    kind = given.pop("kind", ChangeKind.NEW)
    number = given.pop("id", make_id(source, title[:50], kind))
    change = Change(
        id=number, kind=kind, headline=headline, seen_at=seen, previous_title=given.pop("previous_title", None)
    )
    matches = given.pop("matches", (Match(rule=given.pop("rule", "أمن"), spans=spans),))
    return Alert(id=number, change=change, matches=matches, channel="desk", due_at=NOW, **given)


def delivery(message: Message, recipient: str = "42", age: timedelta = timedelta(), attempts: int = 1) -> Delivery:
    """Return the message as the outbox hands it to a channel, `age` after it was written."""
    number = make_id("desk", recipient, *message.alert_ids)
    return Delivery(
        id=number,
        channel="desk",
        recipient=recipient,
        message=message,
        created_at=NOW - age,
        attempts=attempts,
    )
