"""Remembers the last page of an endpoint, so that what it still shows need not be read again; reads no headlines.

Pages change at every visit without showing anything new: nonces, adverts, counters, clocks. A page shows the same when
nothing that is new on it can be news. What can be is read alone, with the list it stands in around it. Whatever is in
doubt is read as a whole, and so is every twentieth page.
"""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import unquote, urlsplit

import brotli

from monitor.model import Fetched, Item
from monitor.sources.detect.addresses import site_of
from monitor.sources.harmless import is_harmless
from monitor.sources.hunks import Hunk, hunks
from monitor.sources.outline import Outline
from monitor.sources.reading import Reading
from monitor.sources.reread import Change, read_again
from monitor.urls import host

_IN_A_ROW = 20  # pages that are not read as a whole; then one is, whatever it looks like
_MARGIN = 8  # tags before the first and after the last link of a headline that belong to it


class LastPage:
    """What the last page of an endpoint showed; `strict` when its selectors may ask for anything."""

    def __init__(self, *, strict: bool) -> None:
        self._strict = strict
        self._reading: Reading | None = None
        self._told = ("", "", "")  # address and type it had
        self._packed = b""
        self._lists: Outline | None = None
        self._trusted = set[int]()  # of its lists, by what is around them: their entries can be read alone
        self._site = ""  # that links lead away from which are no headlines
        self._among = range(0)  # where on the page the headlines stand
        self._in_a_row = 0
        self._expected: Sequence[Item] | None = None  # of the page that was asked about
        self._in_parts = True  # as long as that never differed from the whole

    def items_if_known(self, page: Fetched) -> Sequence[Item] | None:
        """Return what a page shows as far as that can be told from the last one, else None."""
        known = self._reading and self._told == _told(page) and self._items_of(page)
        self._expected = known or None
        if known and self._in_a_row < _IN_A_ROW:
            self._in_a_row += 1
            return known
        return None

    def _items_of(self, page: Fetched) -> Sequence[Item] | None:
        assert self._reading is not None, "it is asked before"
        old = brotli.decompress(self._packed)
        found = hunks(old, page.body)
        if found is None:
            return None
        new = [hunk for hunk in found if not self._is_harmless(old, page.body, hunk)]
        if new:
            if self._lists is None:
                return None
            change = Change(old, page, self._lists, found, new)
            again = read_again(self._reading, change, self._trusted)
            if again is None:
                return None
            self._remember(page.body, *again)
            return again[0].items
        return self._reading.items

    def keep(self, page: Fetched, reading: Reading, lists: Outline | None) -> bool:
        """Remember a page that was read as a whole, what it showed, and its outline.

        Return whether it showed what was expected of it; if not, the endpoint's pages are no longer read in parts.
        """
        as_expected = self._expected is None or [*map(_shown, self._expected)] == [*map(_shown, reading.items)]
        self._in_parts = self._in_parts and as_expected
        self._in_a_row, self._told = 0, _told(page)
        self._trusted = set()
        self._remember(page.body, reading, lists if self._in_parts and reading.can_be_cut() else None)
        return as_expected

    def forget(self) -> None:
        """Forget everything: the page that was asked about shows nothing."""
        self._reading, self._lists, self._packed = None, None, b""

    def _remember(self, body: bytes, reading: Reading, lists: Outline | None) -> None:
        self._among = _among(body, reading.items)
        if not self._among:
            self.forget()
            return
        self._site = site_of(host(self._told[1]))
        home = "/".join(self._told[1].split("/", 3)[:3]) + "/"
        elsewhere = (item.url for item in reading.items if item.url and not item.url.startswith(home))
        if any(site_of(host(url)) != self._site for url in elsewhere):
            self._site = ""  # headlines lead to other sites
        self._packed = brotli.compress(body, quality=1)
        self._reading, self._lists = reading, lists

    def _is_harmless(self, old: bytes, new: bytes, hunk: Hunk) -> bool:
        inside = hunk.start < self._among.stop and hunk.stop > self._among.start
        return is_harmless(old, new, hunk, self._site, inside=inside, strict=self._strict)


def _shown(item: Item) -> tuple[object, ...]:
    return item.title, item.url, item.section, item.breaking


def _told(page: Fetched) -> tuple[str, str, str]:
    return page.url, page.final_url, page.content_type or ""


def _among(body: bytes, items: Sequence[Item]) -> range:
    """Return where the headlines stand and what is around them; nowhere when they cannot be found."""
    first = _find(body, items[0]) if items else -1
    last = _find(body, items[-1], last=True) if items else -1
    if first < 0 or last < first:
        return range(0)
    for _ in range(_MARGIN + 1):
        first = max(body.rfind(b"<", 0, first), 0)
        behind = body.find(b"<", last + 1)
        last = len(body) if behind < 0 else behind
    return range(first, last)


def _find(body: bytes, item: Item, *, last: bool = False) -> int:
    """Return where a headline stands: its link, as the page may have written it, or its title."""
    path = urlsplit(item.url)._replace(scheme="", netloc="").geturl() if item.url else ""
    for written in (path, unquote(path), path.lstrip("/")) if item.url else (item.title,):
        text = written.encode("utf-8", "surrogatepass")
        place = (body.rfind if last else body.find)(text) if len(text) > 1 else -1
        if place >= 0:
            return place
    return -1
