"""Reads the text of elements as a person sees it: without times, marks and scripts; judges no titles."""

from __future__ import annotations

import re
from functools import lru_cache

from lxml.etree import _Element as Element

from monitor.sources.detect.labels import label_points
from monitor.sources.detect.looks import look
from monitor.sources.visible import INLINE, LONGEST_LABEL, UNSEEN
from monitor.text import is_breaking_label

_STEP = re.compile(
    r"\W*(?:(?:article|post|news|story|billet) )?(?:pr[ée]c[ée]dente?|suivante?|previous|next|older|newer)"
    r"(?: (?:article|post|news|story))?\W*"
    r"|\W*(?:(?:المقال[ةه]?|الخبر|الموضوع|التدوينة) )?(?:السابق[ةه]?|التالي[ةه]?)\W*",
    re.IGNORECASE,
)
_MOST_NODES = 400  # of an element; a title has a handful


def text_of(element: Element) -> str:
    """Return the text of an element on one line; words are kept apart where a browser shows them apart."""
    if not len(element):
        return " ".join((element.text or "").split())
    if len(element) == 1 and element[0].tag == "img":
        return " ".join(f"{element.text or ''} {element[0].tail or ''}".split())
    pieces = [element.text or ""]
    stack = _parts(element)
    for _ in range(_MOST_NODES):
        if not stack:
            break
        node = stack.pop()
        if isinstance(node, str):
            pieces.append(node)
        elif node.tag not in UNSEEN and not _is_left_out(node):
            gap = "" if node.tag in INLINE or (node.tag == "span" and not node.get("class")) else " "
            pieces.append(gap + (node.text or ""))
            stack.append(gap)
            stack += _parts(node)
    return " ".join("".join(pieces).split())


def _is_left_out(element: Element) -> bool:
    kinds = kinds_of(element)
    if kinds and ("spoken" in kinds or is_time(element)):
        return True
    return element.tag == "time" or is_mark(element) or _is_badge(element)


def _parts(element: Element) -> list[Element | str]:
    """Return the children and the texts behind them, last first."""
    parts: list[Element | str] = []
    for child in reversed(element):
        if child.tail:
            parts.append(child.tail)
        parts.append(child)
    return parts


def kinds_of(element: Element) -> frozenset[str]:
    """Return what an element is called."""
    classes = element.get("class")
    return look(classes, "").kinds if classes else frozenset()


def is_time(element: Element) -> bool:
    """Tell whether an element is made or named for a time."""
    if element.tag == "time":
        return True
    kinds = kinds_of(element)
    return "time" in kinds and "title" not in kinds


def is_mark(element: Element) -> bool:
    """Tell whether an element is a mark such as «عاجل»; emphasis inside a sentence is none."""
    text = element.text
    if not text or len(element) or not _is_label(text):
        return False
    return element.get("class") is not None or text.upper() == text


def _is_badge(element: Element) -> bool:
    """Tell whether an element says nothing about the news, such as «Live», «À la une» or «Previous post»."""
    text = element.text
    if not text or len(element) or len(text) > 2 * LONGEST_LABEL:
        return False
    return _leads_on(text) or (element.get("class") is not None and label_points(" ".join(text.split())) > 0)


@lru_cache(maxsize=1024)
def _leads_on(text: str) -> bool:
    return bool(_STEP.fullmatch(" ".join(text.split())))


@lru_cache(maxsize=1024)
def _is_label(text: str) -> bool:
    text = text.strip()
    return 0 < len(text) <= LONGEST_LABEL and is_breaking_label(text)
