"""Fills in the templates of a channel; knows no service's markup and writes no message.

What may stand in a template is `mistakes`' to say: a small part of Jinja2's language, so that a template ends, stays
small and cannot look at anything but the values, whatever is written into it. The sandbox is the second wall.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from jinja2 import StrictUndefined, TemplateError
from jinja2.sandbox import ImmutableSandboxedEnvironment

from monitor.render.marks import BLANK, bold, clipped, isolated, linked, unmarked
from monitor.render.safe import harmless
from monitor.render.values import Value

_TAGS = re.compile(r"\s*(?:(?:\{%[^{}]*%\}|\{#[^{}]*#\})\s*)+")
LONGEST_OUTPUT = 20_000  # characters for one alert
FILTERS = ("bold", "link", "cut", "upper", "lower", "join", "first", "last", "length")


class TemplateFailed(Exception):
    """A template could not be filled in; the built-in form takes its place."""


@dataclass(frozen=True, slots=True)
class Template:
    """A template in which there are no mistakes."""

    _read: Any  # Jinja2's

    def fill(self, values: Mapping[str, Value]) -> str:
        """Return marked text, to be cut by `marks.lines`.

        Raises:
            TemplateFailed: it cannot be filled in with these values.
        """
        written = ""
        try:
            for stretch in self._read.generate(values):
                written += stretch
                if len(written) > LONGEST_OUTPUT:
                    raise TemplateFailed(f"it writes more than {LONGEST_OUTPUT:,} characters")
        except (TemplateError, TypeError, ValueError, LookupError, ArithmeticError, RecursionError) as error:
            raise TemplateFailed(str(error) or type(error).__name__) from None
        if not unmarked(written).strip():
            raise TemplateFailed("it writes nothing")
        return written


def read(text: str, comma: str = ", ") -> Template:
    """Return the template of a text; `comma` stands between the items of a list that is shown."""
    return Template(environment(comma).from_string(clean(text)))


def clean(text: str) -> str:
    """Return the text without invisible characters, with as many lines, as Jinja2 is to read it.

    A line of nothing but tags leaves none behind: a comment swallows its end. A blank one is marked as meant so.
    """
    lines = map(harmless, text.replace("\r\n", "\n").replace("\r", "\n").rstrip("\n").split("\n"))
    return "".join(f"{line.strip()}{{#\n#}}" if _TAGS.fullmatch(line) else f"{line or BLANK}\n" for line in lines)


def environment(comma: str = ", ") -> ImmutableSandboxedEnvironment:
    """Return Jinja2 with our filters alone; every value is isolated from what stands around it."""

    def shown(value: object) -> str:
        if isinstance(value, bool):
            raise TypeError("a yes or no cannot be shown")
        if isinstance(value, tuple):
            return comma.join(isolated(str(each)) for each in value)
        return isolated(str(value))

    made = ImmutableSandboxedEnvironment(undefined=StrictUndefined, finalize=shown, cache_size=0)
    made.globals.clear()
    made.tests.clear()
    made.filters.clear()
    made.filters.update(
        bold=lambda text: bold(_text(text)),
        link=lambda text: linked(_text(text)),
        cut=lambda text, width: clipped(_text(text), _number(width)),
        upper=lambda text: _text(text).upper(),
        lower=lambda text: _text(text).lower(),
        join=lambda items, between: between.join(map(isolated, _list(items))),
        first=lambda items: next(iter(_list(items)), ""),
        last=lambda items: next(reversed(_list(items)), ""),
        length=lambda items: len(_list(items)),
    )
    return made


def _text(value: object) -> str:
    if isinstance(value, str):
        return value
    raise TypeError("a filter that wants a text was given something else; make a text of a list with join")


def _number(value: object) -> int:
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    raise TypeError("cut wants a number of characters, such as cut(80)")


def _list(value: object) -> tuple[str, ...]:
    if isinstance(value, tuple):
        return value
    raise TypeError("a filter that wants a list, such as rules or words, was given something else")
