"""Turns the tree of a file into the configuration and collects every problem on the way; reads and prints nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import TypeVar

from monitor.config import checks
from monitor.config.document import Block, Items, Plain, Scalar, find
from monitor.config.problems import KeyPath, Problem, guess, suggest
from monitor.config.schema import Config, LoadedConfig, RuleConfig, SourceConfig
from monitor.config.shape import shape_of
from monitor.ports import ChannelKind, ChannelOptions, EndpointOptions, SourceKind

T = TypeVar("T")

DEFAULT_CHANNEL = "apprise"  # the kind of a channel that has an address and does not say which kind it is


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    """What a configuration is read against."""

    source_kinds: Mapping[str, SourceKind]
    channel_kinds: Mapping[str, ChannelKind]
    default_endpoints: Callable[[str], tuple[EndpointOptions, ...]]
    environ: Mapping[str, str]
    credentials: Path | None
    folder: Path


class Reading:
    """One pass over a tree: turns blocks into dataclasses and collects problems on the way."""

    def __init__(self, root: Block, world: World, problems: Iterable[Problem]) -> None:
        self.problems = list(problems)
        self._root = root
        self._world = world
        self._faulty = {problem.path for problem in self.problems}  # what was told; no more is said about these
        self._no_secret = {problem.path[:2] for problem in self.problems}

    def config(self) -> LoadedConfig | None:
        """Return the configuration, or None when there are problems."""
        top = self._top()
        found_sources, found_rules = self._blocks((), "sources"), self._blocks((), "rules")
        found_channels = self._blocks((), "channels")
        sources = [self._source(path, block) for path, block in found_sources]
        channels = [self._channel(path, block) for path, block in found_channels]
        names = self._names("sources", found_sources), self._names("channels", found_channels)
        for (path, _), channel in zip(found_channels, channels, strict=True):
            self._add(path, checks.fallback_problems(channel, names[1]) if channel else ())
        self._add((), checks.operator_problems(top.operator, names[1]) if top else ())
        rules = [self._rule(path, block, *names) for path, block in found_rules]
        for found, what in ((found_sources, "sources"), (found_rules, "rules"), (found_channels, "channels")):
            self._add((), checks.repeated(_named(found), what))
        if top is None or self.problems:
            return None
        return replace(top, sources=_all(sources), rules=_all(rules), channels=_all(channels))

    def _top(self) -> LoadedConfig | None:
        """Return the keys at the top, without sources, rules and channels."""
        inner: dict[str, Plain] = {key: [] for key in ("sources", "rules", "channels") if key in self._root.nodes}
        top = self._fit(Config, (), self._root, inner)
        if top is None:
            return None
        self._add((), checks.config_problems(top))
        return LoadedConfig(**{field.name: getattr(top, field.name) for field in fields(Config)})

    def _source(self, path: KeyPath, block: Block) -> SourceConfig | None:
        source = self._fit(SourceConfig, path, block, {"endpoints": []} if "endpoints" in block.nodes else {})
        found = self._blocks(path, "endpoints")
        endpoints = [self._endpoint(at, inner) for at, inner in found]
        self._add((), checks.repeated(_named(found), "endpoints of this source"))
        if source is None:
            return None
        before = len(self.problems)
        self._add(path, checks.source_problems(source))
        if "endpoints" in block.nodes:
            given = tuple(one for one in endpoints if one is not None)
        else:
            usable = len(self.problems) == before and (*path, "url") not in self._faulty
            given = self._world.default_endpoints(source.url) if usable else ()
        discover = source.discover if source.discover is not None else "endpoints" not in block.nodes
        return replace(source, endpoints=tuple(_with_names(given)), discover=discover)

    def _endpoint(self, path: KeyPath, block: Block) -> EndpointOptions | None:
        kinds = self._world.source_kinds
        kind = self._kind(path, block, list(kinds), "endpoint")
        options = self._fit(kinds[kind].options, path, block, {}) if kind else None
        if options is not None:
            self._add(path, checks.endpoint_problems(options))
        return options

    def _channel(self, path: KeyPath, block: Block) -> ChannelOptions | None:
        kinds = self._world.channel_kinds
        implied = "type" not in block.nodes and bool({"url", "urls"} & block.nodes.keys()) and DEFAULT_CHANNEL in kinds
        kind = DEFAULT_CHANNEL if implied else self._kind(path, block, list(kinds), "channel")
        options = self._fit(kinds[kind].options, path, block, {"type": kind} if implied else {}) if kind else None
        if options is not None and path not in self._no_secret:
            self._add(path, checks.channel_problems(options))
        return options

    def _rule(
        self, path: KeyPath, block: Block, sources: set[str] | None, channels: set[str] | None
    ) -> RuleConfig | None:
        rule = self._fit(RuleConfig, path, block, {})
        if rule is not None:
            self._add(path, checks.rule_problems(rule, sources, channels))
        return rule

    def _names(self, key: str, found: Sequence[tuple[KeyPath, Block]]) -> set[str] | None:
        """Return the names in a list, or None when some cannot be told, so that nobody is said not to exist."""
        node, names = self._root.nodes.get(key), [name for _, name in _named(found)]
        return set(names) if isinstance(node, Items) and len(names) == len(node.nodes) else None

    def _kind(self, path: KeyPath, block: Block, known: Sequence[str], what: str) -> str | None:
        """Return the `type` of an endpoint or channel, if it is a known one."""
        kinds = f"types are: {', '.join(known)}"
        if what == "channel" and DEFAULT_CHANNEL in known:
            kinds += "; Telegram, Slack, e-mail and many more need no type but an address: url: tgram://TOKEN/CHAT"
        written = block.nodes.get("type")
        if written is None:
            near = guess("type", block.nodes)
            hint = f"did you mean 'type' where '{near}' stands? {kinds}" if near else kinds
            self._add(path, [checks.Found((), "key 'type' is missing", hint)])
        elif not isinstance(written, Scalar):
            self._add(path, [checks.Found(("type",), "expected the name of a type", kinds)])
        elif written.text not in known:
            message = f"there is no {what} type '{written.text}'"
            self._add(path, [checks.Found(("type",), message, suggest(written.text, known, kinds))])
        else:
            return written.text
        return None

    def _blocks(self, above: KeyPath, key: str) -> list[tuple[KeyPath, Block]]:
        """Return the blocks of a list with their paths; other things in it are problems."""
        parent, _ = find(self._root, above)
        assert isinstance(parent, Block)
        node, path = parent.nodes.get(key), (*above, key)
        if node is None:
            return []
        if not isinstance(node, Items):
            self._add(path, [checks.Found((), "expected a list", "start each of its blocks with '- '")])
            return []
        if not node.nodes:
            self._add(path, [checks.Found((), "the list is empty", "add a block that starts with '- '")])
        for index, item in enumerate(node.nodes):
            if not isinstance(item, Block):
                self._add(path, [checks.Found((index,), "expected a block of keys", "such as: - name: ...")])
        return [((*path, index), item) for index, item in enumerate(node.nodes) if isinstance(item, Block)]

    def _fit(self, kind: type[T], path: KeyPath, block: Block, given: Mapping[str, Plain]) -> T | None:
        fitted, problems = shape_of(kind).fit(block, path, given)
        self.problems += problems
        self._faulty.update(problem.path[: len(path) + depth] for problem in problems for depth in (0, 1))
        return fitted

    def _add(self, above: KeyPath, found: Iterable[checks.Found]) -> None:
        for path, message, hint in found:
            if not self._faulty & {above + path, above + path[:1]}:
                node, _ = find(self._root, above + path)
                self.problems.append(Problem(message, node.place, above + path, hint))


def _all(blocks: Iterable[T | None]) -> tuple[T, ...]:
    """Return the blocks when there are no problems, and therefore all are there."""
    return tuple(block for block in blocks if block is not None)


def _named(found: Iterable[tuple[KeyPath, Block]]) -> Iterator[tuple[KeyPath, str]]:
    for path, block in found:
        name = block.nodes.get("name")
        if isinstance(name, Scalar):
            yield (*path, "name"), name.text


def _with_names(endpoints: Sequence[EndpointOptions]) -> Iterator[EndpointOptions]:
    """Name the endpoints that have no name after their kind: `feed`, `feed-2`."""
    taken = {endpoint.name for endpoint in endpoints}
    for endpoint in endpoints:
        name, number = endpoint.name or endpoint.type, 1
        while endpoint.name is None and name in taken:
            number += 1
            name = f"{endpoint.type}-{number}"
        taken.add(name)
        yield replace(endpoint, name=name)
