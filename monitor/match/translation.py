r"""Translates regular expressions from Python's notation to RE2's, for text whose words may be marked; runs none.

RE2 knows the words of ASCII only. So `\w`, `\d` and `\s` are written out, and `\b` becomes a sign that the text has at
both ends of every word; everything else then has to allow for that sign.
"""

from __future__ import annotations

import re
import warnings
from collections.abc import Iterator
from dataclasses import dataclass

from monitor.text import fold_text

EDGE = "\x01"  # of a word; a control character, so no title that is shown has it
# Letters, digits and the marks upon them, as few ranges: Unicode's own classes make expressions large and slow.
LETTERS = (
    "0-9A-Za-z_ªµº\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u02c1\u0300-\u037d\u037f-\u0386\u0388-\u0559\u0560-\u0588"
    "\u0591-\u05bd\u05d0-\u05f2\u0610-\u061a\u0620-\u0669\u066e-\u06d3\u06d5-\u06dc\u06df-\u06e8\u06ea-\u06fc"
    "\u06ff\u0710-\u1fff\u2c00-\u2dff\u3005-\u3007\u3041-\ud7ff\uf900-\ufd3d\ufd50-\ufdfb\ufe70-\ufefc"
    "\uff10-\uff19\uff21-\uff3a\uff41-\uff5a\uff66-\uffdc\U00010000-\U0001efff\U00020000-\U0003ffff"
)
_MOST_REPEATS = 100  # more of them cost milliseconds in every headline

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
_IN_SET = re.compile(rf"(?P<from>{_ESCAPE}|.)(?:-(?P<to>{_ESCAPE}|[^]]))?", re.DOTALL)
_UNICODE_CLASS = re.compile(r"\\[pP](?:\{\^?\w+\}|\w)")
_CLASSES = {"w": LETTERS, "d": "0-9\u0660-\u0669\u06f0-\u06f9", "s": r"\s\p{Z}"}
_CONTROLS = {"n": "\n", "t": "\t", "r": "\r", "f": "\f", "v": "\v", "a": "\a"}
_FLAGS = re.compile(r"\(\?[is]*[:)]")
_NO_BACKTRACKING = "is not supported, since it can take for ever"


class WrongPattern(ValueError):
    """An expression that cannot be used; the message says what is wrong and at which character."""


def check_syntax(written: str) -> None:
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


def _at(place: int) -> str:
    return f" at character {place + 1}"


def marks_words(written: str) -> bool:
    r"""Tell whether an expression asks for edges of words (`\b`)."""
    return any(piece["escape"] == r"\b" for piece in _PIECE.finditer(written))


@dataclass(frozen=True, slots=True)
class Translation:
    """How one expression is translated."""

    folded: bool  # it will be looked for in folded text, so it is folded itself
    marked: bool  # the text has its words' edges marked

    def pieces(self, written: str) -> Iterator[str]:
        """Yield the translation piece by piece.

        Raises:
            WrongPattern: the expression asks for what RE2 cannot do in linear time.
        """
        for piece in _PIECE.finditer(written):
            kind, text, place = piece.lastgroup, piece[0], piece.start()
            if kind == "escape":
                yield self._escape(text, place)
            elif kind == "set":
                yield f"(?:{self._set(text, place)}{self._edge})"
            elif kind == "group":
                yield _group(text, place)
            elif kind == "repeat":
                yield _repeat(text, place)
            elif kind == "sign":
                yield {"^": f"^{self._edge}", ".": f"(?:[^\n{EDGE}]{self._edge})"}.get(text, text)
            else:
                yield self._literal(text)

    def _literal(self, char: str) -> str:
        """Return what finds one character, and the end of a word after it."""
        meant = fold_text(char) if self.folded else char
        return f"(?:{''.join(f'{_quoted(one)}{self._edge}' for one in meant)})"

    def _escape(self, text: str, place: int) -> str:
        letter = text[1]
        if letter == "b":
            return EDGE
        if letter in "wds":
            return f"(?:[{_CLASSES[letter]}]{self._edge})"
        if letter in "WDS":
            return f"(?:[^{_CLASSES[letter.lower()]}{EDGE}]{self._edge})"
        if letter == "p":
            return f"(?:{text}{self._edge})"
        if letter == "P":
            return f"(?:[^{text.replace('P', 'p', 1)}{EDGE}]{self._edge})"
        if letter == "A":
            return f"^{self._edge}"
        if letter == "Z":
            return "$"
        if letter.isdigit():
            raise WrongPattern(f"a reference to a group ({text}) {_NO_BACKTRACKING}{_at(place)}")
        return self._literal(_escaped(text, place))

    def _set(self, text: str, place: int) -> str:
        negated = text.startswith("[^")
        inner = text[2:-1] if negated else text[1:-1]
        parts = [self._in_set(part, place) for part in _IN_SET.finditer(inner)]
        if not "".join(parts):
            raise WrongPattern(f"nothing in {text} is left once tashkeel and signs are folded{_at(place)}")
        return f"[{'^' + EDGE if negated else ''}{''.join(parts)}]"

    def _in_set(self, part: re.Match[str], place: int) -> str:
        first, last = part["from"], part["to"]
        if first[0] == "\\" and first[1] in "wds":
            return _CLASSES[first[1]] + (f"\\-{self._member(last, place)}" if last else "")
        if first[0] == "\\" and first[1] == "p":
            return first
        if first[0] == "\\" and first[1] in "WDSP":
            raise WrongPattern(f"'{first}' cannot stand in [ ]; write it beside it{_at(place)}")
        if last is None:
            return self._member(first, place)
        ends = [_character(end, place) for end in (first, last)]
        meant = [fold_text(end) if self.folded else end for end in ends]
        # A range whose ends no longer stand in order (or are gone) is left as it is.
        start, end = meant if [len(one) for one in meant] == [1, 1] and meant[0] <= meant[1] else ends
        return f"{_quoted(start)}-{_quoted(end)}"

    def _member(self, text: str, place: int) -> str:
        char = _character(text, place)
        meant = fold_text(char) if self.folded else char
        if len(meant) > 1:
            raise WrongPattern(f"'{char}' is looked for as '{meant}' and cannot stand in [ ]{_at(place)}")
        return _quoted(meant)

    @property
    def _edge(self) -> str:
        """What may follow every character."""
        return f"{EDGE}?" if self.marked else ""


def _quoted(text: str) -> str:
    import re2

    return str(re2.escape(text))


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
