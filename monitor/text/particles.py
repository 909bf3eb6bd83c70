"""The particles that Arabic writes together with the word that follows; knows no words."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

ARTICLE = "ال"
CALL = "يا"  # sloppy for a word of its own: ياسيسي
_CONJUNCTIONS = "وف"
_PREPOSITIONS = "بكل"
_CONTRACTED = "لل"  # ل swallows the alef of the article


class Split(NamedTuple):
    """A token without particles that it may begin with."""

    particles: str
    article: bool
    rest: str


def splits(text: str) -> Iterator[Split]:
    """Yield all ways to take particles from a token, fewest first: (يا)(و ف)(ب ك ل)(ال)word, (و ف)للword."""
    for call in ("", CALL) if text.startswith(CALL) else ("",):
        yield from _after(call, text[len(call) :])
        if text[len(call) : len(call) + 1] in _CONJUNCTIONS:
            yield from _after(text[: len(call) + 1], text[len(call) + 1 :])


def _after(particles: str, text: str) -> Iterator[Split]:
    yield from _definite(particles, text)
    if text[:1] and text[0] in _PREPOSITIONS:
        yield from _definite(particles + text[0], text[1:])
    if text.startswith(_CONTRACTED):
        yield Split(particles + "ل", article=True, rest=text[2:])
        yield Split(particles + "ل", article=True, rest=text[1:])  # one of three ل in a row is not written: للغة


def _definite(particles: str, text: str) -> Iterator[Split]:
    if text:
        yield Split(particles, article=False, rest=text)
    if text.startswith(ARTICLE) and len(text) > len(ARTICLE):
        yield Split(particles, article=True, rest=text[len(ARTICLE) :])


def joins(rest: str, *, bare: bool, definite: bool) -> Iterator[str]:
    """Yield the tokens that `splits` takes apart to this rest, without and with the article."""
    for conjunction in ("", *_CONJUNCTIONS):
        for particle in ("", *_PREPOSITIONS):
            if bare:
                yield conjunction + particle + rest
            if definite and particle != "ل":
                yield conjunction + particle + ARTICLE + rest
        if definite:
            yield conjunction + ("ل" + rest if rest.startswith("ل") else _CONTRACTED + rest)
