"""The browser's proxy, spoken to by hand: it connects where the guard allows and passes on one question."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Awaitable, Callable

import pytest
from hostile import PAGE, Names, Site, ok, reply

from monitor.fetch import guard
from monitor.fetch.gateway import Gateway

Talk = Callable[[Gateway, asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


def through(gateway: Gateway, talk: Talk) -> None:
    """Talk to the gateway as a browser does."""

    async def run() -> None:
        async with asyncio.timeout(10), gateway:
            reader, writer = await asyncio.open_connection("127.0.0.1", int(gateway.url.rpartition(":")[2]))
            try:
                await talk(gateway, reader, writer)
            finally:
                writer.close()

    asyncio.run(run())


@pytest.fixture
def ask(site: Site, names: Names):
    """Send bytes through a gateway; return what comes back and the gateway."""

    def run(sent: str, *, allowed: tuple[str, ...] = ("127.0.0.1/32",), max_bytes: int = 100_000):
        gateway = Gateway(resolver=names, allowed=guard.networks(allowed), max_bytes=max_bytes)
        got: list[bytes] = []

        async def talk(_gateway: Gateway, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            writer.write(sent.format(port=site.port).encode())
            got.append(await reader.read())

        through(gateway, talk)
        return got[0], gateway

    return run


def test_a_page_in_the_clear_is_passed_on_without_the_proxys_headers(site, ask):
    site.answers["/a?b=1"] = ok(PAGE, "Connection: close")
    got, gateway = ask(
        "GET http://127.0.0.1:{port}/a?b=1 HTTP/1.1\r\nHost: x\r\nProxy-Connection: keep-alive\r\nAccept: */*\r\n\r\n"
    )
    assert got.endswith(PAGE)
    assert site.asked == ["GET /a?b=1 HTTP/1.1\r\nHost: x\r\nAccept: */*\r\nConnection: close\r\n\r\n"]
    assert (gateway.failures, gateway.is_spent) == ({}, False)


def test_a_second_question_on_the_same_connection_reaches_nobody(site, ask):
    site.answers["/"] = ok(PAGE, "Connection: close")
    one = "GET http://127.0.0.1:{port}/ HTTP/1.1\r\n\r\n"
    got, _ = ask(one + one.replace("127.0.0.1", "127.0.0.2"))
    assert got.count(PAGE) == 1
    assert len(site.asked) == 1


def test_a_question_with_a_body_is_passed_on_with_it_and_nothing_more(names):
    async def run() -> tuple[bytes, bytes]:
        everything: asyncio.Future[bytes] = asyncio.get_running_loop().create_future()

        async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            await reader.readuntil(b"\r\n\r\n")
            body = await reader.readexactly(4)
            writer.write(ok(body))
            everything.set_result(body + await reader.read())  # the connection stays open, though told not to
            writer.close()

        site = await asyncio.start_server(answer, "127.0.0.1", 0)
        address = f"http://127.0.0.1:{site.sockets[0].getsockname()[1]}/"
        gateway = Gateway(resolver=names, allowed=guard.networks(["127.0.0.0/8"]), max_bytes=1000)
        async with asyncio.timeout(10), gateway:
            reader, writer = await asyncio.open_connection("127.0.0.1", int(gateway.url.rpartition(":")[2]))
            writer.write(f"POST {address} HTTP/1.1\r\nContent-Length: 4\r\n\r\nbodyMORE".encode())
            assert b"Connection: close" in await reader.readuntil(b"\r\n\r\n")
            got = await reader.readexactly(4)
            writer.close()
            sent = await everything
        site.close()
        return got, sent

    assert asyncio.run(run()) == (b"body", b"body")


def test_what_is_said_before_an_answer_is_passed_on_too(site, ask):
    said = b"HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n" + reply("200 OK", PAGE)
    site.answers["/"] = lambda connection: connection.sendall(said)
    got, _ = ask("GET http://127.0.0.1:{port}/ HTTP/1.1\r\n\r\n")
    assert got.startswith(b"HTTP/1.1 103 Early Hints\r\n")
    assert got.endswith(PAGE)


def test_a_tunnel_passes_everything_on_both_ways(site, names):
    site.answers["/"] = ok(PAGE)
    names.known["news.example"] = [["127.0.0.1"]]

    async def talk(_gateway: Gateway, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(f"CONNECT news.example:{site.port} HTTP/1.1\r\n\r\n".encode())
        assert (await reader.readuntil(b"\r\n\r\n")).startswith(b"HTTP/1.1 200")
        for _ in range(2):
            writer.write(b"GET / HTTP/1.1\r\n\r\n")
            assert (await reader.readuntil(b"\r\n\r\n")).startswith(b"HTTP/1.1 200 OK")
            assert await reader.readexactly(len(PAGE)) == PAGE

    through(Gateway(resolver=names, allowed=guard.networks(["127.0.0.0/8"]), max_bytes=100_000), talk)


@pytest.mark.parametrize("question", ["CONNECT {host}:{{port}} HTTP/1.1", "GET http://{host}:{{port}}/ HTTP/1.1"])
@pytest.mark.parametrize("host", ["127.0.0.2", "[::1]", "localhost", "0x7f000002", "169.254.169.254", "inside.example"])
def test_what_the_guard_refuses_is_not_connected_to(site, names, ask, question, host):
    names.known |= {"inside.example": [["127.0.0.1", "10.0.0.7"]], "localhost": [["127.0.0.2"]]}
    names.known["0x7f000002"] = [["127.0.0.2"]]
    got, gateway = ask(question.format(host=host) + "\r\n\r\n")
    assert got.startswith(b"HTTP/1.1 502 ")
    assert site.connections == 0
    assert [failure.kind for failure in gateway.failures.values()] == ["address"]


def test_a_name_is_looked_up_for_every_connection(site, names, ask):
    """The second answer of a name server that changes its mind is checked too."""
    site.answers["/"] = ok(PAGE, "Connection: close")
    names.known["news.example"] = [["127.0.0.1"], ["127.0.0.2"]]
    first, _ = ask("GET http://news.example:{port}/ HTTP/1.1\r\n\r\n")
    second, gateway = ask("GET http://news.example:{port}/ HTTP/1.1\r\n\r\n")
    assert first.endswith(PAGE)
    assert second.startswith(b"HTTP/1.1 502 ")
    assert gateway.failures["news.example"].kind == "address"


def test_a_name_that_does_not_exist_and_a_port_that_is_closed_are_failures_of_their_host(site, ask):
    _, gateway = ask("CONNECT nowhere.example:443 HTTP/1.1\r\n\r\n")
    assert gateway.failures["nowhere.example"].kind == "dns"
    site.close()
    _, gateway = ask("CONNECT 127.0.0.1:{port} HTTP/1.1\r\n\r\n")
    assert gateway.failures["127.0.0.1"].kind == "refused"


@pytest.mark.parametrize(
    "sent",
    ["\r\n\r\n", "GET / HTTP/1.1\r\n\r\n", "GET https://127.0.0.1:{port}/ HTTP/1.1\r\n\r\n", "GET ftp://x/ HTTP/1.1\r\n\r\n",
     "CONNECT HTTP/1.1\r\n\r\n", "CONNECT :: HTTP/1.1\r\n\r\n", "x" * 70_000 + "\r\n\r\n",
     "GET http://127.0.0.1:{port}/ HTTP/1.1\r\nContent-Length: x\r\n\r\n"],
)  # fmt: skip
def test_what_is_no_question_to_a_proxy_ends_the_connection(site, ask, sent):
    got, _ = ask(sent)
    assert got == b""
    assert site.asked == []


def test_no_more_than_allowed_passes(site, ask):
    site.answers["/"] = ok(b"x" * 500_000, "Connection: close")
    got, gateway = ask("GET http://127.0.0.1:{port}/ HTTP/1.1\r\n\r\n", max_bytes=100_000)
    assert len(got) <= 100_000
    assert gateway.is_spent


def test_leaving_ends_what_is_under_way(site, names):
    waiting = threading.Event()

    def hang(_connection) -> None:
        waiting.set()
        site.stopping.wait(30)

    async def run() -> bytes:
        gateway = Gateway(resolver=names, allowed=guard.networks(["127.0.0.0/8"]), max_bytes=1000)
        async with asyncio.timeout(10):
            async with gateway:
                reader, writer = await asyncio.open_connection("127.0.0.1", int(gateway.url.rpartition(":")[2]))
                writer.write(f"GET http://127.0.0.1:{site.port}/ HTTP/1.1\r\n\r\n".encode())
                assert await asyncio.to_thread(waiting.wait, 10)
            rest = await reader.read()
            writer.close()
            return rest

    site.answers["/"] = hang
    assert asyncio.run(run()) == b""
