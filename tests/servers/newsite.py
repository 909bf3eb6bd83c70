"""A news site on loopback: pages by path, redirects, refusals, answers that never come; it counts who asks for what."""

from __future__ import annotations

import json
import threading
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Self


@dataclass(frozen=True)
class Reply:
    body: bytes = b""
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)


HANGS = Reply(status=0)  # takes the question and never answers


class NewsSite(ThreadingHTTPServer):
    """`pages` are replies or texts by path, with or without its query, to be changed at any time; others answer 404."""

    daemon_threads = True
    block_on_close = False

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.pages: dict[str, Reply | str] = {}
        self.asked: list[str] = []
        self.agents: set[str] = set()
        self.together = self.most_together = 0  # requests under way
        self.closing = threading.Event()
        self.lock = threading.Lock()
        self.url = f"http://127.0.0.1:{self.server_address[1]}"
        self._thread = threading.Thread(target=self.serve_forever, kwargs={"poll_interval": 0.02})

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_exc: object) -> None:
        self.closing.set()
        self.shutdown()
        self.server_close()
        self._thread.join()

    def handle_error(self, *_args: object) -> None:
        """A client that went away is no news."""


class _Handler(BaseHTTPRequestHandler):
    server: NewsSite

    def do_GET(self) -> None:
        site = self.server
        with site.lock:
            site.asked.append(self.path)
            site.agents.add(self.headers["User-Agent"])
            site.together += 1
            site.most_together = max(site.most_together, site.together)
        reply = site.pages.get(self.path) or site.pages.get(self.path.partition("?")[0], Reply(b"nothing here", 404))
        if reply is HANGS:
            site.closing.wait(60)
        with site.lock:
            site.together -= 1  # before the answer, after which the next question may come at once
        self._answer(Reply(reply.encode()) if isinstance(reply, str) else reply)

    def _answer(self, reply: Reply) -> None:
        if reply is HANGS:
            return
        self.send_response(reply.status)
        for name, value in {**reply.headers, "Content-Length": str(len(reply.body))}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(reply.body)

    def log_message(self, *_args: object) -> None:
        """Be silent."""


def article(base: str, number: int) -> tuple[str, str]:
    """Return the address and the title of an invented article."""
    return f"{base}/{70000 + number}", f"مجلس المدينة يصادق على المشروع رقم {number} لتوسعة الميناء"


def front(base: str, numbers: list[int], head: str = "") -> str:
    """Return a page with a ticker of the newest three and a list of all."""
    links = [f'<li><a href="{url}">{title}</a></li>' for url, title in (article(base, number) for number in numbers)]
    return (
        f'<html lang="ar"><head><title>صدى الميناء</title>{head}</head><body>'
        f'<div class="breaking-news"><span class="label">عاجل</span><ul>{"".join(links[:3])}</ul></div>'
        f'<main><ul class="latest">{"".join(links)}</ul></main></body></html>'
    )


def rss(base: str, numbers: list[int], *, age: timedelta = timedelta(minutes=5), fragment: str = "") -> str:
    """Return a feed, its newest entry `age` old."""
    now = datetime.now(UTC) - age
    entries = "".join(
        f"<item><title>{title}</title><link>{url}{fragment}</link>"
        f"<pubDate>{format_datetime(now - timedelta(hours=position))}</pubDate></item>"
        for position, (url, title) in enumerate(article(base, number) for number in numbers)
    )
    return f'<?xml version="1.0"?><rss version="2.0"><channel><title>صدى</title>{entries}</channel></rss>'


def posts(base: str, numbers: list[int]) -> str:
    """Return what WordPress tells programs."""
    now = datetime.now(UTC)
    return json.dumps(
        [
            {
                "id": number,
                "link": url,
                "title": {"rendered": title},
                "date_gmt": (now - timedelta(hours=position)).strftime("%Y-%m-%dT%H:%M:%S"),
            }
            for position, number in enumerate(numbers)
            for url, title in [article(base, number)]
        ]
    )


def news_sitemap(base: str, numbers: list[int]) -> str:
    """Return a news sitemap."""
    now = datetime.now(UTC).isoformat()
    urls = "".join(
        f"<url><loc>{url}</loc><n:news><n:publication_date>{now}</n:publication_date><n:title>{title}</n:title></n:news>"
        "</url>"
        for url, title in (article(base, number) for number in numbers)
    )
    return (
        '<?xml version="1.0"?><urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"'
        f' xmlns:n="http://www.google.com/schemas/sitemap-news/0.9">{urls}</urlset>'
    )


def sitemap_index(*urls: str) -> str:
    """Return an index of sitemaps."""
    named = "".join(f"<sitemap><loc>{url}</loc></sitemap>" for url in urls)
    return f'<sitemapindex xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">{named}</sitemapindex>'
