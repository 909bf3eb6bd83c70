"""From refusals and exceptions to one sentence each: what happened, to which address, and what to do about it."""

from __future__ import annotations

import ssl
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

import httpx

from monitor.errors import FetchError
from monitor.fetch.decode import BadBody
from monitor.fetch.failures import BadHttp, Broken, ConnectTimeout, NotConnected, StaleConnection
from monitor.fetch.target import name

LONGEST_WAIT = timedelta(hours=24)
_MANY_DIGITS = 12

EXPECTED = (
    OSError,  # sockets and TLS, TimeoutError, and most of `failures`
    ValueError,  # answers and bodies that cannot be used, characters that cannot be sent
    httpx.InvalidURL,
)
"""All that an exchange can end with."""

_SAID = {
    400: "bad request: the site does not understand us; check the source's url and headers",
    401: "unauthorized: the page wants a login; put what it asks for into the source's headers",
    403: "forbidden: the site refuses us; if a browser may see the page, set user_agent or the source's headers, "
    "or watch its feed",
    404: "not found: the page has moved; look it up in a browser and correct the source's url",
    406: "not acceptable: the site refuses our headers; set other ones in the source's headers",
    407: "proxy authentication required: put its user name and password into the source's proxy",
    408: "request timeout: the site is slow; it is asked again later",
    410: "gone: the page was removed for good; correct the source's url",
    429: "too many requests: it is asked less often for a while; raise the source's 'every' if this stays",
    451: "unavailable for legal reasons: the page is blocked where this machine stands; watch it from elsewhere",
    500: "internal server error: the site has a problem of its own; it is asked again later",
    502: "bad gateway: the site has a problem of its own; it is asked again later",
    503: "service unavailable: the site is overloaded or being repaired; it is asked again later",
    504: "gateway timeout: the site has a problem of its own; it is asked again later",
}
_SAID_OF_OTHERS = (
    (range(300, 400), ", a redirect that does not say where to; see in a browser where it leads"),
    (range(520, 531), ": Cloudflare cannot reach the site behind it; it is asked again later"),
    (range(500, 600), ": the site has a problem of its own; it is asked again later"),
    (range(1000), ", which is no page; see in a browser what it shows, and check the source's url"),
)
_BOT_WALL = (
    "{status}: a bot wall (Cloudflare) refuses us; ask the site to let the monitor's user agent pass, or watch its feed"
)


_SENTENCES: tuple[tuple[type[Exception], str, str], ...] = (
    (StaleConnection, "reset", "{where} closes its connections before it answers; it is asked again later"),
    (
        ConnectTimeout,
        "timeout",
        "{where} did not take our connection in time; the site is down, or a firewall is in between",
    ),
    (
        TimeoutError,
        "timeout",
        "{where} did not answer in full within {seconds} s; it is asked again later",
    ),
    (Broken, "reset", "{where} broke the connection off; it is asked again later"),
)


_NO_HTTP = "{where} does not speak proper HTTP ({reason}); check the source's url"
_BAD_HTTP = {
    "truncated": "the page of {where} ended in the middle; it is asked again later",
    "reset": "{where} closed the connection before it answered; it is asked again later",
}

_CERTIFICATES = (  # by OpenSSL's numbers
    ({9}, "it begins in the future: check the clock of this machine"),
    ({10}, "it has expired: the site must renew it, or the clock of this machine is wrong"),
    ({62, 64}, "it is for other names: check the address, with and without www, in a browser"),
    (
        {18, 19, 20, 21},
        "nobody this machine trusts has signed it: the site must send its whole chain, or run update-ca-certificates",
    ),
)
_ANY_CERTIFICATE = "the site must mend it, or somebody is in between"


def refused(url: httpx.URL, status: int, headers: Mapping[str, str], now: datetime) -> FetchError:
    """Return what to say of an answer whose status is not a page's; the headers' names are in small letters."""
    wait = retry_after(headers.get("retry-after"), now)
    asks = f"; it asks to wait {wait.total_seconds():.0f} s" if wait else ""
    return FetchError(
        f"{name(url)} answered {_said(status, headers)}{asks}", kind="status", status=status, retry_after=wait
    )


def _said(status: int, headers: Mapping[str, str]) -> str:
    wall = headers.get("cf-mitigated") or (status in {403, 503} and headers.get("server", "").lower() == "cloudflare")
    if wall:
        return _BOT_WALL.format(status=status)
    if status in _SAID:
        return f"{status} {_SAID[status]}"
    return next((f"{status}{said}" for statuses, said in _SAID_OF_OTHERS if status in statuses))


def retry_after(value: str | None, now: datetime) -> timedelta | None:
    """Return how long a Retry-After header asks to wait, at most 24 hours; None when it says nothing usable.

    Seconds or a date (RFC 9110, 10.2.3); dates in the past ask for nothing.
    """
    if value is None:
        return None
    text = value.strip()
    if text.isascii() and text.isdigit():
        return min(timedelta(seconds=int(text)), LONGEST_WAIT) if len(text) < _MANY_DIGITS else LONGEST_WAIT
    try:
        moment = parsedate_to_datetime(text)
    except ValueError:
        return None
    wait = (moment if moment.tzinfo else moment.replace(tzinfo=UTC)) - now
    return min(wait, LONGEST_WAIT) if wait > timedelta(0) else None


def explain(error: Exception, url: httpx.URL, seconds: float) -> FetchError:
    """Return what to say of an exception out of EXPECTED; `seconds` is how long a fetch may take."""
    where = name(url)
    match error:
        case BadBody():
            return FetchError(f"{where}: {error}", kind=error.kind)
        case NotConnected():
            return _not_connected(where, error.reason)
        case BadHttp():
            said = _BAD_HTTP.get(error.kind, _NO_HTTP)
            return FetchError(said.format(where=where, reason=str(error)[:100]), kind=error.kind)
    for type_, kind, sentence in _SENTENCES:
        if isinstance(error, type_):
            return FetchError(sentence.format(where=where, seconds=f"{seconds:g}"), kind=kind)
    if isinstance(error, OSError):
        return _not_connected(where, error)
    return FetchError(
        f"the request to {where} cannot be sent ({error}); check the source's url and headers", kind="url"
    )


def _not_connected(where: str, cause: OSError | ValueError) -> FetchError:
    match cause:
        case ssl.SSLCertVerificationError():
            found = cause.verify_message.rstrip(".")
            step = next((said for codes, said in _CERTIFICATES if cause.verify_code in codes), _ANY_CERTIFICATE)
            return FetchError(f"the certificate of {where} is not valid ({found}); {step}", kind="tls")
        case ssl.SSLError() | ValueError():
            reason = cause.reason if isinstance(cause, ssl.SSLError) else cause
            return FetchError(
                f"no encrypted connection to {where} ({reason}); check whether its address is http or https",
                kind="tls",
            )
        case ConnectionRefusedError():
            return FetchError(f"{where} refuses connections; the site is down, or its port is wrong", kind="refused")
        case ConnectionError():
            return FetchError(f"{where} broke the connection off; it is asked again later", kind="reset")
    why = cause.strerror if isinstance(cause, OSError) and cause.strerror else str(cause)
    return FetchError(f"no connection to {where} ({why}); check the network of this machine", kind="connect")
