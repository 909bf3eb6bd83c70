"""Pages through a proxy: HTTP, CONNECT and SOCKS, with a password, and no way through it into somebody's network."""

from __future__ import annotations

import base64
import socket
import ssl
import threading
import time
from collections.abc import Iterator
from contextlib import closing, suppress
from importlib.util import find_spec
from typing import Self

import pytest
import trustme
from hostile import PAGE, Site, ok, redirect, reply

from monitor.errors import FetchError
from monitor.fetch.proxy import _is_of
from monitor.model import Request

HOST = "news.example"
needs_socks = pytest.mark.skipif(find_spec("socksio") is None, reason="the extra socks is not installed")


class Proxy:
    """A proxy that looks every name up as loopback; `asked` holds what it was asked for."""

    def __init__(self, password: str = "", *, socks: bool = False) -> None:
        self.asked: list[str] = []
        self.says: bytes | None = None  # instead of doing its work
        self.bound = b"\x01" + bytes(4)  # the address that SOCKS says it asks from
        self.pause = 0.0  # seconds after each byte of its own
        self._password, self._socks = password, socks
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._open: list[socket.socket] = []
        self._threads = [threading.Thread(target=self._accept)]
        self._threads[0].start()

    def url(self, user: str = "") -> str:
        scheme = "socks5" if self._socks else "http"
        return f"{scheme}://{user}{'@' if user else ''}127.0.0.1:{self._listener.getsockname()[1]}"

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_exc: object) -> None:
        with suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        for one in self._open:
            with suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)
        for thread in self._threads:
            thread.join(5)

    def _start(self, work, *args) -> None:
        thread = threading.Thread(target=work, args=args)
        self._threads.append(thread)
        thread.start()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                client, _ = self._listener.accept()
                self._open.append(client)
                self._start(self._serve, client)

    def _serve(self, client: socket.socket) -> None:
        with client, suppress(OSError):
            if self.says is not None:
                client.recv(65536)
                client.sendall(self.says)
            elif self._socks:
                self._socks5(client)
            else:
                self._http(client)

    def _http(self, client: socket.socket) -> None:
        head = client.recv(65536)
        method, asked, _ = head.split(b"\r\n")[0].decode().split(" ")
        self.asked.append(f"{method} {asked}")
        key = base64.b64encode(self._password.encode())
        if self._password and b"basic " + key.lower() not in head.lower():
            client.sendall(reply("407 Proxy Authentication Required"))
        elif method == "CONNECT":
            client.sendall(b"HTTP/1.1 200 Connection established\r\n\r\n")
            self._carry(client, int(asked.rpartition(":")[2]))
        else:
            port = int(asked.split("/")[2].rpartition(":")[2])
            path = "/" + asked.split("/", 3)[3]
            self._carry(client, port, head.replace(asked.encode(), path.encode(), 1))

    def _socks5(self, client: socket.socket) -> None:
        client.recv(2 + 255)
        self._say(client, b"\x05\x02" if self._password else b"\x05\x00")
        if self._password:
            told = client.recv(513)
            name = told[2 : 2 + told[1]]
            word = told[3 + told[1] :]
            good = f"{name.decode()}:{word.decode()}" == self._password
            client.sendall(b"\x01\x00" if good else b"\x01\x01")
            if not good:
                return
        asked = client.recv(300)
        host, port = asked[5 : 5 + asked[4]].decode(), int.from_bytes(asked[5 + asked[4] : 7 + asked[4]], "big")
        self.asked.append(f"{host}:{port}")
        self._say(client, b"\x05\x00\x00" + self.bound + b"\x00\x00")
        self._carry(client, port)

    def _say(self, client: socket.socket, told: bytes) -> None:
        client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        for n in range(len(told)) if self.pause else ():
            client.sendall(told[n : n + 1])
            time.sleep(self.pause)
        if not self.pause:
            client.sendall(told)

    def _carry(self, client: socket.socket, port: int, first: bytes = b"") -> None:
        with socket.create_connection(("127.0.0.1", port)) as site:
            self._open.append(site)
            site.sendall(first)
            self._start(_copy, site, client)
            _copy(client, site)


def _copy(source: socket.socket, to: socket.socket) -> None:
    with suppress(OSError):
        while data := source.recv(65536):
            to.sendall(data)
    with suppress(OSError):
        to.shutdown(socket.SHUT_RDWR)


@pytest.fixture
def site() -> Iterator[Site]:
    with closing(Site()) as one:
        one.answers["/"] = ok()
        yield one


def get(fetcher, url: str, proxy: str, **more):
    return fetcher.fetch(Request(url=url, proxy=proxy, **more), etag=None, last_modified=None)


def failure(fetcher, url: str, proxy: str) -> FetchError:
    with pytest.raises(FetchError) as caught:
        get(fetcher, url, proxy)
    assert "secret" not in str(caught.value)
    return caught.value


@pytest.fixture
def secure() -> Iterator[tuple[Site, ssl.SSLContext]]:
    authority = trustme.CA()
    serving, trust = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER), ssl.create_default_context()
    authority.issue_cert(HOST).configure_cert(serving)
    authority.configure_trust(trust)
    with closing(Site(serving)) as one:
        one.answers["/"] = ok()
        yield one, trust


KINDS = ["http", pytest.param("socks5", marks=needs_socks)]


@pytest.mark.parametrize("kind", KINDS)
def test_a_page_comes_through_the_proxy_which_looks_the_name_up(make_fetcher, names, site: Site, kind: str) -> None:
    with Proxy(socks=kind == "socks5") as proxy:
        fetcher = make_fetcher(allow_private=())
        assert get(fetcher, site.url("/", HOST), proxy.url()).body == PAGE
        fetcher.close()
    assert proxy.asked == [f"{HOST}:{site.port}" if kind == "socks5" else f"GET {site.url('/', HOST)}"]
    assert names.asked == []


@pytest.mark.parametrize("kind", KINDS)
def test_an_encrypted_page_is_verified_beyond_the_proxy(make_fetcher, secure, kind: str) -> None:
    site, trust = secure
    with Proxy(socks=kind == "socks5") as proxy:
        fetcher = make_fetcher(allow_private=(), trust=trust)
        assert get(fetcher, site.url("/", HOST), proxy.url()).body == PAGE
        fetcher.close()
        distrustful = make_fetcher(allow_private=())
        assert failure(distrustful, site.url("/", HOST), proxy.url()).kind == "tls"
    assert proxy.asked[0] == (f"{HOST}:{site.port}" if kind == "socks5" else f"CONNECT {HOST}:{site.port}")


@pytest.mark.parametrize("kind", KINDS)
def test_the_proxys_password_goes_to_the_proxy_only(make_fetcher, secure, kind: str) -> None:
    site, trust = secure
    with Proxy("desk:s%cret".replace("%", "e"), socks=kind == "socks5") as proxy:
        fetcher = make_fetcher(allow_private=(), trust=trust)
        assert get(fetcher, site.url("/", HOST), proxy.url("desk:secret")).body == PAGE
        assert not any("proxy-authorization" in head.lower() for head in site.asked)
        fetcher.close()
        error = failure(make_fetcher(allow_private=(), trust=trust), site.url("/", HOST), proxy.url("desk:wrong"))
    assert error.kind == "proxy"
    assert "check the source's proxy, its user name and password" in str(error)


def test_a_plain_page_without_the_password_says_so(make_fetcher, site: Site) -> None:
    with Proxy("desk:secret") as proxy:
        error = failure(make_fetcher(allow_private=()), site.url("/", HOST), proxy.url())
    assert (error.kind, error.status) == ("status", 407)
    assert "the source's proxy" in str(error)


def test_a_proxy_that_is_down_is_not_the_site(make_fetcher) -> None:
    with socket.create_server(("127.0.0.1", 0)) as gone:
        port = gone.getsockname()[1]
    error = failure(make_fetcher(allow_private=()), f"https://{HOST}/", f"http://desk:secret@127.0.0.1:{port}")
    assert error.kind == "proxy"
    assert f"no connection to the proxy for https://{HOST}/ (" in str(error)


@pytest.mark.parametrize("kind", KINDS)
def test_a_proxy_that_says_nothing_is_not_the_site(make_fetcher, kind: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        at = f"{kind}://127.0.0.1:{silent.getsockname()[1]}"
        error = failure(make_fetcher(allow_private=(), connect_seconds=0.2), f"https://{HOST}/", at)
    assert error.kind == "proxy"
    assert f"no connection to the proxy for https://{HOST}/ (no answer in time)" in str(error)


@needs_socks
def test_a_proxy_that_goes_in_the_middle_of_its_greeting_is_not_the_site(make_fetcher) -> None:
    with Proxy(socks=True) as proxy:
        proxy.says = b"\x05\x00"
        error = failure(make_fetcher(allow_private=()), f"http://{HOST}/", proxy.url())
    assert error.kind == "proxy"
    assert "it breaks the connection off" in str(error)


@needs_socks
@pytest.mark.parametrize("bound", [b"\x01" + bytes(4), b"\x03\x05proxy", b"\x04" + bytes(16)])
def test_a_proxy_that_writes_byte_by_byte_is_understood(make_fetcher, site: Site, bound: bytes) -> None:
    with Proxy(socks=True) as proxy:
        proxy.bound, proxy.pause = bound, 0.002
        fetcher = make_fetcher(allow_private=())
        assert get(fetcher, site.url("/", HOST), proxy.url()).body == PAGE
        fetcher.close()


@needs_socks
@pytest.mark.parametrize("says", [b"HTTP/1.1 400 Bad\r\n\r\n", b"\x05\xff", b"\x05", b""])
def test_what_speaks_no_socks_is_told(make_fetcher, says: bytes) -> None:
    with Proxy(socks=True) as proxy:
        proxy.says = says
        error = failure(make_fetcher(allow_private=(), seconds=1.0), f"http://{HOST}/", proxy.url())
    assert error.kind in {"proxy", "timeout"}


@pytest.mark.parametrize(
    "url", ["http://127.0.0.1:9/", "http://169.254.169.254/latest/", "http://10.0.0.1/", "http://[::1]/"]
)
def test_no_private_address_is_asked_for_through_a_proxy(make_fetcher, url: str) -> None:
    with Proxy() as proxy:
        assert failure(make_fetcher(allow_private=()), url, proxy.url()).kind == "address"
    assert proxy.asked == []


@pytest.mark.parametrize(
    ("leads", "kind"),
    [
        ("http://intranet/", "redirect"),
        ("http://localhost:9/", "redirect"),
        ("http://2130706433/", "redirect"),
        ("http://other.example/", "redirect"),
        ("http://169.254.169.254/", "address"),
    ],
)
def test_a_redirect_leads_a_proxy_nowhere_else(make_fetcher, site: Site, leads: str, kind: str) -> None:
    site.answers["/"] = redirect(leads)
    with Proxy() as proxy:
        fetcher = make_fetcher(allow_private=())
        assert failure(fetcher, site.url("/", HOST), proxy.url()).kind == kind
        fetcher.close()
    assert len(proxy.asked) == 1


def test_the_sites_own_names_are_asked_for(make_fetcher, site: Site) -> None:
    site.answers["/"] = redirect(site.url("/b", f"www.{HOST}"))
    site.answers["/b"] = ok()
    with Proxy() as proxy:
        fetcher = make_fetcher(allow_private=())
        assert get(fetcher, site.url("/", HOST), proxy.url()).body == PAGE
        fetcher.close()
    assert len(proxy.asked) == 2


@pytest.mark.parametrize(
    ("host", "own", "same"),
    [("a.news.example", "news.example", True), ("news.example", "www.news.example", True), ("example", "a.example", False),
     ("badnews.example", "news.example", False), ("8.8.8.8", "news.example", False)],
)  # fmt: skip
def test_which_names_are_the_sites_own(host: str, own: str, *, same: bool) -> None:
    assert _is_of(host, own) is same


def test_a_kept_connection_through_a_proxy_is_not_used_without(make_fetcher, names, site: Site) -> None:
    names.known[HOST] = [["127.0.0.1"]]
    with Proxy() as proxy:
        fetcher = make_fetcher()
        get(fetcher, site.url("/", HOST), proxy.url())
        fetcher.fetch(Request(url=site.url("/", HOST)), etag=None, last_modified=None)
        fetcher.close()
    assert len(proxy.asked) == 1
    assert len(site.asked) == 2
