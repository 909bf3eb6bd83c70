"""Headlines of RSS, Atom and JSON feeds, broken ones included; does not decide whether their dates are true."""

from __future__ import annotations

import calendar
import html
import io
import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any, ClassVar

import feedparser

from monitor import urls
from monitor.errors import ExtractError
from monitor.model import Fetched, Item, Request, Section
from monitor.ports import EndpointOptions, SiteContext
from monitor.sources.decode import decode
from monitor.text import clean, split_mark

_TAG = re.compile(r"<[^<>]{1,500}>")
_DECLARATION = re.compile(r"^\s*<\?xml[^>]*\?>")
_BOMB = re.compile(r"<!DOCTYPE[^>\[]*\[[^\]]*<!ENTITY", re.IGNORECASE)
_SUMMARY = 150  # characters of a summary that stand in for a missing title


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedEndpoint(EndpointOptions):
    """An RSS, Atom or JSON feed."""

    __pydantic_config__: ClassVar[dict[str, Any]] = {"extra": "forbid", "use_attribute_docstrings": True}


class FeedExtractor:
    """The extractor of a `feed` endpoint."""

    def __init__(self, options: FeedEndpoint, site: SiteContext) -> None:
        self._options, self._site = options, site

    def request(self) -> Request:
        accept = "application/rss+xml,application/atom+xml,application/feed+json,application/xml;q=0.9,*/*;q=0.5"
        headers = {"Accept": accept, **self._site.headers}
        return Request(url=self._options.url, headers=headers, allow_private=self._site.allow_private)

    def extract(self, page: Fetched) -> Sequence[Item]:
        text = decode(page.body, page.content_type).lstrip("\ufeff \r\n\t")
        found = self._json(text, page.final_url) if text.startswith("{") else self._xml(text, page.final_url)
        return [replace(item, position=number) for number, item in enumerate(found)]

    def _refuse(self, what: str) -> ExtractError:
        return ExtractError(f"source '{self._site.source}': {what}; look at {self._options.url}")

    def _xml(self, text: str, url: str) -> Iterator[Item]:
        if _BOMB.search(text[:100_000]):
            raise self._refuse("the feed defines entities, which is refused")
        # The text is decoded already: what the declaration says of its encoding is no longer true.
        body = _DECLARATION.sub("", text).encode("utf-8", "replace")
        parsed = feedparser.parse(
            io.BytesIO(b'<?xml version="1.0" encoding="utf-8"?>\n' + body),
            sanitize_html=False,
            resolve_relative_uris=False,
            response_headers={"content-type": "application/xml; charset=utf-8", "content-location": url},
        )
        if not parsed.version:
            raise self._refuse("the answer is empty" if not text else "the answer is not a feed")
        return (item for entry in parsed.entries if (item := _entry(entry, url)))

    def _json(self, text: str, url: str) -> Iterator[Item]:
        try:
            data = json.loads(text)
        except ValueError:
            raise self._refuse("the answer is broken JSON") from None
        if "jsonfeed.org" not in str(data.get("version")) or not isinstance(data.get("items"), list):
            raise self._refuse("the answer is JSON but no JSON Feed")
        entries = [entry for entry in data["items"] if isinstance(entry, dict)]
        return (item for entry in entries if (item := _json_entry(entry, url)))


def _item(
    title: str, summary: str, *, link: Any, base: str, guid: Any, published: datetime | None, category: Any
) -> Item | None:
    shown = clean(_plain(title)) or clean(_plain(summary))[:_SUMMARY]
    if not shown:
        return None
    return Item(
        title=shown,
        section=Section.FEED,
        position=0,
        url=urls.absolute(base, link) if isinstance(link, str) and link.strip() else None,
        guid=str(guid).strip() or None if guid else None,
        published_at=published,
        category=clean(str(category)) or None if category else None,
        breaking=split_mark(shown)[0] is not None,
        evidence="feed",
    )


def _entry(entry: Any, base: str) -> Item | None:
    tags = entry.get("tags") or [{}]
    return _item(
        entry.get("title", ""),
        entry.get("summary", ""),
        link=entry.get("link"),
        base=base,
        guid=entry.get("id"),
        published=_moment(entry.get("published_parsed") or entry.get("updated_parsed")),
        category=tags[0].get("term"),
    )


def _json_entry(entry: dict[str, Any], base: str) -> Item | None:
    tags = entry.get("tags")
    return _item(
        str(entry.get("title") or ""),
        str(entry.get("summary") or entry.get("content_text") or ""),
        link=entry.get("url") or entry.get("external_url"),
        base=base,
        guid=entry.get("id"),
        published=_iso(entry.get("date_published") or entry.get("date_modified")),
        category=tags[0] if isinstance(tags, list) and tags else None,
    )


def _plain(text: str) -> str:
    """Return text without tags; what is still escaped after parsing was escaped twice."""
    return html.unescape(_TAG.sub(" ", text))


def _moment(parsed: Any) -> datetime | None:
    try:
        return datetime.fromtimestamp(calendar.timegm(parsed), UTC) if parsed else None
    except (ValueError, OverflowError, OSError, TypeError):
        return None


def _iso(text: Any) -> datetime | None:
    try:
        moment = datetime.fromisoformat(str(text))
    except ValueError:
        return None
    return moment.astimezone(UTC) if moment.tzinfo else None
