"""Reads the configuration in a process of its own: what checks it takes ten megabytes that a service never needs again.

The answer comes back pickled through a pipe, secrets included, and nothing else reads or writes that pipe.
"""

from __future__ import annotations

import io
import logging
import pickle
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from monitor import __version__
from monitor.cli.context import load_config
from monitor.errors import ConfigError
from monitor.service.logs import log

if TYPE_CHECKING:  # what is read there is not imported here
    from monitor.config.schema import Config

SECONDS = 20.0  # that the other process may take; a thousand sources take one
# Modules are looked for where this process found its own, whatever folder it was started in.
_PROGRAM = (
    "import pickle, sys; sys.path[:], path = pickle.load(sys.stdin.buffer); import monitor.cli.apart as apart;"
    " apart.answer(path)"
)


def load_apart(path: Path, meanwhile: Callable[[], object] = lambda: None) -> Config:
    """Return the checked configuration, without what was needed to check it; `meanwhile` is called while it is read.

    Raises:
        ConfigError: with every problem found.
    """
    try:
        found = _unpacked(_ask(path, meanwhile))
    except (OSError, subprocess.SubprocessError, _Unusable) as error:
        log(logging.WARNING, "the configuration is read in this process, which costs memory", reason=str(error))
        return load_config(path)  # more memory is better than no service
    if isinstance(found, ConfigError):
        raise found
    return found


def answer(path: Path) -> None:
    """Write the configuration, or what is wrong with it, to standard output; the other process's side."""
    try:
        found: Config | ConfigError = load_config(path)
    except ConfigError as error:
        found = error
    sys.stdout.buffer.write(pickle.dumps(__version__) + pickle.dumps(found))


class _Unusable(Exception):
    """What the other process wrote is no answer."""


def _ask(path: Path, meanwhile: Callable[[], object]) -> bytes:
    """Return what the other process wrote.

    Raises:
        OSError, SubprocessError: it could not be started or did not get to its end.
    """
    flags = ["-I", *(["-B"] if sys.dont_write_bytecode else [])]
    with subprocess.Popen(  # noqa: S603  this interpreter and the program above
        [sys.executable, *flags, "-c", _PROGRAM],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        start_new_session=True,  # Ctrl-C is for this process to answer
    ) as other:
        try:
            assert other.stdin, "it was asked for"
            other.stdin.write(pickle.dumps((sys.path, path)))
            other.stdin.flush()
            meanwhile()
            answered, _ = other.communicate(timeout=SECONDS)
        except BaseException:
            other.kill()  # or its end would be waited for
            raise
    if other.returncode:
        raise subprocess.CalledProcessError(other.returncode, other.args)
    return answered


def _unpacked(answered: bytes) -> Config | ConfigError:
    """Return what the other process found.

    Raises:
        _Unusable: nobody can tell.
    """
    stream = io.BytesIO(answered)
    try:
        version = pickle.load(stream)  # noqa: S301  written by our own child
        if version != __version__:  # what it makes may be unlike what is known here
            return ConfigError(
                f"version {version} was installed since version {__version__} was started here; restart the service"
            )
        found: Config | ConfigError = pickle.load(stream)  # noqa: S301
    except Exception as error:  # whatever half an answer, or one with unknown things in it, leads to
        raise _Unusable(repr(error)) from error
    return found
