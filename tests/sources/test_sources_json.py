"""JSON by paths: what sites' own scripts read, read by the monitor."""

from __future__ import annotations

import json
import time
from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from test_sources_hostile import CONTEXT

from monitor.diff.identity import keys_of
from monitor.errors import ExtractError
from monitor.model import Section
from monitor.sources import KINDS, paths

API = "https://api.site.example/latest.json"
ANSWER = {
    "data": {
        "list": [
            {
                "id": 4417,
                "headline": "إغلاق &quot;الطريق&quot; الساحلي",
                "slug": "ighlaq",
                "at": 1775121300,
                "hot": True,
            },
            {"id": 4418, "headline": "Le port <b>rouvre</b>", "slug": "port", "at": "2026-04-02T10:15:00", "hot": "no"},
        ]
    }
}


@pytest.fixture
def read(extractor, fetched):
    def run(answer, **keys):
        body = answer if isinstance(answer, str | bytes) else json.dumps(answer)
        keys = {"items": "data.list", "title": "headline", **keys}
        return extractor("json", url=API, **keys).extract(fetched(body, url=API))

    return run


def titles(items):
    return [item.title for item in items]


def test_headlines_are_read_by_their_paths(read):
    first, second = read(ANSWER, link="/news/{id}-{slug}", id="id", time="at", breaking="hot")
    assert (first.title, second.title) == ('إغلاق "الطريق" الساحلي', "Le port rouvre")
    assert (first.url, second.url) == (
        "https://api.site.example/news/4417-ighlaq",
        "https://api.site.example/news/4418-port",
    )
    assert [item.published_at.isoformat() for item in (first, second)] == [
        "2026-04-02T09:15:00+00:00",
        "2026-04-02T09:15:00+00:00",  # the site's clock: UTC+1
    ]
    assert [(item.guid, item.breaking, item.section) for item in (first, second)] == [
        ("4417", True, Section.LIST),
        ("4418", False, Section.LIST),
    ]
    assert first.evidence == "json: data.list"


def test_an_item_is_the_same_headline_as_on_the_sites_page(read, extract):
    (item, _) = read(ANSWER, link="https://www.site.example/a/{id}")
    (seen,) = extract('<h3><a href="/a/4417">إغلاق "الطريق" الساحلي</a></h3>', list={"items": "h3 a"})
    assert {"n:4417", "u:https://site.example/a/4417"} <= keys_of(item) & keys_of(seen)


@pytest.mark.parametrize(
    ("answer", "keys"),
    [
        ([{"t": "One headline"}, {"t": "Another one"}], {"items": None, "title": "t"}),
        ([{"t": "One headline"}, {"t": "Another one"}], {"items": "[]", "title": "t"}),
        ({"a": [{"b": [{"t": "One headline"}]}, {"b": [{"t": "Another one"}]}]}, {"items": "a[].b[]", "title": "t"}),
        ({"a": [{"b": [{"t": "One headline"}, {"t": "Another one"}]}]}, {"items": "a[0].b", "title": "t"}),
        ({"a": {"x7": {"t": "One headline"}, "x9": {"t": "Another one"}}}, {"items": "a[]", "title": "t"}),
        ({"a": {"t": ["One headline", "Another one"]}}, {"items": "a", "title": "t[]"}),
        ({"a": [{"t": [{"x": "One headline"}]}, {"t": [{"x": "Another one"}]}]}, {"items": "a", "title": "t[0].x"}),
        ({"ك": [{"عنوان": "One headline"}, {"عنوان": "Another one"}]}, {"items": "ك", "title": "عنوان"}),
        ({"a-b": [{"@t $": "One headline"}, {}, 3, {"@t $": "Another one"}]}, {"items": "a-b", "title": "@t $"}),
    ],
)
def test_a_path_leads_through_lists_and_objects(read, answer, keys):
    assert titles(read(answer, **keys)) == ["One headline", "Another one"]


@pytest.mark.parametrize(
    "body",
    [
        'callback({"t": "One headline"});',
        '/**/ jQuery_1.cb_2( {"t": "One headline"} )',
        'var ticker = {"t": "One headline"};\nstart(ticker);',
        ')]}\',\n{"t": "One headline"}',
        'while(1);{"t": "One headline"}',
        'for (;;);{"t": "One headline"}',
        '\ufeff\n{"t": "One headline"}',
        '{"t": "One\theadline"}',
    ],
)
def test_what_stands_around_the_json_is_taken_off(read, body):
    assert titles(read(body, items=None, title="t")) == ["One headline"]


@pytest.mark.parametrize("answer", [{"data": None}, {"data": {"list": None}}, {"data": {"list": []}}])
def test_a_list_that_is_null_or_empty_is_no_error(read, answer):
    assert read(answer) == []


def test_a_banner_whose_fields_are_all_null_is_an_empty_ticker(read):
    banner = {"post": None, "text": None, "link": None}
    keys = {"items": "data.banner", "title": "text[]", "link": "link", "id": "post", "section": "ticker"}
    assert read({"data": {"banner": banner}}, **keys) == []
    full = {"post": "4417", "text": ["هزة أرضية في الحسيمة", "لا خسائر إلى الآن"], "link": "/news/2026/4/2/quake"}
    found = read({"data": {"banner": full}}, **keys)
    assert titles(found) == full["text"]
    assert {(item.section, item.breaking, item.url) for item in found} == {
        (Section.TICKER, True, "https://api.site.example/news/2026/4/2/quake")
    }


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (1775121300, "2026-04-02T09:15:00+00:00"),
        (1775121300000, "2026-04-02T09:15:00+00:00"),
        ("1775121300123", "2026-04-02T09:15:00.123000+00:00"),
        (1775121300123456, "2026-04-02T09:15:00.123456+00:00"),
        (1775121300.5, "2026-04-02T09:15:00.500000+00:00"),
        ("2026-04-02 10:15:00", "2026-04-02T09:15:00+00:00"),
        ("2026-04-02T09:15:00.000Z", "2026-04-02T09:15:00+00:00"),
        ("منذ ساعتين", "2026-03-02T10:00:00+00:00"),
        *((value, None) for value in (0, -5, 12, True, None, "", "soon", "20260402", 1e300, "nan", "inf", [], {})),
    ],
)
def test_a_time_is_iso_or_counted_since_1970(read, value, expected):
    (item,) = read([{"headline": "A headline", "at": value}], items="[]", time="at")
    assert (item.published_at.isoformat() if item.published_at else None) == expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        *((value, True) for value in (True, 1, "1", "true", "YES", "عاجل", "Breaking", ["مدن", "عاجل"])),
        *((value, False) for value in (False, 0, 2, "0", "false", "", None, "normal", "مدن", [], {}, {"a": 1})),
    ],
)
def test_only_what_says_yes_or_urgent_is_breaking(read, value, expected):
    (item,) = read([{"headline": "A headline", "mark": value}], items="[]", breaking="mark")
    assert item.breaking is expected


def test_a_mark_in_the_title_is_breaking_without_a_path(read):
    assert [item.breaking for item in read([{"headline": "عاجل: هزة أرضية"}], items="[]", breaking="mark")] == [True]


@pytest.mark.parametrize(
    ("link", "url"),
    [
        ("href", "https://api.site.example/a/1"),
        ("https://site.example{href}", "https://site.example/a/1"),
        ("https://site.example/live", "https://site.example/live"),
        ("/n/{n.id}/{slug}", "https://api.site.example/n/7/عاجل%20اليوم"),
        ("/n/{gone}", None),
        ("/n/{null}", None),
        ("gone", None),
        ("bad", None),
    ],
)
def test_a_link_is_a_path_or_an_address_with_paths(read, link, url):
    item = {
        "headline": "A headline",
        "href": "/a/1",
        "n": {"id": 7},
        "slug": "عاجل اليوم",
        "null": None,
        "bad": "javascript:x",
    }
    assert [found.url for found in read([item], items="[]", link=link)] == [url]


@pytest.mark.parametrize(
    ("keys", "problem"),
    [
        ({"title": ""}, ("title", "'' is not a path; write names with dots between, such as data.items[].title")),
        (
            {"items": "data..list"},
            ("items", "'data..list' is not a path from '..list' on; write names with dots between"),
        ),
        ({"items": ".data"}, ("items", "'.data' is not a path; write")),
        ({"items": "data."}, ("items", "'data.' is not a path from '.' on")),
        ({"id": "a[x]"}, ("id", "'a[x]' is not a path from '[x]' on")),
        ({"time": "a[0]b"}, ("time", "'a[0]b' is not a path from 'b' on")),
        ({"breaking": "a. b"}, ("breaking", "'a. b' is not a path from '. b' on")),
        (
            {"link": "/news/{id"},
            ("link", "'/news/{id' has a brace without its other half; write it such as /news/{id}"),
        ),
        ({"link": "/news/{}"}, ("link", "'' is not a path")),
        ({"link": "a..b"}, ("link", "'a..b' is not a path from '..b' on")),
    ],
)
def test_a_path_that_is_none_is_a_problem_of_its_key(options, keys, problem):
    ((key, message),) = options("json", url=API, **{"title": "t", **keys}).problems()
    assert key == problem[0]
    assert message.startswith(problem[1])


def test_good_paths_are_no_problem(options):
    keys = {"items": "data.list[]", "title": "a[0].b-c", "link": "https://s.example/{id}?x={a.b}", "id": "[1]"}
    assert options("json", url=API, **keys).problems() == []


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (
            {"data": {"rows": []}},
            r"holds other JSON than before: no 'list' among the keys 'rows' \(items: data.list\); try",
        ),
        ({"data": {}}, "no 'list' in an object without keys"),
        ({"data": [1]}, "no 'list' in a list of 1"),
        (
            {"data": {"list": {"headlines": []}}},
            r"has 1 items, none with a title: no 'headline' among .*\(title: headline\)",
        ),
        (
            {"data": {"list": [{"title": "x"}, 3]}},
            "has 2 items, none with a title: no 'headline' among the keys 'title'",
        ),
        ({"data": {"list": "x"}}, "none with a title: no 'headline' in a value that is neither object nor list"),
        ({"data": {"list": [{"headline": " \u200f"}]}}, "has 1 entries, all without title"),
        ("", "is not JSON but an empty answer"),
        ("cb(", "is not JSON but plain text"),
        ("{'a': 1}", "is not JSON, although it starts like it"),
        (
            "<html><title>Just a moment...</title>",
            "is not JSON but an HTML page or the like: it is a check against bots",
        ),
        ("[" * 200_000, "is not JSON"),
        ("1" * 10_000, "is not JSON"),
    ],
)
def test_what_holds_no_headlines_is_an_error_that_says_why(read, answer, said):
    with pytest.raises(ExtractError, match=f"^source 'harbour': {API} .*{said}"):
        read(answer)


def test_a_key_in_the_address_is_not_told(extractor, fetched):
    url = API + "?key=sesame"
    with pytest.raises(ExtractError) as caught:
        extractor("json", url=url, title="t").extract(fetched("<p>", url=url))
    assert API in str(caught.value)
    assert "sesame" not in str(caught.value)


def test_an_index_that_is_not_there_is_named():
    with pytest.raises(paths.Missing, match=r"no member \[3\] in a list of 1"):
        paths.parse("a[3]").values({"a": [0]})


NAMES = st.sampled_from(["data", "list", "headline", "at", "hot", "id"])
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner, max_size=4),
    max_leaves=12,
)
STEPS = st.lists(st.sampled_from(["data", "list", "headline", "[]", "[0]", "[9]"]), min_size=1, max_size=4)


@settings(max_examples=200, deadline=None)
@given(VALUES, STEPS, STEPS)
def test_any_json_and_path_give_items_or_one_kind_of_error(fetched, answer, items, title):
    written = [".".join(steps).replace(".[", "[") for steps in (items, title)]
    keys = {"items": written[0], "title": written[1], "link": "/{id}", "time": "at", "breaking": "hot"}
    extractor = KINDS["json"].build(KINDS["json"].options(type="json", url=API, **keys), CONTEXT)
    with suppress(ExtractError):
        assert all(item.title for item in extractor.extract(fetched(json.dumps(answer))))


@settings(max_examples=200, deadline=None)
@given(st.text("ab.[]{}0 /", max_size=12))
def test_any_text_is_a_path_or_a_problem(text):
    for read in (paths.parse, paths.parse_template):
        with suppress(ValueError):
            assert read(text)


@pytest.mark.parametrize(
    ("answer", "keys"),
    [
        pytest.param([{"headline": f"headline {n}"} for n in range(100_000)], {"items": None}, id="many items"),
        pytest.param([[["x"] * 1000] * 1000] * 3, {"items": "[][][]", "title": "[]"}, id="lists in lists"),
        pytest.param([{"headline": "x" * 2_000_000}], {"items": None}, id="a long title"),
        pytest.param([{"headline": "<" * 500_000}], {"items": None}, id="brackets"),
        pytest.param([{"headline": "&" * 500_000 + "<!--" * 100_000}], {"items": None}, id="unclosed comments"),
        pytest.param([{"headline": "<script>" * 100_000 + "<style" * 100_000}], {"items": None}, id="unclosed scripts"),
        pytest.param([{"headline": "<script></script " * 50_000}], {"items": None}, id="half closed scripts"),
        pytest.param([{"headline": "x" + " " * 500_000 + "x<" + " " * 500_000}], {"items": None}, id="blanks"),
    ],
)
def test_hostile_json_is_read_or_refused_in_time(read, answer, keys):
    body = json.dumps(answer)
    started = time.process_time()
    with suppress(ExtractError):
        read(body, **keys)
    assert time.process_time() - started < 2
