"""Builds the request of an endpoint from what its source says; sends nothing."""

from __future__ import annotations

from monitor.model import Request
from monitor.ports import SiteContext


def request(url: str, context: SiteContext, accept: str) -> Request:
    """Return the request with the source's headers, which win over ours whatever their case."""
    given = {name.lower() for name in context.headers}
    headers = dict(context.headers) if "accept" in given else {"Accept": accept, **context.headers}
    return Request(url=url, headers=headers, allow_private=context.allow_private, proxy=context.proxy)
