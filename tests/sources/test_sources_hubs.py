"""Hubs that pages name, in each of the ways that pages name them, and never by what others wrote into them."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from monitor.model import Fetched, HubOffer
from monitor.sources.hubs import offered

HUB, SELF = "https://hub.example/", "https://marsa.example/feed"
OFFER = HubOffer(hubs=(HUB,), topic=SELF)


def page(body: str, link: str | None = None, url: str = SELF) -> Fetched:
    return Fetched(
        url=url, final_url=url, status=200, body=body.encode(), content_type=None, etag=None, last_modified=None,
        fetched_at=datetime(2026, 3, 2, tzinfo=UTC), elapsed_ms=1, link=link,
    )  # fmt: skip


def rss(links: str, entry: str = "<title>افتتاح الميناء</title>", after: str = "") -> str:
    return f'<?xml version="1.0"?><rss version="2.0"><channel>{links}<item>{entry}</item>{after}</channel></rss>'


@pytest.mark.parametrize(
    "body",
    [
        rss(f'<atom:link rel="hub" href="{HUB}"/><atom:link href="{SELF}" rel="self" type="application/rss+xml" />'),
        rss("", after=f"<atom10:link rel='hub' href='{HUB}' /><atom10:link rel='self' href='{SELF}' />"),
        (
            f'<feed xmlns="http://www.w3.org/2005/Atom"><link rel="hub" href="{HUB}"/><link rel="self" href="/feed"/>'
            "<entry><title>Le port ouvre</title></entry></feed>"
        ),
        (
            f'{{"version": "https://jsonfeed.org/version/1.1", "feed_url": "{SELF}",'
            f' "hubs": [{{"type": "rssCloud", "url": "https://cloud.example/"}}, {{"type": "WebSub", "url": "{HUB}"}}], "items": []}}'
        ),
        f"<html><head><LINK HREF={HUB} REL=hub><link rel='self' href='{SELF}'></head><body>github</body></html>",
    ],
    ids=["rss", "rss with links behind its entries", "atom", "json feed", "html"],
)
def test_a_page_names_its_hub_and_itself(body: str) -> None:
    assert offered(page(body)) == OFFER


def test_the_header_counts_before_the_body() -> None:
    header = (
        f'<{HUB}>; rel="hub", <{SELF}>; rel=self; type="application/rss+xml", <https://marsa.example/>; rel="shortlink"'
    )
    other = rss(
        '<atom:link rel="hub" href="https://other.example/"/><atom:link rel="self" href="https://other.example/f"/>'
    )
    found = offered(page(other, header))
    assert found == HubOffer(hubs=(HUB, "https://other.example/"), topic=SELF)
    assert offered(page("<rss/>", header)) == OFFER


def test_a_page_that_does_not_name_itself_is_called_by_its_address() -> None:
    links = '<atom:link rel="hub" href="https://hub.example/?a=1&amp;b=2"/>'
    assert offered(page(rss(links))) == HubOffer(hubs=("https://hub.example/?a=1&b=2",), topic=SELF)


@pytest.mark.parametrize(
    "body",
    [
        rss("", entry=f'<link rel="hub" href="{HUB}"/>'),
        rss(f'<!-- <atom:link rel="hub" href="{HUB}"/> -->'),
        rss(f'<description><![CDATA[<link rel="hub" href="{HUB}">]]></description>'),
        f'<html><head></head><body><p><link rel="hub" href="{HUB}"></p></body></html>',
        rss('<atom:link rel="hub" href="javascript:alert(1)"/><atom:link rel="hub" href="file:///etc/passwd"/>'),
        rss('<atom:link rel="hub" href="https://[/"/><atom:link rel="hub" href=""/>'),
        rss(f'<atom:link rel="hub" href="https://hub.example/{"a" * 2000}"/>'),
        rss(f'<atom:link rel="github" href="{HUB}"/>'),
        '{"hubs": "https://hub.example/"}',
        '{"hubs": [3, null, {"type": "WebSub"}]} hub',
        "hub",
    ],
)
def test_what_others_wrote_or_nobody_can_ask_is_no_hub(body: str) -> None:
    assert offered(page(body)) is None


def test_of_many_hubs_a_few_are_kept() -> None:
    links = "".join(f'<atom:link rel="hub" href="https://hub{n}.example/"/>' for n in range(50))
    found = offered(page(rss(links)))
    assert found is not None
    assert len(found.hubs) == 4


def test_a_page_that_opens_and_never_closes_takes_no_time() -> None:
    for piece in ("<!--", "<link ", "<![CDATA[", "<item>", '<link rel="', "<link rel=hub href="):
        assert offered(page("hub" + piece * 200_000)) is None
