"""The fixtures of the configuration tests."""

from configworld import read, read_file, told

__all__ = ["read", "read_file", "told"]
