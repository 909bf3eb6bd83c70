"""Opens one connection to whichever of a host's addresses answers first (RFC 8305); checks no address.

A host that has IPv6 and IPv4 may answer by one of them only, and nobody says so in advance: the next address is tried
a quarter of a second after the one before, while that one goes on.
"""

from __future__ import annotations

import errno
import os
import select
import socket
from collections import deque
from collections.abc import Sequence
from itertools import chain, zip_longest
from time import monotonic

STAGGER = 0.25  # seconds before the next address is tried beside the one before
_UNDER_WAY = {0, errno.EINPROGRESS, errno.EWOULDBLOCK}


def by_turns(addresses: Sequence[str]) -> list[str]:
    """Return the addresses with those of IPv6 and IPv4 in turn, beginning as they do."""
    first = [one for one in addresses if _is_v6(one) == _is_v6(addresses[0])]
    second = [one for one in addresses if _is_v6(one) != _is_v6(addresses[0])]
    return [one for one in chain.from_iterable(zip_longest(first, second)) if one]


def dial(addresses: Sequence[str], port: int, deadline: float) -> socket.socket:
    """Return a connection to the first of the addresses that answers, before a moment of `time.monotonic`.

    Raises:
        TimeoutError: none did in time.
        OSError: all refuse; of the last one.
    """
    dialling = _Dialling(port)
    try:
        return dialling.through(deque(addresses), deadline)
    finally:
        dialling.hang_up()


class _Dialling:
    """The connections on their way; hanging up closes those that nobody took."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._calls: dict[int, socket.socket] = {}
        self._poll = select.poll()
        self._failure = OSError(errno.EHOSTUNREACH, os.strerror(errno.EHOSTUNREACH))

    def through(self, waiting: deque[str], deadline: float) -> socket.socket:
        next_at = 0.0
        while waiting or self._calls:
            now = monotonic()
            if now >= deadline:
                raise TimeoutError
            if waiting and (now >= next_at or not self._calls):
                self._begin(waiting.popleft())
                next_at = now + STAGGER
            until = min(deadline, next_at) if waiting else deadline
            if self._calls and (answered := self._answered(until - now)):
                return answered
        raise self._failure

    def hang_up(self) -> None:
        for call in self._calls.values():
            call.close()

    def _begin(self, address: str) -> None:
        try:
            call = socket.socket(socket.AF_INET6 if _is_v6(address) else socket.AF_INET, socket.SOCK_STREAM)
        except OSError as error:  # too many open files, or no IPv6 at all
            self._failure = error
            return
        call.settimeout(0)
        code = call.connect_ex((address, self._port))
        if code not in _UNDER_WAY:
            call.close()
            self._failure = _error(code)
            return
        self._calls[call.fileno()] = call
        self._poll.register(call, select.POLLOUT)

    def _answered(self, seconds: float) -> socket.socket | None:
        """Wait so long at most, and return a connection that came about."""
        for number, _ in self._poll.poll(max(0.0, seconds) * 1000):
            call = self._calls.pop(number)
            self._poll.unregister(number)
            code = call.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
            if not code:
                return call
            call.close()
            self._failure = _error(code)
        return None


def _error(code: int) -> OSError:
    return OSError(code, os.strerror(code))  # of the class that belongs to the code


def _is_v6(address: str) -> bool:
    return ":" in address
