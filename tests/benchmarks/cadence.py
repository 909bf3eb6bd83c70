"""Measures how long headlines wait to be seen under a budget of requests, beside polling at a fixed interval.

    python tests/benchmarks/cadence.py --times FILE [--mean 60,300,900] [--every 10] [--known] [--only NAME]

FILE has lines of "outlet<TAB>time" (ISO 8601; UTC when no offset is given), one per published headline. The shipped
policy (monitor/cadence) is replayed over them: it starts knowing nothing and learns only from what its own polls saw,
which is how many headlines are new at a poll and not when they came. With --known every headline carries its true
time, as the entries of a feed do. "own" gives each outlet a budget of its own, "shared" one budget to all.

The yardstick asks at a fixed interval, with exactly as many requests over the same time: each outlet as many as the
policy used there, and in the last line of each budget all outlets at the same interval. It is replayed at ten phases.
"""

from __future__ import annotations

import argparse
import random
from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from heapq import heappop, heappush
from math import ceil
from pathlib import Path

from monitor.cadence import pace
from monitor.cadence.rhythm import Forecast, Sighting, begin, forecast, learn
from monitor.model import Rhythm

PHASES = 10


@dataclass
class Outlet:
    """One outlet's headlines, and what the policy learns of it."""

    name: str
    times: Sequence[float]
    start: float
    end: float
    rhythm: Rhythm = field(init=False)
    expected: Forecast = field(init=False)
    seen: int = 0
    polls: int = 0
    credit: float = 0.0
    last: float = field(init=False)
    delays: list[float] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.rhythm, self.last = begin(self.start), self.start
        self.expected = forecast(self.rhythm, 0.0)
        self.seen = bisect_right(self.times, self.start)

    def poll(self, now: float, *, known: bool) -> bool:
        """Look once; tell whether something was new."""
        self.polls += 1
        upto = bisect_right(self.times, now)
        news = self.times[self.seen : upto]
        self.delays += [now - at for at in news]
        if news:
            sighting = Sighting(since=self.last, until=now, count=len(news), times=news if known else ())
            self.rhythm = learn(self.rhythm, sighting, self.expected)
            self.expected = forecast(self.rhythm, 0.0)
        self.seen, self.last = upto, now
        return bool(news)


def replay(outlets: Sequence[Outlet], mean: float, every: float, *, known: bool, shared: bool, seed: int) -> None:
    """Let the policy poll the outlets from their first to their last headline."""
    rng = random.Random(seed)
    by_key = {(outlet.name, ""): outlet for outlet in outlets}
    if shared:
        limits = [pace.Limit(rate=len(outlets) / mean, endpoints=frozenset(by_key))]
    else:
        limits = [pace.Limit(rate=1 / mean, endpoints=frozenset({key})) for key in by_key]
    allowed = _shares(limits, by_key)
    due: list[tuple[float, tuple[str, str]]] = []
    for key, outlet in by_key.items():
        heappush(due, (outlet.start + rng.random() * mean, key))
    while due:
        now, key = heappop(due)
        outlet = by_key[key]
        if now > outlet.end:
            continue
        outlet.credit = pace.credit_after(outlet.credit, now - outlet.last, allowed[key])
        if outlet.poll(now, known=known) and shared:
            allowed = _shares(limits, by_key)
        wait = pace.wait(
            outlet.expected, now, allowed=allowed[key], credit=outlet.credit, fastest=every, random=rng.random()
        )
        heappush(due, (now + wait, key))


def _shares(limits: Sequence[pace.Limit], outlets: Mapping[tuple[str, str], Outlet]) -> dict[tuple[str, str], float]:
    return pace.shares(limits, {key: outlet.expected.effort for key, outlet in outlets.items()})


def fixed(outlet: Outlet, interval: float) -> Iterator[float]:
    """Yield the delays of polling at a fixed interval, at ten phases."""
    for phase in range(PHASES):
        first = outlet.start + interval * (phase + 0.5) / PHASES
        for at in outlet.times:
            if at > outlet.start:
                yield first + max(0, ceil((at - first) / interval)) * interval - at


def read(path: Path, only: str | None) -> list[Outlet]:
    times: dict[str, list[float]] = {}
    for line in path.read_text(encoding="utf-8").splitlines():
        name, _, written = line.partition("\t")
        try:
            at = datetime.fromisoformat(written.strip())
        except ValueError:
            continue  # the line with the names of the columns
        times.setdefault(name, []).append((at if at.tzinfo else at.replace(tzinfo=UTC)).timestamp())
    everything = [sorted(found) for found in times.values()]
    start, end = min(found[0] for found in everything), max(found[-1] for found in everything)
    return [
        Outlet(name=name, times=sorted(found), start=max(start, min(found) - 3600), end=min(end, max(found) + 3600))
        for name, found in times.items()
        if only is None or only in name
    ]


def told(name: str, polls: int, mean: float, ours: Sequence[float], theirs: Sequence[float]) -> str:
    """Return one line: mean, median and 95th percentile beside the yardstick's."""
    one, other = _summary(ours), _summary(theirs)
    return (
        f"  {name:24.24} {len(ours):6} headlines {polls:7} requests, one in {mean:6.1f} s | mean {one[0]:6.1f} / "
        f"{other[0]:6.1f} s = {one[0] / other[0]:.3f} | median {one[1]:6.1f} / {other[1]:6.1f} | "
        f"95 % {one[2]:6.1f} / {other[2]:6.1f}"
    )


def _summary(delays: Sequence[float]) -> tuple[float, float, float]:
    ranked = sorted(delays)
    return sum(ranked) / len(ranked), ranked[len(ranked) // 2], ranked[int(len(ranked) * 0.95)]


def measure(path: Path, mean: float, every: float, *, known: bool, shared: bool, only: str | None) -> None:
    outlets = read(path, only)
    replay(outlets, mean, every, known=known, shared=shared, seed=1)
    print(f"budget {'shared' if shared else 'own'}, one request in {mean:.0f} s, fastest {every:.0f} s:")
    ours: list[float] = []
    theirs: list[float] = []
    polls = sum(outlet.polls for outlet in outlets)
    span = sum(outlet.end - outlet.start for outlet in outlets)
    for outlet in outlets:
        late = outlet.times[outlet.seen :]  # published after the last poll
        outlet.delays += [outlet.end - at for at in late]
        interval = (outlet.end - outlet.start) / outlet.polls
        beside = list(fixed(outlet, interval))
        ours += outlet.delays
        theirs += list(fixed(outlet, span / polls))
        print(told(outlet.name, outlet.polls, interval, outlet.delays, beside))
    print(told("all outlets", polls, span / polls, ours, theirs), flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--times", type=Path, required=True)
    parser.add_argument("--mean", default="60,300,900", help="budgets: seconds per request and outlet, on average")
    parser.add_argument("--every", type=float, default=10.0, help="the fastest pace, in seconds")
    parser.add_argument("--known", action="store_true", help="headlines carry their time")
    parser.add_argument("--only", help="outlets whose name contains this")
    args = parser.parse_args()
    print(f"headlines {'carry their time' if args.known else 'carry no time'}; ours / fixed interval")
    for mean in map(float, args.mean.split(",")):
        for shared in (False, True):
            measure(args.times, mean, args.every, known=args.known, shared=shared, only=args.only)


if __name__ == "__main__":
    main()
