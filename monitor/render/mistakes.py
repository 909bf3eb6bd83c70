"""Finds what is wrong with a template before it is used; fills none in."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from jinja2 import TemplateError, nodes

from monitor.render.template import FILTERS, clean, environment
from monitor.render.values import Variable

LONGEST = 10_000  # characters of a template
_MOST_LOOPS = 2  # inside each other
_LOOP = ("first", "last", "index")
_ALLOWED = (
    nodes.Template, nodes.Output, nodes.TemplateData, nodes.Name, nodes.Const, nodes.Filter, nodes.If, nodes.For,
    nodes.CondExpr, nodes.And, nodes.Or, nodes.Not, nodes.Compare, nodes.Operand, nodes.Concat, nodes.Getattr,
    nodes.Tuple,
)  # fmt: skip
_CALLED = {"assign": "set", "assignblock": "set", "fromimport": "from", "callblock": "call", "filterblock": "filter"}
_EXPRESSIONS = {"call": "(", "getitem": "[", "list": "[", "dict": "{", "test": "is"}
_USABLE = "a template may use {{ name }}, {{ name | filter }}, {% if %} and {% for %}"
_MARKUP = re.compile(r"</?[a-zA-Z][^<>\n]*>|\*\*|__|\]\(")


@dataclass(frozen=True, slots=True)
class Mistake:
    """What is wrong, and where: at the `nth` time, from 0, that `word` stands in the text."""

    message: str
    hint: str | None = None
    line: int = 1
    word: str = ""
    nth: int = 0


def mistakes(text: str, variables: Mapping[str, Variable], needs: str | None = None) -> list[Mistake]:
    """Return everything that is wrong with a template; `needs` is the name of what it must show."""
    if len(text) > LONGEST:
        return [Mistake(f"the template is longer than {LONGEST:,} characters")]
    try:
        tree = environment().parse(clean(text))
        found = list(dict.fromkeys(_Check(text, variables).walk(tree, frozenset())))
        if not found:
            environment().from_string(clean(text))  # Python limits how deep a template may be nested
    except TemplateError as error:
        return [_syntax(text, str(error.message), getattr(error, "lineno", None) or 1)]
    except (SyntaxError, RecursionError):
        return [Mistake("the template is nested too deeply")]
    if not found and needs and needs not in {name.name for name in tree.find_all(nodes.Name)}:
        return [Mistake(f"the template never shows the {needs}", f"write {{{{ {needs} }}}} where it is to stand")]
    return found


@dataclass(frozen=True, slots=True)
class _Check:
    text: str
    variables: Mapping[str, Variable]

    def walk(self, node: nodes.Node, loops: frozenset[str]) -> Iterator[Mistake]:
        """Yield the mistakes of a node and of what is in it; `loops` are the names that loops around it give."""
        if isinstance(node, nodes.For):
            yield from self._loop(node, loops)
            loops |= {node.target.name if isinstance(node.target, nodes.Name) else "", "loop"}
        if isinstance(node, _ALLOWED):
            yield from self._one(node, loops)
        else:
            yield self._not_allowed(node)
            return
        for child in node.iter_child_nodes():
            if not (isinstance(node, nodes.For) and child in {node.target, node.iter}):
                yield from self.walk(child, loops)

    def _one(self, node: nodes.Node, loops: frozenset[str]) -> Iterator[Mistake]:
        if isinstance(node, nodes.Name) and node.name not in loops:
            yield from self._name(node)
        elif isinstance(node, nodes.Filter):
            yield from self._filter(node)
        elif isinstance(node, nodes.Getattr):
            if not (isinstance(node.node, nodes.Name) and node.node.name == "loop" and node.attr in _LOOP):
                hint = f"names have nothing after a dot, but for loop.{', loop.'.join(_LOOP)}"
                yield self._at(node.lineno, f".{node.attr}", f"'.{node.attr}' cannot be used in a template", hint)
        elif isinstance(node, nodes.CondExpr) and node.expr2 is None:
            yield self._at(
                node.lineno, "if", "this 'if' has no 'else'", 'write {{ lead if lead else "" }}, or {% if %}'
            )
        elif isinstance(node, nodes.TemplateData):
            for found in _MARKUP.finditer(node.data):
                line = node.lineno + node.data.count("\n", 0, found.start())
                hint = "templates hold no markup; write {{ headline | bold }} or {{ headline | link }}"
                yield self._at(line, found[0], f"'{found[0]}' would be shown as it is", hint)
        elif isinstance(node, nodes.Output):
            yield from self._shown(node)

    def _name(self, node: nodes.Name) -> Iterator[Mistake]:
        if node.name not in self.variables:
            known = ", ".join(self.variables)
            hint = _meant(node.name, self.variables) or f"names are: {known}"
            yield self._at(node.lineno, node.name, f"there is no '{node.name}' to show", hint)

    def _filter(self, node: nodes.Filter) -> Iterator[Mistake]:
        if node.name not in FILTERS:
            hint = _meant(node.name, FILTERS) or f"filters are: {', '.join(FILTERS)}"
            yield self._at(node.lineno, node.name, f"there is no filter '{node.name}'", hint)
        elif node.kwargs or not all(isinstance(given, nodes.Const) for given in node.args):
            yield self._at(node.lineno, node.name, f"'{node.name}' is given something unexpected", "such as cut(80)")

    def _shown(self, node: nodes.Output) -> Iterator[Mistake]:
        for child in node.nodes:
            variable = self.variables.get(child.name) if isinstance(child, nodes.Name) else None
            if isinstance(child, nodes.Name) and variable and variable.sort == "yes or no":
                hint = f"write {{% if {child.name} %}}...{{% endif %}}"
                yield self._at(child.lineno, child.name, f"'{child.name}' is a yes or no, which cannot be shown", hint)

    def _loop(self, node: nodes.For, loops: frozenset[str]) -> Iterator[Mistake]:
        variable = self.variables.get(node.iter.name) if isinstance(node.iter, nodes.Name) else None
        if variable is None or variable.sort != "list":
            lists = [name for name, each in self.variables.items() if each.sort == "list"]
            said = "a loop can only go over a list"
            yield self._at(node.lineno, "for", said, f"lists are: {', '.join(lists)}")
        if not isinstance(node.target, nodes.Name) or node.recursive or len(loops) > _MOST_LOOPS:
            yield self._at(node.lineno, "for", "this loop is not simple enough", "such as {% for rule in rules %}")

    def _not_allowed(self, node: nodes.Node) -> Mistake:
        name = type(node).__name__.lower()
        if isinstance(node, nodes.Stmt):
            word = _CALLED.get(name, name)
            return self._at(node.lineno, word, f"{{% {word} %}} cannot be used in a template", _USABLE)
        word = _EXPRESSIONS.get(name, getattr(node, "operator", ""))
        said = f"'{word}' cannot be used in a template" if word else "a template cannot calculate"
        return self._at(node.lineno, word, said, _USABLE)

    def _at(self, line: int, word: str, message: str, hint: str | None) -> Mistake:
        return Mistake(message, hint, line, word, _nth(self.text, line, word))


def _nth(text: str, line: int, word: str) -> int:
    """Return how often the word stands in the text before its first place in a tag of the line."""
    before = sum(map(len, text.splitlines(keepends=True)[: line - 1]))
    rest = text[before:]
    sought = rf"(?<!\w){re.escape(word)}(?!\w)" if word.isidentifier() else re.escape(word)
    tagged = re.search(rf"\{{[{{%][^\n]*?{sought}", rest)
    found = re.search(sought, rest)
    end = (tagged or found).end() if found else len(word)
    return text.count(word, 0, before + end - len(word)) if word else 0


def _syntax(text: str, said: str, line: int) -> Mistake:
    """Return what Jinja2 says of a template that it cannot read, at the place that it means."""
    told = said[:1].lower() + said[1:].rstrip(".")
    hint = "every {{ needs its }}, every {% its %}, every {% if %} its {% endif %}, every {% for %} its {% endfor %}"
    quoted = re.findall(r"'([^']+)'", said)
    lines = text.splitlines()
    here = lines[line - 1] if 0 < line <= len(lines) else ""
    word = next((each for each in (*reversed(quoted), "{%", "{{") if each in here), "")
    if re.search("unknown tag 'end|unknown tag 'el", said):
        hint = "it ends or continues what was not begun above; " + hint
    return Mistake(f"not a template: {told}", hint, line, word, _nth(text, line, word))


def _meant(word: str, known: Mapping[str, object] | tuple[str, ...]) -> str | None:
    close = difflib.get_close_matches(word.casefold(), known, n=1, cutoff=0.6)
    return f"did you mean '{close[0]}'?" if close else None
