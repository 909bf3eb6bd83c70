"""The kind `feed`: reads RSS, Atom and JSON Feed; fetches nothing and follows no references."""

from __future__ import annotations

import html.entities
import re
from collections.abc import Sequence
from dataclasses import dataclass

from monitor.errors import ExtractError
from monitor.model import Fetched, Item, Request, Section
from monitor.ports import EndpointOptions, SiteContext
from monitor.sources import diagnosis, jsonfeed, syndication
from monitor.sources.decode import decode
from monitor.sources.entries import Entry, NotAFeed
from monitor.sources.merge import merge
from monitor.sources.request import request
from monitor.text import clean, is_breaking_label, split_mark
from monitor.urls import absolute

_ACCEPT = (
    "application/rss+xml, application/atom+xml, application/feed+json, application/xml;q=0.9, text/xml;q=0.9, */*;q=0.5"
)
_LONGEST_SUMMARY = 2000  # characters
_WORDS_FOR_TITLE = 14

_HIDDEN = re.compile(r"<(script|style)\b[^>]*>.*?</\1\s*>", re.IGNORECASE | re.DOTALL)
_TAG = re.compile(r"<!--.*?-->|</?[a-zA-Z][^<>]*>", re.DOTALL)
_BLOCK_TAG = re.compile(r"</?(?:br|p|div|li|ul|ol|h[1-6]|td|tr|table|blockquote)\b", re.IGNORECASE)
_REFERENCE = re.compile(r"&(?:#(\d{1,7})|#[xX]([0-9a-fA-F]{1,6})|(\w{2,31}));")


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedEndpoint(EndpointOptions):
    """An RSS, Atom or JSON feed."""


def build(options: FeedEndpoint, context: SiteContext) -> FeedExtractor:
    """Return the extractor of an endpoint."""
    return FeedExtractor(options, context)


class FeedExtractor:
    """Reads one feed, of whatever format it turns out to be."""

    def __init__(self, options: FeedEndpoint, context: SiteContext) -> None:
        self._options = options
        self._context = context

    def request(self) -> Request:
        """Return what to ask for."""
        return request(self._options.url, self._context, _ACCEPT)

    def extract(self, page: Fetched) -> Sequence[Item]:
        """Return the feed's entries in its order, each once; empty when the feed is.

        Raises:
            ExtractError: it is no feed, or none of its entries says anything.
        """
        text = decode(page.body, page.content_type)
        try:
            entries = _entries(text, page, self._context)
        except NotAFeed as wrong:
            raise self._error(page, str(wrong)) from None
        items = merge(item for entry in entries if (item := _item(entry, page.final_url)))
        if entries and not items:
            raise self._error(page, f"is a feed of {len(entries)} entries, all without title and text")
        return items

    def _error(self, page: Fetched, wrong: str) -> ExtractError:
        return ExtractError(
            f"source '{self._context.source}': {page.final_url} {wrong}; try: headline-monitor extract "
            f"{self._options.url}"
        )


def _entries(text: str, page: Fetched, context: SiteContext) -> list[Entry]:
    if text.lstrip("\ufeff \t\r\n").startswith("{"):
        return jsonfeed.entries(text, context.zone)
    other = diagnosis.not_html(page.body, text)
    if other and other != "a feed":
        raise NotAFeed(f"is not a feed but {other}")
    found = syndication.entries(text, page.final_url, context.zone)
    if found is None:
        instead = diagnosis.stands_in(text)
        raise NotAFeed(f"is not a feed but an HTML page or the like{f': {instead}' if instead else ''}")
    return found


def _item(entry: Entry, address: str) -> Item | None:
    summary = _plain(entry.summary, markup=True)
    title = clean(_plain(entry.title, markup=entry.title_is_markup)) or clean(_first_words(summary))
    if not title:
        return None
    categories = [clean(_plain(category, markup=True)) for category in entry.categories]
    return Item(
        title=title,
        section=Section.FEED,
        position=0,
        url=absolute(address, entry.link) if entry.link else None,
        guid=entry.guid or None,
        published_at=entry.published_at,
        summary=summary[:_LONGEST_SUMMARY] or None,
        category=next(filter(None, categories), None),
        breaking=split_mark(title)[0] is not None or any(map(is_breaking_label, categories)),
        evidence=entry.format,
    )


def _plain(text: str, *, markup: bool) -> str:
    """Return the text of a piece of HTML: tags removed, references decoded once; text that is no HTML as it is."""
    if markup:
        text = _TAG.sub(_gap, _HIDDEN.sub(" ", text))
        text = _REFERENCE.sub(_decoded, text)
    return " ".join(text.split())


def _gap(tag: re.Match[str]) -> str:
    return " " if _BLOCK_TAG.match(tag.group()) else ""


def _decoded(reference: re.Match[str]) -> str:
    decimal, hexadecimal, name = reference.groups()
    if name:
        return html.entities.html5.get(f"{name};", reference.group())
    return html.unescape(f"&#{int(decimal) if decimal else int(hexadecimal, 16)};")


def _first_words(summary: str) -> str:
    words = summary.split(maxsplit=_WORDS_FOR_TITLE)
    return " ".join(words[:_WORDS_FOR_TITLE]) + (" …" if len(words) > _WORDS_FOR_TITLE else "")
