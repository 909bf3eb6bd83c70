"""What sites see of the whole program: its name and contact, robots.txt obeyed, one request at a time."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner
from servers.newsite import NewsSite, front, rss

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


def look(site: NewsSite, folder: Path, more: str = "discover: false") -> dict[str, str]:
    """Run `once` and return how each endpoint did."""
    site.pages["/"] = front(site.url, [1, 2])
    site.pages["/feed"] = site.pages["/more"] = rss(site.url, [1, 2])
    (folder / "monitor.yaml").write_text(CONFIG.format(url=site.url, more=more))
    command = ["once", "--config", str(folder / "monitor.yaml"), "--state", str(folder / "state"), "--json"]
    done = CliRunner().invoke(cli, command)
    return {poll["endpoint"]: poll["error"] or poll["outcome"] for poll in json.loads(done.stdout)["polls"]}


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
