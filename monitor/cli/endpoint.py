"""Builds one endpoint from what a command line says, or from how a page looks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from monitor.errors import ConfigError

if TYPE_CHECKING:
    from monitor.ports import EndpointOptions

TYPES = ("html", "feed", "wordpress", "sitemap", "json", "browser")  # written out: the kinds themselves load slowly


def made(kind: str, url: str, settings: Mapping[str, Sequence[str]]) -> EndpointOptions:
    """Return an endpoint with the keys of the configuration that are given, each with one or more values.

    Raises:
        ConfigError: a key is unknown, missing or has the wrong value.
    """
    from monitor.config.document import Block, Items, Node, Scalar
    from monitor.config.problems import Place, dotted
    from monitor.config.shape import shape_of
    from monitor.sources import KINDS

    here = Place(0, 0, 0, 0)
    nodes: dict[str, Node] = {}
    for key, values in settings.items():
        scalars: list[Node] = [Scalar(here, value, quoted=False) for value in values]
        nodes[key] = scalars[0] if len(scalars) == 1 else Items(here, scalars)
    block = Block(here, nodes, dict.fromkeys(nodes, here))
    options, problems = shape_of(KINDS[kind].options).fit(block, (), {"type": kind, "url": url})
    told = [
        f"{dotted(problem.path)}: {problem.message}".removeprefix(": ") + (f" ({problem.hint})" if problem.hint else "")
        for problem in problems
    ]
    if told or options is None:
        raise ConfigError(f"type {kind}: {'; '.join(told)}; say it with --set KEY=VALUE")
    return options


def kind_of(body: bytes) -> str:
    """Return which kind of endpoint reads a page that looks like this."""
    start = body[:2000].lstrip(b"\xef\xbb\xbf \r\n\t")
    if start.startswith((b"{", b"[")):
        return "feed" if b"jsonfeed.org/version" in start else "wordpress" if b'"rendered"' in start else "json"
    if any(mark in start for mark in (b"<urlset", b"<sitemapindex")):
        return "sitemap"
    return "feed" if any(mark in start for mark in (b"<rss", b"<feed", b"<rdf:RDF")) else "html"
