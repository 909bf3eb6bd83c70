"""What a site's robots.txt (RFC 9309) asks of the monitor, as Protego reads it; fetches nothing."""

from __future__ import annotations

import re
from dataclasses import dataclass

from protego import Protego

LONGEST_DELAY = 60.0  # seconds of a Crawl-delay that are obeyed; more is meant for crawlers of whole sites
_READ = 500 * 1024  # characters that are looked at (RFC 9309, 2.5)
_PRODUCT = re.compile(r"[A-Za-z_-]+(?=/\d)")
_VERSION = re.compile(r"(?im)^([ \t]*user-agent[ \t]*:[ \t]*[a-z_-]+)/.*$")


@dataclass(frozen=True, slots=True, kw_only=True)
class Robots:
    """What a site asks of one program."""

    rules: Protego | None = None  # None: nothing is forbidden
    agent: str = ""
    delay: float = 0.0  # seconds between requests
    sitemaps: tuple[str, ...] = ()

    def allows(self, url: str) -> bool:
        """Tell whether the address may be asked for: the longest pattern that fits decides, and "allow" a draw."""
        return self.rules is None or self.rules.can_fetch(url, self.agent)


def read_robots(text: str, agent: str) -> Robots:
    """Return what the file asks of a program whose User-Agent header is `agent`; anything but rules is ignored."""
    # Groups are for products (RFC 9309, 2.2.1); a contact in our header must not make "User-agent: desk" mean us.
    products = " ".join(_PRODUCT.findall(agent)) or agent
    rules = Protego.parse(_VERSION.sub(r"\1", _whole_lines(text)))
    rate = rules.request_rate(products)
    delays = (rules.crawl_delay(products) or 0.0, rate.seconds / rate.requests if rate else 0.0)
    return Robots(
        rules=rules,
        agent=products,
        delay=min(max(delays), LONGEST_DELAY),
        sitemaps=tuple(dict.fromkeys(rules.sitemaps)),
    )


def _whole_lines(text: str) -> str:
    """Return as much of the file as is read; half a line would be another rule."""
    sound = text.encode("utf-8", "replace").decode("utf-8")  # lone surrogates are no characters of an address
    return sound if len(sound) <= _READ else sound[:_READ].rpartition("\n")[0]
