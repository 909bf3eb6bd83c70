"""What sites see of the whole program: its name and contact, robots.txt obeyed, one request at a time."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner
from servers.newsite import NewsSite, article, front, rss

from monitor import __version__
from monitor.cli.main import cli

CONFIG = """
allow_private: [127.0.0.0/8]
contact: desk@example.org
sources:
  - name: sada
    url: {url}/
    {more}
    endpoints:
      - {{type: html, name: page, url: "{url}/"}}
      - {{type: feed, name: feed, url: "{url}/feed"}}
      - {{type: feed, name: more, url: "{url}/more"}}
rules:
  - {{name: port, any: [الميناء], notify: [screen]}}
channels:
  - {{name: screen, type: console}}
"""


def look(
    site: NewsSite, folder: Path, more: str = "discover: false", numbers: Sequence[int] = (1, 2), top: str = ""
) -> dict[str, str]:
    """Run `once` and return how each endpoint did."""
    site.pages["/"] = front(site.url, [*numbers])
    site.pages["/feed"] = site.pages["/more"] = rss(site.url, [*numbers])
    (folder / "monitor.yaml").write_text(CONFIG.format(url=site.url, more=more) + top)
    command = ["once", "--config", str(folder / "monitor.yaml"), "--state", str(folder / "state"), "--json"]
    done = CliRunner().invoke(cli, command)
    return {
        poll["endpoint"]: poll["error"] or poll["outcome"]
        for poll in json.loads(done.stdout[done.stdout.index("{\n") :])["polls"]
    }


@pytest.fixture
def site():
    with NewsSite() as one:
        yield one


def test_every_request_names_the_product_and_a_contact(site: NewsSite, tmp_path: Path) -> None:
    look(site, tmp_path)

    assert site.agents == {f"headline-monitor/{__version__} (+desk@example.org)"}


def test_a_host_is_asked_for_one_thing_at_a_time(site: NewsSite, tmp_path: Path) -> None:
    look(site, tmp_path)

    assert (1, 4) == (site.most_together, len(site.asked))


def test_what_robots_txt_forbids_is_not_asked_for_and_status_says_why(site: NewsSite, tmp_path: Path) -> None:
    site.pages["/robots.txt"] = "User-agent: *\nDisallow: /feed\n"

    done = look(site, tmp_path)

    assert (done["page"], done["more"]) == ("learned", "learned")
    assert "/feed" not in site.asked
    told = CliRunner().invoke(cli, ["status", "--state", str(tmp_path / "state")])
    assert "robots.txt asks programs not to fetch /feed" in told.output


def test_a_source_may_say_that_robots_txt_is_ignored(site: NewsSite, tmp_path: Path) -> None:
    site.pages["/robots.txt"] = "User-agent: *\nDisallow: /\n"

    assert look(site, tmp_path, "robots: ignore") == dict.fromkeys(("page", "feed", "more"), "learned")
    assert "/feed" in site.asked


def status(folder: Path, *options: str) -> str:
    return CliRunner().invoke(cli, ["status", "--state", str(folder / "state"), *options]).output


def test_the_crawl_delay_is_kept_between_polls_and_status_says_whom_it_slows_down(
    site: NewsSite, tmp_path: Path
) -> None:
    site.pages["/robots.txt"] = "User-agent: *\nCrawl-delay: 30\n"

    look(site, tmp_path)

    rows = json.loads(status(tmp_path, "--json"))["endpoints"]
    first, second, third = sorted(datetime.fromisoformat(row["next_poll_at"]) for row in rows)
    assert second - first >= timedelta(seconds=29.9)
    assert third - second >= timedelta(seconds=29.9)
    assert "asks for 30 s between requests: each of its 3 endpoints is looked at every 90 s at most" in status(tmp_path)


def test_robots_txt_is_asked_once_a_day_over_restarts(site: NewsSite, tmp_path: Path) -> None:
    look(site, tmp_path)
    look(site, tmp_path)

    assert site.asked.count("/robots.txt") == 1


def test_articles_that_robots_txt_forbids_are_not_read_and_status_says_so(site: NewsSite, tmp_path: Path) -> None:
    site.pages["/robots.txt"] = "User-agent: *\nDisallow: /7\n"
    look(site, tmp_path)
    url, _ = article(site.url, 3)
    look(site, tmp_path, numbers=[3, 1, 2])

    assert url.removeprefix(site.url) not in site.asked
    assert f"asks programs not to fetch {url.removeprefix(site.url)}: such articles are not read" in status(tmp_path)


def test_the_contact_goes_along_with_a_name_of_ones_own(site: NewsSite, tmp_path: Path) -> None:
    look(site, tmp_path, "discover: false", top="user_agent: DeskReader/2")

    assert site.agents == {"DeskReader/2 (+desk@example.org)"}
