"""Finds the mark of breaking news before a headline, and knows the labels of breaking tickers; judges no news."""

from __future__ import annotations

import re

from monitor.text.normalize import Folded, fold, fold_text

_MARKS = (
    *("عاجل", "عاجل جدا", "عاجل الان", "خبر عاجل", "اخبار عاجله", "اخبار عاجلة", "فوري"),
    *("urgent", "alerte", "alerte info", "alerte urgente", "info urgente", "flash", "flash info", "infos flash"),
    *("derniere minute", "derniere heure", "edition speciale"),
    *("breaking", "breaking news", "breaking alert", "just in", "news flash", "newsflash", "news alert"),
    *("ultima hora", "urgente", "ultima ora", "ultim ora", "eilmeldung", "eil", "son dakika"),
    *("срочно", "срочная новость", "cрочная новость", "молния", "速報", "突发"),
)
_WORDS = re.compile(r"[^\W_]+")
_MARK = "|".join(mark.replace(" ", r"[\s'-]+") for mark in sorted(_MARKS, key=len, reverse=True))
_LOUD = r"[\u2190-\u2bff\u3030\U0001f000-\U0001faff]"  # arrows, dingbats, emoji
_AFTER = rf"""
    \s* (?: [:|¦!…»›>/•·*~_–—] | \.(?=[.\s]) | -(?=\s) | (?<=\s)-(?!\d) | {_LOUD} )
"""
# What may follow the separator, without touching a sign or a quotation of the headline itself (عاجل: +10%).
_REST = rf"(?: \s | [:|¦!…›>/•·*~_–—.](?!\d) | -(?!\d) | {_LOUD} )*"
_BEFORE = rf"(?: \s | [|¦•·*+~_–—!>/-] | {_LOUD} )*"
_PREFIX = re.compile(
    rf"""
    {_BEFORE}
    (?:
        [\[(«"“{{【|] \s* (?P<boxed>{_MARK}) \s* [\])»"”}}】|]
      | \# (?P<tagged>(?:{_MARK})) (?!\w)
      | (?P<plain>{_MARK}) (?!\w) {_AFTER}
      | (?P<bare>عاجل) (?: [-،] | \s (?!\s*الي\b) )   # «عاجل إلى وزير الصحة» is an appeal, not a mark
    )
    {_REST}
    """,
    re.VERBOSE,
)
_LABELS = frozenset(_MARKS)
_MOST_MARKS = 3


def split_mark(title: str) -> tuple[str | None, str]:
    """Return the mark a headline begins with and what follows it, or None and the title as it is.

    A mark needs a sign after it («URGENT : …», «[عاجل] …», «🔴 BREAKING | …»); only «عاجل» also stands bare, as
    Arabic sites print it.
    """
    found = _find(fold(title))
    if found is None:
        return None, title
    start, end, rest = found
    return title[start:end].strip(), title[rest:].strip()


def headline_start(title: str) -> int:
    """Return where the headline itself begins, behind all its marks («عاجل | خبر عاجل : …»)."""
    start = 0
    for _ in range(_MOST_MARKS):
        found = _find(fold(title[start:]))
        if found is None:
            break
        start += found[2]
    return start


def _find(folded: Folded) -> tuple[int, int, int] | None:
    """Return where in the original the mark begins and ends, and where what follows it begins."""
    found = _PREFIX.match(folded.text)
    if not found or not _WORDS.search(folded.text, found.end()):
        return None
    start, end = found.span(found.lastgroup or 0)
    offsets = folded.offsets
    return offsets[start], offsets[end], offsets[found.end()]


def is_breaking_label(text: str) -> bool:
    """Tell whether the whole text is a label such as «عاجل», «Flash info :» or «BREAKING NEWS»."""
    return " ".join(_WORDS.findall(fold_text(text))) in _LABELS
