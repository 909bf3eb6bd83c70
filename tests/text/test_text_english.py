"""Which English words count as a word: plural, -ing and -ed, irregular forms, and no agents or look-alikes."""

import pytest

from monitor.text import LANGUAGES, fold_text


def accepts(keyword, word, *, family=False):
    return fold_text(word) in LANGUAGES["en"].forms(keyword, family=family)


@pytest.mark.parametrize(
    ("keyword", "words"),
    [
        ("flood", "floods flooded flooding Floodings"),
        ("floods", "flood flooded"),
        ("vote", "votes voted voting"),
        ("army", "armies"),
        ("armies", "army"),
        ("crash", "crashes crashed crashing"),
        ("crashes", "crash"),
        ("stop", "stopped stopping"),
        ("carry", "carried carrying"),
        ("agree", "agreed agreeing"),
        ("strike", "struck striking strikes stricken"),
        ("shoot", "shot shooting shootings"),
        ("ban", "banned banning bans"),
        ("child", "children"),
        ("women", "woman"),
        ("crisis", "crises"),
        ("defence", "defense"),
        ("cities", "city"),
        ("killed", "kill kills killing"),
        ("voted", "vote voting"),
        ("stopped", "stop"),
        ("carried", "carry carries"),
        ("Gaddafi", "Qaddafi Kadhafi"),
        ("attack", "ATTACKS attacked"),
    ],
)
def test_a_word_is_found_in_its_forms(keyword, words):
    assert [] == [word for word in words.split() if not accepts(keyword, word)]


@pytest.mark.parametrize(
    ("keyword", "words"),
    [
        ("vote", "voter voters revote devote"),
        ("flood", "floor Florida floodlight"),
        ("even", "evening"),
        ("left", "leave leaving"),
        ("Syria", "Syrian Syrians syringe syrias"),
        ("Hamas", "hama"),
        ("market", "marketing"),
        ("news", "new"),
        ("strike", "striker strokes"),
        ("virus", "viru"),
        ("speed", "spe"),
        ("pays", "pay"),
        ("meeting", "meet"),
        ("grève", "greved"),
    ],
)
def test_other_words_are_other_words(keyword, words):
    assert [] == [word for word in words.split() if accepts(keyword, word)]


def test_family_adds_adjectives():
    assert accepts("Syria", "Syrians", family=True)
    assert accepts("France", "French", family=True)
