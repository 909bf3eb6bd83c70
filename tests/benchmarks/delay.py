"""Measures the delay from a headline's publication to the acceptance of its alert, beside sites that hang: `make bench`.

    python tests/benchmarks/delay.py [--seconds 60]

Two whole programs run at the same time on the same healthy sites, polled every 5 s: one watches nothing else, the
other also sites that never answer, never end, or never accept. Half of the pace is waiting for the next poll.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

SITES = 18
HANGING = 2  # of each sort
PACE = 5.0  # seconds
GAP = 8.0  # seconds between the headlines of one site, on average


class World:
    """The sites and the sink, with when each headline was published and its alert accepted."""

    def __init__(self) -> None:
        self.published: dict[str, float] = {}
        self.accepted: dict[str, dict[str, float]] = {"alone": {}, "beside": {}}
        self.titles: list[list[str]] = [[f"headline zero of site {site}"] for site in range(SITES)]
        self.over = threading.Event()

    def publish(self, site: int, number: int) -> None:
        title = f"headline {number} of site {site}"
        self.published[title] = time.monotonic()
        self.titles[site] = [title, *self.titles[site][:30]]

    def page(self, site: int) -> bytes:
        rows = "".join(f"<li><a href='/{title.replace(' ', '-')}-1'>{title}</a></li>" for title in self.titles[site])
        return f"<html><body><ul class='bar'>{rows}</ul></body></html>".encode()


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    world: World

    def do_GET(self) -> None:
        place = self.path.strip("/").partition("?")[0]
        if place == "silent":
            self.world.over.wait(600)
        elif place == "endless":
            self._endless()
        else:
            self._answer(self.world.page(int(place)))

    def do_POST(self) -> None:
        told = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.world.accepted[self.path.strip("/")].setdefault(told["headline"], time.monotonic())
        self._answer(b"{}")

    def _answer(self, body: bytes) -> None:
        head = f"HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\nContent-Length: {len(body)}\r\n\r\n"
        self.wfile.write(head.encode() + body)

    def _endless(self) -> None:
        self.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n")
        while not self.world.over.wait(0.5):
            self.wfile.write(b"<p>more</p>")

    def log_message(self, *args: object) -> None:
        pass


class Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 512

    def handle_error(self, *args: object) -> None:
        pass  # the programs are ended in the middle of their requests


@contextmanager
def serving(world: World) -> Iterator[str]:
    server = Server(("127.0.0.1", 0), type("Page", (Handler,), {"world": world}))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_address[1]}"
    world.over.set()
    server.shutdown()


@contextmanager
def program(folder: Path, name: str, base: str, hanging: list[str]) -> Iterator[None]:
    """Run the whole program on the healthy sites and those given."""
    sources = [
        f'  - {{name: s{site}, url: "{base}/{site}", every: {PACE:.0f}s,'
        f' endpoints: [{{type: html, url: "{base}/{site}", ticker: {{items: ".bar li"}}}}]}}'
        for site in range(SITES)
    ] + [
        f'  - {{name: h{n}, url: "{url}", every: {PACE:.0f}s,'
        f' endpoints: [{{type: html, url: "{url}", ticker: {{items: li}}}}]}}'
        for n, url in enumerate(hanging)
    ]
    config = folder / f"{name}.yaml"
    config.write_text(
        "allow_private: [127.0.0.0/8]\nsources:\n" + "\n".join(sources) + "\nrules:\n"
        "  - {name: all, any: [headline], notify: [sink]}\n"
        f'channels:\n  - {{name: sink, type: webhook, url: "{base}/{name}"}}\n'
    )
    command = [sys.executable, "-m", "monitor", "run", "--config", str(config), "--state", str(folder / name)]
    with (folder / f"{name}.log").open("w") as log, subprocess.Popen(command, stderr=log) as process:
        yield
        process.send_signal(signal.SIGTERM)
        process.wait(30)


def measure(seconds: float) -> World:
    world, rng = World(), random.Random(1)
    with socket.create_server(("127.0.0.1", 0), backlog=0) as deaf, tempfile.TemporaryDirectory() as name:
        # A full queue of connections nobody takes: to connect takes as long as it is allowed to.
        waiting = [socket.socket() for _ in range(4)]
        for each in waiting:
            each.settimeout(0)
            each.connect_ex(deaf.getsockname())
        with serving(world) as base, serving(world) as elsewhere:  # another port is another host
            deaf_url = f"http://127.0.0.1:{deaf.getsockname()[1]}"
            hanging = [
                f"{url}?{n}"
                for n in range(HANGING)
                for url in (f"{elsewhere}/silent", f"{elsewhere}/endless", deaf_url)
            ]
            folder = Path(name)
            with program(folder, "alone", base, []), program(folder, "beside", base, hanging):
                _publish(world, rng, seconds)
        for each in waiting:
            each.close()
    return world


def _publish(world: World, rng: random.Random, seconds: float) -> None:
    time.sleep(2 * PACE + 2)  # start, first look
    until, number = time.monotonic() + seconds, 0
    while time.monotonic() < until:
        time.sleep(rng.expovariate(SITES / GAP))
        number += 1
        world.publish(rng.randrange(SITES), number)
    deadline = time.monotonic() + 3 * PACE
    while time.monotonic() < deadline and any(len(got) < number for got in world.accepted.values()):
        time.sleep(0.1)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=60)
    world = measure(parser.parse_args().seconds)
    print(f"{len(world.published)} headlines on {SITES} sites polled every {PACE:.0f} s; from page to accepted alert:")
    for name, words in (("alone", "nothing else watched"), ("beside", f"beside {3 * HANGING} sites that hang")):
        got = world.accepted[name]
        delays = sorted(got[title] - at for title, at in world.published.items() if title in got)
        print(
            f"  {words:28}: mean {statistics.fmean(delays):.2f} s, median {statistics.median(delays):.2f} s, "
            f"95 % within {delays[int(len(delays) * 0.95)]:.2f} s, longest {delays[-1]:.2f} s, "
            f"missed {len(world.published) - len(delays)}"
        )
    sys.stdout.flush()
    os._exit(0)  # threads of the hanging answers


if __name__ == "__main__":
    main()
