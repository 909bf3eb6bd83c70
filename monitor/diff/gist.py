"""What a headline tells, as values that can be compared: weighted words, numbers, places, events; compares nothing."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from monitor.diff import lists
from monitor.diff.listing import folded
from monitor.diff.stems import stem
from monitor.text import title_key

# What a word of each sort weighs.
NAME, PLAIN, COMMON, EVENT, PLACE, NUMBER, SHORT = 1.2, 1.0, 0.4, 0.7, 0.8, 0.6, 0.5
_CAPITALISED = re.compile(r"(?<![.:!?«»\"“”|—–-])(?<!^)\s(?:[^\W\d_]['’])?([A-ZÀ-Þ][\w]{2,})")
_TITLE_CASE = 0.6  # share of words in capitals from which capitals say nothing
_THOUSANDS = re.compile(r"(?<=[1-9])000$|^000$")  # «12 ألف» and 12000, 2,000 and 2 thousand


@dataclass(frozen=True, slots=True)
class Word:
    """One word of a headline: what it is compared by, and how much it says."""

    key: str  # stem, or the sign and number of its kind of event (!), place (@) or number (#)
    weight: float
    stages: frozenset[int] = frozenset()  # of an affair


@dataclass(frozen=True, slots=True)
class Gist:
    """What one headline tells."""

    words: tuple[Word, ...]  # each once
    weight: float
    order: tuple[str, ...]  # their keys as they follow each other
    own: frozenset[str]  # keys that say most: neither common nor of an event, place or number
    numbers: frozenset[str]
    places: frozenset[int]
    events: frozenset[str]
    names: frozenset[str]  # Latin words with a capital within the sentence
    stages: frozenset[int]  # of an affair
    text: str  # folded


@lru_cache(maxsize=8192)
def gist(title: str) -> Gist:
    """Return what a headline tells."""
    folded = title_key(title)
    names = _names(title)
    order = [word for word in map(_word, folded.split()) if word]
    unlike = tuple({word.key: _named(word, names) for word in order}.values())
    keys = tuple([word.key for word in order])
    signed = [key for key in keys if key[0] in "#@!"]
    return Gist(
        words=unlike,
        weight=sum([word.weight for word in unlike]),
        order=keys,
        own=frozenset([word.key for word in unlike if word.weight >= PLAIN]),
        numbers=frozenset([key for key in signed if key[0] == "#"]),
        places=frozenset([int(key[1:]) for key in signed if key[0] == "@"]),
        events=frozenset([key for key in signed if key[0] == "!"]),
        names=names,
        stages=frozenset().union(*[word.stages for word in order if word.stages]),
        text=folded,
    )


@lru_cache(maxsize=65536)
def _word(token: str) -> Word | None:
    """Return what a folded word, or a number with its sign, counts as, or None: nothing."""
    token = token.lstrip("+-")
    if token in lists.fillers() or (len(token) < 2 and not token.isdigit()):
        return None
    if token in lists.numerals():
        return Word("#" + lists.numerals()[token], NUMBER)
    if token[0].isdigit():
        digits = _THOUSANDS.sub("", token)
        return Word("#" + digits, NUMBER) if digits else None
    stemmed = stem(token)
    stages = lists.stages().get(token) or lists.stages().get(stemmed, frozenset())
    for listed, sign, weight in ((lists.places(), "@", PLACE), (lists.events(), "!", EVENT)):
        number = listed.get(token, listed.get(stemmed))
        if number is not None:
            return Word(f"{sign}{number}", weight, stages)
    common = token in lists.common() or stemmed in lists.common()
    return Word(stemmed, COMMON if common else SHORT if len(token) < 3 else PLAIN, stages)


def _names(title: str) -> frozenset[str]:
    """Return the stems of names: Latin words with a capital, unless the whole headline is set in capitals."""
    found = _CAPITALISED.findall(title)
    if not found or len(found) > _TITLE_CASE * (title.count(" ") + 1):
        return frozenset()
    return frozenset(stem(folded(word)) for word in found)


def _named(word: Word, names: frozenset[str]) -> Word:
    return Word(word.key, NAME) if word.key in names else word
