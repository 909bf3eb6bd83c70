"""Remembers the last page of an endpoint, so that what it still shows need not be read again; reads no headlines.

Pages change at every visit without showing anything new: nonces, adverts, counters, clocks. A page shows the same when
nothing that is new on it can be news. Whatever is in doubt is read, and so is every twentieth page.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from urllib.parse import unquote, urlsplit

import brotli

from monitor.model import Fetched, Item
from monitor.sources.detect.addresses import site_of
from monitor.sources.harmless import is_harmless
from monitor.sources.hunks import Hunk, hunks
from monitor.sources.packed import Packed
from monitor.urls import host

_IN_A_ROW = 20  # pages that are not read; then one is, whatever it looks like
_NAMED = re.compile(r"[.#\[]\s*([\w-]+)")  # classes, ids and attributes in a selector
_MARGIN = 8  # tags before the first and after the last link of a headline that belong to it


class LastPage:
    """What the last page of an endpoint showed; `selectors` are its own, which may ask for anything."""

    def __init__(self, selectors: Sequence[str] = ()) -> None:
        self._strict = bool(selectors)
        names = sorted({name for one in selectors for name in _NAMED.findall(one)})
        self._asked = re.compile(rf"(?<![\w-])(?:{'|'.join(names)})(?![\w-])".encode()) if names else None
        self.items = Packed()
        self._told = ("", "", "")  # address and type it had
        self._packed = b""
        self._site = ""  # that links lead away from which are no headlines
        self._among = range(0)  # where on the page the headlines stand
        self._in_a_row = 0
        self._expected: Packed | None = None  # of the page that was asked about
        self._is_sure = True  # as long as what was known never differed from what was read

    def items_if_known(self, page: Fetched) -> Packed | None:
        """Return what a page shows when it shows the same as the last one for sure: the same object; else None."""
        is_known = self._is_sure and self.items and self._told == _told(page) and self._shows_the_same(page.body)
        self._expected = self.items if is_known else None
        if is_known and self._in_a_row < _IN_A_ROW:
            self._in_a_row += 1
            return self.items
        return None

    def keep(self, page: Fetched, items: Sequence[Item]) -> bool:
        """Remember a page that was read, and what it showed.

        Return whether it showed what was expected of it; if not, all of the endpoint's pages are read from then on.
        """
        as_expected = self._expected is None or [*map(_shown, self._expected)] == [*map(_shown, items)]
        self._is_sure = self._is_sure and as_expected
        self.forget()
        if self._is_sure:
            self._remember(page, items)
        return as_expected

    def forget(self) -> None:
        """Forget everything: the page that was asked about shows nothing."""
        self.items, self._packed, self._in_a_row = Packed(), b"", 0

    def _remember(self, page: Fetched, items: Sequence[Item]) -> None:
        self._among = _among(page.body, items)
        if not self._among:
            return
        self._told = _told(page)
        self._site = site_of(host(page.final_url))
        home = "/".join(page.final_url.split("/", 3)[:3]) + "/"
        elsewhere = (item.url for item in items if item.url and not item.url.startswith(home))
        if any(site_of(host(url)) != self._site for url in elsewhere):
            self._site = ""  # headlines lead to other sites
        self._packed = brotli.compress(page.body, quality=1)
        self.items = Packed(items)

    def _shows_the_same(self, body: bytes) -> bool:
        old = brotli.decompress(self._packed)
        found = hunks(old, body)
        return found is not None and all(self._is_harmless(old, body, hunk) for hunk in found)

    def _is_harmless(self, old: bytes, new: bytes, hunk: Hunk) -> bool:
        if self._asked and (
            self._asked.search(old, hunk.start, hunk.stop) or self._asked.search(new, hunk.new_start, hunk.new_stop)
        ):
            return False
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
