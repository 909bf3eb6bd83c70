"""Everything a site, a network or a name server can do wrong: one typed error each, in time, in little memory."""

from __future__ import annotations

import errno
import gzip
import socket
import ssl
import struct
import tracemalloc
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime, timedelta
from time import monotonic

import brotli
import httpx
import pytest
import trustme
from hostile import NOW, PAGE, Site, failure, get, ok, reply

from monitor.fetch.answers import EXPECTED, explain, retry_after
from monitor.fetch.client import HttpFetcher
from monitor.fetch.failures import NotConnected, StaleConnection
from monitor.fetch.resolve import PoolResolver

HEAD = b"HTTP/1.1 200 OK\r\n"


def drip_headers(connection):
    connection.sendall(HEAD)
    for _ in range(1000):
        connection.sendall(b"X: y\r\n")
        _pause(connection)


def drip_body(connection):
    connection.sendall(HEAD + b"Content-Length: 100000\r\n\r\n")
    for _ in range(1000):
        connection.sendall(b"a")
        _pause(connection)


def _pause(connection) -> None:
    """Wait a moment, or until the other side hangs up."""
    connection.settimeout(0.05)
    try:
        if connection.recv(1) == b"":
            raise ConnectionError
    except TimeoutError:
        pass


def silence(connection):
    connection.recv(1)  # returns when the other side gives up


def endless_headers(connection):
    connection.sendall(HEAD)
    while True:
        connection.sendall(b"X: y\r\n" * 1000)


def endless_continue(connection):
    while True:
        connection.sendall(b"HTTP/1.1 100 Continue\r\n\r\n" * 500)


def endless_body(connection):
    connection.sendall(HEAD + b"Connection: close\r\n\r\n")
    while True:
        connection.sendall(b"<p>more</p>" * 5000)


def endless_nothing(connection):
    """Packed data that unpacks to nothing, for ever."""
    connection.sendall(HEAD + b"Content-Encoding: gzip\r\nConnection: close\r\n\r\n" + gzip.compress(b"")[:10])
    while True:
        connection.sendall(b"\x00\x00\x00\xff\xff" * 10000)


def endless_chunk_names(connection):
    connection.sendall(HEAD + b"Transfer-Encoding: chunked\r\n\r\n")
    while True:
        connection.sendall(b"1;" + b"x" * 20000 + b"\r\na\r\n")


def then_close(answer: bytes):
    return lambda connection: connection.sendall(answer)


def reset(connection):
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    connection.close()


def reset_in_the_middle(connection):
    connection.sendall(HEAD + b"Content-Length: 1000\r\n\r\nhalf")
    reset(connection)


BOMB = gzip.compress(bytes(100_000_000), 9)

FAULTS = [
    ("garbage status line", b"\x00\x01garbage\r\n\r\n", "protocol", "proper HTTP"),
    ("HTTP/0.9", b"<html>hello</html>\r\n\r\n", "protocol", "proper HTTP"),
    ("an SSH server", b"SSH-2.0-OpenSSH_9.2\r\n", "reset", "before it answered"),
    ("status 999", reply("999 Request Denied"), "status", "answered 999"),
    ("status 000", reply("000 Nothing"), "protocol", "proper HTTP"),
    ("switching protocols", b"HTTP/1.1 101 Switching\r\nUpgrade: x\r\n\r\n", "protocol", "proper HTTP"),
    ("header of 200 kB", HEAD + b"X: " + b"y" * 200_000 + b"\r\n\r\n", "protocol", "proper HTTP"),
    ("5000 headers", HEAD + b"X: y\r\n" * 5000 + b"Content-Length: 1\r\n\r\na", "protocol", "5001 headers"),
    ("headers of 90 kB", HEAD + (b"X: " + b"y" * 9000 + b"\r\n") * 10 + b"\r\n", "protocol", "10 headers"),
    ("endless headers", endless_headers, "protocol", "proper HTTP"),
    ("endless 100 Continue", endless_continue, "too_large", "more than"),
    ("length too long", HEAD + b"Content-Length: 999\r\nConnection: close\r\n\r\nshort", "truncated", "middle"),
    ("two lengths", HEAD + b"Content-Length: 4\r\nContent-Length: 5\r\n\r\nabcde", "protocol", "proper HTTP"),
    ("negative length", HEAD + b"Content-Length: -1\r\n\r\n", "protocol", "proper HTTP"),
    ("bad chunk", HEAD + b"Transfer-Encoding: chunked\r\n\r\nzz\r\nabc\r\n", "protocol", "proper HTTP"),
    (
        "chunk cut off",
        HEAD + b"Transfer-Encoding: chunked\r\nConnection: close\r\n\r\nff\r\nabc",
        "truncated",
        "middle",
    ),
    (
        "no last chunk",
        HEAD + b"Transfer-Encoding: chunked\r\nConnection: close\r\n\r\n1\r\na\r\n",
        "truncated",
        "middle",
    ),
    ("endless chunk names", endless_chunk_names, "too_large", "more than"),
    ("unknown transfer", HEAD + b"Transfer-Encoding: gzip\r\n\r\n", "protocol", "proper HTTP"),
    ("accept, then reset", reset, "reset", "broke the connection off"),
    ("accept, then close", lambda _connection: None, "reset", "before it answered"),
    ("reset in the body", reset_in_the_middle, "reset", "broke the connection off"),
    ("half a head", HEAD + b"Connection: close\r\nContent-", "reset", "before it answered"),
    ("empty page", ok(b""), "truncated", "empty page"),
    ("empty packed page", ok(gzip.compress(b""), "Content-Encoding: gzip"), "truncated", "empty page"),
    ("no content", b"HTTP/1.1 204 No Content\r\n\r\n", "status", "answered 204"),
    ("part of the page", reply("206 Partial Content", PAGE), "status", "answered 206"),
    ("endless body", endless_body, "too_large", "larger than 500000 bytes"),
    ("endless nothing", endless_nothing, "too_large", "more than"),
    ("too large", ok(b"a" * 500_001), "too_large", "larger than 500000 bytes"),
    ("gzip bomb", ok(BOMB, "Content-Encoding: gzip"), "too_large", "larger than 500000 bytes"),
    ("double gzip", ok(gzip.compress(BOMB), "Content-Encoding: gzip, gzip"), "encoding", "'gzip, gzip'"),
    (
        "double gzip in two headers",
        ok(gzip.compress(BOMB), "Content-Encoding: gzip", "Content-Encoding: gzip"),
        "encoding",
        "'gzip, gzip'",
    ),
    ("brotli bomb", ok(brotli.compress(bytes(100_000_000), quality=5), "Content-Encoding: br"), "too_large", "larger"),
    ("truncated gzip", ok(gzip.compress(PAGE)[:-9], "Content-Encoding: gzip"), "truncated", "middle"),
    ("truncated brotli", ok(brotli.compress(PAGE)[:-3], "Content-Encoding: br"), "truncated", "middle"),
    ("brotli declared, plain sent", ok(PAGE * 9, "Content-Encoding: br"), "encoding", "it is not"),
    ("gzip declared, plain sent", ok(PAGE, "Content-Encoding: gzip"), "encoding", "it is not"),
    ("unknown encoding", ok(PAGE, "Content-Encoding: zstd"), "encoding", "'zstd'"),
    ("redirect without target", reply("302 Found"), "status", "does not say where to"),
]


@pytest.mark.parametrize(("answer", "kind", "said"), [fault[1:] for fault in FAULTS], ids=[f[0] for f in FAULTS])
def test_a_fault_is_one_typed_sentence_and_the_next_poll_works(site, make_fetcher, answer, kind, said):
    fetcher = make_fetcher(wire_bytes=800_000, body_bytes=500_000)
    site.answers["/news"] = [then_close(answer) if isinstance(answer, bytes) else answer, ok()]
    error = failure(fetcher, site.url("/news"))
    assert error.kind == kind
    assert said in str(error)
    assert "127.0.0.1" in str(error)
    assert get(fetcher, site.url("/news")).body == PAGE


@pytest.mark.parametrize("answer", [silence, drip_headers, drip_body])
def test_a_server_that_takes_its_time_is_left_at_the_deadline(site, make_fetcher, answer):
    site.answers["/"] = answer
    started = monotonic()
    error = failure(make_fetcher(seconds=0.4), site.url())
    assert error.kind == "timeout"
    assert "within 0.4 s" in str(error)
    assert 0.3 < monotonic() - started < 5


def test_redirects_share_one_deadline(site, make_fetcher):
    def slow_redirect(connection):
        site.stopping.wait(0.15)
        connection.sendall(b"HTTP/1.1 302 Found\r\nContent-Length: 0\r\nLocation: /%d\r\n\r\n" % len(site.asked))

    site.answers |= {f"/{n}": slow_redirect for n in range(9)}
    started = monotonic()
    assert failure(make_fetcher(seconds=0.4), site.url("/0")).kind == "timeout"
    assert monotonic() - started < 5


@pytest.mark.parametrize("answer", [BOMB, gzip.compress(BOMB)], ids=["bomb", "bomb in a bomb"])
def test_a_bomb_costs_bounded_memory(site, fetcher, answer):
    site.answers["/"] = ok(answer, "Content-Encoding: gzip")
    tracemalloc.start()
    try:
        failure(fetcher, site.url()) if answer is BOMB else get(fetcher, site.url())
        assert tracemalloc.get_traced_memory()[1] < 16_000_000
    finally:
        tracemalloc.stop()


# --- statuses ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("status", "said"),
    [
        ("400 Bad Request", "400 bad request"),
        ("401 Unauthorized", "the page wants a login"),
        ("403 Forbidden", "403 forbidden: the site refuses us"),
        ("404 Not Found", "correct the source's url"),
        ("410 Gone", "removed for good"),
        ("418 Teapot", "which is no page"),
        ("429 Too Many Requests", "raise the source's 'every'"),
        ("451 Legal", "legal reasons"),
        ("500 Oops", "a problem of its own"),
        ("503 Service Unavailable", "overloaded or being repaired"),
        ("507 Full", "507: the site has a problem of its own"),
        ("522 Origin", "Cloudflare cannot reach"),
    ],
)
def test_a_status_that_is_no_page_says_what_to_do(site, fetcher, status, said):
    site.answers["/news"] = reply(status, b"<html>error</html>")
    error = failure(fetcher, site.url("/news"))
    assert (error.kind, error.status) == ("status", int(status[:3]))
    assert f"{site.url('/news')} answered {status[:3]}" in str(error)
    assert said in str(error)
    assert error.retry_after is None


@pytest.mark.parametrize(
    ("status", "headers"),
    [
        ("403 Forbidden", ["Server: cloudflare"]),
        ("503 Wait", ["Server: cloudflare"]),
        ("403 X", ["cf-mitigated: challenge"]),
    ],
)
def test_a_bot_wall_is_called_one(site, fetcher, status, headers):
    site.answers["/"] = reply(status, b"<html>checking your browser</html>", *headers)
    assert "a bot wall (Cloudflare) refuses us" in str(failure(fetcher, site.url()))


def test_the_query_of_an_address_is_not_told_since_it_may_hold_a_key(site, fetcher):
    assert "secret" not in str(failure(fetcher, site.url("/news?key=secret")))


@pytest.mark.parametrize("status", ["429 Too Many Requests", "503 Service Unavailable", "403 Forbidden"])
def test_the_wait_a_site_asks_for_is_passed_on(site, fetcher, status):
    site.answers["/"] = reply(status, b"", "Retry-After: 37")
    error = failure(fetcher, site.url())
    assert error.retry_after == timedelta(seconds=37)
    assert "asks to wait 37 s" in str(error)


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("0", 0),
        ("120", 120),
        (" 120 ", 120),
        ("86400", 86400),
        ("1000000000", 86400),
        ("9" * 5000, 86400),
        ("Mon, 02 Mar 2026 08:01:30 GMT", 90),
        ("Mon, 02 Mar 2026 09:01:30 +0100", 90),
        ("Monday, 02-Mar-26 08:01:30 GMT", 90),
        ("Mon, 02 Mar 2026 08:01:30 -0000", 90),
        ("Wed, 02 Mar 2033 08:00:00 GMT", 86400),
        ("Mon, 02 Mar 2026 07:59:00 GMT", None),
        ("-5", None),
        ("1.5", None),
        ("soon", None),
        ("", None),
        ("٣٠", None),
        ("Mon, 99 Foo 2026 08:01:30 GMT", None),
        ("Mon, 02 Mar 99999 08:01:30 GMT", None),
        ("Mon, 02 Mar 2026 08:01:30 +9999", None),
        (None, None),
    ],
)
def test_retry_after_is_read_in_all_its_forms(value, seconds):
    expected = None if seconds is None else timedelta(seconds=seconds)
    assert retry_after(value, NOW) == expected


# --- names and addresses -----------------------------------------------------------------------------


def test_a_refused_address_is_named_with_what_to_add(site, make_fetcher):
    error = failure(make_fetcher(allow_private=()), site.url())
    assert error.kind == "address"
    assert str(error).startswith("127.0.0.1, which is not on the public internet (this machine itself)")
    assert "add allow_private: [127.0.0.1] to the source" in str(error)
    assert site.connections == 0


def test_a_name_that_turns_private_between_two_look_ups_is_refused(site, make_fetcher, names):
    names.known["rebind.example"] = [["127.0.0.2"], ["127.0.0.1"]]
    fetcher = make_fetcher(allow_private=["127.0.0.2/32"])
    assert failure(fetcher, site.url("/", "rebind.example")).kind in {"refused", "address"}
    error = failure(fetcher, site.url("/", "rebind.example"))
    assert error.kind == "address"
    assert "'rebind.example' leads to 127.0.0.1" in str(error)
    assert site.connections == 0


def test_the_address_that_was_checked_is_the_one_connected_to(site, fetcher, names):
    names.known["news.example"] = [["127.0.0.1"], ["10.255.255.1"]]
    site.answers["/"] = ok()
    assert get(fetcher, site.url("/", "news.example")).body == PAGE
    assert names.asked == ["news.example"]


def test_one_private_answer_among_public_ones_refuses_the_name(site, make_fetcher, names):
    names.known["mixed.example"] = [["8.8.8.8", "127.0.0.1"]]
    error = failure(make_fetcher(allow_private=(), connect_seconds=0.1), site.url("/", "mixed.example"))
    assert error.kind == "address"
    assert "leads to 127.0.0.1" in str(error)


def test_the_next_address_is_tried_when_one_refuses(site, fetcher, names):
    names.known["news.example"] = [["127.0.0.9", "127.0.0.1"]]
    site.answers["/"] = ok()
    assert get(fetcher, site.url("/", "news.example")).body == PAGE


@pytest.fixture
def system_fetcher() -> Iterator[HttpFetcher]:
    """Return a fetcher that asks the machine's own resolver and may go to public addresses only."""
    with ThreadPoolExecutor(2) as pool:
        yield HttpFetcher(clock=lambda: NOW, resolver=PoolResolver(pool), user_agent="headline-monitor/test")


def test_a_name_without_an_address_is_told(fetcher, names):
    names.known["news.example"] = [[]]
    error = failure(fetcher, "http://news.example/")
    assert error.kind == "dns"
    assert "'news.example' has no address" in str(error)


@pytest.mark.parametrize(
    ("error", "kind", "said"),
    [
        (NotConnected(OSError(errno.ENETUNREACH, "Network is unreachable")), "connect", "Network is unreachable"),
        (NotConnected(OSError(errno.EMFILE, "Too many open files")), "connect", "Too many open files"),
        (NotConnected(ConnectionResetError()), "reset", "broke the connection off"),
        (NotConnected(ValueError("odd name")), "tls", "no encrypted connection to http://news.example/ (odd name)"),
        (StaleConnection(), "reset", "closes its connections before it answers"),
        (TimeoutError(), "timeout", "within 30 s"),
        (OSError("odd"), "connect", "(odd)"),
        (UnicodeError("odd"), "url", "cannot be sent (odd)"),
    ],
)
def test_what_cannot_be_provoked_here_has_its_sentence_too(error, kind, said):
    assert isinstance(error, EXPECTED)
    explained = explain(error, httpx.URL("http://news.example/?key=secret"), 30)
    assert explained.kind == kind
    assert said in str(explained)
    assert "secret" not in str(explained)


@pytest.mark.parametrize("host", ["0x7f000001", "2130706433", "127.1", "0177.0.0.1", "localhost", "[::ffff:7f00:1]"])
def test_no_spelling_of_loopback_gets_through(site, host, system_fetcher):
    error = failure(system_fetcher, f"http://{host}:{site.port}/")
    assert error.kind in {"address", "dns", "url"}
    assert site.connections == 0


def test_a_closed_port_is_a_refusal(fetcher):
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    error = failure(fetcher, f"http://127.0.0.1:{port}/")
    assert error.kind == "refused"
    assert "refuses connections" in str(error)


@contextmanager
def black_hole(host: str = "127.0.0.1", port: int = 0):
    """Listen with a full queue: the next connection gets no answer, as if a firewall swallowed it."""
    with socket.create_server((host, port), backlog=0) as listener, ExitStack() as clients:
        for _ in range(2):
            client = clients.enter_context(socket.socket())
            client.setblocking(False)  # noqa: FBT003
            client.connect_ex(listener.getsockname())
        yield listener.getsockname()[1]


def test_a_black_hole_is_left_after_the_time_to_connect(make_fetcher):
    with black_hole() as port:
        started = monotonic()
        error = failure(make_fetcher(connect_seconds=0.3), f"http://127.0.0.1:{port}/")
        assert error.kind == "timeout"
        assert "did not take our connection in time" in str(error)
        assert monotonic() - started < 5


def test_a_black_hole_leaves_time_for_the_address_behind_it(make_fetcher, names, site):
    site.answers["/"] = ok()
    names.known["news.example"] = [["127.0.0.9", "127.0.0.1"]]
    with black_hole("127.0.0.9", site.port):
        assert get(make_fetcher(connect_seconds=0.6), site.url("/", "news.example")).body == PAGE


# --- TLS ---------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    return trustme.CA()


@pytest.fixture
def trust(authority) -> ssl.SSLContext:
    context = ssl.create_default_context()
    authority.configure_trust(context)
    return context


@contextmanager
def tls_site(certificate: trustme.LeafCert):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    certificate.configure_cert(context)
    site = Site(context)
    try:
        yield site
    finally:
        site.close()


def test_a_page_comes_over_tls_and_its_connection_is_kept(authority, trust, make_fetcher, names):
    names.known["news.example"] = [["127.0.0.1"]]
    fetcher = make_fetcher(trust=trust)
    with tls_site(authority.issue_cert("news.example")) as site:
        site.answers["/"] = ok()
        assert get(fetcher, site.url("/", "news.example")).body == PAGE
        assert get(fetcher, site.url("/", "news.example")).body == PAGE
        assert site.connections == 1
        fetcher.close()


def test_a_certificate_of_an_unknown_authority_is_refused(authority, make_fetcher, names):
    names.known["news.example"] = [["127.0.0.1"]]
    with tls_site(authority.issue_cert("news.example")) as site:
        site.answers["/"] = ok()
        error = failure(make_fetcher(), site.url("/", "news.example"))
        assert error.kind == "tls"
        assert "the certificate of" in str(error)
        assert site.asked == []


def test_a_certificate_for_another_name_is_refused(authority, trust, make_fetcher, names):
    names.known["other.example"] = [["127.0.0.1"]]
    with tls_site(authority.issue_cert("news.example")) as site:
        error = failure(make_fetcher(trust=trust), site.url("/", "other.example"))
        assert error.kind == "tls"
        assert "other.example" in str(error)
        assert site.connections == 1


def test_an_expired_certificate_is_refused(authority, trust, make_fetcher, names):
    names.known["news.example"] = [["127.0.0.1"]]
    certificate = authority.issue_cert("news.example", not_after=datetime(2020, 1, 1, tzinfo=UTC))
    with tls_site(certificate) as site:
        error = failure(make_fetcher(trust=trust), site.url("/", "news.example"))
        assert error.kind == "tls"
        assert "expired" in str(error)


def test_a_server_that_does_not_speak_tls_is_told(make_fetcher, trust):
    with socket.create_server(("127.0.0.1", 0)) as listener, ThreadPoolExecutor(1) as pool:
        pool.submit(answer_once, listener, b"HTTP/1.1 400 Bad Request\r\n\r\n")
        error = failure(make_fetcher(trust=trust), f"https://127.0.0.1:{listener.getsockname()[1]}/")
    assert error.kind == "tls"
    assert "check whether its address is http or https" in str(error)


def answer_once(listener: socket.socket, answer: bytes) -> None:
    connection, _ = listener.accept()
    with connection:
        connection.recv(65536)
        connection.sendall(answer)


def test_a_handshake_that_stalls_is_left_in_time(make_fetcher, trust):
    with socket.create_server(("127.0.0.1", 0)) as listener:
        started = monotonic()
        error = failure(
            make_fetcher(trust=trust, connect_seconds=0.3), f"https://127.0.0.1:{listener.getsockname()[1]}/"
        )
        assert error.kind == "timeout"
        assert monotonic() - started < 5
