"""A hostile site, a name server under the test's hand, and fetchers that may go to loopback."""

from __future__ import annotations

import ssl
from collections.abc import Callable, Iterator, Sequence

import pytest
from hostile import NOW, Names, Site

from monitor.fetch.client import HttpFetcher, Limits


@pytest.fixture
def site() -> Iterator[Site]:
    site = Site()
    yield site
    site.close()


@pytest.fixture
def names() -> Names:
    return Names()


MakeFetcher = Callable[..., HttpFetcher]


@pytest.fixture
def make_fetcher(names: Names) -> Iterator[MakeFetcher]:
    made: list[HttpFetcher] = []

    def make(*, allow_private: Sequence[str] = ("127.0.0.0/8",), trust: ssl.SSLContext | None = None, **limits):
        settings = {"seconds": 20.0, **limits}
        more = {"trust": lambda: trust} if trust else {}
        fetcher = HttpFetcher(
            clock=lambda: NOW,
            resolver=names,
            user_agent="headline-monitor/test",
            allow_private=allow_private,
            limits=Limits(**settings),
            **more,
        )
        made.append(fetcher)
        return fetcher

    yield make
    for fetcher in made:
        fetcher.close()


@pytest.fixture
def fetcher(make_fetcher: MakeFetcher) -> HttpFetcher:
    return make_fetcher()
