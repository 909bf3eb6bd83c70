"""Regular expressions of editors: what they find, what they may not be, and what they cost at most."""

import random
import re
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.match.pattern import Text, compile_pattern
from monitor.match.translation import WrongPattern
from monitor.text import fold

HOSTILE = ["ا" * 10_000, "ابتث " * 2_000, "a" * 9_999 + "!", "ab ab " * 1_600, "\ud800" * 100 + "ا" * 9_900]
COSTLY = [
    r"(ا+)+$",
    r"(a|aa)+$",
    r"(\w+\s?)*!",
    r"^(([a-z])+.)+[A-Z]([a-z])+$",
    r"(?:ا?){100}ا{100}",
    r"(?:ا|ب|ت| )*ا(?:.){100}[جد]?(?:.){100}x",
    r".*.*.*.*.*.*=.*",
    r"(\w+ ){20}x",
]


def found(pattern, title, *, folded=True, ignore_case=False):
    compiled = compile_pattern(pattern, folded=folded, ignore_case=ignore_case)
    text = fold(title)
    ready = Text(text.text, text.offsets) if folded else Text(title, range(len(title) + 1))
    return [title[start:end] for start, end in compiled.find(ready)]


@pytest.mark.parametrize(
    ("pattern", "title", "pieces"),
    [
        (r"\bملك\b", "الملك و ملك «مَلِكٌ»", ["ملك", "مَلِكٌ"]),
        (r"\bقتل.*مغرب\b", "قتل في مغرب اليوم", ["قتل في مغرب"]),
        (r"\bعاجل\b\s*:", "عاجل : خبر", ["عاجل :"]),
        (r"^مقتل \d+$", "مقتل ٣", ["مقتل ٣"]),
        (r"\w+ \w+$", "la grève générale", ["grève générale"]),
        (r"[\w-]+", "ab-اب !", ["ab-اب"]),
        (r"\W\d", "رقم-7", ["-7"]),
        (r"\S+\D", "ab c1", ["ab "]),
        (r"\p{Arabic}+", "ab الأمن", ["الأمن"]),
        (r"\P{Latin}{2}", "ab،،c", ["،،"]),
        (r"[أ-ي]{3}", "الأ ab", ["الأ"]),
        (r"[À-Ÿa-z]+", "élève", ["élève"]),
        (r"(?P<who>UN|EU)\.", "the EU.", ["EU."]),
        (r"(?i:UN)", "a un", ["un"]),
        (r"œuvre", "chef-d'oeuvre", ["oeuvre"]),
        (r"مَلِك", "ملك", ["ملك"]),
        (r"\x41\u0627\.\-", "aا.-", ["aا.-"]),
        (r"[\x41-\x43\u0627-\u0628-]+", "x-ABاب", ["-ABاب"]),
        (r"a{,2}b", "aaab", ["aab"]),
        (r"{a}", "{a}", ["{a}"]),
        (r"\Aa.\Z", "a\x01", ["a\x01"]),
        (r"\bقتل.{0,40}مغرب\b.{0,40}مصر", "قتل في مغرب ومصر", ["قتل في مغرب ومصر"]),
    ],
)
def test_an_expression_finds_in_the_folded_title(pattern, title, pieces):
    assert pieces == found(pattern, title)


def test_an_expression_finds_in_the_title_as_it_is_written():
    assert ["ONU"] == found("ONU", "ONU onu", folded=False)
    assert ["ONU", "onu"] == found("ONU", "ONU onu", folded=False, ignore_case=True)
    assert ["مَلِكٌ"] == found(r"\bمَلِكٌ\b", "ملك «مَلِكٌ»", folded=False)


@pytest.mark.parametrize(
    ("pattern", "message"),
    [
        ("(a", "missing ), unterminated subpattern at character 1"),
        ("ab)", "unbalanced parenthesis at character 3"),
        ("a**", "multiple repeat at character 3"),
        ("x[b-a]", "bad character range b-a at character 3"),
        ("[ab", "unterminated character set at character 1"),
        (r"x(?!y)", "looking around with (?! is not supported, since it can take for ever; use none: at character 2"),
        (r"(a)\1", r"a reference to a group (\1) is not supported, since it can take for ever at character 4"),
        (r"a\Bb", r"'\B' is not supported at character 2"),
        ("(?x)b", "'(?x)' is not supported at character 1"),
        ("a++", "'++' is not supported; write '+' at character 2"),
        ("ab{101}", "{101} repeats more than 100 times at character 3"),
        ("[a\u0651]|[\u0651]", "nothing in [\u0651] is left once tashkeel and signs are folded at character 6"),
        ("x[œ]", "'œ' is looked for as 'oe' and cannot stand in [ ] at character 2"),
        (r"[\W]", r"'\W' cannot stand in [ ]; write it beside it at character 1"),
        (r"\p{Foo}", "invalid character class range: \\p{Foo}"),
        ("a*", "it is found in an empty text, and so in every headline"),
        (r"(?:[\p{L}\p{N}]{90} ){9}x", "it is too large; write .* instead of .{0,99}, and \\w instead of \\p{L}"),
        (r"a.{0,99}b.{0,99}c.{0,99}d", "it is too large; write .* instead of .{0,99}, and \\w instead of \\p{L}"),
        (r"\p{L}{9}", "it is too large; write .* instead of .{0,99}, and \\w instead of \\p{L}"),
        ("a" * 301, "it is longer than 300 characters"),
        ("(" * 140 + ")" * 140, "it is found in an empty text, and so in every headline"),
    ],
)
def test_an_expression_that_cannot_be_used_says_why_and_where(pattern, message):
    with pytest.raises(WrongPattern, match=f"^{re.escape(message)}$"):
        compile_pattern(pattern, folded=True, ignore_case=False)


def cpu_seconds(compiled, titles):
    """Return what it costs to look through the titles: the best of three, since the machine may be busy."""
    ready = [Text(title, range(len(title) + 1)) for title in titles]
    spent = []
    for _ in range(3):
        begun = time.thread_time()
        for text in ready:
            list(compiled.find(text))
        spent.append(time.thread_time() - begun)
    return min(spent)


@pytest.mark.parametrize("pattern", COSTLY)
def test_no_expression_holds_a_poll_up(pattern):
    compiled = compile_pattern(pattern, folded=True, ignore_case=False)
    chance = random.Random(1)
    poll = ["".join(chance.choices("ابتثجد a", k=80)) for _ in range(150)]
    assert cpu_seconds(compiled, poll) < 0.05
    for title in HOSTILE:
        assert cpu_seconds(compiled, [title]) < 0.05


@given(st.text("ابت ab12.é-\u0651«", max_size=30), st.text("ابabé12 «.", min_size=1, max_size=3))
def test_a_literal_is_found_where_the_folded_text_has_it(title, literal):
    folded = fold(literal).text
    assert (folded in fold(title).text) == bool(found("".join(map(re.escape, literal)), title))


@given(st.text("()[]{}|*+?.^$\\abwdsWDSpPL:=!<>-0,12 ابé\u0651", max_size=20))
def test_whatever_is_written_is_refused_or_runs(pattern):
    try:
        compiled = compile_pattern(pattern, folded=True, ignore_case=False)
    except WrongPattern:
        return
    text = "الأمن 12 ab é، aab0"
    ready = Text(text, range(len(text) + 1))
    for start, end in compiled.find(ready):
        assert 0 <= start < end <= len(text)
