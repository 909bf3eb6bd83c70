"""The whole program, from the page of a list to a message with what the article says, over real sockets."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from servers.newsite import HANGS, NewsSite

LEAD = "قالت وكالة الحوض المائي إن حقينة السد بلغت نصف سعتها بعد أمطار الأسبوع الماضي."
FRONT = '<html><body><div class="bar"><ul>{}</ul></div></body></html>'
ITEM = '<li><a href="/{}">{}</a></li>'
ARTICLE = """<html><head><meta charset="utf-8"></head><body><p>الأحد 1 مارس 2026 على الساعة 13:00</p>
<h1>سد المختار يستعيد نصف حقينته</h1><p>{}</p><p>وسيستفيد الفلاحون من حصة إضافية لسقي الزيتون.</p></body></html>"""
CONFIG = """
timezone: Africa/Casablanca
allow_private: [127.0.0.0/8]
sources:
  - name: marsad
    url: "{site}"
    discover: false
    endpoints: [{{type: html, url: "{site}/", ticker: {{items: ".bar li"}}}}]
rules:
  - {{name: dams, any: [سد المختار], notify: [sink], article: full}}
  - {{name: olives, any: [الزيتون], in: [title, body], notify: [sink]}}
channels: [{{name: sink, type: webhook, url: "{sink}"}}]
"""


class Sink(ThreadingHTTPServer):
    def __init__(self) -> None:
        self.got: list[dict[str, object]] = []
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                outer.got.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
                self.send_response(200)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_args: object) -> None:
                pass

        super().__init__(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.serve_forever, kwargs={"poll_interval": 0.02}).start()


@pytest.fixture
def site() -> Iterator[NewsSite]:
    with NewsSite() as one:
        one.pages["/"] = FRONT.format(ITEM.format(100, "خبر قديم من صباح اليوم"))
        yield one


@pytest.fixture
def sink() -> Iterator[Sink]:
    server = Sink()
    yield server
    server.shutdown()
    server.server_close()


def once(folder: Path) -> float:
    """Run one pass and return how long it took."""
    started = time.monotonic()
    done = subprocess.run(
        [sys.executable, "-m", "monitor", "once", "-c", str(folder / "monitor.yaml"), "--state", str(folder)],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])},
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return time.monotonic() - started


def test_alerts_tell_what_articles_say_and_a_hanging_page_costs_five_seconds_and_its_lead(tmp_path, site, sink):
    address = f"http://127.0.0.1:{sink.server_address[1]}/"
    (tmp_path / "monitor.yaml").write_text(CONFIG.format(site=site.url, sink=address))
    quick = once(tmp_path)
    titles = {
        101: "سد المختار يستعيد نصف حقينته",
        102: "حقينة السدود: المختار يستعيد نصف حقينته",  # only its text holds a word of the rules
        103: "سد المختار: زيارة ميدانية",
        104: "معرض للكتاب في مكناس",
    }
    site.pages["/"] = FRONT.format("".join(ITEM.format(*pair) for pair in titles.items()))
    site.pages |= {"/101": ARTICLE.format(LEAD), "/102": ARTICLE.format(LEAD), "/103": HANGS, "/104": "<p>x</p>"}
    slow = once(tmp_path)

    told = {str(one["headline"]): one for one in sink.got}
    first, text, hanging = (told[titles[number]] for number in (101, 102, 103))
    assert len(sink.got) == 3
    assert (first["lead"], first["published"]) == (LEAD, "2026-03-01T13:00:00.000+00:00")
    assert first["body"] == f"{LEAD}\nوسيستفيد الفلاحون من حصة إضافية لسقي الزيتون."
    assert (text["rules"], text["words"], text["lead"]) == (["olives"], ["الزيتون"], LEAD)
    assert (hanging["rules"], hanging["lead"]) == (["dams"], None)
    assert site.asked.count("/101") == site.asked.count("/102") == 1
    assert slow - quick < 15  # five for a page that hangs, and room for a busy machine
