"""Says in plain words what is wrong with text that is not YAML, or not even text; parses nothing itself."""

from __future__ import annotations

import codecs
import re

import yaml

from monitor.config.problems import Place, Problem, WrongFile, line_of

MAX_BYTES = 1 << 20

_UNPRINTABLE = re.compile("[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_WIDE = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE, b"\0")
QUOTE = 'a text that begins with {0} must stand in quotes: "{0}..."'
_WORDINGS = (
    # what libyaml or PyYAML says -> what we say, and what to do
    ("mapping values are not allowed", "a second ': ' in one line, or a wrong indentation",
     "put a text that contains ': ' in quotes; keys of one block start in the same column"),
    ("expected ',' or ']'", "the list that starts here does not end",
     "close it with ']', and put ',' between its items"),
    ("expected ',' or '}'", "the block that starts here does not end",
     "close it with '}', and put ',' between its keys"),
    ("unexpected end of stream", "the quoted text that starts here does not end", "close it with the same quote"),
    ("unknown escape character", "an unknown sign after a backslash in double quotes",
     "use single quotes for a text with backslashes: '...'"),
    ("Unicode character escape", "an impossible character after a backslash",
     "write the character itself, or use single quotes: '...'"),
    ("expected '-' indicator", "this line stands in the wrong column",
     "keys of one block start in the same column; items of a list start with '- '"),
    ("expected <block end>", "this line does not belong to the block above it",
     "keys of one block, and items of one list, start in the same column"),
    ("expected key", "this line does not belong to the block above it", "keys of one block start in the same column"),
    ("tab character", "a tab character where YAML wants spaces", "indent with spaces"),
    ("expected ':'", "a key without ':'", "write: key: value"),
)  # fmt: skip
_RESERVED = {"alias": "*", "anchor": "&", "directive": "%", "tag": "!"}
_AT_START = {"expected ',' or ']'", "expected ',' or '}'", "unexpected end of stream", "unknown escape character"}


def decode(data: bytes) -> str:
    """Return the text of a file's bytes, without byte order mark.

    Raises:
        WrongFile: it is too large, or no UTF-8 text.
    """
    if len(data) > MAX_BYTES:
        raise WrongFile(Problem(f"the file is larger than {MAX_BYTES // 1024} KiB", hint="is this the right file?"))
    if data.startswith(_WIDE) or b"\0" in data[:4]:
        raise WrongFile(Problem("the file is not UTF-8 but looks like UTF-16", hint="save it with the encoding UTF-8"))
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        before = data[: error.start].decode("utf-8-sig")
        message = f"not UTF-8 text (byte 0x{data[error.start]:02x})"
        raise WrongFile(
            Problem(message, _place_at(before, len(before)), hint="save the file with the encoding UTF-8")
        ) from None
    if odd := _UNPRINTABLE.search(text):
        raise WrongFile(
            Problem(f"a control character (U+{ord(odd[0]):04X})", _place_at(text, odd.start()), hint="remove it")
        )
    return text


def explain(error: yaml.YAMLError, text: str) -> Problem:
    """Return what a parser's error means to a person who edits the text."""
    said, mark = str(getattr(error, "problem", "") or error), getattr(error, "problem_mark", None)
    start = getattr(error, "context_mark", None)
    if mark is None:
        return Problem(f"not YAML: {said}")
    here, context = _one(mark), str(getattr(error, "context", "") or "")
    opened = _one(start) if start else here
    for what, sign in _RESERVED.items():
        if what in context:
            return Problem(f"'{sign}' cannot begin a text", opened, hint=QUOTE.format(sign))
    if "start any token" in said:
        return _bad_start(_char_at(text, here), here)
    if "node content" in said:
        return _no_value(text, here)
    for words, message, hint in _WORDINGS:
        if words in said:
            place = opened if words in _AT_START else here
            return Problem(message, place, hint=_special_hint(text, place) or hint)
    return Problem(f"not YAML: {said}", here)


def _bad_start(sign: str, here: Place) -> Problem:
    if sign == "\t":
        return Problem("a tab character where YAML wants spaces", here, hint="indent with spaces")
    return Problem(f"'{sign}' cannot begin a text", here, hint=QUOTE.format(sign))


def _no_value(text: str, here: Place) -> Problem:
    if not line_of(text, here.line) and not line_of(text, here.line + 1):
        return Problem("the file ends where a value was expected", here, hint="is it written to its end?")
    return Problem("a value was expected here", here, hint="write one, or remove the sign")


def _special_hint(text: str, place: Place) -> str | None:
    """Return the hint for a slip that YAML reports as something else, a line too late or too early."""
    line = line_of(text, place.line)
    if re.search(r"[\[{,\s]#\w", line[place.column :]):
        return QUOTE.format("#") + ", else it is a comment"
    if any(re.match(r"\s*-\w", text) for text in (line, line_of(text, place.line - 1))):
        return "put a space after '-'"
    return None


def _one(mark: yaml.Mark) -> Place:
    return Place(mark.line, mark.column, mark.line, mark.column + 1)


def _char_at(text: str, place: Place) -> str:
    return line_of(text, place.line)[place.column : place.column + 1] or " "


def _place_at(text: str, offset: int) -> Place:
    start = text.rfind("\n", 0, offset) + 1
    line = text.count("\n", 0, offset)
    return Place(line, offset - start, line, offset - start + 1)
