"""What an alert says, as harmless text without any service's markup."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from monitor.model import Alert, Change, ChangeKind, Match, Section
from monitor.render.safe import ELLIPSIS, LRM, RLM, Piece, harmless, isolate, pieces, safe_url
from monitor.render.words import Words

LATE = timedelta(minutes=2)  # what was seen longer ago says so
_LONGEST_NAME = 80  # characters of a source, rule or word
_LONGEST_FORMER = 200  # characters of a former title
_LONGEST_LEAD = 200  # characters
_MOST_WORDS = 5  # of one rule


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One alert, ready for markup. `notes` are whole lines."""

    alert: Alert
    source: str
    headline: tuple[Piece, ...]
    url: str | None
    lead: str | None
    notes: tuple[str, ...]

    @property
    def title(self) -> str:
        return "".join(piece.text for piece in self.headline)


def entry(alert: Alert, now: datetime, zone: ZoneInfo, words: Words) -> Entry:
    """Return what to say about an alert at `now`, with times as clocks in `zone` show them."""
    headline = alert.change.headline
    parts = pieces(headline.title, (span for match in alert.matches for span in match.spans))
    return Entry(
        alert=alert,
        source=short(headline.source),
        headline=parts or (Piece(ELLIPSIS),),
        url=safe_url(headline.url),
        lead=_cut(alert.article.lead) if alert.article and alert.article.lead else None,
        notes=tuple(_direction(words) + note for note in _notes(alert, now, zone, words)),
    )


def clock(moment: datetime, now: datetime, zone: ZoneInfo) -> str:
    """Return the time of day, with the date when it is not today's."""
    local = moment.astimezone(zone)
    same_day = local.date() == now.astimezone(zone).date()
    return isolate(local.strftime("%H:%M" if same_day else "%Y-%m-%d %H:%M"))


def _direction(words: Words) -> str:
    """Return what gives a line of ours its direction although it may begin with a name in another script."""
    return RLM if words.rtl else LRM


def _notes(alert: Alert, now: datetime, zone: ZoneInfo, words: Words) -> Iterable[str]:
    change = alert.change
    if change.kind is ChangeKind.EDITED and change.previous_title is not None:
        yield f"{words.edited} {isolate(short(change.previous_title, _LONGEST_FORMER))}"
    if alert.held_beside:
        yield words.held.format(isolate(str(alert.held_beside)))
    if alert.same_story:
        source, title = alert.same_story
        told = isolate(short(title, _LONGEST_FORMER))
        yield f"{words.same_story} {isolate(short(source))}: {told}"
    facts = [
        isolate(short(change.headline.source)),
        section(change, words),
        *_times(change, published_at(alert), now, zone, words),
    ]
    yield " · ".join([*facts, *_rules(alert.matches, words)])


def section(change: Change, words: Words) -> str:
    """Return where the headline stood, and whether it was marked as breaking."""
    headline = change.headline
    section = words.promoted if change.kind is ChangeKind.PROMOTED else words.sections[headline.section]
    marked = headline.breaking and headline.section is not Section.TICKER
    return f"{section}{words.comma}{words.breaking}" if marked else section


def published_at(alert: Alert) -> datetime | None:
    """Return when the headline's page says it was published, else when the list it stood in said so."""
    return (alert.article and alert.article.published_at) or alert.change.headline.published_at


def _times(change: Change, published: datetime | None, now: datetime, zone: ZoneInfo, words: Words) -> list[str]:
    headline = change.headline
    told = [f"{words.first_seen} {clock(headline.first_seen_at, now, zone)}"]
    if change.kind is ChangeKind.EDITED:
        told.append(f"{words.edited_at} {clock(change.seen_at, now, zone)}")
    if ago := late(change, now, words):
        told[-1] += words.comma + ago
    if published is not None:
        told.append(f"{words.published} {_day_or_clock(published, now, zone)}")
    return told


def late(change: Change, now: datetime, words: Words) -> str:
    """Return how long ago the change was seen, or nothing when that is a moment."""
    span = now - change.seen_at
    return words.ago.format(words.length(span)) if span > LATE else ""


def _day_or_clock(moment: datetime, now: datetime, zone: ZoneInfo) -> str:
    """Return the day alone where the site named no time of day, which is its midnight."""
    local = moment.astimezone(zone)
    return isolate(local.strftime("%Y-%m-%d")) if local.time() == time() else clock(moment, now, zone)


def _rules(matches: Iterable[Match], words: Words) -> Iterable[str]:
    for n, match in enumerate(matches):
        terms = list(dict.fromkeys(isolate(short(span.term)) for span in match.spans))
        if len(terms) > _MOST_WORDS:
            terms = [*terms[:_MOST_WORDS], ELLIPSIS]
        named = f"{words.also if n else words.rule}: {isolate(short(match.rule))}"
        yield f"{named} ({words.comma.join(terms)})" if terms else named


def _cut(lead: str) -> str:
    """Return the beginning of a lead, up to the end of a word."""
    clean = harmless(lead)
    return clean if len(clean) <= _LONGEST_LEAD else clean[:_LONGEST_LEAD].rpartition(" ")[0].rstrip(" ،,;:") + ELLIPSIS


def short(text: str, longest: int = _LONGEST_NAME) -> str:
    """Return harmless text of at most so many characters."""
    clean = harmless(text)
    return clean if len(clean) <= longest else clean[: longest - 1] + ELLIPSIS
