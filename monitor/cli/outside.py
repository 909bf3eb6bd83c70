"""What `doctor` finds at the sites and the services: one look at each, nothing remembered, nothing sent."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, suppress
from datetime import UTC, datetime
from urllib.parse import urlsplit

from monitor.channels.apprise import AppriseOptions
from monitor.cli.checkup import Finding, doubt, ok, wrong
from monitor.cli.context import make_fetcher, make_resolver
from monitor.config.schema import Config
from monitor.errors import FetchError, MonitorError
from monitor.fetch.resolve import PoolResolver
from monitor.model import Request
from monitor.pipeline.build import build_extractors
from monitor.pipeline.push import PLACE
from monitor.ports import ChannelOptions, Extractor, Fetcher
from monitor.service.web import GREETING

AT_ONCE = 4
SECONDS = 5.0  # to reach a service
ADDRESSES = ("notify_url", "webhook_url", "api_url", "notify_url_base")  # where plug-ins keep what they connect to


def sources(config: Config) -> Iterator[Finding]:
    """Read every endpoint once."""
    names = [(source, endpoint, extractor) for (source, endpoint), extractor in build_extractors(config).items()]
    fetcher = make_fetcher(config, lambda: datetime.now(UTC), make_resolver())
    with closing(fetcher), ThreadPoolExecutor(AT_ONCE) as pool:
        yield from pool.map(lambda each: _source(fetcher, *each), names)


def callback(config: Config, public: str) -> Finding:
    """Ask our own public address for what hubs see of it, and for what nobody may see."""
    about, place = "public address", f"{public.rstrip('/')}{PLACE}"
    with closing(make_fetcher(config, lambda: datetime.now(UTC), make_resolver())) as fetcher:
        try:
            page = fetcher.fetch(Request(url=place), etag=None, last_modified=None)
        except FetchError as error:
            return doubt(about, str(error), "pass /push/ on to the address of health: see deploy/README.md")
        if page is None or page.body != GREETING:
            return wrong(about, f"something else answers at {place}", "pass /push/ on: see deploy/README.md")
        with suppress(FetchError):
            fetcher.fetch(Request(url=f"{public.rstrip('/')}/healthz"), etag=None, last_modified=None)
            return doubt(
                about, "it shows /healthz to everybody", "pass /push/ on and nothing else: see deploy/README.md"
            )
    return ok(about, f"{place} leads here")


def _source(fetcher: Fetcher, source: str, endpoint: str, extractor: Extractor) -> Finding:
    about = f"source {source}/{endpoint}"
    try:
        page = fetcher.fetch(extractor.request(), etag=None, last_modified=None)
        number = len(extractor.extract(page)) if page else 0
    except FetchError as error:
        dns = "check /etc/resolv.conf and the network of this machine"
        return wrong(about, str(error), dns if error.kind == "dns" else "open its address in a browser on this network")
    except MonitorError as error:
        return wrong(about, str(error), "see what can be read there: headline-monitor probe, with its address")
    if not number:
        return doubt(about, "no headline on the page", "see why: headline-monitor extract, with its address")
    return ok(about, f"{number} headlines")


def channels(config: Config) -> Iterator[Finding]:
    """Connect to every service that a channel sends to."""
    resolver = make_resolver()
    for options in config.channels:
        about = f"channel {options.name}"
        places = _places(options)
        if options.type == "console":
            yield ok(about, "writes to standard output")
        elif not places:
            yield doubt(
                about, "where it connects to is not known here", f"run: headline-monitor notify test {options.name}"
            )
        for host, port in places:
            yield _service(about, host, port, resolver, options.name)


def _service(about: str, host: str, port: int, resolver: PoolResolver, name: str) -> Finding:
    try:
        address = resolver(host, port, SECONDS)[0]
        socket.create_connection((address, port), timeout=SECONDS).close()
    except FetchError as error:
        return wrong(about, str(error), "check /etc/resolv.conf and the network")
    except OSError as error:
        why = error.strerror or "no answer"
        return wrong(about, f"{host}:{port} cannot be reached: {why}", "is outgoing traffic to it allowed?")
    return ok(about, f"{host}:{port} can be reached; to send a sample: headline-monitor notify test {name}")


def _places(options: ChannelOptions) -> set[tuple[str, int]]:
    """Return host and port of the services of a channel; never more of their addresses, which hold keys."""
    if isinstance(options, AppriseOptions):
        from monitor.channels.services import targets_of

        urls = [_address(target.service) for target in targets_of([url for _, url in options.all_urls]).values()]
    else:
        urls = [str(getattr(options, "url", None) or "")]
    parts = [urlsplit(url) for url in urls]
    return {(part.hostname, part.port or (443 if part.scheme == "https" else 80)) for part in parts if part.hostname}


def _address(plugin: object) -> str:
    """Return what a plug-in of the service library connects to; empty when it does not tell."""
    smtp = getattr(plugin, "smtp_host", None)
    if smtp:
        return f"smtp://{smtp}:{getattr(plugin, 'port', None) or 587}"
    for name in ADDRESSES:
        value = getattr(plugin, name, None)
        if isinstance(value, str) and value.startswith(("https://", "http://")) and "{" not in value.split("/")[2]:
            return value
    host = getattr(plugin, "host", None)
    scheme = "https" if getattr(plugin, "secure", False) else "http"
    return f"{scheme}://{host}:{getattr(plugin, 'port', None) or ''}".rstrip(":") if host else ""
