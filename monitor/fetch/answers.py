"""What went wrong, in one sentence a person can act on; pure."""

from __future__ import annotations

import ssl
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime
from http import HTTPStatus

import httpcore
import httpx

from monitor.errors import FetchError

LONGEST_WAIT = timedelta(hours=24)
_SAID = {
    401: "wants a password; give the source `headers`, or watch its feed",
    403: "refuses us, perhaps by a bot wall; try another endpoint of the site, its feed for instance",
    404: "has no such page; check the address",
    406: "refuses us, perhaps by a bot wall; try another endpoint of the site, its feed for instance",
    410: "says that the page is gone for good; change the address",
    429: "finds that we ask too often; raise `every` for this source",
    451: "may not show the page here for legal reasons",
}
_SERVER_ERROR = 500


def retry_after(value: str | None, now: datetime) -> timedelta | None:
    """Return how long a Retry-After header asks to wait (RFC 9110 §10.2.3), a day at most."""
    if not value:
        return None
    if value.strip().isdigit():
        wait = timedelta(seconds=min(int(value.strip()[:9]), 86400))
    else:
        try:
            wait = parsedate_to_datetime(value) - now
        except (ValueError, TypeError):
            return None
    return min(wait, LONGEST_WAIT) if wait > timedelta() else None


def refused(host: str, status: int, wait: timedelta | None) -> FetchError:
    """Return the error for a status that brings no page."""
    if status in _SAID:
        said = _SAID[status]
    elif status >= _SERVER_ERROR:
        said = "has trouble of its own; nothing to do but wait"
    else:
        said = "gives no page"
    try:
        name = f" {HTTPStatus(status).phrase.lower()}"
    except ValueError:
        name = ""
    asked = f"; it asks to wait {round(wait.total_seconds())} s" if wait else ""
    return FetchError(
        f"{host} answers {status}{name}: it {said}{asked}", kind="status", status=status, retry_after=wait
    )


def broken(host: str, error: Exception) -> FetchError:  # noqa: PLR0911  one return per kind of failure reads straightest
    """Return the error for an exchange that did not end well."""
    if isinstance(error, FetchError):
        return error
    if isinstance(error, (httpcore.ConnectTimeout, httpx.ConnectTimeout)):
        return FetchError(f"{host} does not answer at all; is it up?", kind="timeout")
    if isinstance(error, (httpcore.TimeoutException, httpx.TimeoutException, TimeoutError)):
        return FetchError(f"{host} takes too long; the page was given up", kind="timeout")
    if isinstance(error, ssl.SSLError) or "SSL" in str(error) or "certificate" in str(error):
        return FetchError(f"{host} has no valid certificate ({_short(error)}); nothing was sent", kind="tls")
    if isinstance(error, (httpcore.ConnectError, httpx.ConnectError)):
        return FetchError(f"cannot connect to {host} ({_short(error)}); is it up?", kind="connect")
    if isinstance(error, (httpcore.NetworkError, httpx.NetworkError, OSError)):
        return FetchError(f"{host} broke the connection ({_short(error)})", kind="reset")
    return FetchError(f"{host} does not speak proper HTTP ({_short(error)})", kind="protocol")


def _short(error: Exception) -> str:
    return (str(error) or type(error).__name__)[:160]
