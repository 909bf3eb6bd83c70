"""The kind `wordpress`: reads the list of posts that every WordPress site offers to programs; fetches nothing."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo
from functools import partial
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from monitor.model import Fetched
from monitor.ports import EndpointOptions, SiteContext
from monitor.sources.entries import Entry, EntryExtractor, Unreadable, plain
from monitor.sources.jsontext import as_text, load
from monitor.sources.request import request
from monitor.sources.times import from_iso

_ROUTE = "/wp/v2/"
_POSTS = "/wp-json/wp/v2/posts"
_MOST_POSTS = 100  # WordPress refuses to send more
_FIELDS = "id,guid,link,title,date,date_gmt,modified_gmt,excerpt"
_LINKS = ",_links,_embedded"  # without them WordPress leaves out what is embedded
_CLOSED = {"rest_forbidden", "rest_not_logged_in", "rest_cannot_access", "rest_login_required", "rest_disabled"}


@dataclass(frozen=True, slots=True, kw_only=True)
class WordPressEndpoint(EndpointOptions):
    """The newest posts of a WordPress site, as its REST interface lists them: whole titles and exact times.

    `url` is `https://site/wp-json/wp/v2/posts` (or another type of post in place of `posts`), the form
    `https://site/?rest_route=/wp/v2/posts` for sites without pretty addresses, or the site's own address.
    What `url` asks for after its `?` wins over the keys below.
    """

    per_page: int = 20
    """How many posts to ask for, 1 to 100; more than the site publishes between two polls."""
    categories: tuple[int, ...] = ()
    """Only posts in these categories, by number (the `id` in `/wp-json/wp/v2/categories`)."""
    embed: bool = False
    """Ask for the names of categories and tags too, so that posts in a category «عاجل» or Urgent count as breaking
    news; costs the site more work."""

    def problems(self) -> Sequence[tuple[str, str]]:
        """Return numbers that WordPress would refuse."""
        found = []
        if not 1 <= self.per_page <= _MOST_POSTS:
            found.append(("per_page", f"{self.per_page} is not between 1 and {_MOST_POSTS}"))
        if any(number < 1 for number in self.categories):
            found.append(("categories", "a category is a number from 1"))
        return found


def build(options: WordPressEndpoint, context: SiteContext) -> EntryExtractor:
    """Return the extractor of an endpoint."""
    return EntryExtractor(
        source=context.source,
        asks=request(_address(options), context, "application/json"),
        read=partial(_read, zone=context.zone),
    )


def _address(options: WordPressEndpoint) -> str:
    parts = urlsplit(options.url)
    asked = parse_qsl(parts.query, keep_blank_values=True)
    names = {name for name, _ in asked}
    path = parts.path
    if _ROUTE not in path and "rest_route" not in names:
        path = path.rstrip("/") + _POSTS
    asked += [(name, value) for name, value in _parameters(options) if name not in names]
    return urlunsplit(parts._replace(path=path, query=urlencode(asked, safe="/,:"), fragment=""))


def _parameters(options: WordPressEndpoint) -> Iterator[tuple[str, str]]:
    yield "per_page", str(options.per_page)
    if options.categories:
        yield "categories", ",".join(map(str, options.categories))
    if options.embed:
        yield "_embed", "wp:term"
    yield "_fields", _FIELDS + (_LINKS if options.embed else "")


def _read(text: str, page: Fetched, *, zone: tzinfo) -> Sequence[Entry]:
    answer = load(text)
    if isinstance(answer, dict) and "code" in answer:
        raise _refused(as_text(answer["code"]), as_text(answer.get("message")), page)
    posts = [post for post in answer if isinstance(post, dict)] if isinstance(answer, list) else []
    if not any("title" in post for post in posts) and answer != []:
        raise Unreadable(
            "is not a list of WordPress posts but other JSON", f"set url to https://SITE{_POSTS}, or use type: json"
        )
    return [_entry(post, page.final_url, zone) for post in posts]


def _refused(code: str, message: str, page: Fetched) -> Unreadable:
    """Return what to do about an error that WordPress reports in place of posts."""
    said = f"answers '{code}'" + (f" ({' '.join(plain(message, markup=True).split())[:200]})" if message else "")
    parts = urlsplit(page.final_url)
    feed = f"watch its feed instead: {{type: feed, url: {parts.scheme}://{parts.netloc}/feed}}"
    if code == "rest_no_route":
        return Unreadable(said, f"check that url ends in {_POSTS}; where there is none, {feed}")
    if code in _CLOSED or "forbidden" in code or "cannot" in code:
        return Unreadable(said, f"the site shows its posts to its own people only; {feed}")
    return Unreadable(said, f"check url, per_page and categories, or {feed}")


def _entry(post: dict[str, Any], address: str, zone: tzinfo) -> Entry:
    return Entry(
        format="wordpress",
        title=_rendered(post.get("title")),
        title_is_markup=True,
        link=as_text(post.get("link")),
        guid=_guid(post, address),
        summary=_rendered(post.get("excerpt")),
        published_at=_published(post, zone),
        categories=tuple(_terms(post)),
    )


def _rendered(value: Any) -> str:
    return as_text(value.get("rendered") if isinstance(value, dict) else value)


def _guid(post: dict[str, Any], address: str) -> str:
    """Return the id that the site's feed gives the post too, such as `https://site/?p=123`."""
    number, parts = as_text(post.get("id")), urlsplit(address)
    return plain(_rendered(post.get("guid")), markup=True) or (
        f"{parts.scheme}://{parts.netloc}/?p={number}" if number else ""
    )


def _published(post: dict[str, Any], zone: tzinfo) -> datetime | None:
    """Return when the post was published; the `_gmt` times come without an offset, the others are the site's."""
    for name, its_zone in (("date_gmt", UTC), ("date", zone), ("modified_gmt", UTC)):
        moment = from_iso(as_text(post.get(name)), its_zone)
        if moment:
            return moment
    return None


def _terms(post: dict[str, Any]) -> Iterator[str]:
    """Yield the names of the post's categories and tags, where they are embedded."""
    embedded = post.get("_embedded")
    groups = embedded.get("wp:term") if isinstance(embedded, dict) else None
    for group in groups if isinstance(groups, list) else ():
        for term in group if isinstance(group, list) else ():
            yield as_text(term.get("name")) if isinstance(term, dict) else ""
