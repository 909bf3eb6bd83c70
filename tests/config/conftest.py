"""Loaders that use the kinds of `config_world`."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from config_world import WORLD

from monitor.config.load import load, loads
from monitor.config.schema import Config
from monitor.errors import ConfigError


@pytest.fixture
def read() -> Callable[..., Config]:
    """Load a text; keyword arguments change the world it is read in."""
    return lambda text, **changes: loads(text, "monitor.yaml", **(WORLD | changes))


@pytest.fixture
def read_file() -> Callable[..., Config]:
    return lambda path, **changes: load(path, **(WORLD | changes))


@pytest.fixture
def told(read: Callable[..., Config]) -> Callable[..., str]:
    """Return what is said about a wrong text, without the invisible isolates around Arabic."""

    def told(text: str, **changes: Any) -> str:
        with pytest.raises(ConfigError) as caught:
            read(text, **changes)
        return re.sub("[\u2066-\u2069]", "", str(caught.value))

    return told
