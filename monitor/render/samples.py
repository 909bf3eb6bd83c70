"""Invented alerts of every sort, to try templates and channels with; nothing in them ever happened."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from monitor.model import Alert, Article, Change, ChangeKind, Headline, Match, Section, Span
from monitor.render.entry import entry
from monitor.render.values import Value, values
from monitor.render.words import WORDS

_NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)


def samples(now: datetime, channel: str = "sample") -> Mapping[str, Alert]:
    """Return an alert of every sort, seen at `now`, by what it is."""
    return {
        "an Arabic headline of the ticker": _alert(
            "عاجل: الأمن يوقف خمسة أشخاص في ميناء الشمال",
            ("الأمن",),
            now,
            channel,
            source="صدى الأطلس",
            section=Section.TICKER,
            breaking=True,
            high=True,
            article=Article(
                lead="قالت مصادر محلية إن التوقيفات جرت فجرا دون حوادث.", published_at=now - timedelta(minutes=3)
            ),
        ),
        "a headline without a link": _alert("Le ministre attendu à Tanger jeudi", (), now, channel, url=None),
        "an edited headline": _alert(
            "Effondrement à Salé : sept blessés",
            ("Effondrement",),
            now,
            channel,
            kind=ChangeKind.EDITED,
            previous="Effondrement à Salé : trois blessés",
        ),
        "a story that another site told first": _alert(
            "Storm closes the northern ports",
            ("ports",),
            now,
            channel,
            same_story=("صدى الأطلس", "إغلاق موانئ الشمال بسبب العاصفة"),
        ),
        "a headline with many old ones beside it": _alert("Fish prices fall", ("prices",), now, channel, held=31),
        "a headline seen long ago": _alert("L'eau revient à Oujda", ("eau",), now - timedelta(hours=9), channel),
        "a headline in mixed scripts": _alert("ONCF تعلن توقف القطارات نحو Casablanca", ("القطارات",), now, channel),
    }


def sample_values() -> Mapping[str, tuple[str, Mapping[str, Value]]]:
    """Return the headline of every sample, and what a template may show of it."""
    zone, words = ZoneInfo("UTC"), WORDS["ar"]
    return {
        what: (alert.change.headline.title, values(alert, entry(alert, _NOON, zone, words), _NOON, zone, words))
        for what, alert in samples(_NOON).items()
    }


def _alert(
    title: str,
    hits: tuple[str, ...],
    seen: datetime,
    channel: str,
    *,
    source: str = "Le Rivage",
    url: str | None = "https://news.example/2026/03/1204?from=home",
    section: Section = Section.LIST,
    breaking: bool = False,
    high: bool = False,
    kind: ChangeKind = ChangeKind.NEW,
    previous: str | None = None,
    article: Article | None = None,
    same_story: tuple[str, str] | None = None,
    held: int = 0,
) -> Alert:
    headline = Headline(
        source=source, key=title, title=title, section=section, url=url, first_seen_at=seen, breaking=breaking
    )
    change = Change(id=title, kind=kind, headline=headline, seen_at=seen, previous_title=previous)
    spans = tuple(Span(start=title.index(hit), end=title.index(hit) + len(hit), term=hit) for hit in hits)
    return Alert(
        id=title,
        change=change,
        matches=(Match(rule="أمن وموانئ", spans=spans), *([Match(rule="urgent")] if high else [])),
        channel=channel,
        due_at=seen,
        high_priority=high,
        article=article,
        same_story=same_story,
        held_beside=held,
    )
