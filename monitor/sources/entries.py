"""What the readers of feeds, news sitemaps and JSON share: entries, and how they become items; reads no format."""

from __future__ import annotations

import html
import html.entities
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from monitor.errors import ExtractError
from monitor.model import Fetched, Item, Request, Section
from monitor.sources.decode import decode
from monitor.sources.merge import merge
from monitor.text import clean, is_breaking_label, split_mark
from monitor.urls import absolute

_MOST_ENTRIES = 2000  # a news sitemap has at most 1000, and nothing is longer
_LONGEST_SUMMARY = 2000  # characters
_WORDS_FOR_TITLE = 14

# What is not closed ends with the text: looking for its end again and again would take hours.
_HIDDEN = re.compile(r"<(script|style)\b[^<>]*>.*?(?:</\1\s*>|\Z)", re.IGNORECASE | re.DOTALL)
_TAG = re.compile(r"<!--.*?(?:-->|\Z)|</?[a-zA-Z][^<>]*>", re.DOTALL)
_BLOCK_TAG = re.compile(r"</?(?:br|p|div|li|ul|ol|h[1-6]|td|tr|table|blockquote)\b", re.IGNORECASE)
# Of a text that was encoded twice: Arabic (three letters in a row), accented letters, typographic quotes.
_TWICE = re.compile("(?:[ØÙ].){3}|Ã[©¨ª«®´§»¢\xa0‰€]|â€")
_REFERENCE = re.compile(r"&(?:#(\d{1,7})|#[xX]([0-9a-fA-F]{1,6})|(\w{2,31}));")


class Unreadable(ValueError):
    """A body holds no entries that can be read; the message goes on from its address («… is not a feed but JSON»).

    `advice` is the next step, where there is a better one than to look at the page.
    """

    def __init__(self, message: str, advice: str = "") -> None:
        super().__init__(message)
        self.advice = advice


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """An entry as its page holds it, before titles are cleaned and links resolved."""

    format: str  # what found it, such as rss20
    title: str
    title_is_markup: bool  # holds HTML: tags and references are not meant to be seen
    link: str
    guid: str = ""
    summary: str = ""
    published_at: datetime | None = None
    categories: tuple[str, ...] = ()
    section: Section = Section.FEED
    breaking: bool = False


Reader = Callable[[str, Fetched], Sequence[Entry]]
"""Returns the entries of a page, given its text too; raises Unreadable."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EntryExtractor:
    """The extractor of every kind whose pages are lists made for machines."""

    source: str
    asks: Request
    read: Reader

    def request(self) -> Request:
        """Return what to ask for."""
        return self.asks

    def extract(self, page: Fetched) -> Sequence[Item]:
        """Return the page's entries in its order, each once; empty when its list is.

        Raises:
            ExtractError: it is another kind of page, or none of its entries says anything.
        """
        try:
            return _items(self.read(decode(page.body, page.content_type), page), page.final_url)
        except Unreadable as wrong:
            advice = wrong.advice or f"try: headline-monitor extract {_shown(self.asks.url)}"
            raise ExtractError(f"source '{self.source}': {_shown(page.final_url)} {wrong}; {advice}") from None


def _shown(url: str) -> str:
    """Return an address as messages show it: without its query, which may hold a key."""
    return url.partition("?")[0]


def _items(entries: Sequence[Entry], address: str) -> list[Item]:
    items = merge(item for entry in entries[:_MOST_ENTRIES] if (item := _item(entry, address)))
    if entries and not items:
        raise Unreadable(f"has {len(entries)} entries, all without title and text")
    return items


def _item(entry: Entry, address: str) -> Item | None:
    summary = _sound(plain(entry.summary, markup=True))
    title = clean(plain(entry.title, markup=entry.title_is_markup)) or clean(_first_words(summary))
    if not title:
        return None
    categories = [clean(plain(category, markup=True)) for category in entry.categories]
    marked = split_mark(title)[0] is not None or any(map(is_breaking_label, categories))
    return Item(
        title=title,
        section=entry.section,
        url=absolute(address, entry.link) if entry.link else None,
        guid=_sound(entry.guid) or None,
        published_at=entry.published_at,
        summary=summary[:_LONGEST_SUMMARY] or None,
        category=next(filter(None, categories), None),
        breaking=entry.breaking or entry.section is Section.TICKER or marked,
        evidence=entry.format,
    )


def _sound(text: str) -> str:
    """Return the text without half characters, such as JSON can hold, which nobody can print or send."""
    return text.encode("utf-8", "replace").decode("utf-8")


def plain(text: str, *, markup: bool) -> str:
    """Return the text of a piece of HTML: tags removed, references decoded once; text that is no HTML as it is."""
    if markup:
        text = _TAG.sub(_gap, _HIDDEN.sub(" ", text))
        text = _REFERENCE.sub(_decoded, text)
    return " ".join(_mended(text).split())


def _gap(tag: re.Match[str]) -> str:
    return " " if _BLOCK_TAG.match(tag.group()) else ""


def _decoded(reference: re.Match[str]) -> str:
    decimal, hexadecimal, name = reference.groups()
    if name:
        return html.entities.html5.get(f"{name};", reference.group())
    return html.unescape(f"&#{int(decimal) if decimal else int(hexadecimal, 16)};")


def _mended(text: str) -> str:
    """Return a text that was encoded twice on its way («cafÃ©») as it was meant."""
    if not _TWICE.search(text):
        return text
    try:
        return b"".join(bytes([ord(char)]) if char < "\u0100" else char.encode("cp1252") for char in text).decode()
    except UnicodeError:
        return text


def _first_words(summary: str) -> str:
    words = summary.split(maxsplit=_WORDS_FOR_TITLE)
    return " ".join(words[:_WORDS_FOR_TITLE]) + (" …" if len(words) > _WORDS_FOR_TITLE else "")
