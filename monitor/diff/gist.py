"""What a headline tells, as values that can be compared: weighted words, numbers, places, events; compares nothing."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import NamedTuple

from monitor.diff import lists
from monitor.diff.listing import folded
from monitor.diff.stems import root, stem
from monitor.text import title_key
from monitor.text.tokens import WORD

SIGNS = "#@!~"  # first letters of the keys of numbers, places, events and things
# What a word of each sort weighs.
NAME, PLAIN, USUAL, EVENT, PLACE, NUMBER, THING, SHORT, COMMON = 1.2, 1.0, 0.75, 0.85, 0.8, 0.6, 1.0, 0.5, 0.4
_CAPITALISED = re.compile(r"\s(?<![.:!?«»\"“”|—–-]\s)(?<!^\s)(?:[^\W\d_]['’])?([A-ZÀ-Þ][\w]{2,})")
_CAPITAL = re.compile("[A-ZÀ-Þ]")
_TITLE_CASE = 0.6  # share of words in capitals from which capitals say nothing
# What stands before a colon names the affair, the place or the speaker: all headlines of an affair share it.
_HEAD_END = re.compile(r"[:|…]|\.[.\s]+|\s[–—-]\s")
_HEAD, _HEAD_WORDS, _BODY_WORDS = 0.7, 5, 3  # what such words weigh; how many there are at most; what they leave
_PARTS = re.compile(WORD)
_ASKS = re.compile("[?؟]")
_TIMES = {"مره", "المره", "للمره", "fois", "time"}  # «for the third time» is no third one
_NO_STAGES: frozenset[int] = frozenset()
_THOUSANDS = re.compile(r"(?<=[1-9])000$|^000$")  # «12 ألف» and 12000, 2,000 and 2 thousand


class Word(NamedTuple):  # made for every new word: in a third of the time of a dataclass
    """One word of a headline: what it is compared by, and how much it says."""

    key: str  # stem, or the sign and number of its kind of event (!), place (@), thing (~) or number (#)
    weight: float
    kin: str  # what its derivations share: the root, or else the key
    stages: frozenset[int] = _NO_STAGES  # of an affair


@dataclass(frozen=True, slots=True)
class Gist:
    """The words of one headline."""

    text: str  # folded
    order: tuple[str, ...]  # keys as they follow each other
    weights: dict[str, float]  # of each key
    kin: dict[str, str]  # of each key
    weight: float
    own: frozenset[str]  # keys that say most: neither common nor of an event, place, thing or number
    names: frozenset[str]  # Latin words with a capital within the sentence
    head: frozenset[str]  # keys of what names the affair, the place or the speaker, before a colon


@dataclass(frozen=True, slots=True)
class Signs:
    """What tells one headline from others that have the same words."""

    numbers: frozenset[str]
    days: frozenset[str]  # of the week, among the numbers
    row: frozenset[str]  # places in a row, among the numbers: a third one
    counts: frozenset[tuple[str, str]]  # what is counted, and how many
    places: frozenset[int]
    events: frozenset[str]
    stages: frozenset[int]  # of an affair
    told: frozenset[frozenset[int]]  # the stages that each word may tell: a vote adopts a law, and elects
    denies: bool  # says that something is not so
    asks: bool  # asks or explains, instead of telling


@lru_cache(maxsize=256)
def gist(title: str) -> Gist:
    """Return what a headline tells."""
    text = title_key(title)
    tokens = text.split()
    words = [word for word in map(_word, tokens) if word]
    weights = {word.key: word.weight for word in words}
    own = {word.key for word in words if word.weight >= USUAL and word.key[0] not in SIGNS}
    names = _names(title).intersection(weights)  # a place is judged as a place
    for name in names:
        weights[name] = NAME
    body = _body(title)
    head: frozenset[str] = frozenset()
    if 0 < body < len(tokens):
        before = {word.key for word in map(_word, tokens[:-body]) if word}
        head = frozenset([key for key in before if key in own or key[0] == "@"])
        kept = {word.key for word in map(_word, tokens[-body:]) if word}
        weights = {key: weight if key in kept else _HEAD * weight for key, weight in weights.items()}
    return Gist(
        text=text,
        order=tuple([word.key for word in words]),
        weights=weights,
        kin={word.key: word.kin for word in words},
        weight=sum(weights.values()),
        own=names.union(own),
        names=names,
        head=head,
    )


@lru_cache(maxsize=256)
def signs(title: str) -> Signs:
    """Return what tells a headline from others that have the same words."""
    tokens = title_key(title).split()
    words = [word for word in map(_word, tokens) if word]
    keys = [word.key for word in words]
    numbers = frozenset([key for key in keys if key[0] == "#"])
    told = frozenset([word.stages for word in words if word.stages])
    row = frozenset([key for key in numbers if key[1] == "o"])
    return Signs(
        numbers=numbers,
        days=frozenset([key for key in numbers if key[1] == "d"]),
        row=row if row and _TIMES.isdisjoint(tokens) else frozenset(),
        counts=_counts([word for word in words if word.key[:2] not in {"#d", "#o"}]) if numbers else frozenset(),
        places=frozenset([int(key[1:]) for key in keys if key[0] == "@"]),
        events=frozenset([key for key in keys if key[0] == "!"]),
        stages=frozenset().union(*told),
        told=told,
        denies=not lists.negations().isdisjoint(tokens),
        asks=bool(_ASKS.search(title)) or not lists.questions().isdisjoint(tokens[:1] + tokens[-_body(title) :][:1]),
    )


def _body(title: str) -> int:
    """Return how many words follow what names the affair, or 0: nothing does."""
    for end in _HEAD_END.finditer(title):
        if title.count(" ", 0, end.start()) >= _HEAD_WORDS:
            return 0
        after = len(_PARTS.findall(title, end.end()))
        if after >= _BODY_WORDS:
            return after
    return 0


def _counts(words: list[Word]) -> frozenset[tuple[str, str]]:
    """Return what the numbers count: the word behind them, or else the one before."""
    found = []
    for at, word in enumerate(words):
        if word.key[0] == "#":
            near = (*words[at + 1 : at + 3], *words[max(0, at - 1) : at])
            found.append((next((other.kin for other in near if other.key[0] != "#"), ""), word.key))
    return frozenset(found)


@lru_cache(maxsize=4096)
def _word(token: str) -> Word | None:
    """Return what a folded word, or a number with its sign, counts as, or None: nothing."""
    token = token.lstrip("+-" + SIGNS)  # a title of symbols only is kept as it is
    if token in _apart():
        return _apart()[token]
    if token in _listed():
        return _listed()[token]
    if len(token) < 2 and not token.isdigit():
        return None
    if token[0].isdigit():
        digits = _THOUSANDS.sub("", token)
        return _number(digits) if digits else None
    stemmed = stem(token)
    return _listed().get(stemmed) or Word(stemmed, SHORT if len(token) < 3 else PLAIN, root(stemmed) or stemmed)


@cache
def _apart() -> Mapping[str, Word | None]:
    """Return what the words count as that are known only as they stand: numbers, and what says nothing."""
    numerals = {word: _number(digits) for word, digits in lists.numerals().items()}
    return {**numerals, **dict.fromkeys(lists.fillers())}


@cache
def _listed() -> Mapping[str, Word]:
    """Return what the words of the lists, and their stems, count as; places before events, things and the common."""
    found = {word: Word(stem(word), USUAL, root(stem(word)) or stem(word)) for word in lists.usual()}
    found |= {word: Word(stem(word), COMMON, root(stem(word)) or stem(word)) for word in lists.common()}
    staged, once = lists.stages(), dict[Word, Word]()  # all forms of a place count as one and the same
    sorts = ((lists.things(), "~", THING), (lists.events(), "!", EVENT), (lists.places(), "@", PLACE))
    for numbers, sign, weight in sorts:
        for word, number in numbers.items():
            key = f"{sign}{number}"
            made = Word(key, weight, key, staged.get(word) or staged.get(stem(word), _NO_STAGES))
            found[word] = once.setdefault(made, made)
    return found


def _number(digits: str) -> Word:
    return Word(f"#{digits}", NUMBER, f"#{digits}")


def _names(title: str) -> frozenset[str]:
    """Return the stems of names: Latin words with a capital, unless the whole headline is set in capitals."""
    found = _CAPITALISED.findall(title) if _CAPITAL.search(title) else ()
    if not found or len(found) > _TITLE_CASE * (title.count(" ") + 1):
        return frozenset()
    words = [_word(word.lower() if word.isascii() else folded(word)) for word in found]
    return frozenset([word.key for word in words if word and word.key[0] not in SIGNS])
