"""Says in sentences what was decided about a headline that was seen, and why; looks nothing up."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from monitor.match.rules import RuleSet
    from monitor.model import Headline
    from monitor.route.plan import Router
    from monitor.store.past import Past, Told, Version

_LEARNED = "learned silently"


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """What was decided at one look."""

    at: datetime
    what: str
    endpoint: str | None = None
    alerts: Sequence[str] = ()  # what became of them; without any, `what` says why there is none


def decisions(past: Past, rules: RuleSet | None = None, router: Router | None = None) -> list[Decision]:
    """Return what was decided about a headline, in order; why an edit was silent only with the rules of today."""
    endpoint = past.first.endpoint if past.first else None
    first = [Decision(at=past.first_seen_at, what=_learned(past), endpoint=endpoint)] if past.baseline else []
    found = []
    for number, version in enumerate(past.versions):
        what = _what(past, version, again=bool(number))
        if not version.alerts and rules and router:
            what += f"; {_silence(past, version, rules, router)}"
        alerts = [_fate(told) for told in version.alerts]
        found.append(Decision(at=version.at, what=what, endpoint=version.endpoint, alerts=alerts))
    return first + found


def _learned(past: Past) -> str:
    """Return why a headline was remembered without a word."""
    look = past.first
    if look is None:
        return _LEARNED
    if not look.site_known:
        return f"{_LEARNED}: the first look at the site"
    if not look.endpoint_known:
        return f"{_LEARNED}: the first look at this endpoint, which joined a site that was watched"
    return f"{_LEARNED}: this endpoint was read in another way than before, or was left out, and nothing proved it new"


def _what(past: Past, version: Version, *, again: bool) -> str:
    """Return what a version was."""
    match version.kind:
        case "edited":
            return f"edited ({version.edit})"
        case "promoted":
            return "promoted: seen before, now in the ticker"
        case "reappeared":
            return "reappeared: it was gone for long"
    if again:
        return "new: its link was used again for another story"
    look = past.first
    if look is None or not look.learned or past.baseline:
        return "new"
    if not look.site_known:
        return "new: told as the backlog of the first look"
    if not look.endpoint_known:
        return "new: published a moment before this endpoint joined"
    return "new: it came since this endpoint was last read, in another way"


def _silence(past: Past, version: Version, rules: RuleSet, router: Router) -> str:
    """Return why a version has no alert, by the rules of today."""
    if version.unread:
        return "no alert: no rule fires on the title, the article is still to be matched"
    fires = {match.rule for match in rules.evaluate(_headline(past, version.title))}
    if not fires:
        return "no alert: no rule fires on the title"
    if version.kind == "promoted":
        return "no alert: who wants the ticker was told of it before"
    if version.kind != "edited":
        return f"no alert then; today {_names(fires)} would fire"
    before = {match.rule for match in rules.evaluate(_headline(past, version.previous or ""))} | {*past.fired}
    return "no alert: " + "; ".join(_of_edit(rule, version, router, fired=rule in before) for rule in sorted(fires))


def _of_edit(rule: str, version: Version, router: Router, *, fired: bool) -> str:
    on_edit = router.routes[rule].on_edit
    if on_edit == "ignore":
        return f"{rule} ignores edits"
    if not fired:
        return f"{rule} would fire today"
    if on_edit == "matched":
        return f"{rule} fired on the former title, and tells edits of numbers only (on_edit: notify tells more)"
    if version.edit == "counter":
        return f"{rule} was told of several edits within the hour: a live text"
    return f"{rule} fired on the former title, and a slip is no news"


def _fate(told: Told) -> str:
    """Return what became of one alert."""
    if told.flood:
        way = f"headline-monitor held show {told.flood[:8]}"
        return f"{told.channel} held in a flood: {told.reason}; {way}"
    beside = f", speaks for {told.held_beside} more that are held" if told.held_beside else ""
    return f"{told.channel} {told.state}{beside}" + (f": {told.reason}" if told.reason else "")


def _headline(past: Past, title: str) -> Headline:
    from monitor.model import Headline, Section

    return Headline(
        source=past.source,
        key="asked",
        title=title,
        section=Section(past.section),
        first_seen_at=past.first_seen_at,
        breaking=past.breaking,
    )


def names(past: Past, asked: str) -> Iterator[str]:
    """Yield under which other names the headline is known: why another title, link or endpoint is no news."""
    from monitor.urls import canonical

    own = {canonical(past.url)} if past.url else set[str]()
    if asked not in {past.title, past.url, *(version.title for version in past.versions)}:
        yield "the title or link asked for is another name of this headline"
    for key in past.keys:
        if key[0] == "u" and key[2:] not in own:
            yield f"moved, or shown twice: also under {key[2:]}"
    if past.section != "feed" and any(key[0] == "g" for key in past.keys):
        yield "also in a feed"


def _names(rules: set[str]) -> str:
    return ", ".join(sorted(rules))
