"""Compressed bodies to bytes in bounded steps; one layer at most, never more than the cap."""

from __future__ import annotations

import zlib
from collections.abc import Iterable
from typing import Protocol

import brotli

from monitor.errors import FetchError

STEP = 65536


class Decoder(Protocol):
    def feed(self, data: bytes, room: int) -> bytes: ...
    @property
    def complete(self) -> bool: ...


class _Zlib:
    def __init__(self) -> None:
        self._inner = zlib.decompressobj(47)  # gzip or zlib by their header

    def feed(self, data: bytes, room: int) -> bytes:
        out = bytearray()
        while data and len(out) <= room:
            out += self._inner.decompress(data, STEP)
            data = self._inner.unconsumed_tail
        return bytes(out)

    @property
    def complete(self) -> bool:
        return self._inner.eof


class _Brotli:
    def __init__(self) -> None:
        self._inner = brotli.Decompressor()

    def feed(self, data: bytes, room: int) -> bytes:
        out = bytearray(self._inner.process(data, output_buffer_limit=STEP))
        while not self._inner.can_accept_more_data() and len(out) <= room:
            piece = self._inner.process(b"", output_buffer_limit=STEP)
            if not piece:
                break
            out += piece
        return bytes(out)

    @property
    def complete(self) -> bool:
        return bool(self._inner.is_finished())


def _decoder(encoding: str, host: str) -> Decoder | None:
    if encoding in {"", "identity"}:
        return None
    if encoding in {"gzip", "x-gzip", "deflate"}:
        return _Zlib()
    if encoding == "br":
        return _Brotli()
    raise FetchError(f"{host} answers in an encoding that was not asked for: '{encoding[:60]}'", kind="encoding")


def read(chunks: Iterable[bytes], encoding: str, length: int | None, host: str, cap: int) -> bytes:
    """Return the whole decoded body.

    Raises:
        FetchError: it is larger than `cap` bytes (on the wire or decoded), damaged, or cut short.
    """
    decoder = _decoder(encoding.strip().lower(), host)
    body, wire = bytearray(), 0
    for chunk in chunks:
        wire += len(chunk)
        try:
            body += decoder.feed(chunk, cap - len(body)) if decoder else chunk
        except (zlib.error, brotli.error):
            raise FetchError(f"{host} sent a body that is not the {encoding} it says", kind="encoding") from None
        if len(body) > cap or wire > cap:
            raise FetchError(f"{host} sent more than {cap >> 20} MiB; the page is not read", kind="too_large")
    if (decoder and wire and not decoder.complete) or (length is not None and wire < length):
        raise FetchError(f"{host} cut the answer short after {wire} bytes", kind="truncated")
    return bytes(body)
