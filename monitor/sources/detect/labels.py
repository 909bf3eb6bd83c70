"""Knows what a ticker is labelled with, and finds such labels among elements; judges no places."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache

from lxml.etree import _Element as Element

from monitor.sources.detect.looks import CERTAIN
from monitor.text import fold_text, is_breaking_label

LONGEST_LABEL = 28  # characters

_CALLED_LATEST = (
    "اخر الاخبار|احدث الاخبار|شريط الاخبار|شريط الاحداث|شريط اخباري|اخر المستجدات|اخر خبر|en continu|l info en continu"
    "|info en continu|le fil info|fil info|fil infos|fil d actualite|news ticker|newsticker|live ticker|latest news"
    "|latest|lo ultimo|ultimas noticias|ultimas|ultimas horas|das neueste|brandaktuell|seneste nyt|seneste"
    "|последние новости|лента новостей|اخرین اخبار|terkini|berita terkini|最新消息|即時新聞|son haberler"
    "|laatste nieuws|senaste nytt"
)
_CALLED_TOP = (
    "a la une|en direct|le direct|en ce moment|trending|trending now|top news|top stories|الان|مستجدات|اهم الاخبار"
    "|ابرز الاخبار|dernieres infos|dernieres nouvelles|dernieres actualites|letzte artikel|aktuell|now|live"
)
_LABELS = dict.fromkeys(_CALLED_TOP.split("|"), 1.0) | dict.fromkeys(_CALLED_LATEST.split("|"), 2.0)
_WORDS = re.compile(r"[^\W_]+")
_ICONS = 2  # elements in a label
_INDENTED = 120  # characters of a label with the spaces around it
_NO_LABELS = frozenset({"html", "body", "head", "script", "style", "link", "meta", "title", "option", "input", "form"})


def labels_among(elements: Iterable[Element]) -> dict[Element, tuple[str, float]]:
    """Return the elements whose whole text is a ticker's label, icons in it aside, with that text and its worth."""
    found = {}
    for element in elements:
        children = len(element)
        text = element.text if not children else _text_beside_icons(element) if children <= _ICONS else None
        if text and len(text) < _INDENTED and (label := _label(text)) and element.tag not in _NO_LABELS:
            found[element] = label
    return found


@lru_cache(maxsize=1024)
def _label(text: str) -> tuple[str, float] | None:
    text = " ".join(text.split())
    points = label_points(text) if 1 < len(text) <= LONGEST_LABEL else 0.0
    return (text, points) if points else None


@lru_cache(maxsize=1024)
def label_points(text: str) -> float:
    """Return what a short text says about being a ticker's label."""
    if is_breaking_label(text):
        return CERTAIN
    return _LABELS.get(" ".join(_WORDS.findall(fold_text(text))), 0.0)


def _text_beside_icons(element: Element) -> str | None:
    tail = element[-1].tail
    text = element.text if tail is None or tail.isspace() else tail
    return text if text and not text.isspace() and not any(icon.text for icon in element) else None
