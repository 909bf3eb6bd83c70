"""What a template may show of an alert: plain texts, numbers and lists of texts, harmless and by name."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from typing import Literal
from zoneinfo import ZoneInfo

from monitor.model import Alert, ChangeKind
from monitor.render.entry import Entry, clock, late, published_at, section, short
from monitor.render.safe import harmless
from monitor.render.words import Words

Value = str | bool | int | tuple[str, ...]
Sort = Literal["text", "yes or no", "number", "list"]


@dataclass(frozen=True, slots=True)
class Variable:
    """A name that templates may use."""

    sort: Sort
    meaning: str


VARIABLES: Mapping[str, Variable] = MappingProxyType(
    {
        "headline": Variable("text", "the headline, its matched words bold"),
        "url": Variable("text", "its address; empty when it has none"),
        "source": Variable("text", "the site's name"),
        "section": Variable("text", "where it stood: ticker, headline list, feed"),
        "time": Variable("text", "when it was seen, or its edit; with the day when that was not today"),
        "first_seen": Variable("text", "when it was seen first"),
        "published": Variable("text", "when the site says it was published; may be empty"),
        "late": Variable("text", "how long ago it was seen, when that is more than two minutes; else empty"),
        "lead": Variable("text", "the first paragraph of its page; may be empty"),
        "kind": Variable("text", "`new`, `edited`, `promoted` (into the ticker) or `reappeared`"),
        "edited": Variable("yes or no", "its text was changed"),
        "previous": Variable("text", "its text before the edit; else empty"),
        "breaking": Variable("yes or no", "it stands in the ticker, or is marked عاجل, URGENT, BREAKING"),
        "urgent": Variable("yes or no", "one of its rules has `priority: high`"),
        "rule": Variable("text", "the rule that fired; of several the first"),
        "rules": Variable("list", "all rules that fired"),
        "words": Variable("list", "the words of the rules that were found"),
        "story_source": Variable("text", "the site that told the story first, when it was told before; else empty"),
        "story_headline": Variable("text", "that site's headline"),
        "held": Variable("number", "how many old headlines that came with it are held back"),
        "facts": Variable("text", "the line below the headline of the built-in form: site, times, rules"),
    }
)
TITLE_VARIABLES: Mapping[str, Variable] = MappingProxyType(
    {
        **VARIABLES,
        "count": Variable("number", "in `title` only: how many headlines follow; other names are of the first"),
    }
)


def values(alert: Alert, told: Entry, now: datetime, zone: ZoneInfo, words: Words) -> Mapping[str, Value]:
    """Return what the templates may show; `told` is the alert's entry."""
    change, headline = alert.change, alert.change.headline
    published = published_at(alert)
    source, title = alert.same_story or ("", "")
    return {
        "headline": told.title,
        "url": told.url or "",
        "source": told.source,
        "section": section(change, words),
        "time": clock(change.seen_at, now, zone),
        "first_seen": clock(headline.first_seen_at, now, zone),
        "published": clock(published, now, zone) if published else "",
        "late": late(change, now, words),
        "lead": told.lead or "",
        "kind": change.kind.value,
        "edited": change.kind is ChangeKind.EDITED,
        "previous": short(change.previous_title or "", 200),
        "breaking": headline.breaking,
        "urgent": alert.high_priority,
        "rule": short(alert.matches[0].rule) if alert.matches else "",
        "rules": tuple(short(match.rule) for match in alert.matches),
        "words": tuple(dict.fromkeys(short(span.term) for match in alert.matches for span in match.spans)),
        "story_source": short(source),
        "story_headline": harmless(title),
        "held": alert.held_beside,
        "facts": told.notes[-1],
    }
