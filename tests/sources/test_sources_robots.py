"""What a site's robots.txt asks of the monitor."""

from __future__ import annotations

import time

import pytest

from monitor.sources.robots import read_robots

AGENT = "headline-monitor/1.0"


def allows(rules: str, path: str, agent: str = AGENT) -> bool:
    return read_robots(rules, agent).allows(f"https://site.example{path}")


@pytest.mark.parametrize(
    ("rule", "path", "allowed"),
    [
        ("Disallow: /", "/feed", False),
        ("Disallow:", "/feed", True),
        ("Disallow: /fe", "/feed/", False),
        ("Disallow: /feed/$", "/feed/", False),
        ("Disallow: /feed/$", "/feed/atom", True),
        ("Disallow: /*/feed/", "/feed/", True),
        ("Disallow: /*/feed/", "/sport/feed/", False),
        ("Disallow: /*.xml$", "/rss.xml", False),
        ("Disallow: /*.xml$", "/rss.xml?page=2", True),
        ("Disallow: /*?", "/?rest_route=/wp/v2/posts", False),
        ("Disallow: /wp-\nAllow: /wp-json/", "/wp-json/wp/v2/posts", True),
        ("Disallow: /wp-\nAllow: /wp-json/", "/wp-admin/", False),
        ("Disallow: /feed\nAllow: /feed", "/feed", True),
        ("disallow : /FEED", "/feed", True),
        ("Disallow: /أخبار", "/%d8%a3%d8%ae%d8%a8%d8%a7%d8%b1/feed", False),
        ("Disallow: *a*b*c$", "/xaxbxc", False),
        ("Disallow: *ab$", "/a", True),
        ("Disallow: /feed # nobody", "/feed", False),
    ],
)
def test_the_longest_pattern_that_fits_decides(rule: str, path: str, *, allowed: bool) -> None:
    assert allows(f"User-agent: *\n{rule}\n", path) is allowed


def test_rules_for_our_name_replace_those_for_everybody_and_add_up() -> None:
    rules = "User-agent: *\nDisallow: /\n\nUser-Agent: Headline-Monitor\nUser-agent: other\nDisallow: /a\n\n"
    rules += "User-agent: third\nDisallow: /\n\nUser-agent: headline-monitor/2\nDisallow: /b\n"

    assert allows(rules, "/feed")
    assert not allows(rules, "/a")
    assert not allows(rules, "/b")
    assert not allows(rules, "/feed", agent="newsroom/1")


@pytest.mark.parametrize("text", ["", "<html><body>not found</body></html>", "Disallow: /\nfoo: bar\n", "\x00\x01:::"])
def test_what_is_no_rule_forbids_nothing(text: str) -> None:
    assert allows(text, "/feed")


def test_sitemaps_and_the_delay_are_read_and_the_delay_has_a_limit() -> None:
    rules = "Sitemap: https://site.example/news.xml\nUser-agent: *\nCrawl-delay: 2.5\nSITEMAP: /other.xml\n"
    robots = read_robots(rules, AGENT)

    assert robots.sitemaps == ("https://site.example/news.xml", "/other.xml")
    assert robots.delay == 2.5
    assert read_robots("User-agent: *\nRequest-rate: 2/1m", AGENT).delay == 30
    assert read_robots("User-agent: *\nCrawl-delay: 9999", AGENT).delay == 60
    assert read_robots("User-agent: *\nCrawl-delay: soon", AGENT).delay == 0


def test_the_contact_in_our_name_is_no_name_of_a_program() -> None:
    rules = "User-agent: desk\nDisallow: /\n\nUser-agent: monitor\nDisallow: /\n"

    assert allows(rules, "/feed", agent="headline-monitor/1.0 (+https://desk.example/9)")
    assert not allows(rules, "/feed", agent="Mozilla/5.0 (compatible; Desk/2.0; +desk@example.org)")
    assert not allows(rules, "/feed", agent="desk")


def test_a_line_that_is_cut_off_is_no_rule() -> None:
    filler = "# the rules of this site, at length\n" * 15000
    rules = f"User-agent: *\n{filler[: 500 * 1024 - 24]}\nDisallow: /private"

    assert allows(rules, "/public")


HOSTILE = {
    "stars": "User-agent: *\nDisallow: /" + "*a" * 2000 + "b$\n",
    "stars and pairs": "User-agent: *\nDisallow: /" + "*aa" * 2000 + "b\n",
    "many patterns": "User-agent: *\n" + "Disallow: /*a*a*a*a*b$\n" * 20000,
    "many names": "".join(f"User-agent: robot{n}\n" for n in range(20000)) + "Disallow: /\n",
    "many groups": "".join(f"User-agent: robot{n}\nDisallow: /{n}\n" for n in range(15000)),
    "a long name": "User-agent: " + "headline-" * 50000 + "\nDisallow: /",
    "empty lines": "\n" * 500_000,
    "spaces": "User-agent:" + " " * 500_000,
    "percent signs": "User-agent: *\nDisallow: /b" + "%" * 400_000,
    "half characters": "User-agent: *\nDisallow: /\ud800\n",
    "absurd numbers": "User-agent: *\nCrawl-delay: 1e999\nCrawl-delay: nan\nRequest-rate: 1/0\nRequest-rate: 0/1\n",
}


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_a_hostile_file_forbids_nothing_and_costs_next_to_nothing(text: str) -> None:
    begun = time.process_time()
    robots = read_robots(text, AGENT)
    assert robots.allows("https://site.example/" + "a" * 20000)
    assert robots.delay == 0
    assert time.process_time() - begun < 1.5
