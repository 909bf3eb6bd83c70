from __future__ import annotations

import itertools
import re
from dataclasses import dataclass, replace
from datetime import timedelta
from html.parser import HTMLParser

import pytest
from servers.discord import parse_markdown
from servers.samples import ARABIC, FRENCH, HOSTILE, NOW, URL, ZONE, alert
from servers.telegram import parse_entities

from monitor.model import Article, ChangeKind
from monitor.render.message import late_note, render
from monitor.render.safe import FSI, LRM, PDI, RLM, safe_url, units
from monitor.render.styles import (
    DISCORD,
    MAIL,
    NTFY,
    PLAIN,
    SLACK,
    TELEGRAM,
    TERMINAL,
    TERMINAL_WITHOUT_COLOURS,
    telegram_size,
)
from monitor.render.words import WORDS

STYLES = {
    "telegram": TELEGRAM,
    "slack": SLACK,
    "discord": DISCORD,
    "mail": MAIL,
    "plain": PLAIN,
    "ntfy": NTFY,
    "terminal": TERMINAL,
    "terminal without colours": TERMINAL_WITHOUT_COLOURS,
}
INVISIBLE = re.compile(f"[{FSI}{PDI}{LRM}{RLM}\u200b]")


def messages(alerts, style, lang="en", now=NOW):
    return render(alerts, now, zone=ZONE, words=WORDS[lang], style=style)


def body(given, style, lang="en"):
    (message,) = messages([given], style, lang)
    return message.body


@dataclass
class Page(HTMLParser):
    """Reads HTML with a parser that is not ours."""

    def __post_init__(self):
        super().__init__(convert_charrefs=True)
        self.tags, self.links, self.text, self.bold, self._in_bold = [], [], "", [], False

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        self.links += [value for name, value in attrs if name == "href"]
        assert {name for name, _ in attrs} <= {"href", "dir", "lang", "style"}
        self._in_bold = tag == "b"

    def handle_endtag(self, tag):
        self._in_bold = False

    def handle_data(self, data):
        self.text += data
        if self._in_bold:
            self.bold.append(data)


# --- what a single alert looks like ---------------------------------------------------------------------


def test_telegram_gets_a_linked_headline_with_marked_words_and_one_line_of_facts():
    text, entities = parse_entities(body(alert(hits=("الأمن",)), TELEGRAM))
    assert INVISIBLE.sub("", text).split("\n") == [
        ARABIC,
        "أصداء الأطلس · ticker · first seen 13:05 · rule: أمن (الأمن)",
    ]
    assert [(e.tag, e.text, e.url) for e in entities] == [("b", "الأمن", None), ("a", ARABIC, URL)]


def test_the_lead_stands_between_the_headline_and_the_facts_in_the_direction_of_its_letters():
    lines = body(alert(FRENCH, article=Article(lead=ARABIC)), TELEGRAM).split("\n")
    assert [INVISIBLE.sub("", line) for line in lines][1] == ARABIC
    assert (lines[0][0], lines[1][0]) == (FSI, RLM)


@pytest.mark.parametrize("name", STYLES)
def test_every_service_shows_the_lead(name):
    assert "ستستمر الأمطار يومين" in INVISIBLE.sub(
        "", body(alert(article=Article(lead="ستستمر الأمطار يومين")), STYLES[name])
    )


def test_mail_shows_the_lead_in_a_block_of_its_own():
    assert f'<div dir="rtl" lang="ar">{ARABIC}</div>' in body(alert(FRENCH, article=Article(lead=ARABIC)), MAIL)


def test_a_list_of_many_headlines_has_no_leads():
    few = [alert(f"{FRENCH} {n}", article=Article(lead="Un chapeau")) for n in range(3)]
    assert messages(few, PLAIN)[0].body.count("Un chapeau") == 3
    many = [*few, alert("Encore un titre", article=Article(lead="Un chapeau"))]
    assert "Un chapeau" not in messages(many, PLAIN)[0].body


def test_where_there_is_no_room_the_lead_goes_before_the_headline_is_cut():
    narrow = replace(PLAIN, limit=300)
    shown = body(alert(FRENCH, article=Article(lead="mot " * 50)), narrow)
    assert FRENCH in shown
    assert "mot" not in shown


@pytest.mark.parametrize("style", STYLES)
@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_lead_keeps_every_message_within_its_limit(name, style):
    written = body(alert(FRENCH, article=Article(lead=HOSTILE[name])), STYLES[style])
    assert units(written) <= STYLES[style].limit


def test_slack_gets_a_linked_headline_with_marked_words():
    first = body(alert(hits=("الأمن",)), SLACK).split("\n")[0]
    assert first == f"{RLM}{FSI}[{ARABIC.replace('الأمن', '**الأمن**')}](<{URL}>){PDI}"


def test_slack_marks_whole_words_only_since_asterisks_inside_a_word_would_show():
    assert "**" not in body(alert("والأمن العام", hits=("الأمن",)), SLACK)


def test_discord_gets_a_linked_headline_without_a_preview():
    text, links, mentions, styled = parse_markdown(body(alert(hits=("الأمن",)), DISCORD))
    assert (links, mentions, styled) == ([URL], [], ["الأمن"])
    assert INVISIBLE.sub("", text).split("\n")[0] == ARABIC


def test_mail_reads_from_right_to_left_and_shows_the_address():
    html = body(alert(hits=("الأمن",)), MAIL)
    assert html.startswith('<div style="text-align:right"><div dir="rtl" lang="ar" style="font-size:larger"><a href=')
    page = Page()
    page.feed(html)
    assert (page.bold, page.links) == (["الأمن"], [URL, URL])
    assert URL in page.text


def test_mail_leaves_the_direction_of_a_french_headline_to_its_letters():
    assert body(alert(FRENCH), MAIL).startswith('<div style="text-align:left"><div dir="auto" ')


def test_mail_keeps_what_is_said_of_a_headline_on_its_side_of_the_page():
    assert '<div dir="rtl" style="color:#767676">' in body(alert(FRENCH), MAIL, "ar")
    assert body(alert(FRENCH), MAIL, "ar").count("text-align:left") == 1


def test_mail_has_the_source_and_the_headline_as_subject():
    (message,) = messages([alert(FRENCH, source="Écho")], MAIL)
    assert message.title == f"Écho: {FRENCH}"


@pytest.mark.parametrize("name", HOSTILE)
def test_a_subject_is_one_short_line_whatever_the_title(name):
    (message,) = messages([alert(HOSTILE[name])], MAIL)
    assert len(message.title) <= 150
    assert len(message.title.encode()) <= 300
    assert message.title.splitlines() == [message.title]
    assert not re.search(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]", message.title)


def test_plain_text_has_the_bare_address_on_its_own_line():
    assert body(alert(), PLAIN).split("\n")[1] == URL


def test_plain_text_has_the_source_as_title():
    (message,) = messages([alert()], PLAIN)
    assert message.title == "أصداء الأطلس"


def test_the_terminal_gets_colours_only_when_it_can_show_them():
    given = alert(hits=("الأمن",))
    assert "\x1b[1;33mالأمن\x1b[22;39m" in body(given, TERMINAL)
    assert "\x1b" not in body(given, TERMINAL_WITHOUT_COLOURS)


@pytest.mark.parametrize("style", ["telegram", "slack", "discord", "plain", "terminal"])
def test_an_arabic_headline_begins_its_line_from_the_right_and_is_isolated(style):
    first = body(alert(), STYLES[style]).split("\n")[0]
    assert first.startswith(RLM + FSI)
    assert first.endswith(PDI)


@pytest.mark.parametrize("style", ["telegram", "slack", "discord", "plain", "terminal"])
def test_a_french_headline_does_not_begin_from_the_right(style):
    assert body(alert(FRENCH), STYLES[style]).startswith(FSI)


def test_an_arabic_headline_that_begins_with_a_latin_name_still_reads_from_right_to_left():
    assert f"{RLM}{FSI}{RLM}<a" in body(alert("ONCF تعلن عن توقف القطارات"), TELEGRAM)


@pytest.mark.parametrize("style", STYLES)
def test_every_style_tells_everything(style):
    given = alert(
        hits=("الأمن",),
        kind=ChangeKind.EDITED,
        previous_title="العنوان القديم",
        published_at=NOW - timedelta(minutes=1),
        rule="قاعدة الأمن",
    )
    text = INVISIBLE.sub("", body(given, STYLES[style], "ar")).replace("\\", "")
    for part in ("الأمن", "العنوان القديم", "أصداء الأطلس", "شريط الأخبار", "قاعدة الأمن", "13:05", "13:04", "عُدّل"):
        assert part in text
    assert URL in text.replace("&amp;", "&")


# --- lists ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("style", STYLES)
def test_many_alerts_make_few_messages_that_fit_and_name_every_alert_once(style):
    alerts = [alert(f"عنوان رقم {n} عن الأمن في المدينة", id=f"id{n}", hits=("الأمن",)) for n in range(250)]
    made = messages(alerts, STYLES[style])
    assert [i for message in made for i in message.alert_ids] == [given.id for given in alerts]
    for message in made:
        assert STYLES[style].size(message.body) <= STYLES[style].brief_limit
        assert len(message.alert_ids) <= STYLES[style].most_brief
        numbers = re.findall(r"عنوان رقم (\d+) ", message.body)
        assert numbers == [i.removeprefix("id") for i in message.alert_ids]


@pytest.mark.parametrize("style", STYLES)
def test_a_list_says_how_many_headlines_it_holds(style):
    (message,) = messages([alert(), alert(FRENCH)], STYLES[style])
    assert "2 headlines" in message.body
    assert message.title.startswith("2 headlines – ")


def test_no_message_could_have_taken_the_next_headline_too():
    alerts = [alert(f"{n} {FRENCH}", id=f"id{n}") for n in range(160)]
    made = messages(alerts, replace(TELEGRAM, most_brief=1000))
    assert len(made) > 2
    for one, following in itertools.pairwise(made):
        _, listed = following.body.split("\n\n")
        _, first, *_ = listed.split("\n")
        assert telegram_size(f"{one.body}\n{first}") > TELEGRAM.brief_limit - 100


def test_six_alerts_are_told_in_full_and_seven_become_a_list_with_a_line_each():
    full = messages([alert(f"{n} {FRENCH}", id=str(n)) for n in range(6)], PLAIN)[0].body
    listed = messages([alert(f"{n} {FRENCH}", id=str(n)) for n in range(7)], PLAIN)[0].body
    assert full.count("أمن") == 6
    assert listed.count("أمن") == 1


def test_a_list_is_grouped_by_rule_and_source_with_high_priority_first():
    given = [
        alert(f"titre {n}", id=str(n), rule="ports" if n % 2 else "élections", source=f"s{n % 3}", high_priority=n == 7)
        for n in range(8)
    ]
    body = INVISIBLE.sub("", messages(given, PLAIN, "fr")[0].body)
    assert [line for line in body.split("\n") if "·" in line] == [
        "8 titres · 13:05",
        "prioritaire · ports · s1",
        "élections · s0",
        "élections · s2",
        "élections · s1",
        "ports · s1",
        "ports · s0",
        "ports · s2",
    ]


def test_the_line_of_a_list_has_the_time_and_the_linked_headline_and_says_that_it_was_edited():
    given = [alert(id=str(n)) for n in range(6)] + [alert(id="7", kind=ChangeKind.EDITED, previous_title="قديم")]
    text, entities = parse_entities(messages(given, TELEGRAM, "ar")[0].body)
    lines = INVISIBLE.sub("", text).split("\n")
    assert lines[0] == "عدد العناوين: 7 · 13:05"
    assert lines[-2:] == [f"13:05 {ARABIC}", f"13:05 {ARABIC} · عُدّل"]
    assert [entity.url for entity in entities if entity.tag == "a"] == [URL] * 7


def test_a_list_names_the_flood_that_is_held_and_the_site_that_told_a_story_first():
    given = [alert(id=str(n)) for n in range(5)]
    given += [alert(id="6", held_beside=31), alert(id="7", same_story=("Le Rivage", FRENCH))]
    body = INVISIBLE.sub("", messages(given, PLAIN)[0].body)
    assert f"{ARABIC} · 31 more appeared at once" in body
    assert f"{ARABIC} · same story as on Le Rivage" in body


def test_a_list_of_two_days_says_both_and_the_day_of_each_headline():
    given = [alert(id=str(n), seen_at=NOW - timedelta(hours=12 * n)) for n in range(7)]
    body = INVISIBLE.sub("", messages(given, PLAIN)[0].body)
    assert "7 headlines · 2026-02-27 13:05 – 13:05" in body
    assert f"2026-03-01 13:05 {ARABIC}" in body


def test_titles_of_a_list_are_cut_when_that_saves_a_message():
    long = [alert(f"{n:02} " + "très long titre " * 6, id=str(n)) for n in range(45)]
    (message,) = messages(long, TELEGRAM)
    assert len(message.alert_ids) == 45
    assert "…" in message.body
    assert "…" not in messages(long[:20], TELEGRAM)[0].body


@pytest.mark.parametrize("style", STYLES)
@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_title_source_and_rule_are_harmless_in_a_list_too(name, style):
    evil = HOSTILE[name]
    given = [alert(evil, id=str(n), source=evil, rule=evil) for n in range(7)]
    for message in messages(given, STYLES[style]):
        assert STYLES[style].size(message.body) <= STYLES[style].brief_limit
        assert not re.search(r"[\x00-\x09\x0b-\x1a\x1c-\x1f\u202a-\u202e]", message.body)
        if style == "telegram":
            _, entities = parse_entities(message.body)
            assert {entity.tag for entity in entities} <= {"a", "b"}
            assert {entity.url for entity in entities if entity.tag == "a"} == {URL}
        if style == "discord":
            _, links, mentions, styled = parse_markdown(message.body)
            assert (set(links), mentions, len(styled)) == ({URL}, [], 1)


def test_high_priority_stands_first_and_otherwise_the_order_stays():
    alerts = [alert(f"titre {n}", id=str(n), high_priority=n in {3, 5}) for n in range(7)]
    (message,) = messages(alerts, TELEGRAM)
    assert message.alert_ids == ("3", "5", "0", "1", "2", "4", "6")


@pytest.mark.parametrize("lang", WORDS)
def test_mixed_lists_keep_each_headline_in_its_own_direction(lang):
    (message,) = messages([alert(), alert(FRENCH)], TELEGRAM, lang)
    arabic, french = (next(line for line in message.body.split("\n") if title in line) for title in (ARABIC, FRENCH))
    assert arabic.startswith(RLM)
    assert french.startswith(FSI)


def test_nothing_to_tell_makes_no_message():
    assert messages([], TELEGRAM) == []


# --- hostile and oversized -------------------------------------------------------------------------------


@pytest.mark.parametrize("style", STYLES)
@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_title_fits_and_is_told(style, name):
    (message,) = messages([alert(HOSTILE[name])], STYLES[style])
    assert message.alert_ids
    assert units(message.body) <= STYLES[style].limit
    message.body.encode()
    assert not re.search(r"[\x00-\x09\x0b-\x1a\x1c-\x1f\x7f-\x9f\u202a-\u202e\u2066\u2067]", message.body)
    assert message.body.count(FSI) == message.body.count(PDI)


@pytest.mark.parametrize("style", STYLES)
@pytest.mark.parametrize("name", ["long", "long Arabic", "one word", "emoji at the cut"])
def test_a_very_long_title_is_cut_with_a_mark_and_keeps_its_beginning(style, name):
    assert re.search(re.escape(HOSTILE[name][:50]) + "[^<>\n]*…", body(alert(HOSTILE[name]), STYLES[style]))


@pytest.mark.parametrize("name", HOSTILE)
def test_telegram_shows_a_hostile_title_as_text(name):
    text, entities = parse_entities(body(alert(HOSTILE[name]), TELEGRAM))
    assert [(e.tag, e.url) for e in entities] == [("a", URL)]
    assert not re.search(r"@\w", text)


@pytest.mark.parametrize("name", HOSTILE)
def test_discord_shows_a_hostile_title_as_text(name):
    text, links, mentions, styled = parse_markdown(body(alert(HOSTILE[name], url=None), DISCORD))
    assert (links, mentions, styled) == ([], [], [])
    assert not re.search(r"^\s*(#|>|-)", text.split("\n")[0])


@pytest.mark.parametrize("name", HOSTILE)
def test_mail_shows_a_hostile_title_as_text(name):
    page = Page()
    page.feed(body(alert(HOSTILE[name]), MAIL))
    assert page.links == [URL, URL]
    assert set(page.tags) <= {"div", "a", "small"}


@pytest.mark.parametrize("name", HOSTILE)
def test_the_terminal_gets_no_escape_from_a_title(name):
    assert "\x1b" not in body(alert(HOSTILE[name]), TERMINAL_WITHOUT_COLOURS)
    assert set(re.findall(r"\x1b\[[\d;]*.", body(alert(HOSTILE[name]), TERMINAL))) <= {"\x1b[2m", "\x1b[22m"}


@pytest.mark.parametrize("style", STYLES)
@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_sources_rules_words_and_former_titles_are_as_harmless_as_titles(style, name):
    evil = HOSTILE[name]
    given = alert(source=evil, rule=evil, kind=ChangeKind.EDITED, previous_title=evil, url=f"https://a.example/{evil}")
    text = body(given, STYLES[style])
    assert units(text) <= STYLES[style].limit
    assert not re.search(r"[\x00-\x09\x0b-\x1a\x1c-\x1f\u202a-\u202e]", text)
    if style == "telegram":
        _, entities = parse_entities(text)
        assert all(entity.tag == "a" and entity.url == safe_url(given.change.headline.url) for entity in entities)
    if style == "discord":
        _, links, mentions, styled = parse_markdown(text)
        assert (mentions, styled) == ([], [])
        assert links in ([], [safe_url(given.change.headline.url)])


def test_a_headline_without_an_address_has_no_link():
    assert "<a" not in body(alert(url=None), TELEGRAM)
    assert "](" not in body(alert(url="javascript:alert(1)"), SLACK)


def test_a_title_is_cut_before_its_link_is_given_up():
    long = alert("كلمة " * 2000, url="https://a.example/" + "x" * 1300)
    _, links, _, _ = parse_markdown(body(long, DISCORD))
    assert links == [long.change.headline.url]


# --- messages that waited -------------------------------------------------------------------------------


@pytest.mark.parametrize("style", STYLES)
def test_a_message_that_waited_says_when_it_was_written(style):
    note = late_note(NOW - timedelta(hours=30), NOW, zone=ZONE, words=WORDS["en"], style=STYLES[style])
    assert "delayed message, written at 2026-03-01 07:05" in INVISIBLE.sub("", note).replace("\\", "")


def test_a_message_that_did_not_wait_says_nothing():
    assert late_note(NOW - timedelta(minutes=2), NOW, zone=ZONE, words=WORDS["en"], style=PLAIN) == ""
