"""Alerts become as few messages as the service's limits allow; every alert is named in exactly one."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from zoneinfo import ZoneInfo

from monitor.model import Alert, Message
from monitor.render.brief import brief
from monitor.render.entry import LATE, Entry, clock, entry
from monitor.render.safe import ELLIPSIS, LRM, RLM, harmless, isolate, units
from monitor.render.styles import Style
from monitor.render.words import Words

_WIDTHS = (1000, 500, 250, 120, 60, 20)  # characters of a headline that are tried, when it does not fit
_MOST_LEADS = 3  # in one message; of more the headlines are enough
_MOST_ENTRIES = 6  # told with everything that is known of them; more become a list
_SUBJECT = 150  # characters
_SUBJECT_BYTES = 300  # Apprise writes a mail's subject in one line, three octets for each byte; 998 are allowed
_LONGEST_CHANNEL = 40  # characters of its name
_HEADING = 80  # units kept free for the line above a list


def render(alerts: Sequence[Alert], now: datetime, *, zone: ZoneInfo, words: Words, style: Style) -> list[Message]:
    """Return the messages for alerts that go out together, those of high priority first."""
    if len(alerts) > _MOST_ENTRIES:
        return _lists(alerts, now, zone=zone, words=words, style=style)
    entries = sorted((entry(a, now, zone, words) for a in alerts), key=lambda e: not e.high_priority)
    if len(entries) > _MOST_LEADS:
        entries = [replace(each, lead=None) for each in entries]
    return [_message(batch, words, style) for batch in _batches(entries, style)]


def _lists(alerts: Sequence[Alert], now: datetime, *, zone: ZoneInfo, words: Words, style: Style) -> list[Message]:
    return [
        Message(
            title=_title([entry(a, now, zone, words) for a in listed], words, style),
            body=body,
            format=style.format,
            alert_ids=tuple(alert.id for alert in listed),
        )
        for body, listed in brief(alerts, now, zone=zone, words=words, style=style)
    ]


def notice(lines: Sequence[str], style: Style) -> Message:
    """Return what tells an operator these lines; what a service has no room for is counted."""
    clean = [LRM + harmless(line) for line in lines]
    for shown in range(len(clean), 0, -1):
        more = [f"{LRM}and {len(clean) - shown} more: headline-monitor status"] if shown < len(clean) else []
        body = style.between.join(map(style.note, [*clean[:shown], *more]))
        if style.size(body) <= style.brief_limit:
            break
    title = _short(f"headline-monitor: {clean[0][1:]}") if style.subject else "headline-monitor"
    return Message(title=title, body=body, format=style.format, alert_ids=())


def late_note(written_at: datetime, now: datetime, *, zone: ZoneInfo, words: Words, style: Style) -> str:
    """Return what to put before a message that waited in the outbox, or nothing when it did not."""
    if now - written_at <= LATE:
        return ""
    lead = RLM if words.rtl else LRM
    return style.note(lead + words.delayed.format(clock(written_at, now, zone))) + style.between


def stand_in_note(message: Message, *, words: Words, style: Style) -> str:
    """Return what to put before a message that stands in for another channel's, or nothing when it does not."""
    if message.instead_of is None:
        return ""
    lead, channel = RLM if words.rtl else LRM, isolate(harmless(message.instead_of)[:_LONGEST_CHANNEL])
    return style.note(lead + words.instead_of.format(channel)) + style.between


def _message(batch: Sequence[tuple[Entry, str]], words: Words, style: Style) -> Message:
    texts = [text for _, text in batch]
    if len(batch) > 1:
        texts.insert(0, style.note((RLM if words.rtl else LRM) + words.headlines.format(len(batch))))
    return Message(
        title=_title([e for e, _ in batch], words, style),
        body=style.between.join(texts),
        format=style.format,
        alert_ids=tuple(e.alert_id for e, _ in batch),
    )


def _title(entries: Sequence[Entry], words: Words, style: Style) -> str:
    first = f"{entries[0].source}: {entries[0].title}" if style.subject else entries[0].source
    return _short(first if len(entries) == 1 else f"{words.headlines.format(len(entries))} – {first}")


def _short(title: str) -> str:
    if len(title) <= _SUBJECT and len(title.encode()) <= _SUBJECT_BYTES:
        return title
    room = _SUBJECT_BYTES - len(ELLIPSIS.encode())
    return title[: _SUBJECT - 1].encode()[:room].decode("utf-8", "ignore") + ELLIPSIS


def _batches(entries: Iterable[Entry], style: Style) -> Iterable[list[tuple[Entry, str]]]:
    batch: list[tuple[Entry, str]] = []
    size = _HEADING
    for each in entries:
        text = _fitting(each, style)
        cost = units(style.between + text)
        if batch and (size + cost > style.limit or len(batch) == style.most):
            yield batch
            batch, size = [], _HEADING
        batch.append((each, text))
        size += cost
    if batch:
        yield batch


def _fitting(each: Entry, style: Style) -> str:
    """Return the entry's text; when it is too long, its lead goes, then its headline is cut, then its link goes."""
    room = style.limit - _HEADING
    text = ""
    if each.lead and units(style.write(each, _WIDTHS[0], each.url)) > room:
        each = replace(each, lead=None)
    for url in (each.url, None):
        for width in _WIDTHS:
            text = style.write(each, width, url)
            if units(text) <= room:
                return text
    return text
