"""Kinds of endpoints and channels made for these tests, the world they live in, and a good file."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar, Literal

from monitor.ports import ChannelKind, ChannelOptions, EndpointOptions, SourceKind

STRICT: dict[str, Any] = {"extra": "forbid", "use_attribute_docstrings": True}


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where on the page headlines stand."""

    __pydantic_config__: ClassVar[dict[str, Any]] = STRICT

    items: str
    """CSS selector of the repeated element."""
    title: str | tuple[str, ...] | None = None
    """CSS selector of the title in it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PageOptions(EndpointOptions):
    """A page with a ticker or a list."""

    ticker: Place | str | None = None
    """The breaking-news bar."""
    limit: int = 100
    """Most headlines taken."""
    pages: tuple[int, ...] = ()
    """Numbers of pages."""

    def problems(self) -> Sequence[tuple[str, str]]:
        bad = isinstance(self.ticker, Place) and "[" in self.ticker.items
        return [("ticker.items", "not a CSS selector")] if bad else []


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedOptions(EndpointOptions):
    """A feed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceOptions(ChannelOptions):
    """A service by its address."""

    type: Literal["apprise"] = "apprise"
    """Always apprise."""
    url: str | None = field(default=None, repr=False)
    """Address of one recipient."""
    urls: tuple[str, ...] = field(default=(), repr=False)
    """Addresses of several recipients."""

    def problems(self) -> Sequence[tuple[str, str]]:
        bad = [(f"urls.{i}", url) for i, url in enumerate(self.urls)] + ([("url", self.url)] if self.url else [])
        return [(key, f"'{url}' is not a known service") for key, url in bad if url.startswith("unknown")]


@dataclass(frozen=True, slots=True, kw_only=True)
class ScreenOptions(ChannelOptions):
    """The terminal."""

    color: bool = True
    """Colours."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HookOptions(ChannelOptions):
    """An HTTP hook."""

    url: str = field(repr=False)
    """Where to."""
    secret: str = field(repr=False)
    """What the signature is made with."""


def _never(*_: object) -> Any:
    raise AssertionError("loading builds nothing")


def default_endpoints(url: str) -> tuple[EndpointOptions, ...]:
    if "known" not in url:
        return (PageOptions(type="html", url=url),)
    return (
        PageOptions(type="html", url=url),
        FeedOptions(type="feed", url=f"{url}/feed"),
        FeedOptions(type="feed", url=url),
    )


KINDS = {
    "html": SourceKind(options=PageOptions, build=_never),
    "feed": SourceKind(options=FeedOptions, build=_never),
}
CHANNELS = {
    "apprise": ChannelKind(options=ServiceOptions, build=_never),
    "console": ChannelKind(options=ScreenOptions, build=_never),
    "webhook": ChannelKind(options=HookOptions, build=_never),
}
WORLD: dict[str, Any] = {
    "source_kinds": KINDS,
    "channel_kinds": CHANNELS,
    "default_endpoints": default_endpoints,
    "environ": {"CHAT": "tgram://99887766:SECRETTOKEN/42", "EMPTY": "", "LINES": "a\nb"},
    "credentials": None,
}

GOOD = """\
timezone: Africa/Casablanca
sources:
  - name: sada
    url: https://sada.example
    every: 30s
    endpoints:
      - {type: html, url: https://sada.example, ticker: {items: ".bar a"}}
      - {type: feed, url: https://sada.example/feed}
rules:
  - name: أمن
    any: [الأمن, "حد السوالم"]
    none: [الأمن الغذائي]
    notify: [desk]
channels:
  - {name: desk, url: "${CHAT}", quiet_hours: "23:30-06:30", rate: 20/min}
"""
