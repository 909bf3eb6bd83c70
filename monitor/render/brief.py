"""Many headlines as one list that is read on a phone: a line each, grouped by rule and source."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from itertools import groupby
from zoneinfo import ZoneInfo

from monitor.model import Alert, ChangeKind
from monitor.render.entry import clock
from monitor.render.safe import ELLIPSIS, LRM, RLM, harmless, isolate, safe_url
from monitor.render.styles import Style
from monitor.render.words import Words

WIDTHS = (160, 100, 64, 48, 40)  # characters of a headline; narrower when that makes fewer messages
_LONGEST_NAME = 60  # characters of a rule or source
_LATELY = timedelta(hours=18)
_HEAD = 100  # units kept free for the line above a list


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One headline of a list, and the group it stands in."""

    alert: Alert
    heading: str
    text: str


def brief(
    alerts: Sequence[Alert],
    now: datetime,
    *,
    zone: ZoneInfo,
    words: Words,
    style: Style,
    line: Callable[[Alert, int], str] | None = None,
) -> list[tuple[str, list[Alert]]]:
    """Return (body, alerts) of as few messages as possible; groups of high priority first.

    `line` writes an alert with at most so many characters of its headline, where that is not ours to do.
    """
    ordered = [alert for group in _groups(alerts) for alert in group]
    write = line or partial(_line, now=now, zone=zone, words=words, style=style)
    tries = [_bodies(_lines(ordered, words, style, write, width), now, zone, words, style) for width in WIDTHS]
    return min(tries, key=len)  # the first, and so the widest, of the shortest


def _groups(alerts: Iterable[Alert]) -> list[list[Alert]]:
    """Return the alerts by rule and source, in the order in which these first appear."""
    groups: dict[tuple[bool, str], dict[str, list[Alert]]] = {}
    for alert in alerts:
        by_source = groups.setdefault((not alert.high_priority, _rule(alert)), {})
        by_source.setdefault(alert.change.headline.source, []).append(alert)
    ordered = sorted(groups.items(), key=lambda item: item[0][0])
    return [group for _, by_source in ordered for group in by_source.values()]


def _rule(alert: Alert) -> str:
    return "\n".join(match.rule for match in alert.matches)


def _lines(
    alerts: Sequence[Alert], words: Words, style: Style, write: Callable[[Alert, int], str], width: int
) -> Iterator[Line]:
    for alert in alerts:
        yield Line(alert=alert, heading=style.heading(_heading(alert, words)), text=write(alert, width))


def _line(alert: Alert, width: int, *, now: datetime, zone: ZoneInfo, words: Words, style: Style) -> str:
    headline = alert.change.headline
    return style.line(
        _cut(harmless(headline.title), width),
        safe_url(headline.url),
        _time(alert.change.seen_at, now, zone),
        " · ".join(_became(alert, words)),
    )


def _time(moment: datetime, now: datetime, zone: ZoneInfo) -> str:
    """Return the time of day alone as long as it can only be the last one, past midnight too."""
    return isolate(f"{moment.astimezone(zone):%H:%M}") if now - moment < _LATELY else clock(moment, now, zone)


def _became(alert: Alert, words: Words) -> Iterator[str]:
    """Yield what the reader of a list must not miss about a headline."""
    if alert.change.kind is ChangeKind.EDITED:
        yield words.edited_at
    if alert.same_story:
        yield f"{words.same_story} {isolate(_cut(harmless(alert.same_story[0]), _LONGEST_NAME))}"
    if alert.held_beside:
        yield words.held.format(isolate(str(alert.held_beside)))


def _heading(alert: Alert, words: Words) -> str:
    rules = words.comma.join(isolate(_cut(harmless(match.rule), _LONGEST_NAME)) for match in alert.matches)
    source = isolate(_cut(harmless(alert.change.headline.source), _LONGEST_NAME))
    urgent = [words.urgent] if alert.high_priority else []
    return (RLM if words.rtl else LRM) + " · ".join([*urgent, rules, source])


def _bodies(
    lines: Iterable[Line], now: datetime, zone: ZoneInfo, words: Words, style: Style
) -> list[tuple[str, list[Alert]]]:
    batches = list(_batches(lines, style))
    return [(_body(batch, now, zone, words, style), [line.alert for line in batch]) for batch in batches]


def _batches(lines: Iterable[Line], style: Style) -> Iterator[list[Line]]:
    batch: list[Line] = []
    size = room = style.brief_limit - _HEAD
    for line in lines:
        text = line.text if batch and batch[-1].heading == line.heading else f"{line.heading}\n\n{line.text}"
        cost = style.size(f"{text}\n")
        if batch and (cost > room or len(batch) == style.most_brief):
            yield batch
            batch, room = [], size
            cost = style.size(f"{line.heading}\n\n{line.text}\n")
        batch.append(line)
        room -= cost
    if batch:
        yield batch


def _body(batch: Sequence[Line], now: datetime, zone: ZoneInfo, words: Words, style: Style) -> str:
    seen = [line.alert.change.seen_at for line in batch]
    first, last = (_time(moment, now, zone) for moment in (min(seen), max(seen)))
    span = first if first == last else f"{first} – {last}"
    head = (RLM if words.rtl else LRM) + f"{words.headlines.format(len(batch))} · {span}"
    blocks = [style.note(head)]
    for heading, group in groupby(batch, key=lambda line: line.heading):
        blocks.append(style.joint.join([heading, *(line.text for line in group)]))
    return style.between.join(blocks)


def _cut(text: str, width: int) -> str:
    return (text if len(text) <= width else text[: width - 1].rstrip() + ELLIPSIS) or ELLIPSIS
