"""Reads robots.txt (RFC 9309): what may be asked for, how slowly, and which sitemaps there are; fetches nothing."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from urllib.parse import quote, urlsplit

LONGEST_DELAY = 10.0  # seconds of a Crawl-delay that are obeyed; more is meant for crawlers of whole sites
_READ = 500 * 1024  # characters that are looked at (RFC 9309, 2.5)
_LINE = re.compile(r"\s*([A-Za-z-]{3,20})\s*:\s*([^#\r\n]*)")
_PATH_SIGNS = "%/:?#[]@!$&'()*+,;=~-._"


@dataclass(frozen=True, slots=True, kw_only=True)
class Robots:
    """What a site asks of one program."""

    rules: Sequence[tuple[str, bool]] = ()  # (path pattern, allowed)
    delay: float = 0.0  # seconds between requests
    sitemaps: tuple[str, ...] = ()

    def allows(self, url: str) -> bool:
        """Tell whether the address may be asked for: the longest pattern that fits decides, and "allow" a draw."""
        parts = urlsplit(url)
        asked = _encoded(f"{parts.path or '/'}{f'?{parts.query}' if parts.query else ''}")
        fitting = [(len(pattern), allowed) for pattern, allowed in self.rules if _fits(pattern, asked)]
        return max(fitting)[1] if fitting else True


@dataclass(slots=True)
class _Group:
    agents: list[str] = field(default_factory=list)
    rules: list[tuple[str, bool]] = field(default_factory=list)
    delay: float = 0.0


def read_robots(text: str, agent: str) -> Robots:
    """Return what the file asks of a program whose User-Agent header is `agent`; anything but rules is ignored."""
    lines = [(found[1].lower(), found[2].strip()) for line in text[:_READ].splitlines() if (found := _LINE.match(line))]
    groups = list(_groups(lines))
    token = agent.partition("/")[0].strip().lower()
    mine = [group for group in groups if token in group.agents] or [group for group in groups if "*" in group.agents]
    return Robots(
        rules=[rule for group in mine for rule in group.rules],
        delay=min(max((group.delay for group in mine), default=0.0), LONGEST_DELAY),
        sitemaps=tuple(dict.fromkeys(value for key, value in lines if key == "sitemap" and value)),
    )


def _groups(lines: Sequence[tuple[str, str]]) -> Iterator[_Group]:
    """Yield the groups: names that follow each other share the rules behind them."""
    group, named = _Group(), False
    for key, value in lines:
        if key == "user-agent":
            if named:
                yield group
                group, named = _Group(), False
            group.agents.append(value.partition("/")[0].strip().lower())
        elif key in {"allow", "disallow", "crawl-delay"} and group.agents:  # before the first name they bind nobody
            named = True
            _add(group, key, value)
    yield group


def _add(group: _Group, key: str, value: str) -> None:
    if key == "crawl-delay":
        group.delay = float(value) if re.fullmatch(r"\d{1,6}(?:\.\d{1,6})?", value) else 0.0
    elif value:  # an empty Disallow forbids nothing
        group.rules.append((_encoded(value), key == "allow"))


def _encoded(path: str) -> str:
    """Return the path with everything but ASCII percent-encoded, so that both sides are written alike."""
    return re.sub("%[0-9a-f]{2}", lambda found: found[0].upper(), quote(path, safe=_PATH_SIGNS, errors="replace"))


def _fits(pattern: str, path: str) -> bool:
    """Tell whether a pattern with `*` and a final `$` fits the start of a path; takes linear time."""
    to_the_end = pattern.endswith("$")
    first, *others = pattern.removesuffix("$").split("*")
    if not path.startswith(first):
        return False
    at, last = len(first), others.pop() if others else None
    for part in others:
        found = path.find(part, at)
        if found < 0:
            return False
        at = found + len(part)
    if last is None:
        return not to_the_end or at == len(path)
    return path.endswith(last) and len(path) - len(last) >= at if to_the_end else path.find(last, at) >= 0
