"""The JSON that a webhook gets for one alert; what is known only when it is sent is added by the channel."""

from __future__ import annotations

import json
from datetime import UTC, datetime

from monitor.model import Alert, Article, Message
from monitor.render.entry import published_at
from monitor.render.safe import harmless


def payload(alert: Alert) -> Message:
    """Return the message for one alert. Times are ISO 8601 in UTC; the title is as the monitor remembers it."""
    article = alert.article or Article()
    change, headline = alert.change, alert.change.headline
    words = dict.fromkeys(span.term for match in alert.matches for span in match.spans)
    body = {
        "id": alert.id,
        "kind": change.kind.value,
        "headline": headline.title,
        "previous": change.previous_title,
        "edit": change.edit,
        "same_story": dict(zip(("source", "headline"), alert.same_story, strict=True)) if alert.same_story else None,
        "held": alert.held_beside,
        "url": headline.url,
        "source": headline.source,
        "section": headline.section.value,
        "breaking": headline.breaking,
        "rules": [match.rule for match in alert.matches],
        "words": list(words),
        "first_seen": _iso(headline.first_seen_at),
        "seen": _iso(change.seen_at),
        "published": _iso(published_at(alert)),
        "modified": _iso(article.modified_at),
        "lead": harmless(article.lead) if article.lead else None,
        "author": article.author,
        "picture": article.picture,
        **({"body": "\n".join(map(harmless, article.body.split("\n")))} if article.body else {}),
    }
    text = json.dumps(body, ensure_ascii=False).encode("utf-8", "replace").decode()
    return Message(title=harmless(headline.source), body=text, format="json", alert_ids=(alert.id,))


def _iso(moment: datetime | None) -> str | None:
    return None if moment is None else moment.astimezone(UTC).isoformat(timespec="milliseconds")
