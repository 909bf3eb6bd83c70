"""WordPress posts: the request asks for what is used, and posts are the same headlines as in the site's feed."""

from __future__ import annotations

import json
import time
from contextlib import suppress
from urllib.parse import parse_qs, urlsplit

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from test_sources_hostile import CONTEXT

from monitor.diff.identity import keys_of
from monitor.errors import ExtractError
from monitor.model import Section
from monitor.sources import KINDS

POSTS = "https://site.example/wp-json/wp/v2/posts"
POST = {
    "id": 4417,
    "guid": {"rendered": "http://old.example/?post_type=ajel&#038;p=4417"},
    "link": "https://site.example/2026/03/tariq-mughlaq/",
    "title": {"rendered": "&#8220;إغلاق&#8221; الطريق &#038; الميناء بسبب <em>الأمطار</em>"},
    "date": "2026-04-02T10:15:00",
    "date_gmt": "2026-04-02T09:15:00",
    "modified_gmt": "2026-04-02T09:40:00",
    "excerpt": {"rendered": "<p>قالت السلطات إن الطريق&hellip;</p>\n"},
}


@pytest.fixture
def read(extractor, fetched):
    def run(answer, **keys):
        body = answer if isinstance(answer, str | bytes) else json.dumps(answer)
        return extractor("wordpress", url=POSTS, **keys).extract(fetched(body, url=POSTS + "?per_page=20"))

    return run


@pytest.fixture
def asked(extractor):
    """The address that is asked for, without its query, and the query."""

    def run(url: str, **keys):
        parts = urlsplit(extractor("wordpress", url=url, **keys).request().url)
        return parts._replace(query="").geturl(), {key: value for key, (value,) in parse_qs(parts.query).items()}

    return run


@pytest.mark.parametrize(
    ("url", "address"),
    [
        (POSTS, POSTS),
        ("https://site.example", POSTS),
        ("https://site.example/", POSTS),
        ("https://site.example/fr/", "https://site.example/fr/wp-json/wp/v2/posts"),
        ("https://site.example/wp-json/wp/v2/ajel", "https://site.example/wp-json/wp/v2/ajel"),
        ("https://site.example/?rest_route=/wp/v2/posts", "https://site.example/"),
    ],
)
def test_the_posts_are_found_from_their_own_or_the_sites_address(asked, url, address):
    where, query = asked(url)
    assert where == address
    assert query.get("rest_route") == ("/wp/v2/posts" if "rest_route" in url else None)
    assert query["per_page"] == "20"
    assert set(query["_fields"].split(",")) == {*POST}


def test_categories_and_their_names_are_asked_for_on_demand(asked):
    _, query = asked(POSTS, per_page=50, categories=(12, 7), embed=True)
    assert (query["per_page"], query["categories"], query["_embed"]) == ("50", "12,7", "wp:term")
    assert query["_fields"].endswith(",_links,_embedded")


def test_what_the_address_asks_for_wins(asked):
    _, query = asked(POSTS + "?per_page=5&orderby=modified")
    assert (query["per_page"], query["orderby"]) == ("5", "modified")


@pytest.mark.parametrize(
    ("keys", "key"),
    [({"per_page": 0}, "per_page"), ({"per_page": 101}, "per_page"), ({"categories": (0,)}, "categories")],
)
def test_numbers_that_wordpress_refuses_are_problems(options, keys, key):
    assert [path for path, _ in options("wordpress", url=POSTS, **keys).problems()] == [key]
    assert options("wordpress", url=POSTS, per_page=100, categories=(1,)).problems() == []


def test_a_post_is_a_headline_with_its_time_and_lead(read):
    (item,) = read([POST])
    assert item.title == "“إغلاق” الطريق & الميناء بسبب الأمطار"
    assert item.url == POST["link"]
    assert item.published_at.isoformat() == "2026-04-02T09:15:00+00:00"
    assert item.summary == "قالت السلطات إن الطريق…"
    assert (item.section, item.breaking, item.evidence) == (Section.FEED, False, "wordpress")


@pytest.mark.parametrize(
    ("times", "expected"),
    [
        ({"date_gmt": "0000-00-00T00:00:00"}, "2026-04-02T09:15:00+00:00"),  # the site's clock: UTC+1
        ({"date_gmt": None, "date": None}, "2026-04-02T09:40:00+00:00"),
        ({"date_gmt": None, "date": None, "modified_gmt": "soon"}, None),
    ],
)
def test_a_missing_time_is_taken_from_the_next_best(read, times, expected):
    (item,) = read([{**POST, **times}])
    assert (item.published_at.isoformat() if item.published_at else None) == expected


def test_a_post_is_the_same_headline_as_in_the_sites_feed(read, extract):
    feed = (
        "<rss version='2.0'><channel><item><title>إغلاق الطريق</title><link>https://site.example/other-address/</link>"
        "<guid isPermaLink='false'>http://old.example/?post_type=ajel&amp;p=4417</guid></item></channel></rss>"
    )
    (entry,) = extract(feed, kind="feed")
    (post,) = read([POST])
    (without_guid,) = read([{key: value for key, value in POST.items() if key != "guid"}])
    assert keys_of(post) & keys_of(entry) == {"n:4417", "g:http://old.example/?post_type=ajel&p=4417"}
    assert keys_of(without_guid) & keys_of(entry) == {"n:4417"}


def test_a_category_named_urgent_makes_a_post_breaking(read):
    terms = [[{"taxonomy": "category", "name": "مدن"}, {"name": "عاجل"}], [None, {"name": 3}], "x"]
    (item,) = read([{**POST, "_embedded": {"wp:term": terms}}])
    assert (item.breaking, item.category) == (True, "مدن")


def test_a_site_without_posts_is_empty_and_no_error(read):
    assert read([]) == []


@pytest.mark.parametrize("answer", [[POST], []])
def test_a_warning_of_the_site_before_its_answer_is_skipped(read, answer):
    warning = "<br />\n<b>Warning</b>:  Undefined array key {x} in <b>/srv/a.php</b> on line <b>3</b><br />\n"
    assert len(read(warning + json.dumps(answer))) == len(answer)
    with pytest.raises(ExtractError, match="is not JSON"):
        read(warning + json.dumps(answer) + "<p>and more")


def test_rubbish_between_the_posts_costs_no_post(read):
    posts = [
        None,
        3,
        {"id": 1},
        POST,
        {**POST, "id": [], "guid": 7, "link": None, "title": "نص بلا وسوم", "excerpt": []},
    ]
    assert [(item.title[:5], item.url) for item in read(posts)] == [("“إغلا", POST["link"]), ("نص بل", None)]


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (
            {"code": "rest_no_route", "message": "Aucune route ne correspond", "data": {"status": 404}},
            (
                r"answers 'rest_no_route' \(Aucune route ne correspond\); check that url ends in /wp-json/wp/v2/posts; where "
                "there is none, watch its feed instead: {type: feed, url: https://site.example/feed}"
            ),
        ),
        (
            {"code": "rest_forbidden", "message": "Sorry, you are <b>not</b> allowed.", "data": {"status": 401}},
            r"'rest_forbidden' \(Sorry, you are not allowed.\); the site shows its posts to its own people only; watch",
        ),
        ({"code": "rest_not_logged_in"}, "answers 'rest_not_logged_in'; the site shows its posts to its own people"),
        ({"code": "rest_invalid_param", "message": "x"}, "check url, per_page and categories, or watch its feed"),
        ({"name": "Site", "namespaces": []}, "is not a list of WordPress posts but other JSON; set url to"),
        ([{"id": 3, "name": "مدن"}], "is not a list of WordPress posts but other JSON"),
        ([{**POST, "title": {"rendered": ""}, "excerpt": {"rendered": ""}}], "has 1 entries, all without title"),
        ("", "is not JSON but an empty answer"),
        ("<!doctype html><title>Just a moment...</title>", "an HTML page or the like: it is a check against bots"),
        ("<rss version='2.0'></rss>", "is not JSON but a feed"),
    ],
)
def test_what_holds_no_posts_is_an_error_with_the_next_step(read, answer, said):
    with pytest.raises(ExtractError, match=said) as caught:
        read(answer)
    assert str(caught.value).startswith("source 'harbour': https://site.example/wp-json/wp/v2/posts")


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from([*POST, "rendered", "code", "_embedded", "wp:term", "name"]), inner, max_size=5
        )
    ),
    max_leaves=12,
)


@settings(max_examples=150, deadline=None)
@given(VALUES)
def test_any_json_gives_items_or_one_kind_of_error(fetched, answer):
    extractor = KINDS["wordpress"].build(KINDS["wordpress"].options(type="wordpress", url=POSTS), CONTEXT)
    for body in (json.dumps(answer), json.dumps([answer, POST]), "cb(" + json.dumps([answer])):
        with suppress(ExtractError):
            assert all(item.title for item in extractor.extract(fetched(body)))


@pytest.mark.parametrize("inner", ["[" * 200_000, '{"a":' * 200_000, "[" + '{"title":"<"},' * 100_000 + "0]"])
def test_hostile_json_is_read_or_refused_in_time(read, inner):
    started = time.process_time()
    with suppress(ExtractError):
        read(inner)
    assert time.process_time() - started < 2
