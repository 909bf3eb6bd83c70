"""The configuration file as frozen dataclasses: one class per block, one docstring per key.

The kinds of endpoints and channels are injected by the loader (`load.py`); this module knows none of them, nor the
library that validates, which the running service does without.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, ClassVar, Literal

from monitor.ports import ChannelOptions, EndpointOptions
from monitor.values import Duration, ListenAddress, Rate, Size

STRICT: dict[str, Any] = {"extra": "forbid", "use_attribute_docstrings": True}


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceConfig:
    """A news site."""

    __pydantic_config__: ClassVar[dict[str, Any]] = STRICT

    name: str
    """Short name, shown in alerts and used in `rules: sources`."""
    url: str
    """Address of the site's front page. When `endpoints` is missing, the site's built-in recipe says what to watch, or
    the page itself is watched, and further endpoints are looked for."""
    every: Duration = Duration(seconds=60)
    """Fastest pace of polling, such as `30s`; without a `budget` it is the pace."""
    budget: Rate | None = None
    """At most so many requests to the site, such as `60/h`: on average over some days, more in hours with much news
    and fewer at night, as the monitor learns them. Without it `every` decides alone."""
    heed_cache: Duration = Duration(seconds=0)
    """How long the site's own `Cache-Control: max-age` may put off the next look; not at all when missing."""
    endpoints: tuple[EndpointOptions, ...] = ()
    """What exactly to watch: a page with selectors, a feed."""
    discover: bool | None = None
    """Look for further endpoints: feeds, WordPress, news sitemaps. `true` when `endpoints` is missing, else `false`."""
    robots: Literal["obey", "ignore"] = "obey"
    """Whether the site's robots.txt is obeyed: what it forbids is neither polled nor read as an article, its
    `Crawl-delay` (of a minute at most) is kept between polls, and `status` says what that changes."""
    timezone: str | None = None
    """Time zone of the times the site prints, such as `Africa/Casablanca`; the general one when missing."""
    headers: dict[str, str] = field(default_factory=dict, repr=False)
    """Additional request headers."""
    cookies: dict[str, str] = field(default_factory=dict, repr=False)
    """Cookies to ask with, such as the one that a site sets when a reader accepts its terms: `{consent: "yes"}`."""
    proxy: str | None = field(default=None, repr=False)
    """Proxy to ask through: `http://proxy.example:3128`, or `socks5://127.0.0.1:1080` (needs
    `pip install headline-monitor[socks]`); with a user name and password as `${PROXY_URL}` or `file:secrets/proxy`. The
    proxy looks names up, so nothing but the source's own site is asked through it."""
    allow_private: tuple[str, ...] = ()
    """Networks such as `10.0.0.0/8` that may be connected to for this source although they are not public."""
    lang: tuple[str, ...] = ()
    """Languages of the headlines: `ar`, `fr`, `en`. A French word is then not taken for an English one that is
    written alike; all when missing."""
    backlog: int = 0
    """Tell so many of the newest headlines on purpose when the source is looked at for the first time."""
    enabled: bool = True
    """`false` stops polling; what was seen stays remembered."""


def asked_with(source: SourceConfig) -> dict[str, str]:
    """Return the headers of the source's requests, its cookies among them."""
    cookies = "; ".join(f"{name}={value}" for name, value in source.cookies.items())
    return {**source.headers, "Cookie": cookies} if cookies else source.headers


@dataclass(frozen=True, slots=True, kw_only=True)
class NearConfig:
    """Words that stand close together, in any order."""

    __pydantic_config__: ClassVar[dict[str, Any]] = STRICT

    words: tuple[str, ...]
    """Two words or more, written as in `any`."""
    within: int = 6
    """At most so many other words between the first and the last of them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleConfig:
    """Which headlines matter, and who wants to know."""

    __pydantic_config__: ClassVar[dict[str, Any]] = {
        **STRICT,
        "alias_generator": lambda name: "in" if name == "parts" else name,  # a key may not be called `in` here
    }

    name: str
    """Name of the rule, shown in alerts."""
    any: tuple[str, ...] = ()
    """Words or phrases of which at least one must be in the headline."""
    all: tuple[str, ...] = ()
    """Words or phrases that must all be in the headline."""
    none: tuple[str, ...] = ()
    """Words or phrases that must not be in the headline; they outweigh everything else."""
    near: NearConfig | None = None
    """Words that must stand close together: `{words: [réforme, retraites], within: 6}`."""
    also: dict[str, tuple[str, ...]] = field(default_factory=dict)
    """Other words that count as one of the words above: `{زلزال: [هزة أرضية, رجة]}`."""
    family: bool = False
    """`true`: derived words count too, such as مغربي and مغاربة for المغرب, marocain for Maroc."""
    lang: tuple[str, ...] = ()
    """Languages of the words above: `ar`, `fr`, `en`; when missing the source's, else all a word may belong to."""
    breaking: bool = False
    """`true`: only headlines of the ticker, or marked عاجل, URGENT, BREAKING."""
    sources: tuple[str, ...] = ()
    """Names of the sources it applies to; all when missing."""
    parts: tuple[Literal["title", "lead", "body"], ...] = ("title",)
    """Where the words are looked for, such as `[title, lead, body]`: titles count always and at once; for the first
    paragraph (`lead`) or the whole text (`body`) the page of every new headline is read, and the alert follows."""
    notify: tuple[str, ...]
    """Names of the channels that get the alert."""
    article: Literal["none", "lead", "full"] = "lead"
    """What of the headline's page goes into the alert, if it can be read within five seconds: `lead`, the first
    paragraph and the time of publication; `full`, for a webhook the whole text too (more pages are read well with
    `pip install headline-monitor[article]`); `none`: it is not asked for."""
    on_edit: Literal["notify", "matched", "ignore"] | None = None
    """What to do when a headline's text changes; the general `on_edit` when missing."""
    repeat: Literal["never", "followup", "always"] | None = None
    """What to do when another site tells a story that the rule told within 24 hours; the general `repeat` when missing.
    """
    min_sources: int = 1
    """Alert only when so many sites carry the story."""
    priority: Literal["low", "normal", "high"] = "normal"
    """`high` goes out first, passes quiet hours and digests, and rings on ntfy, Gotify and Pushover; `low` makes no
    sound there and on Telegram."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HeartbeatConfig:
    """An address that is asked for regularly, so that somebody notices when the monitor itself is gone."""

    __pydantic_config__: ClassVar[dict[str, Any]] = STRICT

    url: str = field(repr=False)
    """Address of a dead-man's switch; it is asked for only while alerts can go out."""
    every: Duration = Duration(minutes=5)
    """How often, such as `5m`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Config:
    """The whole file."""

    __pydantic_config__: ClassVar[dict[str, Any]] = STRICT

    timezone: str = "UTC"
    """Time zone of the newsroom, such as `Africa/Casablanca`; used for quiet hours, digests and the times
    in alerts."""
    sources: tuple[SourceConfig, ...]
    """The sites to watch."""
    rules: tuple[RuleConfig, ...]
    """What to alert for."""
    channels: tuple[ChannelOptions, ...]
    """Where alerts go."""
    operator: str | None = None
    """Name of the channel that is told how the monitor itself is doing: a source that fails or has gone silent, a
    channel that does not work, a full disk, a clock that was set. One message per incident and one when it is over;
    nothing while the monitor's own network is down."""
    allow_private: tuple[str, ...] = ()
    """Networks such as `127.0.0.0/8` that any source may connect to although they are not public."""
    contact: str | None = None
    """An address where sites reach you, such as `desk@example.org`; told to them with every request, so that they can
    write before they block."""
    host_gap: Duration | None = None
    """Shortest pause between two requests to one host, such as `2s`; half a second when missing, and none for addresses
    of your own network. No host is asked for two things at once."""
    user_agent: str | None = None
    """How the monitor names itself to sites; the product's name and version when missing."""
    on_edit: Literal["notify", "matched", "ignore"] = "matched"
    """When a headline's text changes: `matched` alerts when it matches now and did not before, or when a number
    changed (3 dead, now 7); `notify` tells every change of the text but slips, with the old text; `ignore` none."""
    repeat: Literal["never", "followup", "always"] = "never"
    """When another site tells a story that was told within 24 hours: `never` again (`history` shows it), a short
    `followup` that names the first site, or `always` in full. In doubt two headlines are two stories."""
    reappear_after: Duration | None = None
    """Tell a headline again that is back on its site after it was gone for so long, such as `14d`; never when missing.
    """
    retention: Duration = Duration(days=90)
    """How long headlines that are no longer shown, and finished deliveries, are remembered."""
    max_size: Size = Size(2 * 10**9)
    """How large the database may grow, such as `500MB`; beyond it what is older than half of `retention` is forgotten,
    then a quarter, but never what is younger than 7 days or still to be sent."""
    budget: Rate | None = None
    """At most so many requests to all sources together, such as `2000/h`, on average over some days; they go where
    most news is to be expected. Without it `every` decides alone."""
    workers: int = 32
    """How many endpoints may be polled at the same time; one that hangs for more than five seconds no longer counts."""
    health: ListenAddress | None = None
    """Where `/healthz`, `/readyz` and `/metrics` are answered: `127.0.0.1:9797`, or `unix:/run/monitor.sock`; nowhere
    when missing. `/metrics` needs `pip install headline-monitor[metrics]`."""
    push: str | None = None
    """Public address, such as `https://monitor.example.org`, below which a web server passes `/push/` on to `health`.
    Feeds that name a hub (WebSub) are then subscribed to and polled the moment it calls; polling goes on as before.
    Nobody is subscribed to when missing."""
    heartbeat: HeartbeatConfig | None = None
    """Tell a dead-man's switch that the monitor lives: `{url: file:secrets/heartbeat, every: 5m}`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LoadedConfig(Config):
    """A configuration with what its file is doubted for, which no key tells."""

    doubts: tuple[str, ...] = ()
    """Warnings about the file itself."""
