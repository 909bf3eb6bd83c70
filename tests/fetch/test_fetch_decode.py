"""Compression, and what pretends to be."""

from __future__ import annotations

import gzip
import random
import tracemalloc
import zlib

import brotli
import pytest

from monitor.fetch.decode import BadBody, decode

TEXT = "مجلس الحكومة يصادق على مشروع قانون المالية — le projet de loi de finances adopté\n".encode() * 3000
NOISE = random.Random(7).randbytes(200_000)
LIMIT = 1_000_000


def raw_deflate(data: bytes) -> bytes:
    packer = zlib.compressobj(wbits=-15)
    return packer.compress(data) + packer.flush()


PACKED = {
    "gzip": gzip.compress,
    "x-gzip": gzip.compress,
    "GZIP": gzip.compress,
    "identity, gzip": gzip.compress,
    "deflate": zlib.compress,
    "br": brotli.compress,
    "identity": bytes,
}


def pieces(data: bytes, size: int) -> list[bytes]:
    return [data[i : i + size] for i in range(0, len(data), size)]


@pytest.mark.parametrize("size", [1, 13, 4096, 1 << 20])
@pytest.mark.parametrize("encoding", PACKED)
def test_a_packed_page_comes_out_whole_however_it_is_cut_on_the_wire(encoding, size):
    body = TEXT if size > 13 else TEXT[:20_000]
    assert decode(pieces(PACKED[encoding](body), size), encoding, LIMIT) == body


@pytest.mark.parametrize("body", [NOISE, b"a" * 65536, b"a" * 65537, b"a" * 131072, b"a" * 98272, b"x"])
@pytest.mark.parametrize("encoding", ["gzip", "deflate", "br"])
def test_pages_that_end_exactly_at_a_step_come_out_whole(encoding, body):
    assert decode([PACKED[encoding](body)], encoding, LIMIT) == body


def test_deflate_without_its_wrapping_is_understood():
    assert decode(pieces(raw_deflate(TEXT), 1000), "deflate", LIMIT) == TEXT


def test_output_that_is_still_inside_when_the_input_is_over_is_not_lost():
    for size in range(65536, 65536 + 600):
        assert len(decode([raw_deflate(b"a" * size)], "deflate", LIMIT)) == size


def test_gzip_of_several_members_is_read_to_the_last():
    assert decode([gzip.compress(b"one ") + gzip.compress(b"two")], "gzip", LIMIT) == b"one two"


def test_padding_after_gzip_is_ignored():
    assert decode([gzip.compress(b"one") + b"\0" * 100, b"\0" * 9], "gzip", LIMIT) == b"one"


def test_no_encoding_leaves_the_bytes_alone():
    assert decode([b"a", b"b"], None, LIMIT) == b"ab"
    assert decode([], None, LIMIT) == b""


@pytest.mark.parametrize("encoding", ["identity", "none", "UTF-8", "windows-1256"])
def test_a_charset_in_the_place_of_a_packing_leaves_the_bytes_alone(encoding):
    assert decode([TEXT], encoding, len(TEXT)) == TEXT


@pytest.mark.parametrize("encoding", ["gzip", "deflate", "br"])
@pytest.mark.parametrize("part", [0.02, 0.5, 0.99])
def test_a_page_cut_in_the_middle_is_no_page(encoding, part):
    packed = PACKED[encoding](TEXT)
    with pytest.raises(BadBody, match="ended in the middle") as caught:
        decode([packed[: max(1, int(len(packed) * part))]], encoding, LIMIT)
    assert caught.value.kind == "truncated"


@pytest.mark.parametrize("encoding", ["gzip", "deflate", "br"])
def test_plain_text_that_says_it_is_packed_is_refused(encoding):
    with pytest.raises(BadBody, match="it is not or it is damaged") as caught:
        decode([b"<html><body>not packed at all, whatever the header says</body></html>" * 9], encoding, LIMIT)
    assert caught.value.kind == "encoding"


@pytest.mark.parametrize("encoding", ["gzip, gzip", "gzip, br", "zstd", "compress", "gzip;q=1", "x\u202e" * 99])
def test_what_was_not_asked_for_is_refused_unread(encoding):
    def unread():
        raise AssertionError("the body was read")
        yield b""

    with pytest.raises(BadBody, match="only one of gzip, deflate, br was asked for") as caught:
        decode(unread(), encoding, LIMIT)
    assert caught.value.kind == "encoding"


BOMBS = {
    "gzip": gzip.compress(bytes(200_000_000), 9),
    "deflate": zlib.compress(bytes(200_000_000), 9),
    "br": brotli.compress(bytes(200_000_000), quality=5),
}


@pytest.mark.parametrize("encoding", BOMBS)
def test_a_bomb_costs_little_more_memory_than_the_limit(encoding):
    tracemalloc.start()
    try:
        with pytest.raises(BadBody, match="larger than 1000000 bytes") as caught:
            decode(pieces(BOMBS[encoding], 65536), encoding, LIMIT)
        assert caught.value.kind == "too_large"
        assert tracemalloc.get_traced_memory()[1] < 3 * LIMIT
    finally:
        tracemalloc.stop()


def test_the_limit_itself_is_allowed():
    assert len(decode([bytes(LIMIT)], None, LIMIT)) == LIMIT
    with pytest.raises(BadBody):
        decode([bytes(LIMIT), b"1"], None, LIMIT)
