"""Remembers the last page of an endpoint, so that one that shows the same need not be read again; reads no headlines.

Pages change at every visit without showing anything new: nonces, adverts, counters, clocks. A page is cut before every
tag and compared piece by piece with the last one. It shows the same when every piece that is new can hold no news;
whatever is in doubt is news.
"""

from __future__ import annotations

import re
from array import array
from collections.abc import Sequence
from html import unescape
from urllib.parse import unquote, urlsplit

from monitor.model import Fetched, Item
from monitor.sources.detect.addresses import site_of
from monitor.urls import host

_IN_A_ROW = 20  # pages that are not read; then one is, whatever it looks like
_MARGIN = 8  # pieces before the first and after the last link of a headline that belong to it
_MOST_CHANGES = 200  # pieces; more is another page
_FEW_WORDS = 3
_UNSEEN = ("script", "style", "!--", "link ", "input ", "meta name=", "meta property=")
_TAG = re.compile(r"""/?[a-zA-Z](?:[^>"']|"[^"]*"|'[^']*')*+>""")
_LINK = re.compile(r"""\shref\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s>]*))""", re.IGNORECASE)
_SPOKEN = re.compile(r"""\s(?:title|alt|aria-label)\s*=\s*["']?[^"'>]*[^\W\d_]{2}""", re.IGNORECASE)
_WORD = re.compile(r"[^\W\d_]{2,}")
_DIGIT = re.compile(r"\d")


class LastPage:
    """What the last page of an endpoint showed; `strict` when its selectors may ask for anything."""

    def __init__(self, *, strict: bool) -> None:
        self._strict = strict
        self._items: Sequence[Item] = ()
        self._told = ("", "", "")  # address and type it had
        self._inside = array("q")  # the hashes of the region's pieces
        self._outside = array("q")  # of the others, each once
        self._region = range(0)
        self._length = 0  # in pieces
        self._links = 0  # in the region
        self._in_a_row = 0
        self._seen: tuple[bytes, list[bytes], array[int]] | None = None  # the page that was asked about last

    def items_if_same(self, page: Fetched) -> Sequence[Item] | None:
        """Return the items of the last page when this one shows the same, else None."""
        pieces = page.body.split(b"<")
        hashes = array("q", map(hash, pieces))
        self._seen = page.body, pieces, hashes
        if not self._region or self._in_a_row >= _IN_A_ROW or self._told != _told(page):
            return None
        if not self._shows_the_same(pieces, hashes, page.final_url):
            return None
        self._seen = None
        self._in_a_row += 1
        return self._items

    def keep(self, page: Fetched, items: Sequence[Item]) -> None:
        """Remember a page that was read, and what it showed."""
        assert self._seen is not None, "a page is asked about before it is read"
        body, pieces, hashes = self._seen
        assert body is page.body
        self._items, self._told, self._in_a_row = items, _told(page), 0
        self._region = region = _region(page.body, items, len(pieces))
        self._inside, self._length = hashes[region.start : region.stop], len(pieces)
        self._outside = array("q", {*hashes[: region.start], *hashes[region.stop :]} if region else ())
        self._links = _count_links(pieces[region.start : region.stop])
        self._seen = None

    def forget(self) -> None:
        """Forget everything: the page that was asked about shows nothing."""
        self._region, self._seen = range(0), None

    def _shows_the_same(self, pieces: Sequence[bytes], hashes: array[int], address: str) -> bool:
        region = self._region
        shifts = {0, len(hashes) - self._length}  # what comes and goes stands before it, or behind it
        return any(self._is_same(pieces, hashes, region.start + shift, address) for shift in shifts)

    def _is_same(self, pieces: Sequence[bytes], hashes: array[int], start: int, address: str) -> bool:
        """Tell whether the region stands at a place of the page, and nothing that may be news is around it."""
        stop = start + len(self._region)
        if start < 0 or stop > len(hashes):
            return False
        site = site_of(host(address))
        inside = zip(self._inside, hashes[start:stop], pieces[start:stop], strict=True)
        changed = (piece for before, now, piece in inside if before != now)
        if any(place >= _MOST_CHANGES or _may_be_news(piece, site, strict=True) for place, piece in enumerate(changed)):
            return False
        if _count_links(pieces[start:stop]) != self._links:
            return False
        known = {*self._outside}
        places = (*range(start), *range(stop, len(hashes)))
        new = [pieces[place] for place in places if hashes[place] not in known]
        return len(new) <= _MOST_CHANGES and not any(_may_be_news(piece, site, strict=self._strict) for piece in new)


def _told(page: Fetched) -> tuple[str, str, str]:
    return page.url, page.final_url, page.content_type or ""


def _region(body: bytes, items: Sequence[Item], pieces: int) -> range:
    """Return the pieces that hold the headlines and what is around them; none when they cannot be found."""
    first = _find(body, items[0]) if items else -1
    last = _find(body, items[-1], last=True) if items else -1
    if first < 0 or last < first:
        return range(0)
    start = body.count(b"<", 0, first)
    stop = start + body.count(b"<", first, last) + 1
    return range(max(start - _MARGIN, 0), min(stop + _MARGIN, pieces))


def _find(body: bytes, item: Item, *, last: bool = False) -> int:
    """Return where a headline stands: its link, as the page may have written it, or its title."""
    path = urlsplit(item.url)._replace(scheme="", netloc="").geturl() if item.url else ""
    for written in (path, unquote(path), path.lstrip("/")) if item.url else (item.title,):
        text = written.encode("utf-8", "surrogatepass")
        place = (body.rfind if last else body.find)(text) if len(text) > 1 else -1
        if place >= 0:
            return place
    return -1


def _count_links(pieces: Sequence[bytes]) -> int:
    return b"<".join([b"", *pieces]).count(b"<a ")


def _may_be_news(piece: bytes, site: str = "", *, strict: bool) -> bool:
    """Tell whether a piece could show a headline; less could where none stood before.

    No news are: what no reader sees, tags without text, numbers, links to other sites without text; where no headline
    stood, also their text, and a few words around a number such as «زوار: 700».
    """
    try:
        text = piece.decode("utf-8")
    except UnicodeDecodeError:
        return True
    if text.startswith(_UNSEEN):
        return False
    tag = _TAG.match(text)
    if not tag:
        return True
    words = _WORD.findall(text, tag.end())
    link = _LINK.search(tag[0])
    if link:
        leads_away = _leads_away(unescape(link[1] or link[2] or link[3] or ""), site)
        return not leads_away or (strict and bool(words))
    if _SPOKEN.search(tag[0]):
        return True
    return bool(words) and (strict or len(words) > _FEW_WORDS or not _DIGIT.search(text, tag.end()))


def _leads_away(href: str, site: str) -> bool:
    """Tell whether a link leads to another site for sure."""
    name = host(href) if href.startswith(("http://", "https://", "//")) else ""
    return bool(name) and site_of(name) != site
