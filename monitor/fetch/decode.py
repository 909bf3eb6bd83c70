"""Bodies out of their compression, with a bound on what they may grow to; charsets are not decoded here.

A few hundred bytes can unpack to gigabytes, so nothing is ever unpacked further than one step past the limit.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Iterator
from typing import Protocol

import brotli

ACCEPTED = "gzip, deflate, br"
_STEP = 65536  # bytes unpacked at a time
_GZIP_MAGIC = b"\x1f\x8b"
# Some sites name the charset there, and browsers show their pages.
_NOT_PACKED = frozenset({"", "identity", "none", "utf-8", "utf8", "iso-8859-1", "windows-1252", "windows-1256"})
_GZIP, _ZLIB, _RAW = 31, 15, -15  # zlib's names for the three wrappings of one format


class BadBody(ValueError):
    """A body that cannot be used; `kind` as in FetchError."""

    def __init__(self, message: str, kind: str) -> None:
        super().__init__(message)
        self.kind = kind


class _Decoder(Protocol):
    def feed(self, data: bytes) -> Iterator[bytes]:
        """Yield what the data unpacks to, in steps."""

    def complete(self) -> bool:
        """Tell whether the end was reached."""


def decode(chunks: Iterable[bytes], encoding: str | None, limit: int) -> bytes:
    """Return the whole body, unpacked, of at most `limit` bytes.

    `encoding` is the Content-Encoding header. More than one layer is refused: only bombs have them.

    Raises:
        BadBody: too large, broken, cut off, or packed in a way that we did not ask for.
    """
    decoder = _decoder(encoding)
    pieces: list[bytes] = []
    room = limit
    for piece in chunks if decoder is None else _unpack(chunks, decoder, encoding):
        room -= len(piece)
        if room < 0:
            raise BadBody(f"its page is larger than {limit} bytes; watch a smaller page or its feed", "too_large")
        pieces.append(piece)
    return pieces[0] if len(pieces) == 1 else b"".join(pieces)


def _decoder(encoding: str | None) -> _Decoder | None:
    layers = [name for name in _names(encoding) if name not in _NOT_PACKED]
    if not layers:
        return None
    match layers:
        case ["gzip" | "x-gzip"]:
            return _Inflate(_GZIP)
        case ["deflate"]:
            return _Inflate(None)
        case ["br"]:
            return _Brotli()
    told = ascii(", ".join(layers)[:60])  # as the server says it, control characters and all
    raise BadBody(
        f"its page is packed as {told}, but only one of {ACCEPTED} was asked for; "
        "the site or a proxy before it is broken",
        "encoding",
    )


def _names(encoding: str | None) -> list[str]:
    return [name.strip().lower() for name in (encoding or "").split(",")]


def _unpack(chunks: Iterable[bytes], decoder: _Decoder, encoding: str | None) -> Iterator[bytes]:
    packed = False
    try:
        for chunk in chunks:
            packed = True
            yield from decoder.feed(chunk)
    except (zlib.error, brotli.error):
        raise BadBody(
            f"its page says it is packed as {encoding}, but it is not or it is damaged; "
            "the site or a proxy before it is broken",
            "encoding",
        ) from None
    if packed and not decoder.complete():
        raise BadBody(f"its page ({encoding}) ended in the middle; it is asked again later", "truncated")


class _Inflate:
    def __init__(self, wrapping: int | None) -> None:
        self._wrapping = wrapping
        self._zlib = zlib.decompressobj(wrapping) if wrapping else None

    def feed(self, data: bytes) -> Iterator[bytes]:
        inflate = self._zlib or self._by_first_byte(data)
        while True:
            if inflate.eof:
                if self._wrapping != _GZIP or not data.startswith(_GZIP_MAGIC):
                    return  # padding after the end, which browsers ignore too
                inflate = self._zlib = zlib.decompressobj(_GZIP)  # RFC 1952: a file may have several members
            piece = inflate.decompress(data, _STEP)
            yield piece
            data = inflate.unused_data if inflate.eof else inflate.unconsumed_tail
            if not data and (inflate.eof or len(piece) < _STEP):
                return

    def complete(self) -> bool:
        return self._zlib is not None and self._zlib.eof

    def _by_first_byte(self, data: bytes) -> zlib._Decompress:
        """Choose between the two things that servers call deflate: a zlib header begins with 8 in its low bits."""
        self._zlib = zlib.decompressobj(_ZLIB if data[0] & 0x0F == zlib.DEFLATED else _RAW)
        return self._zlib


class _Brotli:
    def __init__(self) -> None:
        self._brotli = brotli.Decompressor()

    def feed(self, data: bytes) -> Iterator[bytes]:
        while not self._brotli.is_finished():
            piece = self._brotli.process(data, output_buffer_limit=_STEP)
            yield piece
            data = b""  # it keeps what it did not get to; it may say "give me more" before it has told everything
            if not piece and self._brotli.can_accept_more_data():
                return

    def complete(self) -> bool:
        return bool(self._brotli.is_finished())
