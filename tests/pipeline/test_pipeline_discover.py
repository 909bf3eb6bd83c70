"""A look at a site for its further endpoints, over real sockets."""

from __future__ import annotations

from datetime import timedelta

import pytest
from servers.newsite import HANGS, NewsSite, Reply, news_sitemap, posts, rss, sitemap_index

from monitor.pipeline.discover import BUDGET, Attempt, Survey

EMPTY = "<html><head>%s</head><body><div id=app></div></body></html>"
NAMED = '<link rel="alternate" type="application/rss+xml" title="%s" href="%s">'


def others(survey: Survey) -> list[tuple[str, str]]:
    return [(one.candidate.kind, one.url) for one in survey.working if one is not survey.page]


def problem(survey: Survey, path: str) -> str:
    (attempt,) = (one for one in survey.others if one.candidate.url.endswith(path))
    assert attempt.problem, attempt
    return attempt.problem


def test_a_feed_that_the_page_names_is_found_with_its_evidence(site: NewsSite, explore) -> None:
    site.pages = {"/": EMPTY % NAMED.replace("%s", "صدى", 1) % "/xml/all.rss", "/xml/all.rss": rss(site.url, [1, 2, 3])}

    survey = explore(site.url)

    (feed,) = (one for one in survey.others if not one.problem)
    assert (feed.candidate.kind, feed.url) == ("feed", f"{site.url}/xml/all.rss")
    assert feed.candidate.origin == "named by the page"
    assert feed.says(feed.newest_at + timedelta(minutes=7)) == "3 headlines, newest 7 min old"
    assert survey.page.problem


def test_a_site_that_names_nothing_is_asked_at_the_usual_addresses(site: NewsSite, explore) -> None:
    site.pages = {"/": EMPTY % "", "/rss.xml": rss(site.url, [1, 2])}

    assert others(explore(site.url)) == [("feed", f"{site.url}/rss.xml")]


def test_a_redirect_of_the_feed_is_remembered_where_it_leads(site: NewsSite, explore) -> None:
    site.pages = {
        "/": EMPTY % "",
        "/feed/": Reply(status=301, headers={"Location": "/ar/feed/"}),
        "/ar/feed/": rss(site.url, [1, 2]),
    }

    assert others(explore(site.url)) == [("feed", f"{site.url}/ar/feed/")]


def test_a_front_page_that_redirects_is_looked_at_where_it_leads(site: NewsSite, explore) -> None:
    with NewsSite() as real:
        site.pages = {"/": Reply(status=302, headers={"Location": f"{real.url}/"})}
        real.pages = {"/": EMPTY % "", "/feed/": rss(real.url, [1, 2])}

        assert others(explore(site.url)) == [("feed", f"{real.url}/feed/")]


@pytest.mark.parametrize(
    ("reply", "said"),
    [
        (lambda base: rss(base, []), "it is empty"),
        (lambda base: rss(base, [1, 2], age=timedelta(days=400)), "its newest headline is 400 days old"),
        (lambda base: rss("https://elsewhere.example", [1, 2]), "lead to other sites, such as elsewhere.example"),
        (lambda base: rss(base, [1, 2], fragment="#comment-7"), "comments, not headlines"),
        (lambda base: EMPTY % "", "is not a feed"),
        (lambda base: Reply(b"", 403), "403"),
    ],
    ids=["empty", "old", "of others", "comments", "a page", "refused"],
)
def test_what_is_no_way_to_the_headlines_is_refused_with_its_reason(site: NewsSite, explore, reply, said: str) -> None:
    site.pages = {"/": EMPTY % "", "/feed/": reply(site.url)}

    survey = explore(site.url)

    assert others(survey) == []
    assert said in problem(survey, "/feed/")


def test_feeds_of_comments_videos_and_sections_are_not_even_asked(site: NewsSite, explore) -> None:
    feeds = {"/a/comments/feed/": "صدى", "/b/feed/": "تعليقات", "/video/rss": "صدى", "/category/sport/feed/": "رياضة"}
    head = "".join(NAMED % (title, path) for path, title in feeds.items())
    site.pages = {"/": EMPTY % head, **{path: rss(site.url, [1, 2]) for path in feeds}}

    assert others(explore(site.url)) == []
    assert not set(feeds) & set(site.asked)


def test_robots_txt_is_obeyed(site: NewsSite, explore, pauses: list[float]) -> None:
    rules = "User-agent: headline-monitor\nDisallow: /feed\nDisallow: /*.xml$\nCrawl-delay: 4\n"
    site.pages = {"/": EMPTY % "", "/robots.txt": rules, "/feed/": rss(site.url, [1]), "/rss": rss(site.url, [1, 2])}

    survey = explore(site.url)

    assert others(survey) == [("feed", f"{site.url}/rss")]
    assert f"it asks programs not to fetch {site.url}/" in (survey.robots or "")
    assert "it asks for 4 s between requests" in (survey.robots or "")
    assert not {"/feed/", "/rss.xml", "/news-sitemap.xml"} & set(site.asked)
    assert pauses[0] == 1.0
    assert set(pauses[1:]) == {4.0}


def test_a_robots_txt_that_cannot_be_read_forbids_everything(site: NewsSite, explore) -> None:
    site.pages = {"/": EMPTY % "", "/robots.txt": Reply(b"", 500), "/feed/": rss(site.url, [1])}

    survey = explore(site.url)

    assert site.asked == ["/", "/robots.txt"]
    assert "robots.txt could not be read" in (survey.stopped or "")


def test_nothing_at_all_costs_a_fixed_number_of_requests_one_after_the_other(site: NewsSite, explore) -> None:
    site.pages = {"/": EMPTY % "".join(NAMED % ("صدى", f"/f{n}.rss") for n in range(40))}

    survey = explore(site.url)

    assert others(survey) == []
    assert len(site.asked) == survey.requests <= BUDGET
    assert site.most_together == 1
    assert site.agents == {"headline-monitor/test"}


def test_it_stops_as_soon_as_enough_was_found(site: NewsSite, explore) -> None:
    site.pages = {"/": EMPTY % "", "/feed/": rss(site.url, [1, 2]), "/rss": rss(site.url, [1, 2])}

    assert len(explore(site.url, wanted=1).working) == 1
    assert site.asked == ["/", "/robots.txt", "/feed/"]


def test_a_candidate_that_hangs_is_left_and_a_second_one_ends_the_look(site: NewsSite, explore) -> None:
    site.pages = {"/": EMPTY % "", "/feed/": HANGS, "/rss": rss(site.url, [1, 2])}

    assert others(explore(site.url)) == [("feed", f"{site.url}/rss")]

    site.pages |= {"/rss": HANGS, "/rss.xml": rss(site.url, [1, 2])}
    survey = explore(site.url)
    assert others(survey) == []
    assert survey.stopped == "the site answers too slowly to try more"


def test_a_site_that_asks_for_rest_gets_it(site: NewsSite, explore) -> None:
    site.pages = {"/": Reply(b"", 503, {"Retry-After": "1800"}), "/feed/": rss(site.url, [1])}

    survey = explore(site.url)

    assert site.asked == ["/"]
    assert survey.retry_after == timedelta(minutes=30)


def test_a_page_behind_a_wall_does_not_hide_its_feed(site: NewsSite, explore) -> None:
    site.pages = {"/": Reply(b"no", 403), "/feed/": rss(site.url, [1, 2])}

    survey = explore(site.url)

    assert "403" in (survey.page.problem or "")
    assert others(survey) == [("feed", f"{site.url}/feed/")]


def test_a_site_that_is_not_there_is_asked_once(explore) -> None:
    survey = explore("http://127.0.0.1:1/")

    assert survey.requests == 1
    assert survey.working == []
    assert not survey.reached


def test_a_section_is_given_only_what_lies_below_it(site: NewsSite, explore) -> None:
    named = NAMED % ("صدى", "/feed/") + NAMED % ("رياضة", "/sport/latest.rss")
    site.pages = {
        "/sport/": EMPTY % named,
        "/feed/": rss(site.url, [1, 2]),
        "/sport/latest.rss": rss(site.url, [3, 4]),
    }

    assert others(explore(f"{site.url}/sport/")) == [("feed", f"{site.url}/sport/latest.rss")]
    assert "/feed/" not in site.asked


def test_a_source_with_a_key_in_its_headers_shows_it_to_no_other_host(site: NewsSite, explore) -> None:
    with NewsSite() as other:
        site.pages = {"/": EMPTY % (NAMED % ("صدى", f"{other.url}/feed")), "/rss": rss(site.url, [1, 2])}
        other.pages = {"/feed": rss(site.url, [1, 2])}

        assert others(explore(site.url, headers={"Authorization": "key"})) == [("feed", f"{site.url}/rss")]
        assert other.asked == []


def test_progress_is_told_attempt_by_attempt(site: NewsSite, explorer) -> None:
    from zoneinfo import ZoneInfo

    from monitor.ports import SiteContext

    site.pages = {"/": EMPTY % "", "/feed/": rss(site.url, [1, 2])}
    told: list[Attempt] = []
    context = SiteContext(source="s", zone=ZoneInfo("UTC"))

    explorer.explore(site.url, context, wanted=1, told=told.append)

    assert [(attempt.candidate.kind, attempt.problem is None) for attempt in told] == [("html", False), ("feed", True)]


def test_a_wordpress_site_whose_feed_is_off_tells_its_posts(site: NewsSite, explore) -> None:
    head = '<link rel="https://api.w.org/" href="/wp-json/">' + NAMED % ("صدى", "/feed/")
    site.pages = {"/": EMPTY % head, "/feed/": Reply(b"", 404), "/robots.txt": "User-agent: *\nDisallow: /wp-admin/\n"}
    site.pages["/wp-json/wp/v2/posts"] = posts(site.url, [1, 2, 3])

    survey = explore(site.url)

    assert others(survey) == [("wordpress", f"{site.url}/wp-json/wp/v2/posts")]


def test_a_news_sitemap_is_found_by_robots_txt_and_through_an_index(site: NewsSite, explore) -> None:
    index = sitemap_index(f"{site.url}/post-sitemap1.xml", f"{site.url}/news-sitemap.xml")
    site.pages = {
        "/": EMPTY % "",
        "/robots.txt": f"Sitemap: {site.url}/sitemap_index.xml\n",
        "/sitemap_index.xml": index,
        "/news-sitemap.xml": news_sitemap(site.url, [1, 2, 3]),
    }

    survey = explore(site.url)

    assert others(survey) == [("sitemap", f"{site.url}/news-sitemap.xml")]
    assert survey.working[0].candidate.origin == f"named by {site.url}/sitemap_index.xml"
    assert "/post-sitemap1.xml" not in site.asked


def test_what_a_sitemap_names_is_asked_for_by_the_same_rules(site: NewsSite, explore) -> None:
    site.pages = {
        "/": EMPTY % "",
        "/robots.txt": f"User-agent: *\nDisallow: /news-sitemap\nSitemap: {site.url}/sitemap_index.xml\n",
        "/sitemap_index.xml": sitemap_index(f"{site.url}/news-sitemap.xml"),
        "/news-sitemap.xml": news_sitemap(site.url, [1, 2, 3]),
    }

    assert others(explore(site.url)) == []
    assert "/sitemap_index.xml" in site.asked
    assert "/news-sitemap.xml" not in site.asked


def test_a_key_of_the_source_goes_to_no_other_site_that_a_sitemap_names(site: NewsSite, explore) -> None:
    with NewsSite() as other:
        other.pages["/news-sitemap.xml"] = news_sitemap(other.url, [1, 2, 3])
        site.pages = {
            "/": EMPTY % "",
            "/robots.txt": f"Sitemap: {site.url}/sitemap_index.xml\n",
            "/sitemap_index.xml": sitemap_index(f"{other.url}/news-sitemap.xml"),
        }
        explore(site.url, headers={"X-Key": "k"})

    assert "/sitemap_index.xml" in site.asked
    assert other.asked == []
