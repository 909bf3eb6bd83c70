"""RSS, Atom and JSON feeds as they are in the wild; the well-formed ones are golden pages."""

from __future__ import annotations

import json
import time

import pytest

from monitor.errors import ExtractError
from monitor.model import Section

FEED = "https://site.example/feed"


def rss(*entries: str, declaration: str = '<?xml version="1.0" encoding="UTF-8"?>') -> str:
    inner = "".join(f"<item>{entry}</item>" for entry in entries)
    return f'{declaration}<rss version="2.0"><channel><title>Site</title><link>https://site.example</link>{inner}</channel></rss>'


TWICE = [
    ("latin-1", "إغلاق الميناء بسبب الأمطار"),
    ("latin-1", "L’été où le café a fermé"),
    ("cp1252", "The mayor’s reply: “maybe”".replace("”", "")),
]


@pytest.fixture
def read(extractor, fetched):
    def run(body: str | bytes, content_type: str | None = None):
        return extractor("feed", url=FEED).extract(fetched(body, url=FEED, content_type=content_type))

    return run


@pytest.fixture
def title(read):
    """The title of the one entry of an RSS feed, given its XML."""

    def run(inner: str) -> str:
        (item,) = read(rss(f"<title>{inner}</title><link>/1</link>"))
        assert item.url == "https://site.example/1"
        return item.title

    return run


@pytest.mark.parametrize(
    ("xml", "expected"),
    [
        ("AT&amp;T opens an office", "AT&T opens an office"),
        ("AT&amp;amp;T opens an office", "AT&T opens an office"),
        ("&lt;b&gt;Storm&lt;/b&gt; &lt;i class='x'&gt;closes&lt;/i&gt; the port", "Storm closes the port"),
        ("&amp;lt;b&amp;gt; is a tag", "<b> is a tag"),
        ("5 &lt; 6 and 7 &gt; 3", "5 < 6 and 7 > 3"),
        ("<![CDATA[A &amp; B <b>agree</b>]]>", "A & B agree"),
        ("&#8220;اقتباس&#8221; و&amp;#8220;آخر&amp;#8221;", "“اقتباس” و“آخر”"),
        ("&amp;laquo; Le port &amp;raquo;&amp;nbsp;: ouvert", "« Le port » : ouvert"),
        ("Storm &amp;notanentity; &nbsp; closes the port", "Storm &notanentity; closes the port"),
        ("&#0;Storm &#xD800;closes &#x110000;the port&#xFFFF;", "�Storm �closes �the port�"),
        ("&lt;script&gt;alert(1)&lt;/script&gt;Storm closes the port", "Storm closes the port"),
        ("&lt;a href=&quot;https://evil.example&quot;&gt;Storm closes the port", "Storm closes the port"),
        ("Storm<br/>closes <b>the</b> port", "Storm closes the port"),
        ("&lt;3 تحب المدينة", "<3 تحب المدينة"),
        *((title.encode().decode(charset), title) for charset, title in TWICE),
        *((title, title) for title in ("LIBERTÉ…", "Ø et Å", "Le mot «Ã©» est mal encodé", "ØÆØÅØÉ", "Ù وØØ")),
    ],
)
def test_titles_are_decoded_once_and_lose_their_tags(title, xml, expected):
    assert title(xml) == expected


@pytest.mark.parametrize(
    "body",
    [
        pytest.param("\n\n \ufeff" + rss("<title>عنوان الخبر</title>"), id="blank lines before the declaration"),
        pytest.param(rss("<title>عنوان الخبر</title><x>a & b</x>"), id="bare ampersand"),
        pytest.param(rss("<title>عنوان الخبر</title>")[:-20], id="cut at the end"),
        pytest.param(rss("<title>عنوان الخبر</title><media:thumb url='x'/>"), id="undeclared prefix"),
        pytest.param(rss("<title>عنوان\x0b الخبر\x00</title>"), id="control characters"),
        pytest.param(rss("<title>عنوان الخبر</title>", declaration=""), id="no declaration"),
        pytest.param(rss("<title>عنوان الخبر</title><b>unclosed"), id="unclosed tag"),
        pytest.param(
            rss("<title>عنوان الخبر</title>", declaration='<?xml version="1.0" encoding="windows-1256"?>'),
            id="UTF-8 declared as windows-1256",
        ),
        pytest.param(
            rss("<title>عنوان الخبر</title>", declaration='<?xml version="1.0" encoding="windows-1256"?>').encode(
                "cp1256"
            ),
            id="windows-1256 as declared",
        ),
        pytest.param(rss("<title>عنوان الخبر</title>").encode("utf-16"), id="UTF-16"),
        pytest.param(
            '<!DOCTYPE rss PUBLIC "-//Netscape//DTD RSS 0.91//EN" "rss.dtd">'
            + rss("<title>عنوان الخبر</title>", declaration=""),
            id="old document type",
        ),
    ],
)
def test_a_broken_feed_loses_no_entry(read, body):
    assert [item.title for item in read(body)] == ["عنوان الخبر"]


def test_a_header_that_lies_about_the_charset_is_not_believed(read):
    assert read(rss("<title>عنوان الخبر</title>"), "application/xml; charset=windows-1252")[0].title == "عنوان الخبر"


@pytest.mark.parametrize(
    ("date", "expected"),
    [
        ("Tue, 28 Jan 2025 13:00:00 +0100", "2025-01-28T12:00:00+00:00"),
        ("2025-01-28T13:00:00Z", "2025-01-28T13:00:00+00:00"),
        ("2025-01-28T13:00:00", "2025-01-28T12:00:00+00:00"),  # the site's clock: UTC+1
        ("Tue, 28 Jan 2025 13:00:00 GMT+1", "2025-01-28T12:00:00+00:00"),
        ("mar., 28 janv. 2025 13:00:00 +0100", "2025-01-28T12:00:00+00:00"),
        ("الثلاثاء 28 يناير 2025 - 13:00", "2025-01-28T12:00:00+00:00"),
        ("at the usual time", None),
        ("Mon, 01 Jan 0001 00:00:00 GMT", None),
        ("", None),
    ],
)
def test_a_date_is_utc_or_none(read, date, expected):
    (item,) = read(rss(f"<title>A headline</title><pubDate>{date}</pubDate>"))
    assert (item.published_at.isoformat() if item.published_at else None) == expected


def test_an_entry_that_was_only_updated_has_that_time(read):
    body = '<feed xmlns="http://www.w3.org/2005/Atom"><entry><id>1</id><title>A headline</title><updated>2026-03-02T08:00:00Z</updated></entry></feed>'
    assert read(body)[0].published_at.isoformat() == "2026-03-02T08:00:00+00:00"


def test_a_mark_or_a_category_makes_an_entry_breaking(read):
    found = read(
        rss(
            "<title>عاجل: إغلاق المطار</title>",
            "<title>إغلاق الميناء</title><category>مدن</category><category>عاجل</category>",
            "<title>يوم هادئ</title>",
        )
    )
    assert [(item.breaking, item.category) for item in found] == [(True, None), (True, "مدن"), (False, None)]
    assert {item.section for item in found} == {Section.FEED}


def test_entries_without_title_show_their_first_words(read):
    long = " ".join(f"word{n}" for n in range(40))
    found = read(rss(f"<description>&lt;p&gt;{long}&lt;/p&gt;</description>", "<link>https://site.example/2</link>"))
    assert [item.title for item in found] == [" ".join(f"word{n}" for n in range(14)) + " …"]
    assert found[0].summary == long


@pytest.mark.parametrize("link", ["javascript:alert(1)", "data:text/html,x", "", "https://site.example/" + "x" * 9000])
def test_an_entry_with_an_unusable_link_is_kept_without_it(read, link):
    assert [item.url for item in read(rss(f"<title>A headline</title><link>{link}</link>"))] == [None]


def test_the_same_entry_twice_is_one_item_and_a_constant_guid_hides_nothing(read):
    one = "<title>A headline</title><link>/1</link><guid>x</guid>"
    other = "<title>Another one</title><link>/2</link><guid>x</guid>"
    assert [item.title for item in read(rss(one, one, other))] == ["A headline", "Another one"]


@pytest.mark.parametrize(
    "body",
    [
        rss(),
        '<feed xmlns="http://www.w3.org/2005/Atom"><title>x</title></feed>',
        '{"version": "https://jsonfeed.org/version/1", "items": []}',
    ],
)
def test_a_feed_without_entries_is_empty_and_no_error(read, body):
    assert read(body) == []


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ("", "is not a feed but an empty answer"),
        (
            "<!doctype html><html><title>Just a moment...</title><p>x</p></html>",
            "an HTML page or the like: it is a check against bots",
        ),
        ("<html><a href='/'>x</a></html>", "is not a feed but an HTML page"),
        ("{broken", "is not JSON, although it starts like it"),
        ("{" + '"a":{' * 100_000, "is not JSON, although it starts like it"),
        (b"\xff\xd8\xff\xe0 jpeg", "is not a feed but a JPEG image"),
        (rss()[:-20] + "<!-- exception -->", "is a feed that breaks off, or is no XML, before its first entry"),
        (rss("<link>/1</link>", "<title> </title>"), "has 2 entries, all without title and text"),
    ],
)
def test_what_is_no_feed_is_an_error_that_says_what_it_is(read, body, said):
    with pytest.raises(ExtractError, match=said) as caught:
        read(body)
    assert str(caught.value).startswith("source 'harbour': https://site.example/feed ")
    assert str(caught.value).endswith("; try: headline-monitor extract https://site.example/feed")


@pytest.mark.parametrize(
    ("body", "said", "advice"),
    [
        ('{"posts": []}', "is not a feed but other JSON", "use type: json and say where its headlines stand"),
        ('{"version": "https://jsonfeed.org/version/1.1", "items": 3}', "other JSON", "use type: json"),
        ("[1, 2]", "is not a feed but JSON", "use type: json, or wordpress for /wp-json/wp/v2/posts"),
        ('<?xml version="1.0"?><urlset xmlns="x"><url/></urlset>', "is not a feed but a sitemap", "use type: sitemap"),
    ],
)
def test_what_another_kind_can_read_is_an_error_that_names_the_kind(read, body, said, advice):
    with pytest.raises(ExtractError, match=rf"{said}.*; {advice}"):
        read(body)


@pytest.mark.parametrize(
    "prolog",
    [
        '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>',
        '<!-- <item> --><!doctype x [ <!-- > --> <!entity f SYSTEM "file:///etc/passwd">]>',
    ],
)
def test_a_feed_that_declares_entities_is_refused(read, prolog):
    with pytest.raises(ExtractError, match="declares XML entities"):
        read(
            f'<?xml version="1.0"?>{prolog}<rss version="2.0"><channel><item><title>&a;</title></item></channel></rss>'
        )


def test_a_json_feed_with_every_wrong_type_still_gives_its_headlines(read):
    entries = [
        {"id": 1.5, "url": ["x"], "title": "First headline", "tags": "x", "date_published": 7},
        {"id": None, "url": 3, "title": {"a": 1}, "summary": "Second headline"},
        {"id": True, "title": "Third headline \ud800", "tags": [1, None, "Sport"]},
    ]
    body = json.dumps({"version": "https://jsonfeed.org/version/1.1", "items": entries})
    found = read(body)
    assert [item.title for item in found] == ["First headline", "Second headline", "Third headline"]
    assert [item.category for item in found] == [None, None, "1"]


@pytest.mark.parametrize("inner", ["&lt;!-- " * 50_000, "&lt;script&gt; " * 50_000, "&lt;script " * 50_000])
def test_escaped_markup_that_never_ends_is_read_in_time(read, inner):
    started = time.process_time()
    (item,) = read(rss(f"<title>A headline {inner}</title>"))
    assert item.title.startswith("A headline")
    assert time.process_time() - started < 2
