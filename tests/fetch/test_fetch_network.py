"""One connection: its deadline is a moment, and it knows whether an answer belongs to the question."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from time import monotonic

import pytest

from monitor.errors import FetchError
from monitor.fetch.failures import Broken, StaleConnection
from monitor.fetch.network import Stream, trusted

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
    with pytest.raises(TimeoutError):
        stream.read(monotonic())
    with pytest.raises(TimeoutError):
        stream.write(b"x", monotonic())


def test_writing_that_fails_leaves_it_to_the_reading_to_tell(ends):
    stream, _ = ends
    stream.close()
    with pytest.raises(Broken):
        stream.write(b"x", monotonic() + SOON)


def test_only_a_used_connection_goes_stale(ends):
    stream, theirs = ends
    stream.write(b"question", monotonic() + SOON)
    theirs.sendall(b"answer")
    assert stream.read(monotonic() + SOON) == b"answer"
    stream.write(b"question", monotonic() + SOON)
    theirs.shutdown(socket.SHUT_WR)
    with pytest.raises(StaleConnection):
        stream.read(monotonic() + SOON)


def test_an_answer_that_ends_is_not_stale(ends):
    stream, theirs = ends
    theirs.sendall(b"answer")
    theirs.shutdown(socket.SHUT_WR)
    assert stream.read(monotonic() + SOON) == b"answer"
    assert stream.read(monotonic() + SOON) == b""


def test_one_exchange_reads_no_more_than_allowed_and_the_next_counts_anew(ends):
    stream, theirs = ends
    for _ in range(3):
        stream.write(b"question", monotonic() + SOON)
        theirs.sendall(b"a" * 1000)
        while stream._read < 1000:
            stream.read(monotonic() + SOON)
    theirs.sendall(b"a")
    with pytest.raises(FetchError, match="more than 1000 bytes"):
        stream.read(monotonic() + SOON)


def test_a_connection_with_unread_bytes_or_a_hang_up_is_not_quiet(ends):
    stream, theirs = ends
    assert stream.is_quiet()
    theirs.shutdown(socket.SHUT_WR)
    assert stream.read(monotonic() + SOON) == b""
    assert not stream.is_quiet()
    stream.close()
    assert not stream.is_quiet()


def test_tls_is_always_verified():
    context = trusted()
    assert context.check_hostname
    assert context.verify_mode.name == "CERT_REQUIRED"
    assert context is trusted()
