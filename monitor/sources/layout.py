"""Where a page keeps its headlines: the nouns that options and recipes share; reads no page."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields
from typing import Any, ClassVar

import soupsieve
from soupsieve.util import SelectorSyntaxError

from monitor.model import Section


@dataclass(frozen=True, slots=True, kw_only=True)
class Region:
    """A part of a page that lists headlines, in CSS selectors."""

    __pydantic_config__: ClassVar[dict[str, Any]] = {"extra": "forbid", "use_attribute_docstrings": True}

    items: str
    """CSS selector of each headline: the link itself, or the element around title and link."""
    title: str | None = None
    """Selector of the title inside an item; what has none is no item. Found by itself when this key is missing."""
    link: str | None = None
    """Selector of the link inside an item; what has none is no item. Found by itself when this key is missing."""
    time: str | None = None
    """Selector of the time inside an item; found by itself when missing."""
    category: str | None = None
    """Selector of the category inside an item."""
    container: str | None = None
    """Selector of the place that holds the items and is always there: while it is empty, nothing is wrong.
    Only items inside it count."""
    label: str | None = None
    """Selector of a badge inside an item, which is no part of the title; an item whose badge says «عاجل», Urgent
    or the like is breaking news. Badges with these words are found by themselves."""

    def problems(self) -> Iterator[tuple[str, str]]:
        """Yield (key, what is wrong) for every selector that is none."""
        for field in fields(self):
            selector = getattr(self, field.name)
            wrong = None if selector is None else selector_problem(selector)
            if wrong:
                yield field.name, wrong


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """All regions of a page, and who says so."""

    ticker: Region | None = None
    lists: tuple[Region, ...] = ()
    origin: str = "selectors"  # selectors | recipe NAME

    def regions(self) -> Sequence[tuple[Section, Region]]:
        """Return every region with what stands in it, the ticker first."""
        ticker = [(Section.TICKER, self.ticker)] if self.ticker else []
        return [*ticker, *((Section.LIST, region) for region in self.lists)]


def selector_problem(selector: str) -> str | None:
    """Return what is wrong with a CSS selector, or None."""
    try:
        soupsieve.compile(selector)
    except (SelectorSyntaxError, NotImplementedError) as error:
        reason = re.sub(r"\s+", " ", str(error).partition("\n")[0]).strip().rstrip(".:")
        return f"'{selector}' is not a CSS selector: {reason[:1].lower()}{reason[1:]}"
    return None
