"""The exceptions of the monitor.

MonitorError
├── ConfigError                 the configuration file is wrong; carries every problem found
├── SourceError                 a poll failed: never news, never a reason to forget
│   ├── FetchError              no complete answer came (kind says which way)
│   └── ExtractError            an answer came, but no headlines in it
├── StoreError
│   ├── SchemaTooNew            the database belongs to a newer version of the program
│   ├── StoreCorrupt            the file is damaged
│   ├── StoreUnavailable        the disk or another process is in the way; the same can be done again later
│   │   └── StoreBusy           another process has it
│   ├── LeaseLost               another worker took over; the work is thrown away, nothing was written
│   └── MemoryChanged           the source's memory moved on since it was read; decide again
└── ChannelError                a channel cannot be built from its options

Messages name the thing, the value and the next step, in lower case, without a final period.
"""

from __future__ import annotations

from datetime import timedelta


class MonitorError(Exception):
    """Base of all errors that are expected and reported in one sentence."""


class ConfigError(MonitorError):
    """The configuration cannot be used; `str()` lists every problem with its place."""


class SourceError(MonitorError):
    """One poll of an endpoint failed; what a site wrote into the message disturbs no terminal and no database."""

    def __init__(self, message: str, *, retry_after: timedelta | None = None) -> None:
        super().__init__(message if message.isprintable() else _harmless(message))
        self.retry_after = retry_after


class FetchError(SourceError):
    """No usable answer came.

    `kind` is one of: dns, refused, connect, tls, timeout, reset, protocol, redirect, address, status, too_large,
    encoding, truncated, url, browser, robots, proxy.
    """

    def __init__(
        self, message: str, *, kind: str, status: int | None = None, retry_after: timedelta | None = None
    ) -> None:
        super().__init__(message, retry_after=retry_after)
        self.kind = kind
        self.status = status


class ExtractError(SourceError):
    """An answer came, but it does not hold the headlines it should."""


class StoreError(MonitorError):
    """The database cannot do what was asked."""


class SchemaTooNew(StoreError):
    """The database was written by a newer version of the program."""


class StoreCorrupt(StoreError):
    """The database file is damaged."""


class StoreUnavailable(StoreError):
    """The disk is full, closed or broken, or another process is in the way."""


class StoreBusy(StoreUnavailable):
    """Another process works on the database."""


class LeaseLost(StoreError):
    """The row is no longer ours: another worker took it over."""


class MemoryChanged(StoreError):
    """The source's headlines changed since they were read."""


class ChannelError(MonitorError):
    """A channel cannot be built from its options."""


def _harmless(message: str) -> str:
    """Return the message with an escape in the place of every sign that is not to be seen."""
    return "".join(sign if sign.isprintable() else ascii(sign)[1:-1] for sign in message)
