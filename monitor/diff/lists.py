"""The word lists of `data/` by which headlines are compared; those that are put together elsewhere are not kept."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

from monitor.diff.listing import read
from monitor.diff.stems import stem
from monitor.text import languages_of

_WITHIN, _STAGE, _FOLLOWS = ">", "!", "!!"  # signs: a place within a place, a stage of an affair, what follows an event


def fillers() -> frozenset[str]:
    """Return the words that say nothing about an event."""
    return _words("fillers")


@cache
def negations() -> frozenset[str]:
    """Return the words that turn what is said into its contrary."""
    return _words("negations")


def usual() -> frozenset[str]:
    """Return the words, and their stems, that daily news is made of."""
    listed = _words("usual")
    return listed | {stem(word) for word in listed}


@cache
def questions() -> frozenset[str]:
    """Return the words with which questions begin."""
    return _words("questions")


def common() -> frozenset[str]:
    """Return the words, and their stems, that say little."""
    listed = _words("common")
    return listed | {stem(word) for word in listed}


def numerals() -> Mapping[str, str]:
    """Return the digits of numbers in words."""
    return {word: digits for digits, *others in read("numerals") for word in others}


def places() -> Mapping[str, int]:
    """Return the number of the place that a word or stem names, or the people of the place."""
    found: dict[str, int] = {}
    for number, line in enumerate(read("places")):
        for word in line:
            for form in _forms(word) if word != _WITHIN else ():
                found.setdefault(form, number)
    return found


def _forms(place: str) -> tuple[str, ...]:
    """Return what a place and its people may be called: سودان and سوداني, فرنسا and فرنسي, إيطاليا and إيطالي.

    A place with the article is none without it: العيون is a town, عيون are eyes.
    """
    if languages_of(place) != ("ar",):
        return place, stem(place)
    bare = place.removeprefix("ال")
    base = bare.removesuffix("يا") if len(bare) > 4 else bare
    base = base.rstrip("اه") if len(base) > 3 else base
    people = [base + ending for ending in ("ي", "يه", "يين", "يون")] if len(base) > 2 else []
    people += [article + name for article in ("ال", "لل", "بال", "وال") for name in people]
    if bare != place:
        return (place, *(particle + place for particle in "وفبك"), "لل" + bare, *people)
    return (place, stem(place), *people)


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


def events() -> Mapping[str, int]:
    """Return the number of the kind of event that a word or stem tells."""
    return _numbered("events")


def things() -> Mapping[str, int]:
    """Return the number of what a word or stem calls by one of its names."""
    return _numbered("things")


def stages() -> Mapping[str, frozenset[int]]:
    """Return the numbers of the stages of an affair that a word or stem may tell."""
    found: dict[str, frozenset[int]] = {}
    for number, (sign, *listed) in enumerate(read("events")):
        for word in listed if sign in {_STAGE, _FOLLOWS} else ():
            for form in {word, stem(word)}:
                found[form] = found.get(form, frozenset()) | {number}
    return found


@cache
def followups() -> frozenset[int]:
    """Return the numbers of the stages that follow an event, or come before it."""
    return frozenset(number for number, (sign, *_) in enumerate(read("events")) if sign == _FOLLOWS)


def _words(name: str) -> frozenset[str]:
    return frozenset(word for line in read(name) for word in line)


def _numbered(name: str) -> dict[str, int]:
    """Return for each word of a list, and for its stem, the number of its line; the first line that has it counts."""
    found: dict[str, int] = {}
    for number, line in enumerate(read(name)):
        for word in line:
            if word not in {_WITHIN, _STAGE, _FOLLOWS}:
                found.setdefault(word, number)
                found.setdefault(stem(word), number)
    return found
