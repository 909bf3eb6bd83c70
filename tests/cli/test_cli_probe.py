"""`probe`, from its arguments to its exit status."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple
from zoneinfo import ZoneInfo

import pytest
from servers.newsite import NewsSite, Reply, front, rss

from monitor.channels import CHANNELS
from monitor.cli import suggest
from monitor.cli.main import main
from monitor.cli.suggest import block, language_of, name_of, zone_of
from monitor.config.load import loads
from monitor.sources import KINDS, default_endpoints

REST = "rules: [{name: r, breaking: true, notify: [screen]}]\nchannels: [{name: screen, type: console}]\n"


@pytest.fixture
def site() -> Iterator[NewsSite]:
    with NewsSite() as one:
        one.pages["/robots.txt"] = "User-agent: *\nAllow: /ar/feed/\nDisallow: /\n"
        yield one


class Done(NamedTuple):
    returncode: int
    stdout: str
    stderr: str


@pytest.fixture
def probe(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Callable[..., Done]:
    """The command in this process, without the second that it leaves the site between two requests."""
    monkeypatch.setattr("time.sleep", lambda _seconds: None)

    def run(*command: str, private: bool = True) -> Done:
        allowed = ["--allow-private", "127.0.0.0/8"] if private else []
        monkeypatch.setattr(sys, "argv", ["headline-monitor", "probe", *command, *allowed])
        with pytest.raises(SystemExit) as ended:
            main()
        return Done(int(ended.value.code or 0), *capsys.readouterr())

    return run


HEAD = '<meta property="og:locale" content="ar_MA"><link rel="alternate" type="application/rss+xml" href="/ar/feed/">'


def test_it_shows_what_was_found_with_the_ticker_and_a_block_that_loads(probe, site: NewsSite, tmp_path: Path) -> None:
    site.pages |= {"/": front(site.url, list(range(1, 12)), HEAD), "/ar/feed/": rss(site.url, [1, 2, 3, 40])}

    done = probe(f"{site.url}/", "--save", str(tmp_path / "page.html"))

    assert done.returncode == 0, done.stderr
    assert f"{site.url}/ (html, the page itself): 11 headlines" in done.stdout
    assert "  ticker  \u2068مجلس المدينة" in done.stdout
    assert "  list    … 3 more" in done.stdout
    assert "(feed, named by the page): 4 headlines, newest 5 min old, 3 of them on the page" in done.stdout
    assert f"yes feed {site.url}/ar/feed/" in done.stderr
    assert f"robots.txt: it asks programs not to fetch {site.url}/" in done.stdout
    assert (tmp_path / "page.html").read_text("utf-8") == site.pages["/"]
    text = done.stdout[done.stdout.index("\nsources:") :] + REST
    config = loads(
        text, "m", source_kinds=KINDS, channel_kinds=CHANNELS, default_endpoints=default_endpoints, environ={},
        credentials=None,
    )  # fmt: skip
    assert (config.sources[0].url, config.sources[0].timezone) == (f"{site.url}/", "Africa/Casablanca")
    assert config.sources[0].discover


def test_a_page_without_headlines_gives_a_block_that_names_the_feed(probe, site: NewsSite) -> None:
    site.pages |= {"/": f"<html><head>{HEAD}</head><body></body></html>", "/ar/feed/": rss(site.url, [1, 2, 3])}

    report = json.loads(probe(site.url, "--json").stdout)

    assert [(one["type"], one["headlines"], one["on_page"]) for one in report["endpoints"]] == [("feed", 3, 0)]
    assert [one["type"] for one in report["tried"]] == ["html"]
    assert (report["language"], report["timezone"], report["requests"]) == ("Arabic", "Africa/Casablanca", 3)
    assert f"endpoints:\n      - {{type: feed, url: {site.url}/ar/feed/}}" in report["config"]


@pytest.mark.parametrize(
    ("page", "said"),
    [
        ("<html><body><p>soon</p></body></html>", "no headline found"),
        (Reply(b"no", 403), "403"),
        ("<html><head><title>Just a moment...</title></head><body></body></html>", "bots"),
    ],
    ids=["no headlines", "refused", "bot wall"],
)
def test_nothing_at_all_says_why_and_what_to_do_next(probe, site: NewsSite, page: Reply | str, said: str) -> None:
    site.pages |= {"/": page}

    done = probe(site.url)

    assert done.returncode == 1
    assert f"no headlines were found at {site.url}: " in done.stderr
    assert said in done.stderr
    assert "Traceback" not in done.stderr


def test_a_private_address_needs_the_option(probe, site: NewsSite) -> None:
    done = probe(site.url, private=False)

    assert (done.returncode, site.asked) == (1, [])
    assert "--allow-private" in done.stderr


@pytest.mark.parametrize(("url", "said"), [("ftp://site.example", "'ftp' is not http"), ("https://", "names no host")])
def test_what_is_no_web_address_is_a_wrong_usage(probe, url: str, said: str) -> None:
    done = probe(url)

    assert done.returncode == 2
    assert said in done.stderr


def test_a_file_that_is_there_is_not_overwritten(probe, site: NewsSite, tmp_path: Path) -> None:
    (tmp_path / "page.html").write_text("mine")
    site.pages |= {"/": front(site.url, [1, 2, 3, 4])}

    done = probe(site.url, "--save", str(tmp_path / "page.html"))

    assert done.returncode == 1
    assert "is there already" in done.stderr
    assert (tmp_path / "page.html").read_text() == "mine"


@pytest.mark.parametrize(
    ("url", "name"),
    [("https://kifache.com", "kifache"), ("https://www.sada.press.ma/", "sada"), ("http://localhost/", "localhost"),
     ("https://fr.hespress.com/sport/x", "fr-hespress-sport")],
)  # fmt: skip
def test_a_site_is_named_after_its_host(url: str, name: str) -> None:
    assert name_of(url) == name


@pytest.mark.parametrize(
    ("titles", "language"),
    [(["عاجل: زلزال يضرب الإقليم", "أخبار الطقس", "Le port ferme"], "Arabic"),
     (["Le port ferme après la tempête", "Une grève dans les écoles"], "French"),
     (["Port closed after the storm", "Minister says talks go on"], "English"), ([], None), (["2026"], None)],
)  # fmt: skip
def test_the_language_is_guessed_from_the_headlines(titles: list[str], language: str | None) -> None:
    assert language_of(titles) == language


@pytest.mark.parametrize(
    ("url", "html", "zone"),
    [("https://www.sada.ma/", "", "Africa/Casablanca"), ("https://a.example/", '<html lang="ar-EG">', "Africa/Cairo"),
     ("https://a.example/", "<meta content='x' property='og:locale'>", None), ("https://a.com/", '<html lang="ar">', None),
     ("https://a.com/", '<meta property="og:locale" content="fr_BE" />', "Europe/Brussels"),
     ("https://a.com/", '<html lang="fr-FR">', None)],
)  # fmt: skip
def test_the_time_zone_is_guessed_from_the_country(url: str, html: str, zone: str | None) -> None:
    assert (zone_of(url, html) or (None,))[0] == zone


def test_every_zone_that_may_be_suggested_exists() -> None:
    assert all(ZoneInfo(zone) for zone in suggest._ZONES.values())


def test_odd_addresses_are_quoted() -> None:
    text = block(
        "https://a.example/?x={1}", language=None, zone=None, endpoints=[("feed", "https://a.example/f?a=1,2")]
    )
    assert 'url: "https://a.example/?x={1}"' in text
    assert 'url: "https://a.example/f?a=1,2"' in text


def test_a_site_that_moved_is_suggested_under_its_new_address(probe, site: NewsSite) -> None:
    moved = f"{site.url.replace('127.0.0.1', 'localhost')}/"
    site.pages |= {"/old": Reply(status=301, headers={"Location": moved}), "/": front(moved, [1, 2, 3, 4, 5])}

    done = probe(f"{site.url}/old")

    assert f"leads to {moved}" in done.stdout
    assert f"    url: {moved}" in done.stdout
