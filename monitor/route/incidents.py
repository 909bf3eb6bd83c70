"""What an operator should know of the monitor itself: troubles, and when they are told and over; sends nothing."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from monitor.model import Incident, Pauses, PollState, RecipientState, Trouble

FAILING = 3  # polls in a row, of every endpoint of a source, ...
FAILING_FOR = timedelta(minutes=3)  # ... over at least so long
CHANNEL_FAILING = 5  # attempts in a row: about a minute of an outage
FEW_CHANGES = 20  # tell nothing of a source's rhythm
SILENT_AT_LEAST = timedelta(hours=6)
SILENT_TIMES = 2  # its longest pause of the last two weeks
RECENT = timedelta(minutes=3)  # polls that say how the network is now
MOST_SOURCES = 0.6  # of them fail at once: it is our own network
TELL_NETWORK_AFTER = timedelta(hours=1)  # if the operator's channel works all the same
CALM = timedelta(minutes=1)  # between two messages to the operator
AGAIN_AFTER = timedelta(hours=1)  # an incident that comes and goes is not told more often
_LONGEST = 400  # characters of an error


def by_source(states: Iterable[PollState]) -> dict[str, list[PollState]]:
    """Return the endpoints of each source."""
    found: dict[str, list[PollState]] = {}
    for state in states:
        found.setdefault(state.source, []).append(state)
    return found


def network_down(sources: Mapping[str, Sequence[PollState]], now: datetime) -> bool:
    """Tell whether most of the sources that were polled lately failed, which says more of us than of them."""
    looked = {
        name: min(state.failures for state in states)
        for name, states in sources.items()
        if any(state.last_poll_at and now - state.last_poll_at <= RECENT for state in states)
    }
    failing = sum(failures > 0 for failures in looked.values())
    return failing > 1 and failing >= MOST_SOURCES * len(looked)


def source_troubles(sources: Mapping[str, Sequence[PollState]], now: datetime) -> list[Trouble]:
    """Return the sources that none of their endpoints can read."""
    troubles = []
    for name, states in sources.items():
        worst = min(states, key=lambda state: state.failures)
        well = max((state.last_ok_at for state in states if state.last_ok_at), default=None)
        if worst.failures >= FAILING and (well is None or now - well >= FAILING_FOR):
            since = f"well last at {clock(well)}" if well else "never read well"
            text = f"source '{name}' cannot be read ({since}): {_short(worst.last_error)}"
            troubles.append(Trouble(key=f"source {name}", text=text))
    return troubles


def silent_troubles(pauses: Iterable[Pauses], started: datetime, now: datetime) -> list[Trouble]:
    """Return the sources that were read well and had nothing new for much longer than they ever had."""
    troubles = []
    for pause in pauses:
        longest = max(SILENT_AT_LEAST, SILENT_TIMES * pause.longest)
        if pause.changes >= FEW_CHANGES and now - max(pause.last, started) > longest:
            text = (
                f"source '{pause.source}' has had nothing new since {clock(pause.last)}, its longest pause was "
                f"{pause.longest // timedelta(hours=1)} h; see whether the site has moved: headline-monitor probe"
            )
            troubles.append(Trouble(key=f"silent {pause.source}", text=text))
    return troubles


def channel_troubles(recipients: Iterable[RecipientState], operator: str) -> list[Trouble]:
    """Return the recipients that cannot be told anything; not the operator, who would be told nothing."""
    return [
        Trouble(
            key=f"channel {one.channel} {one.recipient}",
            text=f"channel '{one.channel}' cannot tell '{one.recipient}' anything: {_short(one.last_error)}",
        )
        for one in recipients
        if one.channel != operator and (one.failures >= CHANNEL_FAILING or (one.failures and one.refused))
    ]


def follow(known: Sequence[Incident], troubles: Sequence[Trouble], now: datetime) -> list[Incident]:
    """Return the incidents that change: new ones, those that are over, those that are to be told now.

    `known` are the open ones and those that were told within AGAIN_AFTER. What is told goes out together.
    """
    told = [moment for one in known for moment in (one.told_at, one.over_told_at) if moment]
    calm = all(not timedelta() <= now - moment < CALM for moment in told)
    present = {trouble.key: trouble for trouble in troubles}
    open_ = {one.key: one for one in known if one.ended_at is None}
    lately = {one.key for one in known if one.ended_at and one.told_at and now - one.told_at < AGAIN_AFTER}
    after = [
        *(one if one.key in present else replace(one, ended_at=now) for one in open_.values()),
        *(Incident(key=t.key, text=t.text, since=now) for t in troubles if t.key not in open_),
        *(one for one in known if one.ended_at),
    ]
    changed = [_told(one, now, hush=one.key in lately and one.ended_at is None) if calm else one for one in after]
    before = set(known)
    return [one for one in changed if one not in before]


def notice(changed: Iterable[Incident], now: datetime) -> list[str]:
    """Return the lines to tell of incidents that `follow` returned."""
    return [
        f"over: {one.text} (since {clock(one.since)})" if one.over_told_at == now else one.text
        for one in changed
        if now in (one.told_at, one.over_told_at)
    ]


def _told(one: Incident, now: datetime, *, hush: bool) -> Incident:
    if one.once or one.ended_at is None:
        return one if one.told_at or hush else replace(one, told_at=now)
    return one if not one.told_at or one.over_told_at else replace(one, over_told_at=now)


def clock(moment: datetime) -> str:
    """Return a moment as operators read it."""
    return f"{moment:%Y-%m-%d %H:%M} UTC"


def _short(error: str | None) -> str:
    text = error or "no reason known"
    return text if len(text) <= _LONGEST else text[: _LONGEST - 1] + "…"
