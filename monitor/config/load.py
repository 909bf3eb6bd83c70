"""Loads a configuration file: text → tree → secrets → blocks → checks, and all problems at once; polls nothing."""

from __future__ import annotations

import stat
from collections.abc import Callable, Mapping
from dataclasses import fields, replace
from pathlib import Path

from monitor.config.document import parse
from monitor.config.problems import WrongFile, config_error
from monitor.config.reading import Reading, World
from monitor.config.rules import word_warnings
from monitor.config.schema import Config, LoadedConfig
from monitor.config.secrets import Secrets, cautious, resolve
from monitor.config.syntax import MAX_BYTES, decode
from monitor.config.templates import read_files, template_problems
from monitor.errors import ConfigError
from monitor.ports import ChannelKind, EndpointOptions, SourceKind


def load(
    path: Path,
    *,
    source_kinds: Mapping[str, SourceKind],
    channel_kinds: Mapping[str, ChannelKind],
    default_endpoints: Callable[[str], tuple[EndpointOptions, ...]],
    environ: Mapping[str, str],
    credentials: Path | None,
) -> Config:
    """Return the checked configuration of a file.

    Args:
        path: the YAML file.
        source_kinds: every kind of endpoint, by its `type`.
        channel_kinds: every kind of channel, by its `type`.
        default_endpoints: says what to watch on a site whose source names no endpoints.
        environ: where `${NAME}` is looked up.
        credentials: where `file:name` is looked up first, before the folder of the configuration file.

    Raises:
        ConfigError: lists every problem with its place.
    """
    world = World(
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
    default_endpoints: Callable[[str], tuple[EndpointOptions, ...]],
    environ: Mapping[str, str],
    credentials: Path | None,
) -> Config:
    """Return the checked configuration of a text; `name` stands for the file in messages. Else as `load`."""
    world = World(
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
    used = {name for rule in config.rules for name in rule.notify} | {config.operator}
    used |= {channel.fallback for channel in config.channels}
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
    doubts += word_warnings(config.rules)
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


def _load(data: bytes, name: str, world: World) -> tuple[LoadedConfig, Secrets]:
    text = data.decode("utf-8", "replace").removeprefix("\ufeff")
    try:
        text = decode(data)
        root = parse(text)
    except WrongFile as error:
        raise config_error([error.problem], name, text, cautious()) from None
    secrets = resolve(
        root,
        environ=world.environ,
        folder=world.folder,
        credentials=world.credentials,
        public=_public_keys(world.channel_kinds),
    )
    files = read_files(root, world.folder)
    reading = Reading(root, world, secrets.problems)
    config = reading.config()
    problems = [*reading.problems, *template_problems(root, text, files)]
    if config is None or problems:
        raise config_error(problems, name, text, secrets.cover())
    return config, secrets


def _public_keys(kinds: Mapping[str, ChannelKind]) -> set[str]:
    """Return the keys of channels that may be printed: those that every kind shows in its `repr`."""
    keys = [key for kind in kinds.values() for key in fields(kind.options)]
    return {key.name for key in keys if key.repr} - {key.name for key in keys if not key.repr}


def _doubts(path: Path, secrets: Secrets) -> tuple[str, ...]:
    if not secrets.written:
        return ()
    return (f"{path} holds secrets and can be read by every user of this machine; run: chmod 600 {path}",)
