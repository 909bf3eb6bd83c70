"""Spreads a budget of requests so that headlines wait least: the pace of one endpoint, the shares of many.

Without a budget there is nothing to spread: `every` is the pace. With one, an endpoint is asked in proportion to the
square root of the rate of news, which for independent arrivals is the optimum (Cho and Garcia-Molina 2003; Sia, Cho
and Cho 2007), and right after the moments at which much is expected. Times are seconds.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from math import ceil, exp, inf, sqrt

from monitor.cadence.rhythm import Forecast

SLOWEST = 900.0  # between two looks, however quiet an endpoint is; a budget that allows fewer asks a third as often
_SLOWEST_OF_MEAN = 3.0
_SAVINGS = 24 * 3600.0  # of requests that were not made are kept, at most; and as many borrowed
_REPAID = 12 * 3600.0  # in which savings are spent
_LOOKS_AHEAD = 4.0  # usual waits that are planned together
_STEPS, _STEPS_OF_FASTEST, _LONGEST_STEP = 10.0, 2.0, 20.0  # of a usual wait, of the fastest, in seconds
_HOPELESS = 4.0  # prices of a request that the delay up to the next one is never worth
_JITTER = 0.05


@dataclass(frozen=True, slots=True, kw_only=True)
class Limit:
    """A budget: so many requests per second, on average, for a set of endpoints."""

    rate: float
    endpoints: frozenset[tuple[str, str]]


def shares(limits: Iterable[Limit], efforts: Mapping[tuple[str, str], float]) -> dict[tuple[str, str], float]:
    """Return the requests per second that each endpoint may make, the strictest of its limits.

    Within a limit a request costs the same everywhere, so each endpoint gets a share in proportion to its effort.
    """
    allowed: dict[tuple[str, str], float] = {}
    for limit in limits:
        whole = sum(efforts[endpoint] for endpoint in limit.endpoints)
        for endpoint in limit.endpoints:
            share = limit.rate * efforts[endpoint] / whole
            allowed[endpoint] = min(share, allowed.get(endpoint, share))
    return allowed


def wait(forecast: Forecast, now: float, *, allowed: float, credit: float, fastest: float, random: float) -> float:
    """Return the seconds until the next look.

    Args:
        forecast: what to expect of the endpoint.
        now: seconds since the epoch.
        allowed: requests per second, on average over the week.
        credit: requests saved so far, or borrowed (negative).
        fastest: the shortest wait.
        random: in [0, 1); spreads the looks, which also shows news at moments that nobody expected.
    """
    correction = exp(max(-1.0, min(1.0, credit / (allowed * _REPAID))))
    intensity = allowed / forecast.effort * correction  # looks per second = intensity * sqrt(rate)
    slowest = max(fastest, SLOWEST, _SLOWEST_OF_MEAN / allowed)
    best = _cheapest(forecast, now, price=0.5 / intensity**2, fastest=fastest, slowest=slowest)
    return max(fastest, min(slowest, best) * (1 + _JITTER * (2 * random - 1)))


def credit_after(credit: float, elapsed: float, allowed: float) -> float:
    """Return the savings after one request that came `elapsed` seconds after the last."""
    most = allowed * _SAVINGS
    return max(-most, min(most, credit + elapsed * allowed - 1))


def _cheapest(forecast: Forecast, now: float, *, price: float, fastest: float, slowest: float) -> float:
    """Return the first wait of the series of looks that costs least: the delays of what is expected, plus the price.

    Where the rate is constant that is the square root rule; where it will change the looks come after the news.
    """
    usual = min(slowest, max(fastest, sqrt(2 * price / forecast.rate(now))))
    step = max(fastest / _STEPS_OF_FASTEST, min(_LONGEST_STEP, usual / _STEPS))
    ends, came, weighed = [0.0], [0.0], [0.0]  # of each step; headlines until there, and the sum of their times
    for number in range(ceil(_LOOKS_AHEAD * usual / step)):
        middle = (number + 0.5) * step
        news = forecast.rate(now + middle) * step
        ends.append(middle + step / 2)
        came.append(came[-1] + news)
        weighed.append(weighed[-1] + news * middle)
    first = _plan(ends, came, weighed, price, ceil(fastest / step))
    return ends[first]


def _plan(ends: list[float], came: list[float], weighed: list[float], price: float, least: int) -> int:
    """Return the place of the first look of the cheapest series, by dynamic programming from the last step back."""
    last = len(ends) - 1
    costs, follows = [0.0] * (last + 1), [last] * (last + 1)
    for start in range(last - 1, -1, -1):
        best, chosen = inf, last
        known, sums = came[start], weighed[start]
        for end in range(min(start + least, last), last + 1):
            delay = (came[end] - known) * ends[end] - (weighed[end] - sums)
            cost = delay + price + costs[end]
            if cost < best:
                best, chosen = cost, end
            if delay > _HOPELESS * price:
                break
        costs[start], follows[start] = best, chosen
    return follows[0]
