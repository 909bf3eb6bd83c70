"""Reads the text of an element as a person sees it: without times, badges and scripts; judges no titles."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator

from bs4.element import CData, NavigableString, Tag

from monitor.text import is_breaking_label

LONGEST_LABEL = 24  # characters

_DEEPEST_LABEL = 20  # elements around its text
_MOST_NODES = 1000  # of an element; a title has a handful
_MOST_TEXT = 10_000  # characters; more is never shown
UNSEEN = frozenset({"script", "style", "template", "select", "option", "button", "svg", "iframe", "object"})
INLINE = frozenset(
    {
        *("a", "abbr", "b", "bdi", "bdo", "big", "cite", "code", "del", "dfn", "em", "font", "i", "ins", "kbd", "mark"),
        *("q", "s", "small", "strike", "strong", "sub", "sup", "tt", "u", "var", "wbr"),
    }
)
_TIME_WORD = r"(?:time|times|timestamp|date|dates|datetime|ago|timeago|heure|hour|hours|clock|published)"
_TIME_CLASS = re.compile(rf"(?:^|[-_]){_TIME_WORD}(?:$|[-_\d])|[a-z](?:Time|Date|Ago)\d*$")
_TITLE_CLASS = re.compile(r"title|headline|titre|heading|t[ií]tulo|unwan", re.IGNORECASE)
_GLUE = " :|¦-–—!»›·•"


def tags_in(place: Tag) -> list[Tag]:
    """Return all elements inside, in page order; `find_all` takes several times as long for it."""
    return [element for element in place.descendants if isinstance(element, Tag)]


def classes(tag: Tag) -> Collection[str]:
    """Return the class names of an element."""
    value = tag.get("class")
    return value.split() if isinstance(value, str) else value or ()


def has_title_class(tag: Tag) -> bool:
    """Tell whether an element is named as a title."""
    return any(_TITLE_CLASS.search(name) for name in classes(tag))


def is_time(tag: Tag) -> bool:
    """Tell whether an element is made or named for a time."""
    return tag.name == "time" or any(
        _TIME_CLASS.search(name) and not _TITLE_CLASS.search(name) for name in classes(tag)
    )


def is_badge(tag: Tag) -> bool:
    """Tell whether an element is a mark such as «عاجل» standing before or beside a title.

    «<b>Alerte</b> aux moustiques» is emphasis inside a sentence: without a class only capitals are a mark.
    """
    text = _only_text(tag)
    if not text or len(text) > LONGEST_LABEL:
        return False
    return (bool(classes(tag)) or text.upper() == text) and is_breaking_label(text)


def _only_text(tag: Tag) -> str:
    """Return the text of an element that holds nothing else, wrapped or not; a loop, since hostile pages nest deep."""
    node: object = tag
    for _ in range(_DEEPEST_LABEL):
        if not isinstance(node, Tag):
            return str(node)
        if len(node.contents) != 1:
            return ""
        node = node.contents[0]
    return ""


def text_of(element: Tag, without: Collection[int] = ()) -> str:
    """Return the text of an element on one line; `without` holds the `id()` of elements to leave out.

    Words are kept apart where a browser would show them apart.
    """
    text = " ".join("".join(_pieces(element, without)).split())
    return text.lstrip(_GLUE) if text and any(map(is_badge, tags_in(element))) else text


def _pieces(element: Tag, without: Collection[int]) -> Iterator[str]:
    """Yield the visible strings in order; a loop, since hostile pages nest deeper than Python recurses."""
    stack: list[Tag | NavigableString | str] = [element]
    length = 0
    for _ in range(_MOST_NODES):
        if not stack or length > _MOST_TEXT:
            return
        node = stack.pop()
        if isinstance(node, Tag):
            if node is element or not _is_left_out(node, without):
                gap = "" if node.name in INLINE or (node.name == "span" and not classes(node)) else " "
                stack.extend([gap, *_children(node), gap])
        elif not isinstance(node, NavigableString) or type(node) in (NavigableString, CData):
            length += len(node)
            yield node


def _children(tag: Tag) -> Iterator[Tag | NavigableString]:
    """Yield them last first, as a stack wants them."""
    return (child for child in reversed(tag.contents) if isinstance(child, Tag | NavigableString))


def _is_left_out(tag: Tag, without: Collection[int]) -> bool:
    return tag.name in UNSEEN or id(tag) in without or is_time(tag) or is_badge(tag)
