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
    assert read_robots("User-agent: *\nCrawl-delay: 9999", AGENT).delay == 10
    assert read_robots("User-agent: *\nCrawl-delay: soon", AGENT).delay == 0


def test_a_hostile_pattern_costs_next_to_nothing() -> None:
    begun = time.process_time()
    assert allows("User-agent: *\nDisallow: /" + "*a" * 2000 + "b$\n", "/" + "a" * 20000)
    assert time.process_time() - begun < 0.5
