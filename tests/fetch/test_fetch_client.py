"""Pages that are as they should be: validators, redirects, headers, kept connections."""

from __future__ import annotations

import ctypes
import gzip
import logging
import socket
import struct
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from hostile import NOW, PAGE, failure, get, ok, redirect, reply

from monitor.fetch import network, transport
from monitor.fetch.transport import KEEP_SITES
from monitor.model import Fetched

SO_ATTACH_FILTER = 26  # of Linux: a filter that lets nothing pass makes a connection deaf
ETAG = 'W/"a-é"'
DATE = "Mon, 02 Mar 2026 07:00:00 GMT"


def header(head: str, name: str) -> str | None:
    lines = [line.split(": ", 1) for line in head.split("\r\n")[1:] if line]
    return next((value for key, value in lines if key.lower() == name.lower()), None)


def test_a_page_comes_with_all_that_was_said_about_it(site, fetcher):
    site.answers["/"] = ok(PAGE, "Content-Type: text/html; charset=windows-1256", 'ETag: "a"', f"Last-Modified: {DATE}")
    page = get(fetcher, site.url())
    assert page == Fetched(
        url=site.url(),
        final_url=site.url(),
        status=200,
        body=PAGE,
        content_type="text/html; charset=windows-1256",
        etag='"a"',
        last_modified=DATE,
        fetched_at=NOW,
        elapsed_ms=page.elapsed_ms,
    )
    assert 0 <= page.elapsed_ms < 5000


def test_the_charset_is_nobody_s_business_here(site, fetcher):
    site.answers["/"] = ok(b"\xff\xfe\x00", "Content-Type: text/html; charset=rot13")
    assert get(fetcher, site.url()).body == b"\xff\xfe\x00"


def test_a_chunked_and_packed_page_comes_out_whole(site, fetcher):
    packed = gzip.compress(PAGE)
    chunks = b"".join(b"%x\r\n%b\r\n" % (len(part), part) for part in (packed[:9], packed[9:])) + b"0\r\n\r\n"
    site.answers["/"] = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nContent-Encoding: gzip\r\n\r\n" + chunks
    assert get(fetcher, site.url()).body == PAGE


def test_a_page_that_ends_with_its_connection_is_taken(site, fetcher):
    site.answers["/"] = b"HTTP/1.0 200 OK\r\nConnection: close\r\n\r\n" + PAGE
    assert get(fetcher, site.url()).body == PAGE


def test_a_transformed_page_is_a_page(site, fetcher):
    site.answers["/"] = reply("203 Non-Authoritative Information", PAGE)
    assert get(fetcher, site.url()).status == 203


def test_an_unchanged_page_is_none_and_both_validators_went_out_as_they_came_in(site, fetcher):
    site.answers["/"] = [
        ok(PAGE, f"ETag: {ETAG}", f"Last-Modified: {DATE}"),
        b"HTTP/1.1 304 Not Modified\r\n\r\n",
    ]
    page = get(fetcher, site.url())
    for _ in range(2):
        assert get(fetcher, site.url(), etag=page.etag, last_modified=page.last_modified) is None
    assert header(site.asked[0], "if-none-match") is None
    assert header(site.asked[1], "if-none-match").encode("latin-1") == ETAG.encode()
    assert header(site.asked[1], "if-modified-since") == DATE
    assert site.connections == 1


def test_a_validator_longer_than_any_honest_one_is_not_kept(site, fetcher):
    site.answers["/"] = ok(PAGE, f'ETag: "{"x" * 2000}"')
    assert get(fetcher, site.url()).etag is None


def test_a_validator_that_could_not_be_sent_back_is_not_kept(site, fetcher):
    site.answers["/"] = ok(PAGE, 'ETag: "a\x01b"')
    assert get(fetcher, site.url()).etag is None
    assert get(fetcher, site.url(), etag='"a\x01b"').body == PAGE
    assert "if-none-match" not in site.asked[-1].lower()


def test_not_modified_is_an_error_when_nobody_asked(site, fetcher):
    site.answers["/"] = b"HTTP/1.1 304 Not Modified\r\n\r\n"
    error = failure(fetcher, site.url())
    assert error.kind == "protocol"
    assert "although it was not asked" in str(error)


def test_the_monitor_names_itself_and_says_what_it_takes(site, fetcher):
    site.answers["/?q=%D8%B9"] = ok()
    get(fetcher, site.url("/?q=%D8%B9#top"))
    assert site.asked[0].startswith("GET /?q=%D8%B9 HTTP/1.1\r\n")
    assert header(site.asked[0], "host") == f"127.0.0.1:{site.port}"
    assert header(site.asked[0], "user-agent") == "headline-monitor/test"
    assert header(site.asked[0], "accept-encoding") == "gzip, deflate, br"


def test_configured_headers_are_sent_and_win_except_over_what_we_can_unpack(site, fetcher):
    site.answers["/"] = ok()
    get(fetcher, site.url(), headers={"User-Agent": "desk", "X-Key": "k", "Accept-Encoding": "zstd"})
    assert header(site.asked[0], "user-agent") == "desk"
    assert header(site.asked[0], "x-key") == "k"
    assert header(site.asked[0], "accept-encoding") == "gzip, deflate, br"


@pytest.mark.parametrize("headers", [{"X-Name": "عاجل"}, {"X-Name": "a\r\nX-Other: b"}, {"X Name": "a"}])
def test_headers_that_cannot_be_sent_are_named(site, fetcher, headers):
    error = failure(fetcher, site.url(), headers=headers)
    assert error.kind == "url"
    assert "check the source's url and headers" in str(error)
    assert site.asked == []


def test_cookies_are_neither_kept_nor_sent(site, fetcher):
    site.answers["/"] = ok(PAGE, "Set-Cookie: visit=1")
    get(fetcher, site.url())
    get(fetcher, site.url())
    assert header(site.asked[1], "cookie") is None


def test_proxies_of_the_environment_are_not_used(site, fetcher, monkeypatch):
    for name in ("http_proxy", "HTTP_PROXY", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    site.answers["/"] = ok()
    assert get(fetcher, site.url()).body == PAGE


# --- redirects ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("status", ["301 Moved", "302 Found", "303 See Other", "307 Temporary", "308 Permanent"])
def test_redirects_are_followed_and_the_last_address_reported(site, fetcher, status):
    site.answers |= {"/": redirect("a/b", status), "/a/b": redirect("/c?x=1", status), "/c?x=1": ok()}
    page = get(fetcher, site.url(), etag='"a"')
    assert (page.url, page.final_url) == (site.url(), site.url("/c?x=1"))
    assert [header(head, "if-none-match") for head in site.asked] == ['"a"'] * 3


def test_not_modified_counts_at_the_end_of_a_redirect(site, fetcher):
    site.answers |= {"/": redirect("/b"), "/b": b"HTTP/1.1 304 Not Modified\r\n\r\n"}
    assert get(fetcher, site.url(), etag='"a"') is None


def test_a_redirect_may_be_written_in_raw_arabic(site, fetcher):
    site.answers |= {"/": redirect("/عاجل"), "/%D8%B9%D8%A7%D8%AC%D9%84": ok()}
    assert get(fetcher, site.url()).body == PAGE


def test_a_redirect_in_another_charset_is_followed_byte_by_byte(site, fetcher):
    site.answers |= {
        "/": redirect("/caf_").replace(b"caf_", b"caf\xe9"),
        "/caf%C3%A9": ok(),
    }
    assert get(fetcher, site.url()).body == PAGE


def test_five_redirects_are_followed_and_not_a_sixth(site, fetcher):
    site.answers |= {f"/{n}": redirect(f"/{n + 1}") for n in range(9)}
    site.answers["/5"] = ok()
    assert get(fetcher, site.url("/0")).final_url == site.url("/5")
    site.answers["/5"] = redirect("/6")
    error = failure(fetcher, site.url("/0"))
    assert error.kind == "redirect"
    assert "more than 5 times, last to" in str(error)
    assert not any(head.startswith("GET /6") for head in site.asked)


def test_a_site_that_wants_its_cookie_back_gets_it_and_shows_its_page(site, fetcher):
    def wall(connection):
        seen = "wall=a1; consent=yes" in site.asked[-1] or "consent=yes; wall=a1" in site.asked[-1]
        cookies = "Set-Cookie: wall=a1; Path=/; HttpOnly\r\nSet-Cookie: bad value=\x01\r\nset-cookie: wall2=;"
        connection.sendall(ok() if seen else redirect("/").replace(b"Location", f"{cookies}\r\nLocation".encode()))

    site.answers["/"] = wall
    assert get(fetcher, site.url(), headers={"Cookie": "consent=yes"}).body == PAGE
    assert [header(head, "cookie") for head in site.asked] == ["consent=yes", "consent=yes; wall=a1; wall2="]
    get(fetcher, site.url(), headers={"Cookie": "consent=yes"})
    assert header(site.asked[2], "cookie") == "consent=yes"


def test_the_cookies_of_one_host_go_to_no_other(site, fetcher, names):
    names.known = {"old.example": [["127.0.0.1"]], "new.example": [["127.0.0.1"]]}
    leads = redirect(site.url("/b", "new.example"))
    site.answers |= {"/": leads.replace(b"Location", b"Set-Cookie: key=k; Domain=example\r\nLocation"), "/b": ok()}
    get(fetcher, site.url("/", "old.example"))
    assert header(site.asked[1], "cookie") is None


@pytest.mark.parametrize("target", ["/", "", "/b"])
def test_a_loop_is_named(site, fetcher, target):
    site.answers |= {"/": redirect("/b"), "/b": redirect(target)}
    error = failure(fetcher, site.url())
    assert error.kind == "redirect" if target else error.kind == "status"
    assert target == "" or "redirects in a loop over" in str(error)


@pytest.mark.parametrize(
    ("target", "said"),
    [
        ("javascript:alert(1)", "only http and https"),
        ("file:///etc/passwd", "only http and https"),
        ("gopher://127.0.0.1/", "only http and https"),
        ("data:text/html,x", "only http and https"),
        ("http://user:secret@127.0.0.1/", "user name or password"),
        ("http://127.0.0.1:99999/", "no such port"),
        ("http://[::1/", "not a web address"),
        ("http://a\\b:x/", "not a web address"),
        ("http://127.0.0.1:x/", "not a web address"),
        ("http://xn--\u0661.com/", "not a web address"),
    ],
)
def test_redirects_to_where_we_do_not_go_are_refused(site, fetcher, target, said):
    site.answers["/"] = redirect(target)
    error = failure(fetcher, site.url())
    assert error.kind == "redirect"
    assert said in str(error)
    assert "secret" not in str(error)


@pytest.mark.parametrize(
    "target", ["http://169.254.169.254/latest", "http://10.0.0.1/", "http://[::ffff:7f00:1]/", "http://[fe80::1]/"]
)
def test_a_redirect_is_no_way_around_the_guard(site, make_fetcher, target):
    fetcher = make_fetcher(allow_private=["127.0.0.1/32"] if "7f00" not in target else [])
    site.answers["/"] = redirect(target)
    error = failure(fetcher, site.url(), allow_private=() if "7f00" not in target else ("127.0.0.2/32",))
    assert error.kind == "address"


def test_keys_in_configured_headers_stay_with_the_first_host(site, fetcher, names):
    names.known = {"old.example": [["127.0.0.1"]], "new.example": [["127.0.0.1"]]}
    site.answers |= {"/": redirect(site.url("/b", "new.example")), "/b": redirect(site.url("/c", "old.example"))}
    site.answers["/c"] = ok()
    get(fetcher, site.url("/", "old.example"), headers={"X-Key": "k", "Accept-Language": "ar"})
    assert [header(head, "x-key") for head in site.asked] == ["k", None, "k"]
    assert [header(head, "accept-language") for head in site.asked] == ["ar"] * 3


# --- connections -------------------------------------------------------------------------------------


def test_a_connection_is_kept_between_polls(site, fetcher):
    site.answers["/"] = ok()
    for _ in range(3):
        get(fetcher, site.url())
    assert site.connections == 1


def hang_up(_connection):
    pass


def reset(connection):
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


@pytest.mark.parametrize("end", [hang_up, reset])
def test_a_kept_connection_that_died_is_replaced_at_once(site, fetcher, end):
    def answer_once(connection):
        connection.sendall(ok())
        connection.recv(65536)  # takes the next request, and does not answer it
        end(connection)

    site.answers["/"] = [answer_once, ok()]
    get(fetcher, site.url())
    assert get(fetcher, site.url()).body == PAGE
    assert site.connections == 2


@pytest.mark.skipif(not hasattr(socket, "TCP_USER_TIMEOUT"), reason="only Linux gives up a connection in time")
def test_a_kept_connection_that_a_router_has_forgotten_is_replaced_before_the_deadline(site, fetcher, monkeypatch):
    monkeypatch.setattr(network, "UNHEARD", 0.3)
    deaf = threading.Event()

    def answer_once(connection):
        connection.sendall(ok())
        nothing_passes = ctypes.create_string_buffer(struct.pack("HBBI", 6, 0, 0, 0))
        program = struct.pack("HP", 1, ctypes.addressof(nothing_passes))
        connection.setsockopt(socket.SOL_SOCKET, SO_ATTACH_FILTER, program)
        deaf.set()
        site.stopping.wait(20)

    site.answers["/"] = [answer_once, ok()]
    get(fetcher, site.url())
    assert deaf.wait(5)
    assert get(fetcher, site.url()).body == PAGE
    assert site.connections == 2


def test_a_slow_answer_over_a_kept_connection_is_waited_for(site, fetcher, monkeypatch):
    monkeypatch.setattr(network, "UNHEARD", 0.1)

    def answer_late(connection):
        site.stopping.wait(0.6)
        connection.sendall(ok())

    site.answers["/"] = [ok(), answer_late]
    get(fetcher, site.url())
    assert get(fetcher, site.url()).body == PAGE
    assert site.connections == 1


def test_all_kept_connections_to_a_site_are_given_up_with_the_first_dead_one(site, fetcher):
    together = threading.Barrier(2)

    def answer_once(connection):
        together.wait(5)
        connection.sendall(ok())
        connection.recv(65536)

    site.answers["/"] = [answer_once, answer_once, ok()]
    with ThreadPoolExecutor(2) as pool:
        list(pool.map(lambda _: get(fetcher, site.url()), range(2)))
    assert get(fetcher, site.url()).body == PAGE
    assert site.connections == 3
    assert site.ended.acquire(timeout=5)
    assert site.ended.acquire(timeout=5)


def test_an_error_leaves_no_connection_behind_with_an_unread_page(site, fetcher):
    site.answers["/"] = reply("404 Not Found", b"<html>gone fishing</html>" * 9)
    failure(fetcher, site.url())
    assert site.ended.acquire(timeout=5)


def test_a_new_connection_that_ends_without_an_answer_is_not_asked_twice(site, fetcher):
    site.answers["/"] = lambda _connection: None
    assert failure(fetcher, site.url()).kind == "reset"
    assert len(site.asked) == 1


def test_an_answer_that_lay_there_before_the_question_is_not_taken(site, fetcher):
    site.answers |= {"/": [ok(b"one") + ok(b"not asked for"), ok(b"three")]}
    assert get(fetcher, site.url()).body == b"one"
    assert get(fetcher, site.url()).body == b"three"


def test_a_source_cannot_use_the_connection_that_another_opened_into_a_private_network(site, make_fetcher):
    fetcher = make_fetcher(allow_private=())
    site.answers["/"] = ok()
    assert get(fetcher, site.url(), allow_private=("127.0.0.0/8",)).body == PAGE
    assert failure(fetcher, site.url()).kind == "address"
    assert site.connections == 1


def test_thirty_two_threads_share_one_fetcher(site, fetcher):
    together = threading.Barrier(32)
    site.answers |= {f"/{n}": ok(f"page {n}".encode()) for n in range(32)}

    def poll(n: int) -> list[bytes]:
        together.wait(10)
        return [get(fetcher, site.url(f"/{n}")).body for _ in range(5)]

    with ThreadPoolExecutor(32) as pool:
        assert list(pool.map(poll, range(32))) == [[f"page {n}".encode()] * 5 for n in range(32)]


def test_a_closed_fetcher_has_no_connections_left(site, fetcher):
    site.answers["/"] = ok()
    get(fetcher, site.url())
    fetcher.close()
    assert site.ended.acquire(timeout=5)


@pytest.mark.parametrize("asked_before", [False, True])
def test_a_fetcher_that_is_closed_ends_what_is_under_way_at_once(site, fetcher, *, asked_before):
    """Nor does the page of a site that says no length look whole then."""
    half_sent = threading.Event()

    def stall(connection):
        connection.sendall(b"HTTP/1.1 200 OK\r\n\r\n" + PAGE[:40])
        half_sent.set()
        site.stopping.wait(10)

    site.answers["/"] = [ok(), stall] if asked_before else stall
    if asked_before:
        get(fetcher, site.url())
    with ThreadPoolExecutor(1) as pool:
        fetch = pool.submit(failure, fetcher, site.url())
        assert half_sent.wait(5)
        fetcher.close()
        assert fetch.result(timeout=5).kind == "reset"
    assert site.connections == 1


def test_a_closed_fetcher_asks_no_silent_site_again(site, fetcher):
    asked = threading.Event()

    def say_nothing(_connection):
        asked.set()
        site.stopping.wait(10)

    site.answers["/"] = [ok(), say_nothing]
    get(fetcher, site.url())
    with ThreadPoolExecutor(1) as pool:
        fetch = pool.submit(failure, fetcher, site.url())
        assert asked.wait(5)
        fetcher.close()
        assert fetch.result(timeout=5).kind == "reset"
    assert site.connections == 1


def test_no_more_than_two_connections_to_a_site_are_kept(site, fetcher):
    together = threading.Barrier(3)

    def meet(connection):
        together.wait(5)
        connection.sendall(ok())
        connection.recv(1)  # returns when the other side has enough of it

    site.answers["/"] = meet
    with ThreadPoolExecutor(3) as pool:
        assert [page.body for page in pool.map(lambda _: get(fetcher, site.url()), range(3))] == [PAGE] * 3
    assert site.ended.acquire(timeout=5)
    assert not site.ended.acquire(timeout=0.05)


def test_connections_are_kept_for_the_first_sites_also_when_more_are_visited_in_turn(site, fetcher, names):
    site.answers["/"] = ok()
    names.known = {f"{n}.example": [["127.0.0.1"]] for n in range(KEEP_SITES + 1)}
    for _ in range(2):
        for host in names.known:
            get(fetcher, site.url("/", host))
        assert site.ended.acquire(timeout=5)
    assert site.connections == KEEP_SITES + 2


def test_a_site_that_was_not_visited_for_long_gives_way(site, fetcher, names, monkeypatch):
    site.answers["/"] = ok()
    names.known = {"a.example": [["127.0.0.1"]], "b.example": [["127.0.0.1"]]}
    get(fetcher, site.url("/", "a.example"))
    monkeypatch.setattr(transport, "KEEP_SECONDS", 0.0)
    get(fetcher, site.url("/", "b.example"))
    assert site.ended.acquire(timeout=5)
    get(fetcher, site.url("/", "b.example"))
    assert site.connections == 3


def test_the_libraries_log_nothing_of_an_exchange(site, fetcher, caplog):
    caplog.set_level(logging.DEBUG)
    site.answers["/?key=secret"] = ok(PAGE, "Set-Cookie: visitor=secret")
    get(fetcher, site.url("/?key=secret"))
    assert caplog.records == []


# --- addresses ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "url",
    ["", "news.example.com", "ftp://example.com/", "http://", "http://user:secret@example.com/", "http://a:b:c/",
     "http://user:secret@a:b/", "http://example.com:70000/", "http://exa\nmple.com/", "http://①②⑦.⓪.⓪.①/"],
)  # fmt: skip
def test_what_is_no_web_address_is_told_so(fetcher, url):
    error = failure(fetcher, url)
    assert error.kind == "url"
    assert "correct the source's url" in str(error)
    assert "secret" not in str(error)


def test_a_network_that_is_none_is_told_at_the_start_and_per_source(make_fetcher):
    with pytest.raises(Exception, match="'office' is not a network; write it such as"):
        make_fetcher(allow_private=["office"])
    assert failure(make_fetcher(), "http://127.0.0.1/", allow_private=("office",)).kind == "address"
