"""What a good file becomes, and what a file may look like."""

from __future__ import annotations

import os
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from time import process_time

import pytest
from config_world import GOOD, default_endpoints

from monitor.config.load import warnings
from monitor.errors import ConfigError
from monitor.values import Duration


def _rule(any_: str) -> str:
    return GOOD.replace('[الأمن, "حد السوالم"]', any_)


def test_a_good_file_becomes_what_it_says(read):
    config = read(GOOD)
    source, rule, channel = config.sources[0], config.rules[0], config.channels[0]
    assert (config.timezone, config.workers, config.retention) == ("Africa/Casablanca", 32, Duration(days=90))
    assert (source.name, source.every, source.enabled) == ("sada", Duration(seconds=30), True)
    assert [(e.type, e.url) for e in source.endpoints] == [
        ("html", "https://sada.example"),
        ("feed", "https://sada.example/feed"),
    ]
    assert source.endpoints[0].ticker.items == ".bar a"
    assert (rule.any, rule.none, rule.notify) == (("الأمن", "حد السوالم"), ("الأمن الغذائي",), ("desk",))
    assert (channel.type, channel.rate.per) == ("apprise", timedelta(minutes=1))


@pytest.mark.parametrize(
    "word", ["no", "on", "yes", "12:30", "1:30", "2026-11-23", "010", "0777", "0x1F", "1_000", "1e5", ".5", ".inf"]
)
def test_what_looks_like_a_word_is_that_word(read, word):
    assert read(_rule(f"[{word}]")).rules[0].any == (word,)


@pytest.mark.parametrize("written", ["2026", "-5", "1.50", "true", "False", "123456789012345678901234567890"])
def test_numbers_and_booleans_among_words_are_the_words_as_written(read, written):
    assert read(_rule(f"[الأمن, {written}]")).rules[0].any == ("الأمن", written)


def test_a_name_may_be_a_number(read):
    text = GOOD.replace("name: desk", "name: 24").replace("[desk]", "[24]")
    assert read(text).channels[0].name == "24"


@pytest.mark.parametrize(("written", "expected"), [("الأمن", ("الأمن",)), ("2026", ("2026",)), ("no", ("no",))])
def test_a_lone_value_is_a_list_of_one(read, written, expected):
    assert read(_rule(written)).rules[0].any == expected


def test_lone_values_work_wherever_texts_are_listed(read):
    text = GOOD.replace("notify: [desk]", "notify: desk\n    sources: sada") + "allow_private: 10.0.0.0/8\n"
    config = read(text.replace("rate: 20/min", 'digest: "08:00"'))
    assert (config.rules[0].notify, config.rules[0].sources) == (("desk",), ("sada",))
    assert config.allow_private == ("10.0.0.0/8",)
    assert len(config.channels[0].digest) == 1


def test_a_rule_can_say_more_about_its_words(read):
    more = """
    near: {words: [réforme, retraites], within: 3}
    also: {الأمن: الدرك, حد السوالم: [Had Soualem, "السوالم"]}
    family: true
    lang: [ar, fr]
    notify: [desk]"""
    text = GOOD.replace("\n    notify: [desk]", more).replace("every: 30s", "lang: ar")
    rule = read(text).rules[0]
    assert (rule.near.words, rule.near.within) == (("réforme", "retraites"), 3)
    assert rule.also == {"الأمن": ("الدرك",), "حد السوالم": ("Had Soualem", "السوالم")}
    assert (rule.family, rule.lang, read(text).sources[0].lang) == (True, ("ar", "fr"), ("ar",))


def test_a_list_of_numbers_stays_numbers(read):
    text = GOOD.replace("{type: html,", "{type: html, pages: [1, 2],")
    assert read(text).sources[0].endpoints[0].pages == (1, 2)


def test_a_text_where_one_or_several_are_allowed_stays_a_text(read):
    text = GOOD.replace('{items: ".bar a"}', '{items: ".bar a", title: h2}')
    assert read(text).sources[0].endpoints[0].ticker.title == "h2"


def test_a_quoted_number_is_no_number(told):
    assert "workers: expected a whole number, found '32'" in told(GOOD + "workers: '32'\n")


@pytest.mark.parametrize(
    "dressed",
    [
        "\ufeff" + GOOD,
        GOOD.replace("\n", "\r\n"),
        "\ufeff" + GOOD.replace("\n", "\r\n"),
        "---\n" + GOOD + "...\n",
        "%YAML 1.1\n---\n" + GOOD,
        GOOD.rstrip("\n"),
    ],
)
def test_the_dress_of_a_file_does_not_matter(read, dressed):
    assert read(dressed) == read(GOOD)


def test_line_numbers_hold_in_files_with_windows_line_ends(told):
    text = ("\ufeff" + GOOD + "workers: 0\n").replace("\n", "\r\n")
    assert told(text).startswith(f"monitor.yaml:{GOOD.count(chr(10)) + 1}:10: workers: ")


def test_endpoints_without_a_name_are_named_after_their_kind(read):
    more = "      - {type: feed, url: https://sada.example/%s}\n"
    text = GOOD.replace(
        "rules:", f"{more % 'a'}      - {{type: feed, name: feed-2, url: https://sada.example/b}}\nrules:"
    )
    assert [e.name for e in read(text).sources[0].endpoints] == ["html", "feed", "feed-3", "feed-2"]


def test_a_known_site_gets_its_endpoints(read):
    text = GOOD.replace("sources:\n", "sources:\n  - {name: k, url: https://known.example}\n")
    found = read(text).sources[0].endpoints
    assert [e.name for e in found] == ["html", "feed", "feed-2"]
    assert [replace(e, name=None) for e in found] == list(default_endpoints("https://known.example"))


def test_a_site_nobody_knows_starts_with_its_page_and_is_discovered_unless_that_is_switched_off(read):
    unknown = "sources:\n  - {name: u, url: https://other.example%s}\n"
    (page,), found = (source := read(GOOD.replace("sources:\n", unknown % "")).sources[0]).endpoints, source.discover
    assert (page.name, page.url, found) == ("html", "https://other.example", True)
    assert not read(GOOD.replace("sources:\n", unknown % ", discover: false")).sources[0].discover


def test_a_source_with_endpoints_is_discovered_only_when_it_says_so(read):
    assert read(GOOD).sources[0].discover is False
    assert read(GOOD.replace("    endpoints:", "    discover: true\n    endpoints:")).sources[0].discover


def test_a_channel_with_an_address_needs_no_type(read):
    text = GOOD.replace('url: "${CHAT}"', 'urls: ["${CHAT}", "json://example.org"]')
    assert [channel.type for channel in read(text).channels] == ["apprise"]


def test_all_problems_are_told_at_once_in_the_order_of_the_file(told):
    text = GOOD.replace("Africa/Casablanca", "Africa/Nowhere").replace("every: 30s", "every: 1s")
    said = told(text.replace("notify: [desk]", "notify: [disk]").replace("20/min", "often") + "workers: 0\n")
    places = [line.split(": ")[1] for line in said.splitlines() if line.startswith("monitor.yaml:")]
    assert places == ["timezone", "sources.0.every", "rules.0.notify.0", "channels.0.rate", "workers"]


def test_thousands_of_problems_are_cut_short(told):
    said = told(GOOD.replace('[الأمن, "حد السوالم"]', "[" + ", ".join(["'!'"] * 1000) + "]"))
    assert said.splitlines()[-1] == "monitor.yaml: and 800 more problems"


def test_a_mistake_in_one_key_does_not_hide_those_in_others(told):
    said = told(GOOD.replace("every: 30s", "evry: 30s\n    allow_private: 10.0.0.1/8"))
    assert "unknown key 'evry'" in said
    assert "'10.0.0.1/8' is not a network" in said


def test_a_wrong_list_of_words_is_not_called_missing(told):
    assert "no words" not in told(_rule("{a: b}"))


def test_an_abbreviation_and_the_word_spelled_like_it_are_two(read):
    config = read(_rule("[RAM, ram]").replace("[الأمن الغذائي]", "[RAMADAN]"))
    assert config.rules[0].any == ("RAM", "ram")


def test_a_name_of_a_hundred_characters_is_the_longest(read, told):
    assert read(GOOD.replace("name: sada", f"name: {'s' * 100}")).sources[0].name == "s" * 100
    assert "the name is longer than 100 characters" in told(GOOD.replace("name: sada", f"name: {'s' * 101}"))


def test_a_site_whose_address_is_missing_is_not_called_unknown(told):
    said = told(GOOD.replace("sources:\n", 'sources:\n  - {name: k, url: "${NOPE}"}\n'))
    assert said.count("monitor.yaml:") == 1


def test_nothing_is_doubted_in_a_good_file(read):
    assert warnings(read(GOOD)) == []


def test_a_channel_that_nobody_uses_is_doubted(read):
    config = read(GOOD + "  - {name: spare, type: console}\n")
    assert warnings(config) == ["channel 'spare': no rule notifies it"]
    operated = read(GOOD + "  - {name: spare, type: console}\noperator: spare\n")
    assert warnings(operated) == []


def test_a_source_that_no_rule_covers_is_doubted(read):
    text = GOOD.replace("sources:\n", "sources:\n  - {name: k, url: https://known.example}\n")
    assert warnings(read(text.replace("notify:", "sources: [k]\n    notify:"))) == [
        "source 'sada': no rule covers it, so nothing on it can alert"
    ]


def test_a_file_that_polls_nothing_is_doubted(read):
    config = read(GOOD.replace("every: 30s", "enabled: false"))
    assert warnings(config) == ["every source has enabled: false, so nothing is polled"]


# --- the file itself -----------------------------------------------------------------------------------


def test_a_file_is_loaded_from_disk(read_file, tmp_path):
    path = tmp_path / "monitor.yaml"
    path.write_text(GOOD, "utf-8")
    assert read_file(path).sources[0].name == "sada"


@pytest.mark.parametrize(
    ("make", "message", "hint"),
    [
        (lambda _: None, "there is no such file", "headline-monitor init --config "),
        (lambda path: path.mkdir(), "this is a folder", "name the file: "),
        (lambda path: path.symlink_to(path), "cannot be read: Too many levels of symbolic links", ""),
        (lambda path: path.symlink_to("nowhere"), "there is no such file", "headline-monitor init --config "),
        (lambda path: path.write_text("x: " + "y" * (1 << 20)), "the file is larger than 1024 KiB", "right file"),
        (lambda path: path.symlink_to("/dev/zero"), "the file is larger than 1024 KiB", "right file"),
        (lambda path: path.symlink_to("/dev/null"), "the file is empty", "headline-monitor init"),
    ],
)
def test_a_file_that_cannot_be_read_says_why(read_file, tmp_path, make, message, hint):
    path = tmp_path / "monitor.yaml"
    make(path)
    with pytest.raises(ConfigError) as caught:
        read_file(path)
    assert str(caught.value).startswith(f"{path}: {message}")
    assert hint in str(caught.value)


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_file_without_permission_says_so(read_file, tmp_path):
    path = tmp_path / "monitor.yaml"
    path.write_text(GOOD, "utf-8")
    path.chmod(0)
    with pytest.raises(ConfigError, match="no permission to read it"):
        read_file(path)


def test_an_impossible_path_is_a_problem_like_others(read_file):
    with pytest.raises(ConfigError, match="cannot be read"):
        read_file(Path("a\0b"))


def test_a_large_newsroom_loads_quickly(read):
    """2,000 sources with three endpoints each; a guard against quadratic work, generous for slow machines."""
    source = """\
  - name: s{0}
    url: https://s{0}.example
    every: 30s
    timezone: Europe/Paris
    endpoints:
      - {{type: html, url: "https://s{0}.example", ticker: {{items: ".bar a"}}}}
      - {{type: feed, url: https://s{0}.example/feed}}
      - {{type: feed, url: https://s{0}.example/more}}
"""
    text = GOOD.replace("sources:\n", "sources:\n" + "".join(source.format(n) for n in range(2000)))
    start = process_time()
    assert len(read(text).sources) == 2001
    assert process_time() - start < 2.0


def test_a_large_newsroom_full_of_mistakes_is_told_quickly(told):
    source = "  - {{nam: s{0}, url: s{0}.example, timezone: Europe/Pairs, every: 1, endpoints: [{{type: fed}}]}}\n"
    text = GOOD.replace("sources:\n", "sources:\n" + "".join(source.format(n) for n in range(2000)))
    start = process_time()
    assert "more problems" in told(text)
    assert process_time() - start < 5.0
