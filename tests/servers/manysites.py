"""Thousands of news sites in a process of its own, each on an address of 127.0.0.0/8; some hang, some never end.

Their pages change by the clock: each site shows a new headline now and then, at moments of its own.
"""

from __future__ import annotations

import asyncio
import multiprocessing
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import count
from multiprocessing.connection import Connection

SHOWN = 40  # headlines on a page
WHO = ("الوزير", "الشرطة", "المحكمة", "البرلمان", "البلدية", "النقابة", "الجيش", "المدير", "الحكومة", "المجلس")
DOES = ("يعلن", "تناقش", "يرفض", "يؤجل", "يفتتح", "تحقق في", "يدشن", "يوقف", "تراجع", "يستقبل", "تطالب بـ", "يبحث")
WHAT = ("مشروع الميناء", "قانون الماء", "أزمة الخبز", "خط القطار", "ميزانية الصحة", "حريق السوق", "إضراب النقل")
WHERE = ("بأكادير", "بطنجة", "بوجدة", "بالرباط", "بفاس", "بمراكش", "بالعيون", "بتطوان", "بآسفي", "بالناظور")
LEAD = "ملخص طويل للخبر يشغل بعض المكان كما تفعل المواقع الحقيقية في صفحاتها الأولى كل يوم وليلة. "
SELECTORS = "list: {items: article.post, title: h2}"
_NONCE = count()


def title(site: int, number: int) -> str:
    """Return a headline that no other site and no other number has."""
    pick = (site * 1_000_003 + number) * 2_654_435_761 >> 7
    words = (WHO[pick % 10], DOES[pick // 10 % 12], WHAT[pick // 120 % 7], WHERE[pick // 840 % 10])
    return f"{' '.join(words)} للمرة {number + 2} في {site + 2}"


def newest(site: int, seconds: float, per_day: float) -> int:
    """Return the number of a site's newest headline."""
    return SHOWN + int(seconds / 86_400 * per_day + site * 0.61803 % 1)


def page(site: int, number: int, kilobytes: int, *, nonce: bool = False) -> str:
    """Return a front page with the headlines up to this number, of about so many kilobytes."""
    filling = LEAD * max(1, (kilobytes * 1024 - SHOWN * 420) // SHOWN // 160)
    cards = "".join(
        f'<article class="post"><div class="img"><img src="/i/{n}.jpg" alt=""></div>'
        f'<h2 class="title"><a href="/news/{100_000 + n}">{title(site, n)}</a></h2>'
        f'<p class="lead">{filling}</p><span class="date">28/01/2025</span></article>'
        for n in range(number, number - SHOWN, -1)
    )
    hidden = f'<input type="hidden" name="nonce" value="{next(_NONCE):x}">' if nonce else ""
    return f'<html><head><meta charset="utf-8"></head><body>{hidden}<nav>{"<b>x</b>" * 50}</nav>{cards}</body></html>'


def feed(site: int, number: int) -> str:
    """Return the same headlines as RSS."""
    items = "".join(
        f"<item><title>{title(site, n)}</title><link>https://s{site}.example/news/{100_000 + n}</link></item>"
        for n in range(number, number - SHOWN, -1)
    )
    return f'<rss version="2.0"><channel><title>s{site}</title>{items}</channel></rss>'


def address(site: int) -> str:
    """Return the site's own address, whose host nobody else has."""
    return f"127.{1 + (site >> 16)}.{site >> 8 & 255}.{site & 255}"


@dataclass(frozen=True, kw_only=True)
class Plan:
    """How the sites behave; `hang` and `drip` are steps: 20 makes one site of twenty never answer, or never end."""

    kilobytes: int = 100
    per_day: float = 48.0  # headlines of each site
    hang: int = 0
    drip: int = 0
    tags: bool = True  # three fifths of the sites know entity tags

    def hangs(self, site: int) -> bool:
        return bool(self.hang) and site % self.hang == self.hang - 1

    def drips(self, site: int) -> bool:
        return bool(self.drip) and site % self.drip == self.drip // 2


class _Connection(asyncio.Protocol):
    def __init__(self, plan: Plan, begun: float) -> None:
        self._plan, self._begun = plan, begun
        self._asked = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        high, middle, low = map(int, transport.get_extra_info("sockname")[0].split(".")[1:])
        self._site = (high - 1) << 16 | middle << 8 | low

    def data_received(self, data: bytes) -> None:
        self._asked += data
        while b"\r\n\r\n" in self._asked:
            head, _, self._asked = self._asked.partition(b"\r\n\r\n")
            self._answer(head)

    def _answer(self, head: bytes) -> None:
        if self._plan.hangs(self._site):
            return
        if self._plan.drips(self._site):
            self._transport.write(b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n")
            self._drip()
            return
        if b" /robots.txt " in head.partition(b"\r\n")[0]:
            self._write(404, b"none")
            return
        number = newest(self._site, time.monotonic() - self._begun, self._plan.per_day)
        tag = f'"{number}"'.encode() if self._plan.tags and self._site % 5 < 3 else b""
        if tag and b"If-None-Match: " + tag in head:
            self._write(304, b"", tag)
        else:  # a fifth has a nonce in each answer
            self._write(200, page(self._site, number, self._plan.kilobytes, nonce=self._site % 5 == 4).encode(), tag)

    def _write(self, status: int, body: bytes, tag: bytes = b"") -> None:
        head = b"HTTP/1.1 %d X\r\nContent-Type: text/html; charset=utf-8\r\n" % status
        length = b"" if status == 304 else b"Content-Length: %d\r\n" % len(body)
        self._transport.write(head + length + (b"ETag: %s\r\n" % tag if tag else b"") + b"\r\n" + body)

    def _drip(self) -> None:
        if not self._transport.is_closing():
            self._transport.write(b"<p>more</p>")
            asyncio.get_running_loop().call_later(1.0, self._drip)


async def _serve(plan: Plan, pipe: Connection) -> None:
    loop, begun = asyncio.get_running_loop(), time.monotonic()
    server = await loop.create_server(lambda: _Connection(plan, begun), "0.0.0.0", 0, backlog=4096)
    pipe.send(server.sockets[0].getsockname()[1])
    await server.serve_forever()


def _main(plan: Plan, pipe: Connection) -> None:
    asyncio.run(_serve(plan, pipe))


@contextmanager
def serving(plan: Plan) -> Iterator[int]:
    """Serve in another process for as long as the block lasts; yield the port."""
    ours, theirs = multiprocessing.Pipe()
    process = multiprocessing.get_context("spawn").Process(target=_main, args=(plan, theirs), daemon=True)
    process.start()
    yield ours.recv()
    process.terminate()
    process.join()
