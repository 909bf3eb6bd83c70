"""Says where else a site may tell its headlines: feeds, WordPress, news sitemaps; fetches and believes nothing.

A front page and a robots.txt go in, candidates come out, the likeliest first; `pipeline/discover.py` tries them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import NamedTuple
from urllib.parse import urljoin, urlsplit

from monitor.model import Item
from monitor.sources.tree import root_of
from monitor.urls import absolute, canonical, host

_FEED_TYPES = {"application/rss+xml", "application/atom+xml", "application/feed+json", "application/rdf+xml"}
_FEED_PATHS = ("feed/", "rss", "rss.xml", "feed.xml", "atom.xml", "index.xml", "feed.json")
_SITEMAP_PATHS = ("/news-sitemap.xml", "/sitemap-news.xml", "/sitemap_news.xml", "/sitemap.xml")
_REST_ROUTE = "wp/v2/posts"

_WORDPRESS = re.compile(r"/wp-(?:content|includes|json)/|<meta[^>]{0,200}content\s*=\s*[\"']WordPress\b", re.IGNORECASE)
_OTHER_FEED = re.compile(
    r"comment|kommentar|تعليق|podcast|itunes|vid[eé]o|فيديو|مرئي|photo|galler|gallery|صور|oembed|horoscop|web-?stor",
    re.IGNORECASE,
)
_PART_OF_SITE = re.compile(r"/(?:category|categories|tags?|author|topics?|search|page)/", re.IGNORECASE)
_ALL_NEWS = re.compile(
    r"latest|breaking|\ball\b|derni[eè]res|\bune\b|en[- ]continu|actualit|آخر|عاجل|الأخبار|الرئيسية", re.IGNORECASE
)
_LOOKS_LIKE_FEED = re.compile(r"(?:^|/)(?:rss|feed|atom)(?:\.xml|\.php|\.json)?/?$|\.rss$", re.IGNORECASE)
_NEWS_SITEMAP = re.compile(r"news|أخبار|actu", re.IGNORECASE)
_ANY_SITEMAP = re.compile(r"sitemap[^/]*\.xml(?:$|\?)", re.IGNORECASE)
_FEED_HOST = re.compile(r"(?:feeds?|rss)\.(.+\..+)")
_MOST_OF_A_KIND = 3  # candidates from one place
_MOST_LINKS = 5000  # of a page
_LONGEST_TEXT = 200  # characters of a link's text


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """An address that may tell the site's headlines, and why it is thought so."""

    kind: str
    url: str
    origin: str


class _Link(NamedTuple):
    """What a `link` or `a` element says."""

    tag: str
    href: str
    relation: frozenset[str]
    type: str
    said: str  # title, address and text, for the words in them


def candidates(url: str, html: str, sitemaps: Sequence[str], *, whole: bool) -> list[Candidate]:
    """Return what to try beside the page itself, the likeliest first, each address once.

    Args:
        url: the page's address, after redirects.
        html: its text; empty when it could not be read.
        sitemaps: what robots.txt names.
        whole: the page stands for the whole site. A section or an edition stands for what lies below it: only that is
            a candidate, since the site's own feed tells headlines that nobody asked for.
    """
    links = _links(html)
    named = [*_linked_feeds(url, links, whole=whole), *_wordpress(url, links, html)]
    root = urljoin(url, "/") if whole else _folder(url)
    usual = [Candidate(kind="feed", url=urljoin(root, path), origin="usual address") for path in _FEED_PATHS]
    if not whole:
        return once(one for one in [*named, *usual] if urlsplit(one.url).path.startswith(urlsplit(root).path))
    found = [*named, *usual[:1], *_named_sitemaps(url, sitemaps), *usual[1:4]]
    found += [Candidate(kind="sitemap", url=urljoin(root, path), origin="usual address") for path in _SITEMAP_PATHS]
    return once([*found, *usual[4:]])


def is_part(url: str) -> bool:
    """Tell whether an address is a section or an edition, not the whole site."""
    return urlsplit(_folder(url)).path != "/"


def news_among(url: str, links: Sequence[str]) -> list[Candidate]:
    """Return the news sitemaps among those that the sitemap index at `url` names."""
    news = [link for link in links if _NEWS_SITEMAP.search(urlsplit(link).path) and _same_site(url, link)]
    return [Candidate(kind="sitemap", url=link, origin=f"named by {url}") for link in news[:_MOST_OF_A_KIND]]


def once(found: Iterable[Candidate]) -> list[Candidate]:
    """Return each address of a kind at its first place."""
    first: dict[tuple[str, str], Candidate] = {}
    for candidate in found:
        first.setdefault((candidate.kind, canonical(candidate.url)), candidate)
    return list(first.values())


def why_not(url: str, items: Sequence[Item]) -> str | None:
    """Return why these items cannot be the headlines of the site at `url`, or None."""
    if not items:
        return "it is empty"
    links = [item.url for item in items if item.url]
    if not links:
        return "its entries have no links"
    if sum("#comment" in link for link in links) * 2 > len(links):
        return "it tells comments, not headlines"
    if sum(_same_site(url, link) for link in links) * 2 < len(links):
        return f"its entries lead to other sites, such as {host(links[0])}"
    return None


def _links(html: str) -> list[_Link]:
    """Return the links of the page's head, and those of its body that look like feeds."""
    found = []
    for element in islice(root_of(html).iter("link", "a"), _MOST_LINKS):
        tag, href = str(element.tag), str(element.get("href") or "")
        if href and (tag == "link" or _LOOKS_LIKE_FEED.search(href.partition("?")[0])):
            text = " ".join(map(str, element.itertext())) if tag == "a" else ""
            relation, type_ = str(element.get("rel") or ""), str(element.get("type") or "")
            said = f"{element.get('title') or ''} {href} {text[:_LONGEST_TEXT]}"
            found.append(_Link(tag, href, frozenset(relation.lower().split()), type_.strip().lower(), said))
    return found


def _linked_feeds(url: str, links: Sequence[_Link], *, whole: bool) -> list[Candidate]:
    """Return the feeds that the page names in its head, then those that it links to."""
    named = [link for link in links if "alternate" in link.relation and link.type in _FEED_TYPES]
    linked = [link for link in links if link.tag == "a"]
    found = []
    for group, origin in ((named, "named by the page"), (linked, "linked by the page")):
        usable = [
            (not _ALL_NEWS.search(link.said), Candidate(kind="feed", url=address, origin=origin))
            for link in group
            if (address := absolute(url, link.href)) and _is_main_feed(url, address, link.said, whole=whole)
        ]
        found += once(candidate for _, candidate in sorted(usable, key=lambda one: one[0]))[:_MOST_OF_A_KIND]
    return found


def _is_main_feed(url: str, link: str, said: str, *, whole: bool) -> bool:
    if _OTHER_FEED.search(said) or not _same_site(url, link):
        return False
    return not (whole and _PART_OF_SITE.search(urlsplit(link).path))


def _wordpress(url: str, links: Sequence[_Link], html: str) -> Iterator[Candidate]:
    named = [link.href for link in links if "https://api.w.org/" in link.relation]
    roots = [(root, "named by the page") for href in named if (root := absolute(url, href)) and _same_site(url, root)]
    if not roots and _WORDPRESS.search(html):
        roots = [(urljoin(url, "/wp-json/"), "WordPress")]
    for root, origin in roots[:1]:
        yield Candidate(kind="wordpress", url=_rest_address(root), origin=origin)


def _rest_address(root: str) -> str:
    """Return where WordPress tells its posts, also on sites without readable addresses (`?rest_route=/`)."""
    return root.rstrip("/") + "/" + _REST_ROUTE


def _named_sitemaps(url: str, sitemaps: Iterable[str]) -> Iterator[Candidate]:
    """Yield the news sitemaps of robots.txt, then one other, which may be an index that names them."""
    links = [link for named in sitemaps if (link := absolute(url, named)) and _same_site(url, link)]
    news = [link for link in links if _NEWS_SITEMAP.search(urlsplit(link).path)]
    others = [link for link in links if link not in news and _ANY_SITEMAP.search(link)]
    for link in [*news[:_MOST_OF_A_KIND], *others[:1]]:
        yield Candidate(kind="sitemap", url=link, origin="named by robots.txt")


def _same_site(url: str, other: str) -> bool:
    """Tell whether two addresses belong to one site: same host, www or not, or its host for feeds.

    Another host of the same domain is another edition: fr.site.example tells other headlines than site.example.
    """
    here, there = host(url), host(other)
    feeds_of = _FEED_HOST.fullmatch(there)
    return there == here or bool(feeds_of and (here == feeds_of[1] or here.endswith(f".{feeds_of[1]}")))


def _folder(url: str) -> str:
    """Return the address of the folder a page stands in: itself, unless it ends like a file."""
    parts = urlsplit(url)
    above, _, last = parts.path.rstrip("/").rpartition("/")
    path = above if "." in last else f"{above}/{last}"
    return parts._replace(path=f"{path.rstrip('/')}/", query="", fragment="").geturl()
