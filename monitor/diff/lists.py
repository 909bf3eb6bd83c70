"""The word lists by which headlines are compared of `data/`, ready to be asked."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

from monitor.diff.listing import read
from monitor.diff.stems import stem

_WITHIN, _STAGE = ">", "!"  # signs of the lists: a place within a place, a stage of an affair


@cache
def fillers() -> frozenset[str]:
    """Return the words that say nothing about an event."""
    return _words("fillers")


@cache
def common() -> frozenset[str]:
    """Return the words, and their stems, that say little."""
    listed = _words("common")
    return listed | {stem(word) for word in listed}


@cache
def numerals() -> Mapping[str, str]:
    """Return the digits of numbers in words."""
    return {word: digits for digits, *others in read("numerals") for word in others}


@cache
def places() -> Mapping[str, int]:
    """Return the number of the place that a word or stem names."""
    return _numbered("places")


@cache
def within() -> Mapping[int, int]:
    """Return for every place that lies within another one the other's number."""
    found: dict[int, int] = {}
    country = 0
    for number, (sign, *_) in enumerate(read("places")):
        if sign == _WITHIN:
            found[number] = country
        else:
            country = number
    return found


@cache
def events() -> Mapping[str, int]:
    """Return the number of the kind of event that a word or stem tells."""
    return _numbered("events")


@cache
def stages() -> Mapping[str, frozenset[int]]:
    """Return the numbers of the stages of an affair that a word or stem may tell."""
    found: dict[str, frozenset[int]] = {}
    for number, (sign, *listed) in enumerate(read("events")):
        for word in listed if sign == _STAGE else ():
            for form in {word, stem(word)}:
                found[form] = found.get(form, frozenset()) | {number}
    return found


def _words(name: str) -> frozenset[str]:
    return frozenset(word for line in read(name) for word in line)


def _numbered(name: str) -> dict[str, int]:
    """Return for each word of a list, and for its stem, the number of its line; the first line that has it counts."""
    found: dict[str, int] = {}
    for number, line in enumerate(read(name)):
        for word in line:
            if word not in {_WITHIN, _STAGE}:
                found.setdefault(word, number)
                found.setdefault(stem(word), number)
    return found
