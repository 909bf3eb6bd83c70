"""Parses a page and keeps of it what selectors can reach, since building the whole tree costs ten times as much.

lxml parses in C and cuts; Beautiful Soup gets the pieces with their ancestors, so that every selector means the same
as on the whole page. Reads no headlines.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from copy import deepcopy
from dataclasses import dataclass
from itertools import islice
from typing import cast

import soupsieve
from bs4 import BeautifulSoup
from bs4.builder import HTMLTreeBuilder
from lxml import etree
from lxml.etree import _Element as Element

CLIMB = 4  # levels above a link without text at which its title may stand
LITTLE_TEXT = 10  # characters; less is an icon, dots or «more»
FEW_LINKS = 2  # around a link without text: itself, and the one to its category

_NAME = r"[\w-]+"
_ATTRIBUTE = rf"\[{_NAME}(?:[~|^$*]?=(?:{_NAME}|\"[^\"\\,>\s]*\"|'[^'\\,>\s]*'))?\]"
_COMPOUND = rf"(?:\*|[a-zA-Z][\w-]*)?(?:[.#]{_NAME}|{_ATTRIBUTE})*"
_COMBINATOR = r"(?:\s*>\s*|\s+)"
_SIMPLE = re.compile(rf"(?=[^\s>]){_COMPOUND}(?:{_COMBINATOR}(?=[^\s>]){_COMPOUND})*")
_WITHOUT_TEXT = ("script", "style", "svg", "iframe", "object")
_NEAR = re.compile(r"[.#]")

# Opening and closing ones: six times those of the largest front page seen; each costs up to a kilobyte of memory.
_MOST_TAGS = 50_000
# libxml2 compares every attribute of a tag with all before it: 100,000 of them take minutes. The pattern reads tags as
# HTML does, quotes included, and cannot match twice from one place.
_MOST_ATTRIBUTES = 500
_SWOLLEN_TAG = re.compile(
    rf"""<[a-zA-Z][^\s/>]*+
    (?:[\s/]++[^\s/>=][^\s/>=]*+(?:\s*+=\s*+(?:"[^"]*+"|'[^']*+'|[^\s"'>][^\s>]*+))?+){{{_MOST_ATTRIBUTES},}}+
    [^>]*+>?+""",
    re.VERBOSE,
)


@dataclass(frozen=True, slots=True)
class Tree:
    """A parsed page; `base` is the address its links are relative to, if it names one."""

    soup: BeautifulSoup
    base: str


class _Handover(HTMLTreeBuilder):
    """Builds the soup from a tree that is parsed already: writing it out would rewrite links."""

    def __init__(self, root: Element) -> None:
        super().__init__()
        self._root = root
        self.sources: dict[int, Element] = {}  # of the tags, by their `id()`

    def feed(self, _markup: object) -> None:
        """Walk the tree; called by Beautiful Soup."""
        assert self.soup is not None, "Beautiful Soup introduces itself first"
        for event, element in etree.iterwalk(self._root, events=("start", "end")):
            name = str(element.tag)
            if event == "start":
                tag = self.soup.handle_starttag(name, None, None, {str(k): str(v) for k, v in element.attrib.items()})
                self.sources[id(tag)] = element
                text = element.text
            else:
                self.soup.handle_endtag(name)
                text = element.tail
            if text:
                self.soup.handle_data(text)


def parse(html: str, selectors: Sequence[str] | None = None) -> Tree:
    """Return the tree of a page, reduced to what the selectors can match and what is inside; whole without them."""
    root = root_of(html)
    return Tree(soup_of(root, selectors), base_of(root))


def root_of(html: str) -> Element:
    """Return the root of a page as lxml parses it.

    Nesting deeper than about 2,000 levels, tags with hundreds of attributes and what follows 50,000 tags are dropped.
    """
    parser = etree.HTMLParser(encoding="utf-8", huge_tree=True, remove_comments=True, remove_pis=True)
    root = etree.fromstring(_defused(html).encode("utf-8", "replace"), parser)
    return etree.Element("html") if root is None else root


def base_of(root: Element) -> str:
    """Return the address that the links of a page are relative to, if it names one."""
    return next((href for base in root.iter("base") if (href := base.get("href"))), "")


def soup_of(root: Element, selectors: Sequence[str] | None = None) -> BeautifulSoup:
    """Return the page for Beautiful Soup, reduced as `parse` says; the root is reduced, too."""
    reach = _reach(selectors) if selectors else None
    if reach:
        etree.strip_elements(root, *_WITHOUT_TEXT, with_tail=False)
        _cut(root, reach)
    return BeautifulSoup("", builder=_Handover(root))


@contextmanager
def released(soup: BeautifulSoup) -> Iterator[BeautifulSoup]:
    """Take the tree apart at the end: its circles would stay in memory until the next search for such."""
    try:
        yield soup
    finally:
        soup.clear(decompose=True)
        del soup.builder  # it holds what lxml has read


def is_plain(selector: str) -> bool:
    """Tell whether a selector looks at an element and what is around it only: at no siblings and no positions."""
    return all(_SIMPLE.fullmatch(one.strip()) for one in selector.split(","))


def clear(root: Element, selectors: Sequence[str]) -> None:
    """Empty every element that the selectors find."""
    copied = deepcopy(root)
    own = dict(zip(copied.iter(), root.iter(), strict=True))
    reach = _reach(selectors)
    if reach:
        _cut(copied, reach)
    builder = _Handover(copied)
    soup = BeautifulSoup("", builder=builder)
    for selector in selectors:
        for tag in soupsieve.select(selector, soup):
            element = own[builder.sources[id(tag)]]
            tail = element.tail
            element.clear()
            element.tail = tail


def _defused(html: str) -> str:
    if html.count("<") > _MOST_TAGS:
        html = "<".join(html.split("<", _MOST_TAGS)[:_MOST_TAGS])
    return _SWOLLEN_TAG.sub("", html).replace("\x00", "\ufffd")


def _reach(selectors: Iterable[str]) -> str | None:
    """Return an XPath that finds at least every element the selectors find or an ancestor of it.

    None when one of them asks for more than ancestors, such as siblings or positions.
    """
    conditions = []
    for selector in selectors:
        for one in selector.split(","):
            condition = _condition(one.strip()) if _SIMPLE.fullmatch(one.strip()) else None
            if condition is None:
                return None
            conditions.append(f"({condition})")
    return f"//*[{' or '.join(dict.fromkeys(conditions))}]"


def _condition(selector: str) -> str | None:
    compounds = [re.sub(r"\[.*?\]", "", part) for part in re.split(_COMBINATOR, selector)]
    named = [part for part in compounds if _NEAR.search(part)]
    part = named[-1] if named else compounds[0]
    tag = re.match(r"[a-zA-Z][\w-]*", part)
    conditions = [f"self::{tag[0].lower()}"] if tag else []
    for sign, name in re.findall(r"([.#])([\w-]+)", part):
        conditions.append(f"@id='{name}'" if sign == "#" else f"contains(@class,'{name}')")
    return " and ".join(conditions) or None


def _cut(root: Element, reach: str) -> None:
    """Remove all that is neither found, nor inside, nor an ancestor."""
    kept = {_with_its_title(found) for found in cast("list[Element]", root.xpath(reach))}
    around: set[Element] = set() if kept else {root}
    for element in kept:
        around.update(_ancestors(element, kept, around))
    for element in around:
        element.text = None
        for child in list(element):
            if child not in kept and child not in around:
                element.remove(child)
            else:
                child.tail = None


def _ancestors(element: Element, kept: set[Element], around: set[Element]) -> list[Element]:
    """Return the ancestors that are not known yet; none when the element is inside another one that is kept."""
    chain = []
    for ancestor in element.iterancestors():
        if ancestor in kept:
            return []
        if ancestor in around:
            break
        chain.append(ancestor)
    return chain


def _with_its_title(link: Element) -> Element:
    """Return the element itself, or what is around it when it is a link laid over its title."""
    for around in islice(link.iterancestors(), CLIMB):
        if not _says_little(link) or len({href for a in around.iter("a") if (href := a.get("href"))}) > FEW_LINKS:
            break
        link = around
    return link


def _says_little(element: Element) -> bool:
    length = 0
    for text in element.itertext():
        length += len(text.strip())
        if length >= LITTLE_TEXT:
            return False
    return True
