r"""Reads an editor's regular expression and finds it in time that grows with the title alone; knows no rules.

It is written as for Python's `re`, and run by RE2, which does not backtrack and so cannot be made to hang. RE2 knows
the words of ASCII only: a sign put at both ends of every word of the text stands for `\b`, and what is meant by `\w`,
`\d` and `\s` is written out.
"""

from __future__ import annotations

import re
import warnings
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import re2

from monitor.text import fold_text

_EDGE = "\ue000"  # of a word; private use, so no title has it
# Letters, digits and the marks upon them, as few ranges: Unicode's own classes make expressions large and slow.
_LETTERS = (
    "0-9A-Za-z_ªµº\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u02c1\u0300-\u037d\u037f-\u0386\u0388-\u0559\u0560-\u0588"
    "\u0591-\u05bd\u05d0-\u05f2\u0610-\u061a\u0620-\u0669\u066e-\u06d3\u06d5-\u06dc\u06df-\u06e8\u06ea-\u06fc"
    "\u06ff\u0710-\u1fff\u2c00-\u2dff\u3005-\u3007\u3041-\ud7ff\uf900-\ufd3d\ufd50-\ufdfb\ufe70-\ufefc"
    "\uff10-\uff19\uff21-\uff3a\uff41-\uff5a\uff66-\uffdc\U00010000-\U0001efff\U00020000-\U0003ffff"
)
_WORDS = re.compile(f"[{_LETTERS}]+")
_LONGEST = 300  # characters of an expression
_MOST_REPEATS = 100  # more of them cost milliseconds in every headline
_MEMORY = 1 << 21  # bytes RE2 may use for one expression
_LARGEST = 10_000  # steps of RE2's program; this and the memory bound what a character can cost

_ESCAPE = r"\\(?:x[0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|[pP]\{\^?\w+\}|[pP]\w|.)"
_PIECE = re.compile(
    rf"""
      (?P<escape>{_ESCAPE})
    | (?P<set>\[\^?\]?(?:\\.|[^\]\\])*\])
    | (?P<group>\((?:\?(?:P<\w+>|P=|<?[=!]|[a-zA-Z-]*[:)]|.))?)
    | (?P<repeat>(?:[*+?]|\{{\d*,\d*\}}|\{{\d+\}})[?+]?)
    | (?P<sign>[)|.^$])
    | (?P<char>.)
    """,
    re.VERBOSE | re.DOTALL,
)
_IN_SET = re.compile(rf"(?P<from>{_ESCAPE}|.)(?:-(?P<to>\\.|[^]]))?", re.DOTALL)
_UNICODE_CLASS = re.compile(r"\\[pP](?:\{\^?\w+\}|\w)")
_CLASSES = {"w": _LETTERS, "d": "0-9\u0660-\u0669\u06f0-\u06f9", "s": r"\s\p{Z}"}
_CONTROLS = {"n": "\n", "t": "\t", "r": "\r", "f": "\f", "v": "\v", "a": "\a"}
_FLAGS = re.compile(r"\(\?[is]*[:)]")
_TOO_LARGE = "it is too large; write \\w instead of \\p{L}, and fewer repetitions"
_NO_BACKTRACKING = "is not supported, since it can take for ever"


class WrongPattern(ValueError):
    """An expression that cannot be used; the message says what is wrong and at which character."""


class Text(NamedTuple):
    """A text made ready to be searched; `offsets[i]` is the index in the original of `marked[i]`, the end included."""

    marked: str
    offsets: Sequence[int]


@dataclass(frozen=True, slots=True)
class Pattern:
    """A compiled expression."""

    engine: Any

    def find(self, text: Text) -> Iterator[tuple[int, int]]:
        """Yield where it stands in the original, from left to right."""
        for found in self.engine.finditer(text.marked):
            start, end = found.span()
            while start < end and text.marked[start] == _EDGE:
                start += 1
            while start < end and text.marked[end - 1] == _EDGE:
                end -= 1
            if start < end:
                yield text.offsets[start], max(text.offsets[end], text.offsets[end - 1] + 1)


def prepare(text: str, offsets: Sequence[int]) -> Text:
    """Return the text ready to be searched; `offsets` as in `Folded`."""
    plain = text.replace(_EDGE, " ").encode("utf-8", "replace").decode()  # a lone surrogate becomes "?"
    pieces, places, last = [], [], 0
    for word in _WORDS.finditer(plain):
        start, end = word.span()
        pieces += [plain[last:start], _EDGE, plain[start:end], _EDGE]
        places += [*range(last, start), start, *range(start, end), end]
        last = end
    pieces.append(plain[last:])
    places += range(last, len(plain) + 1)
    return Text("".join(pieces), [offsets[place] for place in places])


def compile_pattern(written: str, *, folded: bool, ignore_case: bool) -> Pattern:
    """Return the expression ready to be used.

    Args:
        written: as a person wrote it, without slashes.
        folded: it will be looked for in folded text, so it is folded itself.
        ignore_case: only matters for text that is not folded.

    Raises:
        WrongPattern: it is not an expression, or one that this engine cannot run.
    """
    if len(written) > _LONGEST:
        raise WrongPattern(f"it is longer than {_LONGEST} characters")
    _check_syntax(written)
    translated = "".join(_translate(written, folded=folded))
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
    return Pattern(engine)


def _check_syntax(written: str) -> None:
    """Let Python's parser find the mistakes: it knows their place."""
    stand_in = _UNICODE_CLASS.sub(lambda found: r"\w" + "_" * (len(found[0]) - 2), written)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            re.compile(stand_in)
    except re.error as error:
        raise WrongPattern(f"{error.msg}{_at(error.pos or 0)}") from None
    except (RecursionError, OverflowError):
        raise WrongPattern("it is nested too deeply") from None


def _reason(error: re2.error) -> str:
    said = error.args[0]
    text = said.decode("utf-8", "replace") if isinstance(said, bytes) else str(said)
    return _TOO_LARGE if "too large" in text else text.replace(_EDGE, "")


def _at(place: int) -> str:
    return f" at character {place + 1}"


def _translate(written: str, *, folded: bool) -> Iterator[str]:
    for piece in _PIECE.finditer(written):
        kind, text, place = piece.lastgroup, piece[0], piece.start()
        if kind == "escape":
            yield _escape(text, place, folded=folded)
        elif kind == "set":
            yield f"(?:{_set(text, place, folded=folded)}{_EDGE}?)"
        elif kind == "group":
            yield _group(text, place)
        elif kind == "repeat":
            yield _repeat(text, place)
        elif kind == "sign":
            yield {"^": f"^{_EDGE}?", ".": f"(?:[^\n{_EDGE}]{_EDGE}?)"}.get(text, text)
        else:
            yield _literal(text, folded=folded)


def _literal(char: str, *, folded: bool) -> str:
    """Return what finds one character, and the end of a word after it."""
    meant = fold_text(char) if folded else char
    return f"(?:{''.join(f'{_quoted(one)}{_EDGE}?' for one in meant)})"


def _quoted(text: str) -> str:
    return str(re2.escape(text))


def _escape(text: str, place: int, *, folded: bool) -> str:
    letter = text[1]
    if letter == "b":
        return _EDGE
    if letter in "wds":
        return f"(?:[{_CLASSES[letter]}]{_EDGE}?)"
    if letter in "WDS":
        return f"(?:[^{_CLASSES[letter.lower()]}{_EDGE}]{_EDGE}?)"
    if letter == "p":
        return f"(?:{text}{_EDGE}?)"
    if letter == "P":
        return f"(?:[^{text.replace('P', 'p', 1)}{_EDGE}]{_EDGE}?)"
    if letter == "A":
        return f"^{_EDGE}?"
    if letter == "Z":
        return "$"
    if letter.isdigit():
        raise WrongPattern(f"a reference to a group ({text}) {_NO_BACKTRACKING}{_at(place)}")
    return _literal(_escaped(text, place), folded=folded)


def _escaped(text: str, place: int) -> str:
    """Return the character that an escape stands for."""
    letter = text[1]
    digits = text[2:]
    if letter in "xu" and digits:
        return chr(int(digits, 16))
    if letter in _CONTROLS:
        return _CONTROLS[letter]
    if letter.isascii() and letter.isalnum():
        raise WrongPattern(f"'{text}' is not supported{_at(place)}")
    return letter


def _set(text: str, place: int, *, folded: bool) -> str:
    negated = text.startswith("[^")
    inner = text[2:-1] if negated else text[1:-1]
    parts = [_in_set(part, place, folded=folded) for part in _IN_SET.finditer(inner)]
    if not "".join(parts):
        raise WrongPattern(f"nothing in {text} is left once tashkeel and signs are folded{_at(place)}")
    return f"[{'^' + _EDGE if negated else ''}{''.join(parts)}]"


def _in_set(part: re.Match[str], place: int, *, folded: bool) -> str:
    first, last = part["from"], part["to"]
    if first[0] == "\\" and first[1] in "wds":
        return _CLASSES[first[1]] + (f"\\-{_member(last, place, folded=folded)}" if last else "")
    if first[0] == "\\" and first[1] == "p":
        return first
    if first[0] == "\\" and first[1] in "WDSP":
        raise WrongPattern(f"'{first}' cannot stand in [ ]; write it beside it{_at(place)}")
    if last is None:
        return _member(first, place, folded=folded)
    ends = [_character(end, place) for end in (first, last)]
    meant = [fold_text(end) if folded else end for end in ends]
    # A range whose ends no longer stand in order (or are gone) is left as it is.
    start, end = meant if [len(one) for one in meant] == [1, 1] and meant[0] <= meant[1] else ends
    return f"{_quoted(start)}-{_quoted(end)}"


def _member(text: str, place: int, *, folded: bool) -> str:
    char = _character(text, place)
    meant = fold_text(char) if folded else char
    if len(meant) > 1:
        raise WrongPattern(f"'{char}' is looked for as '{meant}' and cannot stand in [ ]{_at(place)}")
    return _quoted(meant)


def _character(text: str, place: int) -> str:
    return _escaped(text, place) if text[0] == "\\" else text


def _group(text: str, place: int) -> str:
    if text in {"(?=", "(?!", "(?<=", "(?<!"}:
        raise WrongPattern(f"looking around with {text} {_NO_BACKTRACKING}; use none:{_at(place)}")
    if text == "(" or text.startswith("(?P<") or _FLAGS.fullmatch(text):
        return text
    raise WrongPattern(f"'{text}' is not supported{_at(place)}")


def _repeat(text: str, place: int) -> str:
    if len(text) > 1 and text.endswith("+"):
        raise WrongPattern(f"'{text}' is not supported; write '{text[:-1]}'{_at(place)}")
    if any(int(number) > _MOST_REPEATS for number in re.findall(r"\d+", text)):
        raise WrongPattern(f"{text} repeats more than {_MOST_REPEATS} times{_at(place)}")
    return text.replace("{,", "{0,", 1)
