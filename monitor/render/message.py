"""Alerts become as few messages as the service's limits allow; every alert is named in exactly one."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from functools import partial
from zoneinfo import ZoneInfo

from monitor.model import Alert, Message
from monitor.render.brief import brief
from monitor.render.entry import LATE, Entry, clock, entry
from monitor.render.filled import Filler, Templates
from monitor.render.safe import ELLIPSIS, LRM, RLM, harmless, isolate, units
from monitor.render.styles import Style, Write
from monitor.render.words import Words

BUILT_IN = Templates()
_WIDTHS = (1000, 500, 250, 120, 60, 20)  # characters of a headline that are tried, when it does not fit
_MOST_LEADS = 3  # in one message; of more the headlines are enough
_MOST_ENTRIES = 6  # told with everything that is known of them; more become a list
_SUBJECT = 150  # characters
_SUBJECT_BYTES = 300  # Apprise writes a mail's subject in one line, three octets for each byte; 998 are allowed
_LONGEST_CHANNEL = 40  # characters of its name
_HEADING = 80  # units kept free for the line above a list


def render(
    alerts: Sequence[Alert],
    now: datetime,
    *,
    zone: ZoneInfo,
    words: Words,
    style: Style,
    templates: Templates = BUILT_IN,
) -> list[Message]:
    """Return the messages for alerts that go out together, those of high priority first.

    Raises:
        TemplateFailed: one of the templates cannot be filled in.
    """
    filler = Filler(templates=templates, now=now, zone=zone, words=words, style=style)
    if len(alerts) > _MOST_ENTRIES:
        return _lists(alerts, filler)
    entries = sorted((entry(a, now, zone, words) for a in alerts), key=lambda e: not e.alert.high_priority)
    if len(entries) > _MOST_LEADS:
        entries = [replace(each, lead=None) for each in entries]
    return [_message(batch, filler) for batch in _batches(entries, filler)]


def _lists(alerts: Sequence[Alert], filler: Filler) -> list[Message]:
    now, zone, words, style = filler.now, filler.zone, filler.words, filler.style
    template = filler.templates.line
    line = partial(filler.line, template) if template else None
    return [
        Message(
            title=_title([entry(a, now, zone, words) for a in listed], filler),
            body=body,
            format=style.format,
            alert_ids=tuple(alert.id for alert in listed),
            urgent=any(alert.high_priority for alert in listed),
            silent=all(alert.low_priority for alert in listed),
        )
        for body, listed in brief(alerts, now, zone=zone, words=words, style=style, line=line)
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


def _message(batch: Sequence[tuple[Entry, str]], filler: Filler) -> Message:
    style, words = filler.style, filler.words
    texts = [text for _, text in batch]
    if len(batch) > 1:
        texts.insert(0, style.note((RLM if words.rtl else LRM) + words.headlines.format(len(batch))))
    return Message(
        title=_title([e for e, _ in batch], filler),
        body=style.between.join(texts),
        format=style.format,
        alert_ids=tuple(e.alert.id for e, _ in batch),
        urgent=any(e.alert.high_priority for e, _ in batch),
        silent=all(e.alert.low_priority for e, _ in batch),
    )


def _title(entries: Sequence[Entry], filler: Filler) -> str:
    if filler.templates.title:
        return _short(filler.title(filler.templates.title, entries))
    first = f"{entries[0].source}: {entries[0].title}" if filler.style.subject else entries[0].source
    return _short(first if len(entries) == 1 else f"{filler.words.headlines.format(len(entries))} – {first}")


def _short(title: str) -> str:
    if len(title) <= _SUBJECT and len(title.encode()) <= _SUBJECT_BYTES:
        return title
    room = _SUBJECT_BYTES - len(ELLIPSIS.encode())
    return title[: _SUBJECT - 1].encode()[:room].decode("utf-8", "ignore") + ELLIPSIS


def _batches(entries: Iterable[Entry], filler: Filler) -> Iterable[list[tuple[Entry, str]]]:
    style = filler.style
    template = filler.templates.alert
    writes: list[Write] = [partial(filler.alert, template), style.write] if template else [style.write]
    batch: list[tuple[Entry, str]] = []
    size = _HEADING
    for each in entries:
        text = _fitting(each, style, writes)
        cost = units(style.between + text)
        if batch and (size + cost > style.limit or len(batch) == style.most):
            yield batch
            batch, size = [], _HEADING
        batch.append((each, text))
        size += cost
    if batch:
        yield batch


def _fitting(each: Entry, style: Style, writes: Sequence[Write]) -> str:
    """Return the entry's text, written in the first of the ways that fits.

    When it is too long, its lead goes, then its headline is cut, then its link goes, then its notes but the last.
    """
    room, text = style.limit - _HEADING, ""
    for write, shown, width, url in _tries(each, writes):
        text = write(shown, width, url)
        if units(text) <= room:
            break
    return text


def _tries(each: Entry, writes: Sequence[Write]) -> Iterator[tuple[Write, Entry, int, str | None]]:
    for write in writes:
        yield write, each, _WIDTHS[0], each.url
        bare = replace(each, lead=None)
        for url in (each.url, None):
            for width in _WIDTHS:
                yield write, bare, width, url
    yield writes[-1], replace(each, lead=None, notes=each.notes[-1:]), _WIDTHS[-1], each.url
