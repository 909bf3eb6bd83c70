"""Makes a title fit to be shown: one line, no invisible or hostile characters; markup is removed by the caller."""

from __future__ import annotations

import re
import unicodedata

from monitor.text.times import strip_times

LONGEST = 500  # characters
_READ = 20 * LONGEST  # of a hostile page's title no more than this is looked at
_MARKS = 4  # on one base: vocalised Arabic has two or three, Zalgo dozens
_JOINERS = "\u200c\u200d"  # Persian and Indic spelling, emoji of several people
_JUNK = frozenset(
    {
        *"\u034f\u115f\u1160\u3164\uffa0\u17b4\u17b5\ufffc",  # look like nothing, or stand for nothing
        *map(chr, range(0xFDD0, 0xFDF0)),  # reserved for no character, as are the last two of every plane
        *(chr(plane * 0x10000 + last) for plane in range(17) for last in (0xFFFE, 0xFFFF)),
    }
)
_BLANK = "\u2800"
_CACHED_BELOW = 0x30000

_STRAY_JOINERS = re.compile(rf"(?<![^\s{_JOINERS}])[{_JOINERS}]+|[{_JOINERS}]+(?=\s|$)|(?<=[{_JOINERS}])[{_JOINERS}]+")
# Marks that scripts of the news, and symbols, can carry.
_MARK = (
    r"[\u0300-\u036f\u0483-\u0489\u0591-\u05c7\u0610-\u061a\u064b-\u065f\u0670\u06d6-\u06ed\u08ca-\u08ff"
    r"\u0900-\u0902\u093a-\u094f\u0e31\u0e34-\u0e3a\u0e47-\u0e4e\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff"
    r"\ufe00-\ufe0f\ufe20-\ufe2f]"
)
_ZALGO = re.compile(rf"({_MARK}{{{_MARKS}}}){_MARK}+")


class _Table(dict[int, str]):
    """What is shown for every character by its code point, filled as characters are met."""

    def __missing__(self, code: int) -> str:
        shown = _show(chr(code))
        if code < _CACHED_BELOW:
            self[code] = shown
        return shown


_TABLE = _Table()


def clean(text: str) -> str:
    """Return the display form of a title: at most 500 characters in one line.

    Removes control, bidi and zero-width characters, lone surrogates, piles of marks, and what sites print around a
    title: times, ages, list numbers, bullets and bars. Cleaning twice changes nothing.
    """
    shown = text[:_READ].translate(_TABLE)
    if not shown.isascii():
        shown = _STRAY_JOINERS.sub("", _ZALGO.sub(r"\1", shown))
    return strip_times(_capped(" ".join(shown.split())))


def _capped(line: str) -> str:
    if len(line) <= LONGEST:
        return line
    return line[: LONGEST - 1].rstrip(" …" + _JOINERS) + "…"


def _show(char: str) -> str:
    category = unicodedata.category(char)
    if category in {"Zs", "Zl", "Zp"} or char in "\t\n\v\f\r\x85" or char == _BLANK:
        return " "
    if char in _JOINERS:
        return char
    return "" if category in {"Cc", "Cf", "Cs", "Co"} or char in _JUNK else char
