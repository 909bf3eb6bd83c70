"""One exchange of HTTP/1.1: a request's bytes, and its answer as it is read from the connection; h11 parses.

Puts no errors into words and knows nothing of connections that are kept.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

import h11

from monitor.fetch.failures import BadHttp
from monitor.fetch.network import Stream

SENDABLE = re.compile(rb"[\t\x20-\x7e\x80-\xff]*")  # as a header's value; RFC 9110, 5.5
_NAME = re.compile(rb"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_MAX_HEAD = 100 * 1024  # bytes
_GET = h11.Request(method="GET", target="/", headers=[("Host", "any")])  # all that the parser must know of a question
_ASKED = h11.EndOfMessage()
_OVER = {h11.CLIENT: h11.DONE, h11.SERVER: h11.DONE}
_CUT_OFF = "peer closed connection without sending complete message body"


class Answer:
    """The answer to what was written last."""

    def __init__(self, stream: Stream, until: float) -> None:
        self.stream = stream
        self.status = 0
        self.lines: Sequence[tuple[bytes, bytes]] = ()  # headers as they came, their names in small letters
        self._until = until
        self._parser = h11.Connection(h11.CLIENT, max_incomplete_event_size=_MAX_HEAD)
        self._parser.send(_GET)
        self._parser.send(_ASKED)

    def read_head(self) -> None:
        """Read until the headers are there.

        Raises:
            BadHttp: they do not come, or are none.
        """
        while not isinstance(event := self._next(), h11.Response):
            pass  # an interim answer such as 100 Continue
        self.status, self.lines = event.status_code, list(event.headers)

    def headers(self) -> dict[str, str]:
        """Return the headers by their names in small letters; a name's several values are joined by commas."""
        found: dict[str, str] = {}
        for name, value in self.lines:
            key, told = name.decode("latin-1"), value.decode("latin-1")
            found[key] = f"{found[key]}, {told}" if key in found else told
        return found

    def values(self, name: bytes) -> list[str]:
        """Return each value of a header."""
        return [value.decode("latin-1") for key, value in self.lines if key == name]

    def body(self) -> Iterator[bytes]:
        """Yield the body as it comes, packed as it was sent.

        Raises:
            BadHttp: it is none, or ends in the middle.
        """
        while isinstance(event := self._next(), h11.Data):
            yield bytes(event.data)

    def is_over(self) -> bool:
        """Tell whether all of it was read, nothing came after it, and the connection is good for another exchange."""
        return self._parser.states == _OVER and not self._parser.trailing_data[0]

    def _next(self) -> object:
        try:
            while (event := self._parser.next_event()) is h11.NEED_DATA:
                data = self.stream.read(self._until)
                if not data and self._parser.their_state is h11.SEND_RESPONSE:
                    raise BadHttp("closed before the answer", "reset")
                self._parser.receive_data(data)
        except h11.RemoteProtocolError as error:
            raise BadHttp(str(error), "truncated" if str(error).startswith(_CUT_OFF) else "protocol") from None
        return event


def written(method: bytes, asked: bytes, headers: Iterable[tuple[bytes, bytes]]) -> bytes:
    """Return a request as far as its body.

    Raises:
        ValueError: a header cannot be sent.
    """
    lines = [method + b" " + asked + b" HTTP/1.1\r\n"]
    for name, value in headers:
        if not (_NAME.fullmatch(name) and SENDABLE.fullmatch(value)):
            raise ValueError(f"the header {name.decode('latin-1')[:60]!a} holds what no header may")
        lines.append(name + b": " + value + b"\r\n")
    return b"".join((*lines, b"\r\n"))
