"""Folding: what becomes equal, what stays apart, and the way back to the original."""

import sys

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from monitor.text import fold, fold_text

anything = st.text(st.characters(codec=None, exclude_categories=()), max_size=80)
arabic = st.text("اأإآٱبتةهيىئؤوءلاـَُِّْٰﻷﻻﷲکیپ٠٥ \u200f\u200c«»:", max_size=40)


@pytest.mark.parametrize(
    ("written", "folded"),
    [
        ("ﻷﻣﻦ", "لامن"),
        ("الأمـــن", "الامن"),
        ("الأَمْنِ", "الامن"),
        ("ٱلرباط", "الرباط"),
        ("مستشفى", "مستشفي"),
        ("لاجئ مسؤول", "لاجي مسوول"),
        ("ملک ایران", "ملك ايران"),
        ("أڭادير وݣلميم", "اكادير وكلميم"),
        ("پاريس چاد ڤيينا گوتيريش", "باريس جاد فيينا كوتيريش"),
        ("مح\ufe76م\ufe7fد", "محمد"),
        ("الأ\u200fم\u200cن", "الامن"),
        ("٢٠٢٥ ۲۰۲۵ ２０２５", "2025 2025 2025"),
        ("L’État", "l'etat"),
        ("L'ETAT", "l'etat"),
        ("cœur Ægypte STRASSE Straße", "coeur aegypte strasse strasse"),
        ("İstanbul ISTANBUL Diyarbakır", "istanbul istanbul diyarbakir"),
        ("ﬁnance", "finance"),
        ("Tromsø Łódź", "tromso lodz"),
        ("e\u0301te\u0301", "ete"),
        ("Alpha™ Beta", "alpha  beta"),
        ("…", "..."),
    ],
)
def test_spellings_of_one_word_fold_alike(written, folded):
    assert folded == fold(written).text


def test_ta_marbuta_stays_apart_from_ha():
    assert fold_text("ملكة") != fold_text("ملكه")


@given(anything | arabic)
@example("\ufdfa")
@example("ﹶ")
@example("\ud800")
def test_folding_twice_changes_nothing(text):
    once = fold(text).text
    assert once == fold(once).text


def test_folding_any_single_character_twice_changes_nothing():
    unstable = [hex(c) for c in range(0x30000) if fold_text(fold_text(chr(c))) != fold_text(chr(c))]
    assert [] == unstable


@given(anything | arabic)
def test_every_folded_character_knows_where_it_came_from(text):
    folded = fold(text)
    assert len(folded.offsets) == len(folded.text) + 1
    assert folded.offsets[-1] == len(text)
    assert list(folded.offsets) == sorted(folded.offsets)
    for index, char in enumerate(folded.text):
        assert char in fold(text[folded.offsets[index]]).text


@given(anything)
def test_the_text_alone_folds_like_the_text_with_offsets(text):
    assert fold(text).text == fold_text(text)


def test_folding_the_whole_of_unicode_is_possible():
    assert fold("".join(map(chr, range(sys.maxunicode + 1)))).text
