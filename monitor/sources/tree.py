"""Parses a page and keeps of it what selectors can reach, since building the whole tree costs ten times as much.

lxml parses in C and cuts; Beautiful Soup gets the pieces with their ancestors, so that every selector means the same
as on the whole page. Reads no headlines.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from itertools import islice, takewhile
from typing import cast

import soupsieve
from bs4 import BeautifulSoup
from bs4.builder import HTMLTreeBuilder
from bs4.element import Tag
from lxml import etree
from lxml.etree import _Element as Element

CLIMB = 4  # levels above a link without text at which its title may stand
LITTLE_TEXT = 10  # characters; less is an icon, dots or «more»
SHELL = " shell"  # attribute of an element of which only what stands in parts is kept; no page can write it
FEW_LINKS = 2  # around a link without text: itself, and the one to its category
_FEW_ANCHORS = 20  # that these links are told by

_NAME = r"[\w-]+"
_ATTRIBUTE = rf"\[{_NAME}(?:[~|^$*]?=(?:{_NAME}|\"[^\"\\,>\s]*\"|'[^'\\,>\s]*'))?\]"
_COMPOUND = rf"(?:\*|[a-zA-Z][\w-]*)?(?:[.#]{_NAME}|{_ATTRIBUTE})*"
_COMBINATOR = r"(?:\s*>\s*|\s+)"
_SIMPLE = re.compile(rf"(?=[^\s>]){_COMPOUND}(?:{_COMBINATOR}(?=[^\s>]){_COMPOUND})*")
_WITHOUT_TEXT = ("script", "style", "svg", "iframe", "object")

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


class Handover(HTMLTreeBuilder):
    """Builds the soup from a tree that is parsed already: writing it out would rewrite links."""

    def __init__(self, root: Element, parts: Iterable[Element] | None = None) -> None:
        super().__init__()
        self._root = root
        self._parts = parts
        self.sources: dict[int, Element] = {}  # of the tags, by their `id()`

    def feed(self, _markup: object) -> None:
        """Hand over the tree, or its parts with what is around them; called by Beautiful Soup."""
        if self._parts is None:
            self._all_of(self._root)
            return
        around: list[Element] = []
        for part in self._parts:
            ancestors = [*part.iterancestors()][::-1]
            common = sum(1 for _ in takewhile(lambda pair: pair[0] is pair[1], zip(around, ancestors, strict=False)))
            self._close(around[common:])
            for shell in ancestors[common:]:
                self._open(shell)[SHELL] = ""
            around = ancestors
            self._all_of(part)
        self._close(around)

    def _all_of(self, top: Element) -> None:
        for event, element in etree.iterwalk(top, events=("start", "end")):
            if event == "start":
                self._open(element)
                text = element.text
            else:
                self._close([element])
                text = element.tail if element is not top else None
            if text:
                self._introduced.handle_data(text)

    def _open(self, element: Element) -> Tag:
        attributes = {str(key): str(value) for key, value in element.attrib.items()}
        tag = self._introduced.handle_starttag(str(element.tag), None, None, attributes)
        assert tag is not None, "only a strainer of Beautiful Soup refuses tags"
        self.sources[id(tag)] = element
        return tag

    def _close(self, elements: Sequence[Element]) -> None:
        for element in reversed(elements):
            self._introduced.handle_endtag(str(element.tag))

    @property
    def _introduced(self) -> BeautifulSoup:
        assert self.soup is not None, "Beautiful Soup introduces itself first"
        return self.soup


def parse(html: str, selectors: Sequence[str] | None = None) -> Tree:
    """Return the tree of a page, reduced to what the selectors can match and what is inside; whole without them."""
    root = root_of(html)
    base = base_of(root)
    return Tree(soup_of(root, selectors), base)


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
    """Return the page for Beautiful Soup, reduced as `parse` says."""
    search = search_for(tuple(selectors)) if selectors else None
    return BeautifulSoup("", builder=Handover(root, parts_of(root, search) if search else None))


def parts_of(root: Element, search: etree.XPath) -> list[Element]:
    """Return the parts of a page that a search finds, with what belongs to them, in page order; none inside another.

    Scripts and the like are removed from the page.
    """
    etree.strip_elements(root, *_WITHOUT_TEXT, with_tail=False)
    return _outermost(map(_with_its_title, cast("list[Element]", search(root))))


@contextmanager
def released(soup: BeautifulSoup) -> Iterator[BeautifulSoup]:
    """Take the tree apart at the end: its circles would stay in memory until the next search for such."""
    try:
        yield soup
    finally:
        soup.clear(decompose=True)
        del soup.builder  # it holds what lxml has read


def has_few_links(hrefs: Iterable[object]) -> bool:
    """Tell whether the anchors in some place lead to so few addresses that what stands there is one headline.

    Takes no more of them than it needs: every link of a page may ask for the same large place.
    """
    found = set[object]()
    for count, href in enumerate(hrefs):
        if href:
            found.add(href)
        if len(found) > FEW_LINKS or count >= _FEW_ANCHORS:
            return False
    return True


def is_plain(selector: str) -> bool:
    """Tell whether a selector looks at an element and what is around it only: at no siblings and no positions."""
    return all(_SIMPLE.fullmatch(one.strip()) for one in selector.split(","))


def clear(root: Element, selectors: Sequence[str]) -> None:
    """Empty every element that the selectors find."""
    search = search_for(tuple(selectors))
    builder = Handover(root, _outermost(cast("list[Element]", search(root))) if search else None)
    with released(BeautifulSoup("", builder=builder)) as soup:
        found = [tag for selector in selectors for tag in soupsieve.select(selector, soup)]
        for tag in found:
            element = builder.sources[id(tag)]
            tail = element.tail
            element.clear()
            element.tail = tail


@cache
def search_for(selectors: tuple[str, ...]) -> etree.XPath | None:
    """Return a search for at least every element that the selectors find.

    None when one of them asks for more than an element and what is around it, such as siblings or positions.
    """
    if not all(map(is_plain, selectors)):
        return None
    return etree.XPath(" | ".join(dict.fromkeys(_way(one.strip()) for all_ in selectors for one in all_.split(","))))


def _defused(html: str) -> str:
    if html.count("<") > _MOST_TAGS:
        html = "<".join(html.split("<", _MOST_TAGS)[:_MOST_TAGS])
    return _SWOLLEN_TAG.sub("", html).replace("\x00", "\ufffd")


def _way(selector: str) -> str:
    """Return a plain selector as a path; what it asks of attributes is left out."""
    steps = re.split(f"({_COMBINATOR})", selector)
    axes = ["descendant", *("child" if ">" in combinator else "descendant" for combinator in steps[1::2])]
    return "/" + "/".join(f"{axis}::{_step(step)}" for axis, step in zip(axes, steps[::2], strict=True))


def _step(compound: str) -> str:
    bare = re.sub(_ATTRIBUTE, "", compound)
    tag = re.match(r"[a-zA-Z][\w-]*", bare)
    names = re.findall(r"([.#])([\w-]+)", bare)
    wanted = (f"[@id='{name}']" if sign == "#" else f"[contains(@class,'{name}')]" for sign, name in names)
    return (tag[0].lower() if tag else "*") + "".join(wanted)


def _outermost(elements: Iterable[Element]) -> list[Element]:
    found = dict.fromkeys(elements)
    return [one for one in found if found.keys().isdisjoint(one.iterancestors())]


def _with_its_title(element: Element) -> Element:
    """Return the element itself, the link around it, or what is around a link without text, where its title stands."""
    link = element if element.tag == "a" else next(element.iterancestors("a"), None)
    if link is None:
        return element
    if _says_little(link):
        for around in islice(link.iterancestors(), CLIMB):
            if not has_few_links(a.get("href") for a in around.iter("a")):
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
