"""Pages as if they were fetched, and extractors as the configuration would build them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from pydantic import TypeAdapter

from monitor.model import Fetched, Item
from monitor.ports import EndpointOptions, Extractor, SiteContext
from monitor.sources import KINDS

NOW = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
CONTEXT = SiteContext(source="harbour", zone=ZoneInfo("Africa/Casablanca"))


@pytest.fixture(scope="session")
def fetched() -> Callable[..., Fetched]:
    """A page as it came from the site."""

    def make(body: str | bytes, url: str = "https://site.example/", content_type: str | None = None) -> Fetched:
        return Fetched(
            url=url,
            final_url=url,
            status=200,
            body=body.encode("utf-8", "surrogatepass") if isinstance(body, str) else body,
            content_type=content_type,
            etag=None,
            last_modified=None,
            fetched_at=NOW,
            elapsed_ms=1,
        )

    return make


@pytest.fixture
def options() -> Callable[..., EndpointOptions]:
    """Options as the configuration reads them."""

    def make(kind: str = "html", url: str = "https://site.example/", **keys: Any) -> EndpointOptions:
        return TypeAdapter(KINDS[kind].options).validate_python({"type": kind, "url": url, **keys})

    return make


@pytest.fixture
def extractor(options) -> Callable[..., Extractor]:
    def make(kind: str = "html", **keys: Any) -> Extractor:
        return KINDS[kind].build(options(kind, **keys), CONTEXT)

    return make


@pytest.fixture
def extract(extractor, fetched) -> Callable[..., Sequence[Item]]:
    """Extract from a page with the regions given; `base` and `content_type` say how it came."""

    def run(body: str | bytes, *, kind: str = "html", content_type: str | None = None, **keys: Any) -> Sequence[Item]:
        return extractor(kind, **keys).extract(fetched(body, content_type=content_type))

    return run
