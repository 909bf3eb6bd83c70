"""Names to addresses, with a time limit; which of them may be used is decided by the guard."""

from __future__ import annotations

import socket
from collections.abc import Sequence
from concurrent.futures import Executor, Future
from threading import BoundedSemaphore
from typing import Protocol

from monitor.errors import FetchError

_MAX_WAITING = 64


class Resolver(Protocol):
    """Looks a name up."""

    def __call__(self, host: str, port: int, timeout: float) -> Sequence[str]:
        """Return the addresses of `host`, best first, within `timeout` seconds.

        Raises:
            FetchError: of kind `dns`.
        """


class PoolResolver:
    """Asks the system in threads of its own, because a look-up that hangs cannot be interrupted.

    No more than 64 look-ups are under way, so that a dead name server cannot pile them up.
    """

    def __init__(self, executor: Executor) -> None:
        self._executor = executor
        self._room = BoundedSemaphore(_MAX_WAITING)

    def __call__(self, host: str, port: int, timeout: float) -> Sequence[str]:
        """Return the addresses of `host`, best first, within `timeout` seconds.

        Raises:
            FetchError: of kind `dns`.
        """
        looking = self._start(host, port)
        try:
            return looking.result(timeout)
        except TimeoutError:
            looking.cancel()
            raise FetchError(
                f"looking up '{host}' took longer than {timeout:.0f} s; check the name servers of this machine",
                kind="dns",
            ) from None
        except (OSError, ValueError) as error:  # ValueError: labels that no name server can be asked for
            raise FetchError(_why(host, error), kind="dns") from error

    def _start(self, host: str, port: int) -> Future[list[str]]:
        if not self._room.acquire(blocking=False):
            raise FetchError(
                f"'{host}' was not looked up: {_MAX_WAITING} look-ups hang already; "
                "check the name servers of this machine",
                kind="dns",
            )
        try:
            looking = self._executor.submit(_look_up, host, port)
        except RuntimeError:  # the executor is shut down, or no thread can be started
            self._room.release()
            raise FetchError(
                f"'{host}' was not looked up: no thread for it; the monitor stops or the machine is full",
                kind="dns",
            ) from None
        looking.add_done_callback(lambda _done: self._room.release())
        return looking


def _look_up(host: str, port: int) -> list[str]:
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(address[0]) for *_, address in found))


def _why(host: str, error: OSError | ValueError) -> str:
    if isinstance(error, socket.gaierror) and error.errno == socket.EAI_AGAIN:
        return f"no name server answers for '{host}'; check the network and the name servers of this machine"
    if isinstance(error, socket.gaierror) and error.errno in {socket.EAI_NONAME, _NO_ADDRESS}:
        return f"the name '{host}' does not exist; check the address for a typing mistake"
    reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
    return f"the name '{host}' cannot be looked up: {reason}; check the address"


_NO_ADDRESS = getattr(socket, "EAI_NODATA", socket.EAI_NONAME)  # the name exists, but has no address
