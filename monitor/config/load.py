"""Loads a configuration file: text → tree → secrets → blocks → checks, and all problems at once; polls nothing."""

from __future__ import annotations

import stat
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, TypeVar

from monitor.config import checks
from monitor.config.document import Block, Items, Plain, Scalar, find, parse
from monitor.config.problems import KeyPath, Problem, WrongFile, config_error, suggest
from monitor.config.schema import Config, RuleConfig, SourceConfig
from monitor.config.secrets import Secrets, cautious, resolve
from monitor.config.shape import shape_of
from monitor.config.syntax import MAX_BYTES, decode
from monitor.errors import ConfigError
from monitor.ports import ChannelKind, ChannelOptions, EndpointOptions, SourceKind

T = TypeVar("T")

_DEFAULT_CHANNEL = "apprise"  # the kind of a channel that has an address and does not say which kind it is


@dataclass(frozen=True, slots=True, kw_only=True)
class LoadedConfig(Config):
    """A configuration with what its file is doubted for, which no key tells."""

    doubts: tuple[str, ...] = ()
    """Warnings about the file itself."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _World:
    """What a configuration is read against."""

    source_kinds: Mapping[str, SourceKind]
    channel_kinds: Mapping[str, ChannelKind]
    default_endpoints: Callable[[str], tuple[EndpointOptions, ...] | None]
    environ: Mapping[str, str]
    credentials: Path | None
    folder: Path


def load(
    path: Path,
    *,
    source_kinds: Mapping[str, SourceKind],
    channel_kinds: Mapping[str, ChannelKind],
    default_endpoints: Callable[[str], tuple[EndpointOptions, ...] | None],
    environ: Mapping[str, str],
    credentials: Path | None,
) -> Config:
    """Return the checked configuration of a file.

    Args:
        path: the YAML file.
        source_kinds: every kind of endpoint, by its `type`.
        channel_kinds: every kind of channel, by its `type`.
        default_endpoints: says what to watch on a site whose source names no endpoints; None when it is not known.
        environ: where `${NAME}` is looked up.
        credentials: where `file:name` is looked up first, before the folder of the configuration file.

    Raises:
        ConfigError: lists every problem with its place.
    """
    world = _World(
        source_kinds=source_kinds,
        channel_kinds=channel_kinds,
        default_endpoints=default_endpoints,
        environ=environ,
        credentials=credentials,
        folder=path.parent,
    )
    data, world_readable = _read(path)
    config, secrets = _load(data, str(path), world)
    return replace(config, doubts=_doubts(path, secrets)) if world_readable else config


def loads(
    text: str,
    name: str,
    *,
    source_kinds: Mapping[str, SourceKind],
    channel_kinds: Mapping[str, ChannelKind],
    default_endpoints: Callable[[str], tuple[EndpointOptions, ...] | None],
    environ: Mapping[str, str],
    credentials: Path | None,
) -> Config:
    """Return the checked configuration of a text; `name` stands for the file in messages. Else as `load`."""
    world = _World(
        source_kinds=source_kinds,
        channel_kinds=channel_kinds,
        default_endpoints=default_endpoints,
        environ=environ,
        credentials=credentials,
        folder=Path(),
    )
    return _load(text.encode("utf-8", "surrogatepass"), name, world)[0]


def warnings(config: Config) -> list[str]:
    """Return what is allowed but probably not meant, one sentence each."""
    used = {name for rule in config.rules for name in rule.notify}
    covered = {name for rule in config.rules for name in rule.sources}
    everything = any(not rule.sources for rule in config.rules)
    doubts = [
        f"channel '{channel.name}': no rule notifies it" for channel in config.channels if channel.name not in used
    ]
    doubts += [
        f"source '{source.name}': no rule covers it, so nothing on it can alert"
        for source in config.sources
        if not everything and source.name not in covered
    ]
    if config.sources and not any(source.enabled for source in config.sources):
        doubts.append("every source has enabled: false, so nothing is polled")
    return doubts + list(config.doubts if isinstance(config, LoadedConfig) else ())


def _read(path: Path) -> tuple[bytes, bool]:
    """Return the file's bytes, as many as are looked at, and whether every user of the machine may read them."""
    try:
        with path.open("rb") as file:
            return file.read(MAX_BYTES + 1), bool(path.stat().st_mode & stat.S_IROTH)
    except FileNotFoundError:
        raise ConfigError(
            f"{path}: there is no such file\n    hint: write a configuration to start from with: "
            f"headline-monitor init --config {path}"
        ) from None
    except IsADirectoryError:
        raise ConfigError(f"{path}: this is a folder\n    hint: name the file: {path / 'monitor.yaml'}") from None
    except PermissionError:
        raise ConfigError(f"{path}: no permission to read it\n    hint: allow the monitor's user to read it") from None
    except (OSError, ValueError) as error:
        raise ConfigError(f"{path}: cannot be read: {getattr(error, 'strerror', None) or error}") from None


def _load(data: bytes, name: str, world: _World) -> tuple[LoadedConfig, Secrets]:
    text = data.decode("utf-8", "replace").removeprefix("\ufeff")
    try:
        text = decode(data)
        root = parse(text)
    except WrongFile as error:
        raise config_error([error.problem], name, text, cautious()) from None
    secrets = resolve(root, environ=world.environ, folder=world.folder, credentials=world.credentials)
    reading = _Reading(root, world, secrets.problems)
    config = reading.config()
    if config is None:
        raise config_error(reading.problems, name, text, secrets.cover())
    return config, secrets


def _doubts(path: Path, secrets: Secrets) -> tuple[str, ...]:
    if not secrets.written:
        return ()
    return (f"{path} holds secrets and can be read by every user of this machine; run: chmod 600 {path}",)


class _Reading:
    """One pass over a tree: turns blocks into dataclasses and collects problems on the way."""

    def __init__(self, root: Block, world: _World, problems: Iterable[Problem]) -> None:
        self.problems = list(problems)
        self._root = root
        self._world = world
        self._no_secret = {problem.path for problem in self.problems}

    def config(self) -> LoadedConfig | None:
        """Return the configuration, or None when there are problems."""
        top = self._top()
        found_sources, found_rules = self._blocks((), "sources"), self._blocks((), "rules")
        found_channels = self._blocks((), "channels")
        sources = [self._source(path, block) for path, block in found_sources]
        channels = [self._channel(path, block) for path, block in found_channels]
        names = _names(found_sources), _names(found_channels)
        rules = [self._rule(path, block, *names) for path, block in found_rules]
        for found, what in ((found_sources, "sources"), (found_rules, "rules"), (found_channels, "channels")):
            self._add((), checks.repeated(_named(found), what))
        if top is None or self.problems:
            return None
        return replace(top, sources=_all(sources), rules=_all(rules), channels=_all(channels))

    def _top(self) -> LoadedConfig | None:
        """Return the keys at the top, without sources, rules and channels."""
        inner = {key: [] for key in ("sources", "rules", "channels") if key in self._root.nodes}
        top = self._fit(Config, (), self._root, inner)
        if top is None:
            return None
        self._add((), checks.config_problems(top))
        return LoadedConfig(**{key: getattr(top, key) for key in Config.__dataclass_fields__})

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
            given = self._found_endpoints(path, source) if len(self.problems) == before else ()
        return replace(source, endpoints=tuple(_with_names(given)))

    def _found_endpoints(self, path: KeyPath, source: SourceConfig) -> tuple[EndpointOptions, ...]:
        endpoints = self._world.default_endpoints(source.url)
        if endpoints:
            return endpoints
        site = source.url.rstrip("/")
        hint = f'add: endpoints: [{{type: feed, url: "{site}/feed"}}] (with the address of its feed)'
        self._add(path, [checks.Found(("url",), f"what to watch at '{source.url}' is not known", hint)])
        return ()

    def _endpoint(self, path: KeyPath, block: Block) -> EndpointOptions | None:
        kinds = self._world.source_kinds
        kind = self._kind(path, block, list(kinds), "endpoint")
        options = self._fit(kinds[kind].options, path, block, {}) if kind else None
        if options is not None:
            self._add(path, checks.endpoint_problems(options))
        return options

    def _channel(self, path: KeyPath, block: Block) -> ChannelOptions | None:
        kinds = self._world.channel_kinds
        implied = "type" not in block.nodes and bool({"url", "urls"} & block.nodes.keys()) and _DEFAULT_CHANNEL in kinds
        kind = _DEFAULT_CHANNEL if implied else self._kind(path, block, list(kinds), "channel")
        options = self._fit(kinds[kind].options, path, block, {"type": kind} if implied else {}) if kind else None
        if options is not None:
            self._add(path, checks.channel_problems(options))
        return options

    def _rule(self, path: KeyPath, block: Block, sources: set[str], channels: set[str]) -> RuleConfig | None:
        rule = self._fit(RuleConfig, path, block, {})
        if rule is not None:
            self._add(path, checks.rule_problems(rule, sources, channels))
        return rule

    def _kind(self, path: KeyPath, block: Block, known: Sequence[str], what: str) -> str | None:
        """Return the `type` of an endpoint or channel, if it is a known one."""
        kinds = f"types are: {', '.join(known)}"
        written = block.nodes.get("type")
        if written is None:
            self._add(path, [checks.Found((), "key 'type' is missing", kinds)])
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
        fitted: Any = shape_of(kind).fit(block, path, given)
        if isinstance(fitted, list):
            self.problems += fitted
            return None
        return fitted  # type: ignore[no-any-return]  # what fit() returns if not a list

    def _add(self, above: KeyPath, found: Iterable[checks.Found]) -> None:
        for path, message, hint in found:
            node, at = find(self._root, above + path)
            if at not in self._no_secret:  # the value is not there: what it would be is not known
                self.problems.append(Problem(message, node.place, above + path, hint))


def _all(blocks: Iterable[T | None]) -> tuple[T, ...]:
    """Return the blocks when there are no problems, and therefore all are there."""
    return tuple(block for block in blocks if block is not None)


def _named(found: Iterable[tuple[KeyPath, Block]]) -> Iterator[tuple[KeyPath, str]]:
    for path, block in found:
        name = block.nodes.get("name")
        if isinstance(name, Scalar):
            yield (*path, "name"), name.text


def _names(found: Iterable[tuple[KeyPath, Block]]) -> set[str]:
    return {name for _, name in _named(found)}


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
