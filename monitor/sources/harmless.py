"""Tells whether a difference between two versions of a page can be news at all; whatever is in doubt is news."""

from __future__ import annotations

import re
from html import unescape

from monitor.sources.detect.addresses import site_of
from monitor.sources.hunks import Hunk
from monitor.urls import host

_MOST_TAGS = 400  # more is another page
_FEW_WORDS = 3
_UNSEEN = ("script", "style", "!--", "link ", "input ", "meta name=", "meta property=")
_TAG = re.compile(r"""/?[a-zA-Z](?:[^>"']|"[^"]*"|'[^']*')*+>""")
_LINK = re.compile(r"""\shref\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s>]*))""", re.IGNORECASE)
_SPOKEN = re.compile(r"""\s(?:title|alt|aria-label)\s*=\s*["']?[^"'>]*[^\W\d_]{2}""", re.IGNORECASE)
_WORD = re.compile(r"[^\W\d_]{2,}")
_DIGIT = re.compile(r"\d")
_STRESSED = re.compile(r"(?:b|strong|em|mark|u|font)\b[^>]*>[^<]*\d", re.IGNORECASE)  # a toll, not a counter
_OF_THE_PAGE = re.compile(rb"<(?:base|meta)\b[^>]*(?:href|charset|http-equiv)", re.IGNORECASE)
_CALLED = re.compile(rb"""\sclass\s*=\s*(?:"[^"]*"|'[^']*'|[^\s>]*)""", re.IGNORECASE)


def is_harmless(old: bytes, new: bytes, hunk: Hunk, site: str, *, inside: bool, strict: bool) -> bool:
    """Tell whether a difference shows no news.

    Args:
        old: the page as it was.
        new: the page as it is.
        hunk: where they differ.
        inside: whether it lies among the headlines; elsewhere things may come and go.
        strict: whether elsewhere, too, any text may be asked for.
        site: the name of the site that links of no interest lead away from; empty: none is without interest.
    """
    was, now = old[hunk.start : hunk.stop], new[hunk.new_start : hunk.new_stop]
    if was.count(b"<") + now.count(b"<") > _MOST_TAGS:
        return False
    if _OF_THE_PAGE.search(was) or _OF_THE_PAGE.search(now):
        return False
    if inside and (
        was.count(b"<") != now.count(b"<")
        or was.count(b"<a ") != now.count(b"<a ")
        or _CALLED.findall(was) != _CALLED.findall(now)
    ):
        return False
    pieces = [*_pieces(was), *_pieces(now)]
    if inside and any(_STRESSED.match(piece.decode("utf-8", "replace")) for piece in pieces):
        return False
    return not any(_may_be_news(piece, site, strict=strict or inside) for piece in pieces)


def _pieces(text: bytes) -> list[bytes]:
    return text.split(b"<")[text.startswith(b"<") :] if text else []


def _may_be_news(piece: bytes, site: str, *, strict: bool) -> bool:
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
    return bool(name and site) and site_of(name) != site
