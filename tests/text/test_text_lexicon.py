"""The word lists keep their form: words of the right script, no word twice on a line, no line twice."""

import unicodedata
from importlib.resources import files

import pytest

from monitor.text import fold, fold_text, forms_of, tokens
from monitor.text.lexicon import NAME_COLUMNS, names

LISTS = {file.name: file for file in files("monitor.text").joinpath("lexicon").iterdir() if file.name.endswith(".tsv")}


def rows(name):
    lines = LISTS[name].read_text("utf-8").splitlines()
    return [line for line in lines if line and not line.startswith("#")]


def token(written):
    [found] = tokens(fold(written))
    return found


def script(word):
    return {unicodedata.name(letter).split()[0] for letter in word if letter.isalpha() and letter != "ـ"}


@pytest.mark.parametrize("name", LISTS)
def test_a_list_says_what_it_is_and_has_no_line_twice(name):
    assert LISTS[name].read_text("utf-8").startswith("# ")
    listed = rows(name)
    assert sorted(set(listed)) == sorted(listed)


@pytest.mark.parametrize("name", LISTS)
def test_every_word_is_one_word_of_its_script(name):
    for row in rows(name):
        for word in row.split():
            assert "-" in word or 1 == len(tokens(fold(word))), word
            assert script(word) <= ({"ARABIC"} if name.startswith("arabic") else {"LATIN", "ARABIC"}), word
            assert 1 >= len(script(word)), word


@pytest.mark.parametrize("name", [name for name in LISTS if name != "names.tsv"])
def test_no_word_stands_twice_on_a_line(name):
    for row in rows(name):
        assert len(set(row.split())) == len(row.split()), row


def test_names_have_a_column_for_every_language():
    for row in rows("names.tsv"):
        columns = row.split("\t")
        assert len(NAME_COLUMNS) == len(columns), row
        assert {"ARABIC"} >= script(columns[0]), row
        assert {"LATIN"} >= script(columns[1] + columns[2]), row


@pytest.mark.parametrize(("code", "name", "spelling"), [("ar", "اكادير", "أڭادير"), ("fr", "fes", "Fez")])
def test_a_name_has_its_spellings(code, name, spelling):
    assert spelling in names(code)[name]


def test_there_are_five_hundred_broken_plurals():
    assert 500 <= sum(len(row.split()) > 1 for row in rows("arabic_words.tsv"))


def test_every_arabic_word_counts_as_itself():
    for row in rows("arabic_words.tsv"):
        for word in row.split():
            assert fold_text(word) in forms_of(word), word


def test_every_name_counts_as_all_its_spellings():
    for row in rows("names.tsv"):
        for column in row.split("\t"):
            spellings = [name for name in column.split() if name != "-"]
            for name in spellings:
                assert [] == [other for other in spellings if forms_of(name).read(token(other)) is None], name


def test_every_compound_is_one_word_and_none_of_its_parts():
    for row in rows("compounds.tsv"):
        for word in row.split():
            compound = token(word.replace("-", " "))
            assert forms_of(word).read(compound), word
            assert forms_of(word.split("-")[-1]).read(compound) is None, word
