"""Under which names a headline is known, and whether two names mean the same headline.

A key is a short string whose first letter tells its kind, strongest first: `n:` article number that is a part of
the address of its own, `u:` canonical address, `g:` the feed's own id, `w:` number at the edge of a slug, `t:`
folded title. It does not decide what is news; `engine` does.
"""

from __future__ import annotations

import hashlib
import re
from collections import Counter, defaultdict
from collections.abc import Collection, Iterator, Sequence
from urllib.parse import urlsplit

from monitor import urls
from monitor.model import Item
from monitor.text import title_key

STRENGTH = "nugwt"
MIN_OVERLAP = 1 / 3  # share of common words from which two titles may be versions of one headline
_MIN_SLUG = 6  # a last path segment shorter than this says nothing
_LONG = 4  # words from which a title is not given twice by chance
# What a site adds to titles, such as its name: behind or before a sign, on most headlines of a page.
_BEHIND, _BEFORE = re.compile(r"\s+[|–—•·-]\s+[^|–—•·]{2,40}$"), re.compile(r"^[^|–—•·]{2,40}\s+[|–—•·-]\s+")
_DRESSED, _DRESSED_FROM = 0.6, 4  # share of a page's titles, and how many at least


def key_of_title(title: str) -> str:
    """Return the key of a title; the same for titles that differ only cosmetically."""
    return "t:" + hashlib.blake2b(title_key(title).encode("utf-8", "surrogatepass"), digest_size=10).hexdigest()


def keys_of(item: Item) -> frozenset[str]:
    """Return every key of an item, its title's among them."""
    keys = {key_of_title(item.title)}
    if item.url:
        keys.add("u:" + urls.canonical(item.url))
    for address in (item.url, item.guid):
        number = urls.article_id(address) if address else None
        if number:
            keys.add(f"{'n' if number.strong else 'w'}:{number.number}")
    if item.guid:
        keys.add("g:" + item.guid[:500])
    return frozenset(keys)


def keys_of_page(items: Sequence[Item]) -> list[frozenset[str]]:
    """Return the keys of each item of one page, without those that cannot be identities.

    A number, address or id under which the page shows two unlike titles (a live page, a section number, a constant
    guid) identifies neither. What most titles of the page have in common at an end, such as the site's name, is no
    part of theirs: they are known with it and without it.
    """
    page = [keys_of(item) for item in items]
    for index, plain in _undressed([item.title for item in items]):
        page[index] |= {key_of_title(plain)}
    titles: dict[str, list[str]] = defaultdict(list)
    for item, keys in zip(items, page, strict=True):
        for key in keys:
            titles[key].append(item.title)
    useless = {key for key, shown in titles.items() if _unlike(shown)}
    return [keys - useless for keys in page]


def _unlike(titles: Sequence[str]) -> bool:
    return any(overlap(titles[0], title) < MIN_OVERLAP for title in titles[1:] if title != titles[0])


def _undressed(titles: Sequence[str]) -> Iterator[tuple[int, str]]:
    """Yield the number and the rest of each title that shares its end or beginning with most of the others."""
    for pattern in (_BEHIND, _BEFORE):
        found = [pattern.search(title) for title in titles]
        usual, count = Counter(match[0] for match in found if match).most_common(1)[0] if any(found) else ("", 0)
        if count >= max(_DRESSED_FROM, _DRESSED * len(titles)):
            for index, match in enumerate(found):
                if match and match[0] == usual:
                    yield index, match.string[: match.start()] + match.string[match.end() :]


def says_enough(title: str) -> bool:
    """Tell whether a title has so many words that nobody gives it to two stories of one day."""
    return len(title_key(title).split()) >= _LONG


def form(url: str) -> str:
    """Return of which kind an address is: the same for all articles of a site until it changes its addresses."""
    return "/".join(_part(part) for part in urlsplit(urls.canonical(url)).path.split("/"))


def says_little(url: str) -> bool:
    """Tell whether an address may be that of a live page or of a section: it has no article number and no slug."""
    return not urls.article_id(url) and "-" not in urlsplit(urls.canonical(url)).path.rpartition("/")[2]


def _part(part: str) -> str:
    """Return a word for one folder of a path: its number, a slug and how it ends, or the folder's own name."""
    stem, dot, ending = part.rpartition(".")
    stem, ending = (stem, dot + ending) if dot else (part, "")
    if stem.isdecimal():
        return "0" + ending
    if "-" not in stem and "_" not in stem and "%" not in stem:
        return stem + ending
    return ("a-0" if stem[-1].isdecimal() else "0-a" if stem[0].isdecimal() else "a-a") + ending


def primary(keys: Collection[str]) -> str:
    """Return the strongest key."""
    return min(keys, key=lambda key: (STRENGTH.index(key[0]), key))


def overlap(title: str, other: str) -> float:
    """Return the share of common folded words, relative to the shorter title: 0 to 1."""
    words, others = set(title_key(title).split()), set(title_key(other).split())
    return len(words & others) / max(1, min(len(words), len(others)))


def same_headline(
    shared: Collection[str], title: str, url: str | None, other_title: str, other_url: str | None
) -> bool:
    """Decide whether two sightings that share the given keys are one headline.

    The rule errs towards "no": a headline told twice is a nuisance, one never told is a failure.
    """
    kinds = {key[0] for key in shared}
    if "u" in kinds:
        return True
    if "t" in kinds and (not url or not other_url or same_place(url, other_url)):
        return True
    if "n" in kinds and url and other_url and _same_number_place(url, other_url, shared):
        return True
    if kinds & {"n", "g", "w"}:
        return overlap(title, other_title) >= MIN_OVERLAP
    return False


def same_place(url: str, other: str) -> bool:
    """Tell whether two addresses under one title differ only in the query or in the folders before the slug."""
    number, other_number = urls.article_id(url), urls.article_id(other)
    if number and other_number and number.number != other_number.number:
        return False
    path, other_path = (urlsplit(urls.canonical(address)).path for address in (url, other))
    if path == other_path:
        return True
    slug = path.rpartition("/")[2]
    return len(slug) >= _MIN_SLUG and slug == other_path.rpartition("/")[2]


def _same_number_place(url: str, other: str, shared: Collection[str]) -> bool:
    """Tell whether the shared article number stands behind the same folders in both addresses."""
    number = next(key[2:] for key in sorted(shared) if key.startswith("n:"))
    before, found, _ = urls.canonical(url).partition("/" + number)
    other_before, other_found, _ = urls.canonical(other).partition("/" + number)
    return bool(found and other_found) and before == other_before
