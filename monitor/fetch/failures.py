"""What an exchange can end with before it is told in a sentence: all are OSError or ValueError."""

from __future__ import annotations


class ConnectTimeout(TimeoutError):
    """Nobody took the connection in time."""


class NotConnected(OSError):
    """No connection came about, or nothing that is encrypted."""

    def __init__(self, reason: OSError | ValueError) -> None:
        super().__init__(str(reason))
        self.reason = reason


class Broken(ConnectionError):
    """The connection ended in the middle of an exchange."""


class StaleConnection(Broken):
    """A connection kept from an earlier exchange was dead: the request can safely be made again on a new one."""


class ProxyRefusal(OSError):
    """The proxy does not do what it is for."""


class BadHttp(ValueError):
    """What came is no answer; `kind` as in FetchError."""

    def __init__(self, message: str, kind: str = "protocol") -> None:
        super().__init__(message)
        self.kind = kind
