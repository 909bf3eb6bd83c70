"""One connection: its deadline is a moment, and it knows whether an answer belongs to the question."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from time import monotonic

import httpcore
import pytest

from monitor.errors import FetchError
from monitor.fetch.network import StaleConnection, Stream, trusted

SOON = 5.0


@pytest.fixture
def ends() -> Iterator[tuple[Stream, socket.socket]]:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        ours = socket.create_connection(listener.getsockname())
        theirs, _ = listener.accept()
    stream = Stream(ours, host="news.example", trust=trusted, max_read=1000)
    with theirs:
        yield stream, theirs
    stream.close()


def test_nothing_is_read_or_written_after_the_deadline(ends):
    stream, theirs = ends
    theirs.sendall(b"ready to be read")
    with pytest.raises(httpcore.ReadTimeout):
        stream.read(10, timeout=monotonic())
    with pytest.raises(httpcore.WriteTimeout):
        stream.write(b"x", timeout=monotonic())


def test_writing_that_fails_leaves_it_to_the_reading_to_tell(ends):
    stream, _ = ends
    stream.close()
    with pytest.raises(httpcore.WriteError):
        stream.write(b"x", timeout=monotonic() + SOON)


def test_only_a_used_connection_goes_stale(ends):
    stream, theirs = ends
    stream.write(b"question", timeout=monotonic() + SOON)
    assert not stream.answered
    theirs.sendall(b"answer")
    assert stream.read(100, timeout=monotonic() + SOON) == b"answer"
    assert stream.answered
    stream.write(b"question", timeout=monotonic() + SOON)
    assert not stream.answered
    theirs.shutdown(socket.SHUT_WR)
    with pytest.raises(StaleConnection):
        stream.read(100, timeout=monotonic() + SOON)


def test_an_answer_that_ends_is_not_stale(ends):
    stream, theirs = ends
    theirs.sendall(b"answer")
    theirs.shutdown(socket.SHUT_WR)
    assert stream.read(100, timeout=monotonic() + SOON) == b"answer"
    assert stream.read(100, timeout=monotonic() + SOON) == b""


def test_one_exchange_reads_no_more_than_allowed_and_the_next_counts_anew(ends):
    stream, theirs = ends
    for _ in range(3):
        stream.write(b"question", timeout=monotonic() + SOON)
        theirs.sendall(b"a" * 1000)
        while stream._read < 1000:
            stream.read(1000, timeout=monotonic() + SOON)
    theirs.sendall(b"a")
    with pytest.raises(FetchError, match="more than 1000 bytes"):
        stream.read(1000, timeout=monotonic() + SOON)


def test_a_connection_with_unread_bytes_or_a_hang_up_is_readable(ends):
    stream, theirs = ends
    assert not stream.get_extra_info("is_readable")
    theirs.shutdown(socket.SHUT_WR)
    assert stream.read(1, timeout=monotonic() + SOON) == b""
    assert stream.get_extra_info("is_readable")
    stream.close()
    assert stream.get_extra_info("is_readable")
    assert stream.get_extra_info("ssl_object") is None


def test_tls_is_always_verified():
    context = trusted()
    assert context.check_hostname
    assert context.verify_mode.name == "CERT_REQUIRED"
    assert context is trusted()
