"""Composes messages from alerts: source, headline with its words marked, section, times, rule; never too long."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from monitor.model import Alert, ChangeKind, Message, Span
from monitor.render.styles import Style, is_rtl, isolate, one_line, safe_url
from monitor.render.words import WORDS
from monitor.text import clean

LATE = timedelta(minutes=2)
LONGEST_TITLE = 300  # characters; a headline is shorter, what is longer is cut with a mark


def compose(alerts: Sequence[Alert], now: datetime, *, style: Style, zone: ZoneInfo, lang: str) -> list[Message]:
    """Return as few messages as the style's limit allows, in the order of the alerts."""
    batches: list[tuple[list[Alert], list[str]]] = []
    room = 0
    for alert in alerts:
        block = _block(alert, now, style, zone, lang)
        size = _units(block) + 2
        if not batches or size > room:
            batches.append(([], []))
            room = style.limit
        batches[-1][0].append(alert)
        batches[-1][1].append(block)
        room -= size
    return [_message(told, blocks, style, lang) for told, blocks in batches]


def _message(alerts: Sequence[Alert], blocks: list[str], style: Style, lang: str) -> Message:
    first = alerts[0].change.headline
    rtl = is_rtl(" ".join(alert.change.headline.title for alert in alerts))
    if len(alerts) == 1:
        title = f"{first.source}: {first.title}"
    else:
        sources = ", ".join(dict.fromkeys(alert.change.headline.source for alert in alerts))
        title = f"{WORDS[lang]['many'].format(n=len(alerts))}: {sources}"
    return Message(
        title=one_line(title)[:LONGEST_TITLE],
        body=style.page(blocks, rtl=rtl),
        format=style.format,
        alert_ids=tuple(alert.id for alert in alerts),
    )


def _block(alert: Alert, now: datetime, style: Style, zone: ZoneInfo, lang: str) -> str:
    change, words = alert.change, WORDS[lang]
    told = change.headline
    title = style.title(isolate(_marked(told.title, alert, style)), safe_url(told.url))
    facts = [style.text(isolate(clean(told.source))), words[told.section.value]]
    if told.breaking:
        facts.append(style.bold(words["breaking"]))
    facts.append(f"{words['seen']} {_clock(told.first_seen_at, now, zone)}")
    if told.published_at:
        facts.append(f"{words['published']} {_clock(told.published_at, now, zone)}")
    if now - change.seen_at > LATE:
        facts.append(words["late"])
    lines = [title, " · ".join(facts), _rules(alert, style, lang)]
    if change.kind is ChangeKind.EDITED and change.previous_title:
        lines.insert(1, f"{words['was']}: {style.text(isolate(_cut(change.previous_title)))}")
    return "\n".join(lines)


def _rules(alert: Alert, style: Style, lang: str) -> str:
    told = []
    for match in alert.matches:
        terms = ", ".join(dict.fromkeys(isolate(clean(span.term)) for span in match.spans))
        told.append(style.text(f"{isolate(clean(match.rule))} ({terms})" if terms else isolate(clean(match.rule))))
    return f"{WORDS[lang]['rule']}: {', '.join(told)}"


def _marked(title: str, alert: Alert, style: Style) -> str:
    """Return the title with the matched words in bold."""
    shown = _cut(title)
    out, at = [], 0
    for span in _merged([span for match in alert.matches for span in match.spans], len(shown)):
        out.append(style.text(shown[at : span.start]))
        out.append(style.bold(style.text(shown[span.start : span.end])))
        at = span.end
    return "".join([*out, style.text(shown[at:])])


def _merged(spans: Sequence[Span], end: int) -> list[Span]:
    found: list[Span] = []
    for span in sorted(spans, key=lambda span: (span.start, -span.end)):
        if span.end <= end and (not found or span.start >= found[-1].end):
            found.append(span)
    return found


def _cut(title: str) -> str:
    # Spans count the characters of the title as it is: nothing is removed before its end, only replaced.
    shown = "".join(c if c.isprintable() or c == "\u200c" else " " for c in title)
    return shown if len(shown) <= LONGEST_TITLE else shown[: LONGEST_TITLE - 1] + "…"


def _clock(moment: datetime, now: datetime, zone: ZoneInfo) -> str:
    local = moment.astimezone(zone)
    day = "" if local.date() == now.astimezone(zone).date() else f"{local:%Y-%m-%d} "
    return isolate(f"{day}{local:%H:%M}")


def _units(text: str) -> int:
    return len(text.encode("utf-16-le", "replace")) // 2
