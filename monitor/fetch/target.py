"""What may be asked for: http and https addresses, from the configuration or from a redirect; no network."""

from __future__ import annotations

from functools import lru_cache
from ipaddress import ip_address

import httpx

from monitor.errors import FetchError

_MAX_SHOWN = 120
_LAST_PORT = 65535


@lru_cache(maxsize=256)  # the same few addresses are polled again and again
def parse(text: str) -> httpx.URL:
    """Return the address.

    Raises:
        FetchError: of kind `url`.
    """
    try:
        url = httpx.URL(text)
    except (httpx.InvalidURL, ValueError):
        raise FetchError(f"{_unparsed(text)} is not a web address; correct the source's url", kind="url") from None
    problem = _problem(url)
    if problem:
        raise FetchError(f"{name(url)} cannot be asked: {problem}; correct the source's url", kind="url")
    return url


def follow(url: httpx.URL, location: str) -> httpx.URL:
    """Return where a redirect from `url` leads; `location` is its header, read as latin-1.

    Raises:
        FetchError: of kind `redirect`.
    """
    try:
        target = url.join(_as_sent(location).strip())
    except (httpx.InvalidURL, ValueError):
        raise FetchError(
            f"{name(url)} redirects to {_unparsed(location)}, which is not a web address; "
            "see in a browser where it leads",
            kind="redirect",
        ) from None
    problem = _problem(target)
    if problem:
        raise FetchError(
            f"{name(url)} redirects to {name(target)}, where we do not go: {problem}; see in a browser where it leads",
            kind="redirect",
        )
    return target


def name(url: httpx.URL) -> str:
    """Return the address for people: without query, credentials and fragment, which may hold secrets."""
    if not url.host:
        return _shown(f"{url.scheme}:")
    path = url.raw_path.partition(b"?")[0].decode("ascii", "replace")
    return _shown(f"{url.scheme}://{url.netloc.decode('ascii', 'replace')}{path}")


def may_know(first: httpx.URL, url: httpx.URL) -> bool:
    """Tell whether headers meant for `first` (they may hold keys) may be sent to `url` after a redirect."""
    if url.host != first.host:
        return False
    same = (url.scheme, port(url)) == (first.scheme, port(first))
    upgraded = (first.scheme, port(first), url.scheme, port(url)) == ("http", 80, "https", 443)
    return same or upgraded


def _problem(url: httpx.URL) -> str | None:
    if url.scheme not in {"http", "https"}:
        return "only http and https are spoken"
    if not url.host:
        return "it names no host"
    if url.userinfo:
        return "it holds a user name or password, which belong into the source's headers"
    if not 0 < port(url) <= _LAST_PORT:
        return "there is no such port"
    return None


def port(url: httpx.URL) -> int:
    """Return the port that an address names or means."""
    if url.port is not None:
        return url.port
    return 443 if url.scheme == "https" else 80


def _as_sent(location: str) -> str:
    """Return the header's text; many sites send addresses in raw UTF-8."""
    try:
        return location.encode("latin-1").decode("utf-8")
    except UnicodeError:
        return location


def _unparsed(text: str) -> str:
    """Return a broken address for people, without what may be credentials or a query in it."""
    return f"'{_shown(text.partition('?')[0].rpartition('@')[2])}'"


def _shown(text: str) -> str:
    short = text if len(text) <= _MAX_SHOWN else f"{text[:_MAX_SHOWN]}…"
    return short if short.isprintable() else ascii(short)


def is_address(host: str) -> bool:
    """Tell whether a host is an IP address; IPv6 without brackets."""
    try:
        ip_address(host)
    except ValueError:
        return False
    return True
