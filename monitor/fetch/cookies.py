"""The cookies that a site sets while it redirects: many show their page only to who brings them back; keeps no jar."""

from __future__ import annotations

import re
from collections.abc import Iterable

_PAIR = re.compile(r"\s*([!#$%&'*+.^_`|~0-9A-Za-z-]{1,100})\s*=\s*([\x21-\x3a\x3c-\x7e]{0,1000})\s*(?:;|$)")
_MOST = 20


class Cookies:
    """What each host has set; only that host gets it back, whatever it says of domains and paths."""

    def __init__(self) -> None:
        self._of: dict[str, dict[str, str]] = {}

    def take(self, host: str, lines: Iterable[str]) -> None:
        """Remember the Set-Cookie headers of an answer."""
        kept = self._of.setdefault(host, {})
        for line in lines:
            if (pair := _PAIR.match(line)) and len(kept) < _MOST:
                kept[pair[1]] = pair[2]

    def of(self, host: str) -> tuple[tuple[str, str], ...]:
        """Return the names and values that a host has set so far."""
        return tuple(sorted(self._of.get(host, {}).items()))

    def header(self, host: str, configured: str | None) -> str | None:
        """Return the Cookie header for a host, its configured cookies first."""
        pairs = [f"{name}={value}" for name, value in self.of(host)]
        return "; ".join(filter(None, [configured, *pairs])) or None
