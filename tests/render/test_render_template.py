from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta

import pytest
from servers.discord import parse_markdown
from servers.samples import ARABIC, FRENCH, HOSTILE, NOW, URL, ZONE, alert
from servers.telegram import parse_entities

pytest.importorskip("jinja2", reason="the extra `templates` is not installed")

from monitor.model import Article, ChangeKind
from monitor.render.filled import Templates
from monitor.render.marks import isolated, lines
from monitor.render.mistakes import mistakes
from monitor.render.options import TemplateTexts, WrittenOptions
from monitor.render.safe import FSI, LRM, PDI, RLM, units
from monitor.render.styles import DISCORD, MAIL, NTFY, PLAIN, SLACK, TELEGRAM, TERMINAL_WITHOUT_COLOURS
from monitor.render.template import LONGEST_OUTPUT, TemplateFailed, read
from monitor.render.values import TITLE_VARIABLES, VARIABLES
from monitor.render.writer import Writer, writer

STYLES = {
    "telegram": TELEGRAM,
    "slack": SLACK,
    "discord": DISCORD,
    "mail": MAIL,
    "plain": PLAIN,
    "ntfy": NTFY,
    "terminal": TERMINAL_WITHOUT_COLOURS,
}
INVISIBLE = re.compile(f"[{FSI}{PDI}{LRM}{RLM}\u200b]")
EVERYTHING = """\
{% for rule in rules %}{{ loop.index }}. {{ rule }}{% if not loop.last %}; {% endif %}{% endfor %}
{{ headline | bold | link }}
{{ headline | cut(30) | upper }} {{ source }} {{ section }} {{ time }} {{ first_seen }} {{ published }} {{ late }}
{{ words }} {{ words | join(" / ") }} {{ rules | first }} {{ rules | length }} {{ kind }} {{ held }}
{{ previous }}
{{ lead }}
{{ story_source }} {{ story_headline }}
{{ facts }}
{{ url }}
"""


def options(template, lang="en"):
    return WrittenOptions(name="desk", type="console", template=template, lang=lang)


def written(template, alerts, style=PLAIN, lang="en", now=NOW):
    writes = writer(options(template, lang), ZONE, style)
    made = writes.render(alerts, now)
    assert writes.trouble is None
    return made


def body(template, given, style=PLAIN, lang="en"):
    (message,) = written(template, [given], style, lang)
    return message.body


def seen(template, given, style=PLAIN, lang="en"):
    return INVISIBLE.sub("", body(template, given, style, lang))


# --- what an editor gets --------------------------------------------------------------------------------


def test_an_alert_is_written_as_the_template_says():
    assert seen("{{ source }} » {{ headline }}", alert(FRENCH, source="Le Rivage")) == f"Le Rivage » {FRENCH}"


def test_lines_of_tags_alone_leave_no_line_and_lines_without_a_value_neither():
    template = "{{ headline }}\n{% if edited %}\n{{ previous }}\n{% endif %}\n{{ lead }}\n{{ time }}"
    assert seen(template, alert(FRENCH)) == f"{FRENCH}\n13:05"


def test_a_tag_at_the_end_of_a_line_does_not_swallow_the_line_break():
    template = "{{ headline }}{% if late %} ({{ late }}){% endif %}\n{% if held %}\n{{ held }}\n{% endif %}\n{{ time }}"
    assert seen(template, alert(FRENCH, held_beside=3)) == f"{FRENCH}\n3\n13:05"


def test_a_blank_line_of_the_template_stays_between_two_others():
    assert seen("\n{{ headline }}\n\n\n{{ time }}\n\n{{ lead }}", alert(FRENCH)) == f"{FRENCH}\n\n13:05"


def test_the_same_template_links_and_marks_in_the_markup_of_each_service():
    given, template = alert("Grève à Fès", hits=("Fès",)), "{{ headline | link }}"
    assert (
        body(template, given, TELEGRAM)
        == f'{LRM}{FSI}<a href="{URL.replace("&", "&amp;")}">Grève à <b>Fès</b></a>{PDI}'
    )
    assert body(template, given, SLACK) == f"{LRM}{FSI}[Grève à **Fès**](<{URL}>){PDI}"
    assert body(template, given, DISCORD) == f"{LRM}{FSI}[Grève à **Fès**](<{URL}>){PDI}"
    assert body(template, given, PLAIN) == f"{LRM}{FSI}Grève à Fès{PDI}\n{LRM}{URL}"


def test_where_links_have_no_text_the_address_is_spelled_once():
    assert body("{{ headline | link }} {{ source | link }}", alert(FRENCH), PLAIN).count(URL) == 1
    assert body("{{ headline | link }}\n{{ url }}", alert(FRENCH), PLAIN).count(URL) == 1
    assert seen("{{ headline | link }}", alert(FRENCH), MAIL).count(f">{URL.replace('&', '&amp;')}</a>") == 1


def test_a_headline_without_an_address_has_no_link():
    assert "<a" not in body("{{ headline | link }} {{ url }}", alert(url=None), TELEGRAM)


def test_lists_numbers_and_conditions_of_several_names():
    given = alert(FRENCH, hits=("Séisme", "Fès"), held_beside=3)
    template = "{{ words }} {{ words | join(' + ') }} {{ held }} {% if held > 2 and kind in ('new',) %}{{ headline }}{% endif %}"
    assert seen(template, given, lang="ar") == f"Séisme، Fès Séisme + Fès 3 {FRENCH}"


def test_the_line_of_a_list_and_the_title_have_templates_of_their_own():
    texts = TemplateTexts(
        line="{{ time }} {{ headline | link }} ({{ source }})", title="{{ count }}: {{ headline | cut(9) }}"
    )
    (message,) = written(texts, [alert(FRENCH, id=str(n)) for n in range(7)], TELEGRAM)
    text, entities = parse_entities(message.body)
    assert INVISIBLE.sub("", text).split("\n")[-1] == f"13:05 {FRENCH} (أصداء الأطلس)"
    assert {entity.url for entity in entities if entity.tag == "a"} == {URL}
    assert message.title == "7: Séisme :…"


def test_the_former_text_the_first_site_and_the_facts_can_be_shown():
    given = alert(FRENCH, kind=ChangeKind.EDITED, previous_title="Avant", same_story=("Le Rivage", "Ailleurs"))
    template = "{{ headline }}\n{{ previous }} | {{ story_source }} | {{ story_headline }}\n{{ facts }}"
    assert seen(template, given).split("\n")[1:] == [
        "Avant | Le Rivage | Ailleurs",
        "أصداء الأطلس · ticker · first seen 13:05 · edited 13:05 · rule: أمن",
    ]


# --- direction ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("template", "mark"),
    [
        ("{{ headline }}", RLM),
        ("🔴 {{ headline }}", RLM),
        ("URGENT {{ headline }}", LRM),
        ("{{ rule }} {{ time }} – {{ headline }}", RLM),
    ],
)
def test_a_line_runs_as_the_words_of_the_template_or_else_as_what_it_shows(template, mark):
    assert body(template, alert(rule="security")).startswith(mark)


def test_every_value_is_isolated_from_its_surroundings_and_an_address_is_left_alone():
    shown = body("{{ source }}: {{ headline }} {{ url }}", alert(FRENCH, source="صدى"))
    assert shown == f"{LRM}{FSI}صدى{PDI}: {FSI}{FRENCH}{PDI} {URL}"
    assert isolated(isolated("ا")) == isolated("ا")


def test_mail_has_a_block_in_its_own_direction_for_every_line():
    assert body("{{ headline }}\nÀ lire", alert(), MAIL) == (
        f'<div dir="rtl">{FSI}{ARABIC}{PDI}</div><div dir="ltr">À lire</div>'
    )


# --- hostile and oversized ------------------------------------------------------------------------------


@pytest.mark.parametrize("style", STYLES)
@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_headline_can_break_no_markup(name, style):
    evil = HOSTILE[name]
    given = alert(
        evil, source=evil, rule=evil, previous_title=evil, kind=ChangeKind.EDITED, article=Article(lead=evil),
        same_story=(evil, evil),
    )  # fmt: skip
    text = body(EVERYTHING, given, STYLES[style])
    assert units(text) <= STYLES[style].limit
    assert not re.search(r"[\x00-\x09\x0b-\x1a\x1c-\x1f\u202a-\u202e]", text)
    assert text.count(FSI) == text.count(PDI)
    if style == "telegram":
        shown, entities = parse_entities(text)
        assert {entity.url for entity in entities if entity.tag == "a"} <= {URL}
        assert {entity.tag for entity in entities} <= {"a", "b"}
        assert not re.search(r"@\w", shown)
    if style == "discord":
        _, links, mentions, _ = parse_markdown(text)
        assert (set(links) <= {URL}, mentions) == (True, [])
    if style == "mail":
        assert set(re.findall(r"</?(\w+)", text)) <= {"div", "a", "b", "br"}


@pytest.mark.parametrize("style", STYLES)
def test_markup_in_the_texts_of_a_template_is_shown_as_it_is(style):
    text = body("5 < 6 & @all *x* _y_ {{ headline }}", alert(FRENCH), STYLES[style])
    if style == "telegram":
        assert parse_entities(text)[0].startswith(f"{LRM}5 < 6 & @\u200ball *x* _y_ ")
    if style == "discord":
        assert parse_markdown(text)[2:] == ([], [])


@pytest.mark.parametrize("style", STYLES)
def test_templated_alerts_are_split_between_headlines_and_none_is_left_out(style):
    given = [alert(f"{n} " + "mot " * 200, id=str(n)) for n in range(6)]
    made = written("{{ headline | bold | link }}\n{{ facts }}", given, STYLES[style])
    assert [one for message in made for one in message.alert_ids] == ["0", "1", "2", "3", "4", "5"]
    for message in made:
        assert units(message.body) <= STYLES[style].limit
        numbers = re.findall(r"(\d) (?:\*\*)?mot ", INVISIBLE.sub("", message.body))
        assert numbers == list(message.alert_ids)


def test_a_headline_is_cut_when_its_template_is_too_long_otherwise():
    narrow = replace(PLAIN, limit=300)
    shown = seen("{{ headline }} " + "x" * 100, alert("mot " * 100), narrow)
    assert (len(shown) < 250, "…" in shown) == (True, True)


def test_a_template_that_never_fits_gives_way_to_the_built_in_form():
    shown = seen("{{ headline }} " + "x" * 300, alert(FRENCH), replace(PLAIN, limit=400))
    assert FRENCH in shown
    assert "xxx" not in shown


# --- what a template may not do -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("template", "said", "hint", "word"),
    [
        ("{{ headlin }}", "there is no 'headlin' to show", "did you mean 'headline'?", "headlin"),
        ("{{ headline | blod }}", "there is no filter 'blod'", "did you mean 'bold'?", "blod"),
        ("{{ headline | safe }}", "there is no filter 'safe'", "filters are: ", "safe"),
        ("{{ edited }}", "'edited' is a yes or no, which cannot be shown", "{% if edited %}", "edited"),
        ("{{ source }}", "the template never shows the headline", "write {{ headline }}", ""),
        ("<b>{{ headline }}</b>", "'<b>' would be shown as it is", "{{ headline | bold }}", "<b>"),
        ("**{{ headline }}**", "'**' would be shown as it is", "{{ headline | bold }}", "**"),
        ("{{ headline }", "not a template: unexpected '}'", "every {{ needs its }}", "}"),
        ("{% if edited %}{{ headline }}", "not a template: unexpected end", "{% endif %}", "if"),
        ("{{ headline }}{% endif %}", "not a template: encountered unknown tag 'endif'", "not begun above", "endif"),
        ("{{ headline.__class__ }}", "'.__class__' cannot be used", "loop.first", ".__class__"),
        ("{{ headline.upper() }}", "'(' cannot be used", "a template may use", "("),
        ("{{ rules[0] }}", "'[' cannot be used", "a template may use", "["),
        ("{{ headline * 9 }}", "'*' cannot be used", "a template may use", "*"),
        ("{{ 9 ** 9 ** 9 }}", "'**' cannot be used", "a template may use", "**"),
        ("{% for n in range(9) %}{{ n }}{% endfor %}", "a loop can only go over a list", "rules, words", "for"),
        ("{% for c in headline %}{{ c }}{% endfor %}", "a loop can only go over a list", "rules, words", "for"),
        ("{% include '/etc/passwd' %}", "{% include %} cannot be used", "a template may use", "include"),
        ("{% set a = headline %}", "{% set %} cannot be used", "a template may use", "set"),
        ("{% macro m() %}{% endmacro %}", "{% macro %} cannot be used", "a template may use", "macro"),
        ("{{ headline is defined }}", "'is' cannot be used", "a template may use", "is"),
        ("{{ headline if edited }}", "this 'if' has no 'else'", "write {{ lead if lead", "if"),
        ("{{ headline | cut(held) }}", "'cut' is given something unexpected", "such as cut(80)", "cut"),
        ("{{ " + "(" * 3000 + "headline" + ")" * 3000 + " }}", "the template is nested too deeply", "None", ""),
        ("{{ headline }}" * 2000, "the template is longer than 10,000 characters", "None", ""),
    ],
)  # fmt: skip
def test_a_mistake_is_named_with_its_word_and_a_hint(template, said, hint, word):
    first, *_ = mistakes(template, VARIABLES, "headline")
    assert first.message.startswith(said)
    assert hint in str(first.hint)
    assert first.word == word


def test_loops_stand_in_one_another_twice_at_most():
    inner = "{{ headline }}"
    for name in ("a", "b", "c"):
        inner = f"{{% for {name} in rules %}}{inner}{{% endfor %}}"
        found = mistakes(inner, VARIABLES, "headline")
        assert [mistake.message for mistake in found] == (["this loop is not simple enough"] if name == "c" else [])


def test_a_mistake_stands_at_the_place_of_its_word_and_not_where_the_same_letters_stood_before():
    (found,) = mistakes("tim {{ time }}\ntim {{ headline }} {{ tim }}", VARIABLES, "headline")
    assert (found.line, found.word) == (2, "tim")
    text = "tim {{ time }}\ntim {{ headline }} {{ tim }}"
    assert [m.start() for m in re.finditer("tim", text)][found.nth] == text.rindex("tim")


def test_count_is_known_to_titles_only():
    assert not mistakes("{{ count }}", TITLE_VARIABLES)
    assert mistakes("{{ headline }} {{ count }}", VARIABLES, "headline")


def test_a_template_that_writes_without_end_is_stopped():
    values = {"rules": ("r" * 100,) * 500, "headline": "x"}
    with pytest.raises(TemplateFailed, match=f"more than {LONGEST_OUTPUT:,}"):
        read("{% for a in rules %}{% for b in rules %}{{ b }}{% endfor %}{% endfor %}").fill(values)


def test_marks_that_were_cut_in_two_are_harmless():
    (line,) = lines("\x03a\x01b\x04c\x02\x02d\x01")
    assert "".join(part.text for part in line.parts) == "abcd"


# --- when one fails while it is used --------------------------------------------------------------------


class Broken:
    def fill(self, values):
        raise TemplateFailed("no such thing")


@pytest.mark.parametrize("part", ["alert", "line", "title"])
def test_a_template_that_fails_gives_way_to_the_built_in_form_and_says_so(part):
    given = [alert(FRENCH, id=str(n)) for n in range(7 if part == "line" else 1)]
    plain = writer(options(None), ZONE, MAIL)
    failing = Writer(zone=ZONE, words=plain.words, style=MAIL, templates=Templates(**{part: Broken()}))
    assert failing.render(given, NOW) == plain.render(given, NOW)
    assert failing.trouble == "its template cannot be used, alerts have the built-in form: no such thing"
    assert plain.trouble is None


def test_a_value_that_is_of_the_wrong_sort_is_a_failure_of_the_template():
    with pytest.raises(TemplateFailed):
        read("{{ headline }}{% if headline > 3 %}x{% endif %}").fill({"headline": "x"})


def test_a_late_alert_says_how_late():
    made = written("{{ headline }} {{ late }}", [alert(FRENCH, seen_at=NOW - timedelta(hours=3))], lang="fr")
    assert INVISIBLE.sub("", made[0].body) == f"{FRENCH} il y a 3 h"
