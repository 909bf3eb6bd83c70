"""Pages in a real browser; skipped where none can be started."""

from __future__ import annotations

import os
import ssl
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import timedelta
from time import monotonic

import psutil
import pytest
import trustme
from hostile import NOW, Names, Site, ok, redirect, reply

from monitor.errors import FetchError
from monitor.fetch.browser import BrowserFetcher, BrowserLimits
from monitor.fetch.client import HttpFetcher
from monitor.model import Fetched, Rendering, Request

HTML = "Content-Type: text/html; charset=utf-8"
FILLED = """<!doctype html><title>ميناء</title><ul id="bar"></ul><script>
fetch("/ticker").then(a => a.text()).then(t => { bar.innerHTML = `<li><a href="/331535">${t}</a></li>` })
</script>"""

LIE = "Object.defineProperty(Element.prototype, 'outerHTML', {get() { return 'x' }})"


def page(text: str, *headers: str) -> bytes:
    return ok(text.encode(), HTML, "Connection: close", *headers)


def make(names: Names, **settings) -> BrowserFetcher:
    same = {"clock": lambda: NOW, "resolver": names, "user_agent": "headline-monitor/test"}
    settings = {"allow_private": ("127.0.0.1/32",), **settings}
    plain = HttpFetcher(**same, allow_private=settings["allow_private"])
    return BrowserFetcher(plain, **same, **settings)


def show(browser: BrowserFetcher, url: str, wait_for: str | None = "body", seconds: float = 20.0, **keys) -> Fetched:
    request = Request(url=url, rendering=Rendering(wait_for=wait_for, seconds=seconds), **keys)
    shown = browser.fetch(request, etag='"x"', last_modified=None)
    assert shown is not None
    return shown


def failure(browser: BrowserFetcher, url: str, wait_for: str | None = "body", **keys) -> FetchError:
    with pytest.raises(FetchError) as caught:
        show(browser, url, wait_for, **keys)
    return caught.value


@pytest.fixture(scope="module")
def shared() -> Iterator[tuple[BrowserFetcher, Names]]:
    pytest.importorskip("playwright", reason="Playwright is not installed")
    names = Names()
    browser = make(names, limits=BrowserLimits(wire_bytes=400_000, body_bytes=100_000))
    site = Site()
    site.answers["/"] = page("<p>ready")
    try:
        show(browser, site.url(), seconds=30)
    except FetchError as error:
        pytest.skip(str(error))
    finally:
        site.close()
    yield browser, names
    browser.close()


@pytest.fixture
def browser(shared) -> BrowserFetcher:
    return shared[0]


@pytest.fixture
def inside() -> Iterator[Site]:
    """A site of the own network, where pages of the internet have no business."""
    site = Site(address="127.0.0.2")
    site.answers["/secret"] = page("<p>secret")
    yield site
    site.close()


@pytest.fixture
def filled(site: Site) -> Site:
    site.answers |= {"/": page(FILLED), "/ticker": page("عاجل: فتح الطريق الساحلية")}
    return site


def test_what_a_script_brings_is_read(browser, filled):
    for wait_for in ("#bar a", None):
        shown = show(browser, filled.url(), wait_for)
        assert '<li><a href="/331535">عاجل: فتح الطريق الساحلية</a></li>' in shown.body.decode()
    assert (shown.url, shown.final_url, shown.status) == (filled.url(), filled.url(), 200)
    assert shown.content_type == "text/html; charset=utf-8"
    assert (shown.etag, shown.last_modified, shown.fetched_at) == (None, None, NOW)


def test_other_pages_go_to_the_plain_fetcher(names, filled):
    fetcher = make(names)
    fetched = fetcher.fetch(Request(url=filled.url()), etag=None, last_modified=None)
    fetcher.close()
    assert fetched.body == FILLED.encode()
    assert len(filled.asked) == 1


def test_pictures_films_and_fonts_are_not_asked_for(browser, site):
    site.answers["/"] = page(
        "<style>@font-face { font-family: f; src: url(/font.woff) } p { font-family: f; background: url(/back.png) }"
        "</style><p>x</p><img src=/image.png><video autoplay src=/film.mp4></video><script src=/script.js></script>"
    )
    site.answers["/script.js"] = ok(b"document.body.id = 'done'", "Connection: close")
    assert show(browser, site.url(), "#done")
    assert [head.split()[1] for head in site.asked] == ["/", "/script.js"]


def test_headers_that_every_site_may_see_are_sent_and_others_refused(browser, filled):
    show(browser, filled.url(), "#bar a", headers={"Accept": "text/html", "Accept-Language": "ar"})
    assert all("User-Agent: headline-monitor/test" in head for head in filled.asked)
    assert all("accept-language: ar\r" in head.lower() for head in filled.asked)
    error = failure(browser, filled.url(), headers={"Authorization": "Bearer 123"})
    assert (error.kind, "123" in str(error)) == ("url", False)
    assert "header 'authorization', which other sites would see too" in str(error)


def test_no_cookie_survives_its_page(browser, site):
    site.answers["/"] = page(
        "<body><script>document.body.innerHTML = `<p>${document.cookie}.`</script>", "Set-Cookie: a=secret"
    )
    for _ in range(2):
        assert b"a=secret." in show(browser, site.url(), "p").body
    assert not any("Cookie:" in head for head in site.asked)


def test_what_a_page_asks_for_inside_is_refused(browser, site, inside):
    secret = inside.url("/secret", host="127.0.0.2")
    site.answers |= {
        "/": page(f"""<body><script>
const left = new Set(["fetch", "redirect", "style", "script", "socket"])
function done(what) {{ left.delete(what); if (!left.size) document.body.innerHTML = "<p id=done>" }}
function add(what, tag, keys) {{
  const element = Object.assign(document.createElement(tag), keys)
  element.onload = element.onerror = () => done(what)
  document.body.append(element)
}}
fetch("{secret}?1", {{mode: "no-cors"}}).finally(() => done("fetch"))
add("redirect", "script", {{src: "/inside"}})
add("iframe", "iframe", {{src: "{secret}?2"}})
add("script", "script", {{src: "{secret}?7"}})
add("style", "link", {{rel: "stylesheet", href: "{secret}?3"}})
add("hint", "link", {{rel: "prefetch", href: "{secret}?4"}})
new WebSocket("{secret}?5".replace("http", "ws")).onerror = () => done("socket")
open("{secret}?6")
</script>"""),
        "/inside": redirect(secret + "?8"),
    }
    assert show(browser, site.url(), "#done")
    assert inside.connections == 0


def test_an_address_inside_is_refused_also_behind_a_redirect(browser, site, inside):
    secret = inside.url("/secret", host="127.0.0.2")
    site.answers |= {"/": redirect(secret), "/script": page(f"<script>location = '{secret}'</script>")}
    for url in (secret, site.url(), "http://[::1]/", "http://169.254.169.254/", "http://2130706434/"):
        error = failure(browser, url)
        assert error.kind == "address"
        assert "which is not on the public internet" in str(error)
    with suppress(FetchError):  # a page may go elsewhere by script; what is there is read, or refused
        show(browser, site.url("/script"), None)
    assert inside.connections == 0


def test_networks_are_opened_for_one_request_only(browser, inside):
    secret = inside.url("/secret", host="127.0.0.2")
    assert b"secret" in show(browser, secret, allow_private=("127.0.0.2/32",)).body
    assert failure(browser, secret).kind == "address"
    assert failure(browser, secret, allow_private=("x",)).kind == "address"


def test_a_file_of_this_machine_is_not_shown(browser, site, tmp_path):
    (tmp_path / "secret.html").write_text("secret")
    address = (tmp_path / "secret.html").as_uri()
    assert failure(browser, address).kind == "url"
    site.answers["/"] = page(f"<body><iframe src='{address}'></iframe><script>location = '{address}'</script>")
    with suppress(FetchError):
        assert b"secret</" not in show(browser, site.url(), None).body


@pytest.mark.parametrize(
    ("answer", "kind", "said"),
    [
        (reply("404 Not Found", b"x", HTML), "status", "answered 404 not found"),
        (reply("503 Service Unavailable", b"x", "Retry-After: 60"), "status", "answered 503 .* asks to wait 60 s"),
        (ok(b"x", "Content-Disposition: attachment", "Content-Type: application/zip"), "protocol", "is a download"),
        (reply("204 No Content"), "protocol", "is a download and no page"),
        (redirect("/"), "redirect", "redirects in a loop"),
        (b"rubbish\r\n\r\n", "reset", "broke the connection off .ERR_"),
        (page("x" * 150_000), "too_large", "needs more than 100000 bytes"),
        (page("<script>document.write('x'.repeat(150000))</script>"), "too_large", "more than 100000 bytes"),
        (page(f"<script>{LIE}</script>" + "x" * 150_000), "too_large", "more than 100000 bytes"),
        (page("x" * 500_000), "too_large", "more than 100000 bytes"),
    ],
)
def test_what_is_no_page_is_a_failure_that_says_which(browser, site, answer, kind, said):
    site.answers["/"] = answer
    error = failure(browser, site.url(), seconds=20.0)
    assert error.kind == kind
    with pytest.raises(FetchError, match=said):
        raise error


def test_a_closed_port_and_a_name_that_does_not_exist_are_told_apart(browser, site):
    site.close()
    assert failure(browser, site.url()).kind == "refused"
    assert failure(browser, "https://nowhere.example/").kind == "dns"


def test_a_certificate_that_nobody_vouches_for_is_refused(browser):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    trustme.CA().issue_cert("127.0.0.1").configure_cert(context)
    site = Site(context)
    site.answers["/"] = page("<p>x")
    error = failure(browser, site.url())
    site.close()
    assert (error.kind, site.asked) == ("tls", [])


def test_what_does_not_come_in_time_is_named(browser, site):
    site.answers |= {"/": page(FILLED), "/ticker": lambda _connection: site.stopping.wait(30)}
    site.answers["/silent"] = lambda _connection: site.stopping.wait(30)
    started = monotonic()
    error = failure(browser, site.url(), "#bar a", seconds=3.0)
    assert (error.kind, "took longer than 3 s to show '#bar a' (wait_for)" in str(error)) == ("timeout", True)
    error = failure(browser, site.url("/silent"), seconds=0.5)
    assert (error.kind, "took longer than 0.5 s to load" in str(error)) == ("timeout", True)
    assert monotonic() - started < 15


@pytest.mark.parametrize("script", ["while (true) {}", "alert('x')", "setInterval(() => fetch('/x'), 10)", "print()"])
def test_a_page_that_never_rests_does_not_hold_up_the_next(browser, filled, script):
    filled.answers["/busy"] = page(f"<p id=here>x</p><script>{script}</script>")
    filled.answers["/x"] = page("")
    with suppress(FetchError):
        show(browser, filled.url("/busy"), "#here", seconds=1.0)
    assert show(browser, filled.url(), "#bar a")


def test_pages_are_shown_side_by_side(browser, filled):
    both = threading.Barrier(2, timeout=10)

    def meet(connection) -> None:
        both.wait()
        connection.sendall(page("عاجل"))

    filled.answers["/ticker"] = meet
    with ThreadPoolExecutor(2) as pool:
        shown = list(pool.map(lambda _: show(browser, filled.url(), "#bar a"), range(2)))
    assert len(shown) == 2


def test_pages_beyond_the_queue_come_again_and_closing_ends_those_under_way(shared, names, site):
    asked = threading.Event()

    def hang(_connection) -> None:
        asked.set()
        site.stopping.wait(30)

    site.answers["/"] = hang
    fetcher = make(names, limits=BrowserLimits(pages=1, waiting=0))
    with ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(failure, fetcher, site.url(), seconds=60.0)
        assert asked.wait(20)
        error = failure(fetcher, site.url())
        fetcher.close()
        assert waiting.result(20).kind == "browser"
    assert (error.kind, error.retry_after) == ("browser", timedelta(seconds=30))
    assert "1 other pages wait for the browser" in str(error)


def browsers() -> set[psutil.Process]:
    found = set()
    for process in psutil.Process().children(recursive=True):
        with suppress(psutil.Error):
            if "chrom" in process.name().lower():
                found.add(process)
    return found


def test_the_browser_knows_none_of_our_secrets_and_ends_with_us(shared, monkeypatch, names, filled):
    monkeypatch.setenv("TELEGRAM_URL", "tgram://secret")
    before = browsers()
    fetcher = make(names)
    show(fetcher, filled.url(), "#bar a")
    ours, known = browsers() - before, []
    for process in ours:
        with suppress(psutil.Error):  # some live for one page
            known.append(process.environ())
    fetcher.close()
    assert known
    assert not any("TELEGRAM_URL" in environment for environment in known)
    assert psutil.wait_procs(ours, timeout=20)[1] == []


def test_a_browser_that_dies_is_started_anew(shared, names, filled):
    before = browsers()
    fetcher = make(names)
    show(fetcher, filled.url(), "#bar a")
    for process in browsers() - before:
        with suppress(psutil.Error):
            process.kill()
    with suppress(FetchError):  # it may not have noticed yet
        show(fetcher, filled.url(), "#bar a")
    assert show(fetcher, filled.url(), "#bar a")
    fetcher.close()


def test_without_playwright_it_is_said_what_to_install(monkeypatch, names):
    monkeypatch.setitem(sys.modules, "playwright.async_api", None)
    fetcher = make(names)
    error = failure(fetcher, "http://127.0.0.1:9/")
    fetcher.close()
    assert error.kind == "browser"
    assert "Playwright is missing; pip install 'headline-monitor[browser]'" in str(error)


def test_without_any_browser_it_is_said_what_to_install(shared, monkeypatch, names, tmp_path):
    monkeypatch.setenv("PATH", os.fspath(tmp_path))
    monkeypatch.setenv("PLAYWRIGHT_BROWSERS_PATH", os.fspath(tmp_path))
    fetcher = make(names)
    error = failure(fetcher, "http://127.0.0.1:9/")
    fetcher.close()
    assert "no browser can be started" in str(error)
    assert "playwright install --with-deps chromium-headless-shell" in str(error)
