"""The words of HTTP/1.1: what comes before, within and after an answer."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from time import monotonic

import pytest

from monitor.fetch.failures import BadHttp
from monitor.fetch.network import Stream, trusted
from monitor.fetch.wire import Answer, written

PAGE = b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\npage"


@pytest.fixture
def ends() -> Iterator[tuple[Answer, socket.socket]]:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        ours = socket.create_connection(listener.getsockname())
        theirs, _ = listener.accept()
    stream = Stream(ours, host="news.example", trust=trusted, max_read=10_000)
    with theirs:
        yield Answer(stream, monotonic() + 5), theirs
    stream.close()


def test_what_is_said_before_the_answer_is_passed_over(ends):
    answer, theirs = ends
    theirs.sendall(b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n" + PAGE)
    answer.read_head()
    assert (answer.status, answer.headers()) == (200, {"content-length": "4"})
    assert b"".join(answer.body()) == b"page"
    assert answer.is_over()


def test_headers_of_one_name_are_joined_and_kept_apart(ends):
    answer, theirs = ends
    theirs.sendall(b"HTTP/1.1 302 Found\r\nSet-Cookie: a=1\r\nset-cookie:  b=\xe9\r\nContent-Length: 0\r\n\r\n")
    answer.read_head()
    assert answer.headers()["set-cookie"] == "a=1, b=é"
    assert answer.values(b"set-cookie") == ["a=1", "b=é"]


@pytest.mark.parametrize(
    "sent",
    [
        PAGE + b"more",
        PAGE + PAGE,
        PAGE.replace(b"200 OK", b"200 OK\r\nConnection: close"),
        PAGE.replace(b"1.1", b"1.0"),
    ],
)
def test_a_connection_is_not_used_again_when_more_came_or_the_site_ends_it(ends, sent):
    answer, theirs = ends
    theirs.sendall(sent)
    answer.read_head()
    assert b"".join(answer.body()) == b"page"
    assert not answer.is_over()


def test_a_connection_with_a_page_that_nobody_read_is_not_used_again(ends):
    answer, theirs = ends
    theirs.sendall(PAGE)
    answer.read_head()
    assert not answer.is_over()


@pytest.mark.parametrize(
    ("sent", "kind"),
    [(b"", "reset"), (b"HTTP/1.1 200", "reset"), (PAGE[:-1], "truncated"), (b"ICY 200 OK\r\n\r\n", "protocol")],
)
def test_an_answer_that_is_none_says_how(ends, sent, kind):
    answer, theirs = ends
    theirs.sendall(sent)
    theirs.shutdown(socket.SHUT_WR)
    with pytest.raises(BadHttp) as caught:
        read(answer)
    assert caught.value.kind == kind


def read(answer: Answer) -> bytes:
    answer.read_head()
    return b"".join(answer.body())


def test_a_request_is_written_as_it_goes_over_the_wire():
    assert written(b"GET", b"/a", [(b"Host", b"x")]) == b"GET /a HTTP/1.1\r\nHost: x\r\n\r\n"


@pytest.mark.parametrize("header", [(b"A B", b"x"), (b"", b"x"), (b"A", b"x\ny"), (b"A", b"\x00"), (b"A:", b"x")])
def test_no_header_smuggles_another_in(header):
    with pytest.raises(ValueError, match="holds what no header may"):
        written(b"GET", b"/", [header])
