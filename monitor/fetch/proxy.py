"""Requests through a proxy, and what may be asked there: a proxy looks names up itself, so the guard cannot."""

from __future__ import annotations

import base64
import ssl
from collections.abc import Callable, Iterable
from typing import Any

import httpx

from monitor.errors import FetchError
from monitor.fetch import guard, target
from monitor.fetch.failures import BadHttp, Broken, ConnectTimeout, NotConnected, ProxyRefusal
from monitor.fetch.guard import EVERYWHERE, Network
from monitor.fetch.network import Connector, Origin, Stream
from monitor.fetch.wire import Answer, written


def connect(connector: Connector, origin: Origin, until: float) -> Stream:
    """Return a connection to the origin, through its proxy if it has one."""
    if origin.proxy:
        stream = _connect_through(httpx.URL(origin.proxy), connector, origin, until)
    else:
        stream = connector.connect(origin.host, origin.port, origin.allowed, until)
    if origin.scheme == "https":
        stream.start_tls(origin.host, until)
    return stream


def _connect_through(proxy: httpx.URL, connector: Connector, origin: Origin, until: float) -> Stream:
    port = proxy.port or (1080 if proxy.scheme == "socks5" else 80)
    stream = connector.connect(proxy.host, port, EVERYWHERE, until)  # whoever configured the proxy means it
    try:
        if proxy.scheme == "socks5":
            _greet_socks(stream, proxy, origin, until)
        elif origin.scheme == "https":
            _open_tunnel(stream, proxy, origin, until)
    except BaseException as error:
        stream.close()
        if isinstance(error, TimeoutError):
            raise ConnectTimeout from None
        if isinstance(error, Broken):
            raise ProxyRefusal("it breaks the connection off") from None
        raise
    return stream


def question(url: httpx.URL, headers: Iterable[tuple[bytes, bytes]], proxy: str | None) -> bytes:
    """Return a request for the address: a proxy that sees what is asked wants all of it, and its own password."""
    asked, more = url.raw_path, list[tuple[bytes, bytes]]()
    if proxy and proxy.startswith("http:") and url.scheme == "http":
        asked = b"http://" + url.netloc + url.raw_path
        more = _authorization(httpx.URL(proxy))
    return written(b"GET", asked, [*headers, *more])


def _open_tunnel(stream: Stream, proxy: httpx.URL, origin: Origin, until: float) -> None:
    place = f"[{origin.host}]" if ":" in origin.host else origin.host
    at = f"{place}:{origin.port}".encode("ascii")
    stream.write(written(b"CONNECT", at, [(b"Host", at), *_authorization(proxy)]), until)
    answer = Answer(stream, until)
    try:
        answer.read_head()
    except BadHttp as error:
        raise ProxyRefusal(str(error)) from None
    if not 200 <= answer.status < 300:
        raise ProxyRefusal(f"it answers {answer.status}")


def _authorization(proxy: httpx.URL) -> list[tuple[bytes, bytes]]:
    if not proxy.userinfo:
        return []
    secret = base64.b64encode(f"{proxy.username}:{proxy.password}".encode())
    return [(b"Proxy-Authorization", b"Basic " + secret)]


def _greet_socks(stream: Stream, proxy: httpx.URL, origin: Origin, until: float) -> None:
    from socksio import socks5
    from socksio.exceptions import SOCKSError

    talk = socks5.SOCKS5Connection()

    def said(request: object, length: Callable[[bytes], int] = lambda _begun: 2) -> Any:
        talk.send(request)
        stream.write(talk.data_to_send(), until)
        reply = stream.read(until)
        while len(reply) < length(reply) and (more := stream.read(until)):
            reply += more  # some proxies write byte by byte
        return talk.receive_data(reply)

    methods = socks5.SOCKS5AuthMethod
    method = methods.USERNAME_PASSWORD if proxy.userinfo else methods.NO_AUTH_REQUIRED
    try:
        if said(socks5.SOCKS5AuthMethodsRequest([method])).method != method:
            raise ProxyRefusal("it wants another way to log in")
        if proxy.userinfo:
            name, word = proxy.username.encode(), proxy.password.encode()
            if not said(socks5.SOCKS5UsernamePasswordRequest(name, word)).success:
                raise ProxyRefusal("invalid user name or password")
        command = socks5.SOCKS5CommandRequest.from_address(socks5.SOCKS5Command.CONNECT, (origin.host, origin.port))
        code = said(command, _length).reply_code
    except (SOCKSError, AttributeError) as error:  # what a server that speaks no SOCKS leads the library to
        raise ProxyRefusal(str(error) or "it does not speak SOCKS") from error
    if code != socks5.SOCKS5ReplyCode.SUCCEEDED:
        raise ProxyRefusal(f"it answers {code.name.lower().replace('_', ' ')}")


def _length(begun: bytes) -> int:
    """Return how long a reply to a command is, as far as its beginning tells (RFC 1928, 6)."""
    kind, name = (begun[3], begun[4]) if len(begun) > 4 else (0, 0)
    return {1: 10, 3: 7 + name, 4: 22}.get(kind, 5)


def check(url: httpx.URL, first: httpx.URL, allowed: tuple[Network, ...]) -> None:
    """Refuse what a proxy could be led to: another site than the source's, and addresses that are not public.

    Raises:
        FetchError: of kind `address` or `redirect`.
    """
    try:
        reason = guard.refusal(guard.address(url.host), allowed)
    except ValueError:
        reason = None
        if not _is_of(url.host, first.host):
            raise FetchError(
                f"{target.name(first)} leads to {target.name(url)}, another site; through a proxy only the source's "
                "own is asked, since nobody here sees where its name leads: correct the source's url",
                kind="redirect",
            ) from None
    if reason:
        raise FetchError(
            f"{url.host}, which is not on the public internet ({reason}), is not asked for through a proxy; if you "
            f"mean to watch it, add allow_private: [{url.host}] to the source",
            kind="address",
        )


def explain(error: Exception, where: str) -> FetchError | None:
    """Return what to say when the proxy is in the way; None when something else is."""
    if isinstance(error, ProxyRefusal):
        reason = ascii(str(error)[:100])
        return FetchError(
            f"the proxy does not let us through to {where} ({reason}); check the source's proxy, its user name and "
            "password",
            kind="proxy",
        )
    if isinstance(error, ConnectTimeout) or (
        isinstance(error, NotConnected) and not isinstance(error.reason, (ssl.SSLError, ValueError))
    ):
        reason = str(error) or "no answer in time"
        return FetchError(f"no connection to the proxy for {where} ({reason}); check the source's proxy", kind="proxy")
    return None


def _is_of(host: str, own: str) -> bool:
    """Tell whether a host is the source's, a part of it, or what it is a part of."""
    if any(map(target.is_address, (host, own))):
        return host == own
    host, own = (one.removeprefix("www.") for one in (host, own))
    return host == own or host.endswith(f".{own}") or (own.endswith(f".{host}") and "." in host)
