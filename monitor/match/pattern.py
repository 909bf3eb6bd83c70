"""Finds an editor's regular expression in a title, in time that grows with the title alone; knows no rules.

It is written as for Python's `re`, and run by RE2, which does not backtrack and so cannot be made to hang.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from monitor.match.translation import EDGE, LETTERS, Translation, WrongPattern, check_syntax, marks_words

_WORDS = re.compile(f"[{LETTERS}]+")
_LONGEST = 300  # characters of an expression
_MEMORY = 1 << 21  # bytes RE2 may use for one expression
_LARGEST = 2_500  # steps of RE2's program; this and the memory bound what a character can cost

_TOO_LARGE = "it is too large; write .* instead of .{0,99}, and \\w instead of \\p{L}"


class Text:
    """A text to be searched; `offsets[i]` is the index in the original of its i-th character, the end included."""

    def __init__(self, text: str, offsets: Sequence[int]) -> None:
        self.plain = text.replace(EDGE, " ").encode("utf-8", "replace").decode()  # a lone surrogate becomes "?"
        self._offsets = offsets

    @cached_property
    def marked(self) -> str:
        """The text with a mark at both ends of every word."""
        return _WORDS.sub(rf"{EDGE}\g<0>{EDGE}", self.plain)

    def original(self, start: int, end: int) -> tuple[int, int]:
        """Return the place in the original of a piece."""
        return self._offsets[start], max(self._offsets[end], self._offsets[end - 1] + 1)


@dataclass(frozen=True, slots=True)
class Pattern:
    """A compiled expression."""

    engine: Any
    marked: bool  # it has to be looked for in marked text

    def find(self, text: Text) -> Iterator[tuple[int, int]]:
        """Yield where it stands in the original, from left to right."""
        searched = text.marked if self.marked else text.plain
        for found in self.engine.finditer(searched):
            start, end = found.span()
            if self.marked:
                start, end = (place - searched.count(EDGE, 0, place) for place in (start, end))
            if start < end:
                yield text.original(start, end)


def compile_pattern(written: str, *, folded: bool, ignore_case: bool) -> Pattern:
    """Return the expression ready to be used.

    Args:
        written: as a person wrote it, without slashes.
        folded: it will be looked for in folded text, so it is folded itself.
        ignore_case: only matters for text that is not folded.

    Raises:
        WrongPattern: it is not an expression, or one that this engine cannot run.
    """
    import re2

    if len(written) > _LONGEST:
        raise WrongPattern(f"it is longer than {_LONGEST} characters")
    check_syntax(written)
    marked = marks_words(written)
    translated = "".join(Translation(folded=folded, marked=marked).pieces(written))
    options = re2.Options()
    options.log_errors, options.max_mem, options.case_sensitive = False, _MEMORY, not ignore_case
    try:
        engine = re2.compile(translated, options)
    except re2.error as error:
        raise WrongPattern(_reason(error)) from None
    if engine.programsize > _LARGEST:
        raise WrongPattern(_TOO_LARGE)
    if engine.search(""):
        raise WrongPattern("it is found in an empty text, and so in every headline")
    return Pattern(engine, marked)


def _reason(error: Exception) -> str:
    said = error.args[0]
    text = said.decode("utf-8", "replace") if isinstance(said, bytes) else str(said)
    return _TOO_LARGE if "too large" in text else text.replace(EDGE, "")
