"""Names to addresses, with a time limit; which of them may be used is decided by the guard."""

from __future__ import annotations

import socket
from collections.abc import Callable, Sequence
from concurrent.futures import Executor, Future
from threading import Lock
from time import monotonic
from typing import NamedTuple, Protocol

from monitor.errors import FetchError

MOST_AT_ONCE = 64  # look-ups; the executor should have as many threads, so that those that hang hold up no others
PATIENCE = 2.0  # seconds that a name server may take when its last answer is known
STALE = 6 * 3600.0  # seconds for which that answer may stand in
_MOST_ANSWERS = 5000


class Resolver(Protocol):
    """Looks a name up."""

    def __call__(self, host: str, port: int, timeout: float) -> Sequence[str]:
        """Return the addresses of `host`, best first, within `timeout` seconds.

        Raises:
            FetchError: of kind `dns`.
        """


class _Answer(NamedTuple):
    addresses: Sequence[str]
    at: float


class PoolResolver:
    """Asks the system in threads of its own, because a look-up that hangs cannot be interrupted.

    Who asks for a name that is being looked up waits for the same answer, and no more than 64 look-ups are under way,
    so that a dead name server cannot pile them up. While the name servers do not answer, what they said last is used
    (RFC 8767): it passes the guard like any other address, and TLS tells whose it is.
    """

    def __init__(self, executor: Executor, now: Callable[[], float] = monotonic) -> None:
        self._executor, self._now = executor, now
        self._lock = Lock()
        self._looking: dict[str, Future[list[str]]] = {}
        self._answers: dict[str, _Answer] = {}

    def __call__(self, host: str, port: int, timeout: float) -> Sequence[str]:
        """Return the addresses of `host`, best first, within `timeout` seconds.

        Raises:
            FetchError: of kind `dns`.
        """
        known = self._known(host)
        try:
            found = self._start(host, port).result(min(timeout, PATIENCE) if known else timeout)
        except (OSError, ValueError, FetchError) as error:  # ValueError: labels that no name server can be asked for
            if known and _may_pass(error):
                return known
            raise _said(host, error, timeout) from error
        self._remember(host, found)
        return found

    def _known(self, host: str) -> Sequence[str] | None:
        with self._lock:
            answer = self._answers.get(host)
        return answer.addresses if answer and self._now() - answer.at < STALE else None

    def _remember(self, host: str, found: Sequence[str]) -> None:
        with self._lock:
            if len(self._answers) >= _MOST_ANSWERS:
                self._answers.clear()
            self._answers[host] = _Answer(found, self._now())

    def _start(self, host: str, port: int) -> Future[list[str]]:
        with self._lock:
            looking = self._looking.get(host)
            if looking is None:
                if len(self._looking) >= MOST_AT_ONCE:
                    raise FetchError(
                        f"'{host}' was not looked up: {MOST_AT_ONCE} look-ups hang already; "
                        "check the name servers of this machine",
                        kind="dns",
                    )
                try:
                    looking = self._looking[host] = self._executor.submit(_look_up, host, port)
                except RuntimeError:  # the executor is shut down, or no thread can be started
                    raise FetchError(
                        f"'{host}' was not looked up: no thread for it; the monitor stops or the machine is full",
                        kind="dns",
                    ) from None
                looking.add_done_callback(lambda _done: self._looking.pop(host, None))
            return looking


def _look_up(host: str, port: int) -> list[str]:
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(address[0]) for *_, address in found))


def _may_pass(error: Exception) -> bool:
    """Tell whether the name servers could not be asked, which says nothing about the name."""
    if isinstance(error, socket.gaierror):
        return error.errno == socket.EAI_AGAIN
    return isinstance(error, (TimeoutError, FetchError))


def _said(host: str, error: Exception, timeout: float) -> FetchError:
    if isinstance(error, FetchError):
        return error
    return FetchError(_why(host, error, timeout), kind="dns")


def _why(host: str, error: Exception, timeout: float) -> str:
    if isinstance(error, TimeoutError):
        return f"looking up '{host}' took longer than {timeout:.0f} s; check the name servers of this machine"
    if isinstance(error, socket.gaierror) and error.errno == socket.EAI_AGAIN:
        return f"no name server answers for '{host}'; check the network and the name servers of this machine"
    if isinstance(error, socket.gaierror) and error.errno in {socket.EAI_NONAME, _NO_ADDRESS}:
        return f"the name '{host}' does not exist; check the address for a typing mistake"
    reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
    return f"the name '{host}' cannot be looked up: {reason}; check the address"


_NO_ADDRESS = getattr(socket, "EAI_NODATA", socket.EAI_NONAME)  # the name exists, but has no address
