"""A headline's title made ready for matching: cut into words once, however many rules look at it."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property

from monitor.match.pattern import Text
from monitor.text import Token, fold, headline_start, tokens, unglued


class Title:
    """A title; what is made of it is made when it is first asked for."""

    def __init__(self, text: str) -> None:
        self.text = text
        self._folded = fold(text)
        start = headline_start(text)  # a mark such as «عاجل :» is none of the words
        self.words: Sequence[Token] = tuple(word for word in tokens(self._folded) if word.start >= start)

    @cached_property
    def readings(self) -> tuple[Sequence[Token], ...]:
        """The words, and a second time with those taken apart that miss a space between them, if there are such."""
        apart = unglued(self.words)
        return (self.words,) if apart is None else (self.words, apart)

    @cached_property
    def folded(self) -> Text:
        """The folded title for expressions."""
        return Text(self._folded.text, self._folded.offsets)

    @cached_property
    def raw(self) -> Text:
        """The title as it is written, for expressions."""
        return Text(self.text, range(len(self.text) + 1))
